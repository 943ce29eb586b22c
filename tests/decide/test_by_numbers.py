"""What SymPy says of integrals and sums is computed by numbers as well, and nothing is exact where these disagree."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
import sympy

from pgsym.decide import AtMost, Rung, decide
from pgsym.decide.by_numbers import Outcome, checked, compared, points
from pgsym.decide.enclosures import Enclosure, NotEnclosed
from pgsym.decide.watched import Evaluated, watched
from pgsym.terms import Closed
from pgsym.terms.nodes import lift

x, r = sympy.Symbol("x"), sympy.Symbol("r", real=True)
p, k = sympy.Symbol("p", positive=True), sympy.Symbol("k", integer=True)
WRONG = sympy.Integral(sympy.atan(sympy.tan(x)), (x, 0, 2))
VALUE = 2 - 2 * sympy.pi + sympy.pi**2 / 2
"""∫₀² atan(tan x) dx, which falls from π/2 to −π/2 at π/2."""
oo = sympy.oo


def closed(compute: sympy.Expr | Callable[[], sympy.Expr]) -> Closed:
    return Closed("f", "f", compute if callable(compute) else lambda: compute)


def verdict_of(left: sympy.Expr | Callable[[], sympy.Expr], right: sympy.Expr) -> tuple[Rung, str]:
    found = decide(closed(left), closed(right))
    return found.rung, str(found.evidence)


def test_a_wrong_value_of_sympys_is_not_exact() -> None:
    said = WRONG.doit()
    assert sympy.N(said) == pytest.approx(-4.283, abs=0.01), (
        "SymPy has learnt it: take another integral that it gets wrong"
    )
    assert verdict_of(WRONG, said)[0] is Rung.REFUTED
    assert "0.6516" in verdict_of(WRONG, said)[1]
    assert verdict_of(lambda: sympy.integrate(*WRONG.args), said)[0] is Rung.UNDECIDED
    assert verdict_of(WRONG, VALUE)[0] is not Rung.REFUTED
    assert verdict_of(lambda: sympy.integrate(*WRONG.args), VALUE)[0] is not Rung.EXACT


RIGHT = {
    "a polynomial": (sympy.Integral(x**2, (x, 0, 1)), sympy.Rational(1, 3)),
    "a root of a square": (sympy.Integral(sympy.sqrt(x**2), (x, -1, 1)), sympy.Integer(1)),
    "an absolute value": (sympy.Integral(sympy.Abs(r), (r, -1, 2)), sympy.Rational(5, 2)),
    "a case distinction": (
        sympy.Integral(sympy.Piecewise((r, r < 0), (r**2, True)), (r, -1, 1)),
        sympy.Rational(-1, 6),
    ),
    "a removable singularity": (sympy.Integral((x**2 - 1) / (x - 1), (x, 0, 2)), sympy.Integer(4)),
    "a period": (
        lambda: sympy.integrate(1 / (2 + sympy.cos(x)), (x, 0, 4 * sympy.pi)),
        4 * sympy.pi / sympy.sqrt(3),
    ),
    "a Gaussian": (sympy.Integral(sympy.exp(-p * r**2), (r, -oo, oo)), sympy.sqrt(sympy.pi / p)),
    "an end where it is infinite": (sympy.Integral(sympy.log(x), (x, 0, 1)), sympy.Integer(-1)),
    "two variables": (sympy.Integral(p * x, (x, 0, 1), (p, 0, 1)), sympy.Rational(1, 4)),
    "a finite sum": (sympy.Sum(k, (k, 1, 10)), sympy.Integer(55)),
    "an infinite sum": (sympy.Sum(k**-2, (k, 1, oo)), sympy.pi**2 / 6),
    "an integral without a range": (lambda: sympy.integrate(1 / x, x).subs(x, 3), sympy.log(3)),
    "a limit": (lambda: sympy.limit(sympy.sin(x) / x, x, 0), sympy.Integer(1)),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_is_confirmed(name: str) -> None:
    left, right = RIGHT[name]
    assert verdict_of(left, right)[0] is Rung.EXACT
    assert verdict_of(left, right + sympy.Rational(1, 10**6))[0] is Rung.REFUTED


def test_how_it_was_confirmed_is_said() -> None:
    assert "two rules of quadrature" in verdict_of(*RIGHT["a Gaussian"])[1]
    assert "quadrature" not in verdict_of(*RIGHT["a polynomial"])[1]


def test_where_an_integral_converges_is_said() -> None:
    said = verdict_of(
        lambda: sympy.integrate(sympy.exp(-sympy.Symbol("t", real=True) * r), (r, 0, oo), conds="none"),
        1 / sympy.Symbol("t", real=True),
    )
    assert said[0] is not Rung.EXACT or "Integral(exp(−r t), (r, 0, oo)) converges" in said[1]


@pytest.mark.parametrize("name", ["a", "m", "t"])
def test_that_an_integral_converges_for_one_sign_only_is_never_left_to_chance(name: str) -> None:
    """All four points of m happened to be positive once, and it was exact for every m ≠ 0."""
    rate = sympy.Symbol(name, real=True)
    rung, said = verdict_of(lambda: sympy.integrate(sympy.exp(-rate * r), (r, 0, oo), conds="none"), 1 / rate)
    assert rung is not Rung.EXACT or "converges" in said


def test_what_numbers_cannot_confirm_is_not_exact() -> None:
    """SymPy is right, but the integral converges too slowly for any rule here."""
    rung, said = verdict_of(sympy.Integral(sympy.sin(x) / x, (x, 0, oo)), sympy.pi / 2)
    assert rung is Rung.UNDECIDED
    assert "could not confirm" in said


@pytest.mark.parametrize("number", [10**-9, 10**-15])
def test_a_needle_is_no_zero(number: float) -> None:
    """Quadrature misses what Arb does not: the integral is √π/10⁶, and no rational near it."""
    needle = sympy.Integral(sympy.exp(-(10**12) * (x - sympy.Rational(1, 3)) ** 2), (x, 0, 1))
    reading = Enclosure({})
    value = reading.value(needle)
    assert reading.rigorous
    assert 1.7e-6 < value.real < 1.8e-6
    assert compared(needle, sympy.Rational(Fraction(number))).outcome is Outcome.DIFFER


def test_branch_cuts_and_poles_are_seen() -> None:
    with pytest.raises(NotEnclosed):
        Enclosure({}).value(sympy.Integral(1 / x, (x, -1, 1)))
    root = Enclosure({x: sympy.Integer(-2)})
    assert root.value(sympy.sqrt(x**2)).contains(2)
    assert root.value(sympy.log(x**2)).overlaps(root.value(2 * sympy.log(2)))
    assert compared(sympy.sqrt(x**2), x).outcome is Outcome.DIFFER
    assert compared(sympy.log(r**2), 2 * sympy.log(r)).outcome is Outcome.DIFFER
    assert compared(sympy.sqrt(p**2), p).outcome is Outcome.AGREE


def test_points_are_what_symbols_are_assumed_to_be_and_of_both_signs() -> None:
    below = sympy.Symbol("q", negative=True)
    drawn = points([x, p, below, k], "seed", 12)
    assert len(drawn) == 12
    assert all(point[p] > 0 > point[below] and point[k].is_Integer for point in drawn)
    assert {sympy.sign(point[x]) for point in drawn} == {1, -1}
    assert drawn == points([x, p, below, k], "seed", 12)
    assert drawn != points([x, p, below, k], "another", 12)


def test_what_sympy_evaluates_is_seen_and_its_methods_are_put_back() -> None:
    before = sympy.Integral.doit
    with watched() as found:
        sympy.integrate(x, (x, 0, 1)) + sympy.summation(k, (k, 1, 3)) + sympy.limit(x, x, 2)
    assert [type(event.written) for event in found] == [sympy.Integral, sympy.Sum, sympy.Limit]
    assert sympy.Integral.doit is before
    with pytest.raises(ZeroDivisionError), watched():
        1 // 0  # noqa: B018
    assert sympy.Integral.doit is before


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (sympy.Integral(x, (x, 0, 1)), sympy.Rational(1, 3)),
        (sympy.Integral(1 / x, x), sympy.log(x) + x),
        (sympy.Sum(1 / k**2, (k, 1, 20)), sympy.Rational(3, 2)),
        (sympy.Limit(sympy.sin(x) / x, x, 0), sympy.Integer(2)),
        (sympy.Integral(x * p, (x, 0, p)), p**3),
    ],
)
def test_a_wrong_evaluation_is_seen(written: sympy.Expr, value: sympy.Expr) -> None:
    assert checked(Evaluated(written, value)).outcome is Outcome.DIFFER


def test_an_order_of_a_wrong_integral_is_not_exact() -> None:

    assert decide(AtMost(closed(WRONG), lift(-4))).rung is not Rung.EXACT


def test_a_sum_over_a_range_that_may_run_backwards_is_no_counterexample() -> None:
    """SymPy counts the terms of Σ_{k=1}^{-3} negatively (Karr), so that the closed form holds there, too."""
    n = sympy.Symbol("n")
    total = sympy.Sum(k, (k, 1, n))
    assert verdict_of(total, n * (n + 1) / 2)[0] is Rung.EXACT
    assert verdict_of(total, n * (n + 1) / 3)[0] is Rung.REFUTED


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (sympy.Sum(sympy.Abs(k + sympy.I) ** 2, (k, 0, 2)), sympy.Integer(8)),
        (sympy.Sum(sympy.Heaviside(k, 1), (k, 0, 3)), sympy.Integer(4)),
    ],
)
def test_functions_of_real_numbers_are_not_continued_to_complex_ones(left: sympy.Expr, right: sympy.Expr) -> None:
    assert verdict_of(left, right)[0] is not Rung.REFUTED


def test_the_modulus_of_a_complex_number_under_an_integral_is_not_enclosed() -> None:
    with pytest.raises(NotEnclosed, match="of complex ones"):
        Enclosure({}).value(sympy.Integral(sympy.Abs(sympy.exp(sympy.I * x) + 2), (x, 0, sympy.pi)))
    reading = Enclosure({})
    bent = reading.value(sympy.Integral(sympy.Abs(sympy.cos(r)), (r, -1, 3)))
    assert float(bent.real) == pytest.approx(float(2 + sympy.sin(1) - sympy.sin(3)))
    assert reading.rigorous
