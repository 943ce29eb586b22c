"""Systematic mutations of an equation: what a slip of the pen makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache

from pgsym.problems.classification_problem import LABEL_LAW
from pgsym.problems.one_step_problem import POLICY
from pgsym.problems.trajectory import START, TRANSITION
from pgsym.terms.build import log, sum_range
from pgsym.terms.builtins import LOG
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
    Product,
    Quotient,
    Range,
    Sum,
    Term,
    Variable,
)
from pgsym.terms.places import Place, places, rewrite_at
from pgsym.terms.sorts import FINITE, INDEX, REAL, VECTOR, Sort
from pgsym.terms.structure import (
    bottom_up,
    factors,
    flat,
    free,
    open_scope,
    product,
    sort_of,
    substitute,
    symbols,
    total,
)


@cache
def mutants(term: Term) -> tuple[tuple[str, Term], ...]:
    """Every mutation of a term with its kind; some are ill-sorted, some equivalent."""
    return tuple(
        (kind, rewrite_at(term, place.path, lambda _, new=changed: new))
        for place in places(term)
        for kind, changed in _at(place)
    )


def _at(place: Place) -> Iterator[tuple[str, Term]]:
    t = place.term
    yield from _sign(t)
    match t:
        case Number(value):
            yield "constant", Number(value + 1)
        case Multiply():
            xs = factors(t)
            for i, x in enumerate(xs):
                yield _dropped(x), product(*xs[:i], *xs[i + 1 :])
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
            if _sort(body) != VECTOR:
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
        case Range(first, last):
            for off in (1, -1):
                yield "first time off by one", Range(_later(first, off), last)
                yield "last time off by one", Range(first, _later(last, off))
        case Sum(Range(first, last), scope):
            yield from _shifted_scores(first, last, *open_scope(scope, free(t)))
        case Apply(symbol, (to, s, a)) if symbol == TRANSITION:
            yield "transition reversed", TRANSITION(s, to, a)
    if isinstance(t, Apply):
        yield from _swapped(t, place)
    if _is_of_one_step(t):
        yield from _wrong_step(t, place)


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


def _dropped(factor: Term) -> str:
    """What is missing when a factor is."""
    if isinstance(factor, Apply) and factor.symbol == START:
        return "initial distribution dropped"
    if isinstance(factor, Apply | Product) and symbols(factor) & {TRANSITION} and _real(factor):
        return "transition dropped"
    return "factor dropped"


def _later(time: Term, by: int) -> Term:
    """A time moved by some steps, its numbers added up."""
    xs = time.operands if isinstance(time, Add) else (time,)
    moved = sum((x.value for x in xs if isinstance(x, Number)), Fraction(by))
    rest = tuple(x for x in xs if not isinstance(x, Number))
    return total(*rest, *((Number(moved),) if moved or not rest else ()))


def _shifted_scores(first: Term, last: Term, time: Variable, body: Term) -> Iterator[tuple[str, Term]]:
    """A sum over times with the scores of the step after or before, over the times that have one."""
    for off, begin, end in ((1, first, _later(last, -1)), (-1, _later(first, 1), last)):
        moved = bottom_up(body, lambda x, off=off: substitute(x, {time: time + off}) if _is_score(x) else x)
        if moved != body:
            yield "score of the wrong step", sum_range(time, begin, end, of=moved)


def _is_of_one_step(t: Term) -> bool:
    """Whether a term is a score, or a symbol applied to what happens at some time, or that itself."""
    match t:
        case Apply(_, arguments):
            return _speaks_of_time(arguments) or any(map(_is_time, arguments))
    return _is_score(t)


def _is_score(t: Term) -> bool:
    match t:
        case Gradient(_, Apply(symbol, (Apply(_, arguments),))) if symbol == LOG:
            return _speaks_of_time(arguments)
    return False


def _speaks_of_time(arguments: tuple[Term, ...]) -> bool:
    return any(isinstance(x, Apply) and any(map(_is_time, x.arguments)) for x in arguments)


def _is_time(t: Term) -> bool:
    return _sort(t) == INDEX and any(v.sort == INDEX for v in free(t))


def _wrong_step(t: Term, place: Place) -> Iterator[tuple[str, Term]]:
    """The step before or after, or that of another time in scope."""
    what = "score of the wrong step" if isinstance(t, Gradient) else "wrong step"
    for time in sorted((v for v in free(t) if v.sort == INDEX), key=lambda v: v.name):
        others = [v for v, _ in place.opened if v.sort == INDEX and v != time]
        for other in (time + 1, time - 1, *others):
            yield what, substitute(t, {time: other})


def _real(t: Term) -> bool:
    return _sort(t) == REAL


def _sort(t: Term) -> Sort | None:
    try:
        return sort_of(t)
    except Exception:
        return None


@cache
def spread(term: Term, most: int) -> tuple[tuple[str, Term], ...]:
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
    return tuple(chosen[:most])
