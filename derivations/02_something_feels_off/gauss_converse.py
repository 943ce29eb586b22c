"""Gauss's converse: if the likeliest location is always the mean, the distribution is normal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from pgsym.claims import Claim, Rung
from pgsym.terms import Closed

if TYPE_CHECKING:
    import sympy

DATA = (0, 0, 3)


def _equation_of_three(psi: Callable[[sympy.Expr], sympy.Expr], x: sympy.Symbol, y: sympy.Symbol) -> sympy.Expr:
    """ψ(x) + ψ(y) + ψ(−x − y): what vanishes if the mean of three is always the likeliest location."""
    return psi(x) + psi(y) + psi(-x - y)


def _mixed_derivative() -> sympy.Expr:
    """∂²/∂x∂y of the equation of three, at −x − y = u."""
    from sympy import Function, diff, symbols

    x, y, u = symbols("x y u", real=True)
    return diff(_equation_of_three(Function("ψ"), x, y), x, y).doit().subs(x, -y - u).doit()


def _second_derivative() -> sympy.Expr:
    from sympy import Function, diff, symbols

    u = symbols("u", real=True)
    return diff(Function("ψ")(u), u, 2)


def _linear_only() -> sympy.Expr:
    """The polynomial ψ of degree at most nine that satisfy the equation of three, with ψ(1) = c."""
    from sympy import Poly, linsolve, symbols

    x, y, c = symbols("x y c")
    a = symbols("a0:10")
    rest = _equation_of_three(lambda u: sum(k * u**n for n, k in enumerate(a)), x, y)
    (solution,) = linsolve([*Poly(rest, x, y).coeffs(), sum(a) - c], a)
    return sum(k * x**n for n, k in enumerate(solution))


def _c_times_x() -> sympy.Expr:
    from sympy import symbols

    x, c = symbols("x c")
    return c * x


def _density() -> sympy.Expr:
    """The density with the score −u/v, normalised by integration."""
    from sympy import Symbol, exp, integrate, oo

    u, v, t = Symbol("u", real=True), Symbol("v", positive=True), Symbol("t", real=True)
    shape = exp(integrate(-t / v, (t, 0, u)))
    return shape / integrate(shape, (u, -oo, oo))


def _normal() -> sympy.Expr:
    from sympy import Symbol, exp, pi, sqrt

    u, v = Symbol("u", real=True), Symbol("v", positive=True)
    return exp(-(u**2) / (2 * v)) / sqrt(2 * pi * v)


def _cubic_residuals(data: tuple[int, ...]) -> sympy.Expr:
    """The sum of cubed residuals at the mean: zero where the mean is likeliest for the density of exp(−x⁴/4)."""
    from sympy import Rational

    mean = Rational(sum(data), len(data))
    return sum((d - mean) ** 3 for d in data)


def _cubic_pair() -> sympy.Expr:
    from sympy import expand, symbols

    a, b = symbols("a b", real=True)
    return expand(sum((d - (a + b) / 2) ** 3 for d in (a, b)))


def claims() -> Iterator[Claim]:
    """The functional equation, its solutions, the density, and that two observations say too little."""
    equation = "\\psi(x) + \\psi(y) + \\psi(-x - y)"
    zero = Closed("0", "0", lambda: 0)
    yield Claim(
        "gauss-converse",
        says="If the mean of any three observations is the likeliest location, the score $\\psi$ of the errors "
        f"satisfies ${equation} = 0$; its mixed derivative gives $\\psi'' = 0$, so $\\psi$ is linear.",
        lhs=Closed("∂²/∂x∂y (ψ(x) + ψ(y) + ψ(−x − y))", f"\\partial_x \\partial_y ({equation})", _mixed_derivative),
        rhs=Closed("ψ''(u) at u = −x − y", "\\psi''(-x - y)", _second_derivative),
        expected=Rung.EXACT,
        remark="Here $\\psi$ is twice differentiable, and the constant vanishes at $x = y = 0$. For a continuous "
        "$\\psi$ this is Cauchy's equation.",
        source="C. F. Gauss, Theoria motus corporum coelestium (1809), art. 177",
    )
    yield Claim(
        "gauss-converse-polynomials",
        says="Among the polynomials of degree at most nine, only $\\psi(x) = c\\, x$, with $c = \\psi(1)$, satisfies "
        "the equation $\\psi(x) + \\psi(y) + \\psi(-x - y) = 0$.",
        lhs=Closed("ψ(x), solved for", "\\psi(x)", _linear_only),
        rhs=Closed("c x", "c\\, x", _c_times_x),
        expected=Rung.EXACT,
    )
    yield Claim(
        "gauss-converse-density",
        says="The density whose score is $-u/v$ is the normal one with variance $v$.",
        lhs=Closed("exp(∫ −t/v dt), normalised", "e^{\\int_0^u -t/v\\, dt} \\;\\text{normalised}", _density),
        rhs=Closed("exp(−u²/(2v)) / √(2πv)", "\\frac{e^{-u^2 / (2v)}}{\\sqrt{2 \\pi v}}", _normal),
        expected=Rung.EXACT,
    )
    yield Claim(
        "gauss-converse-of-two",
        says="If the density of the errors is proportional to $e^{-x^4/4}$, the mean of two observations is the "
        "likeliest location.",
        lhs=Closed("Σ (y_i − ȳ)³ of two", "\\sum_{i=1}^2 (y_i - \\bar y)^3", _cubic_pair),
        rhs=zero,
        expected=Rung.EXACT,
        remark="Two observations therefore do not single out the normal distribution.",
    )
    yield Claim(
        "gauss-converse-of-two-alone",
        says="For the density proportional to $e^{-x^4/4}$, the mean of three observations need not be the likeliest "
        "location: for $0, 0, 3$ it is not.",
        lhs=Closed("Σ (y_i − ȳ)³ of 0, 0, 3", "\\sum_{i=1}^3 (y_i - \\bar y)^3", lambda: _cubic_residuals(DATA)),
        rhs=zero,
        expected=Rung.REFUTED,
        repaired_by=("gauss-converse", "gauss-converse-of-two"),
        remark="The cubed residuals sum to 6.",
    )
