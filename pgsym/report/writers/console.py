"""The console for results: colours of verdicts, tables, and wrapped lines with a hanging indent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

COLOURS = {"decided": "green", "exact": "green", "tested": "yellow", "refuted": "red", "undecided": "magenta"}
SPACE = "\ue000"
"""A no-break space."""


def console(highlight: bool = False, stderr: bool = False) -> Console:
    """A console of rich; the command line handles a closed pipe."""
    from rich.console import Console

    class Plain(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return Plain(highlight=highlight, stderr=stderr)


def badge(rung: str) -> str:
    """A verdict in its colour, as rich's markup."""
    return f"[{COLOURS[rung]}]{rung}[/{COLOURS[rung]}]"


def escaped(text: str) -> str:
    """The text with rich's markup escaped."""
    from rich.markup import escape

    return escape(text)


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], align: str = "", out: Console | None = None, indent: int = 0
) -> None:
    """Print a table of cells in rich's markup; columns are aligned by the letters l, r and c."""
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=None, pad_edge=False, header_style="dim", show_header=any(head))
    for title, side in zip(head, align.ljust(len(head), "l"), strict=True):
        shown.add_column(title, justify="right" if side == "r" else "center" if side == "c" else "left")
    for row in rows:
        shown.add_row(*row)
    out = out or console(highlight=True)
    room = out.options.update(width=max(out.width - indent, 20))
    for segments in out.render_lines(shown, room, pad=False):
        line = Text.assemble(" " * indent, *((s.text, s.style or "") for s in segments))
        line.rstrip()
        out.print(line, no_wrap=True, overflow="ignore", crop=False)


def hanging(out: Console, lead: str, markup: str, deeper: int = 0) -> None:
    """Print words after a lead; further lines are indented below the first, by `deeper` more spaces."""
    from rich.text import Text

    first = Text.from_markup(lead)
    further = Text(" " * (len(first) + deeper))
    for line in Text.from_markup(markup).wrap(out, max(out.width - len(further), 20)):
        line.plain = line.plain.replace(SPACE, " ").rstrip()
        out.print(first + line)
        first = further
