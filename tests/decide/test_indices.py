"""An index that runs over a range, or is bound in a definition, is no length of its name, and may be 0."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pgsym.decide import IsGradient, Rung, decide
from pgsym.problems import one_step
from pgsym.terms import (
    ACTION,
    INDEX,
    REAL,
    STATE,
    Definition,
    Positive,
    Rounds,
    Symbol,
    Term,
    Variable,
    absolute,
    expect,
    function,
    grad,
    sum_over,
    sum_range,
)

m = one_step()
s, a, b = m.s, m.a, Variable("b", ACTION)
x, c, d = Variable("x"), Variable("c"), Variable("d")
t, k, T = (Variable(name, INDEX) for name in "tkT")
r, f, g, e = function("r", STATE), function("f", ACTION), function("g", ACTION), function("e", ACTION)
p = Symbol("p", (ACTION,), outcomes=1)
F = Symbol("F", (INDEX, STATE))
F_IS = Definition.of(F(t, s), 1 / (1 * t + absolute(r(s) - 1)))
gap = absolute(x - 1)

HOLES: dict[str, tuple[Term, tuple, str]] = {
    "an index from 0 in a definition": (sum_range(t, 0, T, of=0 * F(t, s)), (F_IS,), "1 t + |r(s) − 1| ≠ 0"),
    "a sum up to an index from 0": (
        sum_range(t, 0, T, of=0 / (sum_range(k, 1, t, of=1) + gap)),
        (),
        "Σ_{k=1}^t 1 + |x − 1| ≠ 0",
    ),
    "an index with the name of a length": (
        0 * T + sum_range(T, 2, 3, of=0 / (1 * (T - 2) + gap)),
        (Rounds(T, 5),),
        "1 (T − 2) + |x − 1| ≠ 0",
    ),
}


@pytest.mark.parametrize("name", HOLES)
def test_a_divisor_that_vanishes_at_one_index_is_a_condition(name: str) -> None:
    lhs, given, said = HOLES[name]
    verdict = decide(lhs, 0 * r(s) if F_IS in given else 0 * T, given)
    assert said in map(str, verdict.evidence.conditions)


def test_the_same_divisor_is_looked_at_in_every_range() -> None:
    """It never vanishes for t = 1, but for t = 0 it cuts a hole."""
    policy = m.policy

    def part(first: int) -> Term:
        return sum_range(t, first, first, of=grad(policy) / (1 * t + absolute(policy - Fraction(1, 2))))

    given = (Positive(policy.symbol),)
    assert decide(IsGradient(part(1)), given).exists
    assert decide(IsGradient(part(1) + part(0)), given).exists is not True


def test_what_is_assumed_of_a_number_is_not_said_of_the_number_in_a_definition() -> None:
    """With c > 0, the law q_d of a definition q_c may still be negative."""
    q = Symbol("q", (ACTION, REAL), outcomes=1)
    whole = sum_over(b, of=e(b))
    q_is = Definition.of(q(a, c), (p(a) + c * e(a)) / (1 + c * whole))
    mixed = (expect(f(a), (a, p.law())) + d * sum_over(a, of=f(a) * e(a))) / (1 + d * whole)
    verdict = decide(c * expect(f(a), (a, q.law(d))), c * mixed, (q_is, Positive(c), Positive(e)))
    assert verdict.rung is Rung.DECIDED
    assert "q(a | c) ≥ 0" in map(str, verdict.evidence.conditions)


def test_the_outcome_of_a_defined_law_is_no_action_of_the_same_name() -> None:
    """1 + f(a') f(a) may vanish; only 1 + f(a) f(a) does not."""
    q = Symbol("q", (ACTION, ACTION, REAL), outcomes=1)
    q_is = Definition.of(q(a, b, c), p(a) * (1 + f(a) * f(b)) / (1 + f(a) * f(b)) + 0 * c)
    drawn = Variable("u", ACTION)
    mean = expect(g(drawn), (drawn, q.law(a, x)))
    verdict = decide(mean, expect(g(drawn), (drawn, p.law())) + 0 * f(a), (q_is,))
    assert "1 + f(a') f(a) ≠ 0" in map(str, verdict.evidence.conditions)
