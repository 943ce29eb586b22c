"""REINFORCE: the gradient of the expected return is the expectation of the return times the sum of the scores.

The environment is not differentiated, and not even known: what is left are quantities that the agent observes.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Rung, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import trajectories
from pgsym.terms import Positive, grad

m = trajectories()
gradient = grad(m.objective)
target = m.expectation(m.total_reward * m.total_score)


def derive() -> Theorem:
    """From ∇J to the return times the scores."""
    d = Derivation(gradient, given=m.hypotheses, name="reinforce")
    d.apply(rules.WriteExpectationAsSum, why="An expectation is a probability-weighted sum, here over trajectories.")
    d.apply(rules.MoveGradientInside, why="The sum is finite, and rewards do not depend on $\\theta$.")
    d.apply(
        Lemma(theorem("trajectory-score")),
        why="The dynamics drop out of $\\nabla p_\\theta(\\tau)$, also if the trajectory has probability zero.",
    )
    d.apply(rules.ReadSumAsExpectation, why="A sum weighted by probabilities is an expectation again.")
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """The theorem, and why the policy must be positive."""
    yield Claim(
        "reinforce",
        says="The gradient of the expected return is the expectation of the return times the sum of the scores.",
        lhs=gradient,
        rhs=target,
        given=m.hypotheses,
        source="R. J. Williams, Simple statistical gradient-following algorithms for connectionist reinforcement "
        "learning, Machine Learning 8 (1992)",
    )
    yield Claim(
        "reinforce-at-zero",
        says="REINFORCE can fail at the boundary of the simplex, where an action has probability zero and the "
        "parameter can raise that probability.",
        lhs=gradient,
        rhs=target,
        given=tuple(h for h in m.hypotheses if not isinstance(h, Positive)),
        expected=Rung.REFUTED,
        repaired_by=("reinforce",),
        remark="The return of an action that is never taken is never observed. The derivative there is one-sided; a "
        "policy that is differentiable on both sides of $\\theta$ has $\\nabla \\pi = 0$ where $\\pi = 0$, and loses "
        "nothing.",
    )


if __name__ == "__main__":
    show(derive())
