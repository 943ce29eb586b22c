"""Nothing is decided where it may be undefined without saying so: divisors, logarithms, definitions, slacks."""

from __future__ import annotations

import random

import pytest
from campaigns import share

from pgsym.decide import AtMost, Equal, Rung, decide
from pgsym.decide.conditions import conditions
from pgsym.decide.search.search import search
from pgsym.decide.subjects import About
from pgsym.errors import PgsymError, SortError, UndefinedValue, UnusableOption
from pgsym.problems import one_step
from pgsym.terms import (
    ACTION,
    INDEX,
    PARAMETER,
    STATE,
    Definition,
    NonNegative,
    Positive,
    Symbol,
    Term,
    Variable,
    absolute,
    clip,
    covariance,
    exp,
    expect,
    function,
    grad,
    log,
    maximum,
    minimum,
    sum_over,
    variance,
)
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import lift
from pgsym.terms.sorts import REAL

m = one_step()
s, a, r, pi = m.s, m.a, m.reward, m.policy
x, y, n = Variable("x"), Variable("y"), Variable("N", INDEX)
p, q = (Symbol(name, (ACTION,), outcomes=1) for name in "pq")
f, g = function("f", STATE, ACTION), function("g", STATE, ACTION)
h = Symbol("h", (REAL,))
one = lift(1)
draws = ((m.s, m.state_law), (m.a, m.policy_law))
F_IS = Definition.of(f(s, a), 1 + r)
G_IS = Definition.of(g(s, a), 1 / (1 + r))
EVERYWHERE = (*m.hypotheses, Positive(m.reward.symbol), Positive(pi.symbol), Positive(m.state_mass.symbol))
H_IS = Definition.of(h(x), 1 / (x - 1))

UNCOVERED: dict[str, tuple[Term, tuple[Hypothesis, ...], str]] = {
    "|x − 1|": (absolute(x - 1), (), "x − 1 ≠ 0"),
    "a minimum": (minimum(r, 1), (), "min(r(s, a), 1) ≠ 0"),
    "a clip": (clip(r, 0, 1), (), "min(max(r(s, a), 0), 1) ≠ 0"),
    "a symbolic power": ((r - 1) ** n, (), "(r(s, a) − 1)^N ≠ 0"),
    "a sum of squares": ((x - 1) ** 2 + (y - 2) ** 2, (), "(x − 1)² + (y − 2)² ≠ 0"),
    "a definition": (f(s, a), (F_IS,), "f(s, a) ≠ 0"),
    "a variance": (variance(r, *draws), EVERYWHERE, "Var_{s∼D, a∼π_θ(· | s)}[r(s, a)] ≠ 0"),
    "a distance of laws": (sum_over(a, of=absolute(p(a) - q(a))), (Positive(p), Positive(q)), "Σ_a |p(a) − q(a)| ≠ 0"),
    "a logarithm": (log(2 + x**2), (), "log(2 + x²) ≠ 0"),
}


@pytest.mark.parametrize("name", UNCOVERED)
def test_what_may_vanish_where_no_pattern_tells_is_a_condition(name: str) -> None:
    divisor, given, condition = UNCOVERED[name]
    verdict = decide(divisor / divisor, one, given, [{"S": 1, "A": 2, "N": 2}])
    assert verdict.is_true
    assert [str(c) for c in verdict.evidence.conditions] == [condition]
    assert f"where {condition}" in str(verdict)
    assert verdict.evidence.record()["conditions"] == [condition]


COVERED: dict[str, tuple[Term, tuple[Hypothesis, ...]]] = {
    "never zero": (maximum(x, 1) + exp(y), ()),
    "one more than a square": (1 + x**2, ()),
    "a positive table": (pi + r, (Positive(m.policy.symbol), NonNegative(m.reward.symbol))),
    "fewer than none": (-1 - absolute(x), ()),
}


@pytest.mark.parametrize("name", COVERED)
def test_what_its_form_shows_is_no_condition(name: str) -> None:
    divisor, given = COVERED[name]
    verdict = decide(divisor / divisor, one, given)
    assert verdict.is_true
    assert not verdict.evidence.conditions


@pytest.mark.parametrize("divisor", [x**2 + y**2, 1 - pi, absolute(r), pi * r**2, maximum(pi, x**2)])
def test_patterns_of_zeros_find_where_a_divisor_vanishes(divisor: Term) -> None:
    assert not conditions(About((divisor / divisor,)))
    assert decide(divisor / divisor, one).rung is Rung.REFUTED


def test_the_bodies_of_definitions_are_read() -> None:
    assert "where 1 + r(s, a) ≠ 0" in str(decide(g(s, a) * (1 + r), one, (G_IS,)))
    assert "where 2 x − 1 ≠ 0" in str(decide(h(2 * x) * (2 * x - 1), one, (H_IS,)))


def test_logarithms_are_those_of_absolute_values_where_they_exist() -> None:
    for lhs, rhs in (
        (log(x**2), 2 * log(absolute(x))),
        (log((x - y) ** 2), log((y - x) ** 2)),
        (log((-x) * (-y)), log(x * y)),
        (log(x**2 * y**2), log((x * y) ** 2)),
    ):
        assert decide(lhs, rhs).is_true, f"{lhs} = {rhs}"
    assert "where x > 0" in str(decide(log(x**2), 2 * log(x)))
    assert "where min(r(s, a), 1) > 0" in str(decide(log(minimum(r, 1) ** 2), 2 * log(minimum(r, 1))))
    assert "where x y > 0" in str(decide(grad(log(x * y) * pi), log(x * y) * grad(pi)))
    assert not decide(log(x), log(x) + log(absolute(x)) - log(x**2)).is_true


def test_a_logarithm_that_exists_nowhere_is_refused() -> None:
    with pytest.raises(UndefinedValue, match="exists nowhere: −π_θ"):
        decide(log(-pi) - log(-pi), lift(0))
    with pytest.raises(UndefinedValue, match="exists nowhere"):
        decide(log(-x * x), log(-x * x))
    with pytest.raises(UndefinedValue, match="exist nowhere together"):
        decide(log(x) + log(-x), log(-x) + log(x))
    with pytest.raises(UndefinedValue, match="exist nowhere together"):
        decide(log(x - y), log(y - x))


def test_what_is_no_list_of_hypotheses_and_no_seed_is_refused_in_one_line() -> None:
    with pytest.raises(SortError, match=r"even a single one: \[π > 0 everywhere\]"):
        decide(pi, pi, Positive(pi.symbol))  # type: ignore[arg-type]
    with pytest.raises(SortError, match="is no hypothesis"):
        decide(AtMost(pi, pi, ["π > 0"]))  # type: ignore[list-item]
    with pytest.raises(UnusableOption, match="from 0, not -1"):
        decide(pi, 2 * pi, seed=-1)


def test_a_square_has_a_logarithm_where_its_base_is_negative() -> None:
    """log x² is 0 at x = −1: the evaluator and the enumeration agree on it."""
    verdict = decide(log(x**2), lift(1))
    assert verdict.rung is Rung.REFUTED
    found = decide(log((x - 2) * (y - 2)), log(absolute(x - 2)) + log(absolute(y - 2)) + x * y)
    assert found.rung is Rung.REFUTED


@pytest.mark.parametrize(
    ("term", "slack"),
    [
        (maximum(x, -1), exp(log(maximum(x, -1)))),
        (minimum(x, 1), exp(log(minimum(x, 1)))),
        (covariance(r, r - pi, *draws), exp(log(covariance(r, r - pi, *draws)))),
        (x, (x**2) / x + 0 * absolute(x)),
    ],
)
def test_a_slack_that_exists_more_rarely_than_the_sides_shows_no_order(term: Term, slack: Term) -> None:
    try:
        verdict = decide(AtMost(lift(0), term, m.hypotheses, slack=slack), sizes=[{"S": 1, "A": 2}])
    except PgsymError as refused:
        assert "does not show" in str(refused)  # noqa: PT017
    else:
        assert verdict.rung is Rung.REFUTED


def test_the_zeros_of_two_parameters_are_apart() -> None:
    """π_θ and π_θ' need not vanish at the same actions."""
    other = m.policy.symbol(a, s, Variable("θ'", PARAMETER))
    assert decide(pi / pi, other / other).rung is Rung.REFUTED
    assert decide(pi / pi, other / other, (Positive(pi.symbol),)).is_true


class _Divisors:
    """Random terms that may vanish at thin sets: the same for the same seed."""

    def __init__(self, seed: int):
        self.rng = random.Random(seed)

    def term(self, depth: int) -> Term:
        if depth == 0:
            leaves: list[Term] = [x, y, pi, r, f(s, a), lift(1), lift(2), lift(-1)]
            return self.rng.choice(leaves)
        one, two = self.term(depth - 1), self.term(depth - 1)
        forms: list[Term] = [
            one + two,
            one - two,
            one * two,
            one**2,
            one**3,
            absolute(one),
            minimum(one, two),
            maximum(one, two),
            exp(log(one)),
            sum_over(a, of=one),
            expect(one, (a, m.policy_law)),
            variance(one, (a, m.policy_law)),
            one / two,
        ]
        return self.rng.choice(forms)


@pytest.mark.parametrize("start", share([0, 20], 2))
def test_no_instance_refutes_what_is_decided_without_a_condition(start: int) -> None:
    """e/e = 1 and log e = log e + e − e for random e: where e is 0, or negative, one side does not exist."""
    given = (*m.hypotheses, F_IS)
    decided = 0
    for seed in range(start, start + 8):
        term = _Divisors(seed).term(2)
        for lhs, rhs in ((term / term, one), (exp(log(term)), term)):
            try:
                verdict = decide(lhs, rhs, given, [{"S": 1, "A": 2}], budget=0)
            except PgsymError:
                continue
            if verdict.is_true and not verdict.evidence.conditions:
                decided += 1
                found = search(Equal(lhs, rhs, given).apart, budget=1_500).found
                assert found is None, f"{verdict}\n{found}"
    assert decided
