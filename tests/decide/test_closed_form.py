"""Closed forms: equal ones are recognised by normal forms, different ones by their value, and nothing else counts."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
import sympy
from sympy.core.function import PoleError

from pgsym.decide import AtMost, Equal, Relation, Rung, decide
from pgsym.decide.closed_form import is_closed
from pgsym.errors import SortError, UndefinedValue
from pgsym.problems import one_step
from pgsym.terms import Closed, Number
from pgsym.terms.nodes import lift
from pgsym.terms.printers.latex import latex

x, y = sympy.symbols("x y", positive=True)
PROPOSITIONS = {Relation.EQUAL: Equal, Relation.AT_MOST: AtMost}


def closed(compute: Callable[[], sympy.Expr]) -> Closed:
    """A closed form whose print does not matter."""
    return Closed("f", "f", compute)


EQUAL = {
    "a rational function": (x / (x + 1) + 1 / (x + 1), sympy.Integer(1)),
    "logarithms of products": (sympy.log(6), sympy.log(2) + sympy.log(3)),
    "the logistic function": (sympy.exp(x) / (1 + sympy.exp(x)), 1 / (1 + sympy.exp(-x))),
    "hyperbolic": (sympy.sinh(x) * 2, sympy.exp(x) - sympy.exp(-x)),
    "algebraic numbers": (sympy.sqrt(3 + 2 * sympy.sqrt(2)), 1 + sympy.sqrt(2)),
    "an integral": (sympy.Integral(x**2, (x, 0, 1)).doit(), sympy.Rational(1, 3)),
}
DIFFERENT = {
    "a wrong constant": (sympy.log(2), sympy.Rational(7, 10)),
    "a wrong sign": (sympy.exp(x), sympy.exp(-x)),
    "close numbers": (sympy.pi, sympy.Rational(355, 113)),
    "a symbol for another": (x, y),
}


@pytest.mark.parametrize("name", EQUAL)
def test_equal_forms_are_exact(name: str) -> None:
    left, right = EQUAL[name]
    assert decide(closed(lambda: left), closed(lambda: right)).rung is Rung.EXACT
    assert decide(closed(lambda: left), closed(lambda: right) + Number(Fraction(1, 10**9))).rung is (Rung.REFUTED)


@pytest.mark.parametrize("name", DIFFERENT)
def test_different_forms_are_refuted(name: str) -> None:
    left, right = DIFFERENT[name]
    assert decide(closed(lambda: left), closed(lambda: right)).rung is Rung.REFUTED


def test_what_no_normal_form_decides_is_undecided() -> None:
    hidden = sympy.Function("f")(x) - sympy.Function("f")(x + sympy.Integer(0) * y)
    assert decide(closed(lambda: hidden), lift(0)).rung is Rung.EXACT
    unknown = sympy.zeta(3, 1) - sympy.Sum(1 / (x**3), (x, 1, sympy.oo))
    assert decide(closed(lambda: unknown), lift(0)).rung in (Rung.UNDECIDED, Rung.EXACT)


def test_orders_of_numbers() -> None:
    pi = closed(lambda: sympy.pi)
    assert decide(AtMost(pi, Number(Fraction(22, 7)))).rung is Rung.EXACT
    assert decide(AtMost(Number(Fraction(22, 7)), pi)).rung is Rung.REFUTED
    assert decide(AtMost(pi, pi)).rung is Rung.EXACT
    assert decide(AtMost(closed(lambda: x - 1), closed(lambda: x**2))).rung is Rung.UNDECIDED
    assert decide(AtMost(closed(lambda: x), closed(lambda: x + y))).rung is Rung.EXACT


def test_closed_forms_stay_apart_from_terms_about_instances() -> None:
    m = one_step()
    form = closed(lambda: x)
    assert is_closed(2 * form + 1)
    assert is_closed(1 / form**2)
    assert not is_closed(m.objective)
    assert not is_closed(lift(1))
    with pytest.raises(SortError):
        decide(form, m.objective)


def test_a_closed_form_prints_as_it_is_written() -> None:
    form = Closed("∫ x dx", "\\int x\\,dx", lambda: x**2 / 2)
    assert str(2 * form) == "2 [∫ x dx]"
    assert latex(form + 1) == "\\int x\\,dx + 1"


k, n = sympy.Symbol("k"), sympy.Symbol("n", integer=True)
SPIKE = sympy.Integral(sympy.exp(-(10**12) * (k - sympy.Rational(1, 3)) ** 2), (k, 0, 1))
STEPS = sympy.Integral(sympy.floor(7 * k), (k, 0, 1))


@pytest.mark.parametrize("value", [0.5, 1e-320, sympy.Float("0.1"), None, "1/3", True, sympy.eye(2), k < 1, (1, 2)])
def test_what_is_no_exact_number_is_refused(value: object) -> None:
    with pytest.raises(SortError, match="is an exact number"):
        decide(closed(lambda: value), lift(0))


def test_a_computation_that_fails_is_told_in_one_line() -> None:
    with pytest.raises(UndefinedValue, match=r"f cannot be computed: ZeroDivisionError: .*by zero"):
        decide(closed(lambda: sympy.Integer(1 // 0)), lift(0))


def test_what_is_only_written_down_is_evaluated_or_left_undecided() -> None:
    """Quadrature misses the spike, whose integral is √π/10⁶; a divergent sum is not equal to itself."""
    tiny = Number(Fraction(1, 10**9))
    assert decide(AtMost(closed(lambda: SPIKE), tiny)).rung is Rung.REFUTED
    assert decide(closed(lambda: STEPS), lift(3)).rung is Rung.UNDECIDED
    assert decide(closed(lambda: STEPS), lift(4)).rung is Rung.UNDECIDED
    diverges = closed(lambda: sympy.Sum(k, (k, 1, sympy.oo)))
    assert decide(diverges, diverges).rung is Rung.UNDECIDED
    assert decide(closed(lambda: sympy.Sum(k**-2, (k, 1, sympy.oo))), closed(lambda: sympy.pi**2 / 6)).rung is (
        Rung.EXACT
    )


def test_a_difference_is_looked_for_where_the_assumptions_hold() -> None:
    """n (n + 1) is even for a whole n, and for no 3/7."""
    parity = closed(lambda: sympy.Mod(n * (n + 1), 2))
    assert decide(parity, lift(0)).rung is not Rung.REFUTED
    assert decide(closed(lambda: n), closed(lambda: -n)).rung is Rung.REFUTED
    below = sympy.Symbol("q", negative=True)
    assert decide(closed(lambda: sympy.sqrt(below**2)), closed(lambda: below)).rung is Rung.REFUTED
    assert decide(closed(lambda: sympy.sqrt(k**2)), closed(lambda: k)).rung is Rung.UNDECIDED


def test_what_a_side_divides_by_is_said() -> None:
    verdict = decide(closed(lambda: (k**2 - 1) / (k - 1)), closed(lambda: k + 1))
    assert verdict.rung is Rung.EXACT
    assert verdict.evidence.where == "where k − 1 ≠ 0"
    assert verdict.evidence.conditions[0].drawn == "k - 1 \\neq 0"
    squared = decide(closed(lambda: (k - 1) / (k - 1) ** 2), closed(lambda: 1 / (k - 1)))
    assert squared.evidence.where == "where k − 1 ≠ 0"


def test_what_symbols_are_assumed_to_be_is_said() -> None:
    """√(p²) is p for no negative p."""
    p = sympy.Symbol("p", positive=True)
    verdict = decide(closed(lambda: sympy.sqrt(p**2)), closed(lambda: p))
    assert verdict.rung is Rung.EXACT
    assert verdict.brief == "exact: closed form, by exact computation; where p > 0"
    same = decide(closed(lambda: x / (1 + x)), closed(lambda: 1 - 1 / (1 + x)))
    assert same.evidence.where == "where x > 0"
    whole = decide(closed(lambda: n * (n + 1)), closed(lambda: n**2 + n))
    assert whole.evidence.where == "where n is an integer"


def test_what_is_written_is_divided_by_though_it_cancels() -> None:
    """SymPy makes x/x the number 1 before anyone may look, unless it is kept from it."""
    inverse = sympy.Pow(k, -1, evaluate=False)
    one = closed(lambda: sympy.Mul(k, inverse, evaluate=False))
    form, below = closed(lambda: k), closed(lambda: 1 / k)
    for lhs, rhs in (
        (one, lift(1)),
        (lift(1), one),
        (one, one),
        (form / form, lift(1)),
        (form * below, lift(1)),
        (form**-1 * form, lift(1)),
        (0 * below, lift(0)),
        (below - below, lift(0)),
        (closed(lambda: sympy.Mul(0, sympy.Pow(2 * k, -3, evaluate=False), evaluate=False)), lift(0)),
    ):
        for relation in Relation:
            verdict = decide(PROPOSITIONS[relation](lhs, rhs))
            assert verdict.rung is Rung.EXACT
            assert "where k ≠ 0" in verdict.evidence.where


def test_a_divisor_is_said_once() -> None:
    """A fraction within one is zero where its numerator is, and powers and signs change nothing."""
    one = closed(lambda: sympy.Mul(0, 1 / (k / y - 1), 1 / (k - y) ** 2, 1 / (y - k), evaluate=False))
    assert decide(one, lift(0)).evidence.where.endswith("k − y ≠ 0")


def test_what_is_under_a_logarithm_is_said() -> None:
    level = closed(lambda: sympy.exp(sympy.log(k), evaluate=False))
    assert "where k > 0" in decide(level, closed(lambda: k)).evidence.where
    gap = closed(lambda: sympy.Add(sympy.log(1 - k), -sympy.log(1 - k), evaluate=False))
    assert "where 1 − k > 0" in decide(lift(0), gap).evidence.where
    bound = closed(lambda: sympy.Integral(sympy.log(k) / k, (k, 1, 2)))
    assert not decide(bound, closed(lambda: sympy.log(2) ** 2 / 2)).evidence.where


FAILING = {
    "a limit from two sides": (sympy.Limit(sympy.Abs(k) / k, k, 0, "+-"), "ValueError"),
    "a pole from two sides": (sympy.Limit(sympy.exp(1 / k), k, 0, "+-"), "ValueError"),
    "what cannot be compared": (sympy.Max(sympy.I * x, 1, evaluate=False), "ValueError"),
    "an oscillation": (sympy.Limit(sympy.sin(1 / k), k, 0), "no number"),
    "a pole": (sympy.Pow(0, -1, evaluate=False), "zoo, which is no number"),
    "nothing": (sympy.nan, "nan, which is no number"),
    "infinity": (sympy.oo, "oo, which is no number"),
    "what diverges": (sympy.Sum(1 / n, (n, 1, sympy.oo)), "oo, which is no number"),
}


@pytest.mark.parametrize("name", FAILING)
@pytest.mark.parametrize("relation", Relation)
def test_what_sympy_cannot_evaluate_is_undecided_in_one_line(name: str, relation: Relation) -> None:
    value, reason = FAILING[name]
    for lhs, rhs in ((closed(lambda: value), lift(1)), (closed(lambda: value), closed(lambda: value))):
        verdict = decide(PROPOSITIONS[relation](lhs, rhs))
        assert verdict.rung is Rung.UNDECIDED
        assert reason in verdict.evidence.note
        assert "\n" not in verdict.evidence.note


@pytest.mark.parametrize("error", [TypeError, NotImplementedError, RecursionError, ZeroDivisionError, PoleError])
def test_whatever_sympy_raises_is_undecided(error: type[Exception]) -> None:
    class Raising(sympy.Function):  # type: ignore[misc]
        """A function that cannot be evaluated."""

        def doit(self, **hints: object) -> sympy.Expr:
            raise error("of two\nlines")

    verdict = decide(closed(lambda: Raising(k)), lift(1))
    assert verdict.rung is Rung.UNDECIDED
    assert verdict.evidence.note == f"SymPy raised {error.__name__} (of two lines) while SymPy evaluated f"


def test_a_deep_closed_form_is_undecided() -> None:
    """The depth is SymPy's here, not the term's."""
    deep = k
    for _ in range(1500):
        deep = sympy.cos(deep, evaluate=False)
    assert decide(closed(lambda: deep), lift(1)).rung is Rung.UNDECIDED
