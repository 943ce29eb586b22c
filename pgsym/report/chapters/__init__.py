"""The prose of the article's chapters: what each does, and its definitions, opinions and history.

A chapter is a text file named by its number: blocks with blank lines between them, each of which is

    # Title                      the chapter's title, first
    ## Title                     a part of it
    $$ LaTeX $$ eq:label         a numbered formula
    definition an-id: prose      an entry that claims nothing to decide (or: opinion, history, empirical)
    claims: an-id another-id     the claims that the part holds, in their order, if the catalogue has them
    figure: name                 a figure of the article
    anything else                a paragraph of prose
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pgsym.errors import ReportError
from pgsym.report.document import Block, Formula, Paragraph, Statement

KINDS = {"definition": "Definition", "opinion": "Opinion", "history": "History", "empirical": "Practice"}


@dataclass(frozen=True)
class FigureSlot:
    """The place of a figure."""

    name: str


@dataclass(frozen=True)
class Part:
    """A part of a chapter: what is said, then the claims that belong to it; the first part has no title."""

    title: str
    blocks: tuple[Block | FigureSlot, ...]
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Chapter:
    """A chapter of the article."""

    number: int
    title: str
    parts: tuple[Part, ...]


@cache
def chapters() -> tuple[Chapter, ...]:
    """All chapters, in their order.

    >>> [c.title for c in chapters()][:3]
    ['Title and introduction', 'Policy Gradient', 'Something Feels Off']
    """
    found = sorted((f for f in files(__package__).iterdir() if f.name.endswith(".txt")), key=lambda f: f.name)
    return tuple(parse(int(f.name.removesuffix(".txt")), f.read_text(encoding="utf-8")) for f in found)


def parse(number: int, text: str) -> Chapter:
    """A chapter from its text; raises ReportError where it does not begin with its title."""
    title, *blocks = [b.strip() for b in text.split("\n\n") if b.strip()]
    if not title.startswith("# "):
        raise ReportError(f"chapter {number} begins with {title[:40]!r}, not with its title")
    parts: list[tuple[str, list[str]]] = [("", [])]
    for block in blocks:
        if block.startswith("## "):
            parts.append((block[3:], []))
        else:
            parts[-1][1].append(block)
    return Chapter(number, title[2:], tuple(_part(name, said) for name, said in parts))


def _part(title: str, said: list[str]) -> Part:
    claims = [name for block in said if block.startswith("claims: ") for name in block.split()[1:]]
    return Part(title, tuple(_blocks(b for b in said if not b.startswith("claims: "))), tuple(claims))


def _blocks(said: Iterator[str]) -> Iterator[Block | FigureSlot]:
    for block in said:
        if formula := re.fullmatch(r"\$\$ (.*) \$\$ (eq:[\w-]+)", block, re.DOTALL):
            yield Formula(formula[1], formula[2])
        elif entry := re.fullmatch(rf"({'|'.join(KINDS)}) ([\w-]+): (.*)", block, re.DOTALL):
            yield Statement(KINDS[entry[1]], entry[2], entry[3], label=f"claim:{entry[2]}")
        elif block.startswith("figure: "):
            yield FigureSlot(block.removeprefix("figure: "))
        else:
            yield Paragraph(block)
