"""The functions of SymPy as functions of balls, by flint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

Function = Callable[[list[Any], bool], Any]


def of_reals() -> tuple[type, ...]:
    """The functions of real numbers only: flint continues them to complex numbers in a way of its own."""
    import sympy

    return sympy.Abs, sympy.sign, sympy.floor, sympy.ceiling, sympy.Heaviside, sympy.Max, sympy.Min


@cache
def functions() -> Mapping[type, Function]:
    """For each function of SymPy, the one of balls: it takes the arguments, and whether it must be analytic on them."""
    import flint
    import sympy

    nan = flint.acb("nan")

    def plain(name: str) -> Function:
        return lambda xs, _: getattr(xs[0], name)()

    def cut(name: str, away: Callable[[Any], bool]) -> Function:
        """A function with a branch cut on an axis: analytic where a ball is away from it."""
        return lambda xs, analytic: getattr(xs[0], name)() if not analytic or away(xs[0]) else nan

    def flagged(name: str) -> Function:
        """A function of a real number; at complex numbers, flint's function differs from SymPy's."""
        return lambda xs, analytic: getattr(xs[0], name)(analytic=analytic) if is_real(xs[0], analytic) else nan

    def is_real(x: Any, analytic: bool) -> bool:
        return analytic or bool(x.imag == 0)

    def off_real(z: Any) -> bool:
        return not z.imag.contains(0)

    def arc_tangent(xs: list[Any], analytic: bool) -> Any:
        z = xs[0]
        if not analytic and z.imag == 0 and not z.is_finite():
            return flint.acb(flint.arb(0, 1) * flint.arb.pi() / 2)  # the arc tangent of any real number
        return z.atan() if not analytic or abs(z.imag) < 1 or not z.real.contains(0) else nan

    def extreme(name: str) -> Function:
        def of(xs: list[Any], analytic: bool) -> Any:
            out = xs[0]
            for x in xs[1:]:
                out = getattr(out, name)(x, analytic=analytic)
            return out if all(is_real(x, analytic) for x in xs) else nan

        return of

    def tangent(xs: list[Any], _: bool) -> Any:
        found = xs[0].tan()
        return found if found.is_finite() or xs[0].imag != 0 else flint.acb(flint.arb("nan"), 0)

    step = flagged("real_heaviside")
    within = lambda z: bool(abs(z.real) < 1) or off_real(z)  # noqa: E731
    table: dict[type, Function] = {
        sympy.exp: plain("exp"),
        sympy.log: lambda xs, analytic: xs[0].log(analytic=analytic) if len(xs) == 1 else nan,
        sympy.tan: tangent,
        sympy.atan: arc_tangent,
        sympy.asin: cut("asin", within),
        sympy.acos: cut("acos", within),
        sympy.atanh: cut("atanh", within),
        sympy.asinh: cut("asinh", lambda z: bool(abs(z.imag) < 1) or not z.real.contains(0)),
        sympy.acosh: cut("acosh", lambda z: bool(z.real > 1) or off_real(z)),
        sympy.loggamma: cut("lgamma", lambda z: bool(z.real > 0) or off_real(z)),
        sympy.Ei: cut("ei", lambda z: bool(z.real > 0) or off_real(z)),
        sympy.digamma: plain("digamma"),
        sympy.Abs: flagged("real_abs"),
        sympy.sign: flagged("real_sgn"),
        sympy.floor: flagged("real_floor"),
        sympy.ceiling: flagged("real_ceil"),
        sympy.Heaviside: lambda xs, analytic: step(xs[:1], analytic) if xs[1] == flint.acb(1) / 2 else nan,
        sympy.Max: extreme("real_max"),
        sympy.Min: extreme("real_min"),
        sympy.re: lambda xs, analytic: nan if analytic else flint.acb(xs[0].real),
        sympy.im: lambda xs, analytic: nan if analytic else flint.acb(xs[0].imag),
        sympy.arg: lambda xs, analytic: nan if analytic else flint.acb(xs[0].arg()),
        sympy.conjugate: lambda xs, analytic: nan if analytic else xs[0].conjugate(),
        sympy.zeta: lambda xs, _: xs[0].zeta() if len(xs) == 1 else nan,
        sympy.factorial: lambda xs, _: (xs[0] + 1).gamma(),
        sympy.binomial: lambda xs, _: (xs[0] + 1).gamma() * (xs[1] + 1).rgamma() * (xs[0] - xs[1] + 1).rgamma(),
        sympy.RisingFactorial: lambda xs, _: (xs[0] + xs[1]).gamma() * xs[0].rgamma(),
        sympy.FallingFactorial: lambda xs, _: (xs[0] + 1).gamma() * (xs[0] - xs[1] + 1).rgamma(),
        sympy.beta: lambda xs, _: xs[0].gamma() * xs[1].gamma() * (xs[0] + xs[1]).rgamma(),
    }
    names = "sin cos cot sec csc sinh cosh tanh coth sech csch erf erfc erfi gamma"
    return table | {getattr(sympy, name): plain(name) for name in names.split()}


__all__ = ["functions", "of_reals"]
