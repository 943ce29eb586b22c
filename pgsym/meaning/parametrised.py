"""Policies with tied parameters, in place of a table: π_θ(a | s) ∝ Π_j u_j^{x_j(s, a)} at θ_j = log u_j."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import TypeAlias

import numpy as np

from pgsym.errors import InstanceError
from pgsym.meaning.moves import Family
from pgsym.meaning.numbers.base import Array, Numbers
from pgsym.meaning.validation import Table, entries_of, numbers_of
from pgsym.terms.nodes import Symbol

Weight: TypeAlias = "Fraction | int | float | str"


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

    def move(self, symbol: Symbol) -> Family:
        """How the table of a symbol moves with θ; raises InstanceError for a symbol that is no law of one outcome."""
        if symbol.outcomes != 1:
            raise InstanceError(f"{symbol.name} is no policy, so it takes a table and no features")
        moved = np.moveaxis(self.features, -1, 1)
        return Tied(symbol, moved.shape[1:], moved)


@dataclass(frozen=True, eq=False)
class Tied(Family):
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


def log_linear(features: Table, u: Weight | Sequence[Weight]) -> LogLinear:
    """The policy π_θ(a | s) ∝ Π_j u_j^{x_j(s, a)} with u_j = exp θ_j, for `problem(...)` in place of the table of π.

    The features x[j][s][a] are integers, the weights u_j positive numbers, so that π is rational where they are.  With
    one number u instead of a list there is one parameter, and features x[s][a].  Gradients are by θ1, θ2, …, whatever
    rows the parameters are shared by.  Raises InstanceError for other features or weights.

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
        raise InstanceError(f"the weights u = {u!r} are positive numbers, one for each parameter")
    x = entries_of("x", features)
    x = x if given.ndim else x[np.newaxis]
    for place in np.ndindex(x.shape):
        if not isinstance(x[place], int) or isinstance(x[place], bool):
            raise InstanceError(f"the feature {x[place]!r} is no integer, and π would not be rational")
    if x.ndim < 2 or len(x) != len(weights):
        raise InstanceError(
            f"features of shape {x.shape} for {len(weights)} weights: give x[j][s][a], one x_j a weight"
        )
    return LogLinear(x.astype(np.int64), weights)


__all__ = ["LogLinear", "log_linear"]
