"""The evaluator: the value of a term at an instance, in the instance's number system."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import count
from typing import Any

import numpy as np

from pgsym.errors import SortError, UnboundVariable, UndefinedValue
from pgsym.meaning.contraction.elimination import Contraction
from pgsym.meaning.contraction.factors import VALUES, Factor, Value, leaves
from pgsym.meaning.elementary import Elementary, check_inside
from pgsym.meaning.instances import Instance, TableInstance
from pgsym.meaning.numbers.base import Array
from pgsym.meaning.places import PLACES, Axis, Choice, Distribution, Handle, open_axes
from pgsym.terms.builtins import ABS, BUILT_IN, EXP, EXTREMES, LOG, OUTER, POWER, QUANTITY, TRANSPOSE
from pgsym.terms.depth import not_too_deep
from pgsym.terms.hypotheses import Definition
from pgsym.terms.meaning import Environment, Meaning, counted, mentioned
from pgsym.terms.nodes import (
    Apply,
    Gradient,
    Range,
    Sum,
    Symbol,
    Term,
    Variable,
)
from pgsym.terms.sorts import FINITE, INDEX, MATRIX, PARAMETER, REAL, Collective, Finite, Sort
from pgsym.terms.structure import check_names, free, sort_of

SKIPPED = Variable("", PARAMETER)
"""A direction along which nothing is differentiated: the first one, in the right factor of x yᵀ."""


@dataclass(frozen=True, eq=False)
class Evaluator(Elementary):
    """Evaluates terms as sums and products of factors.

    `levels` are the parameters of the enclosing gradients.  The outermost gradient differentiates along the first
    direction; inside a transposed matrix the two directions are swapped.
    """

    transposed: bool = False
    tables: dict[tuple[object, ...], tuple[tuple[object, ...], dict[int, Array]]] = field(default_factory=dict)

    @classmethod
    def at(cls, instance: Instance, fresh: Iterator[int] | None = None) -> Evaluator:
        """The evaluator of an instance.

        `fresh` numbers the axes of bound variables.  An evaluator that works in the environment of another one must
        share its counter, or two variables would share an axis.
        """
        return cls(instance, Contraction(instance.numbers), count() if fresh is None else fresh)

    def read(self, term: Term, environment: Environment = ()) -> Any:
        """The value of a term; equal sums over times, minima and maxima are evaluated once."""
        if (isinstance(term, Sum) and isinstance(term.over, Range)) or (
            isinstance(term, Apply) and term.symbol in EXTREMES
        ):
            return self.contraction.once(
                ("read", term, mentioned(environment, term), self.levels, self.transposed),
                lambda: super(Evaluator, self).read(term, environment),
            )
        if isinstance(term, Gradient) and isinstance(term.body, Apply) and term.body.symbol == LOG:
            inner, direction = self._within(term.parameter), len(self.levels)
            log = inner.log(term.body.arguments[0], environment, lambda x: self.contraction.log_along(x, direction))
            return self.contraction.derivative(log, direction)
        return super().read(term, environment)

    # algebra ------------------------------------------------------------------------------------------------
    def number(self, value: Fraction) -> Value:
        return self.contraction.constant(value)

    def add(self, operands: tuple[Any, ...]) -> Value:
        return self.contraction.add(*map(self.real, operands))

    def multiply(self, operands: tuple[Any, ...]) -> Value:
        return self.contraction.multiply(*map(self.real, operands))

    def quotient(self, numerator: Any, denominator: Any) -> Value:
        return self.contraction.multiply(self.real(numerator), self.contraction.reciprocal(self.real(denominator)))

    def power(self, base: Any, exponent: int) -> Value:
        return self.contraction.power(self.real(base), exponent)

    def real(self, value: Any) -> Value:
        """A real value; an index is converted to a number."""
        if isinstance(value, int):
            return self.contraction.constant(Fraction(value))
        if isinstance(value, VALUES):
            return value
        raise SortError("a state or an action stands where a number should")

    def gradient(self, parameter: Variable, body: Callable[[Meaning[Value]], Value]) -> Value:
        inner = self._within(parameter)
        return self.contraction.derivative(inner.real(body(inner)), len(self.levels))

    def _within(self, parameter: Variable) -> Evaluator:
        """The evaluator of the body of a gradient."""
        levels = (*self.levels, parameter)
        return Evaluator(self.instance, self.contraction, self.fresh, levels, self.transposed, self.tables)

    # names --------------------------------------------------------------------------------------------------
    def variable(self, variable: Variable) -> Any:
        if variable.sort == PARAMETER:
            return variable
        if variable.sort == INDEX:
            return self.instance.length(variable)
        if variable.sort in FINITE:
            return Axis(f"free:{variable.name}", variable.sort)
        if isinstance(variable.sort, Collective):
            name = f"free:{variable.name}"
            return Handle(name, variable.sort, self._draws(name, variable.sort))
        if variable.sort == REAL:
            return self.contraction.once(("variable", variable), lambda: Factor({0: self.instance.constant(variable)}))
        raise UnboundVariable(f"{variable.name} of sort {variable.sort} has no value")

    def apply(self, symbol: Symbol, arguments: tuple[Term, ...], environment: Environment) -> Any:
        definition = self.instance.definitions.get(symbol)
        if definition is not None and definition.takes_numbers:
            return self._at_numbers(definition, arguments, environment)
        if symbol not in BUILT_IN:
            return self._symbol(symbol, self.values(symbol, arguments, environment))
        if symbol == LOG:
            return self.log(arguments[0], environment, self.contraction.log)
        if symbol == EXP:
            return self.exp(arguments[0], environment)
        if symbol == ABS:
            return self.absolute(arguments[0], environment)
        if symbol == OUTER:
            left, right = arguments
            along_second = replace(self, levels=(*self.levels, SKIPPED))
            return self.multiply((self.read(left, environment), along_second.read(right, environment)))
        if symbol == TRANSPOSE:
            return replace(self, transposed=not self.transposed).read(arguments[0], environment)
        if symbol == POWER:
            base, exponent = arguments
            return self.power(self.read(base, environment), counted(self.index(exponent, environment), exponent))
        if symbol == QUANTITY:
            raise SortError(f"{arguments[0]} stands for the argument of a variance and has no value of its own")
        return self._indicator(*self.values(symbol, arguments, environment))

    def _at_numbers(self, definition: Definition, arguments: tuple[Term, ...], environment: Environment) -> Value:
        """The value of a function that is defined for numbers: its body with the arguments put in as terms.

        The arguments stay terms because their signs are derived from their form, which values do not show.
        """
        return self.contraction.once(
            (
                "at numbers",
                definition.symbol,
                arguments,
                mentioned(environment, *arguments),
                self.levels,
                self.transposed,
            ),
            lambda: self.real(self.read(definition.unfold(arguments), environment)),
        )

    def _symbol(self, symbol: Symbol, values: tuple[Any, ...]) -> Any:
        if (definition := self.instance.definitions.get(symbol)) is not None:
            return self._defined(symbol, definition.body, values)
        if symbol.result in FINITE:
            return self._chosen(symbol, values)
        if symbol.outcomes and isinstance(values[0], Handle):
            raise SortError(f"{symbol.name} is the law of a {values[0].sort} and needs a definition")
        return self._look_up(symbol, values)

    def _defined(self, symbol: Symbol, body: Term, values: tuple[Any, ...]) -> Any:
        """The value of a defined symbol; the value at the same arguments is computed once."""
        environment = tuple(reversed(values))
        if symbol.result != REAL or any(isinstance(v, Handle) for v in values):
            return self.read(body, environment)
        return self.contraction.once(
            ("defined", symbol, values, self.levels, self.transposed), lambda: self.real(self.read(body, environment))
        )

    def _chosen(self, symbol: Symbol, values: tuple[Any, ...]) -> Axis | Choice:
        """The axis of a draw of a batch, or the table of integers of a label."""
        if symbol.arguments and isinstance(symbol.arguments[0], Collective):
            handle: Handle = values[0]
            return handle.draw(symbol, values[1])
        if not all(isinstance(v, Axis) for v in values):
            raise SortError(f"{symbol.name} applied to something other than variables")
        return Choice(self.instance.choices(symbol), tuple(v.name for v in values), symbol.result)

    def _look_up(self, symbol: Symbol, values: tuple[Any, ...]) -> Value:
        """The table of a symbol with its derivatives; its axes are named by the arguments."""
        if symbol.arguments.count(PARAMETER) > 1:
            raise SortError(f"{symbol.name} takes two parameters, which no table has: it needs a definition")
        if stray := [s for s in symbol.arguments if s != PARAMETER and not isinstance(s, Finite | Collective)]:
            raise SortError(
                f"{symbol.name} takes an argument of sort {stray[0]}, which no table has: it needs a definition"
            )
        places = [x for v in values for x in (v.draws(self.instance) if isinstance(v, Handle) else (v,))]
        places = [v for v in places if isinstance(v, PLACES)]
        name = next((v.name for v in values if isinstance(v, Variable) and v.sort == PARAMETER), None)
        axes = tuple([v.name if isinstance(v, Axis) else f"gather:{next(self.fresh)}" for v in places])

        key, jets = self._table(symbol, name)

        def leaf() -> Value:
            distinct = tuple(dict.fromkeys(axes))
            own = jets if distinct == axes else {mask: _with_distinct_axes(a, axes) for mask, a in jets.items()}
            return Factor(own, distinct)

        out = self.contraction.once((*key, axes), leaf)
        for value, axis in zip(places, axes, strict=True):
            if isinstance(value, Choice):
                out = self._picked(value, axis, out)
        return out

    def _table(self, symbol: Symbol, name: str | None) -> tuple[tuple[object, ...], dict[int, Array]]:
        """A key that identifies a symbol's table at a parameter, and the table with its derivatives."""
        found = self.tables.get((symbol, name, self.levels, self.transposed))
        if found is None:
            active = tuple(k for k, p in enumerate(self.levels) if p != SKIPPED and name in (None, p.name))
            source = self.instance.frozen.get(name, name) if name else None
            by = {k: self.levels[k].name for k in active if name is None}
            jets = {}
            for mask in range(1 << len(self.levels)):
                levels = tuple(k for k in range(len(self.levels)) if mask >> k & 1)
                along = {1 - k if self.transposed else k: k for k in levels}
                if set(levels) <= set(active):
                    how = tuple(by[along[d]] for d in sorted(along)) if by else ()
                    array = self.instance.moved(symbol, source, tuple(sorted(along)), how)
                    if array is not None:
                        jets[mask] = array
            found = (symbol, source, active, tuple(by.values()), len(self.levels), self.transposed), jets
            self.tables[symbol, name, self.levels, self.transposed] = found
        return found

    def _picked(self, choice: Choice, axis: str, of: Value) -> Value:
        """The value with an axis fixed at a choice."""
        hot = self.contraction.multiply(self._one_hot(choice, axis), of)
        return self.contraction.sum_out(hot, axis, self.instance.size(choice.sort))

    def _one_hot(self, choice: Choice, axis: str) -> Factor:
        """The factor that is 1 where `axis` equals the choice, else 0."""
        size = self.instance.size(choice.sort)
        hot = self.instance.numbers.integers(choice.array[..., np.newaxis] == np.arange(size))
        axes = (*choice.axes, axis)
        distinct = tuple(dict.fromkeys(axes))  # 1{a = g(a)} has one axis
        return Factor({0: hot if distinct == axes else _with_distinct_axes(hot, axes)}, distinct)

    def _indicator(self, left: Any, right: Any) -> Value:
        if isinstance(left, Choice) and isinstance(right, Axis):
            left, right = right, left
        if isinstance(left, Axis) and isinstance(right, Choice):
            return self._one_hot(right, left.name)
        if isinstance(left, Axis) and isinstance(right, Axis):
            if left.name == right.name:
                return self.contraction.one
            identity = np.eye(self.instance.size(left.sort), dtype=bool)[np.newaxis]
            return self.contraction.once(
                ("same", left.name, right.name),
                lambda: Factor({0: self.instance.numbers.integers(identity)}, (left.name, right.name)),
            )
        axis = f"gather:{next(self.fresh)}"
        both = self.contraction.multiply(self._one_hot(left, axis), self._one_hot(right, axis))
        return self.contraction.sum_out(both, axis, self.instance.size(left.sort))

    # binders ------------------------------------------------------------------------------------------------
    def all(self, sort: Sort) -> Sort:
        return sort

    def range(self, first: int, last: int) -> range:
        return range(first, last + 1)

    def law(self, symbol: Symbol, given: tuple[Any, ...]) -> Distribution:
        return Distribution(symbol.arguments[0], lambda outcome: self._symbol(symbol, (outcome, *given)))

    def conditional(self, law: Distribution, event: Callable[[Any], Value]) -> Distribution:
        def joint(outcome: Any) -> Value:
            return self.contraction.multiply(law.mass(outcome), event(outcome))

        norm = self.contraction.reciprocal(self._summed(law.sort, joint))
        return Distribution(law.sort, lambda outcome: self.contraction.multiply(joint(outcome), norm))

    def sum(self, over: Any, body: Callable[[Any], Value]) -> Value:
        if isinstance(over, range):
            return self.add(tuple(body(i) for i in over))
        return self._summed(over, lambda v: self.real(body(v)))

    def product(self, over: Any, body: Callable[[Any], Value]) -> Value:
        if isinstance(over, range):
            return self.multiply(tuple(body(i) for i in over))
        axis = Axis(f"bound:{next(self.fresh)}", over)
        value = self.real(body(axis))
        return self.multiply(tuple(self._at(value, axis, k) for k in range(self.instance.size(over))))

    def _at(self, value: Value, axis: Axis, k: int) -> Value:
        """The value with one axis fixed at the index k."""
        chosen = np.full(1, k)
        return self._picked(Choice(chosen, (), axis.sort), axis.name, value)

    def expectation(self, law: Distribution, body: Callable[[Any], Value]) -> Value:
        def weighted(outcome: Any) -> Value:
            mass = law.mass(outcome)
            return self.contraction.multiply(mass, self.contraction.excuse_poles(self.real(body(outcome)), mass))

        if not isinstance(law.sort, Collective):
            return self._summed(law.sort, weighted)
        handle = Handle(f"bound:{next(self.fresh)}", law.sort)
        mass = law.mass(handle)
        drawn = _axes_of(mass, f"{handle.name}.")
        handle = Handle(handle.name, law.sort, drawn)
        value = self.contraction.excuse_poles(self.real(body(handle)), mass)
        return self.contraction.sum_out_all(self.contraction.multiply(mass, value), drawn)

    def _summed(self, sort: Sort, body: Callable[[Any], Value]) -> Value:
        """The sum of a body over one finite variable, or over every draw of a batch or trajectory."""
        if not isinstance(sort, Collective):
            axis = Axis(f"bound:{next(self.fresh)}", sort)
            return self.contraction.sum_out(body(axis), axis.name, self.instance.size(sort))
        name = f"bound:{next(self.fresh)}"
        draws = self._draws(name, sort)
        return self.contraction.sum_out_all(body(Handle(name, sort, draws)), draws)

    def _draws(self, handle: str, sort: Collective) -> dict[str, int]:
        """The axes of all draws of a batch or trajectory, with their sizes."""
        rounds = range(1, self.instance.length(Variable(sort.length, INDEX)) + 1)
        return {f"{handle}.{name}.{i}": self.instance.size(s) for i in rounds for name, s in sort.components}


def _with_distinct_axes(array: Array, axes: tuple[str, ...]) -> Array:
    """The array, with the diagonal in place of axes that have one name."""
    for i, name in enumerate(axes):
        if name in axes[:i]:
            j = axes.index(name)
            moved = np.moveaxis(np.diagonal(array, axis1=j + 1, axis2=i + 1), -1, j + 1)
            return _with_distinct_axes(moved, axes[:i] + axes[i + 1 :])
    return array


def _axes_of(value: Value, prefix: str) -> dict[str, int]:
    """The axes of a value whose names begin with a prefix, and their sizes."""
    return {a: n for f in leaves(value) for a, n in f.sizes.items() if a.startswith(prefix)}


def evaluate(term: Term, instance: Instance, axes: tuple[Variable, ...] = ()) -> Factor:
    """The value of a term: one array of shape (points, *sizes of `axes`), the free variables in the order given.

    At a table instance a matrix has its entries at the points of `instance.in_pairs`, row by row.
    Raises UnboundVariable if a free state or action is not among `axes`, UndefinedValue if the term divides by zero or
    takes the logarithm of zero somewhere (`poles` of `evaluate_with_poles` says where), OutsideNumberSystem if the
    instance's numbers cannot represent the value.
    """
    factor = evaluate_with_poles(term, instance, axes)
    if factor.poles is not None and factor.poles.any():
        raise UndefinedValue(f"{term} divides by zero, or takes the logarithm of zero, at this instance")
    return factor


@not_too_deep
def evaluate_with_poles(term: Term, instance: Instance, axes: tuple[Variable, ...] = ()) -> Factor:
    """The value of a term as by `evaluate`, but with undefined entries marked in `poles` instead of an error."""
    loose = {v for v in free(term) if v.sort in FINITE or isinstance(v.sort, Collective)} - set(axes)
    if loose:
        v = min(loose, key=lambda v: v.name)
        raise UnboundVariable(f"{v.name} ({v.sort}) is free: bind it by a sum or an expectation, or give it a value")
    check_names(axes)
    if isinstance(instance, TableInstance) and sort_of(term) == MATRIX:
        instance = instance.in_pairs
    evaluator = Evaluator.at(instance)
    value = evaluator.real(evaluator.read(term))
    wanted = tuple((f"free:{name}", instance.size(sort)) for v in axes for name, sort in open_axes(v, instance))
    out = evaluator.contraction.dense(value, wanted)
    check_inside(out)
    if set(out.jets) != {0}:
        raise SortError("a derivative was left over")
    return out
