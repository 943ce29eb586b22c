"""Reading a term: a meaning is one class with one method per kind.

A binder hands its meaning a Python function from the bound value to the body's; a gradient hands one from a
meaning to the body's, because a derivative is taken in a richer meaning.  A class that forgets a method cannot be
instantiated.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from fractions import Fraction
from math import prod
from typing import Any, Generic, TypeVar

from pgsym.errors import SortError
from pgsym.terms.build import MOMENTS
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
    Sum,
    Symbol,
    Term,
    Variable,
)
from pgsym.terms.sorts import INDEX, Sort

V = TypeVar("V")
Environment = tuple[Any, ...]
"""The values of the enclosing scopes, innermost first."""


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

        def within(x: Term) -> Any:
            return self.read(x, environment)

        match term:
            case Apply(symbol, arguments):
                if symbol in MOMENTS:
                    return self.read(written_out(term), environment)
                return self.apply(symbol, arguments, environment)
            case Bound(index):
                if index >= len(environment):
                    raise SortError(f"a bound index {index} outside its scope")
                return environment[index]
            case Variable():
                return self.variable(term)
            case Number(value):
                return self.number(value)
            case Add(operands):
                return self.add(tuple(map(within, operands)))
            case Multiply(operands):
                return self.multiply(tuple(map(within, operands)))
            case Quotient(numerator, denominator):
                return self.quotient(within(numerator), within(denominator))
            case Power(base, exponent):
                return self.power(within(base), exponent)
            case Gradient(parameter, body):
                return self.gradient(parameter, lambda meaning: meaning.read(body, environment))
            case All(sort):
                return self.all(sort)
            case Range(first, last):
                return self.range(self.index(first, environment), self.index(last, environment))
            case Law(symbol, given):
                return self.law(symbol, self.values(symbol, given, environment))
            case Conditional(law, scope):
                return self.conditional(within(law), lambda v: self.read(scope.body, (v, *environment)))
            case Sum(over, scope):
                return self.sum(within(over), lambda v: self.read(scope.body, (v, *environment)))
            case Product(over, scope):
                return self.product(within(over), lambda v: self.read(scope.body, (v, *environment)))
            case Expectation(over, scope):
                return self.expectation(within(over), lambda v: self.read(scope.body, (v, *environment)))
        raise SortError(f"no meaning for {type(term).__name__}")

    def index(self, term: Term, environment: Environment = ()) -> int:
        """The value of an index: a written number, a length, a bound index, or a sum of them."""
        match term:
            case Bound(index) if index < len(environment) and isinstance(environment[index], int):
                return int(environment[index])
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
        sorts = symbol.arguments[len(symbol.arguments) - len(arguments) :]
        return tuple(
            self.index(t, environment) if sort == INDEX else self.read(t, environment)
            for t, sort in zip(arguments, sorts, strict=True)
        )
