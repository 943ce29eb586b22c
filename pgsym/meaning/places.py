"""Values of states, actions and batches during evaluation: axes of factors, and labels along axes."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from pgsym.errors import SortError
from pgsym.meaning.contraction.factors import Value
from pgsym.meaning.instances import Instance
from pgsym.meaning.numbers.base import Array
from pgsym.terms.nodes import (
    Symbol,
    Variable,
)
from pgsym.terms.sorts import INDEX, Collective, Sort


@dataclass(frozen=True)
class Axis:
    """A state or action variable: an axis of the factors that mention it."""

    name: str
    sort: Sort


@dataclass(frozen=True, eq=False)
class Choice:
    """A state or action that depends on others, such as the label y(s): integers over some axes."""

    array: Array
    axes: tuple[str, ...]
    sort: Sort


PLACES = (Axis, Choice)


@dataclass(frozen=True)
class Handle:
    """A batch or trajectory variable; each of its draws is an axis named after it.

    `drawn` are the axes of its draws.  It is None while the law is evaluated, which determines them.
    """

    name: str
    sort: Collective
    drawn: Collection[str] | None = field(default=None, compare=False)
    known: dict[tuple[str, int], Axis] = field(default_factory=dict, compare=False, repr=False)

    def draw(self, of: Symbol, index: int) -> Axis:
        """A draw; raises SortError if it does not exist, such as the state after the last."""
        known = self.known.get((of.name, index))
        if known is None:
            known = self.known[of.name, index] = self._axis(of.name, index, of.result)
        return known

    def draws(self, instance: Instance) -> list[Axis]:
        """All draws, in the order of time; raises SortError for a history, which has only some of them."""
        times = range(1, instance.length(Variable(self.sort.length, INDEX)) + 1)
        return [self._axis(name, i, sort) for i in times for name, sort in self.sort.components]

    def _axis(self, name: str, index: int, sort: Sort) -> Axis:
        if (name, sort) not in self.sort.components:
            draws = ", ".join(f"{n} ({of})" for n, of in self.sort.components)
            raise SortError(f"{name} ({sort}) is no draw of the sort {self.sort}, whose draws are {draws}")
        axis = f"{self.name}.{name}.{index}"
        if self.drawn is not None and axis not in self.drawn:
            raise SortError(f"{name}_{index} is not a draw of this {self.sort}, which begins later or ends earlier")
        return Axis(axis, sort)


@dataclass(frozen=True)
class Distribution:
    """A law: the sort of its outcomes, and the mass of each outcome."""

    sort: Sort
    mass: Callable[[Any], Value]


def open_axes(variable: Variable, instance: Instance) -> list[tuple[str, Sort]]:
    """The names and sorts of a free variable's axes: one for a state or action, one for each draw of a batch."""
    if not isinstance(variable.sort, Collective):
        return [(variable.name, variable.sort)]
    rounds = range(1, instance.length(Variable(variable.sort.length, INDEX)) + 1)
    return [(f"{variable.name}.{name}.{i}", sort) for i in rounds for name, sort in variable.sort.components]
