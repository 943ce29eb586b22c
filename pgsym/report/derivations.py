"""The report of a script: its docstring, then the usual blocks or the blocks of a story."""

from __future__ import annotations

import inspect

from pgsym.claims import catalogue
from pgsym.report.document import Block, Document, Paragraph
from pgsym.report.pages.derivation import standard
from pgsym.report.pages.stories import STORIES
from pgsym.report.versions import versions


def document_for(name: str) -> Document:
    """The report of a script, or of the script that states a claim; scripts in STORIES have blocks of their own."""
    name = catalogue.script_name(name)
    script = catalogue.script(name)
    title, blocks = _opening(script.__doc__ or name)
    body = list(STORIES[name]() if name in STORIES else standard(name))
    sources = tuple(dict.fromkeys(c.source for c in script.claims() if c.source))
    return Document(name, title, (*blocks, *body), sources=sources, versions=versions())


def title_of(name: str) -> str:
    """The title of a script's report."""
    return _opening(catalogue.script(name).__doc__ or name)[0]


def _opening(docstring: str) -> tuple[str, tuple[Block, ...]]:
    """A docstring's first line as the title, its paragraphs as prose."""
    first, *rest = inspect.cleandoc(docstring).split("\n\n")
    return " ".join(first.split()).rstrip("."), tuple(Paragraph(" ".join(p.split())) for p in rest if p.strip())
