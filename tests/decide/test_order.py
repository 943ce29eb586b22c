"""Orders with an argument: what visibly is not negative, and what only looks like it."""

from __future__ import annotations

import pytest
from campaigns import share

from pgsym.decide import AtMost, Rung, decide
from pgsym.errors import ContradictoryHypotheses, SortError
from pgsym.problems import classification, trajectories
from pgsym.problems.one_step_problem import JOINT, POLICY, REWARD
from pgsym.terms import (
    Definition,
    NonNegative,
    Positive,
    Symbol,
    Term,
    Variable,
    absolute,
    exp,
    expect,
    log,
    sum_over,
    variance,
)
from pgsym.terms.nodes import lift
from pgsym.terms.signs import is_non_negative

m = classification()
x = Variable("x")
VISIBLE = {
    "a square": m.reward**2,
    "equal factors": m.reward * m.policy * m.reward,
    "a probability": m.policy,
    "its complement": 1 - m.policy,
    "the complement of a distance": 1 - absolute(m.policy - m.label_mass),
    "a magnitude and what it is of": absolute(m.reward - 1) + 1 - m.reward,
    "the triangle": sum_over(m.a, of=absolute(m.reward)) - absolute(sum_over(m.a, of=m.reward)),
    "the number of the others": sum_over(m.a, of=1) - 1,
    "the complement of a product": 1 - m.policy * m.state_mass,
    "an indicator": m.is_right,
    "an exponential": exp(m.reward),
    "a magnitude": absolute(m.reward),
    "a surprise": -log(m.policy),
    "a mean of squares": m.expectation(m.reward**2),
    "a variance": variance(m.reward, (m.a, m.policy_law)),
    "a fraction": m.reward**2 / m.policy,
    "the gap of the logarithm": m.policy / m.label_mass - 1 - log(m.policy / m.label_mass),
}
HIDDEN = {
    "a reward": m.reward,
    "a difference": m.policy - m.label_mass,
    "a logarithm": log(m.policy),
    "a magnitude and another": absolute(m.reward) + m.policy - m.label_mass,
    "the triangle, upside down": absolute(sum_over(m.a, of=m.reward)) - sum_over(m.a, of=absolute(m.reward)),
    "the complement of a sum": 1 - absolute(m.policy + m.label_mass),
    "two fewer": sum_over(m.a, of=1) - 2,
    "a gap of another argument": m.policy - 1 - log(m.label_mass),
    "a variable": x,
    "an odd power": m.reward**3,
    "a mean of rewards": m.objective,
    "two minus a probability in the wrong order": m.policy - 1,
}


@pytest.mark.parametrize("name", share(VISIBLE, 3))
def test_visibly_not_negative(name: str) -> None:
    assert is_non_negative(VISIBLE[name])
    assert decide(AtMost(lift(0), VISIBLE[name], m.hypotheses)).rung is not Rung.REFUTED


@pytest.mark.parametrize("name", HIDDEN)
def test_not_visibly(name: str) -> None:
    assert not is_non_negative(HIDDEN[name])


def test_hypotheses_give_signs() -> None:
    assert is_non_negative(m.objective, (NonNegative(REWARD),))
    assert is_non_negative(x * m.policy, (Positive(x),))


def test_a_defined_law_weighs_as_its_definition_says() -> None:
    """What is written like a law may be negative."""
    skewed = Symbol("b", (POLICY.arguments[0], POLICY.arguments[1]), outcomes=1)
    law = Definition.of(skewed(m.a, m.s), 2 * m.label_mass - 1)
    mean = expect(m.reward**2, (m.a, skewed.law(m.s)))
    assert is_non_negative(mean)
    assert not is_non_negative(mean, (law,))
    assert not is_non_negative(1 - JOINT(m.s, m.a, m.theta), m.hypotheses)


def test_a_variance_needs_laws_that_sum_to_one() -> None:
    """Under weights that sum to two, E[X²] − E[X]² is negative for a constant X."""
    doubled = Symbol("b", (POLICY.arguments[0], POLICY.arguments[1]), outcomes=1)
    law = Definition.of(doubled(m.a, m.s), 2 * m.label_mass)
    spread = variance(lift(1), (m.a, doubled.law(m.s)))
    assert is_non_negative(spread)
    assert not is_non_negative(spread, (law,))
    with pytest.raises(ContradictoryHypotheses, match="is no law: its probabilities sum to 2"):
        decide(AtMost(lift(0), spread, (*m.hypotheses, law)))
    with pytest.raises(SortError, match="does not show"):
        decide(AtMost(lift(0), spread, (*m.hypotheses, law), slack=spread))


def test_sums_of_numbers_are_read_as_they_are() -> None:
    one = lift(1)
    assert is_non_negative(one + one)
    assert not is_non_negative(-one + -one + -one)
    assert not is_non_negative(one - 1 - 1)


def test_a_slack_decides_an_order_and_is_checked() -> None:
    second, first = m.expectation(m.reward**2), m.objective**2
    spread = variance(m.reward, (m.s, m.state_law), (m.a, m.policy_law))
    verdict = decide(AtMost(first, second, m.hypotheses, slack=spread))
    assert verdict.rung is Rung.DECIDED
    assert "never negative" in str(verdict.evidence)
    assert decide(AtMost(first, second, m.hypotheses)).rung is Rung.TESTED
    with pytest.raises(SortError, match="does not show"):
        decide(AtMost(first, second, m.hypotheses, slack=second - first))


def test_a_wrong_slack_decides_nothing() -> None:
    t = trajectories()
    assert decide(AtMost(t.objective, 2 * t.objective, t.hypotheses, slack=t.objective**2)).rung is Rung.REFUTED
    spread = variance(m.reward, (m.s, m.state_law), (m.a, m.policy_law))
    verdict = decide(AtMost(m.objective**2, m.expectation(m.reward**2), m.hypotheses, slack=2 * spread))
    assert verdict.rung is Rung.TESTED


def test_kullback_leibler_is_not_negative() -> None:
    """Σ p log(p/q) = Σ p (q/p − 1 − log(q/p)), as both sum to one."""
    p, q = m.label_mass, m.policy
    given = (*m.hypotheses, Positive(p.symbol))
    divergence: Term = sum_over(m.a, of=p * log(p / q))
    gap = sum_over(m.a, of=p * (q / p - 1 - log(q / p)))
    assert decide(AtMost(lift(0), divergence, given, slack=gap)).rung is Rung.DECIDED
