"""Reports as Jupyter notebooks."""

from __future__ import annotations

import json
from base64 import b64encode

from pgsym.report.document import (
    Block,
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

TINT = "#b06000"


def display(latex: str) -> str:
    """A displayed formula; the changed sub-term in a fixed colour, written out without macros."""
    return f"$$\n{_tinted(latex)}\n$$"


def _tinted(latex: str) -> str:
    out, rest = "", latex
    while "\\changed{" in rest:
        before, _, after = rest.partition("\\changed{")
        depth, end = 1, 0
        while depth:
            depth += {"{": 1, "}": -1}.get(after[end], 0) if after[end - 1 : end] != "\\" else 0
            end += 1
        out += f"{before}{{\\color{{{TINT}}}{{{after[: end - 1]}}}}}"
        rest = after[end:]
    return out + rest


def markdown(item: Block) -> str:
    """One block as Markdown."""
    match item:
        case Heading(text, level):
            return f"{'#' * (level + 1)} {text}"
        case Paragraph(text):
            return text
        case Formula(latex):
            return display(latex)
        case Statement(kind, name, text, formula, hypotheses, badge):
            head = f"**{kind}** `{name}`" + (f" — *{badge.rung}*" if badge else "")
            given = f"*Given:* {'; '.join(hypotheses)}." if hypotheses else ""
            detail = f"{badge.detail}." if badge and badge.detail else ""
            return "\n\n".join(x for x in (head, text, display(formula), given, detail) if x)
        case Derivation(start, lines):
            rows = [display(start)]
            rows += [
                f"{display(f'= {x.formula}')}\n\n({n}) **{x.rule}.** {x.why} *{x.rung}*" for n, x in enumerate(lines, 1)
            ]
            return "\n\n".join(rows)
        case Table(header, rows, caption, _):
            top = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
            body = ["| " + " | ".join(c.replace("|", "\\|") for c in r) + " |" for r in rows]
            return "\n".join(top + body) + (f"\n\n{caption}" if caption else "")
        case Figure(_, svg, _, alt, caption):
            return f"![{alt}](data:image/svg+xml;base64,{b64encode(svg).decode()})\n\n{caption}"
        case Code(text, language):
            return f"```{language}\n{text}\n```"


def render_notebook(document: Document) -> bytes:
    """The notebook as JSON (nbformat 4.5); Python in the report becomes cells that run."""
    cells = [_cell("markdown", f"# {document.title}\n\n{document.subtitle}", 0)]
    for item in document.blocks:
        runs = isinstance(item, Code) and item.language == "python"
        cells.append(
            _cell(
                "code" if runs else "markdown",
                item.text if runs and isinstance(item, Code) else markdown(item),
                len(cells),
            )
        )
    if document.sources:
        cells.append(_cell("markdown", "## Sources\n\n" + "\n".join(f"- {s}" for s in document.sources), len(cells)))
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
