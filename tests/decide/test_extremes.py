"""Absolute values of either sign, minima and maxima: true identities are decided, false ones refuted."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pgsym.decide import AtMost, Rung, decide
from pgsym.meaning.tables import problem, value
from pgsym.problems import one_step
from pgsym.terms import (
    ACTION,
    STATE,
    NonNegative,
    Term,
    ThetaFree,
    absolute,
    clip,
    function,
    grad,
    maximum,
    minimum,
    sum_over,
)

m = one_step()
F, G = (function(name, STATE, ACTION) for name in "fg")
x, y = F(m.s, m.a), G(m.s, m.a)
TRUE: dict[str, tuple[Term, Term]] = {
    "the two together": (minimum(x, y) + maximum(x, y), x + y),
    "the distance": (maximum(x, y) - minimum(x, y), absolute(x - y)),
    "either order": (minimum(x, y), minimum(y, x)),
    "the sign inside": (absolute(x - y), absolute(y - x)),
    "a product": (absolute(x * y / m.policy), absolute(x) * absolute(y) / m.policy),
    "twice": (absolute(absolute(x)), absolute(x)),
    "a square": (absolute(x**2), x**2),
    "a probability taken out": (absolute(m.policy * (x - m.objective)), m.policy * absolute(x - m.objective)),
    "under ∇": (grad(maximum(x, y)) + grad(minimum(x, y)), grad(x) + grad(y)),
    "at most one": (maximum(m.policy, 1), m.policy**0),
}
FALSE: dict[str, tuple[Term, Term]] = {
    "no sign": (absolute(x), x),
    "the first": (minimum(x, y), x),
    "a sum": (absolute(x + y), absolute(x) + absolute(y)),
    "minimum for maximum": (minimum(x, y), maximum(x, y)),
    "sum of absolute values": (sum_over(m.a, of=absolute(x)), absolute(sum_over(m.a, of=x))),
    "clipped": (clip(x, 0, 1), x),
    "the slope": (grad(absolute(x)), grad(x)),
}


@pytest.mark.parametrize("name", TRUE)
def test_true_is_decided(name: str) -> None:
    assert decide(*TRUE[name], m.hypotheses).rung is Rung.DECIDED


@pytest.mark.parametrize("name", FALSE)
def test_false_is_refuted(name: str) -> None:
    assert decide(*FALSE[name], m.hypotheses).rung is Rung.REFUTED


def test_a_sign_that_is_assumed_is_used() -> None:
    assert decide(maximum(y, 0), y, (NonNegative(G),)).rung is Rung.DECIDED
    assert decide(maximum(y, 0), y).rung is Rung.REFUTED


def test_the_minimum_is_at_most_either_side() -> None:
    slack = Fraction(1, 2) * (absolute(x - y) + (x - y))
    assert decide(AtMost(minimum(x, y), x, slack=slack)).rung is Rung.DECIDED
    assert decide(AtMost(maximum(x, y), x)).rung is Rung.REFUTED


def test_sums_of_absolute_values_are_at_least_that_of_the_sum() -> None:
    whole, parts = absolute(sum_over(m.a, of=x)), sum_over(m.a, of=absolute(x))
    assert decide(AtMost(whole, parts, slack=parts - whole)).rung is Rung.DECIDED


@pytest.mark.parametrize(("at", "worth"), [("-1", 0), ("1/3", Fraction(1, 3)), ("5", 1)])
def test_clipping_at_a_table(at: str, worth: Fraction) -> None:
    term = clip(x, 0, 1)
    instance = problem({"f": [[at]]}, [term], (ThetaFree(F),))
    assert value(term, instance, {"s": 0, "a": 0}) == worth
