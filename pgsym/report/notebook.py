"""Reports as Jupyter notebooks."""

from __future__ import annotations

import json
import re
from base64 import b64encode

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
from pgsym.report.formula import remarked
from pgsym.report.prose import spans

TINT = "#b06000"
SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~$&]")
ESCAPED = r"\\\g<0>"
ESCAPED_BAR = r"\|"
VERTICAL = "\\vert "


def display(latex: str) -> str:
    """A displayed formula; the changed sub-term in a fixed colour, written out without macros."""
    return f"$$\n{_tinted(latex)}\n$$"


def _tinted(latex: str) -> str:
    return remarked(latex, lambda body: f"{{\\color{{{TINT}}}{{{body}}}}}")


def prose(text: str, in_table: bool = False) -> str:
    r"""Prose with all that Markdown would take for markup escaped; in a table no bar is left to end a cell.

    >>> prose("50% of x_1 <tag> *so*, $x_1$")
    '50% of x\\_1 \\<tag\\> *so*, $x_1$'
    >>> prose("$|x|$", in_table=True)
    '$\\vert x\\vert $'
    """
    out = []
    for kind, part in spans(text):
        match kind:
            case "math":
                out.append(f"${part.replace('|', VERTICAL) if in_table else part}$")
            case "emphasis":
                out.append(f"*{SPECIAL.sub(ESCAPED, part)}*")
            case "code":
                out.append(f"`{part.replace('|', ESCAPED_BAR) if in_table else part}`")
            case "reference" | "citation":
                out.append(f"[{part}](#{part})")
            case "badge":
                out.append(f"*{part}*")
            case _:
                out.append(SPECIAL.sub(ESCAPED, part))
    return "".join(out)


def markdown(item: Block) -> str:
    """One block as Markdown."""
    match item:
        case Heading(text, level, label):
            return f"{_anchor(label)}{'#' * (level + 1)} {prose(text)}"
        case Paragraph(text):
            return prose(text)
        case Callout(title, text):
            return f"> **{prose(title)}.** {prose(text)}"
        case Formula(latex, label):
            return _anchor(label) + display(latex)
        case Statement(kind, name, text, formula, hypotheses, badge, label):
            head = f"{_anchor(label)}**{kind}** `{name}`" + (f" — *{badge.rung}*" if badge else "")
            given = f"*Given:* {'; '.join(map(prose, hypotheses))}." if hypotheses else ""
            detail = f"{prose(badge.detail)}." if badge and badge.detail else ""
            shown = display(formula) if formula else ""
            return "\n\n".join(x for x in (head, prose(text), shown, given, detail) if x)
        case Derivation(start, lines):
            rows = [display(start)]
            rows += [
                f"{display(f'= {x.formula}')}\n\n({n}) **{SPECIAL.sub(ESCAPED, x.rule)}.** {prose(x.why)} *{x.rung}*"
                for n, x in enumerate(lines, 1)
            ]
            return "\n\n".join(rows)
        case Table(header, rows, caption, align):
            side = {"l": ":--", "r": "--:", "c": ":-:"}
            aligned = [side[a] for a in align.ljust(len(header), "l")]
            table = [
                "| " + " | ".join(cells) + " |"
                for cells in ([prose(h, True) for h in header], aligned, *([prose(c, True) for c in r] for r in rows))
            ]
            return "\n".join(table) + (f"\n\n{prose(caption)}" if caption else "")
        case Figure(label=label, caption=caption):
            return f"{_anchor(label)}{_image(item)}\n\n{prose(caption)}"
        case Beside(beside, figure):
            return f"{markdown(beside)}\n\n{_image(figure)}"
        case Code(text, language):
            return f"```{language}\n{text}\n```"


def _anchor(label: str) -> str:
    return f'<a id="{label}"></a>\n\n' if label else ""


def _image(figure: Figure) -> str:
    return f"![{prose(figure.alt)}](data:image/svg+xml;base64,{b64encode(figure.svg).decode()})"


def render_notebook(document: Document) -> bytes:
    """The notebook as JSON (nbformat 4.5); Python in the report becomes cells that run."""
    cells = [_cell("markdown", f"# {prose(document.title)}\n\n{prose(document.subtitle)}", 0)]
    for item in document.blocks:
        runs = isinstance(item, Code) and item.language == "python"
        cells.append(
            _cell(
                "code" if runs else "markdown",
                item.text if runs and isinstance(item, Code) else markdown(item),
                len(cells),
            )
        )
    if document.references:
        listed = "\n".join(f'- <a id="{r.key}"></a>{prose(r.text)}' for r in document.references)
        cells.append(_cell("markdown", f"## References\n\n{listed}", len(cells)))
    if document.sources:
        cells.append(
            _cell("markdown", "## Sources\n\n" + "\n".join(f"- {prose(s)}" for s in document.sources), len(cells))
        )
    made = ", ".join(f"{name} {v}" for name, v in document.versions)
    cells.append(_cell("markdown", f"Made with {made}.", len(cells)))
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode()


def _cell(kind: str, source: str, number: int) -> dict[str, object]:
    cell: dict[str, object] = {
        "cell_type": kind,
        "id": f"cell-{number}",
        "metadata": {},
        "source": source.splitlines(keepends=True),
    }
    return {**cell, "execution_count": None, "outputs": []} if kind == "code" else cell
