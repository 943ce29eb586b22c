"""Primes that a verdict shows are no help: a constant made of them, put back into the statement, is not decided."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import pytest

from attack.words import f, function, m, r, s, x
from pgsym.decide import AtMost, decide
from pgsym.terms import Definition, Symbol, Variable, grad
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Term, lift

H = m.hypotheses
KAPPA = Symbol("κ", ())()
F = function("F", f.arguments[0])
Sides = tuple[Term, Term, tuple[Hypothesis, ...]]
TEMPLATES: dict[str, Callable[[int], Sides]] = {
    "a factor": lambda n: (grad(m.objective), (1 + n) * grad(m.objective), H),
    "a definition of a number": lambda n: (KAPPA * r, 0 * r, (Definition.of(KAPPA, lift(n)),)),
    "a definition of a function": lambda n: (F(s), f(s), (Definition.of(F(s), (1 + n) * f(s)),)),
    "a renamed variable": lambda n: (n * Variable("v"), lift(0), ()),
    "a denominator": lambda n: (x / (1 + n), x, ()),
}
LARGE = 10**60  # what is true times this shows the primes of a statement with as large a number


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_a_constant_made_of_the_primes_that_were_shown(template: Callable[[int], Sides]) -> None:
    lhs, rhs, given = template(0)
    shown = (decide(lhs, rhs, given), decide(LARGE * lhs, LARGE * rhs, given))
    assert all(verdict.is_true for verdict in shown)
    n = prod({p for verdict in shown for p in verdict.evidence.primes})
    lhs, rhs, given = template(n)
    assert not decide(lhs, rhs, given).is_true


def test_an_order_by_a_slack_that_the_primes_that_were_shown_make_right() -> None:
    found = decide(AtMost(lift(0), x**2, slack=x**2))
    n = prod(found.evidence.primes)
    assert not decide(AtMost(lift(n), x**2, slack=x**2)).is_true
