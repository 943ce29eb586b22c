"""Intervals as a number system, which bound a term's values, and so its sign, at every instance of a class.

An interval is stored as a complex number, with its lower end as the real part and its upper end as the imaginary
part.  An end that is not a floating-point number is rounded outward.
"""

from __future__ import annotations

from fractions import Fraction
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgsym.errors import OutsideNumberSystem
from pgsym.meaning.numbers.base import Array, Numbers, as_float

REALS = complex(-inf, inf)
PROBABILITIES = complex(0, 1)
NON_NEGATIVE = complex(0, inf)


def interval(low: Any, high: Any) -> Array:
    """Intervals with the given ends."""
    low, high = np.broadcast_arrays(np.asarray(low, dtype=float), np.asarray(high, dtype=float))
    out = np.empty(low.shape, dtype=np.complex128)
    out.real, out.imag = low, high
    return out


class Bounds(Numbers):
    """Interval arithmetic with outward rounding.

    >>> bounds = Bounds()
    >>> p = interval([0.0], [1.0])
    >>> bounds.signs(bounds.add(p, bounds.constant(Fraction(-1)))).tolist()
    [-1]
    """

    name = "intervals"
    dtype = np.complex128

    def scalar(self, value: Fraction) -> complex:
        near = as_float(value)
        if near in (inf, -inf):
            largest = float(np.finfo(np.float64).max)
            return complex(largest, inf) if near > 0 else complex(-inf, -largest)
        error = value - Fraction(near)
        return complex(np.nextafter(near, -inf) if error < 0 else near, np.nextafter(near, inf) if error > 0 else near)

    def add(self, x: Array, y: Array) -> Array:
        return interval(_sum(x.real, y.real, -inf), _sum(x.imag, y.imag, inf))

    def total(self, x: Array, axis: int) -> Array:
        parts = np.moveaxis(x, axis, 0)
        out = np.zeros(parts.shape[1:], dtype=np.complex128)
        for part in parts:
            out = self.add(out, part)
        return out

    def multiply(self, x: Array, y: Array) -> Array:
        corners = [(a, b) for a in (x.real, x.imag) for b in (y.real, y.imag)]
        lows = [_product(a, b, -inf) for a, b in corners]
        highs = [_product(a, b, inf) for a, b in corners]
        return interval(np.minimum.reduce(lows), np.maximum.reduce(highs))

    def exp(self, x: Array) -> Array:
        return interval(np.zeros(x.shape), np.full(x.shape, inf))

    def signs(self, x: Array) -> NDArray[np.int64]:
        """The sign of all numbers in each interval, 0 counting as either; raises OutsideNumberSystem for both."""
        if ((x.real < 0) & (x.imag > 0)).any():
            raise OutsideNumberSystem("the sign inside |·| is not the same at every instance")
        return np.where(self.is_zero(x), 0, np.where(x.real >= 0, 1, -1))

    def sign(self, x: Array) -> Array:
        return interval(np.where(x.real < 0, -1.0, 0.0 + (x.real > 0)), np.where(x.imag > 0, 1.0, 0.0 - (x.imag < 0)))

    def absolute(self, x: Array) -> Array:
        """The interval of |v| for v in the interval."""
        low = np.maximum(np.maximum(x.real, -x.imag), 0.0)
        return interval(low, np.maximum(-x.real, x.imag))

    def _reciprocal(self, x: Array) -> Array:
        away = (x.real > 0) | (x.imag < 0)
        with np.errstate(divide="ignore"):
            low = np.where(away, np.nextafter(1 / x.imag, -inf), np.where(x.real >= 0, 0.0, -inf))
            high = np.where(away, np.nextafter(1 / x.real, inf), inf)
        return interval(low, high)

    def _log(self, x: Array) -> Array:
        return interval(np.full(x.shape, -inf), np.where(x.imag <= 1, 0.0, inf))


def _sum(a: Array, b: Array, outward: float) -> Array:
    """a + b, rounded outward if it is inexact (by Knuth's two-sum)."""
    with np.errstate(invalid="ignore"):
        s = a + b
        shadow = s - a
        error = (a - (s - shadow)) + (b - shadow)
    return np.asarray(np.where(np.isfinite(s) & (error != 0), np.nextafter(s, outward), s))


def _product(a: Array, b: Array, outward: float) -> Array:
    """a·b, rounded outward unless a or b is 0 or ±1; 0 times anything is 0."""
    with np.errstate(invalid="ignore"):
        p = np.where((a == 0) | (b == 0), 0.0, a * b)
    exact = (np.abs(a) <= 1) & (a == np.round(a)) | (np.abs(b) <= 1) & (b == np.round(b))
    return np.asarray(np.where(exact | ~np.isfinite(p), p, np.nextafter(p, outward)))
