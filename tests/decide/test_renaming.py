"""Two parameters in one symbol: each keeps the tables of its own."""

from __future__ import annotations

import pytest

from pgsym.decide import Rung, decide
from pgsym.decide.decision import counterexample
from pgsym.errors import SortError
from pgsym.problems import one_step
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import ACTION, PARAMETER, STATE, Definition, Frozen, Symbol, Variable, grad

m = one_step()
OLD = Variable("θ'", PARAMETER)
RATIO = Symbol("u", (ACTION, STATE, PARAMETER, PARAMETER))
old = POLICY(m.a, m.s, OLD)
ratio = RATIO(m.a, m.s, m.theta, OLD)
given = (*m.hypotheses, Definition.of(ratio, m.policy / old))


def test_a_ratio_of_two_policies_times_the_one_is_the_other() -> None:
    assert decide(ratio * old, m.policy, given).rung is Rung.DECIDED
    assert decide(grad(ratio, m.theta) * old, grad(m.policy), given).rung is Rung.DECIDED


def test_a_ratio_is_not_its_inverse() -> None:
    turned = RATIO(m.a, m.s, OLD, m.theta)
    assert decide(ratio * turned, 1 * (old / old), given).rung is Rung.DECIDED
    found = counterexample(ratio, turned, given)
    assert found is not None
    assert {s.name for s in found.candidate.tables} == {"π", "π'"}


def test_a_ratio_is_not_one_unless_held_at_the_same_place() -> None:
    assert decide(ratio, m.policy / m.policy, (*given, Frozen(OLD, m.theta))).rung is Rung.DECIDED
    assert decide(ratio, m.policy / m.policy, given).rung is Rung.REFUTED


def test_a_symbol_of_two_parameters_needs_a_definition() -> None:
    """A table moves with one parameter: u_{θ,θ} and u_{θ,θ'} would have the same gradient."""
    held = (Frozen(OLD, m.theta), *m.hypotheses)
    with pytest.raises(SortError, match="u takes two parameters"):
        decide(grad(ratio, m.theta), grad(RATIO(m.a, m.s, m.theta, m.theta), m.theta), held)
    defined = (*given, Frozen(OLD, m.theta))
    assert decide(grad(ratio, m.theta), m.score, defined).rung is Rung.DECIDED
    assert decide(grad(ratio, m.theta), grad(RATIO(m.a, m.s, m.theta, m.theta)), defined).rung is Rung.REFUTED
