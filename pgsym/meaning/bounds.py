"""Intervals as a number system: what sign a term has at every instance of a class."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf

from pgsym.errors import OutsideNumberSystem
from pgsym.meaning.numbers import Array, Numbers, elementwise


@dataclass(frozen=True)
class Interval:
    """All reals between two bounds, both included."""

    low: Fraction | float
    high: Fraction | float

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.low + other.low, self.high + other.high)

    def __mul__(self, other: Interval) -> Interval:
        corners = [_times(x, y) for x in (self.low, self.high) for y in (other.low, other.high)]
        return Interval(min(corners), max(corners))

    @property
    def sign(self) -> int:
        """The sign that every member has (0 counts as either); raises OutsideNumberSystem if there is none."""
        if self.low == self.high == 0:
            return 0
        if self.low >= 0:
            return 1
        if self.high <= 0:
            return -1
        raise OutsideNumberSystem("the sign inside |·| is not the same at every instance")


def _times(x: Fraction | float, y: Fraction | float) -> Fraction | float:
    return Fraction(0) if x == 0 or y == 0 else x * y


REALS = Interval(-inf, inf)
PROBABILITIES = Interval(Fraction(0), Fraction(1))


class Bounds(Numbers):
    """Interval arithmetic with exact ends."""

    name = "intervals"

    def scalar(self, value: Fraction) -> Interval:
        return Interval(value, value)

    def is_zero(self, x: Array) -> Array:
        return elementwise(lambda v: v.low == v.high == 0, x).astype(bool)

    def exp(self, x: Array) -> Array:
        return elementwise(lambda _: Interval(Fraction(0), inf), x)

    def sign(self, x: Array) -> Array:
        return elementwise(lambda v: Interval(Fraction(v.sign), Fraction(v.sign)), x)

    def _reciprocal(self, x: Array) -> Array:
        def flip(v: Interval) -> Interval:
            if v.low > 0 or v.high < 0:
                return Interval(Fraction(1) / v.high if v.high not in (inf, -inf) else Fraction(0), Fraction(1) / v.low)
            return Interval(Fraction(0), inf) if v.low >= 0 else REALS

        return elementwise(flip, x)

    def _log(self, x: Array) -> Array:
        return elementwise(lambda v: Interval(-inf, Fraction(0)) if v.high <= 1 else REALS, x)
