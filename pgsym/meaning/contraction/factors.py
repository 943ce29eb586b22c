"""The values of terms: sums and products of small named-axis factors, never multiplied out.

Derivatives are jets: a factor holds an array for each set of directions it is differentiated along.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from math import prod
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pgsym.errors import OutsideNumberSystem, TooLarge
from pgsym.meaning.numbers.base import Array

MOST_BYTES = 2**30
"""How many bytes one factor may take; a sum that needs a larger factor is refused before it starts."""

_serial = count()
_free_bit = count()
_bits: dict[str, int] = {}
NOTHING: Mapping[int, OutsideNumberSystem] = {}


def bit_of(axis: str) -> int:
    """The bit that stands for an axis in sets of axes."""
    bit = _bits.get(axis)
    if bit is None:
        bit = _bits[axis] = 1 << next(_free_bit)
    return bit


class Factor:
    """Arrays of shape (points, *sizes of axes), one for each set of directions (a bit mask; 0 is the value itself).

    A missing array is zero.  `poles` marks undefined entries, such as 1/0.  `outside` gives the reasons why the number
    system cannot represent some arrays.  `bits` is the set of axes as bits, `extent` the number of entries that they
    span, and `points` the largest number of points of an array.  A factor is immutable.
    """

    __slots__ = ("__weakref__", "_sizes", "axes", "bits", "extent", "jets", "outside", "points", "poles", "serial")

    def __init__(
        self,
        jets: Mapping[int, Array],
        axes: tuple[str, ...] = (),
        poles: NDArray[np.bool_] | None = None,
        outside: Mapping[int, OutsideNumberSystem] = NOTHING,
    ):
        self.jets, self.axes, self.poles, self.outside = jets, axes, poles, outside
        self.serial = next(_serial)
        self.bits = 0
        for axis in axes:
            self.bits |= bit_of(axis)
        self._sizes: dict[str, int] | None = None
        self.points, self.extent = 0, 1
        for array in jets.values():
            points, *sizes = array.shape
            self.points, self.extent = max(self.points, points), prod(sizes)

    @property
    def array(self) -> Array:
        """The value, without derivatives."""
        return self.jets[0]

    @property
    def is_poled(self) -> bool:
        """Whether some entry is undefined."""
        return self.poles is not None

    @property
    def sizes(self) -> dict[str, int]:
        """The length of every axis."""
        if self._sizes is None:
            self._sizes = dict(zip(self.axes, next(iter(self.jets.values())).shape[1:], strict=True))
        return self._sizes


class _Node:
    """A sum or a product of values; `bits` is the set of axes of all parts, as bits."""

    __slots__ = ("__weakref__", "bits", "is_poled", "parts", "serial")

    def __init__(self, parts: tuple[Value, ...] = ()):
        self.parts = parts
        self.serial = next(_serial)
        self.bits = 0
        self.is_poled = False
        for part in parts:
            self.bits |= part.bits
            self.is_poled = self.is_poled or part.is_poled


class Plus(_Node):
    """A sum of values."""

    __slots__ = ()


class Times(_Node):
    """A product of values, none of which is a product."""

    __slots__ = ()


Value = Factor | Plus | Times
VALUES = (Factor, Plus, Times)
ZERO = Plus()
V = TypeVar("V", bound=Value)
N = TypeVar("N", bound=np.generic)


def is_zero(value: Value) -> bool:
    """Whether a value is zero by construction."""
    return isinstance(value, Plus) and not value.parts


def factors_of(value: Value) -> tuple[Value, ...]:
    """The factors of a product, or the value itself if it is not a product."""
    return value.parts if isinstance(value, Times) else (value,)


def leaves(value: Value) -> Iterator[Factor]:
    """The distinct factors of a value, in their order."""
    seen, waiting = set(), [value]
    while waiting:
        x = waiting.pop()
        if x.serial not in seen:
            seen.add(x.serial)
            if isinstance(x, Factor):
                yield x
            else:
                waiting.extend(reversed(x.parts))


def check_memory(needed: int, *what: object) -> None:
    """Raise TooLarge if `needed` bytes are more than one factor may take; `what` is its description, in pieces."""
    if needed > MOST_BYTES:
        said = "".join(map(str, what))
        raise TooLarge(
            f"{said} would take {needed / 2**30:.3g} GiB, more than {MOST_BYTES / 2**30:.3g}: take smaller sizes"
        )


def spread(array: NDArray[N], axes: tuple[str, ...], sizes: Mapping[str, int]) -> NDArray[N]:
    """The array, repeated along the axes that it lacks."""
    shape = (array.shape[0], *(sizes[a] for a in axes))
    return array if array.shape == shape else np.broadcast_to(array, shape)
