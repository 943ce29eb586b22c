"""Elimination of variables from the values of terms.

A value is never multiplied out.  Eliminating a variable multiplies only the factors that mention it, so a sum over all
trajectories costs as much as dynamic programming.  If a sum is multiplied with factors of the variable, its terms
without the variable stay one value.  Equal products are computed once; they are the messages of the dynamic program.
Terms with the same message, or with the same remaining factors, are added up again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import reduce
from math import prod

import numpy as np

from pgsym.errors import TooLarge
from pgsym.meaning.contraction.arithmetic import Arithmetic
from pgsym.meaning.contraction.factors import (
    Factor,
    Plus,
    Times,
    Value,
    bit_of,
    check_memory,
    factors_of,
    is_zero,
    leaves,
    spread,
)
from pgsym.meaning.numbers.base import aligned

MANY_SUMMANDS, MANY_ENTRIES = 256, 2**12
"""A product of sums with more than MANY_SUMMANDS summands is multiplied out into one factor if that has at most
MANY_ENTRIES entries, or no more than all summands together."""
MOST_SUMMANDS = 2**20
"""The limit of summands of an expanded product of sums: some minutes of work."""


def _summands(product: Iterable[Value], bit: int, known: dict[int, int]) -> int:
    """The number of summands of an expanded product, counting all terms of a sum without an axis as one."""
    return prod([_summands_of(x, bit, known) for x in product if not isinstance(x, Factor) and x.bits & bit])


def _summands_of(x: Plus | Times, bit: int, known: dict[int, int]) -> int:
    if x.serial not in known:
        if isinstance(x, Times):
            known[x.serial] = _summands(x.parts, bit, known)
        else:
            touched = [p for p in x.parts if p.bits & bit]
            known[x.serial] = sum(_summands((p,), bit, known) for p in touched) + (len(touched) < len(x.parts))
    return known[x.serial]


class Contraction(Arithmetic):
    """Arithmetic that sums over variables."""

    def sum_out_all(self, x: Value, axes: Mapping[str, int]) -> Value:
        """The sum over some axes (of the given lengths), in an order that keeps the factors small.

        Raises TooLarge, before anything is multiplied, if no such order is found.
        """
        for axis in self.order(x, axes):
            x = self.sum_out(x, axis, axes[axis])
        return x

    def order(self, x: Value, axes: Iterable[str]) -> list[str]:
        """The order of elimination: always the variable with the smallest product of factors, then the earliest."""
        sizes: dict[str, int] = {}
        points, masks = 1, 1
        neighbours: dict[str, set[str]] = {axis: {axis} for axis in axes}
        for factor in leaves(x):
            sizes |= factor.sizes
            points = max(points, factor.points)
            masks = max(masks, len(factor.jets))
            for axis in neighbours.keys() & set(factor.axes):
                neighbours[axis].update(factor.axes)
        rank = {axis: i for i, axis in enumerate(sizes)}
        cost = {axis: prod([sizes.get(a, 1) for a in near]) for axis, near in neighbours.items()}
        out = []
        while neighbours:
            axis = min(cost, key=lambda a: (cost[a], rank.get(a, 0)))
            needed = cost.pop(axis) * points * masks * self._bytes
            check_memory(needed, "a sum over ", len(neighbours[axis]), " variables at once")
            out.append(axis)
            near = neighbours.pop(axis) - {axis}
            for other in near & neighbours.keys():
                neighbours[other] |= near
                neighbours[other].discard(axis)
                cost[other] = prod([sizes[a] for a in neighbours[other]])
        return out

    def sum_out(self, x: Value, axis: str, size: int) -> Value:
        """The sum over an axis."""
        bit = bit_of(axis)
        if not x.bits & bit:
            return self.multiply(self.constant(Fraction(size)), x)
        parts = factors_of(x)
        stay = tuple(p for p in parts if not p.bits & bit)
        touched = self._compact(tuple(p for p in parts if p.bits & bit), axis, size)
        opened = [(rest, self._ascending(own)) for rest, own in self._expanded(touched, axis, size)]
        products = self._shared_prefixes([own for _, own in opened])
        by_rest: dict[int, tuple[Value, list[Value]]] = {}
        for rest, own in opened:
            message = self._message(own, axis, products) if own else self.constant(Fraction(size))
            remaining = self.multiply(*rest)
            by_rest.setdefault(remaining.serial, (remaining, []))[1].append(message)
        by_message: dict[int, tuple[Value, list[Value]]] = {}
        for rest_value, messages in by_rest.values():
            message = self.add(*messages)
            by_message.setdefault(message.serial, (message, []))[1].append(rest_value)
        return self.multiply(*stay, self.add(*(self.multiply(m, self.add(*rests)) for m, rests in by_message.values())))

    def _compact(self, product: tuple[Value, ...], axis: str, size: int) -> tuple[Value, ...]:
        """The product, or one factor equal to it if expanding its sums makes more entries than that factor has.

        Raises TooLarge if both are too large.
        """
        bit = bit_of(axis)
        summands = _summands(product, bit, {})
        if summands <= MANY_SUMMANDS:
            return product
        sizes: dict[str, int] = {}
        for part in product:
            for factor in leaves(part):
                sizes |= factor.sizes
        if prod(sizes.values()) <= max(MANY_ENTRIES, summands * size):
            return (self.dense(self.multiply(*product)),)
        if summands > MOST_SUMMANDS:
            raise TooLarge(
                f"a product of sums would be expanded into more than {MOST_SUMMANDS} summands: take smaller sizes"
            )
        return product

    def _expanded(
        self, product: tuple[Value, ...], axis: str, size: int
    ) -> Iterator[tuple[tuple[Value, ...], tuple[Factor, ...]]]:
        """The summands of an expanded product: the values without the axis, and the factors with it."""
        bit = bit_of(axis)
        unfinished: list[tuple[tuple[Value, ...], tuple[Value, ...], tuple[Factor, ...]]] = [(product, (), ())]
        while unfinished:
            waiting, rest, own = unfinished.pop()
            while waiting:
                first, waiting = waiting[0], waiting[1:]
                if not first.bits & bit:
                    rest = (*rest, first)
                elif isinstance(first, Factor):
                    own = (*own, first)
                elif isinstance(first, Times):
                    waiting = self._compact((*first.parts, *waiting), axis, size)
                else:
                    apart = self.add(*[p for p in first.parts if not p.bits & bit])
                    unfinished += [((p, *waiting), rest, own) for p in reversed(first.parts) if p.bits & bit]
                    if not is_zero(apart):
                        unfinished.append((waiting, (*rest, apart), own))
                    break
            else:
                yield rest, own

    @staticmethod
    def _shared_prefixes(groups: list[tuple[Factor, ...]]) -> dict[tuple[Factor, ...], Factor | None]:
        """The leading factors that several longer products share, mapped to None, in place of their product."""
        if len(groups) < 2:
            return {}
        begun = Counter([own[:n] for own in groups for n in range(2, len(own))])
        return {own: None for own, n in begun.items() if n > 1}

    def _message(self, own: tuple[Factor, ...], axis: str, products: dict[tuple[Factor, ...], Factor | None]) -> Value:
        """The sum over an axis of the product of all factors that mention it, from the smallest on.

        `products` stores the products of leading factors that several messages share.
        """

        def product_of(factors: tuple[Factor, ...]) -> Factor:
            if len(factors) == 1:
                return factors[0]
            made = products.get(factors)
            if made is None:
                made = self._multiply_factors(product_of(factors[:-1]), factors[-1])
                if factors in products:
                    products[factors] = made
            return made

        def make() -> Factor:
            *first, last = own
            return self._contract(product_of(tuple(first)), last, axis) if first else self._total(last, axis)

        return self._while_alive(("message", axis, *sorted([f.serial for f in own])), make)

    # poles of probability zero ----------------------------------------------------------------------------------
    def excuse_poles(self, x: Value, mass: Value) -> Value:
        """The value without the poles at which `mass` and all its derivatives are zero."""
        if not x.is_poled:
            return x
        for factor in factors_of(mass):
            if isinstance(factor, Factor):  # first by the single factors of a product, over their own axes
                x = self._each_leaf(x, self._remove_poles(self._support(factor), factor.axes))
        return self._each_leaf(x, self._remove_poles(self._support(self.dense(mass)), None)) if x.is_poled else x

    def _each_leaf(self, x: Value, function: Callable[[Factor], Value]) -> Value:
        if not x.is_poled:
            return x
        if isinstance(x, Factor):
            return function(x)
        combine = self.add if isinstance(x, Plus) else self.multiply
        return combine(*(self._each_leaf(p, function) for p in x.parts))

    def _remove_poles(self, support: Factor, within: tuple[str, ...] | None) -> Callable[[Factor], Value]:
        """A function that removes a factor's poles outside a support, if all axes of `within` are the factor's."""

        def lifted(f: Factor) -> Value:
            if f.poles is None or (within is not None and not set(within) <= set(f.axes)):
                return f
            axes = f.axes + tuple(a for a in support.axes if a not in f.axes)
            sizes = f.sizes | support.sizes
            poles = aligned(f.poles, f.axes, axes) & aligned(support.array, support.axes, axes)
            jets = {mask: spread(aligned(a, f.axes, axes), axes, sizes) for mask, a in f.jets.items()}
            return Factor(jets, axes, spread(poles, axes, sizes) if poles.any() else None, f.outside)

        return lambda f: self.once(("excused", f.serial, support.serial), lambda: lifted(f))

    def _support(self, mass: Factor) -> Factor:
        """A mask of the entries at which the mass or one of its derivatives is nonzero."""
        nonzero = reduce(np.logical_or, [~self.numbers.is_zero(a) for a in mass.jets.values()])
        return Factor({0: np.asarray(nonzero)}, mass.axes)
