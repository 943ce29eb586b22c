"""What a decision takes for granted, because no pattern of zeros covers it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pgsym.terms.build import ABS, BUILT_IN, EXP, LOG, POWER
from pgsym.terms.hypotheses import Definition, Hypothesis
from pgsym.terms.nodes import (
    Add,
    Apply,
    Binder,
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
from pgsym.terms.sorts import INDEX
from pgsym.terms.structure import distinct


def conditions(terms: Iterable[Term], given: Iterable[Hypothesis]) -> tuple[str, ...]:
    """What a decision takes for granted, because no pattern of zeros covers it: "c − d ≠ 0", "c > 0".

    A sum of things that may have either sign can cancel; the logarithm of one means that of a positive number.
    """
    definitions = {h.symbol: h for h in given if isinstance(h, Definition)}
    found: dict[str, None] = {}
    for term in terms:
        if any(_uncovered(t, definitions) for t in distinct(term)):  # else what is bound needs no names
            for place in places(term):
                for factor, sign in _uncovered(place.term, definitions):
                    found[f"{factor} {sign}"] = None
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
