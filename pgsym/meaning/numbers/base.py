"""Number systems: the arithmetic in which terms are evaluated.

Arrays have a leading axis of points (independent instances, evaluated at once); it is 1 where all points agree.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from fractions import Fraction
from math import inf
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pgsym.errors import OutsideNumberSystem
from pgsym.meaning.numbers.factored import prime_powers

Array = NDArray[Any]
Axes = tuple[str, ...]
Jets = Mapping[int, Array]
N = TypeVar("N", bound=np.generic)


def aligned(array: NDArray[N], axes: Axes, onto: Axes) -> NDArray[N]:
    """The array (with points in front) with its axes in the order of `onto`; axes that it lacks have length 1."""
    if axes == onto:
        return array
    order = [axes.index(a) + 1 if a in axes else 0 for a in onto]
    places = [i for i in order if i]
    moved = array if places == sorted(places) else array.transpose(0, *places)
    if len(places) == len(onto):
        return moved
    shape = array.shape
    return moved.reshape(shape[0], *[shape[i] if i else 1 for i in order])


class Numbers(ABC):
    """A field whose elements are stored in NumPy arrays."""

    name: str
    dtype: Any = object
    ordered = True
    """Whether numbers have an order; residues modulo a prime have none."""

    @property
    def bytes(self) -> int:
        """The approximate number of bytes of an element."""
        size = np.dtype(self.dtype).itemsize
        return 100 if self.dtype is object else size

    def repeated(self, times: int) -> Numbers:
        """The number system with every point repeated."""
        return self

    def zeros(self, shape: tuple[int, ...]) -> Array:
        """An array of zeros."""
        out = np.empty(shape, dtype=self.dtype)
        out[...] = self.scalar(Fraction(0))
        return out

    @abstractmethod
    def scalar(self, value: Fraction) -> Any:
        """The element for a rational number."""

    def constant(self, value: Fraction) -> Array:
        """The array of a rational number, of shape (1,) or (points,)."""
        out = np.empty(1, dtype=self.dtype)
        out[0] = self.scalar(value)
        return out

    def array(self, values: Any) -> Array:
        """An array of rationals (nested lists, Fractions, integers) in this number system; leading axis: points."""
        source = np.asarray(values, dtype=object)
        out = np.empty(source.shape, dtype=self.dtype)
        for index in np.ndindex(source.shape):
            out[index] = self.scalar(Fraction(source.item(index)))
        return out

    def integers(self, values: NDArray[Any]) -> Array:
        """Small integers or truth values in this number system."""
        out = np.empty(values.shape, dtype=self.dtype)
        for n in np.unique(values):
            out[values == n] = self.scalar(Fraction(int(n)))
        return out

    def add(self, x: Array, y: Array) -> Array:
        """The sum, broadcast."""
        return x + y

    def multiply(self, x: Array, y: Array) -> Array:
        """The product, broadcast."""
        return x * y

    def total(self, x: Array, axis: int) -> Array:
        """The sum along an axis."""
        return np.asarray(x.sum(axis=axis))

    def contract(self, x: Jets, over_x: Axes, y: Jets, over_y: Axes, every: Axes, gone: int) -> dict[int, Array]:
        """The product of two jets with named axes, summed over the array axis `gone`, or over none if that is 0.

        `every` are the axes of the product, those of x first.
        """
        left, right = ([(m, aligned(a, o, every)) for m, a in j.items()] for j, o in ((x, over_x), (y, over_y)))
        out: dict[int, Array] = {}
        for m, a in left:
            for n, b in right:
                if not m & n:
                    product = self.multiply(a, b)
                    share = self.total(product, gone) if gone else product
                    out[m | n] = self.add(out[m | n], share) if m | n in out else share
        return out

    def is_zero(self, x: Array) -> NDArray[np.bool_]:
        """A mask of the entries that are certainly zero."""
        return np.asarray(x == 0, dtype=bool)

    def reciprocal(self, x: Array) -> tuple[Array, NDArray[np.bool_]]:
        """1/x and a mask of the entries where x = 0; those entries of 1/x are 0."""
        return self._where_defined(self.is_zero(x), x, self._reciprocal)

    def log(self, x: Array) -> tuple[Array, NDArray[np.bool_]]:
        """log x and a mask of the entries where it does not exist; those entries of log x are 0.

        Raises OutsideNumberSystem if a logarithm exists but is not a number of this system.
        """
        return self._where_defined(self.has_no_log(x), x, self._log)

    def has_no_log(self, x: Array) -> NDArray[np.bool_]:
        """A mask of the entries without a logarithm: x = 0, and in an ordered field x < 0."""
        return self.is_zero(x)

    @abstractmethod
    def exp(self, x: Array) -> Array:
        """The exponential; raises OutsideNumberSystem like `log`."""

    def sign(self, x: Array) -> Array:
        """−1, 0 or 1; in a prime field, which has no order, a random element that represents either sign."""
        raise OutsideNumberSystem(f"{self.name} has no order, so |x| has no meaning in it")

    @abstractmethod
    def _reciprocal(self, x: Array) -> Array: ...

    @abstractmethod
    def _log(self, x: Array) -> Array: ...

    def _where_defined(
        self, poles: NDArray[np.bool_], x: Array, function: Callable[[Array], Array]
    ) -> tuple[Array, NDArray[np.bool_]]:
        if not poles.any():
            return function(x), poles
        safe = function(np.where(poles, self.scalar(Fraction(1)), x))
        return np.where(poles, self.scalar(Fraction(0)), safe), poles


def elementwise(function: Callable[[Any], Any], x: Array) -> Array:
    """The object array of a Python function's values at every element."""
    out = np.empty(x.shape, dtype=object)
    for index in np.ndindex(x.shape):
        out[index] = function(x[index])
    return out


def as_float(value: Fraction) -> float:
    """The float nearest to a rational, infinite if the rational is too large."""
    try:
        return float(value)
    except OverflowError:
        return inf if value > 0 else -inf


class Float64(Numbers):
    """IEEE double precision."""

    name = "float64"
    dtype = np.float64

    def scalar(self, value: Fraction) -> float:
        try:
            return float(value)
        except OverflowError:
            raise OutsideNumberSystem("a number is too large for float64") from None

    def array(self, values: Any) -> Array:
        try:
            return np.asarray(values, dtype=np.float64)
        except OverflowError:
            raise OutsideNumberSystem("a number is too large for float64") from None

    def contract(self, x: Jets, over_x: Axes, y: Jets, over_y: Axes, every: Axes, gone: int) -> dict[int, Array]:
        names = {a: i for i, a in enumerate(every, 1)}
        left, right = ([0, *[names[a] for a in axes]] for axes in (over_x, over_y))
        kept = [i for i in range(len(every) + 1) if not i or i != gone]
        out: dict[int, Array] = {}
        for m, a in x.items():
            for n, b in y.items():
                if not m & n:
                    share = np.asarray(np.einsum(a, left, b, right, kept))
                    out[m | n] = out[m | n] + share if m | n in out else share
        return out

    def exp(self, x: Array) -> Array:
        with np.errstate(over="ignore"):
            return np.asarray(np.exp(x))

    def sign(self, x: Array) -> Array:
        return np.asarray(np.sign(x))

    def _reciprocal(self, x: Array) -> Array:
        return np.asarray(1.0 / x)

    def has_no_log(self, x: Array) -> NDArray[np.bool_]:
        return np.asarray(x <= 0)

    def _log(self, x: Array) -> Array:
        return np.asarray(np.log(x))


class Rational(Numbers):
    """Exact fractions; the logarithm and the exponential only where they are rational."""

    name = "rational"

    def scalar(self, value: Fraction) -> Fraction:
        return value

    def exp(self, x: Array) -> Array:
        if (x != 0).any():
            raise OutsideNumberSystem("the exponential of a rational is not rational")
        return np.asarray(x + Fraction(1))

    def sign(self, x: Array) -> Array:
        return elementwise(lambda v: Fraction((v > 0) - (v < 0)), x)

    def _reciprocal(self, x: Array) -> Array:
        return np.asarray(Fraction(1) / x)

    def has_no_log(self, x: Array) -> NDArray[np.bool_]:
        return np.asarray(x <= 0, dtype=bool)

    def _log(self, x: Array) -> Array:
        if (x != 1).any():
            raise OutsideNumberSystem("the logarithm of a rational is not rational")
        return np.asarray(x - Fraction(1))


class Symbolic(Numbers):
    """SymPy expressions."""

    name = "SymPy"

    def scalar(self, value: Fraction) -> Any:
        import sympy

        return sympy.Rational(value.numerator, value.denominator)

    def exp(self, x: Array) -> Array:
        import sympy

        return elementwise(sympy.exp, x)

    def sign(self, x: Array) -> Array:
        import sympy

        return elementwise(sympy.sign, x)

    def has_no_log(self, x: Array) -> NDArray[np.bool_]:
        return np.asarray(elementwise(lambda v: v.is_nonpositive is True, x), dtype=bool)

    def _reciprocal(self, x: Array) -> Array:
        return np.asarray(self.scalar(Fraction(1)) / x)

    def _log(self, x: Array) -> Array:
        return elementwise(self._log_of, x)

    @staticmethod
    def _log_of(x: Any) -> Any:
        """The logarithm, of a rational number through its prime factors, so that equal values look equal."""
        import sympy

        if not (x.is_Rational and x.is_positive):
            return sympy.log(x)
        try:
            below = [(p, -k) for p, k in prime_powers(int(x.q))]
            factors = [*prime_powers(int(x.p)), *below]
        except OutsideNumberSystem:
            return sympy.log(x)
        return sympy.Add(*(k * sympy.log(p) for p, k in factors))


class Ball(Numbers):
    """Real balls of `bits` bits (Arb): every operation encloses the true value."""

    name = "ball arithmetic"

    def __init__(self, bits: int = 256):
        import flint

        flint.ctx.prec = bits
        self.bits = bits

    def scalar(self, value: Fraction) -> Any:
        import flint

        return flint.arb(flint.fmpq(value.numerator, value.denominator))

    def is_zero(self, x: Array) -> NDArray[np.bool_]:
        return np.asarray(elementwise(lambda v: bool(v == 0), x), dtype=bool)

    def exp(self, x: Array) -> Array:
        return elementwise(lambda v: v.exp(), x)

    def sign(self, x: Array) -> Array:
        return elementwise(lambda v: v.sgn(), x)

    def has_no_log(self, x: Array) -> NDArray[np.bool_]:
        return np.asarray(elementwise(lambda v: bool(v <= 0), x), dtype=bool)

    def _reciprocal(self, x: Array) -> Array:
        self._refuse_if(elementwise(lambda v: v.contains(0), x), "a ball around zero")
        return np.asarray(self.scalar(Fraction(1)) / x)

    def _log(self, x: Array) -> Array:
        self._refuse_if(elementwise(lambda v: not v > 0, x), "a ball that is not positive")
        return elementwise(lambda v: v.log(), x)

    @staticmethod
    def _refuse_if(unknown: Array, what: str) -> None:
        """Raise OutsideNumberSystem if some value is not known to exist."""
        if unknown.astype(bool).any():
            raise OutsideNumberSystem(f"{what}: the term may be undefined there")
