"""Systematic mutations of an equation: what a slip of the pen makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pgsym.problems.classification import LABEL_LAW
from pgsym.problems.one_step import POLICY
from pgsym.terms.build import LOG, log
from pgsym.terms.nodes import (
    Add,
    All,
    Apply,
    Expectation,
    Gradient,
    Law,
    Multiply,
    Number,
    Power,
    Quotient,
    Sum,
    Term,
    Variable,
)
from pgsym.terms.places import Place, places, rewrite_at
from pgsym.terms.sorts import FINITE, REAL, VECTOR, Sort
from pgsym.terms.structure import factors, flat, product, sort_of, total


def mutants(term: Term) -> Iterator[tuple[str, Term]]:
    """Every mutation of a term with its kind; some are ill-sorted, some equivalent."""
    for place in places(term):
        for kind, changed in _at(place):
            yield kind, rewrite_at(term, place.path, lambda _, new=changed: new)


def _at(place: Place) -> Iterator[tuple[str, Term]]:
    t = place.term
    yield from _sign(t)
    match t:
        case Number(value):
            yield "constant", Number(value + 1)
        case Multiply():
            xs = factors(t)
            for i, x in enumerate(xs):
                yield "factor dropped", product(*xs[:i], *xs[i + 1 :])
                if _real(x) and not isinstance(x, Number):
                    yield "factor doubled", product(*xs[:i], x, x, *xs[i + 1 :])
        case Add(xs):
            for i in range(len(xs)):
                yield "summand dropped", total(*xs[:i], *xs[i + 1 :])
        case Quotient(x, y):
            yield "denominator dropped", x
            yield "fraction inverted", Quotient(y, x)
            yield "denominator off", Quotient(x, y + 1)
        case Power(x, n):
            yield "exponent", Power(x, n + 1)
        case Gradient(theta, Apply(symbol, (x,))) if symbol == LOG:
            yield "log missing", Gradient(theta, x)
        case Gradient(theta, body):
            yield "log added", Gradient(theta, log(body))
            yield "gradient missing", body
            if isinstance(body, Multiply):
                first, *rest = factors(body)
                yield "factor moved out of ∇", product(first, Gradient(theta, product(*rest)))
        case Apply(symbol, (x,)) if symbol == LOG:
            yield "log missing", x
        case Apply(symbol, (outcome, given, *_)) if symbol == POLICY:
            yield "distribution swapped", LABEL_LAW(outcome, given)
        case Law(symbol, (given, *_)) if symbol == POLICY:
            yield "distribution swapped", LABEL_LAW.law(given)
        case Expectation(Law(symbol, _), scope) if scope.sort in FINITE:
            yield "expectation a plain sum", Sum(All(scope.sort), scope)
    if isinstance(t, Apply):
        yield from _swapped(t, place)


def _sign(t: Term) -> Iterator[tuple[str, Term]]:
    if not isinstance(t, Number) and (_real(t) or _sort(t) == VECTOR):
        yield "sign", -t


def _swapped(t: Apply, place: Place) -> Iterator[tuple[str, Term]]:
    """An argument replaced by another variable in scope of the same sort, or by a label."""
    for i, x in enumerate(t.arguments):
        if isinstance(x, Variable) and x.sort in FINITE:
            for v, _ in place.opened:
                if v.sort == x.sort and v != x:
                    yield "variable swapped", replace(t, arguments=(*t.arguments[:i], v, *t.arguments[i + 1 :]))


def _real(t: Term) -> bool:
    return _sort(t) == REAL


def _sort(t: Term) -> Sort | None:
    try:
        return sort_of(t)
    except Exception:
        return None


def spread(term: Term, most: int) -> list[tuple[str, Term]]:
    """At most so many distinct mutants, spread over kinds and places, in a fixed order."""
    seen, out = {flat(term)}, []
    for kind, t in mutants(term):
        if flat(t) not in seen:
            seen.add(flat(t))
            out.append((kind, t))
    by_kind: dict[str, list[tuple[str, Term]]] = {}
    for kind, t in out:
        by_kind.setdefault(kind, []).append((kind, t))
    queues, chosen = list(by_kind.values()), []
    while queues and len(chosen) < most:
        for queue in list(queues):
            chosen.append(queue.pop(len(queue) // 2))
            if not queue:
                queues.remove(queue)
    return chosen[:most]
