"""How large a term is as a rational function: what the error bound of a decision rests on.

Read at a size, a term is N/D with integer polynomials in the free entries of its tables, their tangents and the
logarithms.  `Degree` bounds the degrees of N and D and the number of bits of their coefficients (of the sum of
their absolute values, which is submultiplicative).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import log2
from typing import Any

from pgsym.decide.sizes import Size
from pgsym.errors import SortError
from pgsym.terms.build import ABS, EXP, INDICATORS, LOG
from pgsym.terms.hypotheses import Definition
from pgsym.terms.interpret import Environment, Meaning
from pgsym.terms.nodes import Apply, Gradient, Symbol, Term, Variable
from pgsym.terms.sorts import FINITE, INDEX, REAL, Collective, Sort


@dataclass(frozen=True)
class Degree:
    """Bounds on the degree of a numerator and a denominator, and on the bits of their coefficients."""

    numerator: int = 0
    denominator: int = 0
    bits: float = 0.0
    bits_below: float = 0.0

    def __add__(self, other: Degree) -> Degree:
        return Degree(
            max(self.numerator + other.denominator, other.numerator + self.denominator),
            self.denominator + other.denominator,
            max(self.bits + other.bits_below, other.bits + self.bits_below) + 1,
            self.bits_below + other.bits_below,
        )

    def __mul__(self, other: Degree) -> Degree:
        return Degree(
            self.numerator + other.numerator,
            self.denominator + other.denominator,
            self.bits + other.bits,
            self.bits_below + other.bits_below,
        )

    def times(self, n: int) -> Degree:
        """The sum of n values of this size."""
        m = max(n - 1, 0)
        return Degree(
            self.numerator + m * self.denominator,
            n * self.denominator,
            self.bits + m * self.bits_below + log2(max(n, 1)),
            n * self.bits_below,
        )

    def raised(self, n: int) -> Degree:
        """The product of n values of this size."""
        return Degree(n * self.numerator, n * self.denominator, n * self.bits, n * self.bits_below)

    @property
    def inverse(self) -> Degree:
        """The reciprocal."""
        return Degree(self.denominator, self.numerator, self.bits_below, self.bits)

    @property
    def derived(self) -> Degree:
        """The derivative along a direction: (N'D − ND')/D²."""
        growth = log2(max(self.numerator, self.denominator, 1)) + 1
        if not self.denominator:
            return Degree(self.numerator, 0, self.bits + growth, 2 * self.bits_below)
        both = self.numerator + self.denominator
        return Degree(both, 2 * self.denominator, self.bits + self.bits_below + growth, 2 * self.bits_below)


@dataclass
class Count:
    """How many logarithms and exponentials were met, and the largest argument under one."""

    values: int = 0
    degree: int = 0
    bits: float = 0.0


@dataclass(frozen=True)
class DegreeBound(Meaning[Degree]):
    """Reads a term as its degree at a size."""

    size: Size
    definitions: dict[Symbol, Definition]
    count: Count = field(default_factory=Count)

    def read(self, term: Term, environment: Environment = ()) -> Any:
        """The degree of a term; ∇ log f is ∇f / f, whose logarithm leaves no trace."""
        match term:
            case Gradient(_, Apply(symbol, (argument,))) if symbol == LOG:
                inner = self.real(self.read(argument, environment))
                return inner.derived * inner.inverse
        return super().read(term, environment)

    def number(self, value: Fraction) -> Degree:
        return Degree(0, 0, log2(max(abs(value.numerator), 1)), log2(value.denominator))

    def variable(self, variable: Variable) -> Any:
        if variable.sort == INDEX:
            return self.size.lengths[variable.name]
        return Degree(1) if variable.sort == REAL else variable

    def apply(self, symbol: Symbol, arguments: tuple[Term, ...], environment: Environment) -> Any:
        values = self.values(symbol, arguments, environment)
        if symbol in (LOG, EXP):
            inner = self.real(values[0])
            self.count.values += 1
            self.count.degree = max(self.count.degree, inner.numerator + inner.denominator)
            self.count.bits = max(self.count.bits, inner.bits + inner.bits_below)
            return Degree(1) if symbol == LOG else Degree(1, 1)
        if symbol == ABS:
            return self.real(values[0])
        if symbol in INDICATORS.values():
            return Degree()
        if symbol in self.definitions:
            return self.read(self.definitions[symbol].body, tuple(reversed(values)))
        if symbol.result in FINITE:
            return symbol.result
        entries = self.cardinality(symbol.arguments[0]) if symbol.outcomes else 1
        return Degree(1, 0, log2(entries) + 1)

    def real(self, value: Any) -> Degree:
        """A real value; an index counts as the number it is."""
        if isinstance(value, int):
            return self.number(Fraction(value))
        if isinstance(value, Degree):
            return value
        raise SortError("a state or an action stands where a number should")

    def cardinality(self, sort: Sort) -> int:
        """How many values a sort has; a batch has those of one draw to the power of its length."""
        if isinstance(sort, Collective):
            one = 1
            for _, component in sort.components:
                one *= self.cardinality(component)
            return int(one ** self.size.lengths[sort.length])
        return int(self.size.sorts.get(sort, 1))

    def add(self, operands: tuple[Any, ...]) -> Degree:
        out, *rest = map(self.real, operands)
        for x in rest:
            out = out + x
        return out

    def multiply(self, operands: tuple[Any, ...]) -> Degree:
        out = Degree()
        for x in operands:
            out = out * self.real(x)
        return out

    def quotient(self, numerator: Any, denominator: Any) -> Degree:
        return self.real(numerator) * self.real(denominator).inverse

    def power(self, base: Any, exponent: int) -> Degree:
        value = self.real(base)
        return value.raised(exponent) if exponent >= 0 else value.inverse.raised(-exponent)

    def gradient(self, parameter: Variable, body: Callable[[Meaning[Degree]], Degree]) -> Degree:
        before = self.count.values
        inner = self.real(body(self))
        logs = self.count.values - before
        arguments = Degree(self.count.degree, self.count.degree, self.count.bits, self.count.bits)
        return inner.derived * arguments.raised(logs)  # the derivative of log v brings v below

    def all(self, sort: Sort) -> int:
        return self.cardinality(sort)

    def range(self, first: int, last: int) -> range:
        return range(first, last + 1)

    def law(self, symbol: Symbol, given: tuple[Any, ...]) -> tuple[int, Degree]:
        outcome = symbol.arguments[0]
        mass = self.apply_values(symbol, (outcome, *given))
        return self.cardinality(outcome), mass

    def apply_values(self, symbol: Symbol, values: tuple[Any, ...]) -> Degree:
        """The degree of a mass at values that were read before."""
        if symbol in self.definitions:
            return self.real(self.read(self.definitions[symbol].body, tuple(reversed(values))))
        return Degree(1, 0, log2(self.cardinality(symbol.arguments[0])) + 1)

    def conditional(self, law: tuple[int, Degree], event: Callable[[Any], Degree]) -> tuple[int, Degree]:
        n, mass = law
        joint = mass * event(None)
        return n, joint * joint.times(n).inverse

    def sum(self, over: Any, body: Callable[[Any], Degree]) -> Degree:
        if isinstance(over, range):
            return self.add(tuple(body(i) for i in over)) if over else Degree()
        return self._repeated(over, body).times(over)

    def product(self, over: Any, body: Callable[[Any], Degree]) -> Degree:
        if isinstance(over, range):
            return self.multiply(tuple(body(i) for i in over))
        return self._repeated(over, body).raised(over)

    def expectation(self, law: tuple[int, Degree], body: Callable[[Any], Degree]) -> Degree:
        n, mass = law
        return (mass * self._repeated(n, body)).times(n)

    def _repeated(self, n: int, body: Callable[[Any], Degree]) -> Degree:
        """The body's degree, its logarithms counted once for each of n values."""
        before = self.count.values
        out = self.real(body(None))
        self.count.values = before + n * (self.count.values - before)
        return out
