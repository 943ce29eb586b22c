"""Functions of a whole trajectory have a table with an axis for every draw; what no table can hold is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest
from reference import confirm

from pgsym.decide import Rung, decide
from pgsym.errors import InstanceError, RuleDoesNotApply, SortError
from pgsym.kernel import Derivation
from pgsym.meaning.tables import problem, value
from pgsym.problems import trajectories
from pgsym.problems.trajectory import START
from pgsym.rules import Tower
from pgsym.terms import STATE, TRAJECTORY, Symbol, ThetaFree, function, grad, indicator, latex
from pgsym.terms.sorts import INDEX

m = trajectories()
OF_ALL = Symbol("R", (TRAJECTORY,))
whole = OF_ALL(m.tau)
gradient = grad(m.expectation(whole))
given = (*m.hypotheses, ThetaFree(OF_ALL))


def test_reinforce_holds_for_any_reward_of_the_whole() -> None:
    assert decide(gradient, m.expectation(whole * m.total_score), given).is_true


@pytest.mark.parametrize("time", [1, m.T], ids=["first score", "last score"])
def test_it_is_not_a_constant(time: int) -> None:
    """Were the table one number, a single score would do."""
    verdict = decide(gradient, m.expectation(whole * m.score(time)), given)
    assert verdict.rung is Rung.REFUTED
    assert verdict.counterexample is not None
    assert dict(verdict.counterexample.size.counts) == {"S": 1, "A": 2, "T": 2}
    assert verdict.counterexample.confirmation
    confirm(verdict.counterexample)


def test_it_tells_the_times_apart() -> None:
    swapped = {"ρ": [1], "p": [[[1], [1]]], "π": [["1/3", "2/3"]], "R": [[[[0, 1]], [[0, 0]]]]}
    instance = problem(swapped, [gradient, m.expectation(whole)], given, T=2)
    assert value(m.expectation(whole), instance) == Fraction(
        2, 9
    )  # first the one, then the other: R[s_1][a_1][s_2][a_2]
    assert value(m.expectation(whole * indicator(m.action(1), m.action(2))), instance) == 0


def test_its_table_needs_the_horizon() -> None:
    with pytest.raises(InstanceError, match="T has no value: pass T=1"):
        problem({"ρ": [1], "p": [[[1]]], "π": [[1]], "R": [[0]]}, [m.expectation(whole)], given)


def test_a_history_has_no_value_of_the_whole() -> None:
    with pytest.raises(SortError, match="is not a draw of this trajectory"):
        decide(m.over_histories(OF_ALL(m.h)), m.over_histories(1), given, [{"S": 1, "A": 2, "T": 2, "t": 1}])


def test_the_tower_rule_refuses_it() -> None:
    d = Derivation(m.expectation(whole * m.score(1)), given=given)
    with pytest.raises(RuleDoesNotApply, match="depends on the whole trajectory"):
        d.apply(Tower(m.factorisation, m.histories, m.t, m.h, m.a), at=(), why="")


def test_a_table_that_depends_on_an_index_is_refused() -> None:
    """It was once read as the same at all times, which made f_1 = f_2 true."""
    f = function("f", STATE, INDEX)
    with pytest.raises(SortError, match="f takes an argument of sort index, which no table has: it needs a definition"):
        decide(m.expectation(f(m.state(1), 1)), m.expectation(f(m.state(1), 2)), given)


def test_one_state_may_be_named() -> None:
    """A symbol without arguments whose value is a state: every one of them is tried."""
    end = Symbol("e", (), result=STATE)()
    assert decide(m.expectation(indicator(m.state(1), end)), START(end), given).is_true
    refuted = decide(m.expectation(indicator(m.state(m.T), end)), START(end), given)
    assert refuted.counterexample is not None
    confirm(refuted.counterexample)


def test_it_prints_like_the_board() -> None:
    assert (str(whole), latex(whole)) == ("R(τ)", "R(\\tau)")
