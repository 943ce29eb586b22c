"""The document model: what a report says, apart from the format it is written in.

Formulas are LaTeX in the vocabulary of `pgsym.report.formulas.typst_math`.  Prose is plain text with inline `$…$`
mathematics, `*emphasis*` and `` `code` ``, the number of a labelled block as a link, `[[eq:objective]]`, a citation,
`[@williams]`, and a verdict, `[!refuted]`; everything else in it is literal.

Where nothing is typeset, as in a terminal, the LaTeX of a formula is rewritten as text.  A term is written as text more
exactly by its own printer; so blocks that show terms have that text beside the LaTeX.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf

from pgsym.errors import ReportError

RUNGS = ("decided", "exact", "tested", "refuted", "undecided")
"""The verdicts that a report knows how to show."""

CHANGED = ("\0", "\1")
"""What stands around the changed part of a formula that is text: characters that no text has."""

LANGUAGES = frozenset({"python", "bash", "json", "text", ""})
"""What code may be written in."""


def _check_label(label: str) -> None:
    if label and not re.fullmatch(r"[A-Za-z0-9:._-]+", label):
        raise ReportError(f"{label!r} is no label; use letters, digits, colons, dots, dashes and underscores")


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
    """A heading of level 1 or 2; in a numbered document it has a number unless it is said to have none."""

    text: str
    level: int = 1
    label: str = ""
    numbered: bool = True

    def __post_init__(self) -> None:
        _check_label(self.label)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of prose; one that introduces what follows stays on its page."""

    text: str
    introduces: bool = False


@dataclass(frozen=True)
class Formula:
    """A displayed formula; one with a label has a number; `as_text` is for where nothing is typeset."""

    latex: str
    label: str = ""
    as_text: str = ""

    def __post_init__(self) -> None:
        _check_label(self.label)


@dataclass(frozen=True)
class Statement:
    """What is claimed: a kind ("Theorem", "Claim"), a name, prose, a formula, its hypotheses and its verdict.

    One without a formula is in words alone; one with a label has a number.  `sides` (left, sign, right) are the formula
    and `given` the hypotheses as text, for where nothing is typeset.
    """

    kind: str
    name: str
    text: str
    formula: str = ""
    hypotheses: tuple[str, ...] = ()
    badge: Badge | None = None
    label: str = ""
    sides: tuple[str, ...] = ()
    given: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_label(self.label)

    @property
    def is_words(self) -> bool:
        """Whether it is no more than a numbered sentence, such as a definition: it then runs on as a paragraph."""
        return bool(self.label) and not (self.formula or self.hypotheses or self.badge)


@dataclass(frozen=True)
class Line:
    """One line of a derivation: the formula it arrives at, the rule, why, and the rung of its evidence.

    What changed stands in `as_text` between the two characters of `CHANGED`.
    """

    formula: str
    rule: str
    why: str
    rung: str
    as_text: str = ""

    def __post_init__(self) -> None:
        Badge(self.rung)  # raises ReportError for what is no verdict


@dataclass(frozen=True)
class Derivation:
    """A first formula and the lines that are equal to it."""

    start: str
    lines: tuple[Line, ...]
    as_text: str = ""


@dataclass(frozen=True)
class Table:
    """A table of prose cells; columns are left-aligned but for those marked "r" or "c" in `align`.

    A long one may run over several pages, and then repeats its header on each.

    Raises ReportError for a row that is longer or shorter than the header, and for another alignment.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    align: str = ""
    long: bool = False

    def __post_init__(self) -> None:
        if set(self.align) - set("lrc"):
            raise ReportError(f"columns are aligned by the letters l, r and c, not {self.align!r}")
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
    """Source text, shown as it is; raises ReportError for a language that reports do not know."""

    text: str
    language: str = "python"

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise ReportError(f"code is in one of {', '.join(sorted(LANGUAGES - {''}))}, not {self.language!r}")


@dataclass(frozen=True)
class Figure:
    """A vector figure, as SVG for PDF and HTML and as PDF for LaTeX; `alt` says in words what it shows.

    `name` names its files; raises ReportError if it is more than letters, digits, dots and dashes.  All figures with a
    caption are counted; its label lets others refer to it.
    """

    name: str
    svg: bytes
    pdf: bytes
    alt: str
    caption: str
    label: str = ""

    def __post_init__(self) -> None:
        _check_stem(self.name)
        _check_label(self.label)

    @property
    def width(self) -> float:
        """Its width in points, or infinity where the drawing does not say."""
        found = re.search(rb'<svg[^>]*? width="([\d.]+)(pt|px)?"', self.svg)
        return float(found[1]) * (1 if found[2] == b"pt" else 0.75) if found else inf


HALF_A_LINE = 238.0
"""The width in points that a drawing may have to stand beside a table."""


@dataclass(frozen=True)
class Beside:
    """A small table and a drawing of what it says, to its right, or below it if it is wide; it has no number."""

    table: Table
    figure: Figure

    @property
    def fits(self) -> bool:
        """Whether there is room for the drawing to the right of the table."""
        return self.figure.width <= HALF_A_LINE


Block = Heading | Paragraph | Formula | Statement | Derivation | Table | Callout | Code | Figure | Beside


@dataclass(frozen=True)
class Reference:
    """An entry of the list of references, cited in prose by its key."""

    key: str
    text: str

    def __post_init__(self) -> None:
        _check_label(self.key)


@dataclass(frozen=True)
class Document:
    """A report; `versions` are the programs that made it, and `id` names its files.

    One with `numbered_from` has a contents page and numbered headings, the first section with that number.  Raises
    ReportError for an id that is more than letters, digits, dots and dashes.
    """

    id: str
    title: str
    blocks: tuple[Block, ...]
    subtitle: str = ""
    sources: tuple[str, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    references: tuple[Reference, ...] = ()
    numbered_from: int | None = None

    def __post_init__(self) -> None:
        _check_stem(self.id)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures, in their order."""
        shown = (b.figure if isinstance(b, Beside) else b for b in self.blocks)
        return tuple(b for b in shown if isinstance(b, Figure))

    @property
    def is_plain(self) -> bool:
        """Whether it has no numbers, references, long tables or drawings beside tables: short reports have none."""
        labelled = any(getattr(b, "label", "") for b in self.blocks)
        special = any(
            isinstance(b, Beside) or (isinstance(b, Table) and b.long) or (isinstance(b, Paragraph) and b.introduces)
            for b in self.blocks
        )
        return self.numbered_from is None and not (labelled or special or self.references)
