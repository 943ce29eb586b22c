"""Number systems: the arithmetic an evaluation is done in.

Arrays have a leading axis of points (independent instances, evaluated at once); it is 1 where all points agree.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pgsym.errors import OutsideNumberSystem

Array = NDArray[Any]
Axes = tuple[str, ...]
Jets = Mapping[int, Array]
N = TypeVar("N", bound=np.generic)


def aligned(array: NDArray[N], axes: Axes, onto: Axes) -> NDArray[N]:
    """The array (with points in front) with its axes in the order of `onto`, of length 1 where it has none."""
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
    """A field with NumPy arrays of its elements."""

    name: str
    dtype: Any = object

    @property
    def bytes(self) -> int:
        """The memory an element takes, about."""
        size = np.dtype(self.dtype).itemsize
        return 100 if self.dtype is object else size

    def zeros(self, shape: tuple[int, ...]) -> Array:
        """An array of zeros."""
        out = np.empty(shape, dtype=self.dtype)
        out[...] = self.scalar(Fraction(0))
        return out

    @abstractmethod
    def scalar(self, value: Fraction) -> Any:
        """A rational number as one element."""

    def constant(self, value: Fraction) -> Array:
        """A rational number, of shape (1,) or (points,)."""
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
        """The product of two jets with named axes, summed over the axis at `gone`, 0 for none, as an axis of arrays.

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
        """Where an array is certainly zero."""
        return np.asarray(x == 0, dtype=bool)

    def reciprocal(self, x: Array) -> tuple[Array, NDArray[np.bool_]]:
        """1/x, 0 where x is 0, and where that is."""
        return self._away_from(self.is_zero(x), x, self._reciprocal)

    def log(self, x: Array) -> tuple[Array, NDArray[np.bool_]]:
        """The logarithm, 0 where there is none, and where that is.

        Raises OutsideNumberSystem where a logarithm exists that is not a number of this kind.
        """
        return self._away_from(self.has_no_log(x), x, self._log)

    def has_no_log(self, x: Array) -> NDArray[np.bool_]:
        """Where a logarithm does not exist: at zero, and in an ordered field below it."""
        return self.is_zero(x)

    @abstractmethod
    def exp(self, x: Array) -> Array:
        """The exponential; raises OutsideNumberSystem like `log`."""

    def sign(self, x: Array) -> Array:
        """−1, 0 or 1; raises OutsideNumberSystem in a field without an order."""
        raise OutsideNumberSystem(f"{self.name} has no order, so |x| has no meaning in it")

    @abstractmethod
    def _reciprocal(self, x: Array) -> Array: ...

    @abstractmethod
    def _log(self, x: Array) -> Array: ...

    def _away_from(
        self, poles: NDArray[np.bool_], x: Array, function: Callable[[Array], Array]
    ) -> tuple[Array, NDArray[np.bool_]]:
        if not poles.any():
            return function(x), poles
        one = np.broadcast_to(self.constant(Fraction(1)).reshape(-1, *[1] * (x.ndim - 1)), x.shape)
        safe = function(np.where(poles, one, x))
        return np.where(poles, self.scalar(Fraction(0)), safe), poles


def elementwise(function: Callable[[Any], Any], x: Array) -> Array:
    """A Python function applied to every element of an object array."""
    out = np.empty(x.shape, dtype=object)
    for index in np.ndindex(x.shape):
        out[index] = function(x[index])
    return out


class Float64(Numbers):
    """IEEE double precision."""

    name = "float64"
    dtype = np.float64

    def scalar(self, value: Fraction) -> float:
        return float(value)

    def array(self, values: Any) -> Array:
        return np.asarray(values, dtype=np.float64)

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


class PrimeField(Numbers):
    """Integers modulo a prime of its own at every point; log and exp are random functions fixed by the seed.

    The logarithm of a value is an independent element: algebraic identities hold in it, and with overwhelming
    probability no others do (see `pgsym.decide.identities`).

    >>> field = PrimeField([101, 103])
    >>> x = field.array([[2], [3]])
    >>> field.multiply(x, field.reciprocal(x)[0]).ravel().tolist()
    [1, 1]
    """

    name = "prime field"
    dtype = np.int64

    def __init__(self, primes: Iterable[int], seed: int = 0):
        self.primes = np.asarray(list(primes), dtype=np.int64)
        if (self.primes >= 2**31).any():
            raise ValueError("primes below 2^31 keep products inside 64 bits")
        self.seed = np.uint64(seed)
        self._moduli: dict[int, Array] = {}

    def modulus(self, x: Array) -> Array:
        """The primes, shaped to divide `x`."""
        modulus = self._moduli.get(x.ndim)
        if modulus is None:
            modulus = self._moduli[x.ndim] = self.primes.reshape(-1, *[1] * (x.ndim - 1))
        return modulus

    def _reduced(self, x: Array) -> Array:
        """The residues of a new array, put in its place where its shape is theirs."""
        p = self._moduli.get(x.ndim)
        if p is None:
            p = self.modulus(x)
        return np.remainder(x, p, x) if len(x) == len(p) else np.remainder(x, p)

    def scalar(self, value: Fraction) -> int:
        if value.denominator != 1:
            raise OutsideNumberSystem("a fraction has one residue per prime: use `constant`")
        return value.numerator

    def constant(self, value: Fraction) -> Array:
        residues = [value.numerator * pow(value.denominator, -1, int(p)) % int(p) for p in self.primes]
        return np.asarray(residues, dtype=np.int64)

    def array(self, values: Any) -> Array:
        source = np.asarray(values, dtype=object)
        source = np.broadcast_to(source, (len(self.primes), *source.shape[1:]))
        out = np.empty(source.shape, dtype=np.int64)
        for index in np.ndindex(source.shape):
            value, p = Fraction(source.item(index)), int(self.primes[index[0]])
            out[index] = value.numerator * pow(value.denominator, -1, p) % p
        return out

    def integers(self, values: NDArray[Any]) -> Array:
        return np.asarray(values.astype(np.int64))

    def add(self, x: Array, y: Array) -> Array:
        return self._reduced(np.add(x, y))

    def multiply(self, x: Array, y: Array) -> Array:
        return self._reduced(np.multiply(x, y))

    def total(self, x: Array, axis: int) -> Array:
        return self._reduced(np.add.reduce(x, axis=axis))

    def contract(self, x: Jets, over_x: Axes, y: Jets, over_y: Axes, every: Axes, gone: int) -> dict[int, Array]:
        right = [(n, aligned(b, over_y, every)) for n, b in y.items()]
        out: dict[int, Array] = {}
        products: dict[int, Array] = {}  # of two residues: below 2^62, so one more fits
        for m, a in x.items():
            a = aligned(a, over_x, every)
            for n, b in right:
                if not m & n:
                    product, k = np.multiply(a, b), m | n
                    if k in products:
                        out[k] = self._reduced(np.add(products.pop(k), product))
                    elif k in out:
                        products[k] = np.add(out.pop(k), product)
                    else:
                        products[k] = product
        for k, product in products.items():
            out[k] = self._reduced(product)
        return {k: self.total(z, gone) for k, z in out.items()} if gone else out

    def exp(self, x: Array) -> Array:
        return np.where(x == 0, 1, self._mix(x, 2))

    def _reciprocal(self, x: Array) -> Array:
        """One inverse a point, that of the product of all: 1/x = y · 1/(x y) (Montgomery 1987, by halves)."""
        p = self.primes[:, np.newaxis]
        x = np.broadcast_to(x, (len(p), *x.shape[1:]))
        levels = [x.reshape(len(p), -1)]
        while (n := levels[-1].shape[1]) > 1:
            top = levels[-1]
            half = top[:, : n // 2] * top[:, n // 2 : n // 2 * 2] % p
            levels.append(np.concatenate((half, top[:, -1:]), axis=1) if n % 2 else half)
        out = np.array([[pow(int(v), -1, int(q)) for v in row] for row, q in zip(levels.pop(), self.primes, strict=True)])
        for below in reversed(levels):
            n = below.shape[1]
            inverse = np.empty_like(below)
            inverse[:, : n // 2] = out[:, : n // 2] * below[:, n // 2 : n // 2 * 2] % p
            inverse[:, n // 2 : n // 2 * 2] = out[:, : n // 2] * below[:, : n // 2] % p
            if n % 2:
                inverse[:, -1] = out[:, -1]
            out = inverse
        return out.reshape(x.shape)

    def _log(self, x: Array) -> Array:
        return np.where(x == 1, 0, self._mix(x, 1))

    def _mix(self, x: Array, salt: int) -> Array:
        """A pseudo-random element for every (point, value): the finaliser of splitmix64."""
        x = np.broadcast_to(x, np.broadcast_shapes(x.shape, self.modulus(x).shape))
        point = np.arange(len(self.primes), dtype=np.uint64).reshape(-1, *[1] * (x.ndim - 1))
        with np.errstate(over="ignore"):
            z = x.astype(np.uint64) + (point << np.uint64(40)) + np.uint64(salt << 56)
            z = (z ^ (self.seed * np.uint64(0x9E3779B97F4A7C15))) + np.uint64(0x9E3779B97F4A7C15)
            z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            z ^= z >> np.uint64(31)
        return np.asarray((z % (self.modulus(x).astype(np.uint64) - np.uint64(1)) + np.uint64(1)).astype(np.int64))


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
        import sympy

        return elementwise(sympy.log, x)


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
        """Whether a value exists must be certain."""
        if unknown.astype(bool).any():
            raise OutsideNumberSystem(f"{what}: whether the term is defined there cannot be told")
