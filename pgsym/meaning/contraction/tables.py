"""Sums and products of factors, which are tables over named axes with their derivatives and undefined places."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import reduce
from math import prod
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from pgsym.meaning.contraction.factors import MOST_BYTES, Factor, check_memory, spread
from pgsym.meaning.numbers.base import Numbers, aligned

_extent_and_serial = attrgetter("extent", "serial")


class Tables:
    """Adds and multiplies factors in one number system."""

    def __init__(self, numbers: Numbers):
        self.numbers = numbers
        self._bytes = numbers.bytes

    def _constant(self, value: Fraction) -> Factor:
        return Factor({0: self.numbers.constant(value)})

    @staticmethod
    def _ascending(factors: Iterable[Factor]) -> tuple[Factor, ...]:
        """The smallest first."""
        return tuple(sorted(factors, key=_extent_and_serial))

    def _multiply_all(self, factors: Iterable[Factor]) -> Factor:
        """The product, the smallest factors first."""
        ordered = self._ascending(factors)
        return reduce(self._multiply_factors, ordered) if ordered else self._constant(Fraction(1))

    def _multiply_factors(self, x: Factor, y: Factor) -> Factor:
        return self._contract(x, y, None)

    def _contract(self, x: Factor, y: Factor, axis: str | None) -> Factor:
        """The product of two factors, summed over an axis if one is given."""
        every = x.axes + tuple([a for a in y.axes if a not in x.axes]) if x.axes != y.axes else x.axes
        self._check_fits(x, y)
        gone, kept = 0, every
        if axis is not None:
            gone = every.index(axis) + 1
            kept = every[: gone - 1] + every[gone:]
        jets = self.numbers.contract(x.jets, x.axes, y.jets, y.axes, every, gone)
        if not jets:  # both first order in one direction
            sizes = x.sizes | y.sizes
            jets = {0: self.numbers.zeros((max(x.points, y.points), *(sizes[a] for a in kept)))}
        poles = self._poles_of(x, y, every)
        if poles is not None and gone:
            poles = np.asarray(poles.any(axis=gone))
        if not x.outside and not y.outside:
            return Factor(jets, kept, poles)
        outside = {
            m | n: reason
            for one, other in ((x, y), (y, x))
            for m, reason in one.outside.items()
            for n in other.jets
            if not m & n
        }
        return Factor(jets, kept, poles, outside)

    def _total(self, x: Factor, axis: str) -> Factor:
        """The sum of a factor over one of its axes."""
        at = x.axes.index(axis) + 1
        poles = None if x.poles is None else np.asarray(x.poles.any(axis=at))
        jets = {mask: self.numbers.total(a, at) for mask, a in x.jets.items()}
        return Factor(jets, x.axes[: at - 1] + x.axes[at:], poles, x.outside)

    def _add_factors(self, x: Factor, y: Factor) -> Factor:
        if x.axes == y.axes:
            axes, first, second = x.axes, x.jets, y.jets
        else:
            axes = x.axes + tuple([a for a in y.axes if a not in x.axes])
            sizes = x.sizes | y.sizes
            self._check_fits(x, y)
            first = {mask: spread(aligned(a, x.axes, axes), axes, sizes) for mask, a in x.jets.items()}
            second = {mask: spread(aligned(a, y.axes, axes), axes, sizes) for mask, a in y.jets.items()}
        jets = dict(first)
        for mask, b in second.items():
            jets[mask] = self.numbers.add(jets[mask], b) if mask in jets else b
        return Factor(jets, axes, self._poles_of(x, y, axes), {**x.outside, **y.outside})

    def _poles_of(self, x: Factor, y: Factor, axes: tuple[str, ...]) -> NDArray[np.bool_] | None:
        """The poles of both, over all axes."""
        if x.poles is None and y.poles is None:
            return None
        sizes = x.sizes | y.sizes
        both = [spread(aligned(f.poles, f.axes, axes), axes, sizes) for f in (x, y) if f.poles is not None]
        return np.asarray(reduce(np.logical_or, both))

    def _check_fits(self, x: Factor, y: Factor) -> None:
        """Raise TooLarge unless a table over the axes of both fits."""
        of_one = max(x.points, y.points) * self._bytes
        if x.extent * y.extent * of_one > MOST_BYTES:
            sizes = x.sizes | y.sizes
            check_memory(prod(sizes.values()) * of_one, "a table over ", len(sizes), " variables")
