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
    ("term", "least"), [(exp(7 * m.reward), 7), (exp(m.reward + x), 2), (exp(3 * log(m.reward**2)), 6), (log(12), 0)]
)
def test_a_power_of_an_exponential_has_its_degree(term: Term, least: int) -> None:
    bound = DegreeBound(Size.of(S=1, A=2), {})
    assert bound.real(bound.read(term)).numerator >= least
