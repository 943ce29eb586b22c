"""Derivations and claims in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from pgsym.claims.claim import Claim
    from pgsym.decide.verdicts import Verdict
    from pgsym.kernel import Theorem


def show(theorem: Theorem, console: Console | None = None) -> None:
    """Print a derivation line by line: what changed, the rule, why, and the evidence."""
    from pgsym.report.pages.derivation import derivation_of, statement_of
    from pgsym.report.writers.terminal import show_blocks

    show_blocks((statement_of(theorem), derivation_of(theorem)), console)


def show_verdict(claim: Claim, verdict: Verdict, console: Console | None = None) -> None:
    """Print a claim with its verdict, its counterexample, its examples and its repairs."""
    from pgsym.report.pages.derivation import blocks_of_claim
    from pgsym.report.writers.terminal import show_blocks

    show_blocks(blocks_of_claim(claim, verdict), console)
