"""Screening: one evaluation of thousands of instances shows which of them seem to be counterexamples."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgsym.decide.instances.candidates import Kind
from pgsym.decide.instances.spaces import Digits, Space
from pgsym.decide.propositions import Comparison, Relation
from pgsym.errors import OutsideNumberSystem
from pgsym.meaning.concrete import curvatures_of, tangents_of
from pgsym.meaning.instances import TableInstance
from pgsym.meaning.numbers.base import Array, Float64, Numbers
from pgsym.meaning.numbers.prime_field import OnePrime, residue
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Symbol, Variable

POINTS = 2**14
"""How many points (one per instance and coordinate of θ) are evaluated at once."""


class SpaceInstance(TableInstance):
    """Instances of a space as the points of one evaluation, each once for every coordinate of the parameter.

    All have the same kind of parameter: softmax or not, for each symbol that moves.  Their values are residues modulo
    `prime`, or floats.  `read` are the symbols and variables that were asked for.
    """

    is_checked_again = True

    def __init__(self, space: Space, digits: Digits, given: Iterable[Hypothesis], prime: int | None):
        parts = space.parts
        tables = {s: _stacked(space, s, digits, prime) for s in parts.shapes}
        first = space.candidate(digits[0])
        ways = first.parametrisations
        self.coordinates = max(1, len(first.coordinates))
        each: Numbers = OnePrime(len(digits), prime) if prime else Float64()
        numbers = each.repeated(self.coordinates)
        constants = {
            s.what.name: np.repeat(_values(s.pool, prime)[digits[:, i]], self.coordinates)
            for i, s in enumerate(space.slots)
            if isinstance(s.what, Variable)
        }
        repeated = {s: np.repeat(t, self.coordinates, axis=0) for s, t in tables.items()}
        for symbol in parts.logits:
            repeated[symbol] = numbers.log(repeated[symbol])[0]
        tangents = {s: t.reshape(-1, *t.shape[2:]) for s, t in tangents_of(ways, each, tables).items()}

        def curvatures() -> dict[Symbol, Array]:
            return {s: t.reshape(-1, *t.shape[3:]) for s, t in curvatures_of(ways, each, tables).items()}

        sizes, lengths = parts.size.sorts, parts.size.lengths
        super().__init__(numbers, sizes, repeated, tangents, lengths, given, constants, curvatures)
        self.read: set[Symbol | Variable] = set()

    @property
    def dimensions(self) -> int:
        return self.coordinates

    def table(self, symbol: Symbol, parameter: str | None, directions: tuple[int, ...]) -> Array | None:
        self.read.add(symbol)
        return super().table(symbol, parameter, directions) if directions else np.asarray(self.tables[symbol])

    def choices(self, symbol: Symbol) -> Array:
        self.read.add(symbol)
        return np.asarray(self.tables[symbol], dtype=np.int64)

    def constant(self, variable: Variable) -> Array:
        self.read.add(variable)
        return np.asarray(self.constants[variable.name])


class AlongTwo(TableInstance):
    """Instances of a space, once each, along two random directions v and w of the parameter.

    A matrix M is read as the number vᵀ M w, which is zero for a matrix other than zero with a chance of 2/p only.
    """

    def __init__(self, space: Space, digits: Digits, given: Iterable[Hypothesis], prime: int | None):
        parts, first = space.parts, space.candidate(digits[0])
        tables = {s: _stacked(space, s, digits, prime) for s in parts.shapes}
        numbers: Numbers = OnePrime(len(digits), prime) if prime else Float64()
        constants = {
            s.what.name: _values(s.pool, prime)[digits[:, i]]
            for i, s in enumerate(space.slots)
            if isinstance(s.what, Variable)
        }
        shown = {s: numbers.log(t)[0] if s in parts.logits else t for s, t in tables.items()}
        super().__init__(numbers, parts.size.sorts, shown, None, parts.size.lengths, given, constants)
        rng, count = np.random.default_rng([prime or 1, len(digits)]), max(1, len(first.coordinates))
        ways = rng.integers(1, prime, (2, count)) if prime else rng.uniform(0.5, 1.5, (2, count))

        def along(way: Array, derivative: Array) -> Array:
            weights = way.reshape(1, -1, *[1] * (derivative.ndim - 2))
            return numbers.total(numbers.multiply(weights, derivative), 1)

        slopes = tangents_of(first.parametrisations, numbers, tables)
        self.along = [{s: along(way, slope) for s, slope in slopes.items()} for way in ways]
        bends = curvatures_of(first.parametrisations, numbers, tables)
        self.bent = {s: along(ways[1], along(ways[0], bend)) for s, bend in bends.items()}

    @property
    def in_pairs(self) -> TableInstance:
        return self

    def table(self, symbol: Symbol, parameter: str | None, directions: tuple[int, ...]) -> Array | None:
        if not directions:
            return np.asarray(self.tables[symbol])
        return self.bent.get(symbol) if len(directions) > 1 else self.along[directions[0]].get(symbol)

    def choices(self, symbol: Symbol) -> Array:
        return np.asarray(self.tables[symbol], dtype=np.int64)

    def constant(self, variable: Variable) -> Array:
        return np.asarray(self.constants[variable.name])


def _values(pool: Iterable[Any], prime: int | None) -> Array:
    """Fractions as residues modulo a prime, or as floats."""
    if prime:
        return np.array([residue(v, prime) for v in pool], dtype=np.int64)
    return np.array([float(v) for v in pool])


def _stacked(space: Space, symbol: Symbol, digits: Digits, prime: int | None) -> Array:
    """A symbol's table at every instance: shape (instances, *shape)."""
    shape = space.parts.shapes[symbol]
    rows = []
    for i, slot in enumerate(space.slots):
        if slot.what != symbol:
            continue
        if slot.kind is Kind.LABEL:
            pool = np.array(slot.pool, dtype=np.int64).reshape(-1, 1)
        else:
            flat = [m for row in slot.pool for m in row] if slot.kind is Kind.LAW else slot.pool
            pool = _values(flat, prime).reshape(len(slot.pool), -1)
        rows.append(pool[digits[:, i]])
    return np.stack(rows, axis=-1).reshape(len(digits), *shape)


def used(statement: Comparison, space: Space) -> frozenset[Symbol | Variable] | None:
    """The symbols and variables that the sides look up at a size; None where the sides cannot be read there."""
    instance = SpaceInstance(space, np.zeros((1, len(space.slots)), dtype=np.int64), statement.given, prime=None)
    try:
        statement.sides(instance)
    except OutsideNumberSystem:
        return None
    return frozenset(instance.read)


def hits(statement: Comparison, space: Space, digits: Digits, in_floats_too: bool = False) -> NDArray[np.bool_]:
    """The instances that seem to be counterexamples: their sides differ modulo a large prime, or else in floats.

    Modulo a prime, log exp x is not x, so that equal sides may seem to differ; then the floats are asked, too.  Raises
    OutsideNumberSystem if neither number system holds the sides.
    """
    out = np.zeros(len(digits), dtype=bool)
    for group in _kinds(space, digits):
        coordinates = max(1, len(space.candidate(digits[group[0]]).coordinates))
        step = max(1, POINTS // coordinates)
        for start in range(0, len(group), step):
            chunk = group[start : start + step]
            with np.errstate(over="ignore", invalid="ignore"):  # floats of instances far from 0
                out[chunk] = _hit(statement, space, digits[chunk], in_floats_too)
    return out


def _kinds(space: Space, digits: Digits) -> list[NDArray[np.int64]]:
    """The numbers of the instances, grouped by the kind of their parameter."""
    flags = []
    for symbol in space.parts.moved:
        if symbol.outcomes:
            positive = np.ones(len(digits), dtype=bool)
            for i, slot in enumerate(space.slots):
                if slot.what == symbol:
                    positive &= np.array([all(m > 0 for m in row) for row in slot.pool])[digits[:, i]]
            flags.append(positive)
    if not flags:
        return [np.arange(len(digits))]
    _, which = np.unique(np.stack(flags, axis=1), axis=0, return_inverse=True)
    which = which.reshape(-1)
    return [np.flatnonzero(which == k) for k in range(which.max() + 1)] if len(digits) else []


def _hit(statement: Comparison, space: Space, digits: Digits, in_floats_too: bool) -> NDArray[np.bool_]:
    """Which instances of one kind seem to be counterexamples."""
    out: NDArray[np.bool_] | None = None
    outside = OutsideNumberSystem("no number system holds the sides")
    for prime in (statement.prime, None) if statement.relation is Relation.EQUAL else (None,):
        try:
            instance = _instance(statement, space, digits, prime)
            left, right = statement.sides(instance)
        except OutsideNumberSystem as reason:
            outside = reason
            continue
        failing = statement.fails(left, right, instance.numbers)
        per_instance = failing.reshape(min(len(failing), len(digits)), -1).any(axis=1)
        here = np.asarray(np.broadcast_to(per_instance, (len(digits),)))
        out = here if out is None else out & here
        if not in_floats_too:
            break
    if out is None:
        raise outside
    return out


def _instance(statement: Comparison, space: Space, digits: Digits, prime: int | None) -> TableInstance:
    """The points that tell whether a relation holds: of matrices that may be unequal, one an instance."""
    if statement.is_of_matrices and statement.relation is Relation.EQUAL:
        return AlongTwo(space, digits, statement.given, prime)
    instance = SpaceInstance(space, digits, statement.given, prime)
    return instance.in_pairs if statement.is_of_matrices else instance
