"""Terms as JSON-ready lists, and back."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from pgsym.errors import RecordRefused, SortError
from pgsym.terms.depth import not_too_deep
from pgsym.terms.hypotheses import (
    AtLeastTwo,
    Before,
    Definition,
    Frozen,
    HowMany,
    Hypothesis,
    NonNegative,
    Positive,
    Rounds,
    ThetaFree,
)
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
from pgsym.terms.sorts import BATCH, GROUP, INDEX, LETTERS, MATRIX, PARAMETER, REAL, TRAJECTORY, VECTOR, Sort

SORTS: dict[str, Sort] = {
    s.name: s for s in (REAL, VECTOR, MATRIX, *LETTERS.values(), INDEX, PARAMETER, BATCH, GROUP, TRAJECTORY)
}
BINDERS = {"sum": Sum, "product": Product, "expectation": Expectation}
HYPOTHESES: dict[str, Callable[[Any], Hypothesis]] = {
    "theta-free": ThetaFree,
    "positive": Positive,
    "non-negative": NonNegative,
}


@not_too_deep
def to_record(term: Term | Scope) -> list[Any]:
    """A term as nested lists of strings and integers.

    >>> from pgsym.terms import REAL, Variable
    >>> to_record(2 * Variable("c"))
    ['multiply', ['number', '2'], ['variable', 'c', 'real']]
    """
    match term:
        case Number(value):
            return ["number", str(value)]
        case Variable(name, sort):
            return ["variable", name, sort.name]
        case Bound(index):
            return ["bound", index]
        case Apply(symbol, arguments):
            return ["apply", symbol_record(symbol), *map(to_record, arguments)]
        case Add(operands):
            return ["add", *map(to_record, operands)]
        case Multiply(operands):
            return ["multiply", *map(to_record, operands)]
        case Quotient(numerator, denominator):
            return ["quotient", to_record(numerator), to_record(denominator)]
        case Power(base, exponent):
            return ["power", to_record(base), exponent]
        case Gradient(parameter, body):
            return ["gradient", parameter.name, to_record(body)]
        case All(sort):
            return ["all", sort.name]
        case Range(first, last):
            return ["range", to_record(first), to_record(last)]
        case Law(symbol, given):
            return ["law", symbol_record(symbol), *map(to_record, given)]
        case Conditional(law, scope):
            return ["conditional", to_record(law), to_record(scope)]
        case Sum(over, scope):
            return ["sum", to_record(over), to_record(scope)]
        case Product(over, scope):
            return ["product", to_record(over), to_record(scope)]
        case Expectation(over, scope):
            return ["expectation", to_record(over), to_record(scope)]
        case Scope(hint, sort, body):
            return ["scope", hint, sort.name, to_record(body)]
    raise SortError(f"there is no record of a {type(term).__name__}: a closed form is computed by Python code")


@not_too_deep
def from_record(record: Any) -> Term:
    """The term of a record; raises RecordRefused if it is none."""
    try:
        return _term(record)
    except RecordRefused:
        raise
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as reason:
        raise RecordRefused(f"not the record of a term: {str(record)[:80]} ({reason})") from None


def _term(record: Any) -> Term:
    match record:
        case ["number", str(value)]:
            return Number(Fraction(value))
        case ["variable", str(name), sort]:
            return Variable(name, SORTS[sort])
        case ["bound", int(index)]:
            return Bound(index)
        case ["apply", symbol, *arguments]:
            return Apply(symbol_from_record(symbol), tuple(map(_term, arguments)))
        case ["add", *operands]:
            return Add(tuple(map(_term, operands)))
        case ["multiply", *operands]:
            return Multiply(tuple(map(_term, operands)))
        case ["quotient", numerator, denominator]:
            return Quotient(_term(numerator), _term(denominator))
        case ["power", base, int(exponent)]:
            return Power(_term(base), exponent)
        case ["gradient", str(parameter), body]:
            return Gradient(Variable(parameter, PARAMETER), _term(body))
        case ["all", sort]:
            return All(SORTS[sort])
        case ["range", first, last]:
            return Range(_term(first), _term(last))
        case ["law", symbol, *given]:
            return Law(symbol_from_record(symbol), tuple(map(_term, given)))
        case ["conditional", law, scope]:
            return Conditional(_term(law), _scope(scope))
        case [("sum" | "product" | "expectation") as kind, over, scope]:
            return BINDERS[kind](_term(over), _scope(scope))
    raise RecordRefused(f"not the record of a term: {str(record)[:80]}")


def _scope(record: Any) -> Scope:
    kind, hint, sort, body = record
    if kind != "scope":
        raise RecordRefused(f"a scope was expected, not {kind!r}")
    return Scope(str(hint), SORTS[sort], _term(body))


def symbol_record(symbol: Symbol) -> list[Any]:
    """A symbol as its name, sorts and number of outcomes."""
    return [symbol.name, [s.name for s in symbol.arguments], symbol.result.name, symbol.outcomes]


def symbol_from_record(record: Any) -> Symbol:
    """The symbol of a record."""
    name, arguments, result, outcomes = record
    return Symbol(str(name), tuple(SORTS[s] for s in arguments), SORTS[result], int(outcomes))


def hypothesis_record(hypothesis: Hypothesis) -> list[Any]:
    """A hypothesis as nested lists."""
    match hypothesis:
        case Definition(symbol, variables, body):
            return ["definition", symbol_record(symbol), [[n, s.name] for n, s in variables], to_record(body)]
        case HowMany(sort, count):
            return ["how-many", sort.name, count]
        case AtLeastTwo(sort):
            return ["at-least-two", sort.name]
        case Rounds(length, least, most):
            return ["rounds", length.name, least, most]
        case Before(earlier, later):
            return ["before", to_record(earlier), to_record(later)]
        case Frozen(frozen, at):
            return ["frozen", frozen.name, at.name]
        case ThetaFree(symbol):
            return ["theta-free", symbol_record(symbol)]
        case Positive(Variable(name)):
            return ["positive", name]
        case Positive(Symbol() as symbol):
            return ["positive", symbol_record(symbol)]
        case NonNegative(Variable(name)):
            return ["non-negative", name]
        case NonNegative(Symbol() as symbol):
            return ["non-negative", symbol_record(symbol)]
    raise SortError(f"there is no record of a {type(hypothesis).__name__}")


def hypothesis_from_record(record: Any) -> Hypothesis:
    """The hypothesis of a record; raises RecordRefused if it is none."""
    try:
        match record:
            case ["definition", symbol, variables, body]:
                named = tuple((str(n), SORTS[s]) for n, s in variables)
                return Definition.of(*Definition(symbol_from_record(symbol), named, _term(body)).equation)
            case ["how-many", str(sort), int(count)]:
                return HowMany(SORTS[sort], count)
            case ["at-least-two", str(sort)]:
                return AtLeastTwo(SORTS[sort])
            case ["rounds", str(length), int(least), (int() | None) as most]:
                return Rounds(Variable(length, INDEX), least, most)
            case ["before", earlier, later]:
                return Before(_term(earlier), _term(later))
            case ["frozen", str(frozen), str(at)]:
                return Frozen(Variable(frozen, PARAMETER), Variable(at, PARAMETER))
            case [("positive" | "non-negative") as kind, str(name)]:
                return HYPOTHESES[kind](Variable(name))
            case [("theta-free" | "positive" | "non-negative") as kind, symbol]:
                return HYPOTHESES[kind](symbol_from_record(symbol))
    except (KeyError, IndexError, TypeError, ValueError, SortError) as reason:
        raise RecordRefused(f"not the record of a hypothesis: {str(record)[:80]} ({reason})") from None
    raise RecordRefused(f"not the record of a hypothesis: {str(record)[:80]}")
