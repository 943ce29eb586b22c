"""Documents in the terminal: formulas as text, verdicts in colour, lines wrapped to its width."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, assert_never

from pgsym.report.document import (
    CHANGED,
    Badge,
    Beside,
    Block,
    Callout,
    Code,
    Derivation,
    Figure,
    Formula,
    Heading,
    Paragraph,
    Statement,
    Table,
)
from pgsym.report.prose import LAYOUT, literal, plain, spans
from pgsym.report.writers.console import COLOURS, SPACE, badge, console, escaped, hanging, table

if TYPE_CHECKING:
    from rich.console import Console


IDENTITIES = {"holds": "green", "*fails*": "red", "not shown": "dim"}
"""The colours of cells that say whether an identity holds."""


def show_blocks(blocks: Iterable[Block], out: Console | None = None) -> None:
    """Print the blocks of a document, with an empty line before, between and after them.

    If a statement is followed by its derivation, its sides are not printed: they are the first and last line of the
    derivation; the verdict is printed below the derivation.
    """
    out = out or console()
    blocks = list(blocks)
    for item, following in zip(blocks, [*blocks[1:], None], strict=True):
        if isinstance(item, Statement):
            _head(item, out)
            if not isinstance(following, Derivation):
                _sides(item, out)
                _verdict(item.badge, out)
        elif isinstance(item, Derivation):
            _derivation(item, out)
            before = blocks[max(blocks.index(item) - 1, 0)]
            _verdict(before.badge if isinstance(before, Statement) else None, out)
        else:
            out.print()
            _block(item, out)
    out.print()


def prose(text: str) -> str:
    """Prose as rich's markup: formulas as text, emphasis in bold, verdicts in colour."""
    out = []
    for kind, part in spans(text):
        match kind:
            case "math":
                out.append(escaped(plain(f"${part}$")))
            case "emphasis":
                out.append(f"[bold]{escaped(part)}[/bold]")
            case "badge":
                out.append(badge(part))
            case _:
                out.append(escaped(part))
    return "".join(out)


def _block(item: Block, out: Console) -> None:
    match item:
        case Heading(text, _, _):
            hanging(out, "", f"[bold]{prose(text)}[/bold]")
        case Paragraph(text):
            hanging(out, "  ", prose(text))
        case Callout(title, text):
            hanging(out, "  ", f"[bold]{prose(title)}:[/bold] {prose(text)}")
        case Formula():
            hanging(out, "    ", _formula(item.latex, item.as_text), 2)
        case Table(header, rows, caption, align):
            cells = [[_cell(c) for c in row] for row in rows]
            table([prose(h) for h in header], cells, align, out, indent=2)
            if caption:
                hanging(out, "  ", f"[dim]{prose(caption)}[/dim]")
        case Beside(small, _):
            _block(small, out)
        case Figure(caption=caption):
            hanging(out, "  [dim]figure: [/dim]", f"[dim]{prose(caption)}[/dim]")
        case Code(text, _):
            for line in literal(text, kept=LAYOUT).splitlines():
                out.print(f"    {escaped(line)}", soft_wrap=True)
        case Statement() | Derivation():  # printed by `show_blocks`, which may join the two
            pass
        case _:
            assert_never(item)


def _cell(text: str) -> str:
    return f"[{IDENTITIES[text]}]{prose(text)}[/]" if text in IDENTITIES else prose(text)


def _head(item: Statement, out: Console) -> None:
    """Print the name, the prose and the hypotheses of a statement."""
    out.print()
    hanging(out, "", f"[bold]{escaped(item.name)}[/bold]  {prose(item.text)}", 2)
    for hypothesis in item.given or map(plain, item.hypotheses):
        hanging(out, "  [dim]given [/dim]", f"[dim]{escaped(hypothesis)}[/dim]")


def _sides(item: Statement, out: Console) -> None:
    """Print the formula of a statement: its sides on two lines, or the whole formula if it has no sides."""
    if not item.formula:
        return
    out.print()
    if not item.sides:
        hanging(out, "    ", _formula(item.formula, ""), 2)
        return
    left, sign, right = item.sides
    colour = COLOURS[item.badge.rung] if item.badge else "default"
    hanging(out, "    ", _formula("", left), 2)
    hanging(out, f"  [{colour}]{escaped(sign)}[/{colour}] ", _formula("", right), 2)


def _derivation(item: Derivation, out: Console) -> None:
    """Print the lines of a derivation, with the changed part in colour, and below each the rule, reason and rung."""
    out.print()
    hanging(out, "    ", _formula(item.start, item.as_text), 2)
    for number, line in enumerate(item.lines, 1):
        hanging(out, "  = ", _formula(line.formula, line.as_text), 2)
        why = " · ".join(filter(None, (escaped(line.rule), prose(line.why), str(line.rung))))
        hanging(out, f"[dim]{number:7}. [/dim]", f"[dim]{why}[/dim]")


def _verdict(found: Badge | None, out: Console) -> None:
    """Print the rung in its colour, and the evidence beside it."""
    if found is None:
        return
    mark = "✔ " if found.rung in ("decided", "exact") else ""
    colour = COLOURS[found.rung]
    out.print()
    said = found.detail.removeprefix(f"{found.rung.capitalize()} ")  # it is printed before, in colour
    if re.match("[A-Z][a-z]+[ ,;]", said):
        said = said[0].lower() + said[1:]
    hanging(out, f"  [{colour}]{mark}{found.rung}[/{colour}]  ", f"[dim]{prose(said)}[/dim]")


def _formula(latex: str, as_text: str) -> str:
    """A formula as rich's markup, with no-break spaces and the changed part in colour."""
    shown = escaped(kept(as_text or plain(f"${latex}$")))
    return shown.replace(CHANGED[0], "[cyan]").replace(CHANGED[1], "[/cyan]")


def kept(formula: str) -> str:
    """The formula with no-break spaces in its scripts, around bars, and after operators and commas.

    >>> kept("Σ_{t = 1} log π(a | s) + 1").replace(SPACE, "·")
    'Σ_{t·=·1} log·π(a·|·s) +·1'
    """
    formula = re.sub(r"\{[^{}]*\}", lambda script: script[0].replace(" ", SPACE), formula)
    return re.sub(r" (?=\| )|(?<=[-−+=|≤≥,]) |(?<=∇_θ) |(?<=log) ", SPACE, formula)
