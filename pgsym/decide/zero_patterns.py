"""The strata of the instances of a size: every label function with every pattern of zeros, up to renaming.

A stratum says what the label functions are and which table entries and real variables are zero; everything else is
generic.  No term can name a single state, action or outcome other than by a free variable (read at all its values) or
by a label function (part of the stratum).  So renaming the states, the actions and the outcomes, in all tables at once,
turns an instance into another one and the value of a term into its value with renamed axes: a statement holds at all
generic instances of a stratum if and only if it holds at those of the renamed stratum.  One stratum of each orbit of
the renamings is enough.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import product
from math import factorial, prod

import numpy as np
from numpy.typing import NDArray

from pgsym.decide.primes import random_primes
from pgsym.decide.renamings import Assignments, Counts, Unknown, sample, up_to_renaming
from pgsym.decide.sizes import Size
from pgsym.decide.subjects import Subject
from pgsym.errors import PgsymError
from pgsym.meaning.cost import cost
from pgsym.meaning.evaluator import evaluate_with_poles
from pgsym.meaning.generic import GenericInstance, Stratum
from pgsym.meaning.instances import axes_of, has_table
from pgsym.meaning.numbers.base import Array
from pgsym.terms.builtins import BUILT_IN, INDICATORS
from pgsym.terms.fingerprint import own_seed
from pgsym.terms.hypotheses import Definition, Hypothesis
from pgsym.terms.nodes import Apply, Law, Symbol, Term, Variable
from pgsym.terms.signs import Signs
from pgsym.terms.sorts import FINITE, REAL, Collective
from pgsym.terms.structure import distinct, divided_by, symbols

MOST_STRATA = 4096
"""If there are at most this many strata, all are looked at."""
FEWEST = 64
"""This many strata are looked at, no matter how large their tables are."""
MOST_ENTRIES = 2**21
"""The most table entries, times the length of a trajectory or batch, that all strata have together."""
MOST_AT_ONCE = 1024
"""The most strata that are in memory together."""
WORTH_READING = 64
"""With more strata than this, one finds out first which tables a term looks up: a single step has no transitions."""
MOST_READ, POINTS = 256, 5
"""The most strata, and the points of each, at which one checks whether terms are defined where no weight is zero."""
MOST_READINGS = 50_000
"""The most readings of sub-terms (some tenths of a second) spent on finding the tables that make a difference."""
SAMPLED = 500
"""The size of the sample that is looked at if there are too many strata."""
ZERO = 0.3
"""The chance that a real variable is zero in a stratum of the sample."""


@dataclass(frozen=True)
class Strata:
    """Strata of a size: all of them up to renaming, or a seeded sample."""

    kinds: tuple[Stratum, ...]
    complete: bool = True
    total: str = ""
    at_once: int = MOST_AT_ONCE

    @property
    def in_pieces(self) -> Iterator[tuple[Stratum, ...]]:
        """The strata in pieces that are small enough to be in memory."""
        for start in range(0, len(self.kinds), self.at_once):
            yield self.kinds[start : start + self.at_once]

    @property
    def words(self) -> str:
        """What was looked at, in words."""
        if self.complete:
            return f"all label functions and zero patterns, {len(self.kinds):,} up to renaming"
        return f"a seeded sample of {len(self.kinds):,} of {self.total} label functions and zero patterns"


def strata(subject: Subject, size: Size, seed: int = 0, most: int = MOST_STRATA) -> Strata:
    """The strata of the instances of a size: all of them up to renaming, or a sample where they are more than `most`.

    Patterns of zeros (and zero real variables) matter only where a term divides or takes a logarithm: elsewhere both
    sides are polynomials, and what holds inside the simplex holds on its faces.  They matter in the tables that are
    divided by, and in those that weigh what is divided, because an expectation skips what has no weight.
    """
    asked = _asked(subject, size)
    tables, unknowns, constants, most = asked.tables, asked.unknowns, asked.constants, min(most, asked.affordable)
    found = asked.up_to_renaming(most)
    if found is None:
        total = f"about {_rounded(asked.at_least)}" if asked.at_least > most else f"more than {most:,}"
        found = sample(unknowns, min(SAMPLED, most), seed)
        gone = np.random.default_rng([seed, len(constants)]).random((len(found), len(constants))) < ZERO
        chosen = zip(found, gone.tolist(), strict=True)
        kinds = tuple(_stratum(tables, unknowns, constants, x, z) for x, z in chosen)
        return Strata(kinds, False, total, asked.at_once)
    return Strata(asked.kinds(found), at_once=asked.at_once)


def are_few(subject: Subject, size: Size, most: int) -> bool:
    """Whether a size has at most `most` strata and `strata` returns all of them."""
    asked = _asked(subject, size)
    return asked.up_to_renaming(min(most, asked.affordable)) is not None


@dataclass(frozen=True)
class _Asked:
    """What the strata of a size are made of: label functions, patterns of zeros, real variables that may be zero."""

    tables: tuple[Symbol, ...]
    size: Size
    constants: tuple[str, ...]

    @cached_property
    def unknowns(self) -> tuple[Unknown, ...]:
        """The discrete parts of the tables."""
        return tuple(_unknown(symbol, self.size) for symbol in self.tables)

    @cached_property
    def counts(self) -> Counts:
        """How many values there are of the sorts that are renamed."""
        sorts = {s for u in self.unknowns for s in (*u.sorts, u.result) if s is not None}
        return tuple(sorted(((s, self.size.sorts[s]) for s in sorts), key=lambda item: item[0].name))

    @cached_property
    def cost(self) -> int:
        """The table entries of one stratum, times the length of a trajectory or batch."""
        return sum(u.entries for u in self.unknowns) * max(self.size.lengths.values(), default=1)

    @property
    def affordable(self) -> int:
        """How many strata may be looked at, given the size of their tables."""
        return max(FEWEST, MOST_ENTRIES // max(1, self.cost))

    @property
    def at_once(self) -> int:
        """How many strata should be in memory together."""
        return min(MOST_AT_ONCE, max(FEWEST, MOST_ENTRIES // max(1, 8 * self.cost)))

    @cached_property
    def together(self) -> int:
        """The number of strata before renaming, and without the zeros of real variables."""
        return prod(u.count for u in self.unknowns)

    @cached_property
    def at_least(self) -> int:
        """A lower bound on the number of strata up to renaming."""
        return max(1, self.together // prod(factorial(n) for _, n in self.counts)) << len(self.constants)

    def up_to_renaming(self, most: int) -> tuple[Assignments, ...] | None:
        """The label functions and zero patterns of the tables up to renaming, or None where they are too many."""
        if self.at_least > most:
            return None
        return up_to_renaming(self.unknowns, self.counts, most >> len(self.constants))

    def kinds(self, found: Iterable[Assignments]) -> tuple[Stratum, ...]:
        """Those strata with every real variable zero and not."""
        every = product(found, product((False, True), repeat=len(self.constants)))
        return tuple(_stratum(self.tables, self.unknowns, self.constants, x, z) for x, z in every)


@lru_cache(maxsize=2**8)
def _asked(subject: Subject, size: Size) -> _Asked:
    """The parts of the strata of a size, without the tables whose zeros make no difference there."""
    tables, divided_by, constants = _discrete(subject)
    asked, divisors = _Asked(tables, size, constants), _Asked(divided_by, size, constants)
    is_worth_it = asked.together > WORTH_READING or all(s.result in FINITE for s in divided_by)
    if divided_by != tables and is_worth_it and _is_defined(subject, divisors):
        asked = divisors
    if asked.together > WORTH_READING and 1 in size.lengths.values():
        read = _looked_up(subject, size, asked.tables)
        asked = replace(asked, tables=tuple(symbol for symbol in asked.tables if symbol in read))
    return asked


def _rounded(number: int) -> str:
    """A large number, rounded for reading."""
    digits = len(str(number))
    return f"10^{digits - 1}" if digits > 6 else f"{round(number, 2 - digits):,}"


# what is discrete ---------------------------------------------------------------------------------------------------
@lru_cache(maxsize=2**8)
def _discrete(subject: Subject) -> tuple[tuple[Symbol, ...], tuple[Symbol, ...], tuple[str, ...]]:
    """The label functions and the tables whose zeros matter, those of them that are divided by, and the real variables.

    Label functions count among the divisors.  The tables that are no divisors weigh them; the variables may be 0.
    """
    used, every = subject.vocabulary, subject.with_bodies
    signs = Signs.under(subject.given)
    definitions = signs.definitions
    primitive = sorted(
        (s for s in used if s not in definitions and s not in BUILT_IN and has_table(s)),
        key=lambda s: (s.name, len(s.arguments), str(s)),
    )
    dividing = _that_divide(definitions)
    divisors = signs.zeros_rest_on(divisor for term in every for divisor in _dividing(term, dividing))
    weights = signs.zeros_rest_on(t for term in every for t in distinct(term) if isinstance(t, Law))
    vanishing = divisors & {*(s for s in primitive if s.result == REAL), *INDICATORS.values()}
    matter = divisors | weights if vanishing else frozenset()
    tables = tuple(s for s in primitive if s.result in FINITE or (s.result == REAL and s in matter))
    variables = {t.name for t in divisors if isinstance(t, Variable) and t.sort == REAL}
    divided_by = tuple(s for s in tables if s.result in FINITE or s in divisors)
    return tables, divided_by, tuple(sorted(variables))


class _Reading(GenericInstance):
    """An instance that remembers the symbols that were looked up; these do not depend on the values in the tables."""

    def __init__(self, size: Size, given: tuple[Hypothesis, ...], kind: Stratum, seed: int):
        super().__init__(size.sorts, size.lengths, given, random_primes(1, seed), [kind], seed)
        self.read: set[Symbol] = set()

    def table(self, symbol: Symbol, parameter: str | None, directions: tuple[int, ...]) -> Array | None:
        self.read.add(symbol)
        return super().table(symbol, parameter, directions)

    def choices(self, symbol: Symbol) -> Array:
        self.read.add(symbol)
        return super().choices(symbol)


def _looked_up(subject: Subject, size: Size, tables: tuple[Symbol, ...]) -> set[Symbol]:
    """The tables that the terms look up at a size (for one step, no transitions); all if a term is unreadable."""
    labels = {s: np.zeros(_unknown(s, size).shape, dtype=np.int64) for s in tables if s.result in FINITE}
    instance = _Reading(size, subject.given, Stratum(labels), _seed(subject))
    return set(tables) if _poles(subject, instance) is None else instance.read


def _is_defined(subject: Subject, divisors: _Asked) -> bool:
    """Whether terms are defined at all label functions and zero patterns of what they divide by, if no weight is zero.

    Then every place where they divide by zero is skipped, because its weight is zero for all values of the other
    tables.  The terms do not divide by those tables, so they are continuous in them: two terms that are equal at all
    positive weights are equal on the faces, too.  A pole is missed with a chance below 2^-100.
    """
    found = divisors.up_to_renaming(MOST_READ)
    if found is None:
        return False
    seed, size = _seed(subject), divisors.size
    primes, kinds = random_primes(POINTS, seed), divisors.kinds(found)
    instance = GenericInstance(size.sorts, size.lengths, subject.given, primes, kinds, seed)
    return _poles(subject, instance) is False


def _seed(subject: Subject) -> int:
    return own_seed(0, *subject.terms, frozenset(subject.given))


def _poles(subject: Subject, instance: GenericInstance) -> bool | None:
    """Whether some term is undefined somewhere; None if one cannot be read, or not in the time allowed."""
    if sum(cost(term, subject.given, instance.lengths).readings for term in subject.terms) > MOST_READINGS:
        return None
    axes = {v for v in subject.variables if v.sort in FINITE or isinstance(v.sort, Collective)}
    ordered = tuple(sorted(axes, key=lambda v: v.name))
    try:
        read = [evaluate_with_poles(term, instance, ordered).poles for term in subject.terms]
    except PgsymError:
        return None
    return any(poles is not None and bool(poles.any()) for poles in read)


def _that_divide(definitions: Mapping[Symbol, Definition]) -> set[Symbol]:
    """The symbols whose definitions divide by something, take a logarithm or condition, or mention such symbols."""
    mentioned_by: dict[Symbol, list[Symbol]] = {}
    for symbol, definition in definitions.items():
        for other in symbols(definition.body):
            mentioned_by.setdefault(other, []).append(symbol)
    waiting = [s for s, d in definitions.items() if next(_dividing(d.body, ()), None) is not None]
    found = set[Symbol]()
    while waiting:
        symbol = waiting.pop()
        if symbol not in found:
            found.add(symbol)
            waiting += mentioned_by.get(symbol, ())
    return found


def _dividing(term: Term, by_arguments: Collection[Symbol]) -> Iterator[Term]:
    """What a term divides by, takes a logarithm of, or conditions on.

    Symbols `by_arguments` may divide by the numbers that they are applied to, somewhere in their definitions.
    """
    for t in distinct(term):
        match t:
            case Apply(symbol, arguments) if symbol in by_arguments:
                yield from (x for x, sort in zip(arguments, symbol.arguments, strict=True) if sort == REAL)
            case Law(symbol, arguments) if symbol in by_arguments:
                sorts = symbol.arguments[len(symbol.arguments) - len(arguments) :]
                yield from (x for x, sort in zip(arguments, sorts, strict=True) if sort == REAL)
            case _:
                yield from divided_by(t)


def _unknown(symbol: Symbol, size: Size) -> Unknown:
    """The discrete part of a symbol's table."""
    axes, k = axes_of(symbol, size.lengths), symbol.outcomes
    sorts = axes[k:] + axes[:k]
    shape = tuple(size.sorts[s] for s in sorts)
    if symbol.result in FINITE:
        return Unknown(sorts, shape, 0, size.sorts[symbol.result], symbol.result)
    return Unknown(sorts, shape, prod(shape[len(shape) - k :]) if k else 0)


def _stratum(
    tables: Sequence[Symbol],
    unknowns: Sequence[Unknown],
    constants: Sequence[str],
    assignment: Assignments,
    zero: Iterable[bool],
) -> Stratum:
    """A stratum from its entries, all tables one after the other, and from which real variables are zero."""
    choices: dict[Symbol, NDArray[np.int64]] = {}
    supports: dict[Symbol, NDArray[np.bool_]] = {}
    start = 0
    for symbol, unknown in zip(tables, unknowns, strict=True):
        own = assignment[start : start + unknown.entries].reshape(unknown.shape)
        start += unknown.entries
        if unknown.result is not None:
            choices[symbol] = own.astype(np.int64)
        else:
            rank, k = own.ndim, symbol.outcomes
            supports[symbol] = own.transpose(*range(rank - k, rank), *range(rank - k)) == 0
    return Stratum(choices, supports, frozenset(c for c, gone in zip(constants, zero, strict=True) if gone))
