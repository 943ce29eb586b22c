"""Prime fields: the number system of the random points that represent every instance."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgsym.errors import OutsideNumberSystem
from pgsym.meaning.numbers.base import Array, Axes, Jets, Numbers, aligned


def residue(value: Fraction, prime: int) -> int:
    """A fraction modulo a prime; raises OutsideNumberSystem if the prime divides its denominator.

    >>> residue(Fraction(1, 2), 101)
    51
    """
    if value.denominator % prime == 0:
        raise OutsideNumberSystem(f"{value} has no residue modulo {prime}, which divides its denominator")
    return value.numerator * pow(value.denominator, -1, prime) % prime


class PrimeField(Numbers):
    """Integers modulo a separate prime at every point; log and exp are random functions fixed by the seed.

    The logarithm of each value is an independent random element, equal for x and −x.  Algebraic identities hold for
    these elements, and with overwhelming probability no others do (see `pgsym.decide.equality`).

    >>> field = PrimeField([101, 103])
    >>> x = field.array([[2], [3]])
    >>> field.multiply(x, field.reciprocal(x)[0]).ravel().tolist()
    [1, 1]
    """

    name = "prime field"
    dtype = np.int64
    ordered = False

    def __init__(self, primes: Iterable[int], seed: int = 0):
        self.primes = np.asarray(list(primes), dtype=np.int64)
        if (self.primes >= 2**31).any():
            raise ValueError("primes below 2^31 keep products inside 64 bits")
        self.seed = np.uint64(seed % 2**64)
        self._moduli: dict[int, Array] = {}

    def repeated(self, times: int) -> PrimeField:
        return PrimeField(np.repeat(self.primes, times), int(self.seed))

    def modulus(self, x: Array) -> Array:
        """The primes, in a shape that broadcasts with `x`."""
        modulus = self._moduli.get(x.ndim)
        if modulus is None:
            modulus = self._moduli[x.ndim] = self.primes.reshape(-1, *[1] * (x.ndim - 1))
        return modulus

    def _reduced(self, x: Array) -> Array:
        """The residues of a new array, computed in place if the shapes agree."""
        p = self._moduli.get(x.ndim)
        if p is None:
            p = self.modulus(x)
        return np.remainder(x, p, x) if len(x) == len(p) else np.remainder(x, p)

    def scalar(self, value: Fraction) -> int:
        if value.denominator != 1:
            raise OutsideNumberSystem("a fraction has one residue per prime: use `constant`")
        return value.numerator

    def constant(self, value: Fraction) -> Array:
        return np.asarray([residue(value, int(p)) for p in self.primes], dtype=np.int64)

    def array(self, values: Any) -> Array:
        source = np.asarray(values, dtype=object)
        source = np.broadcast_to(source, (len(self.primes), *source.shape[1:]))
        out = np.empty(source.shape, dtype=np.int64)
        for index in np.ndindex(source.shape):
            out[index] = residue(Fraction(source.item(index)), int(self.primes[index[0]]))
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
        products: dict[int, Array] = {}  # of two residues: below 2^62, so the sum of two fits
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

    def sign(self, x: Array) -> Array:
        """A random element for every value, its negative for −x: an identity that holds with it holds for either sign.

        >>> field = PrimeField([101])
        >>> int((field.sign(np.array([7])) + field.sign(np.array([94])))[0])
        101
        """
        p = self.modulus(x)
        negative = x > p // 2
        drawn = self._mix(self._without_sign(x), 3)
        return np.where(x == 0, 0, np.where(negative, p - drawn, drawn))

    def _reciprocal(self, x: Array) -> Array:
        """1/x from one inverse at each point, that of the product of all entries (Montgomery 1987), by halves."""
        p = self.primes[:, np.newaxis]
        x = np.broadcast_to(x, (len(p), *x.shape[1:]))
        rows, levels = x.reshape(len(p), -1), []
        while (n := rows.shape[1]) > 1:
            even = np.concatenate((rows, np.ones_like(p)), axis=1) if n % 2 else rows
            levels.append(np.split(even, 2, axis=1))
            rows = levels[-1][0] * levels[-1][1] % p
        inverses = [pow(v, -1, q) for v, q in zip(rows[:, 0].tolist(), self.primes.tolist(), strict=True)]
        out = np.array(inverses)[:, np.newaxis]
        for left, right in reversed(levels):
            both = out[:, : left.shape[1]]
            out = np.concatenate((both * right, both * left), axis=1) % p
        return out[:, : prod(x.shape[1:])].reshape(x.shape)

    def _log(self, x: Array) -> Array:
        x = self._without_sign(x)
        return np.where(x == 1, 0, self._mix(x, 1))

    def _without_sign(self, x: Array) -> Array:
        """The smaller one of the residues x and −x, which represents |x|."""
        return np.asarray(np.minimum(x, self.modulus(x) - x))

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


class OnePrime(PrimeField):
    """Integers modulo one prime at every point, to screen many instances at once."""

    def __init__(self, points: int, prime: int):
        super().__init__([prime] * points)
        self.prime = prime

    def repeated(self, times: int) -> OnePrime:
        return OnePrime(len(self.primes) * times, self.prime)

    def constant(self, value: Fraction) -> Array:
        return np.full(len(self.primes), residue(value, self.prime), dtype=np.int64)
