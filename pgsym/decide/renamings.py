"""Label functions and patterns of zeros, up to renaming the states, the actions and the outcomes.

These are the assignments that no renaming of a set G makes lexicographically smaller.  The smallest assignment of each
orbit is one of them for any G; if G is the whole group, there are no others.  Functions from states to states, several
functions, and functions together with patterns need no special treatment: G acts on all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise, permutations, product
from math import factorial, prod

import numpy as np
from numpy.typing import NDArray

from pgsym.terms.sorts import Sort

MOST_RENAMINGS, FEW_RENAMINGS = 720, 24
"""The most renamings that an assignment is compared with: of all sorts together, or else of one sort alone."""
MANY = 8
"""If a sort has more values than this, only neighbours are exchanged."""
MOST_COMPARED = 2**26
"""The most entries that are compared with renamed ones before the assignments count as too many."""
SLACK = 8
"""The beginnings of assignments that are kept, as a multiple of the assignments that are wanted."""

Assignments = NDArray[np.int16]
Counts = tuple[tuple[Sort, int], ...]


@dataclass(frozen=True)
class Unknown:
    """A table of discrete values: a label function, or a pattern of zeros (1 where a table is zero, 0 elsewhere).

    `sorts` are its axes, what a row depends on before the outcomes, and `shape` their sizes; a `row` of so many entries
    is not zero throughout (there is no such row where it is 0); an entry is one of `values`, states or actions where
    `result` says so.
    """

    sorts: tuple[Sort, ...]
    shape: tuple[int, ...]
    row: int = 0
    values: int = 2
    result: Sort | None = None

    @property
    def entries(self) -> int:
        """How many entries there are."""
        return prod(self.shape)

    @property
    def count(self) -> int:
        """How many tables there are."""
        if self.row:
            return int((2**self.row - 1) ** (self.entries // self.row))
        return int(self.values**self.entries)


@dataclass(frozen=True, eq=False)
class Renaming:
    """The action of a renaming on assignments: the new entry i is `values[i]` of the old entry `source[i]`."""

    source: NDArray[np.intp]
    values: Assignments

    def makes_smaller(self, assignments: Assignments) -> NDArray[np.bool_]:
        """The beginnings of assignments that it makes smaller, for any values of their other entries."""
        known = assignments.shape[1]
        beyond = self.source[:known] >= known
        first = int(beyond.argmax()) if beyond.any() else known
        if not first:
            return np.zeros(len(assignments), dtype=bool)
        renamed = self.values[np.arange(first), assignments[:, self.source[:first]]]
        change = renamed - assignments[:, :first]
        where = (change != 0).argmax(axis=1)
        return np.asarray(change[np.arange(len(change)), where] < 0)


@lru_cache(maxsize=2**10)
def up_to_renaming(unknowns: tuple[Unknown, ...], counts: Counts, most: int) -> tuple[Assignments, ...] | None:
    """The assignments that no renaming makes smaller, at least one of each orbit.

    None if there are more than `most`, or if counting them would take long.
    """
    renamings = [_renaming(unknowns, chosen) for chosen in _renamed(counts)]
    compared = 0
    found: Assignments = np.zeros((1, 0), dtype=np.int16)
    for unknown in unknowns:
        for entry in range(1, unknown.entries + 1):
            values = np.tile(np.arange(unknown.values, dtype=np.int16), len(found))
            found = np.column_stack([np.repeat(found, unknown.values, axis=0), values])
            if unknown.row and entry % unknown.row == 0:
                found = found[~(found[:, -unknown.row :] == 1).all(axis=1)]
            for renaming in renamings:
                compared += found.size
                if compared > MOST_COMPARED or len(found) > unknown.values * SLACK * most:
                    return None
                found = found[~renaming.makes_smaller(found)]
            if len(found) > SLACK * most:
                return None
    return tuple(found) if len(found) <= most else None


def _renamed(counts: Counts) -> Iterator[dict[Sort, tuple[int, ...]]]:
    """The renamings without the identity: all of them, or some of each sort if there are too many."""
    same = {sort: tuple(range(n)) for sort, n in counts}
    if prod(factorial(n) for _, n in counts) <= MOST_RENAMINGS:
        every = product(*(permutations(range(n)) for _, n in counts))
        yield from (dict(zip(same, chosen, strict=True)) for chosen in every if chosen != tuple(same.values()))
        return
    for sort, n in counts:
        of_one: Iterable[tuple[int, ...]] = permutations(range(n)) if factorial(n) <= FEW_RENAMINGS else _swaps(n)
        yield from ({**same, sort: chosen} for chosen in of_one if chosen != same[sort])


def _swaps(n: int) -> Iterator[tuple[int, ...]]:
    """The permutations that exchange two of n, or two neighbours where n is large."""
    for i, j in combinations(range(n), 2) if n <= MANY else pairwise(range(n)):
        yield (*range(i), j, *range(i + 1, j), i, *range(j + 1, n))


def _renaming(unknowns: tuple[Unknown, ...], names: Mapping[Sort, tuple[int, ...]]) -> Renaming:
    """The action of a renaming, which gives every value of a sort its new name."""
    sources, values, start = [], [], 0
    most = max((u.values for u in unknowns), default=1)
    for unknown in unknowns:
        places = np.arange(start, start + unknown.entries).reshape(unknown.shape)
        before = places[np.ix_(*(np.argsort(names[s]) for s in unknown.sorts))] if unknown.sorts else places
        sources.append(before.ravel())
        called = np.arange(most) if unknown.result is None else np.resize(names[unknown.result], most)
        values.append(np.tile(called, (unknown.entries, 1)))
        start += unknown.entries
    return Renaming(np.concatenate(sources), np.concatenate(values).astype(np.int16))


def sample(unknowns: tuple[Unknown, ...], how_many: int, seed: int) -> tuple[Assignments, ...]:
    """Different assignments drawn at random, the simplest first: tables of one kind together with those of another."""
    rng = np.random.default_rng([seed, *(u.entries for u in unknowns)])
    found = {(0,) * sum(u.entries for u in unknowns): None}
    for _ in range(2 * how_many):
        drawn = [x for u in unknowns for x in (_labels(u, rng) if u.result is not None else _zeros(u, rng))]
        found[tuple(drawn)] = None
        if len(found) == how_many:
            break
    return tuple(np.asarray(x, dtype=np.int16) for x in found)


def _labels(unknown: Unknown, rng: np.random.Generator) -> list[int]:
    """A label function: as many different labels as there can be, one everywhere, few, or any."""
    entries, values = unknown.entries, unknown.values
    match rng.integers(4):
        case 0:
            drawn = rng.permutation(np.resize(rng.permutation(values), entries))
        case 1:
            drawn = np.full(entries, rng.integers(values))
        case 2:
            drawn = rng.choice(rng.integers(values, size=2), size=entries)
        case _:
            drawn = rng.integers(values, size=entries)
    return [int(x) for x in drawn]


def _zeros(unknown: Unknown, rng: np.random.Generator) -> list[int]:
    """Where a table is zero: nowhere, once in every row, everywhere but once, or anywhere."""
    width = unknown.row or unknown.entries
    rows = unknown.entries // width
    one = rng.permuted(np.tile(np.arange(width) == 0, (rows, 1)), axis=1)
    match rng.integers(5):
        case 0:
            drawn = np.zeros_like(one)
        case 1:
            drawn = one
        case 2:
            drawn = ~one
        case _:
            drawn = rng.random((rows, width)) < rng.random()
    if unknown.row:
        drawn &= ~(drawn.all(axis=1, keepdims=True) & one)
    return [int(x) for x in drawn.ravel()]
