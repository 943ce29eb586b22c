"""The gradient of the probability of a trajectory, for every trajectory: the dynamics drop out.

The environment's factors do not depend on θ, so they wait outside; the log-derivative trick is used on the policy's
factors alone, which are positive.  Nothing is divided by a transition probability, so trajectories that cannot happen
make no trouble.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import trajectories
from pgsym.terms import grad

m = trajectories()
target = m.mass * m.total_score


def derive() -> Theorem:
    """From ∇p to the probability times the sum of the scores."""
    d = Derivation(grad(m.mass), given=m.hypotheses, name="trajectory-score")
    d.apply(rules.Unfold(m.factorisation), why="A start, then an answer and a move at every step.")
    d.apply(rules.MoveGradientInside, why="Neither the start nor the moves depend on $\\theta$.")
    d.apply(rules.MultiplyByOne, why="The policy's own factors are positive: multiply and divide by them.")
    d.apply(rules.LogDerivative, why="The chain rule, from right to left.")
    d.apply(rules.ExpandLog, why="The logarithm of a product is a sum.")
    d.apply(rules.MoveGradientInside, why="Differentiate term by term.")
    d.apply(rules.Fold(m.factorisation, m.mass), why="The factors in front are $p_\\theta(\\tau)$ again.")
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """The theorem."""
    yield Claim(
        "trajectory-score",
        says="For every trajectory, also one of probability zero, the gradient of its probability is its probability "
        "times the sum of the scores.",
        lhs=grad(m.mass),
        rhs=target,
        given=m.hypotheses,
        remark="The textbook form divides by $p_\\theta(\\tau)$, see dynamics-drop-out. This form does not need a "
        "positive probability.",
    )


if __name__ == "__main__":
    show(derive())
