"""The problem that is read by enumeration: its sizes, its tables, and draws that are made one at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from pgsym.decide.confirmation.jets import Jet, Scalars, Truncated
from pgsym.errors import OutsideNumberSystem
from pgsym.terms.builtins import ABS, EXP, INDICATORS, LOG, MAXIMUM, MINIMUM, MOMENTS, OUTER, POWER, TRANSPOSE
from pgsym.terms.hypotheses import Definition
from pgsym.terms.nodes import Symbol
from pgsym.terms.sorts import FINITE, PARAMETER, Collective, Sort

NAMED = (
    *((LOG, "log"), (EXP, "exp"), (ABS, "abs"), (MINIMUM, "min"), (MAXIMUM, "max"), (POWER, "power")),
    *((OUTER, "outer"), (TRANSPOSE, "transpose")),
)


class NeedsDraw(Exception):
    """A draw of a batch or trajectory was read before it was made."""

    def __init__(self, drawn: Drawn, key: tuple[str, int], sort: Sort):
        super().__init__(key)
        self.drawn, self.key, self.sort = drawn, key, sort


@dataclass(eq=False)
class Drawn:
    """A batch or trajectory: its draws so far."""

    values: dict[tuple[str, int], int] = field(default_factory=dict)

    def read(self, name: str, time: int, sort: Sort) -> int:
        """One draw."""
        if (name, time) not in self.values:
            raise NeedsDraw(self, (name, time), sort)
        return self.values[name, time]


def _no_choice(symbol: Symbol, place: tuple[int, ...]) -> int:
    raise OutsideNumberSystem(f"no table says what {symbol.name} is")


@dataclass
class Lookups:
    """The symbols of a problem, and the values of free variables.

    `entry(symbol, parameter, levels, place)` gives a table's entry or its derivative along some directions; None is
    zero.  `choice(symbol, place)` is a label, counted from 0.  `free` are the values of free states, actions and
    trajectories, `lengths` those of free indices; `frozen` says at which parameter's value another one is held.
    `levels` are the parameters of the enclosing gradients (None where nothing moves), in a `transposed` matrix in the
    other order.
    """

    scalars: Scalars
    sizes: dict[Sort, int]
    lengths: dict[str, int]
    definitions: dict[Symbol, Definition]
    entry: Callable[[Symbol, str | None, tuple[int, ...], tuple[int, ...]], Any]
    constants: dict[str, Any] = field(default_factory=dict)
    free: dict[str, Any] = field(default_factory=dict)
    choice: Callable[[Symbol, tuple[int, ...]], int] = _no_choice
    frozen: dict[str, str] = field(default_factory=dict)
    levels: tuple[str | None, ...] = ()
    transposed: bool = False
    kinds: dict[int, tuple[Symbol, str]] = field(default_factory=dict)
    entries: dict[Any, Jet] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.numbers = Truncated(self.scalars)
        self.zero, self.one = self.numbers.zero, self.numbers.one

    def jet(self, x: Any) -> Jet:
        """A value as a truncated number; an index is a number, too."""
        return (self.scalars.of(Fraction(x)),) if isinstance(x, int) else x

    def kind(self, symbol: Symbol) -> str:
        """The kind of a symbol; it is looked up by identity, because comparing symbols takes long."""
        if id(symbol) not in self.kinds:
            kind = "table"
            for built_in, name in NAMED:
                kind = name if symbol == built_in else kind
            kind = "moment" if symbol in MOMENTS else kind
            kind = "indicator" if symbol in INDICATORS.values() else kind
            kind = "defined" if symbol in self.definitions else kind
            self.kinds[id(symbol)] = (symbol, kind)
        return self.kinds[id(symbol)][1]

    def looked_up(self, symbol: Symbol, values: tuple[Any, ...]) -> Any:
        """A draw, a label, or a table's entry with its derivatives."""
        if symbol.result in FINITE:
            if values and isinstance(values[0], Drawn):
                drawn, time = values
                return drawn.read(symbol.name, time, symbol.result)
            return self.choice(symbol, self.place(symbol, values))
        if any(isinstance(v, Drawn) for v in values):  # whose draws change
            return self._entry(symbol, values)
        key = (id(symbol), values, self.levels, self.transposed)
        if key not in self.entries:
            self.entries[key] = self._entry(symbol, values)
        return self.entries[key]

    def place(self, symbol: Symbol, values: tuple[Any, ...]) -> tuple[int, ...]:
        """Where in a symbol's table its arguments point."""
        out: list[int] = []
        for value, sort in zip(values, symbol.arguments, strict=True):
            if isinstance(sort, Collective):
                times = range(1, self.lengths[sort.length] + 1)
                out += [value.read(name, i, component) for i in times for name, component in sort.components]
            elif sort in FINITE:
                out.append(value)
        return tuple(out)

    def _entry(self, symbol: Symbol, values: tuple[Any, ...]) -> Jet:
        """A table's entry as a truncated number with no trailing zeros."""
        place = self.place(symbol, values)
        parameter = next((v for v, s in zip(values, symbol.arguments, strict=True) if s == PARAMETER), None)
        source = self.frozen.get(parameter, parameter) if parameter else None
        found = []
        for mask in range(1 << len(self.levels)):
            levels = tuple(k for k in range(len(self.levels)) if mask >> k & 1)
            moves = all(self.levels[k] and parameter in (None, self.levels[k]) for k in levels)
            directions = tuple(sorted(1 - k for k in levels)) if self.transposed else levels
            found.append(self.entry(symbol, source, directions, place) if moves else None)
        while len(found) > 1 and not any(x is not None for x in found[len(found) // 2 :]):
            found = found[: len(found) // 2]
        return tuple(self.zero if x is None else x for x in found)
