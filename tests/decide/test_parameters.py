"""Several parameters: what moves with one does not move with another in the same way."""

from __future__ import annotations

import pytest

from pgsym.decide import Rung, decide
from pgsym.problems import one_step
from pgsym.terms import PARAMETER, STATE, Frozen, Symbol, Term, ThetaFree, Variable, grad, transpose

m = one_step()
theta, old, older = m.theta, Variable("θ'", PARAMETER), Variable("θ''", PARAMETER)
U = Symbol("u", (STATE, PARAMETER, PARAMETER))


def u(first: Variable, second: Variable) -> Term:
    """A table for every two parameters."""
    return U(m.s, first, second)


FALSE = {
    "a reward by one parameter and by another": (grad(m.reward, theta), grad(m.reward, old)),
    "another second parameter": (u(theta, old), u(theta, older)),
    "parameters that change places": (u(theta, old), u(old, theta)),
    "no gradient by the second": (grad(u(theta, old), old), 0 * grad(u(theta, old), old)),
    "one gradient for both": (grad(u(theta, old), theta), grad(u(theta, old), old)),
    "half of what moves": (grad(u(theta, theta), theta), 2 * grad(u(theta, theta), theta)),
}
TRUE = {
    "by neither": (grad(u(old, older), theta), 0 * grad(u(old, older), theta), ()),
    "frozen in both places": (u(theta, old), u(older, theta), (Frozen(old, theta), Frozen(older, theta))),
    "mixed derivatives": (
        grad(grad(m.reward, theta), old),
        transpose(grad(grad(m.reward, old), theta)),
        (),
    ),
    "what does not move": (grad(m.reward, theta), grad(m.reward, old), (ThetaFree(m.reward.symbol),)),
}


@pytest.mark.parametrize("name", FALSE)
def test_false_is_not_decided(name: str) -> None:
    lhs, rhs = FALSE[name]
    assert decide(lhs, rhs).rung in (Rung.REFUTED, Rung.UNDECIDED)


@pytest.mark.parametrize("name", TRUE)
def test_true_is_decided(name: str) -> None:
    assert decide(*TRUE[name]).rung is Rung.DECIDED


def test_counterexamples_with_two_parameters_are_confirmed_by_enumeration() -> None:
    for name in ("another second parameter", "no gradient by the second", "half of what moves"):
        found = decide(*FALSE[name]).counterexample
        assert found is not None
        assert found.confirmation == "confirmed by enumeration"
