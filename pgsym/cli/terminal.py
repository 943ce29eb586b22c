"""What commands share: an option, and what they print besides results: JSON, and a progress bar on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from typing import Annotated, Any, TypeVar

import typer

from pgsym.report.writers.console import console

T = TypeVar("T")
Engine = Annotated[str, typer.Option(help="What makes the PDF: auto, typst, latexmk, pdflatex or tectonic.")]


def _is_unicode(stream: object) -> bool:
    return str(getattr(stream, "encoding", "")).lower().replace("-", "").startswith("utf")


def escape_what_cannot_be_printed() -> None:
    """Let standard output and error write a character that their encoding lacks as an escape, such as \\u2207."""
    for stream in (sys.stdout, sys.stderr):
        if (configure := getattr(stream, "reconfigure", None)) is not None:
            configure(errors="backslashreplace")


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    typer.echo(json.dumps(value, ensure_ascii=not _is_unicode(sys.stdout), indent=2))


def progress(items: Iterable[T], what: str) -> Iterable[T]:
    """The items, with a progress bar on a terminal."""
    items = list(items)
    if not sys.stderr.isatty() or len(items) < 2:
        return items
    from rich.progress import track

    bar: Callable[..., Iterable[T]] = track
    return bar(items, description=what, console=console(stderr=True), transient=True)


def listed(given: Iterable[str]) -> list[str]:
    """What is given by commas or by repeating an option, one by one."""
    return [f.strip() for f in ",".join(given).split(",") if f.strip()]
