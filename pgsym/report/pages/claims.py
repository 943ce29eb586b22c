"""The page "every claim is machine-checked", as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from pgsym.claims.chapters import chapters
from pgsym.claims.index import homes
from pgsym.claims.verify import Verification
from pgsym.decide.verdicts import Rung
from pgsym.derivations import FOLDER
from pgsym.report.writers import markdown

RUNGS = (Rung.DECIDED, Rung.EXACT, Rung.TESTED, Rung.REFUTED)


def claims_page(outcomes: Iterable[Verification]) -> str:
    """All claims by chapter: id, statement, verdict, and links to where it is stated or derived and to its tests.

    The links lead from the folder `reports`.
    """
    return "\n".join(_page(outcomes))


def _page(outcomes: Iterable[Verification]) -> Iterator[str]:
    titles: dict[int | None, str] = {c.number: c.title for c in chapters()}
    yield "# Every claim is machine-checked\n"
    yield "`pgsym claims --md` writes this page; a test checks that it is current.  Claims with ≠ or ≰ are refuted."
    yield "A claim holds under its hypotheses (given), where its conditions hold, at the sizes listed with its verdict;"
    yield "the verdict says nothing about other sizes.  A refuted claim fails at an instance of the listed size."
    for chapter, group in groupby(outcomes, key=lambda o: o.entry.chapter):
        yield f"\n## {titles.get(chapter, '')}\n".replace("##  ", "## ")
        yield markdown.table(("id", "statement", "given", "verdict", "stated in", "tests"), ())
        yield from map(row, group)


def row(o: Verification) -> str:
    """A claim as a row of its chapter's table."""
    statement = f"{o.claim.lhs} {o.verdict.sign} {o.claim.rhs}"
    given = "; ".join(map(str, o.verdict.assumed))
    home = _linked(o.entry.home)
    if o.entry.script not in (None, o.entry.home):
        home += f", derived in {_linked(str(o.entry.script))}"
    tests = ", ".join(f"[{t.partition('::')[2].partition('[')[0]}](../{t.partition('::')[0]})" for t in o.entry.tests)
    return markdown.row((f"`{o.claim.id}`", statement, given, o.verdict.brief, home, tests))


def _linked(name: str) -> str:
    """The name of a file, with a link if the file belongs to the catalogue."""
    path = homes().get(name)
    return name if path is None else f"[{name}](../derivations/{path.relative_to(FOLDER).as_posix()})"


def summary(outcomes: Iterable[Verification]) -> str:
    """The number of claims of each chapter on each rung, as a Markdown table."""
    counts: dict[int | None, Counter[Rung]] = {}
    for o in outcomes:
        counts.setdefault(o.entry.chapter, Counter())[o.verdict.rung] += 1
    total = sum(counts.values(), Counter())
    rows = []
    for c in chapters():
        here = counts.get(c.number, Counter())
        rows.append((c.title, here.total(), *(here[r] or "" for r in RUNGS)))
    rows.append(("**all**", f"**{total.total()}**", *(f"**{total[r]}**" for r in RUNGS)))
    return markdown.table(("chapter", "claims", *RUNGS), rows, "l" + "r" * (1 + len(RUNGS)))
