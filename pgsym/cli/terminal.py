"""Parts shared by the commands: the option for engines, JSON output, and progress bars."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from typing import Annotated, Any, TypeVar

import typer

from pgsym.report.writers.console import console

T = TypeVar("T")
Engine = Annotated[str, typer.Option(help="The engine that makes the PDF: auto, typst, latexmk, pdflatex or tectonic.")]


def _is_unicode(stream: object) -> bool:
    return str(getattr(stream, "encoding", "")).lower().replace("-", "").startswith("utf")


def escape_what_cannot_be_printed() -> None:
    """Make standard output and standard error escape characters that their encoding lacks, as in \\u2207."""
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
    """The values of an option that may be repeated and may contain commas, as one list."""
    return [f.strip() for f in ",".join(given).split(",") if f.strip()]
