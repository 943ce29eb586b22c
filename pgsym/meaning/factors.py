"""The values of terms: sums and products of small named-axis factors, never multiplied out.

Derivatives are jets: a factor holds an array for each set of directions it is differentiated along.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, reduce
from itertools import count
from operator import or_
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pgsym.errors import OutsideNumberSystem, TooLarge
from pgsym.meaning.numbers import Array

MOST_BYTES = 2**30
"""The most memory that one factor may take; a sum that needs a larger one is refused before it starts."""

_serial = count()
_free_bit = count()
_bits: dict[str, int] = {}


def bit_of(axis: str) -> int:
    """The bit that stands for an axis in sets of axes."""
    return 1 << _bits.setdefault(axis, next(_free_bit)) if axis not in _bits else 1 << _bits[axis]


@dataclass(frozen=True, eq=False)
class Factor:
    """Arrays of shape (points, *sizes of axes), one for each set of directions (a bit mask; 0 is the value itself).

    What is missing is zero.  `poles` marks entries that do not exist, such as 1/0, `outside` says which arrays the
    number system cannot hold.
    """

    jets: Mapping[int, Array]
    axes: tuple[str, ...] = ()
    poles: NDArray[np.bool_] | None = None
    outside: Mapping[int, OutsideNumberSystem] = field(default_factory=dict)
    serial: int = field(default_factory=lambda: next(_serial))

    @property
    def array(self) -> Array:
        """The value, without derivatives."""
        return self.jets[0]

    @cached_property
    def bits(self) -> int:
        """The axes as a set of bits."""
        return reduce(or_, map(bit_of, self.axes), 0)

    @property
    def is_poled(self) -> bool:
        """Whether some entry does not exist."""
        return self.poles is not None

    @cached_property
    def sizes(self) -> dict[str, int]:
        """The length of every axis."""
        return dict(zip(self.axes, next(iter(self.jets.values())).shape[1:], strict=True))


@dataclass(frozen=True, eq=False)
class _Node:
    parts: tuple[Value, ...] = ()
    serial: int = field(default_factory=lambda: next(_serial))

    @cached_property
    def bits(self) -> int:
        """The axes that some part mentions, as a set of bits."""
        return reduce(or_, (p.bits for p in self.parts), 0)

    @cached_property
    def is_poled(self) -> bool:
        """Whether some entry does not exist."""
        return any(p.is_poled for p in self.parts)


class Plus(_Node):
    """A sum of values."""


class Times(_Node):
    """A product of values, none of them a product."""


Value = Factor | Plus | Times
ZERO = Plus()
V = TypeVar("V", bound=Value)
N = TypeVar("N", bound=np.generic)


def is_zero(value: Value) -> bool:
    """Whether a value is zero by construction."""
    return isinstance(value, Plus) and not value.parts


def factors_of(value: Value) -> tuple[Value, ...]:
    """The factors of a product; another value is its only one."""
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


def check_memory(needed: int, what: str) -> None:
    """Raise TooLarge if something would take more bytes than one factor may."""
    if needed > MOST_BYTES:
        raise TooLarge(
            f"{what} would take {needed / 2**30:.3g} GiB, more than {MOST_BYTES / 2**30:.3g}: take smaller sizes"
        )


def spread(array: NDArray[N], axes: tuple[str, ...], sizes: Mapping[str, int]) -> NDArray[N]:
    """The array repeated along the axes it had not."""
    shape = (array.shape[0], *(sizes[a] for a in axes))
    return array if array.shape == shape else np.broadcast_to(array, shape)
