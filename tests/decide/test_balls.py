"""Agreement in ball arithmetic counts only where balls are narrow, and orders are tried far from 0 as well."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pgsym.decide import AtMost, Rung, decide
from pgsym.problems import one_step
from pgsym.terms import Term, Variable, absolute, exp, log, maximum
from pgsym.terms.hypotheses import Positive
from pgsym.terms.nodes import lift

x, y, c = Variable("x"), Variable("y"), Variable("c")

FALSE = {
    "hidden by a large exponential": (exp(10**6 * (1 + x * x)) + 1, exp(10**6 * (1 + x * x))),
    "hidden by one of a thousand": (exp(1000 * (1 + x * x)) + 1, exp(1000 * (1 + x * x))),
    "a small summand": (log(1 + exp(x)), x + log(1 + exp(-x)) + exp(lift(-(10**4)))),
    "a tiny one": (log(1 + exp(x)) + exp(lift(-(10**8))), log(1 + exp(x)) + 2 * exp(lift(-(10**8)))),
    "a tiny summand of a factor": (
        (1 + exp(lift(-(10**5)))) * log(1 + exp(x)),
        (1 + 2 * exp(lift(-(10**5)))) * log(1 + exp(x)),
    ),
    "beyond 60 digits": (log(1 + exp(x)) + Fraction(1, 10**70), x + log(1 + exp(-x))),
}


@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_by_little_is_not_tested(name: str) -> None:
    assert decide(*FALSE[name]).rung in (Rung.REFUTED, Rung.UNDECIDED)


def test_the_exponential_that_hides_a_one_is_refuted_where_it_is_not_too_large() -> None:
    verdict = decide(*FALSE["hidden by one of a thousand"])
    assert verdict.rung is Rung.REFUTED
    assert decide(exp(c * (1 + x * x)) + 1, exp(c * (1 + x * x)), [Positive(c)]).rung is Rung.REFUTED


def test_what_is_true_is_tested_and_says_where() -> None:
    verdict = decide(log(1 + exp(x)), x + log(1 + exp(-x)))
    assert verdict.rung is Rung.TESTED
    said = "8 random rational instances, real values between −10^6 and 10^6, in ball arithmetic to 60 digits"
    assert f"tested at {said}" in str(verdict)
    assert verdict.evidence.examples == 8


def test_instances_depend_on_the_statement_and_the_seed_alone() -> None:
    one, same = (decide(log(1 + exp(x)), x + log(1 + exp(-x))) for _ in range(2))
    assert one == same


BOUNDS = {
    "x ≤ 5": (x, lift(5), 6),
    "−x ≤ 5": (-x, lift(5), -6),
    "x ≤ 10": (x, lift(10), 11),
    "x² ≤ 10⁴": (x * x, lift(10**4), 101),
    "x² ≤ 10⁶": (x * x, lift(10**6), 10**6),
    "|x| ≤ 100": (absolute(x), lift(100), 101),
    "max(x, 0) ≤ 7": (maximum(x, 0), lift(7), 8),
}


@pytest.mark.parametrize("name", BOUNDS)
def test_an_order_that_holds_near_zero_only_is_refuted_where_it_fails_first(name: str) -> None:
    lhs, rhs, at = BOUNDS[name]
    verdict = decide(AtMost(lhs, rhs))
    assert verdict.rung is Rung.REFUTED
    assert verdict.counterexample is not None
    assert dict(verdict.counterexample.candidate.constants) == {"x": at}


def test_rewards_are_tried_far_from_zero() -> None:
    m = one_step()
    assert decide(AtMost(m.objective, lift(5), m.hypotheses)).rung is Rung.REFUTED
    assert decide(AtMost(-1 * m.reward, lift(50), m.hypotheses)).rung is Rung.REFUTED


@pytest.mark.parametrize(
    ("lhs", "rhs"), [(2 * x * y, x * x + y * y), (x, absolute(x)), (x + y, maximum(x, y) + maximum(x, y))]
)
def test_a_true_order_is_tested_and_says_where(lhs: Term, rhs: Term) -> None:
    verdict = decide(AtMost(lhs, rhs))
    assert verdict.rung is Rung.TESTED
    assert f"tested at {verdict.evidence.examples:,} instances" in str(verdict)
    assert "real values between −10^6 and 10^6 and beyond its own numbers, in float64" in str(verdict)


def test_no_real_values_are_said_to_be_tried_where_there_are_none() -> None:
    m = one_step()
    assert "real values" not in str(decide(AtMost(m.policy * m.policy, m.policy)))
