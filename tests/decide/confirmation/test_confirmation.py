"""Counterexamples are confirmed by enumeration, and a wrong one is noticed."""

from __future__ import annotations

import ast
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

import pgsym.decide
from pgsym.decide import AtMost, Counterexample, Rung, counterexample, decide
from pgsym.decide.confirmation.confirmation import CONFIRMED, confirmed
from pgsym.errors import ReadingsDisagree
from pgsym.problems import classification, one_step, trajectories
from pgsym.problems.classification_problem import LOGIT
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import (
    PARAMETER,
    Frozen,
    Number,
    Positive,
    Term,
    Variable,
    absolute,
    expect,
    given,
    grad,
    indicator,
    log,
    sum_over,
    variance,
)
from pgsym.terms.hypotheses import Hypothesis

o, m, c = one_step(), trajectories(), classification()
other = Variable("θ'", PARAMETER)
FALSE: dict[str, tuple[Term, Term, tuple[Hypothesis, ...]]] = {
    "a gradient": (grad(o.objective), o.expectation(grad(o.reward)), o.hypotheses),
    "entries that move": (grad(o.objective), o.expectation(o.reward * o.score), ()),
    "labels": (grad(c.accuracy), -grad(c.cross_entropy), c.hypotheses),
    "logarithms": (c.cross_entropy, 2 * c.cross_entropy, c.hypotheses),
    "logits": (c.policy, c.policy * LOGIT(c.s, c.a, c.theta), (c.softmax,)),
    "a free batch": (
        o.average(o.reward.symbol(o.s_i, o.a_i)),
        2 * o.average(o.reward.symbol(o.s_i, o.a_i)),
        o.hypotheses,
    ),
    "trajectories": (m.objective, 2 * m.objective, m.hypotheses),
    "a free trajectory": (m.mass, m.mass * m.mass, m.hypotheses),
    "a second policy": (
        expect(o.reward, (o.a, POLICY.law(o.s, other))),
        expect(o.reward, (o.a, o.policy_law)),
        o.hypotheses,
    ),
    "a frozen policy": (
        grad(o.objective),
        grad(expect(o.reward, (o.s, o.state_law), (o.a, POLICY.law(o.s, other))), o.theta),
        (*o.hypotheses, Frozen(other, o.theta)),
    ),
    "a condition": (
        expect(o.reward, (o.a, given(o.policy_law, o.a, indicator(o.a, c.label)))),
        expect(o.reward, (o.a, o.policy_law)),
        o.hypotheses,
    ),
    "a variance": (
        variance(o.reward, (o.s, o.state_law), (o.a, o.policy_law)),
        o.expectation(o.reward**2),
        o.hypotheses,
    ),
    "an absolute value": (absolute(o.reward), o.reward, o.hypotheses),
    "where one side is undefined": (sum_over(o.a, of=o.policy / o.policy), sum_over(o.a, of=1), ()),
    "real variables": (Variable("c") ** 2, Variable("c"), ()),
    "numbers": (Number(Fraction(1, 2)), Number(Fraction(1, 3)), ()),
}


def refuted(name: str) -> Counterexample:
    found = counterexample(*FALSE[name])
    assert found is not None
    return found


@pytest.mark.parametrize("name", FALSE)
def test_counterexamples_are_confirmed_by_enumeration(name: str) -> None:
    assert refuted(name).confirmation == CONFIRMED


@pytest.mark.parametrize("name", FALSE)
@pytest.mark.parametrize("side", ["lhs", "rhs"])
def test_a_wrong_value_is_noticed(name: str, side: str) -> None:
    """Enumeration does not repeat what the counterexample says: any other value is refused."""
    found = refuted(name)
    values = getattr(found, side)
    wrong = tuple(Fraction(7, 3) if v == "undefined" else v + Fraction(1, 1000) for v in values)
    with pytest.raises(ReadingsDisagree, match="report"):
        confirmed(replace(found, **{side: wrong}))


def test_a_change_too_small_to_see_is_noticed() -> None:
    found = refuted("logarithms")
    import sympy

    wrong = tuple(v + sympy.Rational(1, 2**150) for v in found.lhs)
    with pytest.raises(ReadingsDisagree):
        confirmed(replace(found, lhs=wrong))


def test_another_instance_is_noticed() -> None:
    found = refuted("a gradient")
    reward = next(s for s in found.candidate.tables if s.name == "r")
    tables = {**found.candidate.tables, reward: 3 * found.candidate.tables[reward]}
    with pytest.raises(ReadingsDisagree):
        confirmed(replace(found, candidate=replace(found.candidate, tables=tables)))


def test_sides_that_do_not_break_the_relation_are_noticed() -> None:
    found = decide(AtMost(o.policy, o.policy * o.policy)).counterexample
    assert found is not None
    assert found.confirmation == CONFIRMED
    statement = found.statement
    turned = replace(statement, lhs=statement.rhs, rhs=statement.lhs)
    with pytest.raises(ReadingsDisagree, match="no difference"):
        confirmed(replace(found, statement=turned, lhs=found.rhs, rhs=found.lhs))
    equal = turned.as_equation
    assert confirmed(replace(found, statement=equal, lhs=found.rhs, rhs=found.lhs)).confirmation == CONFIRMED


def test_where_there_is_too_much_to_walk_over_the_evaluator_stands_alone() -> None:
    """At twelve steps nothing is enumerated, and the evidence says so."""
    last = m.expectation(m.score(12) * m.reward(12))
    verdict = decide(last, 2 * last, m.hypotheses, [{"S": 1, "A": 2, "T": 12}])
    assert verdict.rung is Rung.REFUTED
    assert "confirmed by the evaluator only: to walk over everything takes more than" in verdict.evidence.note


def test_the_evidence_and_the_record_say_how_it_was_confirmed() -> None:
    verdict = decide(*FALSE["labels"])
    assert verdict.counterexample is not None
    assert CONFIRMED in verdict.evidence.note
    assert verdict.counterexample.record()["confirmation"] == CONFIRMED
    assert CONFIRMED in str(verdict)


@pytest.mark.parametrize("name", ["enumeration", "environment", "jets"])
def test_enumeration_shares_nothing_with_the_evaluator(name: str) -> None:
    source = (Path(pgsym.decide.__file__).parent / "confirmation" / f"{name}.py").read_text()
    modules = {n.module or "" for n in ast.walk(ast.parse(source)) if isinstance(n, ast.ImportFrom)}
    assert not [m for m in modules if m.startswith("pgsym.meaning")]
    own = "pgsym.decide.confirmation"
    assert {m for m in modules if m.startswith("pgsym.decide")} <= {f"{own}.environment", f"{own}.jets"}


def test_positive_policies_are_confirmed_as_softmax() -> None:
    found = counterexample(grad(log(o.policy)), 2 * grad(log(o.policy)), (Positive(POLICY),))
    assert found is not None
    assert "softmax" in found.candidate.parametrisation
    assert found.confirmation == CONFIRMED
