"""Documents and tables as Markdown, for notebooks and for pages on a code host."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence

from pgsym.report.document import (
    Beside,
    Block,
    Callout,
    Code,
    Derivation,
    Document,
    Figure,
    Formula,
    Heading,
    Paragraph,
    Statement,
    Table,
)
from pgsym.report.formulas.formula import remarked
from pgsym.report.formulas.typst_math import guarded
from pgsym.report.prose import LAYOUT, literal, spans

TINT = "#b06000"
SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~$&]")
APART = {"$": "<span>&#36;</span>", "\\": "<span>&#92;</span>"}
"""Characters that begin a formula for MathJax, each in an HTML element, because no formula crosses an element."""
ESCAPED_BAR = r"\|"
BARE_BAR = re.compile(r"(?<!\\)\|")
VERTICAL = "\\vert "
LISTED = re.compile(r"^( *\d*)([-+.)=])(?=[ =-]|$)")
"""A pattern of paragraph beginnings that Markdown would read as a list item or as the underline of a heading."""


def escape(text: str) -> str:
    r"""Literal text for Markdown and MathJax.

    >>> escape("x_1 <tag> of $5")
    'x\\_1 \\<tag\\> of <span>&#36;</span>5'
    """
    return SPECIAL.sub(lambda found: APART.get(found[0], f"\\{found[0]}"), literal(text))


def code(text: str, in_table: bool = False) -> str:
    """Text as inline code, between more backticks than the text has in a row; empty text stays empty."""
    text = literal(text)
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    inside = text.replace("|", ESCAPED_BAR) if in_table else text
    if not text.strip():
        return text
    return f"{fence} {inside} {fence}" if "`" in text else f"{fence}{inside}{fence}"


def display(latex: str) -> str:
    """A displayed formula; the changed sub-term in a fixed colour, written out without macros."""
    return f"$$\n{_tinted(latex)}\n$$"


def _tinted(latex: str) -> str:
    return remarked(_maths(latex), lambda body: f"{{\\color{{{TINT}}}{{{body}}}}}")


def _maths(latex: str) -> str:
    """A formula of the vocabulary, without characters that a browser might read as a tag."""
    return guarded(latex).replace("<", "\\lt ").replace(">", "\\gt ")


def prose(text: str, in_table: bool = False) -> str:
    r"""Prose as Markdown, with special characters escaped; in a table bars are replaced, because they would end a cell.

    >>> prose("50% of x_1 <tag> *so*, $x_1$")
    '50% of x\\_1 \\<tag\\> *so*, $x_1$'
    >>> prose("$|x|$", in_table=True)
    '$\\vert x\\vert $'
    """
    out = []
    for kind, part in spans(text):
        match kind:
            case "math":
                formula = _maths(part)
                out.append(f"${formula.replace('|', VERTICAL) if in_table else formula}$")
            case "emphasis":
                out.append(f"*{escape(part)}*")
            case "code":
                out.append(code(part, in_table))
            case "reference" | "citation":
                out.append(f"[{part}](#{part})")
            case "badge":
                out.append(f"*{part}*")
            case _:
                out.append(escape(part))
    return "".join(out)


def paragraph(text: str) -> str:
    """Prose as a paragraph that Markdown does not read as a list."""
    return LISTED.sub(r"\1\\\2", prose(text))


def embedded(figure: Figure) -> str:
    """A figure as an image embedded in the text."""
    return _image(figure, f"data:image/svg+xml;base64,{b64encode(figure.svg).decode()}")


def beside(figure: Figure) -> str:
    """A figure as an image in the folder `figures` beside the file."""
    return _image(figure, f"figures/{figure.name}.svg")


def _image(figure: Figure, address: str) -> str:
    return f"![{prose(figure.alt)}]({address})"


SIDES = {"l": "---", "r": "---:", "c": ":-:"}


def row(cells: Iterable[object]) -> str:
    """A row of a table; the cells are Markdown, and their bars are escaped."""
    return f"| {' | '.join(BARE_BAR.sub(lambda _: ESCAPED_BAR, str(cell)) for cell in cells)} |"


def table(header: Sequence[str], rows: Iterable[Iterable[object]], align: str = "") -> str:
    """A table whose cells are Markdown; the letters l, r and c align its columns.

    >>> print(table(("form", "value"), [("|x|", 2)], "lr"))
    | form | value |
    | --- | ---: |
    | \\|x\\| | 2 |
    """
    sides = [SIDES[a] for a in align.ljust(len(header), "l")]
    return "\n".join(map(row, (header, sides, *rows)))


def markdown(item: Block, image: Callable[[Figure], str] = embedded) -> str:
    """One block as Markdown; `image` says where figures are."""
    match item:
        case Heading(text, level, label):
            return f"{_anchor(label)}{'#' * (level + 1)} {prose(text)}"
        case Paragraph(text):
            return paragraph(text)
        case Callout(title, text):
            return f"> **{prose(title)}.** {prose(text)}"
        case Formula(latex, label):
            return _anchor(label) + display(latex)
        case Statement(kind, name, text, formula, hypotheses, badge, label):
            head = f"{_anchor(label)}**{escape(kind)}** {code(name)}" + (f" — *{badge.rung}*" if badge else "")
            given = f"*Given:* {'; '.join(map(prose, hypotheses))}." if hypotheses else ""
            detail = f"{paragraph(badge.detail)}." if badge and badge.detail else ""
            shown = display(formula) if formula else ""
            return "\n\n".join(x for x in (head, paragraph(text), shown, given, detail) if x)
        case Derivation(start, lines):
            rows = [display(start)]
            rows += [
                f"{display(f'= {x.formula}')}\n\n({n}) **{escape(x.rule)}.** {prose(x.why)} *{x.rung}*"
                for n, x in enumerate(lines, 1)
            ]
            return "\n\n".join(rows)
        case Table(header, rows, caption, align):
            shown = table([prose(h, True) for h in header], [[prose(c, True) for c in row] for row in rows], align)
            return shown + (f"\n\n{paragraph(caption)}" if caption else "")
        case Figure(label=label, caption=caption):
            return f"{_anchor(label)}{image(item)}\n\n{paragraph(caption)}"
        case Beside(small, figure):
            return f"{markdown(small)}\n\n{image(figure)}"
        case Code(text, language):
            fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
            return f"{fence}{language}\n{literal(text, kept=LAYOUT)}\n{fence}"


def _anchor(label: str) -> str:
    return f'<a id="{label}"></a>\n\n' if label else ""


def frame(document: Document) -> tuple[str, tuple[str, ...]]:
    """The text above the blocks of a document, and the texts below them: references, sources, versions."""
    below = []
    if document.references:
        listed = "\n".join(f'- <a id="{r.key}"></a>{prose(r.text)}' for r in document.references)
        below.append(f"## References\n\n{listed}")
    if document.sources:
        below.append("## Sources\n\n" + "\n".join(f"- {paragraph(s)}" for s in document.sources))
    made = ", ".join(f"{name} {v}" for name, v in document.versions)
    return f"# {prose(document.title)}\n\n{paragraph(document.subtitle)}", (*below, f"Made with {escape(made)}.")


def render_markdown(document: Document) -> bytes:
    """The page; its figures are files in the folder `figures` beside it."""
    above, below = frame(document)
    parts = (above.strip(), *(markdown(item, beside) for item in document.blocks), *below)
    return ("\n\n".join(parts) + "\n").encode()
