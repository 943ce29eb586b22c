"""Definitions that take numbers: |·|, max and min in their bodies are those of the numbers they are applied to."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pgsym.decide import AtMost, IsGradient, Rung, decide
from pgsym.problems import one_step
from pgsym.terms import (
    ACTION,
    INDEX,
    REAL,
    STATE,
    Definition,
    Symbol,
    Term,
    Variable,
    absolute,
    clip,
    exp,
    expect,
    function,
    given,
    grad,
    indicator,
    log,
    maximum,
    minimum,
    product_range,
)
from pgsym.terms.nodes import lift

m = one_step()
x, y, t = Variable("x"), Variable("y"), Variable("t", INDEX)
f, g = (function(name, STATE)(m.s) for name in "fg")
A, B = Symbol("A", (REAL,)), Symbol("B", (REAL, REAL))
SIZE = Definition.of(A(x), absolute(x))
LARGER = Definition.of(B(x, y), maximum(x, y))
CLIPPED = Definition.of(A(x), clip(x, Fraction(4, 5), Fraction(6, 5)))

FALSE: dict[str, tuple[Term, Term, Definition]] = {
    "the size of a table's entry": (A(f), f, SIZE),
    "the size of a variable": (A(y), y, SIZE),
    "the size of a difference": (A(m.reward - 1), m.reward - 1, SIZE),
    "a mean of sizes": (m.expectation(A(m.reward)), m.objective, SIZE),
    "the size of a difference in the body": (A(f), f - 5, Definition.of(A(x), absolute(x - 5))),
    "under a gradient": (grad(A(f)), grad(f), SIZE),
    "the larger is the first": (B(f, g), f, LARGER),
    "a clip under a gradient": (grad(A(f)), grad(f), CLIPPED),
    "a minimum under a gradient": (grad(A(f)), lift(0), Definition.of(A(x), minimum(x, 1))),
}
TRUE: dict[str, tuple[Term, Term, Definition]] = {
    "by definition": (A(f), absolute(f), SIZE),
    "of a probability": (A(m.policy), m.policy, SIZE),
    "the larger": (B(f, g), maximum(f, g), LARGER),
    "either order": (B(f, g), B(g, f), LARGER),
    "a clip": (grad(A(f)), grad(clip(f, Fraction(4, 5), Fraction(6, 5))), CLIPPED),
    "of another": (A(A(f)), A(f), SIZE),
    "of a product over times": (
        A(f),
        product_range(t, 1, 3, of=absolute(f - t)),
        Definition.of(A(x), absolute(product_range(t, 1, 3, of=x - t))),
    ),
    "a logarithm under exp": (exp(A(m.policy)), m.policy, Definition.of(A(x), log(x))),
}


@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_is_refuted(name: str) -> None:
    lhs, rhs, definition = FALSE[name]
    assert decide(lhs, rhs, (*m.hypotheses, definition)).rung is Rung.REFUTED


@pytest.mark.parametrize("name", TRUE)
def test_what_is_true_is_decided(name: str) -> None:
    lhs, rhs, definition = TRUE[name]
    assert decide(lhs, rhs, (*m.hypotheses, definition)).rung is Rung.DECIDED


def test_an_order_is_refuted_through_a_definition() -> None:
    assert decide(AtMost(A(f), f, (SIZE,))).rung is Rung.REFUTED


b, c = Variable("b", ACTION), Variable("c", ACTION)
THIRD = Fraction(1, 3)
PI_B = m.policy.symbol(b, m.s, m.theta)
X, Y = m.policy - THIRD, PI_B - THIRD
CURL = X * grad(Y, m.theta) - Y * grad(X, m.theta)
EVENT = indicator(c, m.a) / m.policy - (1 - (X**2 + Y**2))
TURNING: dict[str, tuple[Term, tuple[Definition, ...]]] = {
    "a pole in a definition": (CURL * A(X**2 + Y**2), (Definition.of(A(x), 1 / x),)),
    "a pole in a conditional law": (
        CURL * (expect(indicator(c, b), (c, given(m.policy_law, c, EVENT))) / (-PI_B) + 1),
        (),
    ),
}


@pytest.mark.parametrize("name", TURNING)
def test_a_field_that_turns_around_a_hidden_pole_is_no_gradient(name: str) -> None:
    field, definitions = TURNING[name]
    found = decide(IsGradient(field, (*m.hypotheses, *definitions)))
    assert not found.exists
    assert found.holes
