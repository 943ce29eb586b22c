"""Concrete problems: exact tables, and how the parameter moves them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np

from pgsym.errors import OutsideNumberSystem
from pgsym.meaning.instances import Sizes, TableInstance
from pgsym.meaning.moves import Entries, Move, Softmax
from pgsym.meaning.numbers.base import Array, Ball, Float64, Numbers, Rational, Symbolic
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Symbol

EDGE = "where it is 0 it can only grow, and the derivative is one-sided"


@dataclass(frozen=True, eq=False)
class Concrete:
    """A problem as tables of Fractions (labels: integers from 0), one for every symbol that no definition gives.

    `moved` are the symbols that depend on the parameter.  A policy with positive rows moves as the softmax of one
    logit an entry; one with zeros has its own entries as parameters (the last of a row makes up the sum); a real
    table has its entries; one of the `policies` has parameters of its own.  The entries of `logarithmic` tables stand
    for their logarithms.
    """

    tables: Mapping[Symbol, Array]
    moved: tuple[Symbol, ...] = ()
    logarithmic: frozenset[Symbol] = frozenset()
    constants: Mapping[str, Fraction] = field(default_factory=dict)
    policies: Mapping[Symbol, Move] = field(default_factory=dict)

    def is_softmax(self, symbol: Symbol) -> bool:
        """Whether a symbol moves as a softmax."""
        return bool(symbol.outcomes) and bool((self.tables[symbol] > 0).all())

    @property
    def kind(self) -> tuple[bool, ...]:
        """What the coordinates of the parameter are, for each moved symbol."""
        return tuple(self.is_softmax(s) for s in self.moved)

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        """How each moved symbol moves."""
        return tuple(self._move(s) for s in self.moved)

    def _move(self, symbol: Symbol) -> Move:
        if symbol in self.policies:
            return self.policies[symbol]
        return (Softmax if self.is_softmax(symbol) else Entries)(symbol, self.tables[symbol].shape)

    @property
    def parametrisation(self) -> str:
        """The parameter in words; where a probability is 0 and can be raised, that this is a one-sided derivative.

        A policy that is differentiable on both sides of θ has ∇π = 0 where π = 0, as π ≥ 0 has a minimum there.
        """
        return "; ".join([*(move.words for move in self.moves), *self.edges])

    @property
    def edges(self) -> tuple[str, ...]:
        """Which laws have a zero that their parameters can raise, and what that means for a derivative."""
        return tuple(f"{m.symbol.name} is at the edge of the simplex: {EDGE}" for m in self.moves if self._is_edge(m))

    def _is_edge(self, move: Move) -> bool:
        """Whether a law has its entries as parameters, and a zero among them."""
        return isinstance(move, Entries) and bool(move.symbol.outcomes) and bool((self.tables[move.symbol] == 0).any())

    @property
    def coordinates(self) -> tuple[str, ...]:
        """The names of the coordinates of the parameter, counted from 1."""
        return tuple(name for move in self.moves for name in move.names)

    def tangents(self) -> dict[Symbol, Array]:
        """The derivative of every moved table along every coordinate: Fractions of shape (coordinates, *table)."""
        return {s: t[0] for s, t in tangents_of(self.moves, Rational(), _in_front(self.tables)).items()}

    def curvatures(self) -> dict[Symbol, Array]:
        """The second derivative of every table that has one: Fractions of shape (coordinates, coordinates, *table)."""
        return {s: t[0] for s, t in curvatures_of(self.moves, Rational(), _in_front(self.tables)).items()}

    def instance(
        self, numbers: Numbers, sizes: Sizes, lengths: Mapping[str, int], given: Iterable[Hypothesis]
    ) -> TableInstance:
        """The problem in a number system; raises OutsideNumberSystem for logarithmic tables in rational numbers."""
        tables = {s: t if _is_choice(t) else self._in(numbers, s, t) for s, t in self.tables.items()}
        tangents = {s: numbers.array(t) for s, t in self.tangents().items()}
        constants = {name: numbers.scalar(value) for name, value in self.constants.items()}

        def curvatures() -> dict[Symbol, Array]:
            return {s: numbers.array(t.reshape(-1, *t.shape[2:])) for s, t in self.curvatures().items()}

        return TableInstance(numbers, sizes, tables, tangents, lengths, given, constants, curvatures)

    def _in(self, numbers: Numbers, symbol: Symbol, table: Array) -> Array:
        array = numbers.array(table[np.newaxis])
        if symbol in self.logarithmic:
            if not isinstance(numbers, Ball | Symbolic | Float64):
                raise OutsideNumberSystem("the logarithm of a rational is not rational")
            array = numbers.log(array)[0]
        return np.asarray(array[0])


def _is_choice(table: Array) -> bool:
    return bool(np.issubdtype(table.dtype, np.integer))


def _in_front(tables: Mapping[Symbol, Array]) -> dict[Symbol, Array]:
    """The tables of one problem, with an axis of instances in front."""
    return {s: np.asarray(t)[np.newaxis] for s, t in tables.items()}


def tangents_of(moves: Iterable[Move], numbers: Numbers, tables: Mapping[Symbol, Array]) -> dict[Symbol, Array]:
    """The derivatives of the moved tables along all coordinates: shape (instances, coordinates, *table)."""
    moves = tuple(moves)
    count, start, out = sum(len(m.names) for m in moves), 0, {}
    for move in moves:
        own, table = len(move.names), tables[move.symbol]
        out[move.symbol] = numbers.zeros((len(table), count, *table.shape[1:]))
        out[move.symbol][:, start : start + own] = move.tangents(numbers, table)
        start += own
    return out


def curvatures_of(moves: Iterable[Move], numbers: Numbers, tables: Mapping[Symbol, Array]) -> dict[Symbol, Array]:
    """The second derivatives that are not zero: shape (instances, coordinates, coordinates, *table)."""
    moves = tuple(moves)
    count, start, out = sum(len(m.names) for m in moves), 0, {}
    for move in moves:
        mine, table = slice(start, start + len(move.names)), tables[move.symbol]
        own = move.curvatures(numbers, table)
        if own is not None:
            out[move.symbol] = numbers.zeros((len(table), count, count, *table.shape[1:]))
            out[move.symbol][:, mine, mine] = own
        start = mine.stop
    return out
