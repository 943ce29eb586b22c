# ruff: noqa: PT017 (what is refused may also work)
"""Whatever is given where a term is expected works, or is refused in one line; notes are true of their verdicts."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from campaigns import share
from hypothesis import given, settings
from hypothesis import strategies as st

from pgsym.claims.claim import Claim
from pgsym.decide import AtMost, Equal, IsGradient, Rung, counterexample, decide, exhaustive
from pgsym.decide.closed_form import decide_closed_form
from pgsym.errors import PgsymError, SortError, TermTooDeep
from pgsym.kernel import Derivation
from pgsym.problems import one_step
from pgsym.terms import (
    ACTION,
    INDEX,
    PARAMETER,
    STATE,
    Before,
    Definition,
    Number,
    Positive,
    Symbol,
    ThetaFree,
    Variable,
    absolute,
    exp,
    expect,
    function,
    grad,
    indicator,
    latex,
    log,
    sum_over,
    sum_range,
    text,
)
from pgsym.terms.nodes import Quotient
from pgsym.terms.record import from_record, to_record

x = Variable("x")
s, a = Variable("s", STATE), Variable("a", ACTION)
r = function("r", STATE)


def test_numbers_stand_where_terms_do() -> None:
    assert decide(1, 1).rung is Rung.DECIDED
    assert decide(x / 2, Fraction(1, 2) * x).rung is Rung.DECIDED
    for zero in (0, Number(0), Number(Fraction(0))):  # type: ignore[arg-type]
        assert decide(x, zero).rung is Rung.REFUTED
    assert decide(AtMost(x * x, 0)).rung is Rung.REFUTED
    assert decide(AtMost(0, x * x)).rung is not Rung.REFUTED
    assert decide_closed_form(Equal(1, 1)).rung is Rung.EXACT
    assert counterexample(x, 1) is not None
    assert exhaustive(Equal(r(s), 0), {"S": 1}) is not None
    assert decide(sum_over(s, of=1), 2).rung is Rung.REFUTED
    assert Claim("a", "", 1, 1).decide().is_true  # type: ignore[arg-type]
    assert Derivation(1).conclude(1).verdict.is_true  # type: ignore[arg-type]
    assert decide(r(s), 1, [Definition.of(r(s), 1)]).rung is Rung.DECIDED
    assert str(Before(1, Variable("t", INDEX))) == "1 < t"  # type: ignore[arg-type]
    assert str(grad(1)) == "∇_θ 1"


WRONG: tuple[Callable[[Any], object], ...] = (
    lambda v: decide(x, v),
    lambda v: decide(v, x),
    lambda v: decide(x, x, [v]),
    lambda v: decide(AtMost(x, v)),
    lambda v: counterexample(v, x),
    lambda v: exhaustive(Equal(v, x)),
    lambda v: decide(IsGradient(v)),
    lambda v: decide_closed_form(Equal(v, 1)),
    lambda v: Number(v),
    lambda v: Variable(v),
    lambda v: Variable("x", v),
    lambda v: Symbol(v, ()),
    lambda v: Symbol("f", v),
    lambda v: Symbol("f", (STATE,), outcomes=v),
    lambda v: r(v),
    lambda v: x + v,
    lambda v: x**v,
    lambda v: grad(v),
    lambda v: log(v),
    lambda v: sum_over(v, of=x),
    lambda v: sum_over(s, of=v),
    lambda v: sum_range(v, 1, 2, x),
    lambda v: indicator(v, a),
    lambda v: expect(x, v),
    lambda v: expect(x, (s, v)),
    lambda v: Positive(v),
    lambda v: ThetaFree(v),
    lambda v: Definition.of(v, x),
    lambda v: Definition(r, v, x),
    lambda v: Definition.of(r(s), v),
    lambda v: Before(v, 1),  # type: ignore[arg-type]
    lambda v: Claim("a", "", x, v),
    lambda v: Claim("a", v, x, x),
    lambda v: Claim("a", "", x, x, given=v),
    lambda v: Derivation(v),
    lambda v: Derivation(x).apply(v),
    lambda v: Derivation(x).conclude(v),
)


@pytest.mark.parametrize("make", WRONG)
@pytest.mark.parametrize("value", [0.5, None, True, "", object, [x], 1j], ids=repr)
def test_what_is_no_term_is_refused_in_one_line(make: Callable[[Any], object], value: object) -> None:
    try:
        make(value)
    except PgsymError as reason:
        assert "\n" not in str(reason)
        assert len(str(reason)) < 250


def test_a_function_of_an_action_is_compared_with_the_action() -> None:
    g = Symbol("g", (ACTION,), result=ACTION)
    assert decide(indicator(a, g(a)), indicator(g(a), a)).rung is Rung.DECIDED
    verdict = decide(sum_over(a, of=indicator(a, g(a))), sum_over(a, of=1))
    assert verdict.rung is Rung.REFUTED
    assert decide(indicator(a, g(a)) * indicator(a, g(a)), indicator(a, g(a))).rung is Rung.DECIDED


def test_two_variables_of_one_name_are_refused() -> None:
    q = function("q", STATE, ACTION)
    with pytest.raises(SortError, match="x names two variables"):
        decide(q(Variable("x", STATE), Variable("x", ACTION)), 0)


@pytest.mark.parametrize("number", [Fraction(1, 2**31 - 1), 10**400, Fraction(1, 10**400), 10**3000])
def test_numbers_that_a_number_system_lacks_are_decided_by_another(number: Fraction | int) -> None:
    assert decide(x * number, number * x).rung is Rung.DECIDED
    assert decide(x * number, x).rung is Rung.REFUTED
    with pytest.raises(SortError, match="4,000 digits"):
        _ = x * 10**5000


def test_symbols_of_two_parameters_are_told_apart() -> None:
    b = Variable("b", ACTION)
    theta, phi = Variable("θ", PARAMETER), Variable("φ", PARAMETER)
    pi = Symbol("π", (ACTION, STATE, PARAMETER), outcomes=1)
    rewards = function("R", ACTION, ACTION)
    objective = sum_over(a, b, of=pi(a, s, theta) * pi(b, s, phi) * rewards(a, b))
    given = (Positive(pi), ThetaFree(rewards))
    found = decide(grad(objective, theta), grad(objective, phi), given).counterexample
    assert found is not None
    shown = str(found)
    assert "    π = [[" in shown
    assert "    π' = [[" in shown
    assert "    π' is π at φ" in shown
    assert len(set(found.coordinates)) == len(found.coordinates)
    assert {c[0] for c in found.coordinates} == {"θ", "φ"}


def test_coordinates_of_two_policies_of_one_parameter_are_told_apart() -> None:
    theta = Variable("θ", PARAMETER)
    p, q = (Symbol(n, (ACTION, STATE, PARAMETER), outcomes=1) for n in "pq")
    found = decide(grad(p(a, s, theta) * q(a, s, theta)), 0, (Positive(p), Positive(q))).counterexample
    assert found is not None
    assert set(found.coordinates) == {"θ_p(1,1)", "θ_p(1,2)", "θ_q(1,1)", "θ_q(1,2)"}


def test_a_true_identity_is_not_said_to_differ() -> None:
    """Where log and exp are any functions these differ; that alone says nothing of them."""
    for verdict in (decide(log(exp(x) + 1) - log(exp(-x) + 1), x), decide(exp(2 * x), exp(x) ** 2)):
        assert verdict.rung is not Rung.REFUTED
        if verdict.evidence.note:
            assert "this alone does not refute the equation" in verdict.evidence.note


WRAPPED: tuple[Callable[[Any], Any], ...] = (
    absolute,
    log,
    lambda t: 1 / t,
    lambda t: Quotient(t, x),
    lambda t: log(t + 1),
    lambda t: t**2,
    lambda t: sum_range(Variable("t", INDEX), 1, 2, t),
)


@pytest.mark.parametrize("wrapped", share(WRAPPED, 3))
@pytest.mark.parametrize("depth", [60, 3000])
def test_deep_terms_are_read_or_refused(wrapped: Callable[[Any], Any], depth: int) -> None:
    term: Any = x
    try:
        for _ in range(depth):
            term = wrapped(term)
    except TermTooDeep:
        return
    for door in (text, latex, to_record, lambda t: decide(t, t)):
        try:
            door(term)  # type: ignore[operator]
        except PgsymError as reason:
            assert depth > 50, reason


def test_deep_records_are_refused() -> None:
    record: list[Any] = ["variable", "x", "real"]
    for _ in range(3000):
        record = ["power", record, 2]
    with pytest.raises(TermTooDeep):
        from_record(record)


@given(st.fractions(max_denominator=2**31 + 1), st.integers(-(10**40), 10**40))
@settings(max_examples=25, deadline=None)
def test_any_number_beside_a_term_is_decided(c: Fraction, n: int) -> None:
    m = one_step()
    assert decide(c * m.policy * n, n * c * m.policy, m.hypotheses, [{"S": 1, "A": 2}]).rung is Rung.DECIDED
