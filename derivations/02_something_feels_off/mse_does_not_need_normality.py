"""The squared error estimates the mean under any distribution; maximum likelihood depends on the distribution."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from pgsym.claims import Claim, Rung
from pgsym.terms import OUTCOME, Closed, Symbol, Variable, expect, function, variance

if TYPE_CHECKING:
    import sympy

w, c = Variable("w", OUTCOME), Variable("c")
LAW = Symbol("P", (OUTCOME,), outcomes=1)
Y = function("Y", OUTCOME)
draw = (w, LAW.law())
DATA = (0, 0, 3)


def _laplace_estimate() -> Fraction:
    """The location at which the data are likeliest under Laplace errors: piecewise linear, so a data point."""
    return Fraction(min(DATA, key=lambda x: sum(abs(d - x) for d in DATA)))


def _least_squares() -> sympy.Expr:
    """The location with the least sum of squares."""
    from sympy import Symbol, diff, solve

    x = Symbol("x", real=True)
    (least,) = solve(diff(sum((d - x) ** 2 for d in DATA), x), x)
    return least


def claims() -> Iterator[Claim]:
    """The split of the mean squared error, and two estimates that differ."""
    yield Claim(
        "mse-does-not-need-normality",
        says="The mean squared error of a constant is the variance plus the squared distance of the constant from "
        "the mean, under any distribution. Its minimiser is therefore the mean.",
        lhs=expect((Y(w) - c) ** 2, draw),
        rhs=variance(Y(w), draw) + (expect(Y(w), draw) - c) ** 2,
        sizes=({"W": 2}, {"W": 3}, {"W": 5}),
        remark="Normality is sufficient for least squares to be maximum likelihood, but least squares estimate the "
        "mean without it.",
    )
    yield Claim(
        "mse-without-normality-is-likelihood",
        says="If the errors are not normal, maximum likelihood need not be least squares: it is not for Laplace "
        "errors and the data $0, 0, 3$.",
        lhs=Closed("argmin_c Σ|y_i − c|", "\\arg\\min_c \\sum_i |y_i - c|", _laplace_estimate),
        rhs=Closed("argmin_c Σ(y_i − c)²", "\\arg\\min_c \\sum_i (y_i - c)^2", _least_squares),
        expected=Rung.REFUTED,
        repaired_by=("mse-is-gaussian-mle", "mse-does-not-need-normality"),
        remark="Under Laplace errors the likeliest location is the median.",
    )
