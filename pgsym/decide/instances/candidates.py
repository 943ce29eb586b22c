"""Candidates for a counterexample: the tables that they need, and how hard each is to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import combinations_with_replacement
from math import comb, prod
from typing import Any

from pgsym.decide.sizes import Size
from pgsym.decide.subjects import Subject
from pgsym.meaning.concrete import Concrete
from pgsym.meaning.instances import TableInstance, axes_of, has_table
from pgsym.meaning.numbers.base import Numbers
from pgsym.terms.builtins import BUILT_IN, EXP
from pgsym.terms.hypotheses import NonNegative, Positive, ThetaFree
from pgsym.terms.nodes import Apply, Gradient, Number, Symbol, Term, Variable
from pgsym.terms.sorts import FINITE, REAL
from pgsym.terms.structure import walk

REALS = tuple(map(Fraction, ("0", "1", "-1", "2", "-2", "1/2", "3", "-1/2", "1/3", "5")))
FAR = tuple(Fraction(sign * n) for n in (4, 5, 6, 7, 8, 10, 11, 20, 100, 101, 1_000, 10**6) for sign in (1, -1))
"""Real numbers far from 0: an order that holds for small numbers may fail there."""
FARTHEST = 10**12
"""Beyond a number larger than this no number is tried, because floats cannot tell them apart."""
WEIGHTS = tuple(map(Fraction, ("1", "2", "3", "1/2", "4", "1/3")))
MOST_ROWS = 300
"""The most rows with one common denominator that a law's row is chosen from."""


class Candidate(Concrete):
    """A concrete problem that may be a counterexample."""

    def instance(self, numbers: Numbers, size: Any, given: Any, *_: Any) -> TableInstance:  # type: ignore[override]
        """The candidate at its size."""
        return super().instance(numbers, size.sorts, size.lengths, given)


class Kind(StrEnum):
    """What an entry of an instance is: a row of probabilities, or a number."""

    LAW = "law"
    REAL = "real"
    LOGIT = "logit"
    LABEL = "label"
    CONSTANT = "constant"


def cost_of(kind: Kind, value: Any) -> tuple[int, int]:
    """How hard one row or entry is to read: 1/2 costs more than 0 and 1, −1 more than 1, the last label most."""
    match kind:
        case Kind.LAW:
            later = sum(i for i, mass in enumerate(value) if mass)
            return 2 * sum(m.denominator - 1 for m in value), sum(m.numerator**2 for m in value) + later
        case Kind.LABEL:
            return 0, int(value)
    return value.denominator - 1 + 2 * abs(value.numerator) + (value < 0), 0


@dataclass(frozen=True)
class Ingredients:
    """The symbols that need a table at a size, and the shapes of the tables."""

    laws: dict[Symbol, tuple[int, ...]]
    reals: dict[Symbol, tuple[int, ...]]
    logits: dict[Symbol, tuple[int, ...]]
    labels: dict[Symbol, tuple[int, ...]]
    constants: tuple[str, ...]
    moved: tuple[Symbol, ...]
    positive: frozenset[Symbol | Variable]
    non_negative: frozenset[Symbol | Variable]
    size: Size
    far: tuple[Fraction, ...] = FAR

    @property
    def shapes(self) -> dict[Symbol, tuple[int, ...]]:
        """The shapes of all tables."""
        return {**self.laws, **self.reals, **self.logits, **self.labels}

    @property
    def entries(self) -> int:
        """How many entries the tables have together."""
        return sum(map(prod, self.shapes.values()))

    def allows(self, what: Symbol | Variable, value: Fraction) -> bool:
        """Whether the hypotheses allow a value of a symbol or variable."""
        return value > 0 or (what not in self.positive and (value == 0 or what not in self.non_negative))

    def reals_of(self, what: Symbol | Variable, how_many: int | None) -> list[Fraction]:
        """The simplest real numbers that a symbol or variable may be; without a number, all, and those far from 0."""
        simplest = REALS if how_many else (*REALS, *self.far)
        return [x for x in dict.fromkeys(simplest) if self.allows(what, x)][:how_many]


def ingredients(subject: Subject, size: Size) -> Ingredients:
    """The tables and real variables of an instance of some terms."""
    given, every = subject.given, subject.with_bodies
    undefined = subject.vocabulary - set(subject.definitions) - BUILT_IN
    primitive = sorted(filter(has_table, undefined), key=lambda s: (s.name, len(s.arguments), str(s)))
    under_exp = {
        t.arguments[0].symbol
        for term in every
        for t in walk(term)
        if isinstance(t, Apply) and t.symbol == EXP and isinstance(t.arguments[0], Apply)
    }
    shapes = {s: tuple(size.sorts[x] for x in axes_of(s, size.lengths)) for s in primitive}
    differentiated = any(isinstance(t, Gradient) for term in every for t in walk(term))
    fixed = {h.symbol for h in given if isinstance(h, ThetaFree)}
    moved = [s for s in primitive if s.result == REAL and s not in fixed]
    return Ingredients(
        {s: shapes[s] for s in primitive if s.outcomes},
        {s: shapes[s] for s in primitive if not s.outcomes and s.result == REAL and s not in under_exp},
        {s: shapes[s] for s in primitive if s in under_exp},
        {s: shapes[s] for s in primitive if s.result in FINITE},
        tuple(sorted({v.name for v in subject.variables if v.sort == REAL})),
        tuple(moved) if differentiated else (),
        frozenset(h.symbol for h in given if isinstance(h, Positive)),
        frozenset(h.symbol for h in given if isinstance(h, NonNegative)),
        size,
        (*FAR, *_beyond(every)),
    )


def _beyond(terms: Sequence[Term]) -> tuple[Fraction, ...]:
    """Numbers beyond those that a statement mentions, which may be thresholds."""
    numbers = {abs(t.value) for term in terms for t in walk(term) if isinstance(t, Number)}
    return tuple(
        sign * k * n for n in sorted(numbers) if FAR[-2] / 10 < n < FARTHEST for k in (2, 10) for sign in (1, -1)
    )


def rows_of(outcomes: int, round_: int, positive: bool) -> Iterator[tuple[Fraction, ...]]:
    """Distributions over some outcomes with small common denominators; the deterministic ones first, if allowed."""
    if outcomes == 1:
        yield (Fraction(1),)
        return
    first = outcomes if positive else 1
    seen = set()
    for q in range(first, first + round_ + 1):
        for row in _compositions(q - outcomes * positive, outcomes):
            masses = tuple(Fraction(n + positive, q) for n in row)
            if masses not in seen:
                seen.add(masses)
                yield masses
    if not positive and outcomes not in range(first, first + round_ + 1):
        yield tuple([Fraction(1, outcomes)] * outcomes)


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """The ways to write `total` as an ordered sum of `parts` non-negative integers; none where there are hundreds."""
    if comb(total + parts - 1, parts - 1) > MOST_ROWS:
        return
    for bars in combinations_with_replacement(range(parts), total):
        yield tuple(bars.count(i) for i in range(parts))
