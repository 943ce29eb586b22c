"""Minus the gradient of the cross entropy is the average score of the right answers."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import classification
from pgsym.terms import grad

m = classification()
target = m.over_states(m.right_score)


def derive() -> Theorem:
    """From −∇CE to the average score of the labels."""
    d = Derivation(-grad(m.cross_entropy), given=m.hypotheses, name="cross-entropy-gradient")
    d.apply(rules.MoveGradientInside, why="The examples do not depend on $\\theta$.")
    d.apply(rules.Rearrange(target), why="Two signs cancel.")
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """The gradient, for labels that are a function of the example."""
    yield Claim(
        "cross-entropy-gradient",
        says="Descending the cross entropy is ascending the average log-probability of the right answers.",
        lhs=-grad(m.cross_entropy),
        rhs=target,
        given=m.hypotheses,
    )


if __name__ == "__main__":
    show(derive())
