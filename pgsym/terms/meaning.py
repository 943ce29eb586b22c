"""Reading a term: a meaning is one class with one method per kind.

A binder hands its meaning a Python function from the bound value to the body's; a gradient hands one from a
meaning to the body's, because a derivative is taken in a richer meaning.  A class that forgets a method cannot be
instantiated.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import Any, Generic, TypeVar

from pgsym.errors import SortError
from pgsym.terms.builtins import EXTREMES, MOMENTS
from pgsym.terms.extremes import by_absolute
from pgsym.terms.hypotheses import Definition
from pgsym.terms.moments import written_out
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
from pgsym.terms.sorts import INDEX, Sort
from pgsym.terms.structure import loose

V = TypeVar("V")
Environment = tuple[Any, ...]
"""The values of the enclosing scopes, innermost first."""


def mentioned(environment: Environment, *terms: Term) -> tuple[Any, ...]:
    """The values of an environment that some terms mention; all others make no difference to them."""
    indices = frozenset().union(*map(loose, terms))
    return tuple([environment[i] for i in sorted(indices)])


def counted(exponent: int, term: Term) -> int:
    """A symbolic exponent; raises SortError if it is negative, for then it may stand for a division."""
    if exponent < 0:
        raise SortError(f"the exponent {term} is {exponent} here: a symbolic exponent counts from 0")
    return exponent


class Meaning(ABC, Generic[V]):
    """What every kind of term means; V is the value of a real or vector term."""

    @abstractmethod
    def number(self, value: Fraction) -> V: ...
    @abstractmethod
    def variable(self, variable: Variable) -> Any: ...
    @abstractmethod
    def apply(self, symbol: Symbol, arguments: tuple[Term, ...], environment: Environment) -> Any: ...
    @abstractmethod
    def add(self, operands: tuple[V, ...]) -> V: ...
    @abstractmethod
    def multiply(self, operands: tuple[V, ...]) -> V: ...
    @abstractmethod
    def quotient(self, numerator: V, denominator: V) -> V: ...
    @abstractmethod
    def power(self, base: V, exponent: int) -> V: ...
    @abstractmethod
    def gradient(self, parameter: Variable, body: Callable[[Meaning[V]], V]) -> V: ...
    @abstractmethod
    def all(self, sort: Sort) -> Any: ...
    @abstractmethod
    def range(self, first: int, last: int) -> Any: ...
    @abstractmethod
    def law(self, symbol: Symbol, given: tuple[Any, ...]) -> Any: ...
    @abstractmethod
    def conditional(self, law: Any, event: Callable[[Any], V]) -> Any: ...
    @abstractmethod
    def sum(self, over: Any, body: Callable[[Any], V]) -> V: ...
    @abstractmethod
    def product(self, over: Any, body: Callable[[Any], V]) -> V: ...
    @abstractmethod
    def expectation(self, law: Any, body: Callable[[Any], V]) -> V: ...

    def read(self, term: Term, environment: Environment = ()) -> Any:
        """The value of `term`."""
        reader = _READERS.get(type(term))
        if reader is None:
            raise SortError(f"no meaning for {type(term).__name__}")
        return reader(self, term, environment)

    def index(self, term: Term, environment: Environment = ()) -> int:
        """The value of an index: a written number, a length, a bound index, or a sum of them."""
        if type(term) is Bound and term.index < len(environment):
            value = environment[term.index]
            if isinstance(value, int):
                return value
        match term:
            case Number(value) if value.denominator == 1:
                return int(value)
            case Add(operands):
                return sum(self.index(t, environment) for t in operands)
            case Multiply(operands):
                return prod(self.index(t, environment) for t in operands)
            case Variable() | Bound():
                value = self.read(term, environment)
                if isinstance(value, int):
                    return value
        raise SortError(f"{term} is not an index")

    def values(self, symbol: Symbol, arguments: tuple[Term, ...], environment: Environment) -> tuple[Any, ...]:
        """The values of a symbol's arguments (of a law: all but the outcome), each read as what its sort says."""
        places = _index_places(symbol)[len(symbol.arguments) - len(arguments) :]
        return tuple(
            [
                self.index(t, environment) if is_index else self.read(t, environment)
                for t, is_index in zip(arguments, places, strict=True)
            ]
        )

    def opened(
        self, definition: Definition, arguments: tuple[Term, ...], environment: Environment
    ) -> tuple[Term, Environment]:
        """The body of a definition applied to arguments, and the environment to read it in.

        Numbers are put into the body as terms, because their signs are read from their form.
        """
        if definition.takes_numbers:
            return definition.unfold(arguments), environment
        return definition.body, tuple(reversed(self.values(definition.symbol, arguments, environment)))


@lru_cache(maxsize=2**12)
def _index_places(symbol: Symbol) -> tuple[bool, ...]:
    """Which arguments of a symbol are indices."""
    return tuple(sort == INDEX for sort in symbol.arguments)


def _applied(meaning: Meaning[Any], term: Apply, environment: Environment) -> Any:
    if term.symbol in MOMENTS:
        return meaning.read(written_out(term), environment)
    if term.symbol in EXTREMES:
        return meaning.read(by_absolute(term), environment)
    return meaning.apply(term.symbol, term.arguments, environment)


def _bound(meaning: Meaning[Any], term: Bound, environment: Environment) -> Any:
    if term.index >= len(environment):
        raise SortError(f"a bound index {term.index} outside its scope")
    return environment[term.index]


def _within(scope: Scope, meaning: Meaning[Any], environment: Environment) -> Callable[[Any], Any]:
    """What a binder hands its meaning: the body's value for each of the bound variable's."""
    return lambda value: meaning.read(scope.body, (value, *environment))


Reader = Callable[[Meaning[Any], Any, Environment], Any]
_READERS: dict[type[Term], Reader] = {
    Apply: _applied,
    Bound: _bound,
    Variable: lambda m, t, e: m.variable(t),
    Number: lambda m, t, e: m.number(t.value),
    Add: lambda m, t, e: m.add(tuple([m.read(x, e) for x in t.operands])),
    Multiply: lambda m, t, e: m.multiply(tuple([m.read(x, e) for x in t.operands])),
    Quotient: lambda m, t, e: m.quotient(m.read(t.numerator, e), m.read(t.denominator, e)),
    Power: lambda m, t, e: m.power(m.read(t.base, e), t.exponent),
    Gradient: lambda m, t, e: m.gradient(t.parameter, lambda inner: inner.read(t.body, e)),
    All: lambda m, t, e: m.all(t.sort),
    Range: lambda m, t, e: m.range(m.index(t.first, e), m.index(t.last, e)),
    Law: lambda m, t, e: m.law(t.symbol, m.values(t.symbol, t.given, e)),
    Conditional: lambda m, t, e: m.conditional(m.read(t.law, e), _within(t.scope, m, e)),
    Sum: lambda m, t, e: m.sum(m.read(t.over, e), _within(t.scope, m, e)),
    Product: lambda m, t, e: m.product(m.read(t.over, e), _within(t.scope, m, e)),
    Expectation: lambda m, t, e: m.expectation(m.read(t.over, e), _within(t.scope, m, e)),
}
"""How a meaning reads each kind of term."""
