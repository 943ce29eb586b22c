"""Deciding closed forms: whether two exact expressions are the same, by normal forms that prove it.

A difference is zero where it cancels as a rational function of its logarithms, exponentials and symbols, whatever
these are; it is not zero where its value to 60 certain digits is not.  Nothing else counts.
"""

from __future__ import annotations

import time
from fractions import Fraction
from typing import TYPE_CHECKING

from pgsym.decide.verdicts import Evidence, Relation, Rung, Verdict
from pgsym.errors import SortError
from pgsym.terms.nodes import Add, Closed, Multiply, Number, Power, Quotient, Term

if TYPE_CHECKING:
    import sympy

DIGITS = 60


def is_closed(term: Term) -> bool:
    """Whether a term is a closed form, or arithmetic of closed forms and numbers, with one at least."""
    match term:
        case Closed():
            return True
        case Add(operands) | Multiply(operands):
            return any(map(is_closed, operands)) and all(is_closed(t) or isinstance(t, Number) for t in operands)
        case Quotient(x, y):
            return (is_closed(x) or is_closed(y)) and all(is_closed(t) or isinstance(t, Number) for t in (x, y))
        case Power(base, _):
            return is_closed(base)
    return False


def expression(term: Term) -> sympy.Expr:
    """A closed form as SymPy; raises SortError for any other term."""
    import sympy

    match term:
        case Number(value):
            return sympy.Rational(value.numerator, value.denominator)
        case Closed():
            found = term.compute()
            return expression(Number(found)) if isinstance(found, Fraction) else sympy.S(found)
        case Add(operands):
            return sympy.Add(*map(expression, operands))
        case Multiply(operands):
            return sympy.Mul(*map(expression, operands))
        case Quotient(x, y):
            return expression(x) / expression(y)
        case Power(base, exponent):
            return expression(base) ** exponent
    raise SortError(f"{term} is no closed form")


def decide_closed_form(lhs: Term, rhs: Term, relation: Relation = Relation.EQUAL) -> Verdict:
    """Whether two closed forms are equal, or in order: `exact`, `refuted`, or `undecided`.

    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> area = Closed("∫₀¹ x² dx", "\\\\int_0^1 x^2 dx", lambda: sympy.integrate(x**2, (x, 0, 1)))
    >>> print(decide_closed_form(area, Number(Fraction(1, 3))).rung)
    exact
    """
    started = time.perf_counter()
    left, right = expression(lhs), expression(rhs)
    if relation is Relation.EQUAL:
        rung, note = _equal(left, right)
    else:
        rung, note = _at_most(left, right)
    method = {
        Rung.EXACT: "closed form, by exact computation",
        Rung.REFUTED: "closed form, by exact computation: the sides differ",
    }.get(rung, "none")
    evidence = Evidence(method, note=note, seconds=time.perf_counter() - started)
    return Verdict(rung, lhs, rhs, (), evidence, relation=relation)


def _equal(left: sympy.Expr, right: sympy.Expr) -> tuple[Rung, str]:
    difference = left - right
    if cancels(difference):
        return Rung.EXACT, ""
    if _sign(difference):
        return Rung.REFUTED, f"{left} against {right}"
    return Rung.UNDECIDED, f"no normal form says whether {difference} is zero"


def _at_most(left: sympy.Expr, right: sympy.Expr) -> tuple[Rung, str]:
    slack = right - left
    if slack.free_symbols and not slack.is_nonnegative:
        return Rung.UNDECIDED, f"nothing says whether {slack} is at least 0"
    sign = 1 if slack.free_symbols or cancels(slack) else _sign(slack)
    if sign is None:
        return Rung.UNDECIDED, f"nothing says whether {left} is at most {right}"
    return (Rung.EXACT if sign > 0 else Rung.REFUTED), f"{left} against {right}"


def cancels(difference: sympy.Expr) -> bool:
    """Whether an expression is zero as a rational function of its generators: then it is zero."""
    import sympy

    if difference.is_Rational:
        return bool(difference == 0)
    apart = sympy.expand_log(difference, factor=True)
    forms = (difference, apart, difference.rewrite(sympy.exp), sympy.expand(difference))
    for form in forms:
        try:
            if sympy.cancel(sympy.powsimp(sympy.together(sympy.expand(form, power_exp=True)))) == 0:
                return True
        except sympy.PolynomialError:
            continue
    if difference.is_algebraic and not difference.free_symbols:
        x = sympy.Dummy("x")
        return bool(sympy.minimal_polynomial(difference, x) == x)
    return False


def _sign(value: sympy.Expr) -> int | None:
    """1 or -1, the sign of a value (of symbols: at one rational point), or None where it is zero or not to be told."""
    import sympy

    points = {s: sympy.Rational(2 * k + 3, 7) for k, s in enumerate(sorted(value.free_symbols, key=str))}
    value = value.subs(points)
    try:
        digits = value.evalf(DIGITS, strict=True)
    except (sympy.core.evalf.PrecisionExhausted, ValueError):
        return None
    if not digits.is_Float and not digits.is_Rational:
        return None
    return int(sympy.sign(digits)) or None
