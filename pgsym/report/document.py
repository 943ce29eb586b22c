"""The document model: the content of a report, independent of its format.

Formulas are LaTeX in the vocabulary of `pgsym.report.formulas.typst_math`.  Prose is plain text with inline `$…$`
mathematics, `*emphasis*`, `` `code` ``, links `[[eq:objective]]` that show the number of a labelled block, citations
`[@williams]` and verdicts `[!refuted]`; all other characters are literal.

Formats without typesetting, such as the terminal, convert the LaTeX of a formula into text.  The text printer of terms
is more exact than this conversion; so blocks that show terms carry the printer's text beside the LaTeX.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf

from pgsym.errors import ReportError

RUNGS = ("decided", "exact", "tested", "refuted", "undecided")
"""The verdicts that a report can show."""

CHANGED = ("\0", "\1")
"""The marks before and after the changed part of a formula in text: two characters that no text contains."""

LANGUAGES = frozenset({"python", "bash", "json", "text", ""})
"""The languages of code blocks."""


def _check_label(label: str) -> None:
    if label and not re.fullmatch(r"[A-Za-z0-9:._-]+", label):
        raise ReportError(f"{label!r} is no label; use letters, digits, colons, dots, dashes and underscores")


def _check_stem(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", name):
        raise ReportError(f"{name!r} cannot name a file; use letters, digits, dots and dashes")


@dataclass(frozen=True)
class Badge:
    """A verdict: the rung, and the evidence in one line of prose; raises ReportError for an unknown rung."""

    rung: str
    detail: str = ""

    def __post_init__(self) -> None:
        if self.rung not in RUNGS:
            raise ReportError(f"there is no verdict {self.rung!r}; it is one of {', '.join(RUNGS)}")


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 or 2; in a numbered document it has a number unless `numbered` is False."""

    text: str
    level: int = 1
    label: str = ""
    numbered: bool = True

    def __post_init__(self) -> None:
        _check_label(self.label)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of prose; if it `introduces` the next block, both stay on one page."""

    text: str
    introduces: bool = False


@dataclass(frozen=True)
class Formula:
    """A displayed formula; it has a number if it has a label; `as_text` is for formats without typesetting."""

    latex: str
    label: str = ""
    as_text: str = ""

    def __post_init__(self) -> None:
        _check_label(self.label)


@dataclass(frozen=True)
class Statement:
    """A statement: its kind ("Theorem", "Claim"), name, prose, formula, hypotheses and verdict.

    A statement without a formula is in words only; a statement with a label has a number.  `sides` (left, sign, right)
    are the formula, and `given` the hypotheses, as text for formats without typesetting.
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
        """Whether the statement is only a numbered sentence, such as a definition, which is set as a paragraph."""
        return bool(self.label) and not (self.formula or self.hypotheses or self.badge)


@dataclass(frozen=True)
class Line:
    """One line of a derivation: its formula, the rule, the reason, and the rung of its evidence.

    The two characters of `CHANGED` mark the changed part in `as_text`.
    """

    formula: str
    rule: str
    why: str
    rung: str
    as_text: str = ""

    def __post_init__(self) -> None:
        Badge(self.rung)  # raises ReportError for an unknown verdict


@dataclass(frozen=True)
class Derivation:
    """A derivation: its first formula, and the lines, each equal to the line before."""

    start: str
    lines: tuple[Line, ...]
    as_text: str = ""


@dataclass(frozen=True)
class Table:
    """A table of prose cells; columns are left-aligned except those marked "r" or "c" in `align`.

    A `long` table may continue over several pages and repeats its header on each.

    Raises ReportError for a row that is longer or shorter than the header, and for an unknown alignment.
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
    """Source text, shown unchanged; raises ReportError for a language outside LANGUAGES."""

    text: str
    language: str = "python"

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise ReportError(f"code is in one of {', '.join(sorted(LANGUAGES - {''}))}, not {self.language!r}")


@dataclass(frozen=True)
class Figure:
    """A vector figure, as SVG for PDF and HTML and as PDF for LaTeX; `alt` says in words what it shows.

    `name` is the stem of its file names; raises ReportError if it has other characters than letters, digits, dots and
    dashes.  All figures with a caption are numbered; references use the label.
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
        """The width in points, or infinity if the drawing does not state it."""
        found = re.search(rb'<svg[^>]*? width="([\d.]+)(pt|px)?"', self.svg)
        return float(found[1]) * (1 if found[2] == b"pt" else 0.75) if found else inf


HALF_A_LINE = 238.0
"""The largest width in points of a drawing beside a table."""


@dataclass(frozen=True)
class Beside:
    """A small table with a drawing of its contents to its right, or below it if the drawing is wide; not numbered."""

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
    """A report; `versions` are the programs that made it, and `id` is the stem of its file names.

    With `numbered_from` it has a contents page and numbered headings; the first section has that number.  Raises
    ReportError for an id with other characters than letters, digits, dots and dashes.
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
        """Whether the document has no numbers, references, long tables or drawings beside tables."""
        labelled = any(getattr(b, "label", "") for b in self.blocks)
        special = any(
            isinstance(b, Beside) or (isinstance(b, Table) and b.long) or (isinstance(b, Paragraph) and b.introduces)
            for b in self.blocks
        )
        return self.numbered_from is None and not (labelled or special or self.references)
