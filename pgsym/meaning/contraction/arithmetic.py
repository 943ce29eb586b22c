"""Arithmetic on the values of terms, which are never multiplied out.

Derivatives are jets: a factor holds an array for each set of directions it is differentiated along, and products of
factors follow the product rule (truncated Taylor numbers, e_k² = 0 for every direction k).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from typing import cast
from weakref import ref

import numpy as np
from numpy.typing import NDArray

from pgsym.errors import OutsideNumberSystem
from pgsym.meaning.contraction.factors import (
    ZERO,
    Factor,
    Plus,
    Times,
    V,
    Value,
    factors_of,
    is_zero,
    spread,
)
from pgsym.meaning.contraction.tables import Tables
from pgsym.meaning.numbers.base import Array, Numbers, aligned

FEW_TIMES = 8
"""Up to this exponent, a power stays a product of equal values, which elimination can expand."""
FEWEST_KEYS = 2**10
"""The keys of deleted values are removed only when there are more keys than this."""


class Arithmetic(Tables):
    """Arithmetic on values in one number system; values that are equal by construction are one object."""

    def __init__(self, numbers: Numbers):
        super().__init__(numbers)
        self._made: dict[tuple[object, ...], Value] = {}
        self._alive: dict[tuple[object, ...], ref[Value]] = {}
        self._most_keys = FEWEST_KEYS
        self._functions: dict[tuple[object, ...], tuple[Factor, Factor]] = {}  # holds the arrays that its keys name
        self.one: Value = Times()

    def constant(self, value: Fraction) -> Value:
        """A rational number."""
        if value == 1:
            return self.one
        return self.once(("constant", value), lambda: self._constant(value)) if value else ZERO

    def once(self, key: tuple[object, ...], make: Callable[[], Value]) -> Value:
        """The value stored under a key; it is made and stored if there is none."""
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = make()
        return found

    def _while_alive(self, key: tuple[object, ...], make: Callable[[], V]) -> V:
        """The value stored under a key, as by `once`, but only kept while another value refers to it."""
        known = self._alive.get(key)
        found = known() if known is not None else None
        if found is None:
            found = make()
            self._alive[key] = ref(found)
            if len(self._alive) > self._most_keys:
                self._alive = {k: r for k, r in self._alive.items() if r() is not None}
                self._most_keys = max(FEWEST_KEYS, 2 * len(self._alive))
        return cast("V", found)

    # sums and products ----------------------------------------------------------------------------------------
    def add(self, *values: Value) -> Value:
        """The sum; factors over the same axes are added, and factors common to all terms are pulled out."""
        if len(values) == 1:
            return values[0]
        merged: dict[int, list[Value]] = {}
        for x in values:
            for part in x.parts if isinstance(x, Plus) else (x,):
                key = part.bits if isinstance(part, Factor) else ~part.serial
                merged.setdefault(key, []).append(part)
        parts = tuple([group[0] if len(group) == 1 else self._added(group) for group in merged.values()])
        if len(parts) == 1:
            return parts[0]
        common = self._common(parts)
        if not common:
            return self._node(Plus, parts)
        shared = tuple(p for p in factors_of(parts[0]) if p.serial in common)
        rests = (self._node(Times, tuple(p for p in factors_of(x) if p.serial not in common)) for x in parts)
        return self.multiply(*shared, self.add(*rests))

    @staticmethod
    def _common(parts: tuple[Value, ...]) -> set[int]:
        """The serials of the factors that occur exactly once in each of several products."""
        for x in parts:
            if not isinstance(x, Times):
                return set()
        if not parts:
            return set()
        common = {p.serial for p in factors_of(parts[0])}
        for x in parts:
            serials = [p.serial for p in factors_of(x)]
            common &= {s for s in serials if serials.count(s) == 1}
            if not common:
                break
        return common

    def _added(self, group: list[Value]) -> Value:
        first = group[0]
        if not isinstance(first, Factor):  # the same node several times
            return self.multiply(self.constant(Fraction(len(group))), first)
        key = ("added", *(x.serial for x in group))
        return self._while_alive(key, lambda: reduce(self._add_factors, (x for x in group if isinstance(x, Factor))))

    def multiply(self, *values: Value) -> Value:
        """The product; zero times an undefined value is undefined."""
        if len(values) == 1:
            return values[0]
        parts: list[Value] = []
        for x in values:
            if isinstance(x, Times):
                parts += x.parts
            elif is_zero(x):
                return self.add(*(self.undefined_zero(x) for x in values))
            else:
                parts.append(x)
        return self._node(Times, tuple(parts))

    def _node(self, kind: type[Plus] | type[Times], parts: tuple[Value, ...]) -> Value:
        if len(parts) == 1:
            return parts[0]
        if not parts:
            return ZERO if kind is Plus else self.one
        key = (kind, *sorted([p.serial for p in parts]))
        return self._while_alive(key, lambda: kind(parts))

    def undefined_zero(self, x: Value) -> Value:
        """Zero with the poles of a value."""
        if not x.is_poled:
            return ZERO
        if isinstance(x, Factor):
            return Factor({0: self.numbers.zeros(next(iter(x.jets.values())).shape)}, x.axes, x.poles)
        return self.add(*map(self.undefined_zero, x.parts))

    def power(self, x: Value, exponent: int) -> Value:
        """An integer power."""
        if exponent < 0:
            return self.power(self.reciprocal(x), -exponent)
        if not exponent:
            return self.add(self.one, self.undefined_zero(x))
        if exponent <= FEW_TIMES:
            return self.multiply(*[x] * exponent)
        if isinstance(x, Times):
            return self.multiply(*(self.power(part, exponent) for part in x.parts))
        return self._power_of_factor(self.dense(x), exponent)

    def _power_of_factor(self, x: Factor, exponent: int) -> Factor:
        """A positive power of a factor, by repeated squaring."""
        if exponent == 1:
            return x
        half = self._power_of_factor(x, exponent // 2)
        square = self._multiply_factors(half, half)
        return self._multiply_factors(square, x) if exponent % 2 else square

    # derivatives ----------------------------------------------------------------------------------------------
    def derivative(self, x: Value, direction: int) -> Value:
        """The derivative along a direction; it is undefined wherever the value is."""
        return self.add(self._tangent(x, 1 << direction), self.undefined_zero(self._primal(x, 1 << direction)))

    def _primal(self, x: Value, bit: int) -> Value:
        """The part of a value of order zero in a direction."""

        def make() -> Value:
            if isinstance(x, Factor):
                if not any(mask & bit for mask in x.jets):
                    return x
                outside = {mask: reason for mask, reason in x.outside.items() if not mask & bit}
                return self._factor({mask: a for mask, a in x.jets.items() if not mask & bit}, x, outside)
            combine = self.add if isinstance(x, Plus) else self.multiply
            return combine(*(self._primal(p, bit) for p in x.parts))

        return self.once(("primal", x.serial, bit), make)

    def _tangent(self, x: Value, bit: int) -> Value:
        """The coefficient of first order in a direction, by the product rule."""

        def make() -> Value:
            if isinstance(x, Factor):
                outside = {mask ^ bit: reason for mask, reason in x.outside.items() if mask & bit}
                return self._factor({mask ^ bit: a for mask, a in x.jets.items() if mask & bit}, x, outside)
            if isinstance(x, Plus):
                return self.add(*(self._tangent(p, bit) for p in x.parts))
            if len(x.parts) < 2:
                return self._tangent(x.parts[0], bit) if x.parts else ZERO
            half = len(x.parts) // 2
            left, right = self._node(Times, x.parts[:half]), self._node(Times, x.parts[half:])
            return self.add(
                self._times_or_zero(self._tangent(left, bit), self._primal(right, bit)),
                self._times_or_zero(self._primal(left, bit), self._tangent(right, bit)),
            )

        return self.once(("tangent", x.serial, bit), make)

    def _times_or_zero(self, x: Value, y: Value) -> Value:
        """The product, or zero without poles if one operand is zero; `derivative` adds the poles of the value once."""
        return ZERO if is_zero(x) or is_zero(y) else self.multiply(x, y)

    def _factor(
        self, jets: dict[int, Array], of: Factor, outside: dict[int, OutsideNumberSystem] | None = None
    ) -> Value:
        """A factor with some arrays and the axes and poles of another factor; zero if there are no arrays."""
        return Factor(jets, of.axes, of.poles, outside or {}) if jets else self.undefined_zero(of)

    # functions of one value -----------------------------------------------------------------------------------
    def reciprocal(self, x: Value) -> Value:
        """1/x, with a pole where x is zero; for a product, the product of the reciprocals."""
        if isinstance(x, Times):
            return self.multiply(*map(self.reciprocal, x.parts))
        numbers = self.numbers

        def derivative(y: Factor, _: Factor) -> Factor:
            return self._multiply_factors(self._constant(Fraction(-1)), self._multiply_factors(y, y))

        return self._of(x, "1/", numbers.reciprocal, numbers.is_zero, derivative)

    def log(self, x: Value) -> Value:
        """log x, with a pole where x is zero or negative."""
        numbers = self.numbers

        def derivative(_: Factor, x: Factor) -> Factor:
            slope = self.reciprocal(x)
            return slope if isinstance(slope, Factor) else self.dense(slope)

        return self._of(x, "log", numbers.log, numbers.has_no_log, derivative)

    def log_along(self, x: Value, direction: int) -> Value:
        """log x without its part of order zero in a direction: the first-order part ∇x / x, with poles as log x has.

        Derivatives do not need the part of order zero, which would be an independent random element for each value.
        """
        bit = 1 << direction

        def at(x: Factor) -> Factor:
            zeros = self._zeros_like(x)
            nowhere = self.numbers.has_no_log(x.jets.get(0, zeros))
            if x.poles is not None:
                nowhere = nowhere | x.poles
            poles = nowhere if nowhere.any() else None
            tangent = {mask: a for mask, a in x.jets.items() if mask & bit}
            if not tangent:
                return Factor({0: zeros}, x.axes, poles)
            primal = Factor({m: a for m, a in x.jets.items() if not m & bit} or {0: zeros}, x.axes, x.poles)
            slope = self._multiply_factors(self.dense(self.reciprocal(primal)), Factor(tangent, x.axes))
            return Factor(slope.jets, x.axes, poles, slope.outside)

        dense = self.dense(x)
        return self.log(x) if dense.outside else self._by_arrays(("log along", direction), dense, at)

    def where_positive(self, x: Value) -> Value:
        """exp log x: x itself, with a pole where x has no logarithm."""
        numbers = self.numbers
        one = self._constant(Fraction(1))
        return self._of(x, "exp log", lambda a: (a, numbers.has_no_log(a)), numbers.has_no_log, lambda *_: one)

    def exp(self, x: Value) -> Value:
        """exp x."""

        def nowhere(a: Array) -> NDArray[np.bool_]:
            return np.zeros(a.shape, dtype=bool)

        return self._of(x, "exp", lambda a: (self.numbers.exp(a), nowhere(a)), nowhere, lambda y, _: y)

    def _of(
        self,
        x: Value,
        name: str,
        function: Callable[[Array], tuple[Array, NDArray[np.bool_]]],
        singular: Callable[[Array], NDArray[np.bool_]],
        derivative: Callable[[Factor, Factor], Factor],
    ) -> Value:
        """A function of one value; `derivative` takes the function value and the argument.

        If the number system cannot represent the values, `singular` still marks where the function is undefined.
        """

        def at(x: Factor) -> Factor:
            if x.outside:
                reason = next(iter(x.outside.values()))
                return Factor(x.jets, x.axes, x.poles, dict.fromkeys(x.jets, reason))
            top = max(x.jets, default=0).bit_length()
            if top:
                bit = 1 << top - 1
                below = {mask: a for mask, a in x.jets.items() if not mask & bit}
                primal = Factor(below or {0: self._zeros_like(x)}, x.axes, x.poles)
                tangent = Factor({mask ^ bit: a for mask, a in x.jets.items() if mask & bit}, x.axes)
                y = at(primal)
                slope = self._multiply_factors(derivative(y, primal), tangent)
                beyond = {mask | bit: reason for mask, reason in slope.outside.items()}
                moved = Factor({mask | bit: a for mask, a in slope.jets.items()}, slope.axes, slope.poles, beyond)
                return self._add_factors(y, moved)
            outside = {}
            try:
                array, poles = function(x.array)
            except OutsideNumberSystem as beyond_it:
                outside, poles = {0: beyond_it}, singular(x.array)
                array = self.numbers.zeros(x.array.shape)
            if x.poles is not None:
                poles = poles | x.poles
            return Factor({0: array}, x.axes, poles if poles.any() else None, outside)

        return self._by_arrays((name,), self.dense(x), at)

    def _by_arrays(self, name: tuple[object, ...], x: Factor, function: Callable[[Factor], Factor]) -> Factor:
        """A function of a factor, entry by entry, computed once for all factors that have the same arrays.

        For example, π(a_t | s_t) has the same arrays for all t.
        """

        def make() -> Factor:
            if x.poles is not None or x.outside:
                return function(x)
            key = (*name, *((mask, id(a)) for mask, a in x.jets.items()))
            if key not in self._functions:
                self._functions[key] = x, function(x)
            made = self._functions[key][1]
            return Factor(made.jets, x.axes, made.poles, made.outside)

        return cast("Factor", self.once((*name, x.serial), make))

    def _zeros_like(self, x: Factor) -> Array:
        return self.numbers.zeros(next(iter(x.jets.values())).shape)

    def dense(self, x: Value, axes: tuple[tuple[str, int], ...] = ()) -> Factor:
        """The value as one factor, whose first axes are `axes` (name, size) in that order."""
        made = self.once(("dense", x.serial), lambda: self._dense(x))
        if not isinstance(made, Factor):
            raise TypeError("a dense value is a factor")
        if not axes:
            return made
        names = tuple(a for a, _ in axes) + tuple(a for a in made.axes if a not in dict(axes))
        sizes = dict(axes) | made.sizes
        jets = {mask: spread(aligned(a, made.axes, names), names, sizes) for mask, a in made.jets.items()}
        poles = None if made.poles is None else spread(aligned(made.poles, made.axes, names), names, sizes)
        return Factor(jets, names, poles, made.outside)

    def _dense(self, x: Value) -> Factor:
        if isinstance(x, Factor):
            return x
        parts = [self.dense(p) for p in x.parts]
        if isinstance(x, Times):
            return self._multiply_all(parts)
        return reduce(self._add_factors, parts) if parts else self._constant(Fraction(0))
