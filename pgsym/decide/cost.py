"""What it takes to read a term, estimated before anything is read.

Two numbers matter: how many readings of sub-terms the evaluator makes, and how many bits exact values have.  A sum over
times is read once for each, a definition once for each place that its arguments differ, and powers multiply bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import inf

from pgsym.decide.sizes import Size
from pgsym.errors import TooLarge
from pgsym.terms.build import ABS, EXP, EXTREMES, LOG, MOMENTS, POWER
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
    Range,
    Scope,
    Sum,
    Symbol,
    Term,
    Variable,
)
from pgsym.terms.sorts import INDEX
from pgsym.terms.structure import parts

MOST_READINGS = 1_000_000
"""The most readings of sub-terms of a term at one size: some ten seconds."""
MOST_BITS = 10_000_000
"""The most bits of an exact value of a term at a simple instance: beyond, one product takes seconds."""
MOST_WRITTEN_BITS = 100_000
"""The most bits of a number that stands in a term, or that is written out."""
DEEPEST = 200
"""How deeply terms and definitions may be nested: each level takes several calls of Python."""
ENTRY_BITS = 2.0
"""How many bits an entry of a simple table has, about."""

Interval = tuple[float, float]
Environment = tuple["Interval | None", ...]
"""The least and the greatest value of each enclosing index, None for what is none; innermost first."""


@dataclass(frozen=True)
class Cost:
    """How many readings of sub-terms a term takes, and about how many bits its exact value has."""

    readings: float
    bits: float


@dataclass
class _Estimate:
    """The costs of terms at one size, each found once."""

    lengths: Mapping[str, int]
    definitions: Mapping[Symbol, Definition]
    entry: float
    known: dict[tuple[object, ...], Cost] = field(default_factory=dict)
    depth: int = 0

    def of(self, term: Term, environment: Environment) -> Cost:
        key = (term, environment)
        found = self.known.get(key)
        if found is None:
            self.depth += 1
            if self.depth > DEEPEST:
                raise TooLarge(f"terms and definitions are nested more than {DEEPEST} deep: name parts of them")
            found = self.known[key] = self._of(term, environment)
            self.depth -= 1
        return found

    def _of(self, term: Term, environment: Environment) -> Cost:
        match term:
            case Number(value):
                return Cost(1, max(value.numerator.bit_length(), value.denominator.bit_length()))
            case Sum(Range(first, last), scope) | Product(Range(first, last), scope):
                return self._over_times(term, first, last, scope.body, environment)
            case Power(base, exponent):
                return self._raised(self.of(base, environment), abs(exponent))
            case Apply(symbol, (base, times)) if symbol == POWER:
                return self._raised(self.of(base, environment), max(map(abs, self._index(times, environment))))
            case Apply(symbol, (argument,)) if symbol == EXP:
                return self._exponential(argument, environment)
            case Apply(symbol, (argument,)) if symbol == LOG:
                return Cost(1 + self.of(argument, environment).readings, self.entry)
            case Apply(symbol, _) if symbol in MOMENTS:
                return self.of(written_out(term), environment)
            case Apply(symbol, arguments) | Law(symbol, arguments) if symbol in self.definitions:
                return self._defined(symbol, arguments, environment)
            case Apply(symbol, _) if symbol not in EXTREMES and symbol != ABS:
                return Cost(self._all(term, environment).readings, self.entry)
            case Variable() | Bound():
                return Cost(1, self.entry)
        return self._all(term, environment)

    def _all(self, term: Term, environment: Environment) -> Cost:
        """Everything that stands in a term, what occurs twice counted once."""
        inside = [
            self.of(p.body, (None, *environment)) if isinstance(p, Scope) else self.of(p, environment)
            for p in dict.fromkeys(parts(term))
        ]
        return Cost(1 + sum(c.readings for c in inside), sum(c.bits for c in inside))

    def _over_times(self, term: Term, first: Term, last: Term, body: Term, environment: Environment) -> Cost:
        low, high = self._index(first, environment)[0], self._index(last, environment)[1]
        times = max(0.0, high - low + 1)
        one = self.of(body, ((low, high), *environment))
        return Cost(1 + times * one.readings, one.bits * (times if isinstance(term, Product) else 1))

    def _raised(self, base: Cost, exponent: float) -> Cost:
        return Cost(1 + base.readings, base.bits * exponent)

    def _exponential(self, argument: Term, environment: Environment) -> Cost:
        """exp(n x) is exp(x)ⁿ."""
        inside = self.of(argument, environment)
        match argument:
            case Multiply((Number(value), *_)):
                return Cost(1 + inside.readings, abs(value.numerator) * self.entry)
        return Cost(1 + inside.readings, self.entry)

    def _defined(self, symbol: Symbol, arguments: tuple[Term, ...], environment: Environment) -> Cost:
        sorts = symbol.arguments[len(symbol.arguments) - len(arguments) :]
        values = tuple(
            self._index(t, environment) if sort == INDEX else None for t, sort in zip(arguments, sorts, strict=True)
        )
        first: Environment = (None,) * (len(symbol.arguments) - len(arguments))  # the outcome of a law
        body = self.of(self.definitions[symbol].body, tuple(reversed((*first, *values))))
        inside = sum(self.of(t, environment).readings for t in arguments)
        return Cost(1 + inside + body.readings, body.bits)

    def _index(self, term: Term, environment: Environment) -> Interval:
        """The least and the greatest value of an index."""
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


def cost(
    term: Term, given: Iterable[Hypothesis] = (), lengths: Mapping[str, int] | None = None, entry: float = ENTRY_BITS
) -> Cost:
    """The cost of reading a term at some lengths, such as {"T": 20}, its tables' entries having `entry` bits.

    >>> from pgsym.terms import Variable, lift
    >>> x = Variable("x")
    >>> cost(x**1000 + x)
    Cost(readings=4, bits=2002.0)
    """
    definitions = {h.symbol: h for h in given if isinstance(h, Definition)}
    try:
        return _Estimate(lengths or {}, definitions, entry).of(term, ())
    except OverflowError:
        return Cost(inf, inf)
    except RecursionError:
        raise TooLarge("terms and definitions are nested too deeply: name parts of them") from None


def check_cost(
    terms: Iterable[Term], given: Iterable[Hypothesis], lengths: Iterable[Mapping[str, int]], alternative: str
) -> None:
    """Raise TooLarge, with the estimate and an alternative, for what takes too long to read at some lengths."""
    terms, given = tuple(terms), tuple(given)
    at = [dict(t) for t in {tuple(sorted(x.items())) for x in lengths}] or [{}]
    for term in terms:
        written = cost(term, given, at[0], entry=0.0).bits
        if written > MOST_WRITTEN_BITS:
            digits = f"{written * 0.30103:.0f} digits" if written < inf else "too many digits"
            raise TooLarge(
                f"a number in it has about {digits}, more than {MOST_WRITTEN_BITS * 0.30103:.0f}: {alternative}"
            )
        readings = max(cost(term, given, x).readings for x in at)
        if readings > MOST_READINGS:
            raise TooLarge(f"to read it takes about {readings:.1e} steps, more than {MOST_READINGS:.0e}: {alternative}")


def within_reach(
    terms: Iterable[Term],
    given: Iterable[Hypothesis],
    names: Iterable[str],
    sizes: Iterable[Size],
    budget: int,
) -> int:
    """How many instances a search may look at: the budget, or none where exact values have too many bits.

    Raises TooLarge for what takes too long to read at one of the sizes.
    """
    terms, given, names = tuple(terms), tuple(given), tuple(names)
    lengths = [at.lengths for size in sizes for at in size.instances(names, given)]
    check_cost(terms, given, lengths, "take smaller sizes, ranges and exponents, or fewer definitions in each other")
    few = dict.fromkeys(names, 2)
    return budget if max(cost(t, given, few).bits for t in terms) <= MOST_BITS else 0


__all__ = ["Cost", "check_cost", "cost", "within_reach"]
