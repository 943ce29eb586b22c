"""What commands share: an option, and what they print: tables, verdicts, JSON, and a progress bar on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, TypeVar

import typer

T = TypeVar("T")
Engine = Annotated[str, typer.Option(help="What makes the PDF: auto, typst, latexmk, pdflatex or tectonic.")]

COLOURS = {"decided": "green", "exact": "green", "tested": "yellow", "refuted": "red", "undecided": "magenta"}


def badge(rung: str) -> str:
    """A verdict in its colour."""
    return f"[{COLOURS[rung]}]{rung}[/{COLOURS[rung]}]"


def escaped(text: str) -> str:
    """Text without what rich gives a meaning."""
    from rich.markup import escape

    return escape(text)


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Print a table."""
    from rich.console import Console
    from rich.table import Table

    shown = Table(*head, box=None, pad_edge=False, header_style="dim")
    for row in rows:
        shown.add_row(*row)
    Console().print(shown)


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def progress(items: Iterable[T], what: str) -> Iterable[T]:
    """The items, with a progress bar on a terminal."""
    items = list(items)
    if not sys.stderr.isatty() or len(items) < 2:
        return items
    from rich.console import Console
    from rich.progress import track

    bar: Callable[..., Iterable[T]] = track
    return bar(items, description=what, console=Console(stderr=True), transient=True)


def listed(given: Iterable[str]) -> list[str]:
    """What is given by commas or by repeating an option, one by one."""
    return [f.strip() for f in ",".join(given).split(",") if f.strip()]
