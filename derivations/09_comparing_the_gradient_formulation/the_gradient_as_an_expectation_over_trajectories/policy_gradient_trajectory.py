"""The policy gradient over trajectories, as the textbook writes it: the return times ∇log of the trajectory.

The logarithm exists only where the trajectory can happen.  The expectation runs over just these, and where the
probability is zero its gradient is zero too, because the policy is positive: nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import trajectories
from pgsym.terms import grad, log

m = trajectories()
gradient = grad(m.objective)
target = m.expectation(m.total_reward * grad(log(m.mass)))


def derive() -> Theorem:
    """From ∇J to the expectation of the return times ∇log p."""
    d = Derivation(gradient, given=m.hypotheses, name="policy-gradient-trajectory")
    d.apply(rules.WriteExpectationAsSum, why="An expectation is a probability-weighted sum, here over trajectories.")
    d.apply(rules.MoveGradientInside, why="The sum is finite, and rewards do not depend on $\\theta$.")
    d.apply(
        rules.LogDerivativeOnSupport(m.factorisation),
        why="$\\nabla p = p \\, \\nabla \\log p$ where $p > 0$; elsewhere the environment's factor is zero, "
        "and so is $\\nabla p$.",
    )
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """The theorem."""
    yield Claim(
        "policy-gradient-trajectory",
        says="The gradient of the expected return is the expectation of the return times the gradient of the "
        "log-probability of the trajectory.",
        lhs=gradient,
        rhs=target,
        given=m.hypotheses,
        remark="The expectation runs over the trajectories of positive probability.",
        source="R. J. Williams, Simple statistical gradient-following algorithms for connectionist reinforcement "
        "learning, Machine Learning 8 (1992)",
    )


if __name__ == "__main__":
    show(derive())
