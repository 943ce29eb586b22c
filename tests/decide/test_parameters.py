"""Several parameters: what moves with one does not move with another in the same way."""

from __future__ import annotations

import pytest
from campaigns import share

from pgsym.decide import Rung, decide
from pgsym.problems import one_step
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import PARAMETER, Frozen, ThetaFree, Variable, grad, transpose

m = one_step()
theta, old = m.theta, Variable("θ'", PARAMETER)

TRUE = {
    "mixed derivatives": (
        grad(grad(m.reward, theta), old),
        transpose(grad(grad(m.reward, old), theta)),
        (),
    ),
    "what does not move": (grad(m.reward, theta), grad(m.reward, old), (ThetaFree(m.reward.symbol),)),
    "what is frozen moves with its own parameter": (
        grad(POLICY(m.a, m.s, old), old),
        grad(m.policy, theta),
        (Frozen(old, theta),),
    ),
}
FALSE = {
    "a reward by one parameter and by another": (grad(m.reward, theta), grad(m.reward, old)),
    "a sum of both": (grad(m.reward, theta) + grad(m.reward, old), 2 * grad(m.reward, theta)),
    "second derivatives by other parameters": (grad(grad(m.reward, theta), theta), grad(grad(m.reward, old), theta)),
    "an order that matters": (grad(grad(m.reward, theta), old), grad(grad(m.reward, old), theta)),
}


@pytest.mark.parametrize("name", share(FALSE, 2))
def test_false_is_not_decided(name: str) -> None:
    lhs, rhs = FALSE[name]
    assert decide(lhs, rhs).rung in (Rung.REFUTED, Rung.UNDECIDED)


@pytest.mark.parametrize("name", TRUE)
def test_true_is_decided(name: str) -> None:
    assert decide(*TRUE[name]).rung is Rung.DECIDED
