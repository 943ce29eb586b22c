"""Sums of products of small named-axis factors, and their derivatives along directions.

`Net` is the value of a term: nothing is multiplied out until a variable is eliminated, which multiplies just the
factors that mention it.  `Dual` pairs a value with its derivative along one direction; nested, it gives second
derivatives.  `Contraction` does the arithmetic of both in a number system.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import prod

import numpy as np
from numpy.typing import NDArray

from pgsym.errors import OutsideNumberSystem, TooLarge
from pgsym.meaning.numbers import Array, Numbers

MOST_ENTRIES = 50_000_000
"""The largest factor that is built; a larger one is refused before it is."""


@dataclass(frozen=True, eq=False)
class Factor:
    """An array of shape (points, *sizes of axes); `poles` marks entries that do not exist, such as 1/0."""

    array: Array
    axes: tuple[str, ...] = ()
    poles: NDArray[np.bool_] | None = None


Term = tuple[Factor, ...]


@dataclass(frozen=True, eq=False)
class Net:
    """A sum of products of factors; `outside` if the number system cannot hold it."""

    terms: tuple[Term, ...] = ()
    outside: OutsideNumberSystem | None = None

    @property
    def is_zero(self) -> bool:
        """Whether it is the empty sum."""
        return not self.terms and self.outside is None


@dataclass(frozen=True, eq=False)
class Dual:
    """primal + tangent·ε_level; a deeper derivative has a higher level, and the highest stands outermost."""

    level: int
    primal: Value
    tangent: Value


Value = Net | Dual
ZERO = Net()


def is_zero(value: Value) -> bool:
    """Whether a value is zero by construction."""
    return isinstance(value, Net) and value.is_zero


def dual(level: int, primal: Value, tangent: Value) -> Value:
    """The pair, or the primal alone where the tangent is zero."""
    return primal if is_zero(tangent) else Dual(level, primal, tangent)


def split(value: Value, level: int) -> tuple[Value, Value]:
    """The primal and tangent of a value at a level that is at least its own."""
    if isinstance(value, Dual) and value.level == level:
        return value.primal, value.tangent
    return value, ZERO


def top(*values: Value) -> int:
    """The highest level among values, −1 if none has a derivative."""
    return max((v.level for v in values if isinstance(v, Dual)), default=-1)


class Contraction:
    """Arithmetic on values in one number system."""

    def __init__(self, numbers: Numbers):
        self.numbers = numbers
        self.one = self.constant(Fraction(1))

    def constant(self, value: Fraction) -> Net:
        """A rational number."""
        return Net(((Factor(self.numbers.constant(value)),),)) if value else ZERO

    # field operations on values -----------------------------------------------------------------------------
    def add(self, x: Value, y: Value) -> Value:
        """The sum."""
        if is_zero(x):
            return y
        if is_zero(y):
            return x
        if isinstance(x, Net) and isinstance(y, Net):
            return Net(x.terms + y.terms, x.outside or y.outside)
        level = top(x, y)
        (xp, xt), (yp, yt) = split(x, level), split(y, level)
        return dual(level, self.add(xp, yp), self.add(xt, yt))

    def multiply(self, x: Value, y: Value) -> Value:
        """The product; zero times something undefined is undefined."""
        if is_zero(x) or is_zero(y):
            return self.undefined_zero(y if is_zero(x) else x)
        if isinstance(x, Net) and isinstance(y, Net):
            return Net(tuple(p + q for p in x.terms for q in y.terms), x.outside or y.outside)
        level = top(x, y)
        (xp, xt), (yp, yt) = split(x, level), split(y, level)
        tangent = self.add(self.multiply(xp, yt), self.multiply(xt, yp))
        return dual(level, self.multiply(xp, yp), tangent)

    def undefined_zero(self, x: Value) -> Value:
        """Zero, with the poles that a value has."""
        if isinstance(x, Dual):
            return self.add(self.undefined_zero(x.primal), self.undefined_zero(x.tangent))
        zero = Factor(self.numbers.constant(Fraction(0)))
        terms = tuple((zero, *poles) for t in x.terms if (poles := tuple(f for f in t if f.poles is not None)))
        return Net(terms)

    def power(self, x: Value, exponent: int) -> Value:
        """An integer power."""
        if exponent < 0:
            return self.power(self.reciprocal(x), -exponent)
        out: Value = self.one
        for _ in range(exponent):
            out = self.multiply(out, x)
        return out

    def reciprocal(self, x: Value) -> Value:
        """1/x, with a pole where x is zero."""
        minus = self.constant(Fraction(-1))
        numbers = self.numbers
        return self._chain(
            x, numbers.reciprocal, numbers.is_zero, lambda y, _: self.multiply(minus, self.multiply(y, y))
        )

    def log(self, x: Value) -> Value:
        """log x, with a pole where x is zero or negative."""
        return self._chain(x, self.numbers.log, self.numbers.has_no_log, lambda _, p: self.reciprocal(p))

    def exp(self, x: Value) -> Value:
        """exp x."""

        def nowhere(a: Array) -> NDArray[np.bool_]:
            return np.zeros(a.shape, dtype=bool)

        return self._chain(x, lambda a: (self.numbers.exp(a), nowhere(a)), nowhere, lambda y, _: y)

    def _chain(
        self,
        x: Value,
        function: Callable[[Array], tuple[Array, NDArray[np.bool_]]],
        singular: Callable[[Array], NDArray[np.bool_]],
        derivative: Callable[[Value, Value], Value],
    ) -> Value:
        """A function of one value with its derivative given by (function value, argument).

        Where the number system cannot hold the values, it is still known where there is none.
        """
        if isinstance(x, Dual):
            primal = self._chain(x.primal, function, singular, derivative)
            return dual(x.level, primal, self.multiply(derivative(primal, x.primal), x.tangent))
        if x.outside:
            return x
        dense = self.collapse(x)
        reason = None
        try:
            array, poles = function(dense.array)
        except OutsideNumberSystem as outside:
            reason, poles = outside, singular(dense.array)
            array = self.numbers.zeros(dense.array.shape)
        if dense.poles is not None:
            poles = poles | dense.poles
        return Net(((Factor(array, dense.axes, poles if poles.any() else None),),), reason)

    # elimination --------------------------------------------------------------------------------------------
    def sum_out(self, x: Value, axis: str, size: int) -> Value:
        """The sum over an axis."""
        if isinstance(x, Dual):
            return dual(x.level, self.sum_out(x.primal, axis, size), self.sum_out(x.tangent, axis, size))
        terms = []
        for term in x.terms:
            touching = [f for f in term if axis in f.axes]
            rest = tuple(f for f in term if axis not in f.axes)
            if touching:
                terms.append((*rest, self._sum_factor(self._multiply_all(touching), axis)))
            else:
                terms.append((*rest, Factor(self.numbers.constant(Fraction(size)))))
        return self._merged(Net(tuple(terms), x.outside))

    def _sum_factor(self, factor: Factor, axis: str) -> Factor:
        at = factor.axes.index(axis)
        poles = None if factor.poles is None else np.asarray(factor.poles.any(axis=at + 1))
        return Factor(self.numbers.total(factor.array, at + 1), factor.axes[:at] + factor.axes[at + 1 :], poles)

    def _multiply_all(self, factors: list[Factor]) -> Factor:
        out, *rest = factors
        for factor in rest:
            out = self._multiply_factors(out, factor)
        return out

    def _multiply_factors(self, x: Factor, y: Factor) -> Factor:
        axes = x.axes + tuple(a for a in y.axes if a not in x.axes)
        left, right = self._aligned(x.array, x.axes, axes), self._aligned(y.array, y.axes, axes)
        entries = prod(np.broadcast_shapes(left.shape, right.shape))
        if entries > MOST_ENTRIES:
            raise TooLarge(f"a factor of {entries:.1e} entries over {len(axes)} variables: take smaller sizes")
        poles = None
        if x.poles is not None or y.poles is not None:
            shape = np.broadcast_shapes(left.shape, right.shape)
            poles = np.zeros(shape, dtype=bool)
            for f in (x, y):
                if f.poles is not None:
                    poles = poles | self._aligned(f.poles, f.axes, axes)
        return Factor(self.numbers.multiply(left, right), axes, poles)

    @staticmethod
    def _aligned(array: Array, axes: tuple[str, ...], onto: tuple[str, ...]) -> Array:
        """The array with its axes in the order of `onto`, length 1 where it has none."""
        order = [axes.index(a) for a in onto if a in axes]
        moved = array.transpose(0, *[i + 1 for i in order])
        shape = [moved.shape[0]]
        dims = iter(moved.shape[1:])
        shape.extend(next(dims) if a in axes else 1 for a in onto)
        return moved.reshape(shape)

    def _merged(self, net: Net) -> Net:
        """Terms that are one factor over the same axes added into one, so that loops do not grow the sum."""
        if len(net.terms) < 2:
            return net
        merged: dict[frozenset[str], Factor] = {}
        rest = []
        for term in net.terms:
            if len(term) != 1:
                rest.append(term)
                continue
            (factor,) = term
            key = frozenset(factor.axes)
            merged[key] = self._add_factors(merged[key], factor) if key in merged else factor
        return Net((*((f,) for f in merged.values()), *rest), net.outside)

    def _add_factors(self, x: Factor, y: Factor) -> Factor:
        right = self._aligned(y.array, y.axes, x.axes)
        poles = x.poles
        if y.poles is not None:
            aligned = self._aligned(y.poles, y.axes, x.axes)
            poles = aligned if poles is None else poles | aligned
        return Factor(self.numbers.add(x.array, right), x.axes, poles)

    def collapse(self, net: Net, axes: tuple[tuple[str, int], ...] = ()) -> Factor:
        """One dense factor over the net's axes, or over `axes` (name, size) in that order."""
        if net.outside:
            raise net.outside
        names = tuple(dict.fromkeys([a for a, _ in axes] + [a for t in net.terms for f in t for a in f.axes]))
        sizes = dict(axes) | {a: f.array.shape[i + 1] for t in net.terms for f in t for i, a in enumerate(f.axes)}
        shape = tuple(sizes[a] for a in names)
        out = Factor(self.numbers.zeros((1, *shape)), names)
        for term in net.terms:
            dense = self._multiply_all(list(term)) if term else Factor(self.numbers.constant(Fraction(1)))
            out = self._add_factors(out, dense)
        points = max(out.array.shape[0], 1 if out.poles is None else out.poles.shape[0])
        poles = None if out.poles is None else np.broadcast_to(out.poles, (points, *shape))
        return Factor(np.broadcast_to(out.array, (points, *shape)), names, poles)

    def excuse_poles(self, x: Value, mass: Value) -> Value:
        """The value with its poles lifted wherever `mass` vanishes with all its derivatives."""
        if isinstance(x, Dual):
            return Dual(x.level, self.excuse_poles(x.primal, mass), self.excuse_poles(x.tangent, mass))
        if all(f.poles is None for t in x.terms for f in t):
            return x
        if isinstance(mass, Net) and len(mass.terms) == 1:  # a product: first by the factors that speak of the same
            for factor in mass.terms[0]:
                near = Factor(~self.numbers.is_zero(factor.array), factor.axes)
                x = _each_factor(x, lambda f: self._excused(f, near) if set(near.axes) <= set(f.axes) else f)  # noqa: B023
            if all(f.poles is None for t in x.terms for f in t):
                return x
        support = self._support(mass)
        return _each_factor(x, lambda f: self._excused(f, support))

    def _excused(self, factor: Factor, support: Factor) -> Factor:
        if factor.poles is None:
            return factor
        axes = factor.axes + tuple(a for a in support.axes if a not in factor.axes)
        poles = self._aligned(factor.poles, factor.axes, axes) & self._aligned(support.array, support.axes, axes)
        shape = np.broadcast_shapes(poles.shape, self._aligned(factor.array, factor.axes, axes).shape)
        array = np.broadcast_to(self._aligned(factor.array, factor.axes, axes), shape)
        return Factor(array, axes, np.broadcast_to(poles, shape) if poles.any() else None)

    def _support(self, mass: Value) -> Factor:
        """Where some derivative of the mass, the zeroth included, is not zero."""
        if isinstance(mass, Dual):
            p, t = self._support(mass.primal), self._support(mass.tangent)
            axes = p.axes + tuple(a for a in t.axes if a not in p.axes)
            return Factor(self._aligned(p.array, p.axes, axes) | self._aligned(t.array, t.axes, axes), axes)
        dense = self.collapse(mass)
        return Factor(~self.numbers.is_zero(dense.array), dense.axes)


def _each_factor(net: Net, function: Callable[[Factor], Factor]) -> Net:
    return Net(tuple(tuple(map(function, t)) for t in net.terms), net.outside)
