"""Reports as one self-contained HTML page; formulas are inline SVG with their LaTeX as accessible text."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from html import escape as escaped
from typing import Literal

from pgsym.errors import ReportError
from pgsym.report.contents import displayed, texts
from pgsym.report.document import (
    Badge,
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
from pgsym.report.formulas.formula import pieces, unmarked
from pgsym.report.formulas.typst_math import MARKS, typst
from pgsym.report.formulas.width import width
from pgsym.report.numbering import numbers, section_numbers
from pgsym.report.prose import LAYOUT, literal, plain, spans
from pgsym.report.templates import template

POINTS = 11.0
MARGIN = 1.5
SHEET = f"""
#set page(width: auto, height: auto, margin: (x: 1pt, y: {MARGIN}pt), fill: none)
#set text(font: "New Computer Modern", size: {POINTS}pt)
{MARKS}
#let lined(body, tall: false) = page({{
  let edges = if tall {{ ("bounds", "bounds") }} else {{ (0.78em, -0.28em) }}
  let line = text(top-edge: edges.first(), bottom-edge: edges.last(), body)
  context [#metadata((measure([#box(height: 50pt)#line]).height - 50pt) / 1pt) <depth>]
  line
}})
"""
"""Typst source that draws each formula on a page of its own; for inline formulas also the depth below the line."""

NARROW, ROOM = 45.0, 78.0
"""The `width` of a line on a telephone, and on a large screen."""

SHRUNK = 0.8
"""The smallest factor by which a formula is scaled down."""

WHOLE = 400.0
"""From this width in points on, a figure gets the width of the text."""


def render_html(document: Document) -> bytes:
    """The whole page."""
    glyphs: dict[str, str] = {}
    whole = list(dict.fromkeys(formulas(document)))
    drawn = draw(list(dict.fromkeys(shown for formula in whole for shown in _in_pieces(*formula))))
    pictures = {shown: _with_shared_glyphs(svg, glyphs) for shown, svg in drawn.items()}
    writer = _Writer(pictures, numbers(document), section_numbers(document))
    return (
        template("report.html.jinja")
        .render(
            title=writer.prose(document.title),
            plain_title=escape(plain(document.title)),
            subtitle=writer.prose(document.subtitle),
            glyphs="".join(glyphs.values()),
            contents=list(writer.contents(document)) if document.numbered_from is not None else [],
            blocks=[writer.block(b) for b in document.blocks],
            references=[(r.key, writer.prose(r.text)) for r in document.references],
            sources=[writer.prose(s) for s in document.sources],
            versions=escape(", ".join(f"{name} {v}" for name, v in document.versions)),
        )
        .encode()
    )


def escape(text: str) -> str:
    """Literal text for HTML."""
    return escaped(literal(text))


Kind = Literal["display", "inline", "piece"]
Shown = tuple[str, Kind]
"""A formula with its kind: displayed, inline, or a piece of a displayed formula."""


def formulas(document: Document) -> Iterator[Shown]:
    """Every formula of a document."""
    yield from ((latex, "display") for item in document.blocks for latex in displayed(item))
    yield from ((part, "inline") for text in texts(document) for kind, part in spans(text) if kind == "math")


def _in_pieces(latex: str, kind: Kind) -> list[Shown]:
    """The formula as it is drawn: whole, or, if it is wide, in pieces between which the browser may break lines."""
    if kind == "display" and width(latex) > NARROW and len(parts := pieces(latex, ROOM)) > 1:
        return [(part, "piece") for part in parts]
    return [(latex, kind)]


def draw(wanted: list[Shown]) -> dict[Shown, str]:
    """An inline SVG for every formula; one run of Typst draws them all."""
    if not wanted:
        return {}
    import typst as compiler

    pages = [
        {
            "display": lambda latex: f"#page(tall($ {typst(latex)} $));",
            "inline": lambda latex: f"#lined(${typst(latex, display=False)}$);",
            "piece": lambda latex: f"#lined($display({typst(latex)})$, tall: true);",
        }[kind](latex)
        for latex, kind in wanted
    ]
    source = (SHEET + "\n".join(pages)).encode()
    made = compiler.compile(source, format="svg", ignore_system_fonts=True)
    images = made if isinstance(made, list) else [made]
    depths = iter(json.loads(compiler.query(source, "<depth>", field="value", ignore_system_fonts=True)))
    return {
        (latex, kind): _inlined(image.decode(), latex, kind, 0.0 if kind == "display" else next(depths))
        for (latex, kind), image in zip(wanted, images, strict=True)
    }


def _inlined(svg: str, latex: str, kind: Kind, depth: float) -> str:
    """The SVG in the size and colour of the text around it, aligned to its line, with the LaTeX as accessible name."""
    size = re.search(r'viewBox="(0 0 ([\d.]+) ([\d.]+))"', svg)
    if size is None:
        raise ReportError(f"Typst drew no picture of {latex}")
    across, height = float(size[2]) / POINTS, float(size[3]) / POINTS
    style = f"width:{across:.3f}em;height:{height:.3f}em;vertical-align:{-(depth + MARGIN) / POINTS:.3f}em;"
    if kind == "display":  # slightly wide formulas shrink; wider ones scroll
        style = f"width:{across:.3f}em;max-width:100%;min-width:{SHRUNK * across:.3f}em;height:auto;"
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    head = f'<svg class="formula {kind}" role="img" aria-label="{escape(unmarked(latex))}" style="{style}" '
    head += f'viewBox="{size[1]}" {spaces}>'
    body = head + re.sub(r"^<svg[^>]*>", "", svg, count=1)
    body = body.replace('fill="#000000"', 'fill="currentColor"').replace('stroke="#000000"', 'stroke="currentColor"')
    return body.replace('fill="#fde7c4"', 'class="mark"')


def _with_shared_glyphs(svg: str, glyphs: dict[str, str]) -> str:
    """The SVG without the outlines of its glyphs, which move to `glyphs`, shared by the page, under short names."""

    def taken(symbol: re.Match[str]) -> str:
        glyphs.setdefault(symbol[1], f'<symbol id="g{len(glyphs)}"{symbol[2]}')
        return ""

    body = re.sub(r'<symbol id="(\w+)"(.*?</symbol>)', taken, svg, flags=re.DOTALL).replace("<defs></defs>", "")
    names = {name: f"g{n}" for n, name in enumerate(glyphs)}
    body = re.sub(r'xlink:href="#(\w+)"', lambda m: f'href="#{names.get(m[1], m[1])}"', body)
    return body.replace(' x="0" y="0" fill="currentColor" fill-rule="nonzero"/>', "/>")


class _Writer:
    """Blocks as HTML, given the drawn formulas and the numbers."""

    def __init__(self, pictures: dict[Shown, str], numbers: dict[str, str], of_headings: tuple[str, ...]):
        self.pictures = pictures
        self.numbers = numbers
        self.of_headings = iter(of_headings)
        self.figures = 0

    def contents(self, document: Document) -> Iterator[tuple[int, str, str, str]]:
        """The level, the anchor, the number and the text of every heading that has a label."""
        headings = [b for b in document.blocks if isinstance(b, Heading)]
        for heading, number in zip(headings, section_numbers(document), strict=True):
            if heading.label:
                yield heading.level, heading.label, number, self.prose(heading.text)

    def prose(self, text: str) -> str:
        out: list[str] = []
        for kind, part in spans(text):
            match kind:
                case "math":
                    out.append(self.pictures[part, "inline"])
                case "emphasis":
                    out.append(f"<em>{escape(part)}</em>")
                case "code":
                    out.append(f"<code>{escape(part)}</code>")
                case "reference" | "citation":
                    out.append(f'<a href="#{part}">{self.numbers[part]}</a>')
                case "badge":
                    out.append(self.badge(Badge(part)))
                case _ if out and part[0] in ".,;:)":  # keep a formula and the punctuation after it on one line
                    out[-1] = f'<span class="keep">{out[-1]}{part[0]}</span>'
                    out.append(escape(part[1:]))
                case _:
                    out.append(escape(part))
        return "".join(out)

    def display(self, latex: str, label: str = "") -> str:
        copies = 'aria-label="Copy this formula as LaTeX"'
        number = f'<span class="number">{self.numbers[label]}</span>' if label else ""
        shown = _in_pieces(latex, "display")
        drawn = " ".join(self.pictures[one] for one in shown)
        if len(shown) > 1:
            drawn = f'<div class="pieces">{drawn}</div>'
        return (
            f'<div class="equation{" numbered" if label else ""}"{_anchor(label)}>'
            f'<div class="scroll" tabindex="0">{drawn}</div>{number}'
            f'<button type="button" class="copy" data-latex="{escape(unmarked(latex))}" {copies}>copy</button></div>'
        )

    def badge(self, value: Badge | None) -> str:
        return "" if value is None else f'<span class="badge {value.rung}">{value.rung}</span>'

    def block(self, item: Block) -> str:
        match item:
            case Heading(text, level, label):
                number = next(self.of_headings)
                shown = f'<span class="number">{number}</span> ' if number else ""
                return f"<h{level + 1}{_anchor(label)}>{shown}{self.prose(text)}</h{level + 1}>"
            case Paragraph(text):
                return f"<p>{self.prose(text)}</p>"
            case Callout(title, text):
                return f"<aside><strong>{self.prose(title)}.</strong> {self.prose(text)}</aside>"
            case Formula(latex, label):
                return self.display(latex, label)
            case Statement():
                return self.statement(item)
            case Derivation(start, lines):
                rows = [f'<li class="start">{self.display(start)}</li>']
                for line in lines:
                    why = (
                        f"<span><b>{escape(line.rule)}.</b> {self.prose(line.why)}</span>{self.badge(Badge(line.rung))}"
                    )
                    rows.append(f'<li>{self.display("= " + line.formula)}<p class="why">{why}</p></li>')
                return f'<ol class="derivation">{"".join(rows)}</ol>'
            case Table():
                return self.table(item)
            case Code(text, _):
                return f"<pre><code>{escaped(literal(text, kept=LAYOUT))}</code></pre>"
            case Figure(caption=caption, label=label):
                self.figures += 1
                number = f"Figure {self.figures}: " if label else ""
                return (
                    f"<figure{_anchor(label)}>{_image(item)}"
                    f"<figcaption>{number}{self.prose(caption)}</figcaption></figure>"
                )
            case Beside(table, figure):
                kind = "beside" if item.fits else "beside wide"
                return f'<div class="{kind}">{self.block(table)}<figure>{_image(figure)}</figure></div>'

    def statement(self, item: Statement) -> str:
        given = (
            f'<p class="given"><em>Given:</em> {"; ".join(map(self.prose, item.hypotheses))}.</p>'
            if item.hypotheses
            else ""
        )
        detail = f'<p class="detail">{self.prose(item.badge.detail)}.</p>' if item.badge and item.badge.detail else ""
        words = f"<p>{self.prose(item.text)}</p>" if item.text else ""
        kind = f"{item.kind} {self.numbers[item.label]}" if item.label else item.kind
        if item.is_words:
            return (
                f"<p{_anchor(item.label)}><strong>{escape(kind)}</strong> <code>{escape(item.name)}</code> {words[3:]}"
            )
        head = f"<h3>{escape(kind)} <code>{escape(item.name)}</code>{self.badge(item.badge)}</h3>"
        formula = self.display(item.formula) if item.formula else ""
        return f'<section class="statement"{_anchor(item.label)}>{head}{words}{formula}{given}{detail}</section>'

    def table(self, item: Table) -> str:
        align = (item.align or "l" * len(item.header)).ljust(len(item.header), "l")
        head = "".join(
            f'<th scope="col" class="{a}">{self.prose(h)}</th>' for a, h in zip(align, item.header, strict=False)
        )
        rows = "".join(
            "<tr>"
            + "".join(f'<td class="{a}">{self.prose(c)}</td>' for a, c in zip(align, row, strict=False))
            + "</tr>"
            for row in item.rows
        )
        caption = f"<caption>{self.prose(item.caption)}</caption>" if item.caption else ""
        body = f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
        return f'<div class="scroll" tabindex="0"><table>{caption}{body}</table></div>'


def _anchor(label: str) -> str:
    return f' id="{label}"' if label else ""


def _image(figure: Figure) -> str:
    data = base64.b64encode(figure.svg).decode()
    style = f' style="max-width:{figure.width / POINTS:.2f}em"' if figure.width < WHOLE else ""
    return f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(figure.alt)}"{style}>'
