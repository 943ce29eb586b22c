"""The strata of the instances of a size: every label function with every pattern of zeros, up to renaming.

A stratum says what the label functions are and which table entries and real variables are zero; everything else is
generic.  No term can name a single state, action or outcome other than by a free variable (read at all its values) or
by a label function (part of the stratum).  So renaming the states, the actions and the outcomes, in all tables at once,
turns an instance into another one and the value of a term into its value with renamed axes: a statement holds at all
generic instances of a stratum if and only if it holds at those of the renamed stratum.  One stratum of each orbit of
the renamings is enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import factorial, prod

import numpy as np
from numpy.typing import NDArray

from pgsym.decide.primes import random_primes
from pgsym.decide.renamings import Assignments, Unknown, sample, up_to_renaming
from pgsym.decide.sizes import Size, vocabulary
from pgsym.errors import PgsymError
from pgsym.meaning.evaluator import evaluate_with_poles
from pgsym.meaning.generic import GenericInstance, Stratum
from pgsym.meaning.instances import axes_of, has_table
from pgsym.meaning.numbers import Array
from pgsym.terms.build import BUILT_IN, EXP, INDICATORS, LOG
from pgsym.terms.hypotheses import Definition, Hypothesis, Positive
from pgsym.terms.nodes import Apply, Conditional, Law, Power, Quotient, Scope, Symbol, Term, Variable
from pgsym.terms.sorts import FINITE, REAL, Collective, Sort
from pgsym.terms.structure import distinct, free, parts

MOST_STRATA = 4096
"""The most strata that all are looked at."""
FEWEST = 64
"""So many are looked at whatever their tables cost."""
MOST_ENTRIES = 2**21
"""The most table entries, times the length of a trajectory or batch, that all strata have together."""
MOST_AT_ONCE = 1024
"""The most strata that are in memory together."""
WORTH_READING = 64
"""From so many strata on, it is seen first which tables a term looks up: of a single step, no transitions."""
SAMPLED = 500
"""How many strata are looked at where there are too many."""
ZERO = 0.3
"""How often a real variable is zero in those."""


@dataclass(frozen=True)
class Strata:
    """Strata of a size: all up to renaming, or a seeded sample of so many."""

    kinds: tuple[Stratum, ...]
    complete: bool = True
    total: str = ""
    at_once: int = MOST_AT_ONCE

    @property
    def in_pieces(self) -> Iterator[tuple[Stratum, ...]]:
        """The strata, as many at once as should be in memory together."""
        for start in range(0, len(self.kinds), self.at_once):
            yield self.kinds[start : start + self.at_once]

    @property
    def words(self) -> str:
        """What was looked at, in words."""
        if self.complete:
            return f"all label functions and zero patterns, {len(self.kinds):,} up to renaming"
        return f"a seeded sample of {len(self.kinds):,} of {self.total} label functions and zero patterns"


def strata(
    terms: Iterable[Term], given: Iterable[Hypothesis], size: Size, seed: int = 0, most: int = MOST_STRATA
) -> Strata:
    """The strata of the instances of a size: all of them up to renaming, or a sample where they are more than `most`.

    Patterns of zeros (and zero real variables) matter only where a term divides or takes a logarithm: elsewhere both
    sides are polynomials, and what holds inside the simplex holds on its faces.  They matter in the tables that are
    divided by, and in those that weigh what is divided, because an expectation skips what has no weight.
    """
    asked = _Asked.about(tuple(terms), tuple(given), size, most)
    found, tables, unknowns, constants = asked.found, asked.tables, asked.unknowns, asked.constants
    if found is None:
        total = f"about {_rounded(asked.at_least)}" if asked.at_least > asked.most else f"more than {asked.most:,}"
        found = sample(unknowns, min(SAMPLED, asked.most), seed)
        gone = np.random.default_rng([seed, len(constants)]).random((len(found), len(constants))) < ZERO
        chosen = zip(found, gone.tolist(), strict=True)
        kinds = tuple(_stratum(tables, unknowns, constants, x, z) for x, z in chosen)
        return Strata(kinds, False, total, asked.at_once)
    every = product(found, product((False, True), repeat=len(constants)))
    return Strata(tuple(_stratum(tables, unknowns, constants, x, z) for x, z in every), at_once=asked.at_once)


def are_few(terms: Iterable[Term], given: Iterable[Hypothesis], size: Size, most: int) -> bool:
    """Whether the strata of a size are at most so many, and so few that `strata` has all of them."""
    return _Asked.about(tuple(terms), tuple(given), size, most).found is not None


@dataclass(frozen=True)
class _Asked:
    """What the strata of a size consist of, at least how many there are, at most how many are wanted, and those found.

    None are found where they are too many.
    """

    tables: tuple[Symbol, ...]
    unknowns: tuple[Unknown, ...]
    constants: tuple[str, ...]
    at_least: int
    most: int
    at_once: int
    found: tuple[Assignments, ...] | None

    @classmethod
    def about(cls, terms: tuple[Term, ...], given: tuple[Hypothesis, ...], size: Size, most: int) -> _Asked:
        tables, constants, divides_by_tables = _discrete(terms, given)
        if not divides_by_tables and not constants and _is_defined(terms, given, size, tables):
            tables = tuple(symbol for symbol in tables if symbol.result in FINITE)
        if 1 in size.lengths.values() and prod(_unknown(symbol, size).count for symbol in tables) > WORTH_READING:
            read = _looked_up(terms, given, size, tables)
            tables = tuple(symbol for symbol in tables if symbol in read)
        unknowns = tuple(_unknown(symbol, size) for symbol in tables)
        counts = tuple(sorted(((s, size.sorts[s]) for s in _sorts(unknowns)), key=lambda item: item[0].name))
        cost = sum(u.entries for u in unknowns) * max(size.lengths.values(), default=1)
        most = min(most, max(FEWEST, MOST_ENTRIES // max(1, cost)))
        at_once = min(MOST_AT_ONCE, max(FEWEST, MOST_ENTRIES // max(1, 8 * cost)))
        at_least = max(1, prod(u.count for u in unknowns) // prod(factorial(n) for _, n in counts)) * 2 ** len(
            constants
        )
        found = up_to_renaming(unknowns, counts, most >> len(constants)) if at_least <= most else None
        return cls(tables, unknowns, constants, at_least, most, at_once, found)


def _rounded(number: int) -> str:
    """A large number, as it is read at a glance."""
    digits = len(str(number))
    return f"10^{digits - 1}" if digits > 6 else f"{round(number, 2 - digits):,}"


# what is discrete ---------------------------------------------------------------------------------------------------
@lru_cache(maxsize=2**8)
def _discrete(
    terms: tuple[Term, ...], given: tuple[Hypothesis, ...]
) -> tuple[tuple[Symbol, ...], tuple[str, ...], bool]:
    """The label functions and the tables whose zeros matter, and the real variables that may be zero.

    And whether the terms divide by such tables, and not by indicators alone.
    """
    used = vocabulary(terms, given)
    definitions = {h.symbol: h for h in given if isinstance(h, Definition)}
    positive: set[Symbol | Variable] = {h.symbol for h in given if isinstance(h, Positive)}
    primitive = sorted(
        (s for s in used if s not in definitions and s not in BUILT_IN and has_table(s)),
        key=lambda s: (s.name, len(s.arguments), str(s)),
    )
    every = (*terms, *(definitions[s].body for s in used if s in definitions))
    unprotected = {t for term in every for divisor in _dividing(term) for t in _unprotected(divisor)}
    divisors = _reached({t.symbol for t in unprotected if isinstance(t, Apply | Law)}, definitions) - positive
    weights = (
        _reached({t.symbol for term in every for t in distinct(term) if isinstance(t, Law)}, definitions) - positive
    )
    vanishing = divisors & {*(s for s in primitive if s.result == REAL), *INDICATORS.values()}
    matter = divisors | weights if vanishing else set()
    tables = tuple(s for s in primitive if s.result in FINITE or (s.result == REAL and s in matter))
    variables = {t for t in unprotected if isinstance(t, Variable) and t.sort == REAL}
    divides_by_tables = any(s.result == REAL for s in divisors & {*primitive})
    return tables, tuple(sorted(v.name for v in variables - positive)), divides_by_tables


class _Reading(GenericInstance):
    """An instance that remembers what was looked up, which no value in a table changes."""

    def __init__(self, size: Size, given: tuple[Hypothesis, ...], labels: Mapping[Symbol, NDArray[np.int64]]):
        super().__init__(size.sorts, size.lengths, given, random_primes(1, seed=0), [Stratum(labels)])
        self.read: set[Symbol] = set()

    def table(self, symbol: Symbol, parameter: str | None, directions: tuple[int, ...]) -> Array | None:
        self.read.add(symbol)
        return super().table(symbol, parameter, directions)

    def choices(self, symbol: Symbol) -> Array:
        self.read.add(symbol)
        return super().choices(symbol)


def _looked_up(
    terms: tuple[Term, ...], given: tuple[Hypothesis, ...], size: Size, tables: tuple[Symbol, ...]
) -> set[Symbol]:
    """The tables that the terms look up at a size: of one step no transition; all where a term cannot be read."""
    labels = {s: np.zeros(_unknown(s, size).shape, dtype=np.int64) for s in tables if s.result in FINITE}
    instance = _Reading(size, given, labels)
    return set(tables) if _poles(terms, instance) is None else instance.read


def _is_defined(terms: tuple[Term, ...], given: tuple[Hypothesis, ...], size: Size, tables: tuple[Symbol, ...]) -> bool:
    """Whether terms that divide by indicators are defined wherever no probability is zero.

    Where they divide by zero then depends on the label functions alone, and every such place is skipped because of a
    weight that vanishes whatever the tables hold.  It vanishes on the faces, too: the terms are polynomials there.
    """
    labels = tuple(s for s in tables if s.result in FINITE)
    if labels == tables:
        return False
    unknowns = tuple(_unknown(symbol, size) for symbol in labels)
    counts = tuple(sorted(((s, size.sorts[s]) for s in _sorts(unknowns)), key=lambda item: item[0].name))
    found = up_to_renaming(unknowns, counts, FEWEST)
    if found is None:
        return False
    kinds = tuple(_stratum(labels, unknowns, (), x, ()) for x in found)
    return _poles(terms, GenericInstance(size.sorts, size.lengths, given, random_primes(1, seed=0), kinds)) is False


def _poles(terms: tuple[Term, ...], instance: GenericInstance) -> bool | None:
    """Whether some term is undefined somewhere; None where one cannot be read."""
    axes = {v for t in terms for v in free(t) if v.sort in FINITE or isinstance(v.sort, Collective)}
    ordered = tuple(sorted(axes, key=lambda v: v.name))
    try:
        read = [evaluate_with_poles(term, instance, ordered).poles for term in terms]
    except PgsymError:
        return None
    return any(poles is not None and bool(poles.any()) for poles in read)


def _dividing(term: Term) -> Iterator[Term]:
    """What a term divides by, takes a logarithm of, or conditions on."""
    for t in distinct(term):
        match t:
            case Quotient(_, below):
                yield below
            case Power(base, n) if n < 0:
                yield base
            case Apply(symbol, (argument,)) if symbol == LOG:
                yield argument
            case Conditional(law, scope):
                yield law
                yield scope.body


def _unprotected(term: Term) -> Iterator[Term]:
    """The sub-terms outside exponentials, which never vanish."""
    if isinstance(term, Apply) and term.symbol == EXP:
        return
    yield term
    for part in parts(term):
        yield from _unprotected(part.body if isinstance(part, Scope) else part)


def _reached(found: set[Symbol], definitions: Mapping[Symbol, Definition]) -> set[Symbol]:
    """Symbols and those that their definitions mention."""
    out: set[Symbol] = set()
    waiting = list(found)
    while waiting:
        symbol = waiting.pop()
        if symbol in out:
            continue
        out.add(symbol)
        if symbol in definitions:
            waiting += [t.symbol for t in _unprotected(definitions[symbol].body) if isinstance(t, Apply | Law)]
    return out


def _unknown(symbol: Symbol, size: Size) -> Unknown:
    """The discrete part of a symbol's table."""
    axes, k = axes_of(symbol, size.lengths), symbol.outcomes
    sorts = axes[k:] + axes[:k]
    shape = tuple(size.sorts[s] for s in sorts)
    if symbol.result in FINITE:
        return Unknown(sorts, shape, 0, size.sorts[symbol.result], symbol.result)
    return Unknown(sorts, shape, prod(shape[len(shape) - k :]) if k else 0)


def _sorts(unknowns: tuple[Unknown, ...]) -> set[Sort]:
    return {s for u in unknowns for s in (*u.sorts, u.result) if s is not None}


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
