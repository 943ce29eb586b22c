"""All prose and all displayed formulas of a document."""

from __future__ import annotations

from collections.abc import Iterator

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


def texts(document: Document) -> Iterator[str]:
    """All prose of a document."""
    yield from (document.title, document.subtitle)
    for item in document.blocks:
        yield from texts_of(item)
    yield from document.sources
    yield from (r.text for r in document.references)


def texts_of(item: Block) -> Iterator[str]:
    """The prose of one block."""
    match item:
        case Heading() | Paragraph():
            yield item.text
        case Callout():
            yield from (item.title, item.text)
        case Statement():
            yield from (item.text, *item.hypotheses, item.badge.detail if item.badge else "")
        case Derivation():
            yield from (line.why for line in item.lines)
        case Table():
            yield from (*item.header, *(cell for row in item.rows for cell in row), item.caption)
        case Figure():
            yield item.caption
        case Beside():
            yield from texts_of(item.table)
        case Formula() | Code():
            pass


def displayed(item: Block) -> Iterator[str]:
    """The displayed formulas of one block."""
    match item:
        case Formula():
            yield item.latex
        case Statement() if item.formula:
            yield item.formula
        case Derivation():
            yield item.start
            yield from (f"= {line.formula}" for line in item.lines)
