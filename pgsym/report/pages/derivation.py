"""The blocks of theorems and claims of the catalogue: statements, derivations, counterexamples, examples."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from pgsym.claims import catalogue
from pgsym.claims.claim import Claim, Example
from pgsym.decide.instances.counterexamples import UNDEFINED, Counterexample
from pgsym.decide.renaming import with_symbols_apart
from pgsym.decide.verdicts import Rung, Verdict
from pgsym.kernel import Theorem
from pgsym.meaning.signature import listed_axes
from pgsym.python_source import literal
from pgsym.report.document import (
    CHANGED,
    Badge,
    Block,
    Code,
    Derivation,
    Formula,
    Heading,
    Line,
    Paragraph,
    Statement,
    Table,
)
from pgsym.report.evidence import evidence, in_short, size_in_latex, standing
from pgsym.report.instance_graph import listed
from pgsym.report.numbers import exact
from pgsym.report.prose import quoted
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.printers.latex import LatexNotation, latex
from pgsym.terms.printers.text import text
from pgsym.terms.sorts import LETTERS, MATRIX
from pgsym.terms.structure import sort_of


def verdict_on(claim: Claim) -> Verdict:
    """The verdict on a claim; it is decided once and kept, because several reports show it."""
    return _decided(claim, repr(claim.sizes), None if claim.is_about_instances else id(claim))


@cache
def _decided(claim: Claim, _sizes: str, _identity: int | None) -> Verdict:
    """The verdict on a claim; equal claims may differ in their sizes or closed forms, so these are arguments, too."""
    return claim.decide()


@cache
def necessity(theorem: Theorem) -> tuple[tuple[Hypothesis, Verdict], ...]:
    """The verdict on a theorem without each of its hypotheses in turn; decided once and kept."""
    return theorem.necessity()


def standard(name: str) -> Iterator[Block]:
    """The usual body: the theorem, its derivation, its hypotheses, the refuted claims and the other statements."""
    theorem = catalogue.theorem(name)
    claims = [e.claim for e in catalogue.entries_of(name)]
    yield statement_of(theorem, next((c for c in claims if c.id == theorem.name), None))
    yield Heading("Derivation")
    yield derivation_of(theorem)
    assumed = list(necessity_of(theorem))
    if assumed:
        yield Heading("What each hypothesis does")
        yield from assumed
    refuted = [c for c in claims if c.expected is Rung.REFUTED]
    others = [c for c in claims if c.expected is not Rung.REFUTED and c.id != theorem.name and c.step is None]
    if others:
        yield Heading("Also true")
        for claim in others:
            yield from blocks_of_claim(claim, verdict_on(claim))
    if refuted:
        yield Heading("What fails")
        for claim in refuted:
            yield from refutation_of(claim)
    steps = sorted((c for c in claims if c.step is not None), key=lambda c: c.step or 0)
    if steps:
        yield Heading("The lines as claims of their own")
        rows = tuple((f"({c.step})", f"`{c.id}`", c.says, in_short(verdict_on(c))) for c in steps)
        yield Table(("line", "id", "in words", "verdict"), rows)


def statement_of(theorem: Theorem, claim: Claim | None = None) -> Statement:
    """A theorem with its hypotheses and its evidence."""
    badge = Badge(str(theorem.rung), standing(theorem))
    says = claim.says if claim else ""
    return _statement("Theorem", theorem.name, says, theorem, theorem.verdict, theorem.given, badge)


def claimed(claim: Claim, verdict: Verdict) -> Statement:
    """A claim with its verdict."""
    badge = Badge(str(verdict.rung), evidence(verdict))
    return _statement("Claim", claim.id, claim.says, claim, verdict, verdict.assumed, badge)


def _statement(
    kind: str,
    name: str,
    says: str,
    about: Theorem | Claim,
    verdict: Verdict,
    given: tuple[Hypothesis, ...],
    badge: Badge,
) -> Statement:
    return Statement(
        kind,
        name,
        says,
        f"{latex(about.lhs)} {verdict.latex_sign} {latex(about.rhs)}",
        tuple(h.latex() for h in given),
        badge,
        sides=(text(about.lhs), verdict.sign, text(about.rhs)),
        given=tuple(map(str, given)),
    )


def argument_of(verdict: Verdict) -> Iterator[Block]:
    """The slack by which an order was decided; nothing for an equation."""
    slack = verdict.evidence.slack
    if slack is not None:
        yield Paragraph("The right side minus the left side is never negative:", introduces=True)
        yield Formula(f"{latex(slack)} \\ge 0", as_text=f"{text(slack)} ≥ 0")


def derivation_of(theorem: Theorem) -> Derivation:
    """The lines of a theorem, with the changed part of each marked."""
    lines = []
    for step in theorem.steps:
        drawn, written = latex(step.after, step.path or None), text(step.after, step.path or None, CHANGED)
        lines.append(Line(drawn, step.title, step.why, str(step.verdict.rung), written))
    return Derivation(latex(theorem.lhs), tuple(lines), text(theorem.lhs))


def necessity_of(theorem: Theorem) -> Iterator[Block]:
    """Two tables: the hypotheses without which the statement fails, each with an instance, and the other hypotheses."""
    failing, others = [], []
    for hypothesis, verdict in necessity(theorem):
        found = verdict.counterexample
        if found is not None:
            failing.append((hypothesis.latex(), tables_line(found), _math(found.lhs), _math(found.rhs)))
        elif verdict.is_true:
            others.append(
                (hypothesis.latex(), f"is true, too: {in_short(verdict)}; only this derivation needs the hypothesis")
            )
        else:
            others.append((hypothesis.latex(), f"is {verdict.rung}: it may be true or false"))
    if failing:
        yield Table(
            ("hypothesis", "without it, at", "left side", "right side"),
            tuple(failing),
            caption="For each hypothesis the smallest instance found at which the statement fails without it.",
        )
    if others:
        yield Table(("hypothesis", "without it, the statement"), tuple(others))


def blocks_of_claim(claim: Claim, verdict: Verdict, with_python: bool = False) -> Iterator[Block]:
    """The blocks of a claim: statement, verdict, slack, remark, counterexample, examples and repairs."""
    yield claimed(claim, verdict)
    yield from argument_of(verdict)
    if claim.remark:
        yield Paragraph(claim.remark)
    found = verdict.counterexample
    if found is not None:
        yield from counterexample_of(found)
        if with_python:
            yield Code(found.python() if found.candidate.logarithmic else python_for(claim, found))
    for example in claim.examples:
        yield from example_of(example, example.says)
    if claim.repaired_by:
        yield Paragraph("What holds instead: " + ", ".join(f"`{quoted(r)}`" for r in claim.repaired_by) + ".")


def refutation_of(claim: Claim) -> Iterator[Block]:
    """A refuted claim with its counterexample, Python that rebuilds it, its remark and its repair."""
    return blocks_of_claim(claim, verdict_on(claim), with_python=True)


def example_of(example: Example, says: str) -> Iterator[Block]:
    """A worked example: its sentence, its tables, and the values of its terms."""
    yield Paragraph(f"*Example.* {says}", introduces=True)
    tables = ((table_name(name), table_cell(table)) for name, table in listed(example).items())
    rows = (*tables, *((table_name(name), f"${size}$") for name, size in example.sizes.items()))
    if rows:
        yield Table(("", "value"), rows)
    for term, _, found in example.values():
        values = ", ".join(map(exact, found))
        whole = values if len(found) == 1 else f"\\left( {values} \\right)"
        plainly = found[0] if len(found) == 1 else f"({', '.join(map(str, found))})"
        yield Formula(f"{latex(term)} = {whole}", as_text=f"{text(term)} = {plainly}")


def counterexample_of(found: Counterexample) -> Iterator[Block]:
    """A counterexample as a table: its exact tables and the values of both sides."""
    rows = [(table_name(name), table_cell(table)) for name, table in found.tables.items()]
    if found.at:
        rows.append(("at", ", ".join(f"${_identifier(n)} = {v}$" for n, v in found.at)))
    if len(found.coordinates) > 1:
        rows.append(
            (
                "row, column" if found.entry else "gradient in",
                ", ".join(f"${_coordinate(c)}$" for c in found.coordinates),
            )
        )
    rows += [("left side", _math(found.lhs)), ("right side", _math(found.rhs))]
    size = f"${size_in_latex(str(found.size))}$" if found.size.counts else ""
    caption = f"The smallest instance found: {size}." if size else "The smallest instance found."
    if len(found.parameters) > 1:
        caption += f" The parameters: {quoted('; '.join(found.parameters))}."
    elif found.candidate.parametrisation:
        caption += f" The parameter: {quoted(found.candidate.parametrisation)}."
    elif found.parameters:
        caption += f" Here {quoted(found.parameters[0])}."
    yield Table(("", "value"), tuple(rows), caption=caption)


def python_for(claim: Claim, found: Counterexample) -> str:
    """Python that rebuilds the counterexample of a claim; it names the file of a claim outside the catalogue."""
    wanted = ", ".join(f'"{x}"' for x in (claim.id, catalogue.own_file(claim)) if x)
    listed = [f"    {name!r}: {literal(table, 'F')}," for name, table in found.listed(first_label=0).items()]
    seen = {sort for symbol in found.candidate.tables for sort in listed_axes(symbol, found.size.lengths)}
    unseen = {name: n for name, n in found.size.counts if LETTERS.get(name) not in seen}
    sizes = "".join(f", {name}={n}" for name, n in unseen.items())
    apart = with_symbols_apart(claim.lhs, claim.rhs, claim.given) != (claim.lhs, claim.rhs, claim.given)
    lhs, rhs, given = ("lhs", "rhs", "given") if apart else ("claim.lhs", "claim.rhs", "claim.given")
    lines = [
        "from fractions import Fraction as F",
        "from pgsym.claims import catalogue",
        *(["from pgsym.decide.renaming import with_symbols_apart"] if apart else []),
        "from pgsym.values import problem, value",
        "",
        f"claim = catalogue.entry({wanted}).claim",
        *(["lhs, rhs, given = with_symbols_apart(claim.lhs, claim.rhs, claim.given)"] if apart else []),
        "tables = {  # conditions before outcomes, labels from 0",
        *listed,
        "}",
        f"instance = problem(tables, terms=({lhs}, {rhs}), given={given}{sizes})",
    ]
    at = f", at={ {n: v - 1 for n, v in found.at} }" if found.at else ""
    at += f', undefined="{UNDEFINED}"' if UNDEFINED in (*found.lhs, *found.rhs) else ""
    entry = f"[{found.entry[0]}][{found.entry[1]}]" if found.entry else ""
    left, right = (entry if sort_of(side) == MATRIX else "" for side in (claim.lhs, claim.rhs))
    lines += [f"print(value({lhs}, instance{at}){left}, value({rhs}, instance{at}){right})"]
    return "\n".join(lines)


def tables_line(found: Counterexample) -> str:
    """The tables of a counterexample in one line, with its horizon and its times."""
    tables = (f"{table_name(name)} = {_rows(table)}" for name, table in found.tables.items())
    return "; ".join([*tables, *(f"${name} = {n}$" for name, n in found.size.lengths.items())])


def _rows(table: Any) -> str:
    """The rows of a table as separate formulas, so that a line may break between them."""
    if isinstance(table, list) and any(isinstance(row, list) for row in table):
        return ", ".join(map(_rows, table))
    return table_cell(table)


def table_name(name: str) -> str:
    """The name of a table, or its head if two tables have the same name, as inline mathematics."""
    stem, bracket, rest = name.partition("(")
    stem, parametric, _ = stem.partition("_θ")
    drawn = LatexNotation().name(stem) + ("_{\\theta}" if parametric else "")
    return "$" + drawn + bracket + rest.replace(" | ", " \\mid ") + "$"


def _identifier(name: str) -> str:
    stem, *rest = name.split(".")
    return LatexNotation().name(stem if not rest else rest[0]) + (f"_{{{rest[1]}}}" if len(rest) > 1 else "")


def _coordinate(name: str) -> str:
    head, _, inside = name.partition("(")
    return LatexNotation().name(head) + (f"({inside}" if inside else "")


def table_cell(table: Any) -> str:
    """A table of numbers as inline mathematics: rows in brackets, one after the other."""
    return f"${_entry(table)}$"


def _entry(value: Any) -> str:
    if isinstance(value, list) and any(isinstance(v, list) for v in value):
        return ",\\; ".join(map(_entry, value))
    return "(" + ", ".join(map(exact, value)) + ")" if isinstance(value, list) else exact(value)


def _math(side: tuple[Any, ...]) -> str:
    """A side's value; the entries of a gradient are separate formulas, so that a line may break between them."""
    if len(side) == 1 or set(side) == {UNDEFINED}:
        return f"${exact(side[0])}$"
    first, *middle, last = map(exact, side)
    return ", ".join([f"$({first}$", *(f"${m}$" for m in middle), f"${last})$"])
