"""Statements about so many states or actions: decided there, refuted without the hypothesis."""

from __future__ import annotations

import pytest

from pgsym.decide import Rung, Size, decide
from pgsym.errors import InstanceError
from pgsym.meaning.tables import problem
from pgsym.problems import classification
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import ACTION, STATE, AtLeastTwo, HowMany, indicator, sum_over
from pgsym.terms.record import hypothesis_from_record, to_record
from pgsym.testing import assert_identity_in_floats

m = classification()
other = sum_over(m.b, of=(1 - indicator(m.b, m.a)) * POLICY(m.b, m.s, m.theta))
of_others = sum_over(m.b, of=(1 - indicator(m.b, m.a)) * POLICY(m.b, m.s, m.theta) ** 2)


def test_two_answers_are_decided_and_three_refuted() -> None:
    """The squared probabilities of the other answers sum to the square of their sum only if there is one other."""
    two = decide(of_others, other**2, (*m.hypotheses, HowMany(ACTION, 2)))
    assert two.rung is Rung.DECIDED
    assert {dict(s.counts)["A"] for s in two.evidence.sizes} == {2}
    every = decide(of_others, other**2, m.hypotheses)
    assert every.counterexample is not None
    assert every.counterexample.size.sorts[ACTION] == 3


def test_a_number_that_no_size_has_decides_nothing() -> None:
    verdict = decide(of_others, other**2, (HowMany(ACTION, 2),), [{"S": 1, "A": 3}])
    assert verdict.rung is Rung.UNDECIDED


def test_floats_are_drawn_where_the_hypothesis_holds() -> None:
    assert_identity_in_floats(of_others, other**2, (*m.hypotheses, HowMany(ACTION, 2)), examples=20)


def test_a_number_of_states_says_nothing_of_statements_without_states() -> None:
    assert not HowMany(STATE, 1).concerns(frozenset(), frozenset())


def test_tables_of_another_size_are_refused() -> None:
    with pytest.raises(InstanceError, match=r"^the tables have 3 actions, but \|A\| = 2 is assumed$"):
        problem({"π": [["1/3", "1/3", "1/3"]]}, [m.policy], (HowMany(ACTION, 2),))


def test_one_answer_alone_has_no_others() -> None:
    """Where a statement divides by the number of the others, one answer alone is left out."""
    others = sum_over(m.b, of=1) - 1
    mean = sum_over(m.b, of=(1 - indicator(m.b, m.a)) / others)
    assert decide(mean, mean**2, (AtLeastTwo(ACTION),), [{"A": 1}, {"A": 3}]).evidence.sizes == (Size.of(A=3),)
    assert decide(mean, mean**2, (AtLeastTwo(ACTION),), [{"A": 1}]).rung is Rung.UNDECIDED
    with pytest.raises(InstanceError, match=r"^the tables have 1 actions, but \|A\| ≥ 2 is assumed$"):
        problem({"π": [["1"]]}, [m.policy], (AtLeastTwo(ACTION),))
    assert hypothesis_from_record(to_record(AtLeastTwo(ACTION))) == AtLeastTwo(ACTION)
    assert AtLeastTwo(ACTION).latex() == "$\\lvert A \\rvert \\ge 2$"


def test_it_is_printed() -> None:
    assert str(HowMany(ACTION, 2)) == "|A| = 2"
    assert HowMany(STATE, 3).latex() == "$\\lvert S \\rvert = 3$"
