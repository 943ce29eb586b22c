"""The arguments of logarithms, exponentials and signs are counted: as many as there are, each of them once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pgsym.decide.agreement.degree_bounds import DegreeBound
from pgsym.decide.sizes import Size
from pgsym.meaning.evaluator import evaluate
from pgsym.meaning.generic import GenericInstance, Stratum
from pgsym.meaning.numbers.prime_field import PrimeField
from pgsym.problems import classification, trajectories
from pgsym.problems.classification_problem import LABEL
from pgsym.terms import (
    ACTION,
    REAL,
    Definition,
    Symbol,
    Term,
    Variable,
    absolute,
    clip,
    exp,
    expect,
    grad,
    log,
    maximum,
    sum_over,
    sum_range,
)
from pgsym.terms.nodes import All, Product
from pgsym.terms.structure import scope

m, w = classification(), trajectories()
x, b = Variable("x"), Variable("b", ACTION)
SOFTENED = Symbol("f", (REAL,))
REACHED = sum_range(w.t, 1, w.T, of=log(1 + w.reward(w.t)))
GIVEN = (*m.hypotheses, *w.hypotheses, Definition.of(SOFTENED(x), log(1 + x)))
PRIME = 2**31 - 1
S, A, T = 3, 2, 2
TERMS: dict[str, tuple[Term, int]] = {
    "a number": (log(x + 2) * log(x + 2), 1),
    "for a free state": (sum_over(m.a, of=log(1 + m.reward)), S * A),
    "one for each state and action": (m.expectation(log(1 + m.reward)), S * A),
    "under two binders": (m.expectation(log(1 + m.reward)) + sum_over(m.s, m.a, of=log(1 + m.reward)), S * A),
    "of pairs of actions": (sum_over(m.a, b, of=exp(m.reward + 2 * m.reward.symbol(m.s, b))), S * A),
    "a product's factors": (m.expectation(log((1 + m.reward) * (2 + m.reward))), 2 * S * A),
    "a number's primes": (m.expectation(log(12) * m.reward), 2),
    "a label's": (sum_over(m.s, of=log(1 + m.reward.symbol(m.s, m.label))), S),
    "signs": (m.expectation(absolute(m.reward) + maximum(m.reward, 3) + clip(m.reward, 0, 5)), 3 * S * A),
    "a definition's of real numbers": (m.expectation(SOFTENED(m.reward) + SOFTENED(m.reward + 1)), 2 * S * A),
    "in a gradient": (grad(m.expectation(log(1 + m.policy) + m.policy * log(1 + m.policy)), m.theta), S * A),
    "at all times": (expect(REACHED, (w.tau, w.law)), S * A),
}


POWERS = sum_over(m.a, of=exp(m.policy**5))
LOGS = sum_over(m.a, of=log(1 + m.policy))
ENTROPY = sum_over(m.a, of=m.policy * log(1 + m.policy))
INVERSE = exp(1 / Product(All(ACTION), scope(m.a, 1 + m.policy)))
FIRST = sum_over(m.a, of=grad(m.policy) * log(1 + m.policy))
SECOND = sum_over(m.a, of=log(1 + m.policy) * grad(m.policy))


@pytest.fixture
def met(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """The arguments, as residues up to their signs, of what has a random value."""
    seen: set[int] = set()
    mix = PrimeField._mix

    def watched(self: PrimeField, values: Any, salt: int) -> Any:
        seen.update(np.minimum(values, PRIME - np.asarray(values)).ravel().tolist())
        return mix(self, values, salt)

    monkeypatch.setattr(PrimeField, "_mix", watched)
    return seen


@pytest.mark.parametrize("name", TERMS)
def test_every_argument_is_counted_once(name: str, met: set[int]) -> None:
    term, expected = TERMS[name]
    size = Size.of(S=S, A=A, T=T)
    definitions = {h.symbol: h for h in GIVEN if isinstance(h, Definition)}
    bound = DegreeBound(size, definitions)
    bound.real(bound.read(term))
    instance = GenericInstance(size.sorts, size.lengths, GIVEN, (PRIME,), (Stratum({LABEL: np.array([0, 1, 1])}),))
    evaluate(term, instance, (m.s,))
    assert len(met - {0, 1}) == expected
    free = S if name in ("for a free state", "of pairs of actions") else 1  # one equation for each of its values
    assert expected <= free * bound.count.all_values


@pytest.mark.parametrize(
    ("term", "above", "below"),
    [
        (exp(7 * m.reward), 7, 0),
        (exp(m.reward + x), 2, 0),
        (exp(3 * log(m.reward**2)), 6, 0),
        (log(12), 0, 0),
        (grad(POWERS), 6, 0),
        (grad(log(POWERS)), 6, 1),
        (grad(log(LOGS)), 6, 7),
        (grad(INVERSE), 7, 12),
        (grad(grad(INVERSE)), 7, 24),
        (grad(FIRST), 8, 6),
        (grad(SECOND), 8, 6),
    ],
)
def test_the_degree_is_at_least_that_of_the_fraction(term: Term, above: int, below: int) -> None:
    """The degrees were found by hand, at one state and six actions."""
    bound = DegreeBound(Size.of(S=1, A=6), {})
    found = bound.real(bound.read(term))
    assert found.numerator >= above
    assert found.denominator + sum(k * t.entries for t, k in found.below) >= below


@pytest.mark.parametrize("term", [grad(grad(ENTROPY)), grad(log(ENTROPY)), grad(FIRST), grad(SECOND)])
def test_a_gradient_keeps_the_arguments_of_what_is_in_it(term: Term) -> None:
    bound = DegreeBound(Size.of(S=1, A=6), {})
    bound.real(bound.read(term))
    assert bound.count.arguments == 6
