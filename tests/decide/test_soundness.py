"""False statements that an earlier decision accepted, and true ones that it refuted: none may come back."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pgsym.decide import Rung, decide
from pgsym.errors import SortError
from pgsym.problems import classification
from pgsym.problems.classification_problem import LOGIT
from pgsym.problems.one_step_problem import POLICY, STATE_LAW
from pgsym.terms import (
    ACTION,
    BATCH,
    INDEX,
    PARAMETER,
    STATE,
    Number,
    Positive,
    Term,
    ThetaFree,
    Variable,
    absolute,
    function,
    grad,
    indicator,
    log,
    maximum,
    sum_over,
)
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import lift

m = classification()
s, a, b = m.s, m.a, m.b
q = function("q", STATE, ACTION)
c, d = Variable("c"), Variable("d")
one, zero = Number(Fraction(1)), Number(Fraction(0))
z_a, z_b = LOGIT(s, a, m.theta), LOGIT(s, b, m.theta)
R, Q = sum_over(a, of=m.reward), sum_over(a, of=q(s, a))
old = POLICY(a, s, Variable("θ'", PARAMETER))

FALSE: dict[str, tuple[Term, Term, tuple[Hypothesis, ...]]] = {
    "a derivative is not the table again": (m.reward * grad(q(s, a)), q(s, a) * grad(m.reward), ()),
    "nor are their ratios constant": (grad(m.reward / q(s, a)), zero, (Positive(q),)),
    "nor for logits": (z_a * grad(z_b), z_b * grad(z_a), ()),
    "half the product rule": (
        grad(m.over_states(R * Q)),
        2 * m.over_states(R * grad(Q)),
        (ThetaFree(STATE_LAW),),
    ),
    "two symbols of one name": (
        sum_over(s, of=function("f", STATE)(s)),
        sum_over(a, of=function("f", ACTION)(a)),
        (),
    ),
    "two parameters": (m.policy, old, m.hypotheses),
    "zero over zero": (c / c, one, ()),
    "an entry that is zero": (m.reward / m.reward, one, ()),
    "zero times something undefined": (zero * (one / m.policy), zero, ()),
    "a vanishing gradient over zero": (grad(m.reward) / m.policy, zero, (ThetaFree(m.reward.symbol),)),
}


@pytest.mark.parametrize("name", FALSE)
@pytest.mark.parametrize("sizes", [None, [{"S": 2, "A": 2}]])
def test_false_statement_is_refuted(name: str, sizes: list[dict[str, int]] | None) -> None:
    lhs, rhs, given = FALSE[name]
    verdict = decide(lhs, rhs, given, sizes)
    assert verdict.rung is Rung.REFUTED, str(verdict)
    assert verdict.counterexample is not None
    assert verdict.counterexample.lhs != verdict.counterexample.rhs


def test_what_no_table_has_an_axis_for_is_not_taken_for_a_constant() -> None:
    """A free function of rounds has no table: it is no number that is always the same."""
    f = function("f", INDEX)
    varies = m.over_batches(f(m.N) * f(lift(1)))
    with pytest.raises(SortError, match=f"f takes an argument of sort {INDEX}"):
        decide(varies, m.over_batches(f(lift(1))) ** 2, m.hypotheses)


def test_a_function_of_a_batch_is_not_taken_for_a_constant() -> None:
    f = function("f", BATCH)
    verdict = decide(m.over_batches(f(m.batch) ** 2), m.over_batches(f(m.batch)) ** 2, m.hypotheses)
    assert verdict.rung is Rung.REFUTED, str(verdict)


def test_a_difference_that_cancels_is_no_counterexample() -> None:
    """π − D and π/3 − D/3 vanish together; a ball around zero may not be taken for something else."""
    pi, mass, third = m.policy, m.state_mass, Fraction(1, 3)
    lhs = log(pi * mass + pi * mass) + one / (pi - mass)
    rhs = log(Number(Fraction(2))) + log(pi) + log(mass) + one / (3 * (pi * third - mass * third))
    verdict = decide(lhs, rhs, (Positive(POLICY), Positive(STATE_LAW)), [{"S": 2, "A": 2}])
    assert verdict.rung is not Rung.REFUTED, str(verdict)


def test_what_is_taken_for_granted_is_said() -> None:
    """Sums that may cancel and logarithms of numbers of either sign are decided where they are defined."""
    assert decide((c - d) / (c - d), one).rung is Rung.REFUTED
    verdict = decide((c - 1) / (c - 1), one)
    assert verdict.is_true
    assert "where c − 1 ≠ 0" in str(verdict)
    assert "where c > 0, d > 0" in str(decide(log(c * d), log(c) + log(d)))
    evidence = decide(grad(m.objective), m.expectation(m.reward * m.score), m.hypotheses).evidence
    assert not evidence.conditions
    assert not evidence.noted


def test_the_absolute_value_of_a_probability_moves_with_it() -> None:
    assert decide(grad(absolute(m.policy)), grad(m.policy)).is_true
    assert decide(absolute(m.reward), m.reward).rung is Rung.REFUTED


def test_tables_of_one_name_are_both_shown() -> None:
    found = decide(m.soft_cross_entropy, m.cross_entropy, m.hypotheses).counterexample
    assert found is not None
    assert {"y(s)", "y(a | s)", "D", "π"} <= set(found.tables)


def test_a_decision_depends_on_nothing_but_its_input() -> None:
    lhs, rhs = grad(m.objective), m.expectation(m.reward * m.score)
    assert decide(lhs, rhs, m.hypotheses) == decide(lhs, rhs, m.hypotheses)
    assert decide(lhs, rhs, m.hypotheses, seed=1).evidence.primes != decide(lhs, rhs, m.hypotheses).evidence.primes


def test_a_sum_has_as_many_terms_as_its_sort_whatever_it_is_of() -> None:
    """Σ_a 1 is |A|, at more than one size, though no symbol speaks of actions."""
    ones = sum_over(m.a, of=1)
    assert decide(ones * 0, lift(0)).is_true
    assert decide(ones, lift(2)).rung is Rung.REFUTED
    assert decide(ones * ones, sum_over(m.a, m.b, of=1)).is_true


def test_a_sum_inside_an_absolute_value_has_an_axis_of_its_own() -> None:
    """The sign of |·| is found by a reading of its own, whose bound variables must not meet those outside.

    Σ_a max(0, 1 − Σ_s 1{y(s) = a}) counts the labels that no state has: it was read with one axis for a and for s.
    """
    missing = sum_over(a, of=maximum(0, 1 - sum_over(s, of=indicator(m.label, a))))
    found = decide(missing, zero, sizes=[{"S": 1, "A": 2}])
    assert found.rung is Rung.REFUTED
    assert "left  1" in str(found.counterexample)
    spread = sum_over(a, of=absolute(m.policy - sum_over(b, of=POLICY(b, s, m.theta) ** 2)))
    assert not decide(spread, zero).is_true
    assert decide(spread, sum_over(b, of=absolute(POLICY(b, s, m.theta) - sum_over(a, of=m.policy**2)))).is_true
