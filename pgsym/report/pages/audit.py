"""An audit as a document."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgsym.errors import ReportError
from pgsym.extras import install
from pgsym.mdps.forms import TOLERANCE, Audit, Reading
from pgsym.report.document import Badge, Block, Callout, Document, Figure, Heading, Paragraph, Statement, Table
from pgsym.report.numbers import in_a_line
from pgsym.report.versions import versions
from pgsym.terms import latex


def audit_document(audit: Audit) -> Document:
    """The report of an audit; raises ReportError, naming the extra to install, without Matplotlib."""
    from importlib.metadata import version

    stem = "audit-" + re.sub(r"[^a-z0-9]+", "-", audit.mdp.name.lower()).strip("-")
    try:
        blocks = tuple(_blocks(audit, stem))
    except ModuleNotFoundError:
        raise ReportError(f"the figures of an audit need Matplotlib: {install('gym')}") from None
    made = (*versions(), ("Gymnasium", version("gymnasium")), ("Matplotlib", version("matplotlib")))
    return Document(stem, f"The policy gradient on {audit.mdp.name}", blocks, versions=made)


def _blocks(audit: Audit, stem: str) -> Iterator[Block]:
    from pgsym.report.figures.mdp import mdp_figures

    yield from _problem(audit)
    yield Heading("The visits of the policy, and its gradient")
    for f in mdp_figures(audit, stem):
        yield Figure(f.name, f.svg, f.pdf, f.alt, f.caption)
    yield Heading("The forms")
    first, *others = audit.readings
    yield Paragraph(
        f"Along $v$ the gradient of the objective is ${in_a_line(first.value)}$. Each form below is evaluated by "
        f"itself, by eliminating one state or action after the other; the score is $\\nabla\\pi/\\pi$. "
        + _exactness(audit)
    )
    for reading in others:
        yield _statement(audit, reading)
    yield _forms(audit)


def summary(audit: Audit) -> Iterator[Block]:
    """A short version of an audit for a terminal: the problem, the forms, and whether they are equal in fractions."""
    yield from _problem(audit)
    yield _forms(audit)
    yield Paragraph(_exactness(audit))


def _problem(audit: Audit) -> Iterator[Block]:
    mdp = audit.mdp
    yield Paragraph(
        f"The forms of the policy gradient, each computed on `{mdp.name}` from the environment's own table of "
        f"transitions, at a {audit.policy} softmax policy, along one direction $v$ of its logits "
        f"(seed {audit.seed}). An episode ends with the first terminated transition, or after {mdp.horizon} steps."
    )
    yield Heading("The problem")
    yield Table(("quantity", "value"), tuple(_facts(audit)), align="lr")
    if audit.stray is not None:
        yield Callout(
            "The environment does not follow its table",
            f"{audit.stray[0].upper()}{audit.stray[1:]}. All results below are about the table.",
        )


def _forms(audit: Audit) -> Table:
    """The forms with their values along v, how far each is from the gradient, and the verdict."""
    each = [(f"`{r.form.name}`", r.value) for r in audit.readings] + [("recursion for values", audit.recursion)]
    rows = []
    for name, value in each:
        deviation = audit.deviation(value)
        verdict = "[!tested]" if deviation <= TOLERANCE else "[!refuted]"
        rows.append((name, f"${in_a_line(value, 9)}$", f"${in_a_line(deviation, 1)}$", verdict))
    return Table(
        ("form", "derivative along $v$", "relative deviation", ""),
        tuple(rows),
        f"In double precision. Deviations up to ${in_a_line(TOLERANCE)}$ count as rounding errors.",
        "lrrl",
    )


def _facts(audit: Audit) -> Iterator[tuple[str, str]]:
    mdp = audit.mdp
    yield "states, actions", f"${mdp.S}$, ${mdp.A}$"
    yield "transitions of positive probability", f"${len(mdp.transitions.state)}$"
    yield "terminal states", f"${int(mdp.ends.sum())}$"
    yield "possible initial states", f"${int((mdp.rho > 0).sum())}$"
    yield "horizon $T$", f"${mdp.horizon}$"
    yield "$J(\\theta)$", f"${in_a_line(audit.objective, 9)}$"
    yield "$\\lVert \\nabla J(\\theta) \\rVert$, in the logits", f"${in_a_line(audit.gradient_norm, 9)}$"


def _exactness(audit: Audit) -> str:
    if audit.inexact is not None:
        return f"They were not computed in fractions ({_plain(audit.inexact)})."
    if audit.exactly_equal:
        return "Computed once more in fractions, all forms are the same number."
    return "Computed once more in fractions, the forms are *not* all the same number."


def _statement(audit: Audit, reading: Reading) -> Statement:
    agrees = audit.agrees(reading)
    gradient = audit.readings[0].form.term
    sign = "=" if agrees else "\\neq"
    formula = f"{latex(gradient)} {sign} {latex(reading.form.term)}"
    also = " and the same fraction" if agrees and reading.exact is not None else ""
    deviation = in_a_line(audit.deviation(reading.value), 1)
    how = f"This MDP, this policy, this direction: relative deviation ${deviation}${also}"
    badge = Badge("tested" if agrees else "refuted", how)
    return Statement("Form", reading.form.name, reading.form.summary, formula, badge=badge)


def _plain(text: str) -> str:
    """The text without the characters $, * and `, which are markup in prose."""
    return re.sub(r"[$*`]", " ", text)
