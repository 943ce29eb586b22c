"""The derivatives of one number with respect to whole tables, by reverse-mode differentiation.

A derivative along a direction costs one evaluation with jets; all derivatives of a number cost about three, by reverse
accumulation (Linnainmaa 1970): every product and sum of the evaluation is visited again, in reverse order.  Both
together give the Hessian times a direction (Pearlmutter 1994).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count

import numpy as np

from pgsym.errors import OutsideNumberSystem, SortError
from pgsym.meaning.contraction.elimination import Contraction
from pgsym.meaning.contraction.factors import Factor, V, Value
from pgsym.meaning.evaluator import Evaluator
from pgsym.meaning.instances import Instance
from pgsym.meaning.numbers.base import Array, Axes, Float64
from pgsym.terms.nodes import Symbol, Term, Variable
from pgsym.terms.sorts import VECTOR, Collective, Finite
from pgsym.terms.structure import free

Jets = dict[int, Array]


@dataclass(frozen=True)
class Operation:
    """One product or sum of an evaluation, with its result and its operands."""

    result: Factor
    operands: tuple[Factor, ...]
    is_product: bool


class Tape(Contraction):
    """A contraction that records the products and sums between some tables and the result."""

    def __init__(self, numbers: Float64, symbols: Iterable[Symbol]):
        super().__init__(numbers)
        self.symbols = frozenset(symbols)
        self.leaves: dict[int, Symbol] = {}
        self.operations: list[Operation] = []
        self._reached: set[int] = set()

    def reaches(self, factor: Factor) -> bool:
        """Whether a factor depends on one of the tables."""
        return factor.serial in self._reached

    def once(self, key: tuple[object, ...], make: Callable[[], Value]) -> Value:
        made = super().once(key, make)
        if key[0] in self.symbols and isinstance(made, Factor) and isinstance(key[0], Symbol):
            self.leaves[made.serial] = key[0]
            self._reached.add(made.serial)
        return made

    def _record(self, result: Factor, operands: tuple[Factor, ...], is_product: bool) -> Factor:
        if any(map(self.reaches, operands)):
            self._reached.add(result.serial)
            self.operations.append(Operation(result, operands, is_product))
        return result

    def _contract(self, x: Factor, y: Factor, axis: str | None) -> Factor:
        return self._record(super()._contract(x, y, axis), (x, y), True)

    def _total(self, x: Factor, axis: str) -> Factor:
        return self._record(super()._total(x, axis), (x,), False)

    def _add_factors(self, x: Factor, y: Factor) -> Factor:
        return self._record(super()._add_factors(x, y), (x, y), False)

    def _of(self, x: Value, *rest: V) -> Value:  # type: ignore[override]
        raise OutsideNumberSystem("derivatives by whole tables exist for sums and products only")

    def _factor(self, jets: dict[int, Array], of: Factor, outside: object = None) -> Value:
        raise OutsideNumberSystem("derivatives by whole tables exist only for terms without ∇")


@dataclass(frozen=True)
class Adjoint:
    """A number and its derivatives by the entries of some tables, which have the tables' shapes.

    `along` and `along_by` are the derivatives of `value` and `by` along the instance's direction.
    """

    value: float
    by: dict[Symbol, Array]
    along: float
    along_by: dict[Symbol, Array]


def adjoint(term: Term, instance: Instance, *symbols: Symbol, parameter: Variable | None = None) -> Adjoint:
    """The value of a term at a float64 instance, and its derivatives by every entry of the tables of some symbols.

    With a `parameter`, the derivatives along the instance's one direction of that parameter are computed too.  Entries
    count as independent variables; the caller accounts for rows that sum to one.  Raises SortError for a term with
    free states or actions, OutsideNumberSystem for logarithms, divisions or ∇, or for another number system.

    >>> import numpy as np
    >>> from pgsym.meaning.instances import TableInstance
    >>> from pgsym.problems.one_step_problem import POLICY, REWARD, STATE_LAW, one_step
    >>> from pgsym.terms import ACTION, STATE
    >>> tables = {STATE_LAW: np.ones(1), POLICY: np.array([[0.25], [0.75]]), REWARD: np.array([[3.0, 5.0]])}
    >>> out = adjoint(one_step().objective, TableInstance(Float64(), {STATE: 1, ACTION: 2}, tables), POLICY)
    >>> out.value, out.by[POLICY].ravel().tolist()
    (4.5, [3.0, 5.0])
    """
    if not isinstance(instance.numbers, Float64):
        raise OutsideNumberSystem(f"derivatives by whole tables are computed in float64, not {instance.numbers.name}")
    loose = sorted(v.name for v in free(term) if isinstance(v.sort, Finite | Collective) or v.sort == VECTOR)
    if loose:
        raise SortError(f"{', '.join(loose)} is free: bind it, since only one number can be differentiated")
    tape = Tape(instance.numbers, symbols)
    evaluator = Evaluator(instance, tape, count(), () if parameter is None else (parameter,))
    out = tape.dense(evaluator.real(evaluator.read(term)))
    seed = np.ones(1)
    found = {s: {0: np.zeros(()), 1: np.zeros(())} for s in symbols}
    for serial, jets in _backward(tape, out, {0: seed} if parameter is None else {1: seed}).items():
        if serial in tape.leaves:
            for mask, array in jets.items():
                found[tape.leaves[serial]][mask] = found[tape.leaves[serial]][mask] + array[0]
    first, second = (0, 1) if parameter is None else (1, 0)
    shapes = {s: instance.shape(s) for s in symbols}
    return Adjoint(
        _number(out, 0),
        {s: np.broadcast_to(found[s][first], shapes[s]) for s in symbols},
        _number(out, 1),
        {s: np.broadcast_to(found[s][second], shapes[s]) for s in symbols},
    )


def _number(out: Factor, mask: int) -> float:
    return float(out.jets[mask].sum()) if mask in out.jets else 0.0


def _backward(tape: Tape, out: Factor, seed: Jets) -> dict[int, Jets]:
    """The derivatives of the result by every factor that depends on the tables."""
    by: dict[int, Jets] = {out.serial: seed}
    for operation in reversed(tape.operations):
        above = by.pop(operation.result.serial, None)
        if above is None:
            continue
        for i, x in enumerate(operation.operands):
            if not tape.reaches(x):
                continue
            mine = by.setdefault(x.serial, {})
            other = operation.operands[1 - i].jets if operation.is_product else {0: None}
            for mask, slope in above.items():
                for n, y in other.items():
                    m = mask & ~n
                    if n & ~mask or (m not in x.jets and m):
                        continue
                    y_axes = () if y is None else operation.operands[1 - i].axes
                    share = _share(slope, operation.result.axes, np.ones(1) if y is None else y, y_axes, x)
                    mine[m] = mine[m] + share if m in mine else share
    return by


def _share(slope: Array, over: Axes, y: Array, over_y: Axes, x: Factor) -> Array:
    """The slope times the other factor, summed over all axes but those of `x`, and repeated along the missing ones."""
    names = {a: i for i, a in enumerate(dict.fromkeys((*over, *over_y, *x.axes)), 1)}
    kept = tuple(a for a in x.axes if a in over or a in over_y)
    left, right, out = ([0, *(names[a] for a in axes)] for axes in (over, over_y, kept))
    made = np.einsum(slope, left, y, right, out)
    whole = made.reshape(made.shape[0], *(made.shape[kept.index(a) + 1] if a in kept else 1 for a in x.axes))
    return np.asarray(np.broadcast_to(whole, (made.shape[0], *(x.sizes[a] for a in x.axes))))
