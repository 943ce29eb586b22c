"""Plain terms: made of pgsym's own kinds and immutable parts only, so that a verdict on one stays right.

A subclass may print one thing and mean another, and a list may change after a verdict.
"""

from __future__ import annotations

from fractions import Fraction

from pgsym.errors import RecordRefused, SortError
from pgsym.terms.hypotheses import Definition, Hypothesis
from pgsym.terms.nodes import (
    Add,
    All,
    Apply,
    Bound,
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
)
from pgsym.terms.record import SORTS, hypothesis_from_record, hypothesis_record
from pgsym.terms.sorts import Sort
from pgsym.terms.structure import parts

KINDS: frozenset[type] = frozenset(
    {
        *(Number, Variable, Bound, Apply, Add, Multiply, Quotient, Power, Gradient, Sum, Product, Expectation),
        *(All, Range, Law, Conditional, Scope),
    }
)


def plain(term: Term) -> Term:
    """The term itself; raises SortError unless it is made of pgsym's own kinds and immutable parts only.

    >>> from pgsym.terms.nodes import lift
    >>> print(plain(lift(1) + lift(2)))
    1 + 2
    >>> plain(Add([lift(1), lift(2)]))
    Traceback (most recent call last):
    pgsym.errors.SortError: an Add holds a list of parts, which could change: give a tuple
    """
    waiting: list[Term | Scope] = [term]
    while waiting:
        part = waiting.pop()
        if type(part) not in KINDS:
            raise SortError(f"{part!r:.60} is not one of pgsym's own kinds of term, and cannot be derived with")
        _check(part)
        waiting.extend((part.body,) if isinstance(part, Scope) else parts(part))
    return term


def _check(part: Term | Scope) -> None:
    """Raise SortError unless everything that a term holds besides its parts is plain."""
    match part:
        case Number(value):
            ok = type(value) is Fraction
        case Variable():
            ok = _is_variable(part)
        case Bound(number) | Power(_, number):
            ok = type(number) is int
        case Add(held) | Multiply(held) | Apply(_, held) | Law(_, held):
            if type(held) is not tuple:
                kind = type(part).__name__
                article = "an" if kind[0] in "AEIOU" else "a"
                raise SortError(
                    f"{article} {kind} holds a {type(held).__name__} of parts, which could change: give a tuple"
                )
            ok = not isinstance(part, Apply | Law) or _is_symbol(part.symbol)
        case Gradient(parameter, _):
            ok = _is_variable(parameter)
        case All(sort):
            ok = _is_sort(sort)
        case Scope(hint, sort, _):
            ok = type(hint) is str and _is_sort(sort)
        case _:
            ok = True
    if not ok:
        raise SortError(f"{part!r:.60} is not made of plain names, numbers and sorts, and cannot be derived with")


def _is_variable(value: object) -> bool:
    return type(value) is Variable and type(value.name) is str and _is_sort(value.sort)


def _is_symbol(value: object) -> bool:
    if type(value) is not Symbol or type(value.name) is not str or type(value.arguments) is not tuple:
        return False
    return type(value.outcomes) is int and all(map(_is_sort, (*value.arguments, value.result)))


def _is_sort(value: object) -> bool:
    """Whether a sort is one of pgsym's own: another sort of the same name may have another meaning."""
    if not isinstance(value, Sort):
        return False
    own = SORTS.get(value.name)
    return own is value or (own is not None and type(own) is type(value) and own == value)


def plain_hypothesis(hypothesis: Hypothesis) -> Hypothesis:
    """The hypothesis made afresh as one of pgsym's own kinds; raises SortError for one that is none of them."""
    if isinstance(hypothesis, Definition):
        plain(hypothesis.body)
    try:
        made = hypothesis_from_record(hypothesis_record(hypothesis))
    except (TypeError, AttributeError, RecordRefused):
        made = None
    if made is None or type(made) is not type(hypothesis) or made != hypothesis:
        raise SortError(f"{hypothesis!r:.60} is not one of pgsym's own hypotheses, and nothing can be derived from it")
    return made


__all__ = ["plain", "plain_hypothesis"]
