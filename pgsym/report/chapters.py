"""The prose of the article's chapters as blocks of a document.

`pgsym.claims.chapters` reads the titles and the claims of a chapter's text.  Every other block of the text is one of

    $$ LaTeX $$ eq:label         a numbered formula
    definition an-id: prose      an entry without a claim to decide (or: opinion, history, empirical)
    figure: name                 a figure of the article
    anything else                a paragraph of prose
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pgsym.report.document import Block, Formula, Paragraph, Statement

KINDS = {"definition": "Definition", "opinion": "Opinion", "history": "History", "empirical": "Practice"}


@dataclass(frozen=True)
class FigureSlot:
    """The place of a figure."""

    name: str


def blocks(texts: Iterable[str]) -> Iterator[Block | FigureSlot]:
    """The blocks of a document that the text blocks of a part stand for."""
    for block in texts:
        if formula := re.fullmatch(r"\$\$ (.*) \$\$ (eq:[\w-]+)", block, re.DOTALL):
            yield Formula(formula[1], formula[2])
        elif entry := re.fullmatch(rf"({'|'.join(KINDS)}) ([\w-]+): (.*)", block, re.DOTALL):
            yield Statement(KINDS[entry[1]], entry[2], entry[3], label=f"claim:{entry[2]}")
        elif block.startswith("figure: "):
            yield FigureSlot(block.removeprefix("figure: "))
        else:
            yield Paragraph(block)
