"""Reports as Typst source, and as PDF through the embedded compiler."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from pgsym.report.clock import date_of_report
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
from pgsym.report.formulas.formula import WIDE, pieces, unmarked
from pgsym.report.formulas.typst_math import MARKS, typst
from pgsym.report.formulas.width import width
from pgsym.report.numbering import numbers
from pgsym.report.prose import LAYOUT, WIDEST, literal, plain, spans, typical, visible
from pgsym.report.templates import template

SHORT = 16
"""The largest `width` of an inline formula that is kept on one line."""
SPECIAL = set("\\#$*_`@<>[]=-+/~'\"{}()^&:;")


def escape(text: str) -> str:
    """Literal text for Typst's markup."""
    out = "".join(f"\\{c}" if c in SPECIAL else c for c in literal(text))
    return re.sub(r"^(\s*\d+)\.|\.(?=\.\.)", r"\1\\.", out)  # neither a list item nor an ellipsis


def string(text: str, kept: str = "") -> str:
    """A Typst string literal; invisible characters of `kept` stay unchanged."""
    return '"' + literal(text, kept).replace("\\", "\\\\").replace('"', '\\"') + '"'


def inline(latex: str) -> str:
    """An inline formula with its LaTeX as alternative text; a short formula is kept on one line."""
    formula = f"math.equation(alt: {string(unmarked(latex))}, ${typst(latex, display=False)}$)"
    return f"#box({formula});" if width(latex) <= SHORT else f"#{formula};"


def display(latex: str) -> str:
    """A displayed formula with its LaTeX as alternative text; if too wide, it is scaled a little or cut into lines."""
    whole = f"math.equation(block: true, alt: {string(unmarked(latex))}, $ {typst(latex)} $)"
    parts = pieces(latex) if len(latex) > WIDE else ()
    cut = (f"math.equation(alt: {string(unmarked(p))}, $display({typst(p)})$)" for p in parts if len(parts) > 1)
    return f"#fit({', '.join([whole, *cut])});"


def prose(text: str) -> str:
    """Prose with inline mathematics for Typst."""
    out = []
    for kind, part in spans(text):
        match kind:
            case "math":
                out.append(inline(part))
            case "emphasis":
                out.append(f"#emph[{escape(part)}];")
            case "code":
                out.append(f"#raw({string(part)});")
            case "reference" | "citation":
                out.append(f"#to({string(part)});")
            case "badge":
                out.append(f"#badge({string(part)});")
            case _:
                out.append(escape(part))
    return "".join(out)


def block(item: Block) -> str:
    """One block."""
    match item:
        case Heading(text, level, label, numbered):
            plainly = "" if numbered or not label else ", numbering: none"
            return f"#heading(level: {level + 1}{plainly})[{prose(text)}];" + (
                f" #label({string(label)});" if label else ""
            )
        case Paragraph(text, introduces):
            words = f"#ragged[{prose(text)}];" if "`" in text else prose(text)
            return f"#block(sticky: true)[{words}];" if introduces else words
        case Callout(title, text):
            return f"#callout([{prose(title)}], [{prose(text)}]);"
        case Formula(latex, label):
            return f"#numbered({string(label)}, [{display(latex)}]);" if label else display(latex)
        case Statement():
            return _statement(item)
        case Derivation(start, lines):
            rows = [f"#start[{display(start)}];"]
            for n, line in enumerate(lines, 1):
                words = f"[{escape(line.rule)}], [{prose(line.why)}], {string(line.rung)}"
                rows.append(f"#step({n}, [{display('= ' + line.formula)}], {words});")
            return "\n".join(rows)
        case Table():
            return _table(item)
        case Code(text, language):
            return f"#raw(block: true, lang: {string(language)}, {string(text, kept=LAYOUT)});"
        case Figure(name, alt=alt, caption=caption, label=label):
            image = f"image({string(f'figures/{name}.svg')}, width: 100%, alt: {string(alt)})"
            mark = f" #label({string(label)});" if label else ""
            return f"#figure({image}, alt: {string(alt)}, caption: [{prose(caption)}]);{mark}"
        case Beside(table, figure):
            image = f"image({string(f'figures/{figure.name}.svg')}, alt: {string(figure.alt)})"
            return f"#{'beside' if item.fits else 'below'}([{_table(table)}], {image});"


def _statement(item: Statement) -> str:
    rung = string(item.badge.rung) if item.badge else "none"
    detail = prose(item.badge.detail) if item.badge and item.badge.detail else ""
    given = "; ".join(map(prose, item.hypotheses))
    label = f", at: {string(item.label)}" if item.label else ""
    if item.is_words:
        return f"#in-words([{escape(item.kind)}], {string(item.name)}, {string(item.label)})[{prose(item.text)}];"
    return (
        f"#statement([{escape(item.kind)}], [{escape(item.name)}], {rung}, [{prose(item.text)}], "
        f"[{display(item.formula) if item.formula else ''}], [{given}], [{detail}]{label});"
    )


def _table(item: Table) -> str:
    names = {"l": "left", "r": "right", "c": "center"}
    align = ", ".join(names[a] for a in (item.align or "l" * len(item.header)).ljust(len(item.header), "l"))
    widths = [max(map(visible, column), default=0) for column in zip(item.header, *item.rows, strict=True)]
    breaks = [sum(widths) > WIDEST and w > WIDEST / 3 for w in widths]
    shares = map(typical, zip(*item.rows, strict=True)) if item.long else (min(w, 2 * WIDEST) for w in widths)
    columns = ", ".join(f"{w}fr" if broken else "auto" for w, broken in zip(shares, breaks, strict=True))
    head = ", ".join(f"[{prose(h)}]" for h in item.header)
    cells = ",\n  ".join(", ".join(f"[{prose(c)}]" for c in row) for row in item.rows)
    caption = f"[{prose(item.caption)}]" if item.caption else "none"
    kind = "index" if item.long else "fractions"
    return f"#{kind}(({columns},), ({align},), ({head},), ({cells},), {caption});"


def render_typst(document: Document) -> bytes:
    """The whole Typst source; raises ReportError for a reference to an unknown label."""
    return (
        template("report.typ.jinja")
        .render(
            title=prose(document.title),
            plain_title=string(plain(document.title)),
            subtitle=prose(document.subtitle),
            blocks=[block(b) for b in document.blocks],
            sources=[prose(s) for s in document.sources],
            references=[(string(r.key), prose(r.text)) for r in document.references],
            numbers=[(string(label), string(number)) for label, number in numbers(document).items()],
            numbered_from=document.numbered_from,
            is_plain=document.is_plain,
            versions=escape(", ".join(f"{name} {v}" for name, v in document.versions)),
            date=date_of_report(),
            marks=MARKS,
        )
        .encode()
    )


def compile_pdf(document: Document) -> bytes:
    """The PDF by the embedded Typst compiler: tagged (PDF/UA-1), fonts embedded, the same bytes every time."""
    import typst as compiler

    with tempfile.TemporaryDirectory(prefix="pgsym-") as name:
        folder = Path(name)
        (folder / "figures").mkdir()
        for figure in document.figures:
            (folder / "figures" / f"{figure.name}.svg").write_bytes(figure.svg)
        (folder / "report.typ").write_bytes(render_typst(document))
        made: bytes = compiler.compile(
            str(folder / "report.typ"),
            root=str(folder),
            format="pdf",
            pdf_standards=["ua-1"],
            ignore_system_fonts=True,
            timestamp=int(date_of_report().timestamp()),
        )
    return made
