"""Repair by summing: every response is weighted by its label instead of one being sampled."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import classification
from pgsym.terms import grad, sum_over

m = classification()
target = m.over_states(sum_over(m.a, of=m.label_mass * m.score))


def derive() -> Theorem:
    """From −∇CE to the label-weighted scores of all answers."""
    d = Derivation(-grad(m.soft_cross_entropy), given=m.hypotheses, name="ce-from-all-actions")
    d.apply(rules.MoveGradientInside, why="Neither examples nor labels depend on $\\theta$.")
    d.apply(rules.Rearrange(target), why="Two signs cancel.")
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """Rewarding response k with its label, summed over all responses."""
    yield Claim(
        "ce-from-all-actions",
        says="If every response is rewarded with its label, and all responses are summed over rather than sampled, "
        "the sum $\\sum_a y(a \\mid s)\\, \\nabla \\log \\pi_\\theta(a \\mid s)$ is the ascent direction of cross "
        "entropy.",
        lhs=-grad(m.soft_cross_entropy),
        rhs=target,
        given=m.hypotheses,
    )


if __name__ == "__main__":
    show(derive())
