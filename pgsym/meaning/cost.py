"""The cost of evaluating a term, estimated beforehand.

Two numbers matter: how many evaluations of sub-terms the evaluator makes, and how many bits exact values have.  The
body of a sum over times is evaluated for each time, a definition for each combination of arguments, and powers multiply
the number of bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import inf, log2, log10

from pgsym.errors import TooLarge
from pgsym.terms.builtins import ABS, EXP, EXTREMES, MOMENTS, POWER
from pgsym.terms.hypotheses import Definition, Hypothesis
from pgsym.terms.moments import written_out
from pgsym.terms.nodes import (
    Add,
    Apply,
    Bound,
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
from pgsym.terms.sorts import INDEX
from pgsym.terms.structure import parts

MOST_READINGS = 200_000
"""The limit of evaluations of sub-terms at one size: some ten seconds; claims of the catalogue need up to 5,000."""
MOST_BITS_OF_A_VALUE = 10_000_000
"""The limit of bits of an exact value at a simple instance: with more, one product takes seconds."""
MOST_WRITTEN_BITS = 14_000
"""The limit of bits of a number in a term or in output: Python prints no longer numbers."""
DIGITS_A_BIT = log10(2)
ENTRY_BITS = 2.0
"""The approximate number of bits of an entry of a simple table."""

Interval = tuple[float, float]
Environment = tuple["Interval | None", ...]
"""The least and the greatest value of each enclosing variable, innermost first; None if it is not an index."""


@dataclass(frozen=True)
class Cost:
    """How many evaluations of sub-terms a term takes, and about how many bits its exact value has.

    `number` is the number of bits of the largest number in the term, including products and powers of numbers.
    """

    readings: float
    bits: float
    number: float = 0.0


@dataclass
class _Estimate:
    """The costs of terms at one size.

    The evaluator evaluates a definition at the same arguments only once, so it is counted once in each body (`seen`).
    The cost of a body is estimated once.
    """

    lengths: Mapping[str, int]
    definitions: Mapping[Symbol, Definition]
    known: dict[tuple[Term, Environment], Cost] = field(default_factory=dict)

    def body(self, term: Term, environment: Environment) -> Cost:
        key = (term, environment)
        if key not in self.known:
            self.known[key] = self._of(term, environment, {})
        return self.known[key]

    def _of(self, term: Term, environment: Environment, seen: dict[Term, Cost]) -> Cost:
        if term in seen:
            known = seen[term]
            return Cost(1, known.bits, known.number) if self._is_read_once(term) else known
        found = self._first(term, environment, seen)
        seen[term] = found
        return found

    def _is_read_once(self, term: Term) -> bool:
        match term:
            case Apply(symbol, _):
                return symbol in EXTREMES or symbol in self.definitions
            case Sum(Range(), _):
                return True
        return False

    def _first(self, term: Term, environment: Environment, seen: dict[Term, Cost]) -> Cost:
        match term:
            case Number(value):
                bits = log2(max(abs(value.numerator), value.denominator))
                return Cost(1, bits, bits)
            case Variable() | Bound():
                return Cost(1, ENTRY_BITS)
            case Sum(Range(first, last), scope) | Product(Range(first, last), scope):
                low, high = self._index(first, environment)[0], self._index(last, environment)[1]
                times = max(0.0, high - low + 1)
                one = self.body(scope.body, ((low, high), *environment))
                return Cost(
                    1 + times * one.readings, one.bits * (times if isinstance(term, Product) else 1), one.number
                )
            case Apply(symbol, arguments) | Law(symbol, arguments) if symbol in self.definitions:
                return self._defined(symbol, arguments, environment, seen)
            case Apply(symbol, _) if symbol in MOMENTS:
                return self._of(written_out(term), environment, seen)
        inside = [
            self.body(p.body, (None, *environment)) if isinstance(p, Scope) else self._of(p, environment, seen)
            for p in parts(term)
        ]
        readings, number = 1 + sum(c.readings for c in inside), max((c.number for c in inside), default=0.0)
        if isinstance(term, Apply) and term.symbol == POWER:
            readings += 2 * log2(1 + max(map(abs, self._index(term.arguments[1], environment))))
        return Cost(readings, *self._bits(term, environment, sum(c.bits for c in inside), number))

    def _bits(self, term: Term, environment: Environment, inside: float, number: float) -> tuple[float, float]:
        """The bits of a term and of the largest number in it, given those of its parts."""
        match term:
            case Power(base, exponent):
                bits = inside * abs(exponent)
                return bits, bits if _is_number(base) else number
            case Apply(symbol, (_, times)) if symbol == POWER:
                return inside * max(map(abs, self._index(times, environment))), number
            case Apply(symbol, (Multiply((Number(value), *_)),)) if symbol == EXP:  # exp(n x) is exp(x)ⁿ
                return abs(value.numerator) * ENTRY_BITS, number
            case Apply(symbol, _) if symbol not in EXTREMES and symbol != ABS:
                return ENTRY_BITS, number
            case Add() | Multiply() | Quotient() if _is_number(term):
                return inside, max(inside, number)
        return inside, number

    def _defined(
        self, symbol: Symbol, arguments: tuple[Term, ...], environment: Environment, seen: dict[Term, Cost]
    ) -> Cost:
        left_out = len(symbol.arguments) - len(arguments)  # the outcome of a law
        values = [
            self._index(t, environment) if sort == INDEX else None
            for t, sort in zip(arguments, symbol.arguments[left_out:], strict=True)
        ]
        body = self.body(self.definitions[symbol].body, tuple(reversed((*[None] * left_out, *values))))
        inside = [self._of(t, environment, seen) for t in arguments]
        return Cost(1 + sum(c.readings for c in inside) + body.readings, body.bits, body.number)

    def _index(self, term: Term, environment: Environment) -> Interval:
        """The least and the greatest value of an index term."""
        match term:
            case Number(value):
                return float(value), float(value)
            case Variable(name, _):
                n = float(self.lengths.get(name, 1))
                return n, n
            case Bound(index):
                return environment[index] or (0.0, 0.0) if index < len(environment) else (0.0, 0.0)
            case Add(operands):
                ends = [self._index(t, environment) for t in operands]
                return sum(low for low, _ in ends), sum(high for _, high in ends)
            case Multiply(operands):
                low, high = 1.0, 1.0
                for t in operands:
                    a, b = self._index(t, environment)
                    corners = (low * a, low * b, high * a, high * b)
                    low, high = min(corners), max(corners)
                return low, high
        return 0.0, inf


def _is_number(term: Term) -> bool:
    """Whether a term is made of numbers only."""
    match term:
        case Number():
            return True
        case Add(operands) | Multiply(operands):
            return all(map(_is_number, operands))
        case Quotient(x, y):
            return _is_number(x) and _is_number(y)
        case Power(base, _):
            return _is_number(base)
    return False


def cost(term: Term, given: Iterable[Hypothesis] = (), lengths: Mapping[str, int] | None = None) -> Cost:
    """The cost of evaluating a term at some lengths, such as {"T": 20}.

    >>> from pgsym.terms import Variable
    >>> x = Variable("x")
    >>> cost(x**1000 + x)
    Cost(readings=4, bits=2002.0, number=0.0)
    """
    definitions = {h.symbol: h for h in given if isinstance(h, Definition)}
    try:
        return _Estimate(lengths or {}, definitions).body(term, ())
    except OverflowError:
        return Cost(inf, inf, inf)
    except RecursionError:
        raise TooLarge("terms and definitions are nested too deeply: name parts of them") from None


def check_cost(
    terms: Iterable[Term], given: Iterable[Hypothesis], lengths: Iterable[Mapping[str, int]], alternative: str
) -> None:
    """Raise TooLarge, with the estimate and an alternative, if evaluating a term at some lengths takes too long."""
    given = tuple(given)
    largest: dict[str, int] = {}
    for at in lengths:
        largest = {name: max(n, largest.get(name, n)) for name, n in {**largest, **at}.items()}
    for term in terms:
        found = cost(term, given, largest)
        if found.number > MOST_WRITTEN_BITS:
            digits = f"{found.number * DIGITS_A_BIT:.0f}" if found.number < inf else "too many"
            raise TooLarge(
                f"a number in it has {digits} digits, more than {MOST_WRITTEN_BITS * DIGITS_A_BIT:.0f}: {alternative}"
            )
        if found.readings > MOST_READINGS:
            raise TooLarge(
                f"evaluating it takes about {found.readings:.1e} steps, more than {MOST_READINGS:.0e}: {alternative}"
            )


__all__ = ["MOST_BITS_OF_A_VALUE", "Cost", "check_cost", "cost"]
