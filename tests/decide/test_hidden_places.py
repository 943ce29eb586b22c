"""Where a statement fails may hide: in the arguments of a definition, at a kink, in the norm of a conditional law."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pgsym.decide import AtMost, Rung, decide
from pgsym.errors import ContradictoryHypotheses, SortError, UndefinedValue
from pgsym.problems import classification, one_step
from pgsym.terms import (
    ACTION,
    PARAMETER,
    REAL,
    STATE,
    Definition,
    Frozen,
    HowMany,
    Positive,
    Symbol,
    Term,
    ThetaFree,
    Variable,
    absolute,
    expect,
    function,
    given,
    grad,
    log,
    maximum,
    minimum,
    sum_over,
    variance,
)
from pgsym.terms.nodes import Bound, Sum, lift

m = one_step()
a, b, s, u = m.a, Variable("b", ACTION), m.s, Variable("u", STATE)
x, y = Variable("x"), Variable("y")
P, Q, D = (Symbol(name, (sort,), outcomes=1) for name, sort in (("p", ACTION), ("q", ACTION), ("D", STATE)))
f, g, w = function("f", STATE), function("g", STATE), function("w", ACTION)
RHO = Symbol("ρ", (ACTION,), outcomes=1)


# definitions ----------------------------------------------------------------------------------------------------
def test_no_argument_of_a_definition_captures_another() -> None:
    """G(u, s) swaps what G(s, u) binds: filled in one after the other, both would be one state."""
    swapped = function("G", STATE, STATE)
    difference = Definition.of(swapped(s, u), f(s) - f(u))
    mean = expect(maximum(swapped(u, s), 1), (u, D.law()))
    assert decide(mean, 1, [difference]).rung is Rung.REFUTED
    assert decide(AtMost(mean, 1, [difference], slack=0)).rung is Rung.REFUTED
    of_two = function("A", ACTION, STATE)
    sorts_apart = Definition.of(of_two(a, s), f(s) - w(a))
    sizes = [{"S": 2, "A": 3}]
    assert decide(expect(absolute(of_two(a, s) + f(s)), (a, P.law())), 0, [sorts_apart], sizes).rung is Rung.REFUTED


def test_an_argument_moves_under_the_scopes_of_the_body() -> None:
    within = function("h", ACTION)
    summed = Definition.of(within(a), sum_over(b, of=w(a) * w(b)))
    whole = sum_over(a, of=sum_over(b, of=w(a) * w(b)))
    assert isinstance(whole, Sum)
    assert summed.unfold((Bound(0),)) == whole.scope.body
    squares = sum_over(a, of=absolute(w(a) ** 2))
    assert decide(sum_over(a, of=absolute(within(a))), squares, [summed]).rung is Rung.REFUTED


def test_a_law_with_swapped_arguments_is_still_looked_at() -> None:
    differs = function("F", ACTION, ACTION)
    hypotheses = [
        Definition.of(differs(a, b), w(a) - w(b)),
        Definition.of(RHO(a), P(a) + sum_over(b, of=maximum(differs(b, a), 0))),
    ]
    with pytest.raises(ContradictoryHypotheses, match="is no law"):
        decide(expect(x, (a, RHO.law())), x, hypotheses)


RATIO = function("ω", REAL, REAL)
IS_A_RATIO = Definition.of(RATIO(x, y), x / y)
INVERSE, AGAIN = function("V", REAL), function("U", REAL)
HIDDEN: dict[str, tuple[Term, Term, list[Definition]]] = {
    "weights": (expect(RATIO(P(a), Q(a)) * w(a), (a, Q.law())), expect(w(a), (a, P.law())), [IS_A_RATIO]),
    "a number": (INVERSE(y) * y, lift(1), [Definition.of(INVERSE(x), 1 / x)]),
    "two deep": (
        expect(AGAIN(Q(a)) * P(a), (a, Q.law())),
        lift(1),
        [Definition.of(INVERSE(x), 1 / x), Definition.of(AGAIN(x), INVERSE(x))],
    ),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_the_numbers_that_a_definition_divides_by_may_be_zero(name: str) -> None:
    lhs, rhs, hypotheses = HIDDEN[name]
    assert decide(lhs, rhs, hypotheses).rung is Rung.REFUTED


def test_an_order_under_a_definition_that_divides() -> None:
    assert decide(AtMost(1, expect(RATIO(P(a), Q(a)), (a, Q.law())), [IS_A_RATIO], slack=0)).rung is Rung.REFUTED


# conditional laws -----------------------------------------------------------------------------------------------
def test_the_norm_of_a_conditional_law_may_be_negative_and_its_shares_are_not() -> None:
    mean = expect(w(a) ** 2 + 1, (a, given(P.law(), a, -(w(a) ** 2))))
    with pytest.raises(SortError, match="does not show that it is never negative"):
        decide(AtMost(0, -mean, slack=-mean))
    assert decide(AtMost(0, mean, slack=mean)).rung is Rung.DECIDED
    with pytest.raises(UndefinedValue, match="exists nowhere"):
        decide(log(-mean) - log(-mean), 0, [Positive(w)])


# kinks ----------------------------------------------------------------------------------------------------------
KINK = "where nothing is differentiated at a kink of |·|, max or min"


def test_what_is_differentiated_where_it_bends_is_said() -> None:
    for lhs, rhs in (
        (grad(absolute(f(s))) * f(s), absolute(f(s)) * grad(f(s))),
        (grad(maximum(f(s), g(s))) + grad(minimum(f(s), g(s))), grad(f(s)) + grad(g(s))),
    ):
        verdict = decide(lhs, rhs)
        assert verdict.rung is Rung.DECIDED
        assert KINK in str(verdict)
    many = classification().accuracy
    sampled = decide(many * grad(absolute(f(s))) * f(s), many * absolute(f(s)) * grad(f(s)), (), [{"S": 20, "A": 10}])
    assert sampled.rung is Rung.TESTED
    assert KINK in str(sampled)
    assert KINK not in str(decide(grad(absolute(f(s) ** 2)), grad(f(s) ** 2)))
    assert KINK not in str(decide(grad(absolute(f(s))), grad(absolute(f(s))), [ThetaFree(f)]))


def test_a_gradient_that_exists_nowhere_is_not_decided() -> None:
    other = Variable("θ'", PARAMETER)
    apart = absolute(m.policy - m.policy_law.symbol(a, s, other))
    assert not decide(grad(sum_over(a, of=apart), m.theta), 0, [Frozen(other, m.theta)]).is_true


def test_a_kink_refutes_nothing() -> None:
    """max(|f|, f) is |f|."""
    size = absolute(f(s))
    assert decide(grad(maximum(size, f(s)) - size), 0).rung is not Rung.REFUTED


# witnesses ------------------------------------------------------------------------------------------------------
def test_an_instance_that_breaks_what_is_assumed_of_a_definition_is_no_witness() -> None:
    many = sum_over(b, of=1)
    elsewhere = Definition.of(RHO(a), P(a) + (many - 1) * (many - 2) * w(a) ** 2)
    assert decide(expect(w(a), (a, RHO.law())), expect(w(a), (a, P.law())), [elsewhere]).rung is not Rung.REFUTED
    number = Symbol("κ", ())()
    raised = Definition.of(RHO(a), P(a) + number**2 * w(a) ** 2)
    with pytest.raises(ContradictoryHypotheses, match="is no law"):
        decide(AtMost(0, variance(w(a), (a, RHO.law())), [raised]))
    shifted = Definition.of(f(s), g(s) - 1)
    assert decide(absolute(f(s)), f(s), [shifted, Positive(f)]).rung is not Rung.REFUTED


def test_a_law_that_takes_numbers_is_no_crash() -> None:
    mixed = Symbol("ρ", (ACTION, REAL), outcomes=1)
    mixture = Definition.of(mixed(a, x), x * P(a) + (1 - x) * Q(a))
    assert not decide(expect(w(a), (a, mixed.law(y))), expect(w(a), (a, P.law())), [mixture]).is_true


def test_what_does_not_move_has_a_counterexample_without_coordinates() -> None:
    assert decide(grad(1 / w(a)), 0, [ThetaFree(w)]).rung is Rung.REFUTED


def test_how_many_there_are_is_obeyed_where_only_a_sum_speaks_of_them() -> None:
    assert decide(sum_over(a, of=x), 2 * x, [HowMany(ACTION, 2)]).rung is Rung.DECIDED


def test_products_of_sums_in_each_other_are_not_opened() -> None:
    nested = w(a) + P(a)
    for _ in range(4):
        nested = (nested * (Q(a) + w(a)) + P(a) * x) ** 2
    expected = sum_over(a, of=P(a) * nested)
    assert decide(expect(nested, (a, P.law())), expected, (), [{"A": 2}]).rung is Rung.DECIDED


@pytest.mark.parametrize(
    "assumed", [Definition.of(absolute(x), 1 * x), Definition.of(log(x), 0 * x), Positive(absolute(x).symbol)]
)
def test_nothing_is_assumed_of_what_is_built_in(assumed: Definition | Positive) -> None:
    """Or |x| = x would be decided, under the definition |x| = 1 x."""
    with pytest.raises(ContradictoryHypotheses, match="is built in"):
        decide(absolute(x), x, [assumed])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: expect(f(u), (u, P.law())), "u is of sort state, and runs over values of sort action"),
        (lambda: Sum(lift(1), expect(w(a), (a, P.law())).scope), "nothing is summed over 1"),  # type: ignore[attr-defined]
        (lambda: Sum(P.law(), expect(w(a), (a, P.law())).scope), "an expectation is over a law"),  # type: ignore[attr-defined]
        (lambda: Symbol("z", (ACTION,), result=STATE, outcomes=1)(a), "has outcomes"),
        (lambda: Bound(-1), "count from 0"),
    ],
)
def test_a_term_that_says_nothing_is_refused(make: Callable[[], Term], words: str) -> None:
    with pytest.raises(SortError, match=words):
        decide(make(), 0)
