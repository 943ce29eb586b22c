"""Bounds on the degree and the coefficients of a term as a rational function; the error bound of a decision uses them.

Read at a size, a term is a quotient of integer polynomials in the free entries of its tables, their tangents and the
logarithms:

    N / (D · Π_X P_X^k),   P_X the product of all entries of the table X.

`Degree` bounds the degrees of N and D and the number of bits of their coefficients (of the sum of their absolute
values, which is submultiplicative), and holds k for every table X.  A term that divides by entries of a table, such as
a score, has a common denominator of that form, however many trajectories are summed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf, log2

from pgsym.terms.nodes import Symbol, hashed_once


@hashed_once
@dataclass(frozen=True)
class Table:
    """A table: its symbol, the parameter it is applied to, how many entries it has and the bits of one."""

    symbol: Symbol
    parameter: str | None
    entries: int
    bits: float


Powers = tuple[tuple[Table, int], ...]
"""How often each table's entries occur."""


def _joined(x: Powers, y: Powers, combine: Callable[[int, int], int]) -> Powers:
    if not x and not y:
        return ()
    first, second = dict(x), dict(y)
    return tuple((t, combine(first.get(t, 0), second.get(t, 0))) for t in dict.fromkeys((*first, *second)))


def _degree(powers: Powers) -> int:
    return sum(k * t.entries for t, k in powers)


def _bits(powers: Powers) -> float:
    return sum(k * t.entries * t.bits for t, k in powers)


@dataclass(frozen=True)
class Degree:
    """Bounds on the degrees of N and D and on the bits of their coefficients, and the powers of whole tables below.

    `monomial` is not None where the value is a product of that many entries of some tables and nothing else.
    """

    numerator: int = 0
    denominator: int = 0
    bits: float = 0.0
    bits_below: float = 0.0
    below: Powers = ()
    monomial: Powers | None = None

    @classmethod
    def entry(cls, table: Table) -> Degree:
        """One entry of a table."""
        return cls(1, 0, table.bits, monomial=((table, 1),))

    @classmethod
    def entries_over_entries(cls, tables: Iterable[Table]) -> Degree:
        """A fraction of products of all entries of some tables."""
        below: Powers = tuple((t, 1) for t in tables)
        return cls(_degree(below), 0, _bits(below), 0.0, below)

    @property
    def total(self) -> int:
        """The degrees above and below together."""
        return self.numerator + self.denominator + _degree(self.below)

    @property
    def total_bits(self) -> float:
        """The bits of the coefficients above and below together."""
        return self.bits + self.bits_below + _bits(self.below)

    def _over(self, below: Powers) -> Degree:
        """The same value with larger powers in the denominator, and a numerator multiplied by what was added there."""
        lift = _joined(below, self.below, lambda k, mine: k - mine)
        return Degree(self.numerator + _degree(lift), self.denominator, self.bits + _bits(lift), self.bits_below, below)

    def __add__(self, other: Degree) -> Degree:
        below = _joined(self.below, other.below, max)
        x, y = self._over(below), other._over(below)
        return Degree(
            max(x.numerator + y.denominator, y.numerator + x.denominator),
            x.denominator + y.denominator,
            max(x.bits + y.bits_below, y.bits + x.bits_below) + 1,
            x.bits_below + y.bits_below,
            below,
        )

    def __mul__(self, other: Degree) -> Degree:
        pure = self.monomial is not None and other.monomial is not None
        return Degree(
            self.numerator + other.numerator,
            self.denominator + other.denominator,
            self.bits + other.bits,
            self.bits_below + other.bits_below,
            _joined(self.below, other.below, int.__add__),
            _joined(self.monomial or (), other.monomial or (), int.__add__) if pure else None,
        )

    def times(self, n: int) -> Degree:
        """The sum of n values of this size."""
        m = max(n - 1, 0)
        return Degree(
            self.numerator + m * self.denominator,
            n * self.denominator,
            self.bits + _scaled(m, self.bits_below) + log2(max(n, 1)),
            _scaled(n, self.bits_below),
            self.below,
        )

    def raised(self, n: int) -> Degree:
        """The product of n values of this size."""

        def powers(x: Powers) -> Powers:
            return tuple((t, n * k) for t, k in x)

        return Degree(
            n * self.numerator,
            n * self.denominator,
            _scaled(n, self.bits),
            _scaled(n, self.bits_below),
            powers(self.below),
            None if self.monomial is None else powers(self.monomial),
        )

    @property
    def inverse(self) -> Degree:
        """The reciprocal."""
        if self.monomial is not None:
            above = _degree(self.monomial) - sum(k for _, k in self.monomial)
            return Degree(above, 0, _bits(self.monomial), 0.0, self.monomial)
        return Degree(
            self.denominator + _degree(self.below), self.numerator, self.bits_below + _bits(self.below), self.bits
        )

    @property
    def derived(self) -> Degree:
        """The derivative along a direction: ((N'D − ND')P − kNDP') / (D² P^(k+1))."""
        growth = log2(max(self.numerator, self.denominator, 1)) + 1
        both, below = self.numerator + self.denominator, 2 * self.denominator
        bits = self.bits + (self.bits_below if self.denominator else 0) + growth
        if not self.below:
            return Degree(both, below, bits, 2 * self.bits_below)
        once: Powers = tuple((t, 1) for t, _ in self.below)
        more = log2(1 + _degree(self.below)) + 1
        further = tuple((t, k + 1) for t, k in self.below)
        return Degree(both + _degree(once), below, bits + _bits(once) + more, 2 * self.bits_below, further)

    @property
    def logarithmic_derivative(self) -> Degree:
        """∇ log f = ∇f / f; of a product of entries, the sum of their own."""
        if self.monomial is None:
            return self.derived * self.inverse
        once: Powers = tuple((t, 1) for t, _ in self.monomial)
        how_many = sum(k for _, k in self.monomial)
        return Degree(_degree(once), 0, _bits(once) + log2(max(how_many, 1)) + 1, 0.0, once)


def _scaled(n: int, bits: float) -> float:
    try:
        return n * bits if bits else 0.0
    except OverflowError:
        return inf


ONE = Degree(monomial=())
