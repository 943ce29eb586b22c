"""Numbers with their first and second derivatives, for the oracle: nothing here is shared with pgsym's evaluator.

A scalar is a Fraction or an mpf of 80 digits; a Jet is a polynomial of degree at most 2 in named directions.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

from mpmath import MPContext, mpf

MP = MPContext()
MP.dps = 80
NAN = MP.nan
"""A derivative that does not exist, such as that of |x| at 0: it makes undefined what it touches."""

Scalar: TypeAlias = "Fraction | mpf"
Direction: TypeAlias = "tuple[str, int]"
Monomial: TypeAlias = "tuple[Direction, ...]"


class Degree:
    """Up to which degree derivatives are kept: a first gradient needs no second ones."""

    kept = 2


class Undefined(Exception):
    """A value that does not exist: a division by zero, a logarithm of what is not positive."""


class Jet:
    """A polynomial of degree at most 2 in directions of parameters, by monomials that are sorted tuples."""

    __slots__ = ("of",)

    def __init__(self, of: dict[Monomial, Scalar]):
        self.of = of


Real: TypeAlias = "Fraction | mpf | Jet"


def widened(x: Scalar) -> mpf:
    """A scalar as an mpf."""
    return MP.mpf(x.numerator) / x.denominator if isinstance(x, Fraction | int) else x


def plus(x: Scalar, y: Scalar) -> Scalar:
    """x + y; of mpfs, 0 where nearly all digits cancel."""
    if isinstance(x, Fraction) and isinstance(y, Fraction):
        return x + y
    a, b = widened(x), widened(y)
    out = a + b
    return out * 0 if abs(out) < MP.mpf(10) ** -65 * max(abs(a), abs(b)) else out


def by(x: Scalar, y: Scalar) -> Scalar:
    """x y."""
    return x * y if isinstance(x, Fraction) and isinstance(y, Fraction) else widened(x) * widened(y)


def value(x: Real) -> Scalar:
    """The value without its derivatives."""
    return x.of.get((), Fraction(0)) if isinstance(x, Jet) else x


def jet(x: Real) -> dict[Monomial, Scalar]:
    """The coefficients of a number."""
    return x.of if isinstance(x, Jet) else {(): x}


def add(x: Real, y: Real) -> Real:
    """x + y with derivatives."""
    if not isinstance(x, Jet) and not isinstance(y, Jet):
        return plus(x, y)
    out = dict(jet(x))
    for m, c in jet(y).items():
        out[m] = plus(out[m], c) if m in out else c
    return Jet(out)


def multiply(x: Real, y: Real) -> Real:
    """x y with derivatives up to the second."""
    if not isinstance(x, Jet) and not isinstance(y, Jet):
        return by(x, y)
    out: dict[Monomial, Scalar] = {}
    for m, c in jet(x).items():
        for n, d in jet(y).items():
            if len(m) + len(n) <= Degree.kept:
                k = tuple(sorted(m + n))
                out[k] = plus(out[k], by(c, d)) if k in out else by(c, d)
    return Jet(out)


def slope(x: Real, direction: Direction) -> Real:
    """The derivative along a direction, as a number with derivatives of its own."""
    if not isinstance(x, Jet):
        return Fraction(0)
    out: dict[Monomial, Scalar] = {}
    for m, c in x.of.items():
        if times := m.count(direction):
            rest = list(m)
            rest.remove(direction)
            out[tuple(rest)] = by(c, Fraction(times))
    return Jet(out)


def is_zero(x: Scalar) -> bool:
    """Whether a scalar is zero."""
    return bool(x == 0)


def lifted(x: Real, at: Callable[[Scalar], tuple[Scalar, Scalar, Scalar]]) -> Real:
    """f(x), by the values of f, f' and f'' at the value of x."""
    f, f1, f2 = at(value(x))
    if not isinstance(x, Jet):
        return f
    moved = Jet({m: c for m, c in x.of.items() if m})
    if not moved.of:
        return f
    return add(add(multiply(f1, moved), multiply(by(f2, Fraction(1, 2)), multiply(moved, moved))), f)


def inverse(x: Real) -> Real:
    """1/x; raises Undefined at zero."""

    def at(v: Scalar) -> tuple[Scalar, Scalar, Scalar]:
        if is_zero(v):
            raise Undefined("division by zero")
        w = 1 / v
        return w, -by(w, w), by(Fraction(2), by(w, by(w, w)))

    return lifted(x, at)


def logarithm(x: Real) -> Real:
    """log x; raises Undefined unless x > 0."""

    def at(v: Scalar) -> tuple[Scalar, Scalar, Scalar]:
        if is_zero(v) or v < 0:
            raise Undefined("logarithm of what is not positive")
        w = 1 / v
        return (Fraction(0) if v == 1 else MP.log(widened(v))), w, -by(w, w)

    return lifted(x, at)


def exponential(x: Real) -> Real:
    """e^x."""

    def at(v: Scalar) -> tuple[Scalar, Scalar, Scalar]:
        e: Scalar = Fraction(1) if v == 0 else MP.exp(widened(v))
        return e, e, e

    return lifted(x, at)


def absolute(x: Real) -> Real:
    """|x|, without a derivative where x = 0 and moves."""
    v = value(x)
    if is_zero(v):
        still = not any(m and not is_zero(c) for m, c in jet(x).items())
        return Fraction(0) if still else Jet({(): Fraction(0), **{m: NAN for m in jet(x) if m}})
    return x if v > 0 else multiply(Fraction(-1), x)


def chosen(x: Real, y: Real, larger: bool) -> Real:
    """max(x, y) or min(x, y), without a derivative at a tie of what moves apart."""
    gap = add(x, multiply(Fraction(-1), y))
    if is_zero(value(gap)):
        apart = [len(m) for m, c in jet(gap).items() if m and not is_zero(c)]
        moving = [m for m in (*jet(x), *jet(y)) if apart and len(m) >= min(apart)]
        return Jet({**jet(x), **dict.fromkeys(moving, NAN)}) if apart else x
    return x if (value(gap) > 0) == larger else y


def power(x: Real, n: int) -> Real:
    """xⁿ; 0⁰ = 1, and a negative power divides."""
    if n < 0:
        return inverse(power(x, -n))
    out: Real = Fraction(1)
    while n:
        if n & 1:
            out = multiply(out, x)
        x, n = multiply(x, x) if n > 1 else x, n >> 1
    return out


def alike(x: Scalar, y: Scalar) -> bool:
    """Whether two scalars are equal; of mpfs, up to 60 digits.  Raises Undefined for what does not exist."""
    if isinstance(x, Fraction) and isinstance(y, Fraction):
        return x == y
    a, b = widened(x), widened(y)
    if MP.isnan(a) or MP.isnan(b):
        raise Undefined("a derivative that does not exist")
    return bool(abs(a - b) <= MP.mpf(10) ** -60 * max(abs(a), abs(b)) + MP.mpf(10) ** -55)


__all__ = ["MP", "NAN", "Degree", "Jet", "Real", "Scalar", "Undefined"]
