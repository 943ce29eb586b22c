"""Instances: the sizes and tables at which a term has a value."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from pgsym.errors import InstanceError, OutsideNumberSystem, UnboundVariable
from pgsym.meaning.numbers.base import Array, Numbers
from pgsym.meaning.numbers.bounds import NON_NEGATIVE, PROBABILITIES, REALS, Bounds
from pgsym.terms.hypotheses import Definition, Frozen, Hypothesis, Signed
from pgsym.terms.nodes import Symbol, Variable
from pgsym.terms.signs import Signs
from pgsym.terms.sorts import FINITE, Collective, Sort

Sizes = Mapping[Sort, int]


def has_table(symbol: Symbol) -> bool:
    """Whether a symbol may have a table: it is neither a draw of a batch or trajectory nor a law of one."""
    drawn = symbol.arguments if symbol.result in FINITE else symbol.arguments[: symbol.outcomes]
    return not any(isinstance(s, Collective) for s in drawn)


def axes_of(symbol: Symbol, lengths: Mapping[str, int]) -> tuple[Sort, ...]:
    """The sorts of a symbol's table axes: one a finite argument, and one a draw of a trajectory, in order.

    Raises InstanceError where `lengths` does not say how many draws there are.
    """
    if not any(isinstance(s, Collective) for s in symbol.arguments):
        return _finite(symbol)
    return tuple(x for s in symbol.arguments for x in _axes_for(s, lengths))


@lru_cache(maxsize=2**12)
def _finite(symbol: Symbol) -> tuple[Sort, ...]:
    return tuple(s for s in symbol.arguments if s in FINITE)


def _axes_for(sort: Sort, lengths: Mapping[str, int]) -> tuple[Sort, ...]:
    if not isinstance(sort, Collective):
        return (sort,) if sort in FINITE else ()
    if sort.length not in lengths:
        raise InstanceError(f"{sort.length} has no value: pass {sort.length}=1, or any positive integer")
    return tuple(component for _, component in sort.components) * lengths[sort.length]


class Instance(ABC):
    """A finite problem in one number system: sizes, tables and definitions.

    Tables have shape (points, *sizes of the symbol's finite arguments); points is 1 where all points agree.
    """

    numbers: Numbers
    is_checked_again = False
    """Whether each point is checked alone afterwards, so that slopes at a kink may have any value here."""

    def __init__(self, sizes: Sizes, lengths: Mapping[str, int], hypotheses: Iterable[Hypothesis]):
        self.sizes = dict(sizes)
        self.lengths = dict(lengths)
        self.hypotheses = tuple(hypotheses)
        self.definitions = {h.symbol: h for h in self.hypotheses if isinstance(h, Definition)}
        self.has_kinks = False  # whether a function with a kink at zero, such as |x|, was differentiated
        self.frozen = {h.frozen.name: h.at.name for h in self.hypotheses if isinstance(h, Frozen)}

    def size(self, sort: Sort) -> int:
        """How many values a finite sort has."""
        if sort not in self.sizes:
            raise InstanceError(f"the instance gives no size for {sort}")
        return self.sizes[sort]

    def length(self, variable: Variable) -> int:
        """The value of an index variable, such as a batch size or a horizon."""
        if variable.name not in self.lengths:
            raise UnboundVariable(f"{variable.name} ({variable.sort}) is free: bind it, or give it a value")
        return self.lengths[variable.name]

    def shape(self, symbol: Symbol) -> tuple[int, ...]:
        """The sizes of the axes of a symbol's table."""
        return tuple(self.size(s) for s in axes_of(symbol, self.lengths))

    @abstractmethod
    def table(self, symbol: Symbol, parameter: str | None, directions: tuple[int, ...]) -> Array | None:
        """The table of a real symbol, or its derivative along some directions; None if that is zero everywhere.

        `parameter` names the parameter the symbol is applied to, if it takes one.
        """

    def moved(
        self, symbol: Symbol, parameter: str | None, directions: tuple[int, ...], by: tuple[str, ...]
    ) -> Array | None:
        """The table or its derivative; `by` names the parameter of each direction, for a symbol applied to none.

        Here the derivative is the same for all parameters, which is one admissible case.
        """
        return self.table(symbol, parameter, directions)

    @abstractmethod
    def choices(self, symbol: Symbol) -> Array:
        """The table of a symbol whose value is a state or an action: integers from 0."""

    @abstractmethod
    def constant(self, variable: Variable) -> Array:
        """The value of a free real variable."""

    @cached_property
    def signs(self) -> Signs:
        """The signs of terms that their form and the hypotheses imply."""
        return Signs.under(self.hypotheses)

    @cached_property
    def bounds(self) -> BoundsInstance:
        """Interval bounds that hold for every table of this class of instances."""
        return BoundsInstance(self)


class BoundsInstance(Instance):
    """Intervals as tables: [0, 1] for probabilities, [0, ∞) for what is assumed nonnegative, else all reals."""

    numbers: Bounds = Bounds()

    def __init__(self, of: Instance):
        super().__init__(of.sizes, of.lengths, of.hypotheses)
        self.of = of
        self.signed = {h.symbol for h in self.hypotheses if isinstance(h, Signed)}

    def table(self, symbol: Symbol, parameter: str | None, directions: tuple[int, ...]) -> Array | None:
        known = PROBABILITIES if symbol.outcomes else NON_NEGATIVE if symbol in self.signed else REALS
        return np.full((1, *self.shape(symbol)), REALS if directions else known)

    def choices(self, symbol: Symbol) -> Array:
        return self.of.choices(symbol)

    def constant(self, variable: Variable) -> Array:
        return np.full(1, NON_NEGATIVE if variable in self.signed else REALS)


class TableInstance(Instance):
    """A concrete instance: tables by symbol, and their derivatives along one family of directions.

    `tables[π]` has the axes of the symbol's finite arguments (actions before states for π(a | s)).  `tangents[π]` has
    the coordinates of the gradient as a further axis in front.  `curvatures` returns the nonzero second derivatives of
    the tables, with an axis of all pairs of coordinates in front.
    """

    def __init__(
        self,
        numbers: Numbers,
        sizes: Sizes,
        tables: Mapping[Symbol, Any],
        tangents: Mapping[Symbol, Any] | None = None,
        lengths: Mapping[str, int] | None = None,
        hypotheses: Iterable[Hypothesis] = (),
        constants: Mapping[str, Any] | None = None,
        curvatures: Callable[[], Mapping[Symbol, Array]] | None = None,
    ):
        super().__init__(sizes, lengths or {}, hypotheses)
        self.numbers = numbers
        self.tables = dict(tables)
        self.tangents = dict(tangents or {})
        self.constants = dict(constants or {})
        self.curvatures = curvatures

    @property
    def dimensions(self) -> int:
        """The number of coordinates of a gradient."""
        return max((len(t) for t in self.tangents.values()), default=1)

    @cached_property
    def in_pairs(self) -> TableInstance:
        """The instance with one point for each pair of coordinates, that is, for each entry of a matrix."""
        return PairedInstance(self)

    def table(self, symbol: Symbol, parameter: str | None, directions: tuple[int, ...]) -> Array | None:
        if len(directions) > 1:
            raise OutsideNumberSystem("a second derivative is along two coordinates: use `in_pairs`")
        if directions:
            return np.asarray(self.tangents[symbol]) if symbol in self.tangents else None
        if symbol not in self.tables:
            raise InstanceError(f"the instance has no table for {symbol.name}")
        return np.asarray(self.tables[symbol])[np.newaxis]

    def choices(self, symbol: Symbol) -> Array:
        if symbol not in self.tables:
            raise InstanceError(f"the instance has no table for {symbol.name}")
        return np.asarray(self.tables[symbol], dtype=np.int64)[np.newaxis]

    def constant(self, variable: Variable) -> Array:
        if variable.name not in self.constants:
            raise UnboundVariable(f"{variable.name} ({variable.sort}) is free: bind it, or give it a value")
        out = np.empty(1, dtype=self.numbers.dtype)
        out[0] = self.constants[variable.name]
        return out


class PairedInstance(TableInstance):
    """A table instance with one point for each pair of coordinates, of the outer and of the inner gradient."""

    def __init__(self, of: TableInstance):
        numbers = of.numbers.repeated(of.dimensions)
        super().__init__(numbers, of.sizes, of.tables, of.tangents, of.lengths, of.hypotheses, of.constants)
        self.of = of

    @property
    def dimensions(self) -> int:
        return self.of.dimensions

    @property
    def in_pairs(self) -> TableInstance:
        return self

    def table(self, symbol: Symbol, parameter: str | None, directions: tuple[int, ...]) -> Array | None:
        if len(directions) > 1:
            return self._curvature(symbol)
        array = self.of.table(symbol, parameter, (0,) if directions else ())
        if array is None or not directions:
            return None if array is None else self._each(array)
        n = self.dimensions
        before = np.broadcast_to(array, (max(len(array), n), *array.shape[1:])).reshape(-1, n, *array.shape[1:])
        axis = 2 if directions == (0,) else 1
        return np.repeat(np.expand_dims(before, axis), n, axis).reshape(-1, *array.shape[1:])

    def _curvature(self, symbol: Symbol) -> Array | None:
        if self.of.curvatures is None:
            raise OutsideNumberSystem("second derivatives need a policy class; tables alone do not determine them")
        return self._curvatures.get(symbol)

    @cached_property
    def _curvatures(self) -> Mapping[Symbol, Array]:
        return self.of.curvatures() if self.of.curvatures else {}

    def _each(self, array: Array) -> Array:
        """An array without coordinates, repeated for every coordinate."""
        return array if len(array) == 1 else np.repeat(array, self.dimensions, axis=0)

    def choices(self, symbol: Symbol) -> Array:
        return self._each(self.of.choices(symbol))

    def constant(self, variable: Variable) -> Array:
        return self._each(self.of.constant(variable))
