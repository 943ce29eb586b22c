"""Checks of the tables that users write; every error names the table and the place, counted from 0."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite
from typing import TypeAlias

import numpy as np

from pgsym.errors import InstanceError
from pgsym.meaning.numbers.base import Array
from pgsym.terms.nodes import Symbol
from pgsym.terms.sorts import Sort

Table: TypeAlias = object
"""A number, or nested lists, tuples or an array of them."""

ROW_TOLERANCE = 1e-9
"""How far from one the sum of a row of floats may be; a row of fractions must sum to one exactly."""


def place(key: str, index: tuple[int, ...]) -> str:
    """The name of an entry or a row of a table, such as π[0][1]."""
    return key + "".join(f"[{i}]" for i in index)


def entries_of(key: str, table: Table) -> Array:
    """The entries of a table as an object array; raises InstanceError for an empty or ragged table."""

    def flattened(x: object, where: str) -> tuple[list[object], tuple[int, ...]]:
        if hasattr(x, "tolist"):
            x = x.tolist()
        if not isinstance(x, list | tuple):
            return [x], ()
        if not x:
            raise InstanceError(f"{where} is empty")
        rows = [flattened(row, f"{where}[{i}]") for i, row in enumerate(x)]
        shape = rows[0][1]
        for i, (_, other) in enumerate(rows):
            if other != shape:
                raise InstanceError(f"{key} is ragged: {where}[{i}] has shape {other}, {where}[0] has shape {shape}")
        return [entry for row, _ in rows for entry in row], (len(x), *shape)

    flat, shape = flattened(table, key)
    out = np.empty(len(flat), dtype=object)
    out[:] = flat
    return out.reshape(shape)


def numbers_of(key: str, entries: Array, exact: bool) -> Array:
    """The entries as Fractions if `exact`, else as floats; raises InstanceError for one that is not a finite number."""
    out = np.empty(entries.shape, dtype=object)
    for index in np.ndindex(entries.shape):
        x, where = entries[index], place(key, index)
        if isinstance(x, str):
            x = _fraction(x)
        if not isinstance(x, int | float | Fraction):
            raise InstanceError(f"{where} = {x!r} is not a number")
        if isinstance(x, float) and not isfinite(x):
            raise InstanceError(f"{where} is {x}: every entry must be finite")
        if exact and isinstance(x, float):
            hint = f'give a fraction such as Fraction("{x}"), or ask for numbers="float"'
            raise InstanceError(f"{where} = {x} is a float: {hint}")
        try:
            out[index] = Fraction(x) if exact else float(x)
        except OverflowError:
            raise InstanceError(f"{where} is too large for float64") from None
    return out


def _fraction(written: str) -> Fraction | str:
    """The fraction written as "1/3", or the string itself if it is not one."""
    try:
        return Fraction(written)
    except (ValueError, ZeroDivisionError):
        return written


def labels_of(key: str, entries: Array, sort: Sort, size: int) -> Array:
    """The entries as integers; raises InstanceError for one that is not among 0, …, size − 1."""
    for index in np.ndindex(entries.shape):
        x, where = entries[index], place(key, index)
        if not isinstance(x, int) or isinstance(x, bool):
            raise InstanceError(f"{where} = {x!r} is no {sort}: {sort}s are ints from 0 to {size - 1}")
        if not 0 <= x < size:
            raise InstanceError(f"{where} = {x} is out of range: {sort}s count from 0 to {size - 1}")
    return entries.astype(np.int64)


def check_rows(key: str, symbol: Symbol, table: Array, exact: bool, positive: bool) -> None:
    """Raise InstanceError unless every row is a distribution, and without zeros if `positive`."""
    for index in np.ndindex(table.shape):
        if table[index] < 0:
            raise InstanceError(f"{place(key, index)} = {table[index]} is negative: a probability is at least 0")
        if positive and table[index] == 0:
            against = f"contradicts the hypothesis {symbol.name} > 0 everywhere"
            raise InstanceError(f"{place(key, index)} = 0 {against}: give positive rows, or leave the hypothesis out")
    for row in np.ndindex(table.shape[: table.ndim - symbol.outcomes]):
        total = table[row].sum()
        if abs(total - 1) > (0 if exact else ROW_TOLERANCE):
            way = "more" if total > 1 else "less"
            shown, by = (str(x) if exact else f"{x:.9g}" for x in (total, abs(total - 1)))
            raise InstanceError(f"{place(key, row)} sums to {shown}, which is {by} {way} than 1")


class Agreement:
    """The sizes of sorts that the tables' shapes imply; conflicting shapes raise an error."""

    def __init__(self, said: dict[Sort, int]):
        self.said = {sort: ("the caller", size) for sort, size in said.items()}

    def take(self, key: str, shape: tuple[int, ...], axes: tuple[Sort, ...]) -> None:
        """Add the sizes of one table; raises InstanceError if they contradict another table's."""
        for sort, size in zip(axes, shape, strict=True):
            by, other = self.said.setdefault(sort, (key, size))
            if other != size:
                by = "another of its axes" if by == key else by
                count = f"|{sort.name[0].upper()}|"
                raise InstanceError(f"{key} has shape {shape}, so {count} = {size}, but {by} says {count} = {other}")

    @property
    def sizes(self) -> dict[Sort, int]:
        """The number of values of each sort."""
        return {sort: size for sort, (_, size) in self.said.items()}
