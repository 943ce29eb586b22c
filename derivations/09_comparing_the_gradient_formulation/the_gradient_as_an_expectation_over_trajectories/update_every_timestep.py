"""Updating at every time step: at every iteration it is right, inside a trajectory the gradient is another."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pgsym.claims import Claim, Rung
from pgsym.problems import trajectories
from pgsym.terms import Closed, Variable, grad, sum_range
from pgsym.terms.sorts import INDEX

m = trajectories()
k = Variable("k", INDEX)
HALF = Fraction(1, 2)


def _second_increment(rewarded: Fraction) -> Fraction:
    """E[r_2 (g_1 + g_2)] with one logit, rewards 1{a = 1} and the probability 1/2 of 1 at first.

    `rewarded` is what that probability is at the second step, after an update on the reward of a first a = 1.
    """
    total = Fraction(0)
    for first in (0, 1):
        p = rewarded if first else HALF
        for second in (0, 1):
            weight = HALF * (p if second else 1 - p)
            scores = (first - HALF) + (second - p)
            total += weight * second * scores
    return total


def _moving() -> Fraction:
    """The step 2 log 3 · r_1 g_1 moves the logit from 0 to log 3: odds of 3 to 1."""
    odds = 3
    return _second_increment(Fraction(odds, 1 + odds))


def _held() -> Fraction:
    return _second_increment(HALF)


def claims() -> Iterator[Claim]:
    """Online sums of rewards with the scores so far: θ held within a trajectory, and θ moving."""
    so_far = sum_range(k, 1, m.t, of=m.score(k))
    yield Claim(
        "update-every-timestep",
        says="One may as well change $\\theta$ at every time step of a trajectory: with one state, one logit $z = 0$, "
        "the reward $\\mathbf{1}\\{a = 1\\}$ and a first step of size $2 \\log 3$, the second step's increment is the "
        "same on average.",
        lhs=Closed(
            "E[r₂(g₁ + g₂)], z moved after step 1",
            "\\mathbb{E}_{a_1 \\sim \\pi_z, \\, a_2 \\sim \\pi_{z'}}[r_2 (g_1 + g_2)]",
            _moving,
        ),
        rhs=Closed("E[r₂(g₁ + g₂)], z held", "\\mathbb{E}_{a_1, a_2 \\sim \\pi_z}[r_2 (g_1 + g_2)]", _held),
        expected=Rung.REFUTED,
        repaired_by=("update-every-timestep-held",),
        remark="9/32 against 8/32: the first reward moves the law of the second action. At every iteration, after "
        "whole trajectories, an update is what the theorem is about.",
    )
    yield Claim(
        "update-every-timestep-held",
        says="With $\\theta$ held over the trajectory every step may add its reward times the scores so far: together "
        "they are the policy gradient.",
        lhs=grad(m.objective),
        rhs=m.expectation(sum_range(m.t, 1, m.T, of=m.reward(m.t) * so_far)),
        given=m.hypotheses,
        remark="Reward-to-go, summed the other way round.",
    )
