"""Stochastic ascent on trajectories: an average over independent ones has the right mean and a smaller variance."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim
from pgsym.problems import trajectories
from pgsym.terms import TRAJECTORY, Term, Variable, expect, grad, sum_range, variance

m = trajectories()
first, second = Variable("τ_1", TRAJECTORY), Variable("τ_2", TRAJECTORY)
draws = ((first, m.law), (second, m.law))
SIZES = ({"S": 1, "A": 3, "T": 1}, {"S": 3, "A": 2, "T": 2}, {"S": 1, "A": 2, "T": 2})


def estimate(of: Variable) -> Term:
    """The return times the scores of one trajectory."""
    rewards = sum_range(m.t, 1, m.T, of=m.reward(m.t, of))
    scores = sum_range(m.t, 1, m.T, of=m.score(m.t, of))
    return rewards * scores


def claims() -> Iterator[Claim]:
    """Mean and variance of the average of two."""
    average = (estimate(first) + estimate(second)) / 2
    yield Claim(
        "trajectory-sga",
        says="The average over two independent trajectories has the mean $\\nabla J$.",
        lhs=expect(average, *draws),
        rhs=grad(m.objective),
        given=m.hypotheses,
        sizes=SIZES,
        remark="By linearity this holds for any number of trajectories, and also if they are not independent.",
    )
    yield Claim(
        "trajectory-sga-variance",
        says="The average over two independent trajectories has half the variance of one trajectory.",
        lhs=variance(average, *draws),
        rhs=variance(estimate(m.tau), (m.tau, m.law)) / 2,
        given=m.hypotheses,
        sizes=SIZES,
        remark="This needs independence.",
    )
