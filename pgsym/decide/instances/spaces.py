"""Spaces of instances: every row and entry has a small pool of values, and an instance is a row of digits.

Digit 0 is the simplest value of a pool, so an instance of many zeros is easy to read.  Thousands of instances are
screened at once, as the points of one evaluation modulo a prime, or in floats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgsym.decide.instances.candidates import WEIGHTS, Candidate, Ingredients, Kind, cost_of, rows_of
from pgsym.meaning.numbers.base import Array
from pgsym.terms.nodes import Symbol, Variable

Digits = NDArray[np.int64]
Pool = tuple[Any, ...]
FAR_ROUND = 6
"""The first round whose values include real numbers far from 0."""


@dataclass(frozen=True)
class Slot:
    """One row of a law, or one entry of another table or a real variable, with the values it may take."""

    kind: Kind
    what: Symbol | Variable
    place: int
    pool: Pool


@dataclass(frozen=True)
class Space:
    """The instances whose rows and entries come from the pools of its slots."""

    parts: Ingredients
    slots: tuple[Slot, ...]

    @property
    def pools(self) -> tuple[int, ...]:
        """How many values each slot may take."""
        return tuple(len(s.pool) for s in self.slots)

    @property
    def count(self) -> int:
        """How many instances there are."""
        return prod(self.pools)

    @cached_property
    def _costs(self) -> list[NDArray[np.int64]]:
        return [np.array([cost_of(s.kind, v) for v in s.pool], dtype=np.int64).reshape(-1, 2) for s in self.slots]

    def costs(self, digits: Digits) -> NDArray[np.int64]:
        """How hard each instance is to read, the more important number first: shape (instances, 2)."""
        out = np.zeros((len(digits), 2), dtype=np.int64)
        for i, cost in enumerate(self._costs):
            out += cost[digits[:, i]]
        return out

    def simplest_first(self, digits: Digits) -> Digits:
        """The instances without repetition, the simplest to read first."""
        digits = np.unique(digits, axis=0)
        costs = self.costs(digits)
        return digits[np.lexsort((costs[:, 1], costs[:, 0]))]

    def every(self, start: int = 0, stop: int | None = None) -> Digits:
        """All instances, or a stretch of them, in counting order."""
        if not self.slots:
            return np.zeros((1, 0), dtype=np.int64)
        numbers = np.arange(start, self.count if stop is None else min(stop, self.count))
        return np.stack(np.unravel_index(numbers, self.pools), axis=1).astype(np.int64)

    def departures(self, most: int) -> Digits:
        """The simplest instance, those that differ from it in one slot, then in two, up to about `most`."""
        base = np.zeros(len(self.slots), dtype=np.int64)
        single = [(i, v) for i, n in enumerate(self.pools) for v in range(1, n)]
        changes: list[tuple[tuple[int, int], ...]] = [(), *((x,) for x in single[:most])]
        changes += [(x, y) for x, y in combinations(single, 2) if x[0] != y[0]][: max(0, most - len(single))]
        out = np.tile(base, (len(changes), 1))
        for row, change in enumerate(changes):
            for i, v in change:
                out[row, i] = v
        return out

    def uniform(self, how_many: int, rng: np.random.Generator) -> Digits:
        """Instances whose tables have all rows (or entries) alike, drawn at random."""
        out = np.zeros((how_many, len(self.slots)), dtype=np.int64)
        for what in dict.fromkeys(s.what for s in self.slots):
            mine = [i for i, s in enumerate(self.slots) if s.what == what]
            out[:, mine] = rng.integers(min(self.pools[i] for i in mine), size=(how_many, 1))
        return out

    def random(self, how_many: int, rng: np.random.Generator) -> Digits:
        """Random instances that favour the simple values; half of them differ from the simplest in a few slots only."""
        drawn = rng.integers(self.pools, size=(2, how_many, len(self.slots))).min(axis=0)
        few = rng.random((how_many, len(self.slots))) < 0.35
        few[::2] = True
        return np.where(few, drawn, 0)

    def structured(self, most: int, rng: np.random.Generator) -> Digits:
        """Instances that are simple in their structure, the simplest to read first."""
        return self.simplest_first(np.concatenate([self.departures(most // 2), self.uniform(most // 2, rng)]))

    def candidate(self, digits: NDArray[np.int64]) -> Candidate:
        """One instance, as tables."""
        tables: dict[Symbol, Array] = {}
        constants: dict[str, Fraction] = {}
        for symbol, shape in self.parts.shapes.items():
            dtype: Any = np.int64 if symbol in self.parts.labels else object
            tables[symbol] = np.empty((prod(shape[: symbol.outcomes]), prod(shape[symbol.outcomes :])), dtype=dtype)
        for slot, digit in zip(self.slots, digits, strict=True):
            value = slot.pool[int(digit)]
            if isinstance(slot.what, Variable):
                constants[slot.what.name] = value
            else:
                tables[slot.what][:, slot.place] = value
        shaped = {s: t.reshape(self.parts.shapes[s]) for s, t in tables.items()}
        return Candidate(shaped, self.parts.moved, frozenset(self.parts.logits), constants)


def space(parts: Ingredients, pool_of: Callable[[Kind, Symbol | Variable, int], Sequence[Any]]) -> Space:
    """The space whose pools a function gives, for a kind, a symbol or variable, and the number of the row or entry."""
    slots = []
    for kind, tables in (
        *((Kind.LAW, parts.laws), (Kind.REAL, parts.reals)),
        *((Kind.LOGIT, parts.logits), (Kind.LABEL, parts.labels)),
    ):
        for symbol, shape in tables.items():
            for place in range(prod(shape[symbol.outcomes :])):
                slots.append(Slot(kind, symbol, place, tuple(pool_of(kind, symbol, place))))
    for name in parts.constants:
        variable = Variable(name)
        slots.append(Slot(Kind.CONSTANT, variable, 0, tuple(pool_of(Kind.CONSTANT, variable, 0))))
    return Space(parts, tuple(slots))


def at_round(parts: Ingredients, round_: int, used: frozenset[Symbol | Variable] | None = None) -> Space:
    """The space of a round; later rounds allow larger denominators and numbers.

    What is not `used` keeps its simplest value.
    """

    def pool_of(kind: Kind, what: Symbol | Variable, _: int) -> Sequence[Any]:
        values = _simple(parts, kind, what, round_)
        return values if used is None or what in used else values[:1]

    return space(parts, pool_of)


def _simple(parts: Ingredients, kind: Kind, what: Symbol | Variable, round_: int) -> list[Any]:
    """The values of one round, the simplest first."""
    if kind in (Kind.REAL, Kind.CONSTANT) and round_ >= FAR_ROUND:
        return parts.reals_of(what, None)
    if isinstance(what, Variable):
        return parts.reals_of(what, round_ + 3)
    match kind:
        case Kind.LAW:
            outcomes = prod(parts.shapes[what][: what.outcomes])
            return list(rows_of(outcomes, round_, what in parts.positive))
        case Kind.LABEL:
            return list(range(parts.size.sorts[what.result]))
        case Kind.LOGIT:
            return list(WEIGHTS[: round_ + 1])
    return parts.reals_of(what, round_ + 2)


def around(parts: Ingredients, candidate: Candidate, round_: int) -> Space:
    """The space around a candidate: digit 0 is its own value, and other digits are simpler values."""

    def pool_of(kind: Kind, what: Symbol | Variable, place: int) -> Sequence[Any]:
        own = candidate.constants[what.name] if isinstance(what, Variable) else _own(candidate, kind, what, place)
        far = kind in (Kind.REAL, Kind.CONSTANT) and own in parts.far
        return [own, *(v for v in _simple(parts, kind, what, FAR_ROUND if far else round_) if v != own)]

    return space(parts, pool_of)


def _own(candidate: Candidate, kind: Kind, symbol: Symbol, place: int) -> Any:
    table = candidate.tables[symbol]
    row = table.reshape(prod(table.shape[: symbol.outcomes]), -1)[:, place]
    return tuple(row) if kind is Kind.LAW else int(row[0]) if kind is Kind.LABEL else row[0]


def stretches(digits: Digits, first: int) -> Iterator[Digits]:
    """The instances in their order, in ever longer stretches."""
    start = 0
    while start < len(digits):
        yield digits[start : start + first]
        start, first = start + first, 4 * first
