"""Double precision with a running bound of the rounding error."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgsym.errors import OutsideNumberSystem
from pgsym.meaning.numbers.base import Array, Float64, Numbers

UNIT = 2.0**-53
"""The unit roundoff of IEEE double precision."""
SMALLEST_NORMAL = float(np.finfo(np.float64).tiny)
TABLE_ERROR = 4.0
"""The error of a table entry, in units of its roundoff, because rows are normalised in floating point."""


class Rounding(Float64):
    """Float64 values in the real part, a bound of their error in units of 2^-53 in the imaginary part.

    First-order running error analysis (Higham 2002, Accuracy and Stability of Numerical Algorithms, 3.3).  The bound
    is at least as large as the value and as all terms that cancelled in it, so the difference between two ways to
    compute a number can be compared with their bounds.  It is infinite if nothing is known, such as for 1/x if x may
    be zero.  A value counts as zero only if it is zero without rounding.
    """

    name = "float64 with error bounds"
    dtype = np.complex128  # type: ignore[assignment]

    contract = Numbers.contract  # through `multiply` and `total`, which know the errors

    def scalar(self, value: Fraction) -> complex:  # type: ignore[override]
        near = float(value)
        return complex(near, 0.0 if Fraction(near) == value else abs(near))

    def array(self, values: Any) -> Array:
        near = np.asarray(values, dtype=np.float64)
        return _pair(near, TABLE_ERROR * np.abs(near))

    def add(self, x: Array, y: Array) -> Array:
        with np.errstate(all="ignore"):
            near = x.real + y.real
            return _pair(near, x.imag + y.imag + np.abs(near))

    def multiply(self, x: Array, y: Array) -> Array:
        with np.errstate(all="ignore"):
            near = x.real * y.real
            error = np.abs(x.real) * y.imag + np.abs(y.real) * x.imag + np.abs(near)
            return _pair(near, np.where(self.is_zero(x) | self.is_zero(y), 0.0, error))

    def total(self, x: Array, axis: int) -> Array:
        with np.errstate(all="ignore"):
            error = x.imag.sum(axis=axis) + x.shape[axis] * np.abs(x.real).sum(axis=axis)
            return _pair(x.real.sum(axis=axis), error)

    def is_zero(self, x: Array) -> NDArray[np.bool_]:
        return np.asarray((x.real == 0) & (x.imag == 0), dtype=bool)

    def exp(self, x: Array) -> Array:
        with np.errstate(all="ignore"):
            near = np.exp(x.real)
            held = np.isfinite(near) & (near > SMALLEST_NORMAL)  # else it is outside of the range of normal floats
            return _pair(np.where(np.isfinite(near), near, 0.0), np.where(held, near * (x.imag + 1), np.inf))

    def sign(self, x: Array) -> Array:
        return _pair(np.sign(x.real), np.where(_may_vanish(x) & ~self.is_zero(x), np.inf, 0.0))

    def _reciprocal(self, x: Array) -> Array:
        with np.errstate(all="ignore"):
            near = np.where(x.real == 0, 0.0, 1 / x.real)
            return _pair(near, np.where(_may_vanish(x), np.inf, x.imag * near**2 + np.abs(near)))

    def _log(self, x: Array) -> Array:
        if ((x.real < 0) & ~_may_vanish(x)).any():
            raise OutsideNumberSystem("the logarithm of a negative number")
        with np.errstate(all="ignore"):
            near = np.where(x.real > 0, np.log(x.real), 0.0)
            return _pair(near, np.where(_may_vanish(x), np.inf, x.imag / x.real + np.abs(near)))


def _pair(near: Array, error: Array) -> Array:
    """Value and bound in one array; complex arithmetic would turn an infinite bound into NaN."""
    out = np.empty(np.shape(near), dtype=np.complex128)
    out.real, out.imag = near, np.where(np.isnan(error), np.inf, error)
    return out


def _may_vanish(x: Array) -> NDArray[np.bool_]:
    return np.asarray(np.abs(x.real) <= 2 * UNIT * x.imag, dtype=bool)
