"""Changes of the rewards that do not change the gradient."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims.claim import Claim
from pgsym.decide.verdicts import Rung
from pgsym.problems import trajectories
from pgsym.terms import STATE, ThetaFree, Variable, function, grad, sum_range

m = trajectories()
POTENTIAL = function("Φ", STATE)


def claims() -> Iterator[Claim]:
    """Affine maps, and shaping by a potential that ends at zero or does not."""
    factor, shift = Variable("c"), Variable("b")
    here, there = POTENTIAL(m.state(m.t)), POTENTIAL(m.state(m.t + 1))
    gains = sum_range(m.t, 1, m.T - 1, of=there - here)
    given = (*m.hypotheses, ThetaFree(POTENTIAL))
    yield Claim(
        "reward-manipulations",
        says="Shaping the rewards by a potential, $r + \\Phi(s_{t+1}) - \\Phi(s_t)$ with the potential zero after "
        "the last step, does not change the gradient.",
        lhs=grad(m.expectation(m.total_reward + gains - POTENTIAL(m.state(m.T)))),
        rhs=grad(m.objective),
        given=given,
        remark="The sum telescopes to $-\\Phi(s_1)$, which no action affects.",
        source="A. Y. Ng, D. Harada and S. Russell, Policy invariance under reward transformations (1999)",
    )
    yield Claim(
        "reward-manipulations-without-an-end",
        says="If the potential of the last state is not subtracted, shaping the rewards can change the gradient.",
        lhs=grad(m.expectation(m.total_reward + gains)),
        rhs=grad(m.objective),
        given=given,
        expected=Rung.REFUTED,
        repaired_by=("reward-manipulations",),
        remark="The agent is then rewarded for the state in which it ends.",
    )
    yield Claim(
        "reward-manipulations-affine",
        says="Paying $c\\, r + b$ in place of $r$ at every step only scales the gradient, by $c$.",
        lhs=grad(m.expectation(sum_range(m.t, 1, m.T, of=factor * m.reward(m.t) + shift))),
        rhs=factor * grad(m.objective),
        given=m.hypotheses,
        remark="The horizon is fixed. With episodes that end early, the shift $b$ would reward long episodes.",
    )
