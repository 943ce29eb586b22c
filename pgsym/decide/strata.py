"""The discrete part of a class of instances: all label functions, all patterns of zero probabilities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from math import log2, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgsym.decide.sizes import Size, vocabulary
from pgsym.decide.verdicts import Condition
from pgsym.meaning.generic import Stratum
from pgsym.meaning.instances import axes_of, has_table
from pgsym.terms.build import ABS, BUILT_IN, EXP, LOG, POWER
from pgsym.terms.hypotheses import Definition, Hypothesis, Positive
from pgsym.terms.nodes import (
    Add,
    Apply,
    Binder,
    Conditional,
    Law,
    Multiply,
    Number,
    Power,
    Quotient,
    Scope,
    Symbol,
    Term,
    Variable,
)
from pgsym.terms.places import places
from pgsym.terms.sorts import FINITE, INDEX, REAL
from pgsym.terms.structure import distinct, parts

MOST_STRATA = 32


def strata(
    terms: Iterable[Term], given: Iterable[Hypothesis], size: Size, seed: int = 0
) -> tuple[tuple[Stratum, ...], bool]:
    """The strata of the instances of a size, and whether these are all of them.

    Patterns of zeros (and zero real variables) matter only where a term divides or takes a logarithm: elsewhere both
    sides are polynomials, and what holds inside the simplex holds on its faces.
    """
    terms, given = tuple(terms), tuple(given)
    used = vocabulary(terms, given)
    definitions = {h.symbol: h for h in given if isinstance(h, Definition)}
    primitive = sorted(
        (s for s in used if s not in definitions and s not in BUILT_IN), key=lambda s: (s.name, len(s.arguments))
    )
    labels = [s for s in primitive if s.result in FINITE and has_table(s)]
    positive: set[Symbol | Variable] = {h.symbol for h in given if isinstance(h, Positive)}
    bodies = [definitions[s].body for s in used if s in definitions]
    unprotected = [t for term in (*terms, *bodies) for d in _dividing(term) for t in _unprotected(d)]
    divisors = {t.symbol for t in unprotected if isinstance(t, Apply | Law)}
    suspects = {s for s in _reached(divisors, definitions) - positive if s.result == REAL}
    masks = [s for s in primitive if s.outcomes and s not in positive]
    laws = [s for s in primitive if s in suspects or s in masks] if suspects & set(primitive) else []
    divided_by = {t for t in unprotected if isinstance(t, Variable) and t.sort == REAL}
    constants = sorted({v.name for v in divided_by - positive})

    def shape(symbol: Symbol) -> tuple[int, ...]:
        return tuple(size.sorts[s] for s in axes_of(symbol, size.lengths))

    axes: list[list[Part]] = []
    complete = True
    for symbol in labels:
        tables, all_of_them = _functions(shape(symbol), size.sorts[symbol.result], seed)
        axes.append([("label", symbol, t) for t in tables])
        complete &= all_of_them
    for symbol in laws:
        patterns, all_of_them = _supports(symbol, shape(symbol), seed)
        axes.append([("support", symbol, t) for t in patterns])
        complete &= all_of_them
    axes += [[("not zero", name, None), ("zero", name, None)] for name in constants]
    combinations, all_of_them = _combinations(axes, seed)
    out = [
        Stratum(
            {s: t for kind, s, t in chosen if kind == "label"},
            {s: t for kind, s, t in chosen if kind == "support"},
            frozenset(name for kind, name, _ in chosen if kind == "zero"),
        )
        for chosen in combinations
    ]
    return tuple(out), complete and all_of_them


Part = tuple[str, Any, Any]


def _combinations(axes: list[list[Part]], seed: int) -> tuple[list[tuple[Part, ...]], bool]:
    """Every choice of one part from each axis, or the first and random ones."""
    if prod(map(len, axes)) <= MOST_STRATA:
        return list(product(*axes)), True
    rng = np.random.default_rng(seed)
    chosen = [tuple(axis[int(rng.integers(len(axis)))] for axis in axes) for _ in range(MOST_STRATA - 1)]
    return [tuple(axis[0] for axis in axes), *chosen], False


def conditions(terms: Iterable[Term], given: Iterable[Hypothesis]) -> tuple[Condition, ...]:
    """What a decision takes for granted, because no pattern of zeros covers it: c − d ≠ 0, or c > 0.

    A sum of things that may have either sign can cancel; the logarithm of one means that of a positive number.
    """
    definitions = {h.symbol: h for h in given if isinstance(h, Definition)}
    found: dict[Condition, None] = {}
    for term in terms:
        if any(_uncovered(t, definitions) for t in distinct(term)):  # else what is bound needs no names
            for place in places(term):
                for factor, sign in _uncovered(place.term, definitions):
                    found[Condition.positive(factor) if sign == "> 0" else Condition.not_zero(factor)] = None
    return tuple(found)


def _uncovered(term: Term, definitions: dict[Symbol, Definition]) -> list[tuple[Term, str]]:
    """What a term itself divides by or takes a logarithm of that may vanish for all its positive parts."""
    match term:
        case Quotient(_, below):
            dividing, sign = below, "≠ 0"
        case Power(base, n) if n < 0:
            dividing, sign = base, "≠ 0"
        case Apply(symbol, (argument,)) if symbol == LOG:
            dividing, sign = argument, "> 0"
        case _:
            return []
    doubtful = (x for x in _atoms(dividing) if not _is_never_negative(x, definitions))
    return [(x, sign) for x in doubtful if sign == "> 0" or isinstance(x, Add | Binder)]


def _atoms(term: Term) -> Iterator[Term]:
    """The factors of a term, through products, fractions and powers."""
    match term:
        case Multiply(xs):
            for x in xs:
                yield from _atoms(x)
        case Quotient(x, y):
            yield from _atoms(x)
            yield from _atoms(y)
        case Power(x, _):
            yield from _atoms(x)
        case _:
            yield term


def _is_never_negative(term: Term | Scope, definitions: dict[Symbol, Definition]) -> bool:
    """Whether a term's form shows that it is at no instance negative."""
    match term:
        case Scope(_, _, body):
            return _is_never_negative(body, definitions)
        case Number(value):
            return value >= 0
        case Variable(_, sort):
            return sort == INDEX
        case Apply(symbol, (_,)) if symbol in (EXP, ABS):
            return True
        case Apply(symbol, (base, _)) if symbol == POWER:
            return _is_never_negative(base, definitions)
        case Apply(symbol, _) if symbol in BUILT_IN:
            return symbol != LOG
        case Apply(symbol, _) if symbol in definitions and not symbol.outcomes:
            return _is_never_negative(definitions[symbol].body, definitions)
        case Apply(symbol, _):
            return bool(symbol.outcomes)
        case Add(xs) | Multiply(xs):
            return all(_is_never_negative(x, definitions) for x in xs)
        case Quotient(x, y):
            return _is_never_negative(x, definitions) and _is_never_negative(y, definitions)
        case Power(x, n):
            return n % 2 == 0 or _is_never_negative(x, definitions)
        case Binder(_, scope):
            return _is_never_negative(scope, definitions)
    return False


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


def _reached(found: set[Symbol], definitions: dict[Symbol, Definition]) -> set[Symbol]:
    """Symbols and those that their definitions mention."""
    out = set(found)
    while True:
        bodies = [definitions[d].body for d in out & set(definitions)]
        new = {t.symbol for b in bodies for t in _unprotected(b) if isinstance(t, Apply | Law)} - out
        if not new:
            return out
        out |= new


def _functions(shape: tuple[int, ...], values: int, seed: int) -> tuple[list[NDArray[np.int64]], bool]:
    """All label functions of a shape, or the first constant one and random ones."""
    entries = prod(shape)
    if entries * log2(values) <= log2(MOST_STRATA):
        every = product(range(values), repeat=entries)
        return [np.asarray(table, dtype=np.int64).reshape(shape) for table in every], True
    rng = np.random.default_rng(seed)
    drawn = [rng.integers(values, size=shape) for _ in range(MOST_STRATA - 1)]
    return [np.zeros(shape, dtype=np.int64), *drawn], False


def _supports(symbol: Symbol, shape: tuple[int, ...], seed: int) -> tuple[list[NDArray[np.bool_]], bool]:
    """All patterns of zeros, or the full one and random ones, deterministic rows among them; a law's row keeps one."""
    outcomes = prod(shape[: symbol.outcomes])
    rows = prod(shape[symbol.outcomes :])
    choices = 2**outcomes - 1 if symbol.outcomes else 2
    if rows * log2(max(choices, 1)) <= log2(MOST_STRATA):
        of_a_row = [p for p in product((True, False), repeat=outcomes) if any(p) or not symbol.outcomes]
        every = product(of_a_row, repeat=rows)
        return [np.asarray(pattern, dtype=bool).reshape(rows, outcomes).T.reshape(shape) for pattern in every], True
    rng = np.random.default_rng(seed)
    out = [np.ones(shape, dtype=bool)]
    for chance in np.linspace(0.0, 0.9, MOST_STRATA - 1):
        pattern = rng.random((outcomes, rows)) < chance
        if symbol.outcomes:
            pattern[rng.integers(outcomes, size=rows), np.arange(rows)] = True
        out.append(pattern.reshape(shape))
    return out, False
