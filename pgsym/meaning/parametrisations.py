"""Parametrisations: how a table depends on θ, with its coordinates and its first and second derivatives.

All tables here have an axis of instances in front.  A law π of an exponential family has the derivatives
∂_i π = π d_i, where the deviation d_i = x_i − E_π x_i is the feature x_i minus its mean in the row, and
∂_i ∂_j π = π (d_i d_j − E_π[d_i d_j]).  A softmax with one logit for each entry is the family whose features are the
indicators of the entries.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any, TypeAlias

import numpy as np

from pgsym.errors import InstanceError
from pgsym.meaning.numbers.base import Array, Numbers
from pgsym.meaning.validation import Table, entries_of, numbers_of
from pgsym.terms.nodes import Symbol

Place = tuple[int, ...]
Weight: TypeAlias = "Fraction | int | float | str"


@dataclass(frozen=True, eq=False)
class Parametrisation(ABC):
    """How the table of a symbol, of some shape, depends on the coordinates of its own parameter."""

    symbol: Symbol
    shape: tuple[int, ...]

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The names of the coordinates, counted from 1."""

    @property
    @abstractmethod
    def words(self) -> str:
        """The coordinates, in words."""

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


class FreeEntries(Parametrisation):
    """The entries are the coordinates; of a law all but the last of each row, which is one minus the others."""

    @property
    def names(self) -> tuple[str, ...]:
        return self._numbered(self.symbol.name, self._places())

    @property
    def words(self) -> str:
        if self.symbol.outcomes:
            return f"the entries of {self.symbol.name} themselves, the last of each row being one minus the others"
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


class ExponentialFamily(Parametrisation):
    """A law of an exponential family."""

    @abstractmethod
    def deviations(self, numbers: Numbers, table: Array) -> Array:
        """Every feature minus its mean in the row: shape (instances, coordinates, *shape)."""

    def tangents(self, numbers: Numbers, table: Array) -> Array:
        return numbers.multiply(table[:, np.newaxis], self.deviations(numbers, table))

    def curvatures(self, numbers: Numbers, table: Array) -> Array | None:
        d = self.deviations(numbers, table)
        squares = numbers.multiply(d[:, :, np.newaxis], d[:, np.newaxis])
        masses = table[:, np.newaxis, np.newaxis]
        mean = _summed(numbers, numbers.multiply(masses, squares), 3, self.symbol.outcomes)
        centred = numbers.add(squares, numbers.multiply(_minus_one(numbers, squares.ndim), mean))
        return numbers.multiply(masses, centred)


class FreeLogits(ExponentialFamily):
    """A softmax with one logit for each entry."""

    @property
    def names(self) -> tuple[str, ...]:
        return self._numbered("θ", self._places())

    @property
    def words(self) -> str:
        return f"{self.symbol.name} is a softmax with one logit for each entry"

    def _places(self) -> list[Place]:
        return [(*o, *row) for row in self._rows() for o in self._outcomes()]

    def deviations(self, numbers: Numbers, table: Array) -> Array:
        """1 − π for the entry itself, as the sum of the others (floats would cancel), and −π for the others."""
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


@dataclass(frozen=True, eq=False)
class TiedLogits(ExponentialFamily):
    """A law whose logits are linear in a parameter that all rows share."""

    features: Array

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"θ{j + 1}" for j in range(len(self.features)))

    @property
    def words(self) -> str:
        return f"the logits of {self.symbol.name} are linear in {', '.join(self.names)}"

    def deviations(self, numbers: Numbers, table: Array) -> Array:
        features = numbers.integers(self.features[np.newaxis])
        mean = numbers.total(numbers.multiply(table[:, np.newaxis], features), 2)[:, :, np.newaxis]
        minus = numbers.constant(Fraction(-1)).reshape(-1, *[1] * (mean.ndim - 1))
        return numbers.add(features, numbers.multiply(minus, mean))


@dataclass(frozen=True, eq=False)
class LogLinear:
    """A policy whose logits are Σ_j θ_j x_j(s, a); `features` has the shape (parameters, *table), conditions first."""

    features: Array
    weights: Array

    @property
    def table(self) -> list[object]:
        """The probabilities as nested lists, conditions before outcomes: π[s][a]."""
        masses = np.empty(self.features.shape[1:], dtype=object)
        for place in np.ndindex(masses.shape):
            factors = zip(self.weights, self.features[(slice(None), *place)], strict=True)
            masses[place] = prod((u ** int(x) for u, x in factors), start=Fraction(1))
        listed: list[object] = (masses / masses.sum(axis=-1, keepdims=True)).tolist()
        return listed

    def __str__(self) -> str:
        weights = ", ".join(map(str, self.weights))
        return f"log_linear({self.features.tolist()}, [{weights}])"

    def parametrisation(self, symbol: Symbol) -> ExponentialFamily:
        """The parametrisation of a symbol's table by θ; raises InstanceError unless it is a law of one outcome."""
        if symbol.outcomes != 1:
            raise InstanceError(f"{symbol.name} is not a policy: give it a table, not features")
        moved = np.moveaxis(self.features, -1, 1)
        return TiedLogits(symbol, moved.shape[1:], moved)


def log_linear(features: Table, u: Weight | Sequence[Weight]) -> LogLinear:
    """The policy π_θ(a | s) ∝ Π_j u_j^{x_j(s, a)} with u_j = exp θ_j, for `problem(...)` in place of the table of π.

    The features x[j][s][a] are integers and the weights u_j positive numbers, so π is rational if the weights are.
    One number u instead of a list means one parameter, with features x[s][a].  Gradients are by θ1, θ2, …, which all
    rows share.  Raises InstanceError for other features or weights.

    >>> from pgsym.meaning.tables import problem, value
    >>> from pgsym.problems import one_step
    >>> from pgsym.terms import grad
    >>> m = one_step()
    >>> tied = log_linear([[0, 1], [0, -1]], 3)
    >>> tied.table
    [[Fraction(1, 4), Fraction(3, 4)], [Fraction(3, 4), Fraction(1, 4)]]
    >>> instance = problem({"D": ["1/2", "1/2"], "π": tied, "r": [[0, 1], [0, 0]]}, [m.objective], m.hypotheses)
    >>> instance.coordinates, value(grad(m.objective), instance)
    (('θ1',), (Fraction(3, 32),))
    """
    given = entries_of("u", u)
    weights = np.atleast_1d(numbers_of("u", given, exact=not any(isinstance(w, float) for w in given.flat)))
    if weights.ndim != 1 or any(w <= 0 for w in weights):
        raise InstanceError(f"the weights u = {u!r} must be positive numbers, one for each parameter")
    x = entries_of("x", features)
    x = x if given.ndim else x[np.newaxis]
    for place in np.ndindex(x.shape):
        if not isinstance(x[place], int) or isinstance(x[place], bool):
            raise InstanceError(f"the feature {x[place]!r} is not an integer, so π would not be rational")
    if x.ndim < 2 or len(x) != len(weights):
        raise InstanceError(
            f"features of shape {x.shape} for {len(weights)} weights: give x[j][s][a], one x_j for each weight"
        )
    return LogLinear(x.astype(np.int64), weights)


def _summed(numbers: Numbers, x: Array, start: int, axes: int) -> Array:
    """The sum over some axes from `start` on; they stay, with length 1."""
    out = x
    for _ in range(axes):
        out = numbers.total(out, start)
    return out.reshape(*x.shape[:start], *[1] * axes, *x.shape[start + axes :])


def _minus_one(numbers: Numbers, rank: int) -> Array:
    return numbers.constant(Fraction(-1)).reshape(-1, *[1] * (rank - 1))
