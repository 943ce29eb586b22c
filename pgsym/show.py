"""Derivations in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from pgsym.decide.claims import Claim
    from pgsym.decide.verdicts import Verdict
    from pgsym.kernel import Theorem


def show(theorem: Theorem, console: Console | None = None) -> None:
    """Print a derivation line by line: what changed, the rule, why, and the evidence."""
    from rich.console import Console
    from rich.markup import escape

    from pgsym.report.prose import plain
    from pgsym.terms.text import text

    out = console or Console(highlight=False)
    out.print(f"\n[bold]{escape(theorem.name)}[/bold]")
    for hypothesis in theorem.given:
        out.print(f"  given {escape(str(hypothesis))}", style="dim")
    out.print()
    out.print(f"    {escape(text(theorem.lhs))}")
    for number, step in enumerate(theorem.steps, 1):
        line = escape(text(step.after, step.path, ("\0", "\1"))).replace("\0", "[cyan]").replace("\1", "[/cyan]")
        out.print(f"  = {line}")
        out.print(
            f"      [dim]{number}. {escape(step.rule.title)} · {escape(plain(step.why))} · {step.verdict.rung}[/dim]"
        )
    out.print(f"\n  [green]✔ {theorem.verdict.rung}[/green]  [dim]{escape(str(theorem.verdict.evidence))}[/dim]\n")


def show_verdict(claim: Claim, verdict: Verdict, console: Console | None = None) -> None:
    """Print a claim with its verdict, its counterexample as tables and its repairs."""
    from rich.console import Console
    from rich.markup import escape

    from pgsym.report.prose import plain
    from pgsym.terms.text import text

    out = console or Console(highlight=False)
    out.print(f"\n[bold]{escape(claim.id)}[/bold]  {escape(plain(claim.says))}\n")
    out.print(f"    {escape(text(claim.lhs))}")
    colour = "red" if verdict.counterexample else "green"
    out.print(f"  [{colour}]{verdict.sign}[/{colour}] {escape(text(claim.rhs))}")
    out.print(f"\n  [{colour}]{verdict.rung}[/{colour}]  [dim]{escape(str(verdict.evidence))}[/dim]")
    if verdict.counterexample:
        out.print(escape(str(verdict.counterexample)))
    for example in claim.examples:
        out.print(f"\n  {escape(plain(example.says))}")
        for name, table in example.tables.items():
            out.print(f"    {escape(name)} = {escape(str(table))}", style="dim")
        for term, _, found in example.values():
            out.print(f"    {escape(text(term))} = {escape(', '.join(map(str, found)))}")
    if claim.remark:
        out.print(f"\n  {escape(plain(claim.remark))}")
    if claim.repaired_by:
        out.print(f"  What holds: {escape(', '.join(claim.repaired_by))}")
    out.print()
