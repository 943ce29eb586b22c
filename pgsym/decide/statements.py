"""Statements: two sides, what is assumed, and where the relation between them fails."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

import numpy as np

from pgsym.decide.primes import random_primes
from pgsym.meaning.contraction.factors import Factor
from pgsym.meaning.evaluator import evaluate_with_poles
from pgsym.meaning.instances import Instance
from pgsym.meaning.numbers.base import Array, Ball, Float64, Numbers
from pgsym.terms.builtins import COVARIANCE_MATRIX, OUTER
from pgsym.terms.fingerprint import own_seed
from pgsym.terms.hypotheses import Definition, Hypothesis
from pgsym.terms.nodes import Apply, Gradient, Scope, Term, Variable
from pgsym.terms.sorts import MATRIX
from pgsym.terms.structure import parts, sort_of

ROUNDING = 1e-9
"""How far two floats may be apart, relative to their size, and count as equal."""


class Relation(StrEnum):
    """What a claim says of its two sides; of gradients, coordinate by coordinate."""

    EQUAL = "="
    AT_MOST = "≤"

    def sign(self, refuted: bool = False) -> str:
        """The sign between the sides, or the one that says that it does not hold."""
        return {"=": "≠", "≤": "≰"}[self] if refuted else str(self)

    def latex(self, refuted: bool = False) -> str:
        """The sign as LaTeX."""
        return {"=": "=", "≠": "\\neq", "≤": "\\le", "≰": "\\nleq"}[self.sign(refuted)]


@dataclass(frozen=True)
class Statement:
    """lhs = rhs (or lhs ≤ rhs) for all values of the free states, actions and batches, under some hypotheses."""

    lhs: Term
    rhs: Term
    given: tuple[Hypothesis, ...] = ()
    axes: tuple[Variable, ...] = ()
    relation: Relation = Relation.EQUAL

    def sides(self, instance: Instance) -> tuple[Factor, Factor]:
        """Both sides at an instance; raises OutsideNumberSystem where its numbers cannot hold them."""
        left, right = (evaluate_with_poles(t, instance, self.axes) for t in (self.lhs, self.rhs))
        return left, right

    def fails(self, left: Factor, right: Factor, numbers: Numbers) -> Array:
        """Where the relation does not hold between the values of the sides: truth values, the points in front."""
        if self.relation is Relation.EQUAL:
            return _differ(left, right, numbers)
        margin = ROUNDING * (1 + abs(right.array)) if isinstance(numbers, Float64) else 0
        greater = np.asarray(left.array > right.array + margin, dtype=bool)
        for factor in (left, right):
            greater = greater if factor.poles is None else greater & ~factor.poles
        return greater

    @cached_property
    def prime(self) -> int:
        """The prime that instances are screened by, which follows from the statement."""
        return random_primes(1, self.own_seed(0))[0]

    def own_seed(self, seed: int) -> int:
        """The seed of all random choices about this statement: another one has others."""
        return own_seed(seed, self.lhs, self.rhs, frozenset(self.given), self.relation)

    @cached_property
    def is_of_matrices(self) -> bool:
        """Whether it is about second derivatives, or products of two gradients."""
        return MATRIX in (sort_of(self.lhs), sort_of(self.rhs))

    @property
    def derivatives(self) -> int:
        """How often something is differentiated."""
        bodies = [h.body for h in self.given if isinstance(h, Definition)]
        return max(map(_derivatives, (self.lhs, self.rhs))) + max(map(_derivatives, bodies), default=0)


def _derivatives(term: Term) -> int:
    inside = [_derivatives(x.body if isinstance(x, Scope) else x) for x in parts(term)]
    match term:
        case Gradient():
            return 1 + max(inside)
        case Apply(symbol, _) if symbol == OUTER:
            return 1 + max(inside)
        case Apply(symbol, _) if symbol == COVARIANCE_MATRIX:
            return 2
    return max(inside, default=0)


def _differ(left: Factor, right: Factor, numbers: Numbers) -> Array:
    """Where two values differ, an undefined entry differing from every defined one."""
    minus = numbers.constant(Fraction(-1)).reshape(-1, *[1] * (left.array.ndim - 1))
    difference = numbers.add(left.array, numbers.multiply(minus, right.array))
    shape = np.broadcast_shapes(difference.shape, left.array.shape, right.array.shape)
    difference = np.broadcast_to(difference, shape)
    lp, rp = (np.broadcast_to(False if f.poles is None else f.poles, shape) for f in (left, right))
    if isinstance(numbers, Ball):
        unequal = np.vectorize(lambda v: not v.contains(0), otypes=[bool])(difference)
    elif isinstance(numbers, Float64):
        unequal = abs(difference) > ROUNDING * (1 + abs(np.broadcast_to(right.array, shape)))
    else:
        unequal = ~numbers.is_zero(difference)
    return np.asarray((lp != rp) | (unequal & ~lp & ~rp))
