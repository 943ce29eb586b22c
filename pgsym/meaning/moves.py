"""How a table moves with the parameter: its coordinates, its first derivatives and its second ones.

All tables here have an axis of instances in front.  A law π of an exponential family moves along a coordinate i as
∂_i π = π d_i, where the deviation d_i = x_i − E_π x_i is what is left of a feature x_i without its mean in the row, and
∂_i ∂_j π = π (d_i d_j − E_π[d_i d_j]).  A softmax with one logit an entry is the family whose features are the entries.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from pgsym.meaning.numbers.base import Array, Numbers
from pgsym.terms.nodes import Symbol

Place = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Move(ABC):
    """How the table of a symbol, of some shape, moves with the coordinates it has for itself."""

    symbol: Symbol
    shape: tuple[int, ...]

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The names of the coordinates, counted from 1."""

    @property
    @abstractmethod
    def words(self) -> str:
        """What the coordinates are, in words."""

    @abstractmethod
    def tangents(self, numbers: Numbers, table: Array) -> Array:
        """The derivative of the table along every coordinate: shape (instances, coordinates, *shape)."""

    @abstractmethod
    def curvatures(self, numbers: Numbers, table: Array) -> Array | None:
        """The second derivatives: shape (instances, coordinates, coordinates, *shape); None if all are zero."""

    def _rows(self) -> list[Place]:
        """The conditions, in their order."""
        return list(product(*map(range, self.shape[self.symbol.outcomes :])))

    def _outcomes(self) -> list[Place]:
        """The outcomes of a law; one empty place of another table."""
        return list(product(*map(range, self.shape[: self.symbol.outcomes])))

    def _numbered(self, letter: str, places: list[Place]) -> tuple[str, ...]:
        """Names such as θ(s, a), conditions before outcomes."""
        k = self.symbol.outcomes
        numbers = [",".join(str(i + 1) for i in (*p[k:], *p[:k])) for p in places]
        return tuple(f"{letter}({n})" if n else letter for n in numbers)


class Entries(Move):
    """The entries themselves are the coordinates; of a law, all but the last of a row, which makes up the sum."""

    @property
    def names(self) -> tuple[str, ...]:
        return self._numbered(self.symbol.name, self._places())

    @property
    def words(self) -> str:
        if self.symbol.outcomes:
            return f"the entries of {self.symbol.name} themselves, the last of each row making up the sum"
        return f"the entries of {self.symbol.name}"

    def _places(self) -> list[Place]:
        outcomes = self._outcomes()[:-1] if self.symbol.outcomes else [()]
        return [(*o, *row) for row in self._rows() for o in outcomes]

    def tangents(self, numbers: Numbers, table: Array) -> Array:
        places = self._places()
        slopes = np.zeros((1, len(places), *self.shape), dtype=np.int64)
        for j, place in enumerate(places):
            slopes[(0, j, *place)] = 1
            if self.symbol.outcomes:
                slopes[(0, j, *self._outcomes()[-1], *place[self.symbol.outcomes :])] = -1
        ones = np.broadcast_to(numbers.constant(Fraction(1)), (len(table),))
        return numbers.multiply(numbers.integers(slopes), ones.reshape(-1, *[1] * (slopes.ndim - 1)))

    def curvatures(self, numbers: Numbers, table: Array) -> Array | None:
        return None


class Family(Move):
    """A law that moves as an exponential family."""

    @abstractmethod
    def deviations(self, numbers: Numbers, table: Array) -> Array:
        """Every feature without its mean in the row: shape (instances, coordinates, *shape)."""

    def tangents(self, numbers: Numbers, table: Array) -> Array:
        return numbers.multiply(table[:, np.newaxis], self.deviations(numbers, table))

    def curvatures(self, numbers: Numbers, table: Array) -> Array | None:
        d = self.deviations(numbers, table)
        squares = numbers.multiply(d[:, :, np.newaxis], d[:, np.newaxis])
        masses = table[:, np.newaxis, np.newaxis]
        mean = _summed(numbers, numbers.multiply(masses, squares), 3, self.symbol.outcomes)
        centred = numbers.add(squares, numbers.multiply(_minus_one(numbers, squares.ndim), mean))
        return numbers.multiply(masses, centred)


class Softmax(Family):
    """One logit an entry."""

    @property
    def names(self) -> tuple[str, ...]:
        return self._numbered("θ", self._places())

    @property
    def words(self) -> str:
        return f"{self.symbol.name} is a softmax with one logit an entry"

    def _places(self) -> list[Place]:
        return [(*o, *row) for row in self._rows() for o in self._outcomes()]

    def deviations(self, numbers: Numbers, table: Array) -> Array:
        """1 − π of an entry itself, as the others' sum (floats would cancel), and −π of the others in its row."""
        k = self.symbol.outcomes
        minus = numbers.constant(Fraction(-1)).reshape(-1, *[1] * k)
        places = self._places()
        out = numbers.zeros((len(table), len(places), *self.shape))
        for j, place in enumerate(places):
            every: list[Any] = [slice(None)] * (k + 1)
            row: tuple[Any, ...] = (*every, *place[k:])
            masses = table[row]
            own: tuple[Any, ...] = (slice(None), *place[:k])
            others = masses.copy()
            others[own] = numbers.scalar(Fraction(0))
            deviation = numbers.multiply(minus, np.broadcast_to(masses[own].reshape(-1, *[1] * k), masses.shape))
            deviation[own] = _summed(numbers, others, 1, k).reshape(-1)
            out[:, j][row] = deviation
        return out


def _summed(numbers: Numbers, x: Array, start: int, axes: int) -> Array:
    """The sum over some axes from `start` on, which stay with length 1."""
    out = x
    for _ in range(axes):
        out = numbers.total(out, start)
    return out.reshape(*x.shape[:start], *[1] * axes, *x.shape[start + axes :])


def _minus_one(numbers: Numbers, rank: int) -> Array:
    return numbers.constant(Fraction(-1)).reshape(-1, *[1] * (rank - 1))
