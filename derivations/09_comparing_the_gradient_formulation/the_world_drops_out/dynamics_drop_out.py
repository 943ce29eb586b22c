"""The textbook's step: ∇log of the probability of a trajectory is the sum of the scores, the dynamics drop out.

It takes the logarithm of every transition, so it holds where all of them are positive, and under an expectation over
what can happen.  With deterministic transitions, as for every language model that writes token by token, most
trajectories have probability zero, and there the step says nothing; trajectory-score is what holds for all.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Rung
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import trajectories
from pgsym.problems.trajectory import START, TRANSITION
from pgsym.terms import Positive, grad, log, product_range

m = trajectories()
everywhere = (*m.hypotheses, Positive(START), Positive(TRANSITION))
log_gradient = grad(log(m.mass))
log_of_answers = grad(log(product_range(m.t, 1, m.T, of=m.policy(m.t))))


def derive() -> Theorem:
    """From ∇log p to the sum of the scores, where nothing is zero."""
    d = Derivation(log_gradient, given=everywhere, name="dynamics-drop-out")
    d.apply(rules.Unfold(m.factorisation), why="A start, then an answer and a move at every step.")
    d.apply(rules.ExpandLog, why="The logarithm of a product is the sum of the logarithms.")
    d.apply(rules.MoveGradientInside, why="Differentiate term by term.")
    d.apply(
        rules.GradientOfConstant,
        at=grad(log(START(m.state(1))), m.theta),
        why="The start does not depend on $\\theta$.",
    )
    d.apply(
        rules.GradientOfConstant, why="The transitions do not depend on $\\theta$ either, so the dynamics drop out."
    )
    d.apply(rules.Rearrange(log_of_answers), at=(), why="Zero terms are dropped.")
    d.apply(rules.ExpandLog, why="The logarithm of a product once more.")
    d.apply(rules.MoveGradientInside, why="Differentiate term by term.")
    return d.conclude(m.total_score)


def claims() -> Iterator[Claim]:
    """Where the step holds, where it does not, and what it is used for."""
    yield Claim(
        "dynamics-drop-out",
        says="If every start and every transition has a positive probability, the gradient of the log-probability of "
        "a trajectory is the sum of the scores.",
        lhs=log_gradient,
        rhs=m.total_score,
        given=everywhere,
    )
    yield Claim(
        "dynamics-drop-out-everywhere",
        says="The gradient of the log-probability of a trajectory need not be the sum of the scores if the "
        "environment excludes the trajectory.",
        lhs=log_gradient,
        rhs=m.total_score,
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("dynamics-drop-out", "dynamics-drop-out-on-support", "trajectory-score"),
        remark="A trajectory of probability zero has no log-probability. With deterministic transitions most "
        "trajectories have probability zero.",
    )
    yield Claim(
        "dynamics-drop-out-on-support",
        says="Under the expectation, which runs over the trajectories of positive probability, the gradient of the "
        "log-probability and the sum of the scores are equal in every environment.",
        lhs=m.expectation(m.total_reward * log_gradient),
        rhs=m.expectation(m.total_reward * m.total_score),
        given=m.hypotheses,
    )


if __name__ == "__main__":
    show(derive())
