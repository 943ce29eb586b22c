"""Reports about more than one derivation, with blocks of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from pgsym.claims import catalogue
from pgsym.errors import PgsymError
from pgsym.extras import install
from pgsym.report.document import Block, Figure, Heading, Paragraph, Table
from pgsym.report.numbers import in_a_line
from pgsym.report.pages.derivation import derivation_of, necessity_of, refutation_of, statement_of
from pgsym.terms import grad, latex, log

if TYPE_CHECKING:
    from pgsym.derivations.digits.training import DigitsRun


def ce_is_pg_exactly() -> Iterator[Block]:
    """The blocks from the objective to the comparison of both procedures, the six repairs and the real data."""
    from pgsym.derivations import ce_is_pg_exactly as script

    yield Heading("1. The objective")
    yield from _shown("objective-one-step")
    yield Heading("2. Its gradient")
    yield Paragraph("For any reward, before the bot's 0/1 reward is put in:")
    yield from _shown("policy-gradient-one-step")
    yield from necessity_of(catalogue.theorem("policy-gradient-one-step"))
    yield Heading("3. The gradient of cross entropy")
    yield from _shown("cross-entropy-gradient")
    yield Heading("4. The claim")
    yield from refutation_of(catalogue.entry("ce-is-pg-exactly").claim)
    yield Heading("5. The true statement: a weight for each example")
    yield from _shown("ce-pg-weight")
    yield Heading("6. The two expressions side by side")
    yield correspondence()
    yield Heading("7. Six repairs, each exact")
    yield Paragraph(
        "Change one thing, and policy gradient becomes cross entropy: who draws the answer, what the reward is divided "
        "by, whether one samples at all, what is maximised, or which samples are kept. The sixth is no change but a "
        "more careful reading, sample by sample."
    )
    for number, name in enumerate(script.REPAIRS, 1):
        yield Heading(f"Repair {number}: {name.removeprefix('ce-').replace('-', ' ')}", 2)
        yield from _shown(name)
        for e in catalogue.entries_of(catalogue.script_name(name)):
            if e.script == name and e.claim.id != name:
                yield from refutation_of(e.claim)
    yield Heading("8. The loss that policy gradient minimises")
    yield from _shown("pg-is-mae")
    yield Heading("9. On real data")
    yield from on_digits()


def _shown(name: str) -> Iterator[Block]:
    """A theorem of the catalogue with its derivation and its claim's remark."""
    theorem, claim = catalogue.theorem(name), catalogue.entry(name).claim
    yield statement_of(theorem, claim)
    yield derivation_of(theorem)
    if claim.remark:
        yield Paragraph(claim.remark)


def correspondence() -> Table:
    """A table that compares the two procedures line by line; its formulas are terms of the catalogue."""
    from pgsym.derivations.ce_is_pg_exactly import m

    def shown(*terms: str) -> tuple[str, ...]:
        return tuple(f"${t}$" for t in terms)

    ce, pg = catalogue.theorem("cross-entropy-gradient"), catalogue.theorem("ce-pg-weight")
    mae = catalogue.theorem("pg-is-mae")
    rows = (
        ("maximised", *shown(latex(m.accuracy), latex(m.over_states(log(m.right_mass))))),
        ("ascended", *shown(latex(pg.rhs), latex(ce.rhs))),
        ("answer", "drawn by the model, $" + f"a \\sim {latex(m.policy_law)}$", "the label, $" + f"{latex(m.label)}$"),
        ("reward", *shown(latex(m.is_right), "1")),
        ("weight of an example", *shown(latex(m.right_mass), "1")),
        ("one sample's surrogate", *shown(latex(m.is_right * log(m.policy)), latex(log(m.right_mass)))),
        ("loss of an example", *shown(f"{latex(mae.rhs)}", latex(-log(m.right_mass)))),
        ("its gradient", *shown(latex(-(m.right_mass * m.right_score)), latex(-grad(log(m.right_mass))))),
        ("it is", "half the mean absolute error", "the log-loss"),
    )
    return Table(("", "policy gradient, 0/1 reward", "cross entropy"), rows, "The two procedures, line by line.")


def on_digits() -> Iterator[Block]:
    """The training on handwritten digits, or a paragraph with the reason why it is missing."""
    try:
        from pgsym.derivations.digits.figures import digits_figures
        from pgsym.derivations.digits.training import train

        run, stuck = train(), train(prejudice=PREJUDICE)
        figures = digits_figures(run, stuck)
    except (ImportError, PgsymError) as reason:
        yield Paragraph(f"The figures on real data need more packages (`{install('data')}`): {reason}")
        return
    yield Paragraph(
        f"The bot is trained on scikit-learn's handwritten digits with a linear softmax, by each method from the same "
        f"initialisation (seed {run.seed}, {run.updates} updates of step size {run.step:g}), and once more from a "
        "start that finds the right answers unlikely."
    )
    yield Table(
        ("quantities that must agree at every update", "largest deviation"),
        tuple((words, f"${in_a_line(value, 2)}$") for words, value in deviations(run, stuck)),
        f"Each computed by two formulas at all {run.updates} updates of every method, from both starts.",
        "lr",
    )
    for f in figures:
        yield Figure(f.name, f.svg, f.pdf, f.alt, f.caption)


PREJUDICE = 6.0
"""The amount by which one answer's logit exceeds all others at the poor start."""


def deviations(*runs: DigitsRun) -> Iterator[tuple[str, float]]:
    """The deviations that must be zero up to rounding, each with its largest value over all updates of all runs."""
    yield (
        "parameters of cross entropy and of label sampling with all labels",
        max(float(r.label_sampled_gap.max()) for r in runs),
    )
    yield (
        "policy gradient: the expected update, and $\\pi_\\theta(y \\mid s)$ times the cross-entropy gradients",
        max(float(c.deviation.max()) for r in runs for c in (r.policy_gradient, r.exact_policy_gradient)),
    )
    yield (
        "importance weights: the expected update, and the cross-entropy gradient",
        max(float(r.importance_weighted.deviation.max()) for r in runs),
    )


STORIES: dict[str, Callable[[], Iterator[Block]]] = {"ce-is-pg-exactly": ce_is_pg_exactly}
