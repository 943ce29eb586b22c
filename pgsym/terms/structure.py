"""The structure of terms, stated once: parts, rebuilding, binding, free variables, sorts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from itertools import count
from operator import attrgetter, is_
from typing import Any

from pgsym import hooks
from pgsym.errors import SortError
from pgsym.terms.builtins import COVARIANCE_MATRIX, LOG, MOMENTS, QUANTITY
from pgsym.terms.nodes import (
    Add,
    All,
    Apply,
    Binder,
    Bound,
    Closed,
    Conditional,
    Expectation,
    Gradient,
    Law,
    Multiply,
    Number,
    Power,
    Product,
    Quotient,
    Range,
    Scope,
    Sum,
    Symbol,
    Term,
    Variable,
    factors,
    summands,
)
from pgsym.terms.sorts import INDEX, MATRIX, REAL, VECTOR, Sort

Part = Term | Scope


def parts(term: Term) -> tuple[Part, ...]:
    """The immediate parts of a term, a scope standing for its body one level down."""
    reader = _PARTS.get(type(term))
    if reader is None:
        raise TypeError(f"not a kind of term: {term!r}")
    return reader(term)


def _none(term: Term) -> tuple[Part, ...]:
    return ()


_PARTS: dict[type[Term], Callable[[Any], tuple[Part, ...]]] = {
    **dict.fromkeys((Number, Variable, Bound, All, Closed), _none),
    **dict.fromkeys((Add, Multiply), attrgetter("operands")),
    Apply: attrgetter("arguments"),
    Law: lambda t: t.given,
    Quotient: lambda t: (t.numerator, t.denominator),
    Range: lambda t: (t.first, t.last),
    Power: lambda t: (t.base,),
    Gradient: lambda t: (t.body,),
    **dict.fromkeys((Sum, Product, Expectation), lambda t: (t.over, t.scope)),
    Conditional: lambda t: (t.law, t.scope),
}

KINDS: tuple[type[Term], ...] = tuple(kind for kind in _PARTS if kind is not Closed)
"""The kinds of term that are data only: what a closed form is, Python code computes."""


def rebuild(term: Term, new: tuple[Part, ...]) -> Term:
    """The same kind of term with other parts, in the order of `parts`."""
    terms = tuple(p for p in new if isinstance(p, Term))
    scopes = tuple(p for p in new if isinstance(p, Scope))
    match term, terms, scopes:
        case Apply(symbol, _), _, ():
            return Apply(symbol, terms)
        case Add(), _, ():
            return Add(terms)
        case Multiply(), _, ():
            return Multiply(terms)
        case ((Number() | Variable() | Bound() | All() | Closed()), (), ()):
            return term
        case Law(symbol, _), _, ():
            return Law(symbol, terms)
        case Quotient(), (x, y), ():
            return Quotient(x, y)
        case Range(), (x, y), ():
            return Range(x, y)
        case Power(_, exponent), (x,), ():
            return Power(x, exponent)
        case Gradient(parameter, _), (x,), ():
            return Gradient(parameter, x)
        case Binder(), (over,), (scope,):
            return type(term)(over, scope)
        case Conditional(), (law,), (scope,):
            return Conditional(law, scope)
    raise TypeError(f"{type(term).__name__} cannot be rebuilt from {len(new)} parts")


def _map(term: Term, function: Callable[[Term, int], Term], depth: int) -> Term:
    """Apply `function` to every immediate sub-term with its binding depth; what does not change stays one object."""
    old = parts(term)
    new = tuple([_mapped(p, function, depth) if isinstance(p, Scope) else function(p, depth) for p in old])
    return term if all(map(is_, old, new)) else rebuild(term, new)


def _mapped(scope: Scope, function: Callable[[Term, int], Term], depth: int) -> Scope:
    body = function(scope.body, depth + 1)
    return scope if body is scope.body else Scope(scope.hint, scope.sort, body)


def close(term: Term, variable: Variable, depth: int = 0) -> Term:
    """The body of a scope: `variable` becomes the bound index."""
    if variable not in free(term):
        return term
    if isinstance(term, Variable):
        return Bound(depth)
    return _map(term, lambda t, d: close(t, variable, d), depth)


def instantiate(body: Term, *values: Term) -> Term:
    """The body of nested scopes with its holes filled all at once, that of the innermost scope by the first value.

    A bound index of a value that points to a scope around it still points there.
    """

    def filled(t: Term, depth: int) -> Term:
        if isinstance(t, Bound):
            return _moved(values[t.index - depth], depth) if 0 <= t.index - depth < len(values) else t
        if not any(index >= depth for index in loose(t)):
            return t
        return _map(t, filled, depth)

    return filled(body, 0)


def _moved(term: Term, by: int) -> Term:
    """A term moved under `by` more scopes: its loose bound indices still point to the same scopes."""

    def moved(t: Term, depth: int) -> Term:
        if not any(index >= depth for index in loose(t)):
            return t
        return Bound(t.index + by) if isinstance(t, Bound) else _map(t, moved, depth)

    return moved(term, 0) if by else term


def scope(variable: Variable, body: Term) -> Scope:
    """The scope that binds `variable` in `body`."""
    return Scope(variable.name, variable.sort, close(body, variable))


@lru_cache(maxsize=2**14)
def free(term: Part) -> frozenset[Variable]:
    """The free variables, the parameter of a gradient among them."""
    if isinstance(term, Scope):
        return free(term.body)
    if isinstance(term, Variable):
        return frozenset({term})
    own = {term.parameter} if isinstance(term, Gradient) else set()
    return frozenset(own).union(*map(free, parts(term)))


def check_names(variables: Iterable[Variable]) -> None:
    """Raise SortError where two different variables have one name."""
    named: dict[str, Variable] = {}
    for v in sorted(variables, key=lambda v: (v.name, str(v.sort))):
        if (same := named.setdefault(v.name, v)) != v:
            raise SortError(
                f"{v.name} names two variables, of the sorts {same.sort} and {v.sort}: give one of them another name"
            )


def divided_by(term: Term) -> Iterator[Term]:
    """The terms that a term itself divides by, takes the logarithm of, or conditions on: they must not be zero."""
    match term:
        case Quotient(_, below):
            yield below
        case Power(base, n) if n < 0:
            yield base
        case Apply(symbol, (argument,)) if symbol == LOG:
            yield argument
        case Conditional(law, event):
            yield Expectation(law, event)  # the probability of the event


@lru_cache(maxsize=2**14)
def loose(term: Part) -> frozenset[int]:
    """The bound indices that point outside a term, 0 for its nearest enclosing scope."""
    if isinstance(term, Scope):
        return frozenset(i - 1 for i in loose(term.body) if i)
    if isinstance(term, Bound):
        return frozenset({term.index})
    return frozenset().union(*map(loose, parts(term)))


@lru_cache(maxsize=2**14)
def symbols(term: Part) -> frozenset[Symbol]:
    """The symbols of the signature that a term mentions."""
    if isinstance(term, Scope):
        return symbols(term.body)
    own = {term.symbol} if isinstance(term, Apply | Law) else set()
    return frozenset(own).union(*map(symbols, parts(term)))


def open_scope(bound: Scope, avoid: Iterable[Variable] = ()) -> tuple[Variable, Term]:
    """The scope's variable under a name that clashes with nothing, and the body that mentions it."""
    variable = fresh(bound.hint, bound.sort, (*avoid, *free(bound.body)))
    return variable, instantiate(bound.body, variable)


def fresh(name: str, sort: Sort, avoid: Iterable[Variable]) -> Variable:
    """A variable of a name, with primes where other variables have that name."""
    taken = {v.name for v in avoid}
    return Variable(next(n for i in count() if (n := name + "'" * i) not in taken), sort)


def substitute(term: Term, values: Mapping[Variable, Term]) -> Term:
    """Free variables replaced by terms; bound variables cannot capture, for they have no names."""
    if isinstance(term, Variable):
        return values.get(term, term)
    if isinstance(term, Gradient) and term.parameter in values:
        parameter = values[term.parameter]
        if not isinstance(parameter, Variable):
            raise SortError(f"∇ cannot be taken with respect to {parameter}")
        term = replace(term, parameter=parameter)
    return _map(term, lambda t, _: substitute(t, values), 0)


def bottom_up(term: Term, function: Callable[[Term], Term]) -> Term:
    """Every sub-term replaced by the function's answer, innermost first; loose bound indices may occur."""
    return function(_map(term, lambda t, _: bottom_up(t, function), 0))


def walk(term: Part) -> Iterator[Term]:
    """Every sub-term, outermost first, with loose bound indices."""
    waiting = [term]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Scope):
            part = part.body
        yield part
        waiting.extend(reversed(parts(part)))


@lru_cache(maxsize=2**10)
def distinct(term: Term) -> tuple[Term, ...]:
    """Every sub-term once, outermost first, with loose bound indices."""
    found: dict[Term, None] = {}
    waiting: list[Part] = [term]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Scope):
            part = part.body
        if part not in found:
            found[part] = None
            waiting.extend(reversed(parts(part)))
    return tuple(found)


def flat(term: Term) -> Term:
    """The term with products within products and sums within sums spliced: the board does not show the grouping."""

    def splice(t: Term) -> Term:
        match t:
            case Multiply():
                return Multiply(factors(t))
            case Add():
                return Add(summands(t))
        return t

    return bottom_up(term, splice)


def product(*operands: Term) -> Term:
    """The product of some factors: 1 of none, the factor itself of one."""
    xs = tuple(x for t in operands for x in factors(t))
    return Multiply(xs) if len(xs) > 1 else (*xs, Number(Fraction(1)))[0]


def total(*operands: Term) -> Term:
    """The sum of some summands: 0 of none, the summand itself of one."""
    xs = tuple(x for t in operands for x in summands(t))
    return Add(xs) if len(xs) > 1 else (*xs, Number(Fraction(0)))[0]


@lru_cache(maxsize=2**14)
def is_visibly_zero(term: Term) -> bool:
    """Whether a term's form shows that it is zero, and so a number as well as a gradient."""
    match term:
        case Number(value):
            return value == 0
        case Multiply(operands):
            return any(map(is_visibly_zero, operands))
        case Add(operands):
            return all(map(is_visibly_zero, operands))
        case Sum() | Expectation():
            return is_visibly_zero(term.scope.body)
        case Quotient(numerator, _):
            return is_visibly_zero(numerator)
        case Gradient(_, body):
            return is_visibly_zero(body)
    return False


@lru_cache(maxsize=2**14)
def sort_of(term: Term, scopes: tuple[Sort, ...] = ()) -> Sort:
    """The sort of a term, under enclosing sorts (innermost first); raises SortError where it says nothing."""
    match term:
        case Number() | Closed():
            return REAL
        case Variable(_, sort):
            return sort
        case Bound(index):
            if not 0 <= index < len(scopes):
                raise SortError(f"a bound index {index} outside its scope")
            return scopes[index]
        case Apply(symbol, arguments):
            return _sort_of_moment(symbol, arguments, scopes) or symbol.result
        case Add(operands):
            sorts = {sort_of(t, scopes) for t in operands if not is_visibly_zero(t)}
            if sorts == {INDEX, REAL} and all(_counts(t, scopes) for t in operands):
                return INDEX  # t + 1, u − t
            if len(sorts) > 1:
                raise SortError(f"a sum of {' and '.join(sorted(map(str, sorts)))}: {term}")
            return next(iter(sorts), REAL)
        case Multiply(operands):
            derivatives = [d for t in operands if (d := sort_of(t, scopes)) in (VECTOR, MATRIX)]
            if len(derivatives) > 1:
                raise SortError(f"a product of two gradients says nothing by itself: {term}")
            return derivatives[0] if derivatives else REAL
        case Quotient(numerator, denominator):
            if sort_of(denominator, scopes) in (VECTOR, MATRIX):
                raise SortError(f"a division by a gradient: {term}")
            return sort_of(numerator, scopes)
        case Power(base, exponent):
            sort = sort_of(base, scopes)
            if sort == VECTOR and exponent == 2:
                return VECTOR  # the square of every coordinate, as in a variance
            if sort in (VECTOR, MATRIX):
                raise SortError(f"a power of a gradient, other than the square of its coordinates: {term}")
            return REAL
        case Gradient(_, body):
            match sort_of(body, scopes):
                case s if s == REAL:
                    return VECTOR
                case s if s == VECTOR:
                    return MATRIX
            raise SortError(f"a third derivative is not a term yet: {term}")
        case Binder(over, bound):
            if isinstance(term, Expectation) != isinstance(over, Law | Conditional):
                raise SortError(f"an expectation is over a law, a sum or product over values: {term}")
            if (drawn := _bound_by(over)) != bound.sort:
                raise SortError(f"{bound.hint} is of sort {bound.sort}, and runs over values of sort {drawn}: {term}")
            return sort_of(bound.body, (bound.sort, *scopes))
    raise SortError(f"{type(term).__name__} has no value of its own")


def _bound_by(over: Term) -> Sort:
    """The sort of what is summed over, or drawn; raises SortError for what is neither a range nor a law."""
    match over:
        case All(sort):
            return sort
        case Range():
            return INDEX
        case Law(symbol, _) if symbol.outcomes:
            return symbol.arguments[0]
        case Conditional(law, event) if (sort := _bound_by(law)) == event.sort:
            return sort
    raise SortError(f"nothing is summed over {over}, or drawn from it")


def _sort_of_moment(symbol: Symbol, arguments: tuple[Term, ...], scopes: tuple[Sort, ...]) -> Sort | None:
    """The sort of a variance or covariance, and of what it is of; None for other symbols."""
    if symbol in MOMENTS - {COVARIANCE_MATRIX}:
        return sort_of(arguments[0], scopes)
    if symbol != QUANTITY:
        return None
    sorts = {sort_of(t, scopes) for t in arguments}
    if not sorts <= {REAL, INDEX, VECTOR}:
        raise SortError("a variance is of numbers or gradients, and a covariance of two of them")
    return VECTOR if VECTOR in sorts else REAL


def _counts(term: Term, scopes: tuple[Sort, ...]) -> bool:
    """Whether a term is an index, a whole number, or a product of such."""
    match term:
        case Number(value):
            return value.denominator == 1
        case Multiply(operands):
            return all(_counts(t, scopes) for t in operands)
    return sort_of(term, scopes) == INDEX


hooks.sort_of = sort_of
