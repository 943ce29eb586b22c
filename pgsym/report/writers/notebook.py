"""Reports as Jupyter notebooks."""

from __future__ import annotations

import json

from pgsym.report.document import Code, Document
from pgsym.report.prose import LAYOUT, literal
from pgsym.report.writers.markdown import frame, markdown


def render_notebook(document: Document) -> bytes:
    """The notebook as JSON (nbformat 4.5); Python code in the report becomes code cells."""
    above, below = frame(document)
    cells = [_cell("markdown", above, 0)]
    for item in document.blocks:
        runs = isinstance(item, Code) and item.language == "python"
        cells.append(
            _cell(
                "code" if runs else "markdown",
                literal(item.text, kept=LAYOUT) if runs and isinstance(item, Code) else markdown(item),
                len(cells),
            )
        )
    cells += [_cell("markdown", part, number) for number, part in enumerate(below, len(cells))]
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
