"""Derivations in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgsym.terms.text import text

if TYPE_CHECKING:
    from rich.console import Console

    from pgsym.kernel import Theorem


def show(theorem: Theorem, console: Console | None = None) -> None:
    """Print a derivation line by line: what changed, the rule, why, and the evidence."""
    from rich.console import Console
    from rich.markup import escape

    from pgsym.report.prose import plain

    out = console or Console(highlight=False)
    out.print(f"\n[bold]{escape(theorem.name)}[/bold]")
    for hypothesis in theorem.given:
        out.print(f"  given {escape(str(hypothesis))}", style="dim")
    out.print()
    out.print(f"    {escape(text(theorem.lhs))}")
    for number, step in enumerate(theorem.steps, 1):
        line = escape(text(step.after, step.path, ("\0", "\1"))).replace("\0", "[cyan]").replace("\1", "[/cyan]")
        out.print(f"  = {line}")
        out.print(f"      [dim]{number}. {escape(step.rule.title)} · {escape(plain(step.why))} · {step.verdict.rung}[/dim]")
    out.print(f"\n  [green]✔ {theorem.verdict.rung}[/green]  [dim]{escape(str(theorem.verdict.evidence))}[/dim]\n")
