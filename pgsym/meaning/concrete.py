"""Concrete problems: exact tables, and how the parameter moves them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from pgsym.errors import OutsideNumberSystem
from pgsym.meaning.instances import Sizes, TableInstance
from pgsym.meaning.numbers import Array, Ball, Float64, Numbers, Symbolic
from pgsym.meaning.prime_field import PrimeField
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Symbol

SCREEN = 2**31 - 1


@dataclass(frozen=True, eq=False)
class Concrete:
    """A problem as tables of Fractions (labels: integers from 0), one for every symbol that no definition gives.

    `moved` are the symbols that depend on the parameter.  A policy with positive rows moves as the softmax of one
    logit an entry; one with zeros has its own entries as parameters (the last of a row makes up the sum); a real
    table has its entries.  The entries of `logarithmic` tables stand for their logarithms.
    """

    tables: Mapping[Symbol, Array]
    moved: tuple[Symbol, ...] = ()
    logarithmic: frozenset[Symbol] = frozenset()
    constants: Mapping[str, Fraction] = field(default_factory=dict)

    def is_softmax(self, symbol: Symbol) -> bool:
        """Whether a symbol moves as a softmax."""
        return bool(symbol.outcomes) and bool((self.tables[symbol] > 0).all())

    @property
    def kind(self) -> tuple[bool, ...]:
        """What the coordinates of the parameter are, for each moved symbol."""
        return tuple(self.is_softmax(s) for s in self.moved)

    @property
    def parametrisation(self) -> str:
        """The parameter in words."""
        words = []
        for symbol in self.moved:
            if self.is_softmax(symbol):
                words.append(f"{symbol.name} is a softmax with one logit an entry")
            elif symbol.outcomes:
                words.append(f"the entries of {symbol.name} themselves, the last of each row making up the sum")
            else:
                words.append(f"the entries of {symbol.name}")
        return "; ".join(words)

    @property
    def coordinates(self) -> tuple[str, ...]:
        """The names of the coordinates of the parameter, counted from 1."""
        names = []
        for symbol in self.moved:
            letter = "θ" if self.is_softmax(symbol) else symbol.name
            for entry in self._entries(symbol):
                outcomes, rows = entry[: symbol.outcomes], entry[symbol.outcomes :]
                order = (*rows, *outcomes)
                names.append(f"{letter}({','.join(str(i + 1) for i in order)})")
        return tuple(names)

    def _entries(self, symbol: Symbol) -> list[tuple[int, ...]]:
        """The entries that are coordinates, conditions before outcomes in their order."""
        shape = self.tables[symbol].shape
        k = symbol.outcomes
        outcomes = list(product(*map(range, shape[:k])))
        if k and not self.is_softmax(symbol):
            outcomes = outcomes[:-1]
        return [(*o, *row) for row in product(*map(range, shape[k:])) for o in outcomes]

    def tangents(self) -> dict[Symbol, Array]:
        """The derivative of every moved table along every coordinate: Fractions of shape (coordinates, *table)."""
        count = sum(len(self._entries(s)) for s in self.moved)
        out, start = {}, 0
        for symbol in self.moved:
            table, k = self.tables[symbol], symbol.outcomes
            tangent = np.full((count, *table.shape), Fraction(0), dtype=object)
            for j, entry in enumerate(self._entries(symbol), start):
                every: list[Any] = [slice(None)] * k
                row = (j, *every, *entry[k:])
                if not k:
                    tangent[(j, *entry)] = Fraction(1)
                elif self.is_softmax(symbol):
                    masses = table[(*every, *entry[k:])]
                    tangent[row] = -masses * table[entry]
                    others = masses.copy()  # π(1 − π) as π times the others' sum: floats would cancel
                    others[entry[:k]] = Fraction(0)
                    tangent[(j, *entry)] = table[entry] * others.sum()
                else:
                    last = tuple(n - 1 for n in table.shape[:k])
                    tangent[(j, *entry)] = Fraction(1)
                    tangent[(j, *last, *entry[k:])] = Fraction(-1)
            out[symbol] = tangent
            start += len(self._entries(symbol))
        return out

    def instance(
        self, numbers: Numbers, sizes: Sizes, lengths: Mapping[str, int], given: Iterable[Hypothesis]
    ) -> TableInstance:
        """The problem in a number system; raises OutsideNumberSystem for logarithmic tables in rational numbers."""
        tables = {s: t if _is_choice(t) else self._in(numbers, s, t) for s, t in self.tables.items()}
        tangents = {s: numbers.array(t) for s, t in self.tangents().items()}
        constants = {name: numbers.scalar(value) for name, value in self.constants.items()}
        return TableInstance(numbers, sizes, tables, tangents, lengths, given, constants)

    def _in(self, numbers: Numbers, symbol: Symbol, table: Array) -> Array:
        array = numbers.array(table[np.newaxis])
        if symbol in self.logarithmic:
            if not isinstance(numbers, Ball | Symbolic | Float64):
                raise OutsideNumberSystem("the logarithm of a rational is not rational")
            array = numbers.log(array)[0]
        return np.asarray(array[0])


def _is_choice(table: Array) -> bool:
    return bool(np.issubdtype(table.dtype, np.integer))


class StackedInstance(TableInstance):
    """Many concrete problems of one kind as the points of one evaluation, modulo one prime or in floats."""

    def __init__(
        self,
        problems: Sequence[Concrete],
        sizes: Sizes,
        lengths: Mapping[str, int],
        given: Iterable[Hypothesis],
        exact: bool = True,
    ):
        coordinates = max(1, len(problems[0].coordinates))
        self.points = len(problems) * coordinates
        self.numbers: Numbers = PrimeField([SCREEN] * self.points) if exact else Float64()
        entries = _residues if exact else _floats
        first = problems[0]
        stacked: dict[Symbol, Array] = {}
        for symbol, table in first.tables.items():
            rows = (
                np.stack([p.tables[symbol] for p in problems])
                if table.ndim
                else np.array([p.tables[symbol] for p in problems])
            )
            rows = np.repeat(rows, coordinates, axis=0)
            stacked[symbol] = rows if _is_choice(table) else entries(rows)
            if symbol in first.logarithmic:
                stacked[symbol] = self.numbers.log(stacked[symbol])[0]
        every = [p.tangents() for p in problems]
        tangents = {s: entries(np.concatenate([t[s] for t in every])) for s in first.moved}
        constants = {n: entries(np.repeat([p.constants[n] for p in problems], coordinates)) for n in first.constants}
        super().__init__(self.numbers, sizes, stacked, tangents, lengths, given, constants)

    def table(self, symbol: Symbol, parameter: str | None, directions: tuple[int, ...]) -> Array | None:
        if directions:
            return super().table(symbol, parameter, directions)
        return np.asarray(self.tables[symbol])

    def choices(self, symbol: Symbol) -> Array:
        return np.asarray(self.tables[symbol], dtype=np.int64)

    def constant(self, variable: Any) -> Array:
        return np.asarray(self.constants[variable.name])


def _floats(table: Array) -> Array:
    """Fractions as floats."""
    return table.astype(np.float64)


def _residues(table: Array) -> Array:
    """Fractions modulo the screening prime."""
    known: dict[Fraction, int] = {}
    out = np.empty(table.shape, dtype=np.int64)
    for index in np.ndindex(table.shape):
        value: Fraction = table.item(index)
        if value not in known:
            known[value] = value.numerator * pow(value.denominator, -1, SCREEN) % SCREEN
        out[index] = known[value]
    return out
