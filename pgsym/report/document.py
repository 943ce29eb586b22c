"""The document model: what a report says, apart from the format it is written in.

Formulas are LaTeX in the vocabulary of `pgsym.report.typst_math`.  Prose is plain text with inline `$…$`
mathematics, `*emphasis*` and `` `code` ``; everything else in it is literal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pgsym.errors import ReportError

RUNGS = ("decided", "exact", "tested", "refuted", "undecided")
"""The verdicts that a report knows how to show."""


def _check_stem(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", name):
        raise ReportError(f"{name!r} cannot name a file; use letters, digits, dots and dashes")


@dataclass(frozen=True)
class Badge:
    """A verdict: the rung of evidence, and the evidence in one line of prose; raises ReportError for another rung."""

    rung: str
    detail: str = ""

    def __post_init__(self) -> None:
        if self.rung not in RUNGS:
            raise ReportError(f"there is no verdict {self.rung!r}; it is one of {', '.join(RUNGS)}")


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 or 2."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of prose."""

    text: str


@dataclass(frozen=True)
class Formula:
    """A displayed formula."""

    latex: str


@dataclass(frozen=True)
class Statement:
    """What is claimed: a kind ("Theorem", "Claim"), a name, prose, a formula, its hypotheses and its verdict."""

    kind: str
    name: str
    text: str
    formula: str
    hypotheses: tuple[str, ...] = ()
    badge: Badge | None = None


@dataclass(frozen=True)
class Line:
    """One line of a derivation: the formula it arrives at, the rule, why, and the rung of its evidence."""

    formula: str
    rule: str
    why: str
    rung: str


@dataclass(frozen=True)
class Derivation:
    """A first formula and the lines that are equal to it."""

    start: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Table:
    """A table of prose cells; columns are left-aligned but for those marked "r" or "c" in `align`.

    Raises ReportError for a row that is longer or shorter than the header.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    align: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.header):
                raise ReportError(f"a row of {len(row)} cells in a table of {len(self.header)} columns: {row}")


@dataclass(frozen=True)
class Callout:
    """A remark set apart from the text, with a title of its own."""

    title: str
    text: str


@dataclass(frozen=True)
class Code:
    """Source text, shown as it is."""

    text: str
    language: str = "python"


@dataclass(frozen=True)
class Figure:
    """A vector figure, as SVG for PDF and HTML and as PDF for LaTeX; `alt` says in words what it shows.

    `name` names its files; raises ReportError if it is more than letters, digits, dots and dashes.
    """

    name: str
    svg: bytes
    pdf: bytes
    alt: str
    caption: str

    def __post_init__(self) -> None:
        _check_stem(self.name)


Block = Heading | Paragraph | Formula | Statement | Derivation | Table | Callout | Code | Figure


@dataclass(frozen=True)
class Document:
    """A report; `versions` are the programs that made it, and `id` names its files.

    Raises ReportError for an id that is more than letters, digits, dots and dashes.
    """

    id: str
    title: str
    blocks: tuple[Block, ...]
    subtitle: str = ""
    sources: tuple[str, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        _check_stem(self.id)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures, in their order."""
        return tuple(b for b in self.blocks if isinstance(b, Figure))
