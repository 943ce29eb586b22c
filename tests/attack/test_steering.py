"""Primes that a verdict shows are no help: a constant made of them, put back into the statement, is not decided."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import prod

import pytest

from attack.words import f, function, m, r, s, x
from pgsym.decide import decide
from pgsym.decide.orders import decide_order
from pgsym.terms import Definition, Symbol, Variable, exp, grad, log
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Term, lift

H = m.hypotheses
KAPPA = Symbol("κ", ())()
F = function("F", f.arguments[0])
Sides = tuple[Term, Term, tuple[Hypothesis, ...]]
TEMPLATES: dict[str, Callable[[Fraction], Sides]] = {
    "a factor": lambda n: (grad(m.objective), (1 + n) * grad(m.objective), H),
    "a summand": lambda n: (m.objective + n, m.objective, H),
    "a definition of a number": lambda n: (KAPPA * r, 0 * r, (Definition.of(KAPPA, lift(n)),)),
    "a definition of a function": lambda n: (F(s), f(s), (Definition.of(F(s), (1 + n) * f(s)),)),
    "a renamed variable": lambda n: (n * Variable("v"), lift(0), ()),
    "a power": lambda n: ((x + n) ** 3, x**3, ()),
    "a denominator": lambda n: (x / (1 + n), x, ()),
    "under a logarithm": lambda n: (log((1 + n) * exp(x)), x, ()),
}


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
@pytest.mark.parametrize("seed", [0, 1, 12345])
def test_a_constant_made_of_the_primes_that_were_shown(template: Callable[[Fraction], Sides], seed: int) -> None:
    n = 0
    for _ in range(3):
        lhs, rhs, given = template(Fraction(n))
        verdict = decide(lhs, rhs, given, seed=seed, budget=30)
        assert verdict.is_true == (n == 0), n
        n = n or prod(verdict.evidence.primes)
        n *= prod(verdict.evidence.primes) or 1


@pytest.mark.parametrize("seed", [0, 7])
def test_an_order_by_a_slack_that_the_primes_that_were_shown_make_right(seed: int) -> None:
    found = decide_order(lift(0), x**2, seed=seed, slack=x**2, budget=30)
    n = prod(found.evidence.primes)
    assert not decide_order(lift(0), x**2 - n, seed=seed, slack=x**2, budget=30).is_true
    assert not decide_order(lift(n), x**2, seed=seed, slack=x**2, budget=30).is_true
