"""Derivations in the terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console

    from pgsym.claims.claim import Claim
    from pgsym.decide.verdicts import Verdict
    from pgsym.kernel import Theorem

SPACE: Final = "\ue000"
"""A space at which no line breaks."""


def show(theorem: Theorem, console: Console | None = None) -> None:
    """Print a derivation line by line: what changed, the rule, why, and the evidence."""
    from rich.markup import escape

    from pgsym.cli.terminal import console as quiet_pipes
    from pgsym.decide.verdicts import Rung
    from pgsym.report.prose import plain
    from pgsym.terms.printers.text import text

    out = console or quiet_pipes(highlight=False)
    out.print(f"\n[bold]{escape(theorem.name)}[/bold]")
    for hypothesis in theorem.given:
        _hanging(out, "  [dim]given [/dim]", f"[dim]{escape(str(hypothesis))}[/dim]", 0)
    out.print()
    _hanging(out, "    ", escape(_kept(text(theorem.lhs))))
    for number, step in enumerate(theorem.steps, 1):
        line = escape(_kept(text(step.after, step.path, ("\0", "\1"))))
        _hanging(out, "  = ", line.replace("\0", "[cyan]").replace("\1", "[/cyan]"))
        why = f"{escape(step.title)} · {escape(plain(step.why))} · {step.verdict.rung}"
        _hanging(out, f"[dim]{number:7}. [/dim]", f"[dim]{why}[/dim]", 0)
    out.print()
    rung, _, evidence = str(theorem.standing).partition(": ")
    mark, colour = ("✔", "green") if theorem.rung in (Rung.DECIDED, Rung.EXACT) else ("·", "yellow")
    _hanging(out, f"  [{colour}]{mark} {rung}[/{colour}]  ", f"[dim]{escape(evidence)}[/dim]", 0)
    out.print()


def show_verdict(claim: Claim, verdict: Verdict, console: Console | None = None) -> None:
    """Print a claim with its verdict, its counterexample as tables and its repairs."""
    from rich.markup import escape

    from pgsym.cli.terminal import console as quiet_pipes
    from pgsym.decide.verdicts import Rung
    from pgsym.report.prose import plain
    from pgsym.terms.printers.text import text

    out = console or quiet_pipes(highlight=False)
    out.print()
    _hanging(out, "", f"[bold]{escape(claim.id)}[/bold]  {escape(plain(claim.says))}")
    for hypothesis in verdict.assumed:
        _hanging(out, "  [dim]given [/dim]", f"[dim]{escape(str(hypothesis))}[/dim]", 0)
    out.print()
    _hanging(out, "    ", escape(_kept(text(claim.lhs))))
    colour = "red" if verdict.rung is Rung.REFUTED else "green" if verdict.is_true else "yellow"
    _hanging(out, f"  [{colour}]{verdict.sign}[/{colour}] ", escape(_kept(text(claim.rhs))))
    out.print()
    _hanging(out, f"  [{colour}]{verdict.rung}[/{colour}]  ", f"[dim]{escape(str(verdict.evidence))}[/dim]", 0)
    if verdict.counterexample:
        out.print(escape(str(verdict.counterexample)))
    for example in claim.examples:
        out.print()
        _hanging(out, "  ", escape(plain(example.says)), 0)
        for name, table in example.tables.items():
            out.print(f"    {escape(name)} = {escape(str(table))}", style="dim")
        for term, _, found in example.values():
            _hanging(out, "    ", escape(f"{_kept(text(term))} = {', '.join(map(str, found))}"))
    if claim.remark:
        out.print()
        _hanging(out, "  ", escape(plain(claim.remark)), 0)
    if claim.repaired_by:
        _hanging(out, "  What holds: ", escape(", ".join(claim.repaired_by)), 0)
    out.print()


def _kept(formula: str) -> str:
    """The formula with spaces that no line breaks at: in its scripts, around bars, after operators and commas.

    >>> _kept("Σ_{t = 1} log π(a | s) + 1").replace(SPACE, "·")
    'Σ_{t·=·1} log·π(a·|·s) +·1'
    """
    formula = re.sub(r"\{[^{}]*\}", lambda script: script[0].replace(" ", SPACE), formula)
    return re.sub(r" (?=\| )|(?<=[-−+=|≤≥,]) |(?<=∇_θ) |(?<=log) ", SPACE, formula)


def _hanging(out: Console, lead: str, markup: str, deeper: int = 2) -> None:
    """Print words after what leads them; where they take several lines, the others are indented a little further."""
    from rich.text import Text

    first = Text.from_markup(lead)
    further = Text(" " * (len(first) + deeper))
    for line in Text.from_markup(markup).wrap(out, max(out.width - len(further), 20)):
        line.plain = line.plain.replace(SPACE, " ").rstrip()
        out.print(first + line)
        first = further
