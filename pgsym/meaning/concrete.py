"""Concrete problems: exact tables, and how they depend on the parameter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np

from pgsym.errors import OutsideNumberSystem
from pgsym.meaning.instances import Sizes, TableInstance
from pgsym.meaning.numbers.base import Array, Ball, Float64, Numbers, Rational, Symbolic
from pgsym.meaning.parametrisations import FreeEntries, FreeLogits, Parametrisation
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Symbol

EDGE = "where it is 0 it can only grow, and the derivative is one-sided"


@dataclass(frozen=True, eq=False)
class Concrete:
    """A problem as tables of Fractions (labels: integers from 0), one for every symbol that no definition gives.

    `moved` are the symbols that depend on the parameter.  A law without zeros is the softmax of one logit for
    each entry.  The parameters of a law with zeros are its entries, but the last of each row is one minus the
    others.  The parameters of a real table are its entries.  The `policies` have the parametrisations given.  The
    entries of `logarithmic` tables stand for their logarithms.
    """

    tables: Mapping[Symbol, Array]
    moved: tuple[Symbol, ...] = ()
    logarithmic: frozenset[Symbol] = frozenset()
    constants: Mapping[str, Fraction] = field(default_factory=dict)
    policies: Mapping[Symbol, Parametrisation] = field(default_factory=dict)

    def is_softmax(self, symbol: Symbol) -> bool:
        """Whether a symbol is parametrised as a softmax."""
        return bool(symbol.outcomes) and bool((self.tables[symbol] > 0).all())

    @property
    def kind(self) -> tuple[bool, ...]:
        """Whether each moved symbol is parametrised as a softmax."""
        return tuple(self.is_softmax(s) for s in self.moved)

    @cached_property
    def parametrisations(self) -> tuple[Parametrisation, ...]:
        """The parametrisation of each moved symbol."""
        return tuple(self._parametrised(s) for s in self.moved)

    def _parametrised(self, symbol: Symbol) -> Parametrisation:
        if symbol in self.policies:
            return self.policies[symbol]
        return (FreeLogits if self.is_softmax(symbol) else FreeEntries)(symbol, self.tables[symbol].shape)

    @property
    def parametrisation(self) -> str:
        """The parameter in words, with a note on one-sided derivatives where a probability is 0 and can only grow.

        Where π = 0, a policy that is differentiable around θ has ∇π = 0, because π ≥ 0 has a minimum there.
        """
        return "; ".join([*(p.words for p in self.parametrisations), *self.edges])

    @property
    def edges(self) -> tuple[str, ...]:
        """The laws that have a zero which their parameters can raise, with the meaning of a derivative there."""
        return tuple(
            f"{m.symbol.name} is at the edge of the simplex: {EDGE}" for m in self.parametrisations if self._is_edge(m)
        )

    def _is_edge(self, p: Parametrisation) -> bool:
        """Whether the parameters of a law are its entries and one of them is zero."""
        return isinstance(p, FreeEntries) and bool(p.symbol.outcomes) and bool((self.tables[p.symbol] == 0).any())

    @property
    def coordinates(self) -> tuple[str, ...]:
        """The names of the coordinates of the parameter, counted from 1."""
        return tuple(name for p in self.parametrisations for name in p.names)

    def tangents(self) -> dict[Symbol, Array]:
        """The derivative of every moved table along every coordinate: Fractions of shape (coordinates, *table)."""
        return {s: t[0] for s, t in tangents_of(self.parametrisations, Rational(), _in_front(self.tables)).items()}

    def curvatures(self) -> dict[Symbol, Array]:
        """The second derivative of every table that has one: Fractions of shape (coordinates, coordinates, *table)."""
        return {s: t[0] for s, t in curvatures_of(self.parametrisations, Rational(), _in_front(self.tables)).items()}

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
    """The tables with an axis of instances, of length 1, in front."""
    return {s: np.asarray(t)[np.newaxis] for s, t in tables.items()}


def tangents_of(
    parametrisations: Iterable[Parametrisation], numbers: Numbers, tables: Mapping[Symbol, Array]
) -> dict[Symbol, Array]:
    """The first derivatives of the moved tables: shape (instances, coordinates, *table)."""
    parametrisations = tuple(parametrisations)
    count, start, out = sum(len(p.names) for p in parametrisations), 0, {}
    for p in parametrisations:
        own, table = len(p.names), tables[p.symbol]
        out[p.symbol] = numbers.zeros((len(table), count, *table.shape[1:]))
        out[p.symbol][:, start : start + own] = p.tangents(numbers, table)
        start += own
    return out


def curvatures_of(
    parametrisations: Iterable[Parametrisation], numbers: Numbers, tables: Mapping[Symbol, Array]
) -> dict[Symbol, Array]:
    """The nonzero second derivatives: shape (instances, coordinates, coordinates, *table)."""
    parametrisations = tuple(parametrisations)
    count, start, out = sum(len(p.names) for p in parametrisations), 0, {}
    for p in parametrisations:
        mine, table = slice(start, start + len(p.names)), tables[p.symbol]
        own = p.curvatures(numbers, table)
        if own is not None:
            out[p.symbol] = numbers.zeros((len(table), count, count, *table.shape[1:]))
            out[p.symbol][:, mine, mine] = own
        start = mine.stop
    return out
