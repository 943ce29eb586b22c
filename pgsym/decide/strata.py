"""The discrete part of a class of instances: all label functions, all patterns of zero probabilities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

from pgsym.decide.sizes import Size, vocabulary
from pgsym.meaning.generic import Stratum
from pgsym.meaning.instances import axes_of
from pgsym.terms.build import BUILT_IN, EXP, LOG
from pgsym.terms.hypotheses import Definition, Hypothesis, Positive
from pgsym.terms.nodes import Apply, Conditional, Law, Power, Quotient, Scope, Symbol, Term
from pgsym.terms.sorts import FINITE, REAL, Collective
from pgsym.terms.structure import parts, walk

MOST_STRATA = 64


def strata(
    terms: Iterable[Term], given: Iterable[Hypothesis], size: Size, seed: int = 0
) -> tuple[tuple[Stratum, ...], bool]:
    """The strata of the instances of a size, and whether these are all of them.

    Patterns of zeros matter only where a term divides or takes a logarithm: elsewhere both sides are polynomials,
    and what holds inside the simplex holds on its faces.
    """
    terms, given = tuple(terms), tuple(given)
    used = vocabulary(terms, given)
    definitions = {h.symbol: h for h in given if isinstance(h, Definition)}
    primitive = sorted(
        (s for s in used if s not in definitions and s not in BUILT_IN), key=lambda s: (s.name, len(s.arguments))
    )
    labels = [s for s in primitive if s.result in FINITE and not isinstance(s.arguments[0], Collective)]
    positive = {h.symbol for h in given if isinstance(h, Positive)}
    bodies = [definitions[s].body for s in used if s in definitions]
    divisors = {s for t in (*terms, *bodies) for s in _divisors(t)}
    suspects = {s for s in _reached(divisors, definitions) - positive if s.result == REAL}
    masks = [s for s in primitive if s.outcomes and s not in positive]
    laws = [s for s in primitive if s in suspects or s in masks] if suspects & set(primitive) else []

    def shape(symbol: Symbol) -> tuple[int, ...]:
        return tuple(size.sorts[s] for s in axes_of(symbol))

    axes: list[list[tuple[str, Symbol, NDArray[np.generic]]]] = []
    complete = True
    for symbol in labels:
        tables, all_of_them = _some(_functions(shape(symbol), size.sorts[symbol.result]), MOST_STRATA, seed)
        axes.append([("label", symbol, t) for t in tables])
        complete &= all_of_them
    for symbol in laws:
        tables, all_of_them = _some(_supports(symbol, shape(symbol)), MOST_STRATA, seed)
        axes.append([("support", symbol, t) for t in tables])
        complete &= all_of_them
    combinations, all_of_them = _some(product(*axes), MOST_STRATA, seed)
    out = [
        Stratum(
            {s: t for kind, s, t in chosen if kind == "label"},
            {s: t for kind, s, t in chosen if kind == "support"},
        )
        for chosen in combinations
    ]
    return tuple(out), complete and all_of_them


def _divisors(term: Term) -> set[Symbol]:
    """The symbols inside what a term divides by, takes a logarithm of, or conditions on."""
    out: set[Symbol] = set()
    for t in walk(term):
        match t:
            case Quotient(_, below):
                out |= _unprotected(below)
            case Power(base, n) if n < 0:
                out |= _unprotected(base)
            case Apply(symbol, (argument,)) if symbol == LOG:
                out |= _unprotected(argument)
            case Conditional(Law(symbol, _), scope):
                out |= {symbol} | _unprotected(scope.body)
    return out


def _unprotected(term: Term) -> set[Symbol]:
    """The symbols of a term outside exponentials, which never vanish."""
    if isinstance(term, Apply) and term.symbol == EXP:
        return set()
    own = {term.symbol} if isinstance(term, Apply | Law) else set()
    return own.union(*(_unprotected(p.body if isinstance(p, Scope) else p) for p in parts(term)))


def _reached(found: set[Symbol], definitions: dict[Symbol, Definition]) -> set[Symbol]:
    """Symbols and those that their definitions mention."""
    out = set(found)
    while new := {s for d in out & set(definitions) for s in _unprotected(definitions[d].body)} - out:
        out |= new
    return out


def _functions(shape: tuple[int, ...], values: int) -> Iterator[NDArray[np.int64]]:
    for table in product(range(values), repeat=int(np.prod(shape))):
        yield np.asarray(table, dtype=np.int64).reshape(shape)


def _supports(symbol: Symbol, shape: tuple[int, ...]) -> Iterator[NDArray[np.bool_]]:
    """Every pattern of zeros, the full one first; a law's leaves each row something."""
    if not symbol.outcomes:
        for chosen in product((True, False), repeat=int(np.prod(shape))):
            yield np.asarray(chosen, dtype=bool).reshape(shape)
        return
    outcomes = int(np.prod(shape[: symbol.outcomes]))
    rows = int(np.prod(shape[symbol.outcomes :]))
    patterns = [p for p in product((True, False), repeat=outcomes) if any(p)]
    for row_patterns in product(patterns, repeat=rows):
        yield np.asarray(row_patterns, dtype=bool).T.reshape(shape)


def _some(candidates: Iterable[object], most: int, seed: int) -> tuple[list, bool]:  # type: ignore[type-arg]
    """All candidates, or the first and a random selection of a bounded prefix of the others."""
    pool = []
    for candidate in candidates:
        pool.append(candidate)
        if len(pool) > 64 * most:
            break
    if len(pool) <= most:
        return pool, True
    chosen = np.random.default_rng(seed).choice(np.arange(1, len(pool)), size=most - 1, replace=False)
    return [pool[0], *(pool[i] for i in sorted(chosen))], False
