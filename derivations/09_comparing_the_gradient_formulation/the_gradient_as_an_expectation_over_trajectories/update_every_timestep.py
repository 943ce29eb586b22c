"""Updating at every time step: inside a trajectory the gradient is a different one."""

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
        says="Changing $\\theta$ at every time step of a trajectory does not give the same increments on average: "
        "with one state, one logit $z = 0$, the reward $\\mathbf{1}\\{a = 1\\}$ and a first step of size $2 \\log "
        "3$, the second step's expected increment is different.",
        lhs=Closed(
            "E[r₂(g₁ + g₂)], z moved after step 1",
            "\\mathbb{E}_{a_1 \\sim \\pi_z, \\, a_2 \\sim \\pi_{z'}}[r_2 (g_1 + g_2)]",
            _moving,
        ),
        rhs=Closed("E[r₂(g₁ + g₂)], z held", "\\mathbb{E}_{a_1, a_2 \\sim \\pi_z}[r_2 (g_1 + g_2)]", _held),
        expected=Rung.REFUTED,
        repaired_by=("update-every-timestep-held",),
        remark="It is 9/32 instead of 8/32, because the first reward changes the distribution of the second action. "
        "The theorem is about an update at every iteration, after whole trajectories.",
    )
    yield Claim(
        "update-every-timestep-held",
        says="If $\\theta$ is held fixed over the trajectory, every step may add its reward times the sum of the "
        "scores so far. Together these increments are the policy gradient on average.",
        lhs=grad(m.objective),
        rhs=m.expectation(sum_range(m.t, 1, m.T, of=m.reward(m.t) * so_far)),
        given=m.hypotheses,
        remark="This is reward-to-go with the order of the two sums exchanged.",
    )
