"""Closed forms: integrals, limits and sums, with branches, poles and symbols, beside their values by quadrature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy as sp
from mpmath import MPContext

MP = MPContext()
MP.dps = 40
x, n = sp.Symbol("x", real=True), sp.Symbol("n", integer=True, positive=True)
y, z = sp.Symbol("y", real=True), sp.Symbol("z", real=True)
p, q = sp.Symbol("p", positive=True), sp.Symbol("q", positive=True)
k = sp.Symbol("k", integer=True)


@dataclass(frozen=True)
class ClosedStatement:
    """Two closed forms: what SymPy is given, and both values by a computation of its own (of symbols, at `at`).

    A value of None is one that does not exist.
    """

    name: str
    lhs: Callable[[], Any]
    rhs: Callable[[], Any]
    left: Callable[[], Any]
    right: Callable[[], Any]
    truth: bool
    relation: str = "="
    says: str = ""

    def __str__(self) -> str:
        return self.name

    def confirmed(self) -> str:
        """Empty where the values are as the statement says."""
        left, right = self.left(), self.right()
        if left is None or right is None:
            return "" if not self.truth else "no value"
        gap = MP.mpmathify(left) - MP.mpmathify(right)
        holds = abs(gap) < MP.mpf(10) ** -15 if self.relation == "=" else gap <= 0
        return "" if bool(holds) == self.truth else f"{left} and {right}"


def integral(body: Any, low: Any, high: Any, by: Any = x) -> Callable[[], Any]:
    """The integral as SymPy writes it down."""
    return lambda: sp.Integral(body, (by, low, high))


def quadrature(body: Callable[[Any], Any], *points: Any) -> Callable[[], Any]:
    """The integral by quadrature between points, at which it may bend."""
    return lambda: MP.quad(body, [MP.mpf(t) for t in points])


def const(value: Any) -> Callable[[], Any]:
    """A number."""
    return lambda: value


def false(name: str, lhs: Any, rhs: Any, left: Any, right: Any, **more: Any) -> ClosedStatement:
    """A false statement."""
    return ClosedStatement(name, lhs, rhs, left, right, False, **more)


def true(name: str, lhs: Any, rhs: Any, left: Any, right: Any, **more: Any) -> ClosedStatement:
    """A true one."""
    return ClosedStatement(name, lhs, rhs, left, right, True, **more)


S, pi, none = sp.S, MP.pi, const(None)
step = sp.Piecewise((1, x < 1), (0, True))
normal = sp.exp(-((x - y) ** 2) / 2) / sp.sqrt(2 * sp.pi)


def gauss(body: Callable[[Any], Any], mean: Any) -> Callable[[], Any]:
    """The mean of a function under a normal law of variance one."""
    return lambda: MP.quad(
        lambda t: body(t) * MP.exp(-((t - mean) ** 2) / 2) / MP.sqrt(2 * MP.pi), [mean - 12, 0, mean, mean + 12]
    )


CLOSED = (
    # branches of inverse functions
    false("∫₀² atan(tan x) dx", integral(sp.atan(sp.tan(x)), 0, 2), const(S(2)), quadrature(lambda t: MP.atan(MP.tan(t)), 0, pi / 2, 2), const(2)),
    false("∫₀² atan(tan x) dx, as an antiderivative with jumps has it", integral(sp.atan(sp.tan(x)), 0, 2), lambda: (2 - sp.pi) ** 2 / 2 - sp.pi**2 / 2, quadrature(lambda t: MP.atan(MP.tan(t)), 0, pi / 2, 2), lambda: (2 - MP.pi) ** 2 / 2 - MP.pi**2 / 2),
    false("∫₀³ atan(tan x) dx, as an antiderivative with jumps has it", integral(sp.atan(sp.tan(x)), 0, 3), lambda: (3 - sp.pi) ** 2 / 2 - sp.pi**2 / 2, quadrature(lambda t: MP.atan(MP.tan(t)), 0, pi / 2, 3), lambda: (3 - MP.pi) ** 2 / 2 - MP.pi**2 / 2),
    false("∫₀³ atan(tan x) dx", integral(sp.atan(sp.tan(x)), 0, 3), const(S(9) / 2), quadrature(lambda t: MP.atan(MP.tan(t)), 0, pi / 2, 3), const(4.5)),
    false("∫₀⁴ asin(sin x) dx", integral(sp.asin(sp.sin(x)), 0, 4), const(S(8)), quadrature(lambda t: MP.asin(MP.sin(t)), 0, pi / 2, pi, 4), const(8)),
    false("asin sin 2", lambda: sp.asin(sp.sin(2)), const(S(2)), lambda: MP.asin(MP.sin(2)), const(2)),
    false("acos cos 4", lambda: sp.acos(sp.cos(4)), const(S(4)), lambda: MP.acos(MP.cos(4)), const(4)),
    false("atan tan of a symbol", lambda: sp.atan(sp.tan(x)), const(x), lambda: MP.atan(MP.tan(2)), const(2)),
    false("∫ √(1 − sin²) over a half turn", integral(sp.sqrt(1 - sp.sin(x) ** 2), 0, sp.pi), const(S(0)), quadrature(lambda t: abs(MP.cos(t)), 0, pi / 2, pi), const(0)),
    false("∫ √(1 + cos) over a turn", integral(sp.sqrt(1 + sp.cos(x)), 0, 2 * sp.pi), const(S(0)), quadrature(lambda t: MP.sqrt(1 + MP.cos(t)), 0, pi, 2 * pi), const(0)),
    false("∫ 1/(2 + cos) over a turn", integral(1 / (2 + sp.cos(x)), 0, 2 * sp.pi), const(S(0)), quadrature(lambda t: 1 / (2 + MP.cos(t)), 0, pi, 2 * pi), const(0)),
    false("∫ 1/(1 + sin²) over a half turn", integral(1 / (1 + sp.sin(x) ** 2), 0, sp.pi), const(S(0)), quadrature(lambda t: 1 / (1 + MP.sin(t) ** 2), 0, pi / 2, pi), const(0)),
    false("√x² = x", lambda: sp.sqrt(x**2), const(x), const(2), const(-2)),
    false("√(x − 1)² = x − 1", lambda: sp.sqrt((x - 1) ** 2), const(x - 1), const(3), const(-3)),
    false("(x²)^{3/2} = x³", lambda: (x**2) ** sp.Rational(3, 2), const(x**3), const(8), const(-8)),
    false("a cube root of a cube", lambda: (x**3) ** sp.Rational(1, 3), const(x), lambda: MP.root(MP.mpc(-8), 3), const(-2)),
    false("√x √y = √xy", lambda: sp.sqrt(x) * sp.sqrt(y), lambda: sp.sqrt(x * y), const(-2), const(2)),
    false("log x² = 2 log x", lambda: sp.log(x**2), lambda: 2 * sp.log(x), lambda: MP.log(4), const(None)),
    false("log xy", lambda: sp.log(x * y), lambda: sp.log(x) + sp.log(y), lambda: MP.log(6), const(None)),
    false("√(5 − 2√6)", lambda: sp.sqrt(5 - 2 * sp.sqrt(6)), lambda: sp.sqrt(2) - sp.sqrt(3), lambda: MP.sqrt(5 - 2 * MP.sqrt(6)), lambda: MP.sqrt(2) - MP.sqrt(3)),
    false("∫ |x|", integral(sp.Abs(x), -1, 2), const(S(3) / 2), quadrature(abs, -1, 0, 2), const(1.5)),
    false("∫ √x²", integral(sp.sqrt(x**2), -1, 1), const(S(0)), quadrature(abs, -1, 0, 1), const(0)),
    false("∫ 1/x over negatives", integral(1 / x, -2, -1), lambda: sp.log(2), quadrature(lambda t: 1 / t, -2, -1), lambda: MP.log(2)),
    # poles, limits and series that do not exist
    false("∫ 1/x² through the pole", integral(1 / x**2, -1, 1), const(S(-2)), none, const(-2)),
    false("∫ 1/x through the pole", integral(1 / x, -1, 1), const(S(0)), none, const(0)),
    false("∫ 1/(x − 2)² through the pole", integral(1 / (x - 2) ** 2, 0, 4), const(S(-1)), none, const(-1)),
    false("∫ tan through the pole", integral(sp.tan(x), 0, 2), lambda: -sp.log(-sp.cos(2)), none, const(1)),
    false("∫ 1/(x² − 1) through poles", integral(1 / (x**2 - 1), 0, 2), lambda: -sp.log(3) / 2, none, const(1)),
    false("lim |x|/x", lambda: sp.Limit(sp.Abs(x) / x, x, 0, "+-"), const(S(1)), none, const(1)),
    false("lim sin 1/x", lambda: sp.Limit(sp.sin(1 / x), x, 0), const(S(0)), none, const(0)),
    false("Σ (−1)ⁿ", lambda: sp.Sum((-1) ** k, (k, 0, sp.oo)), const(S(1) / 2), none, const(0.5)),
    false("Σ n = −1/12", lambda: sp.Sum(k, (k, 1, sp.oo)), const(-S(1) / 12), none, const(-1 / 12)),
    false("Σ xⁿ of any x", lambda: sp.Sum(x**k, (k, 0, sp.oo)), lambda: 1 / (1 - x), none, const(-1), says="x"),
    false("Σ 1/n", lambda: sp.Sum(1 / k, (k, 1, sp.oo)), const(S(10**6)), none, const(10**6)),
    false("∫ e^{−xt} of any x", integral(sp.exp(-x * z), 0, sp.oo, z), lambda: 1 / x, none, const(-1), says="x"),
    false("∫ of a normal law of any variance", integral(sp.exp(-(z**2) / (2 * x)), -sp.oo, sp.oo, z), lambda: sp.sqrt(2 * sp.pi * x), none, const(1), says="x"),
    false("x/x", lambda: sp.Mul(x, sp.Pow(x, -1, evaluate=False), evaluate=False), const(S(1)), none, const(1), says="x"),
    # nearly
    false("e^{π√163}", lambda: sp.exp(sp.pi * sp.sqrt(163)), const(S(262537412640768744)), lambda: MP.exp(MP.pi * MP.sqrt(163)) * 10**6, const(262537412640768744 * 10**6)),
    false("log(640320³ + 744)/√163 = π", lambda: sp.log(640320**3 + 744) / sp.sqrt(163), const(sp.pi), lambda: MP.log(640320**3 + 744) / MP.sqrt(163) * 10**25, lambda: MP.pi * 10**25),
    false("e^π − π = 20", lambda: sp.exp(sp.pi) - sp.pi, const(S(20)), lambda: MP.exp(MP.pi) - MP.pi, const(20)),
    false("π = 355/113", const(sp.pi), const(S(355) / 113), lambda: +MP.pi, lambda: MP.mpf(355) / 113),
    false("sin 11 = −1, nearly", lambda: sp.sin(11), const(S(-1)), lambda: MP.sin(11), const(-1)),
    false("1 + 10⁻⁴⁰ = 1", lambda: 1 + S(10) ** -40, const(S(1)), const(10), const(1)),
    false("e^{−200} = 0", lambda: sp.exp(-200), const(S(0)), lambda: MP.exp(-200) * 10**90, const(0)),
    false("a sum of square roots, nearly", lambda: sp.sqrt(10) + sp.sqrt(11) - sp.sqrt(5) - sp.sqrt(18), lambda: S(166148) / 10**6, lambda: MP.sqrt(10) + MP.sqrt(11) - MP.sqrt(5) - MP.sqrt(18), lambda: MP.mpf(166148) / 10**6),
    # pieces
    false("∫ of a step", integral(step, 0, 2), const(S(2)), quadrature(lambda t: t / t, 0, 1), const(2)),
    false("∫ of a maximum", integral(sp.Max(x, S(1) / 2), 0, 1), const(S(1) / 2), quadrature(lambda t: max(t, 0.5), 0, 0.5, 1), const(0.5)),
    false("∫ of a floor", integral(sp.floor(x), 0, 3), const(S(9) / 2), const(3), const(4.5)),
    false("∫ of a sign", integral(sp.sign(x), -1, 2), const(S(3)), const(1), const(3)),
    false("∫ of a clipped ratio", integral(sp.Min(x, 1), 0, 2), const(S(2)), quadrature(lambda t: min(t, 1), 0, 1, 2), const(2)),
    # continuous policies
    false("E a² of a normal law", integral(x**2 * normal, -sp.oo, sp.oo), lambda: y**2, gauss(lambda t: t**2, 1), const(1)),
    false("the slope of E a²", lambda: sp.diff(y**2 + 1, y), lambda: y, const(2), const(1)),
    false("E|a|", integral(sp.Abs(x) * normal.subs(y, 0), -sp.oo, sp.oo), const(S(1)), gauss(abs, 0), const(1)),
    false("the score's variance", integral((x - y) ** 4 * normal, -sp.oo, sp.oo), const(S(1)), gauss(lambda t: (t - 1) ** 4, 1), const(1)),
    false("22/7 ≤ π", const(S(22) / 7), const(sp.pi), lambda: MP.mpf(22) / 7, lambda: +MP.pi, relation="≤"),
    false("e^π ≤ π^e", lambda: sp.exp(sp.pi), lambda: sp.pi**sp.E, lambda: MP.exp(MP.pi), lambda: MP.pi**MP.e, relation="≤"),
    false("0 ≤ x³", const(S(0)), lambda: x**3, const(0), const(-1), relation="≤"),
    false("x ≤ 100", lambda: x, const(S(100)), const(101), const(100), relation="≤"),
    # true ones
    true("∫₀² atan(tan x) dx, rightly", integral(sp.atan(sp.tan(x)), 0, 2), lambda: (2 - sp.pi) ** 2 / 2, quadrature(lambda t: MP.atan(MP.tan(t)), 0, pi / 2, 2), lambda: (2 - MP.pi) ** 2 / 2),
    true("∫ x²", integral(x**2, 0, 1), const(S(1) / 3), quadrature(lambda t: t**2, 0, 1), lambda: MP.mpf(1) / 3),
    true("∫ |x|, rightly", integral(sp.Abs(x), -1, 2), const(S(5) / 2), quadrature(abs, -1, 0, 2), const(2.5)),
    true("∫ 1/x over negatives, rightly", integral(1 / x, -2, -1), lambda: -sp.log(2), quadrature(lambda t: 1 / t, -2, -1), lambda: -MP.log(2)),
    true("∫ log x", integral(sp.log(x), 0, 1), const(S(-1)), const(-1), const(-1)),
    true("∫ of a normal law", integral(sp.exp(-(x**2) / (2 * p)), -sp.oo, sp.oo), lambda: sp.sqrt(2 * sp.pi * p), lambda: MP.sqrt(2 * MP.pi), lambda: MP.sqrt(2 * MP.pi)),
    true("√(5 + 2√6)", lambda: sp.sqrt(5 + 2 * sp.sqrt(6)), lambda: sp.sqrt(2) + sp.sqrt(3), lambda: MP.sqrt(5 + 2 * MP.sqrt(6)), lambda: MP.sqrt(2) + MP.sqrt(3)),
    true("√x² = |x|", lambda: sp.sqrt(x**2), lambda: sp.Abs(x), const(2), const(2)),
    true("log p²", lambda: sp.log(p**2), lambda: 2 * sp.log(p), const(0), const(0)),
    true("Σ 1/n²", lambda: sp.Sum(1 / k**2, (k, 1, sp.oo)), lambda: sp.pi**2 / 6, lambda: MP.zeta(2), lambda: MP.pi**2 / 6),
    true("a geometric sum", lambda: sp.Sum(S(1) / 2**k, (k, 0, sp.oo)), const(S(2)), const(2), const(2)),
    true("Γ(½)", lambda: sp.gamma(S(1) / 2), lambda: sp.sqrt(sp.pi), lambda: MP.gamma(0.5), lambda: MP.sqrt(MP.pi)),
    true("lim (1 + 1/n)ⁿ", lambda: sp.Limit((1 + 1 / p) ** p, p, sp.oo), const(sp.E), const(1), const(1)),
    true("E a² of a normal law, rightly", integral(x**2 * normal, -sp.oo, sp.oo), lambda: y**2 + 1, gauss(lambda t: t**2, 1), const(2)),
    true("∫ of a step, rightly", integral(step, 0, 2), const(S(1)), const(1), const(1)),
    true("∫ 1/(1 + x²)", integral(1 / (1 + x**2), -sp.oo, sp.oo), const(sp.pi), const(1), const(1)),
    true("∫ e^{−pt}", integral(sp.exp(-p * x), 0, sp.oo), lambda: 1 / p, const(1), const(1)),
    true("3 ≤ π", const(S(3)), const(sp.pi), const(3), lambda: +MP.pi, relation="≤"),
    true("cos² + sin²", lambda: sp.cos(x) ** 2 + sp.sin(x) ** 2, const(S(1)), const(1), const(1)),
)  # fmt: skip
