"""Where a statement is decided unless the caller says otherwise: hypotheses are obeyed, a refused size spoils none."""

from __future__ import annotations

import pytest

from pgsym.decide import Rung, Size, decide
from pgsym.decide.default_sizes import default_sizes
from pgsym.decide.sizes import DECISION_HORIZONS, DECISION_SIZES
from pgsym.decide.subjects import About
from pgsym.errors import TooLarge, UndefinedValue
from pgsym.problems import one_step, trajectories
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import (
    ACTION,
    INDEX,
    STATE,
    TRAJECTORY,
    AtLeastTwo,
    Before,
    HowMany,
    Hypothesis,
    Rounds,
    Symbol,
    Term,
    ThetaFree,
    Variable,
    grad,
    sum_over,
    sum_range,
)

m, t = one_step(), trajectories()
K = Variable("k", INDEX)


def usual(term: Term, *given: Hypothesis) -> tuple[Size, ...]:
    return default_sizes(About((term,), tuple(given)))


def test_the_usual_sizes_have_one_action_many_states_and_many_outcomes() -> None:
    """What sizes of two hide: one action, three with three steps, three states with three actions, three outcomes."""
    one, long = ([dict(s.counts) for s in sizes] for sizes in (DECISION_SIZES, DECISION_HORIZONS))
    for sizes in (one, long):
        assert any(s["A"] == 1 for s in sizes)
        assert any(s["S"] >= 3 and s["A"] >= 3 for s in sizes)
        assert any(s["W"] >= 3 for s in sizes)
    assert any(s["A"] >= 3 and s["T"] >= 3 for s in long)


def test_what_holds_for_two_actions_is_refuted_at_three_or_one() -> None:
    others = sum_over(m.a, of=1) - 1
    assert decide(sum_over(m.a, of=m.policy) / others, 1 + 0 * others).rung is Rung.REFUTED


def test_a_number_of_rounds_that_is_fixed_is_obeyed() -> None:
    batch = m.over_batches(sum_range(m.i, 1, m.N, of=1))
    verdict = decide(batch, 4 + 0 * batch, (*m.hypotheses, Rounds(m.N, 4, 4)))
    assert verdict.rung is Rung.DECIDED
    assert {s.lengths["N"] for s in verdict.evidence.sizes} == {4}
    *at_four, longer = usual(batch, *m.hypotheses, Rounds(m.N, 4))
    assert at_four == [Size.of({**dict(s.only("SAN").counts), "N": 4}) for s in DECISION_SIZES]
    assert longer.lengths["N"] == 5  # for the hypothesis allows it


def test_a_horizon_that_is_fixed_is_obeyed() -> None:
    verdict = decide(t.objective, t.objective + 0 * t.objective, (*t.hypotheses, Rounds(t.T, 5, 5)))
    assert verdict.rung is Rung.DECIDED
    assert {s.lengths["T"] for s in verdict.evidence.sizes} == {5}


def test_a_horizon_is_as_long_as_the_times_need() -> None:
    """Of steps more than five apart there are none in four."""
    later = t.expectation(t.reward(t.t) * t.reward(t.u))
    given = (*t.hypotheses, Before(t.u + 5, t.t))
    verdict = decide(later, later + 0 * later, given)
    assert verdict.rung is Rung.DECIDED
    assert {s.lengths["T"] for s in verdict.evidence.sizes} == {7}


def test_a_number_of_tries_of_its_own_has_several_values() -> None:
    powers = POLICY(m.a, m.s, m.theta) ** K
    verdict = decide(grad(powers), K * m.policy ** (K - 1) * grad(m.policy), m.hypotheses)
    assert verdict.rung is Rung.DECIDED
    assert {s.lengths["k"] for s in verdict.evidence.sizes} == {1, 2, 3}


def test_numbers_of_states_and_actions_are_obeyed() -> None:
    sizes = usual(m.objective, HowMany(STATE, 5), AtLeastTwo(ACTION))
    assert {dict(s.counts)["S"] for s in sizes} == {5}
    assert min(dict(s.counts)["A"] for s in sizes) == 2


def test_hypotheses_that_leave_nothing_are_said_to() -> None:
    verdict = decide(m.objective, m.objective, (HowMany(ACTION, 5),), [{"S": 1, "A": 2}])
    assert verdict.rung is Rung.UNDECIDED
    assert "no instance of the given sizes satisfies the hypotheses" in verdict.evidence.note


def test_a_size_of_too_large_a_degree_is_left_out_and_said_to_be() -> None:
    lhs = sum_over(m.a, of=m.policy) ** K
    verdict = decide(lhs, 1 + 0 * lhs, m.hypotheses, [{"S": 1, "A": 2, "k": 2}, {"S": 1, "A": 2, "k": 10**9}])
    assert verdict.rung is Rung.DECIDED
    assert verdict.evidence.sizes == (Size.of(S=1, A=2, k=2),)
    assert "|S| = 1, |A| = 2, k = 1000000000 is left out: the degree" in verdict.evidence.note


def test_a_size_that_does_not_fit_into_memory_is_left_out_and_said_to_be() -> None:
    verdict = decide(t.objective, t.objective, t.hypotheses, [{"S": 2, "A": 2, "T": 2}, {"S": 9999, "A": 9, "T": 2}])
    assert verdict.evidence.sizes == (Size.of(S=2, A=2, T=2),)
    assert "|S| = 9999, |A| = 9, T = 2 is left out: the table of p would take" in verdict.evidence.note
    with pytest.raises(TooLarge, match="the table of p would take"):
        decide(t.objective, t.objective, t.hypotheses, [{"S": 9999, "A": 9, "T": 2}])


def test_a_size_where_both_sides_are_undefined_is_left_out_and_said_to_be() -> None:
    others = sum_over(m.a, of=1) - 1
    verdict = decide(m.policy / others, m.policy / others + 0 * m.policy, (), [{"S": 1, "A": 1}, {"S": 1, "A": 3}])
    assert verdict.evidence.sizes == (Size.of(S=1, A=3),)
    assert "|S| = 1, |A| = 1 is left out: both sides divide by zero" in verdict.evidence.note
    with pytest.raises(UndefinedValue):
        decide(m.policy / others, m.policy / others, (), [{"S": 1, "A": 1}])


def test_a_size_without_the_step_that_is_spoken_of_is_left_out_and_said_to_be() -> None:
    second = t.expectation(t.reward(2))
    verdict = decide(second, second + 0 * second, t.hypotheses)
    assert verdict.rung is Rung.DECIDED
    assert min(s.lengths["T"] for s in verdict.evidence.sizes) == 2
    assert "T = 1 is left out" in verdict.evidence.note


def test_what_holds_up_to_a_length_is_refuted_beyond() -> None:
    """The score of four steps is enough for four steps, and not for five: one action would not show it."""
    m, whole = trajectories(), Symbol("R", (TRAJECTORY,))
    given = (*m.hypotheses, ThetaFree(whole), Rounds(m.T, 4))
    gradient = grad(m.expectation(whole(m.tau)))
    four = m.expectation(whole(m.tau) * sum_range(m.t, 1, 4, of=m.score(m.t)))
    verdict = decide(gradient, four, given)
    assert verdict.rung is Rung.REFUTED
    assert verdict.counterexample is not None
    assert str(verdict.counterexample.size) == "|S| = 1, |A| = 2, T = 5"
