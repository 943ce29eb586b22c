"""An audit of a loss as a document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pgsym.errors import ReportError
from pgsym.estimators.audit import LossAudit
from pgsym.estimators.comparison import Comparison, Kind, recognised
from pgsym.estimators.findings import FAILS, HOLDS, Finding, in_members
from pgsym.estimators.measurement import Reading
from pgsym.estimators.problems import Case
from pgsym.extras import install
from pgsym.report.document import Badge, Block, Callout, Document, Figure, Heading, Paragraph, Statement, Table
from pgsym.report.numbers import in_a_line
from pgsym.report.prose import quoted
from pgsym.report.versions import versions

LONGEST = 12
"""The most episodes of a problem whose episodes are listed in a table."""


def loss_audit_document(audit: LossAudit) -> Document:
    """The report of an audit of a loss; raises ReportError, naming the extra to install, without Matplotlib."""
    from importlib.metadata import version

    stem = "audit-" + (re.sub(r"[^a-z0-9]+", "-", audit.name.lower()).strip("-") or "loss")
    try:
        blocks = tuple(_blocks(audit, stem))
    except ModuleNotFoundError:
        raise ReportError(f"the figures of an audit need Matplotlib: {install('gym')}") from None
    framework = {"torch": ("PyTorch", "torch"), "jax": ("JAX", "jax")}.get(audit.subject.kind)
    more = () if framework is None else ((framework[0], version(framework[1])),)
    made = (*versions(), *more, ("Matplotlib", version("matplotlib")))
    return Document(stem, f"{_plain(audit.name)} compared with the gradient", blocks, versions=made)


def _blocks(audit: LossAudit, stem: str) -> Iterator[Block]:
    from pgsym.report.figures import losses

    yield Paragraph(_opening(audit))
    yield _verdict(audit)
    yield from _guess(audit)
    yield Heading("Which identities hold")
    yield Table(
        ("identity", "", "range, or the first failure"),
        tuple((_prose(i.summary), _badge(i.verdict), _finding(i)) for i in audit.identities),
        long=True,
    )
    yield from _bias(audit)
    if (figure := losses.arrows(audit, stem)) is not None:
        yield Heading("Where the mean points")
        yield Figure(figure.name, figure.svg, figure.pdf, figure.alt, _plain(figure.caption))
    if audit.rivals:
        yield Heading("The variance beside that of known estimators")
        yield _variances(audit)
        if (figure := losses.variances(audit, stem)) is not None:
            yield Figure(figure.name, figure.svg, figure.pdf, figure.alt, _plain(figure.caption))
    yield Heading("The problems")
    yield from _problems(audit)


def summary(audit: LossAudit) -> Iterator[Block]:
    """A short version of an audit for a terminal: identities, the smallest problem with a bias, variances, gaps."""
    yield Paragraph(_opening(audit))
    rows = tuple((i.name, _badge(i.verdict), _finding(i, with_numbers=False)) for i in audit.identities)
    yield Table(("identity", "", "details, or the first failure"), rows)
    if audit.worst is not None:
        said, *_, table = _at(audit.worst, "The smallest problem with a bias")
        yield from (said, table)
    yield from _guess(audit)
    if audit.rivals:
        yield _variances(audit)
    yield from _left_out(audit)


def _guess(audit: LossAudit) -> Iterator[Block]:
    if audit.hint is not None:
        yield Callout("A guess", _prose(audit.hint[1][:1].upper() + audit.hint[1][1:]) + ".")


def _opening(audit: LossAudit) -> str:
    scope, how = audit.scope, "" if audit.rung == "exact" else ", some of them drawn at random"
    batches = ", ".join(f"${n} \\times {m}$" for n, m in scope.batches)
    asked = "on- and off-policy" if scope.off_policy else "on-policy"
    discounted = "" if scope.discount == 1 else f", without a discount and with {scope.discount}"
    return (
        f"`{_plain(audit.subject.reference)}` computes {audit.subject.summary}. Its mean is compared with "
        f"${_gradient(audit)}$, the gradient with respect to the logits of a softmax table, at {len(_cases(audit))} "
        f"small problems with batches of {batches} episodes (groups $\\times$ group size). A problem with a batch is "
        f"called a reading. {audit.samples:,} samples were computed{how}. "
        f"The verdict is about the mean {asked}{discounted}; the other findings do not change it."
    )


def _verdict(audit: LossAudit) -> Statement:
    sign, factor = "=", ""
    if audit.verdict == "scaled" and len({float(c) for c in audit.factors.values()}) == 1:
        factor = f"{_latex(next(iter(audit.factors.values())))} \\, "
    elif audit.verdict == "scaled":
        form = re.fullmatch(r"\(?([^()]+)\)?/\(?([^()]+)\)?", in_members(audit.factors))
        factor = "c" if form is None else f"\\frac{{{form[1]}}}{{{form[2]}}}".replace("−", "-")
        factor += " \\, "
    elif audit.verdict != "unbiased":
        sign = "\\neq"
    formula = f"\\mathbb{{E}}[\\hat g] {sign} {factor}{_gradient(audit)}"
    rung = audit.rung if sign == "=" else "refuted"
    counted = f"{len(audit.asked)} readings asked for, {audit.samples:,} samples in all; seed {audit.scope.seed}"
    text = f"{audit.summary[0].upper()}{audit.summary[1:]}."
    expected = "" if audit.expected == "unbiased" else f" The expected verdict is `{audit.expected}`."
    return Statement("Verdict", audit.name, _prose(text) + expected, formula, badge=Badge(rung, counted))


def _finding(found: Finding, with_numbers: bool = True) -> str:
    if found.verdict != FAILS:
        return _prose(found.detail)
    if not with_numbers:
        return _prose(found.detail) + (f" at `{found.problem}`" if found.problem else "")
    at = f" at `{found.problem}`, {found.batch}" if found.problem else ""
    detail = "" if found.detail in found.numbers else _prose(found.detail)
    return (f"{detail}{at}" if detail else at.removeprefix(" ")) + (
        f": {_prose(found.numbers)}" if found.numbers else ""
    )


def _badge(verdict: str) -> str:
    return {HOLDS: "holds", FAILS: "*fails*"}.get(verdict, "not shown")


def _bias(audit: LossAudit) -> Iterator[Block]:
    yield Heading("The bias")
    worst = audit.worst
    if worst is None:
        yield Paragraph(
            "There is no bias at the readings that count." if audit.rung == "exact" else "No bias was found."
        )
    else:
        most = _with_largest_angle(audit)
        yield from _at(worst, "The smallest problem with a bias", below_heading=True)
        if most is not None and most.case is not worst.case:
            yield from _at(most, "The problem with the largest angle between mean and gradient")
    yield Paragraph(
        "The mean at every problem and with every batch (groups $\\times$ group size): equal to the gradient, a "
        "multiple of it, or turned by an angle. Entries in brackets do not count for the verdict."
        + ("" if audit.rung == "exact" else " For drawn samples, the entry says whether a bias was found."),
        introduces=True,
    )
    batches = list(audit.scope.batches)
    rows = []
    for case in _cases(audit):
        here = {(r.batching.groups, r.batching.group_size): r for r in audit.readings if r.case is case}
        rows.append((f"`{case.id}`", *(_cell(here[b]) for b in batches)))
    head = ("problem", *(f"${n} \\times {m}$" for n, m in batches))
    yield Table(head, tuple(rows), align="l" + "r" * len(batches), long=len(rows) > 2 * LONGEST)


def _with_largest_angle(audit: LossAudit) -> Reading | None:
    turned = [r for r in audit.asked if r.comparison is not None and r.comparison.kind is Kind.BIASED_DIRECTION]
    return min(
        turned, key=lambda r: (-float(f"{r.comparison.angle or 0:.9g}") if r.comparison else 0, r.size), default=None
    )


def _at(reading: Reading, title: str, below_heading: bool = False) -> Iterator[Block]:
    """The blocks of a problem: its episodes, and the gradient, the mean and the bias."""
    found, p = reading.found, reading.case.problem
    assert found is not None
    yield Paragraph(
        f"{title}: {_prose(reading.case.summary)} (`{reading.case.id}`; {_prose(found.scope)}). The mean is "
        f"{_words(found.comparison)}.",
        introduces=not below_heading,
    )
    if p.E <= LONGEST:
        mass, behaviour = found.problem.mass(), found.problem.mass(found.problem.behaviour)
        off = not p.on_policy
        head = ("episode", "probability", *(("under the behaviour policy",) if off else ()), "return")
        rows = tuple(
            (
                _plain(reading.case.episodes[e]),
                _number(mass[e]),
                *((_number(behaviour[e]),) if off else ()),
                _number(p.returns[e]),
            )
            for e in range(p.E)
        )
        yield Table(head, rows, align="l" + "r" * (len(head) - 1))
    rows = tuple(
        (
            p.context_names[s] if a == 0 else "",
            f"${a}$",
            *(_number(x[s, a]) for x in (found.target, found.mean, found.bias)),
        )
        for s in range(p.S)
        for a in range(p.A)
    )
    yield Table(("at", "logit of", "gradient", "mean", "bias"), rows, align="lrrrr")


def _variances(audit: LossAudit) -> Table:
    cases = list(dict.fromkeys(r.case for r in audit.rivals))
    titles = list(dict.fromkeys((r.title, r.own) for r in audit.rivals))
    rows = []
    for title, own in titles:
        here = {r.case.id: r.found for r in audit.rivals if (r.title, r.own) == (title, own)}
        name = f"*{_plain(title)}*" if own else _plain(title)
        cells = (
            f"{_number(float(here[c.id].variance), 4)}{_beside(here[c.id].comparison)}"
            if c.id in here
            else "*as above*"
            for c in cases
        )
        rows.append((name, *cells))
    caption = (
        "The trace of the covariance; in brackets, the factor or angle by which the mean differs from the gradient."
    )
    return Table(("estimator", *(f"`{c.id}`" for c in cases)), tuple(rows), caption, "l" + "r" * len(cases))


def _beside(match: Comparison) -> str:
    return "" if match.equal else f" ({_cell_of(match)})"


def _problems(audit: LossAudit) -> Iterator[Block]:
    yield Paragraph(
        "The smallest problems come first. Without a behaviour policy, samples are drawn from the policy itself; "
        f"*drawn* numbers come from the seed {audit.scope.seed}."
    )
    rows = tuple((f"`{c.id}`", _prose(c.summary), _prose(str(c.problem)), f"${c.problem.E}$") for c in _cases(audit))
    yield Table(("problem", "description", "sizes", "episodes"), rows, align="lllr", long=True)
    yield from _left_out(audit)


def _left_out(audit: LossAudit) -> Iterator[Block]:
    large = [r for r in audit.left_out if r.too_large]
    if large:
        yield Paragraph(f"{len(large)} readings were left out. The first: {_prose(large[0].why)}.")
    failed = [r for r in audit.left_out if not r.too_large]
    if failed:
        yield Paragraph(f"At {len(failed)} readings there is no finite estimate. The first: {_prose(failed[0].why)}.")


def _cases(audit: LossAudit) -> list[Case]:
    return list(dict.fromkeys(r.case for r in audit.readings))


def _cell(reading: Reading) -> str:
    cell = (
        ("too large" if reading.too_large else "no number")
        if reading.comparison is None
        else _cell_of(reading.comparison)
    )
    return cell if reading.asked else f"({cell})"


def _cell_of(match: Comparison) -> str:
    match match.kind:
        case Kind.EQUAL:
            return "none seen" if match.drawn else "equal"
        case Kind.SCALED:
            factor = match.factor or 0
            digits = 8 if f"{float(factor):.4g}" == "1" else 4  # so that a factor near 1 is not shown as 1
            return f"$\\times {in_a_line(factor, digits)}$"
        case Kind.BIASED_DIRECTION:
            return match.turn(3)
        case Kind.VANISHES:
            return "zero"
    return "not zero"


def _words(match: Comparison) -> str:
    if match.kind is Kind.SCALED:
        return f"exactly {_number(match.factor)} times the gradient"
    if match.kind is Kind.BIASED_DIRECTION:
        cosine = f", with a cosine of {_number(match.cosine)}" if match.cosine_in_words else ""
        return f"turned by {_cell_of(match)}{cosine}"
    return str(match)


def _gradient(audit: LossAudit) -> str:
    name = audit.scope.objective.name
    for old, new in (
        ("J", "J(\\theta)"),
        ("H(π)", "H(\\pi)"),
        ("KL(π‖ref)", "\\mathrm{KL}(\\pi || \\mathrm{ref})"),
        ("KL(ref‖π)", "\\mathrm{KL}(\\mathrm{ref} || \\pi)"),
        (" · ", " \\, "),
        ("−", "-"),
    ):
        name = name.replace(old, new)
    return f"\\nabla ({name})" if re.search(r" [+-] |\\,", name) else f"\\nabla {name}"


def _number(value: Any, digits: int = 12) -> str:
    """A number as inline mathematics, as a fraction if it is recognised as one."""
    return f"${_latex(value, digits)}$"


def _latex(value: Any, digits: int = 12) -> str:
    return in_a_line(recognised(value) if digits >= 12 and not isinstance(value, int) else value, digits)


def _prose(text: str) -> str:
    """Literal text in which ∇(J), some fractions, and numbers with signs or exponents are mathematics."""
    out = _plain(text)
    out = out.replace("∇(J)", "$\\nabla J(\\theta)$")
    for form in ("(G − 1)/G", "G/(G − 1)", "(R − 1)/R", "R/(R − 1)", "1/(G − 1)", "1/(R − 1)"):
        out = re.sub(rf"(?<![\w/]){re.escape(form)}", f"${form.replace('−', '-')}$", out)
    return re.sub(r"(?<![\w.$-])(-?)(\d+[\d./]*)(?:e([+-]?\d+))?(?![\w$-])", _in_maths, out)


def _in_maths(found: re.Match[str]) -> str:
    """The number unchanged, or as mathematics if it is negative or has an exponent."""
    sign, digits, exponent = found.groups()
    if not (sign or exponent):
        return found[0]
    return f"${sign}{digits}" + (f" \\times 10^{{{int(exponent)}}}$" if exponent else "$")


def _plain(text: str) -> str:
    """The text as literal prose, without markup."""
    return quoted(text)
