"""How large a term is as a rational function: what the error bound of a decision rests on.

Read at a size, a term is a quotient of integer polynomials in the free entries of its tables, their tangents and the
logarithms:

    N / (D · Π_X P_X^k),   P_X the product of all entries of the table X.

`Degree` bounds the degrees of N and D and the number of bits of their coefficients (of the sum of their absolute
values, which is submultiplicative), and holds k for every table X.  What divides by entries of a table, as scores
do, has a common denominator of that form, however many trajectories are summed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from math import inf, log2, prod
from typing import Any

from pgsym.decide.sizes import Size
from pgsym.errors import SortError
from pgsym.terms.build import ABS, BUILT_IN, EXP, EXTREMES, INDICATORS, LOG, OUTER, POWER, TRANSPOSE
from pgsym.terms.hypotheses import Definition
from pgsym.terms.interpret import Environment, Meaning, counted
from pgsym.terms.nodes import Apply, Gradient, Product, Quotient, Range, Scope, Sum, Symbol, Term, Variable, hashed_once
from pgsym.terms.sorts import FINITE, INDEX, PARAMETER, REAL, Collective, Sort
from pgsym.terms.structure import loose, parts


@hashed_once
@dataclass(frozen=True)
class Table:
    """A table: its symbol, the parameter it is applied to, how many entries it has and the bits of one."""

    symbol: Symbol
    parameter: str | None
    entries: int
    bits: float


Powers = tuple[tuple[Table, int], ...]
"""How often each table's entries occur."""


def _joined(x: Powers, y: Powers, combine: Callable[[int, int], int]) -> Powers:
    if not x and not y:
        return ()
    first, second = dict(x), dict(y)
    return tuple((t, combine(first.get(t, 0), second.get(t, 0))) for t in dict.fromkeys((*first, *second)))


def _degree(powers: Powers) -> int:
    return sum(k * t.entries for t, k in powers)


def _bits(powers: Powers) -> float:
    return sum(k * t.entries * t.bits for t, k in powers)


@dataclass(frozen=True)
class Degree:
    """Bounds on the degrees of N and D and on the bits of their coefficients, and the powers of whole tables below.

    `monomial` is not None where the value is a product of that many entries of some tables and nothing else.
    """

    numerator: int = 0
    denominator: int = 0
    bits: float = 0.0
    bits_below: float = 0.0
    below: Powers = ()
    monomial: Powers | None = None

    @classmethod
    def entry(cls, table: Table) -> Degree:
        """One entry of a table."""
        return cls(1, 0, table.bits, monomial=((table, 1),))

    @property
    def total(self) -> int:
        """The degrees above and below together."""
        return self.numerator + self.denominator + _degree(self.below)

    @property
    def total_bits(self) -> float:
        """The bits of the coefficients above and below together."""
        return self.bits + self.bits_below + _bits(self.below)

    def _over(self, below: Powers) -> Degree:
        """The same with larger powers below, its numerator multiplied accordingly."""
        lift = _joined(below, self.below, lambda k, mine: k - mine)
        return Degree(self.numerator + _degree(lift), self.denominator, self.bits + _bits(lift), self.bits_below, below)

    def __add__(self, other: Degree) -> Degree:
        below = _joined(self.below, other.below, max)
        x, y = self._over(below), other._over(below)
        return Degree(
            max(x.numerator + y.denominator, y.numerator + x.denominator),
            x.denominator + y.denominator,
            max(x.bits + y.bits_below, y.bits + x.bits_below) + 1,
            x.bits_below + y.bits_below,
            below,
        )

    def __mul__(self, other: Degree) -> Degree:
        pure = self.monomial is not None and other.monomial is not None
        return Degree(
            self.numerator + other.numerator,
            self.denominator + other.denominator,
            self.bits + other.bits,
            self.bits_below + other.bits_below,
            _joined(self.below, other.below, int.__add__),
            _joined(self.monomial or (), other.monomial or (), int.__add__) if pure else None,
        )

    def times(self, n: int) -> Degree:
        """The sum of n values of this size."""
        m = max(n - 1, 0)
        return Degree(
            self.numerator + m * self.denominator,
            n * self.denominator,
            self.bits + _scaled(m, self.bits_below) + log2(max(n, 1)),
            _scaled(n, self.bits_below),
            self.below,
        )

    def raised(self, n: int) -> Degree:
        """The product of n values of this size."""

        def powers(x: Powers) -> Powers:
            return tuple((t, n * k) for t, k in x)

        return Degree(
            n * self.numerator,
            n * self.denominator,
            _scaled(n, self.bits),
            _scaled(n, self.bits_below),
            powers(self.below),
            None if self.monomial is None else powers(self.monomial),
        )

    @property
    def inverse(self) -> Degree:
        """The reciprocal."""
        if self.monomial is not None:
            above = _degree(self.monomial) - sum(k for _, k in self.monomial)
            return Degree(above, 0, _bits(self.monomial), 0.0, self.monomial)
        return Degree(
            self.denominator + _degree(self.below), self.numerator, self.bits_below + _bits(self.below), self.bits
        )

    @property
    def derived(self) -> Degree:
        """The derivative along a direction: ((N'D − ND')P − kNDP') / (D² P^(k+1))."""
        growth = log2(max(self.numerator, self.denominator, 1)) + 1
        both, below = self.numerator + self.denominator, 2 * self.denominator
        bits = self.bits + (self.bits_below if self.denominator else 0) + growth
        if not self.below:
            return Degree(both, below, bits, 2 * self.bits_below)
        once: Powers = tuple((t, 1) for t, _ in self.below)
        more = log2(1 + _degree(self.below)) + 1
        further = tuple((t, k + 1) for t, k in self.below)
        return Degree(both + _degree(once), below, bits + _bits(once) + more, 2 * self.bits_below, further)

    @property
    def logarithmic_derivative(self) -> Degree:
        """∇ log f = ∇f / f; of a product of entries, the sum of their own."""
        if self.monomial is None:
            return self.derived * self.inverse
        once: Powers = tuple((t, 1) for t, _ in self.monomial)
        how_many = sum(k for _, k in self.monomial)
        return Degree(_degree(once), 0, _bits(once) + log2(max(how_many, 1)) + 1, 0.0, once)


def _scaled(n: int, bits: float) -> float:
    try:
        return n * bits if bits else 0.0
    except OverflowError:
        return inf


ONE = Degree(monomial=())


@lru_cache(maxsize=2**12)
def only_says_which(index: int, term: Term) -> bool:
    """Whether a bound index says nothing but which draws a term is about, as in s_t: its size is the same for all."""
    if index not in loose(term) or (isinstance(term, Apply) and term.symbol.result in FINITE):
        return True
    below = [(index + 1, p.body) if isinstance(p, Scope) else (index, p) for p in parts(term)]
    return bool(below) and all(only_says_which(i, t) for i, t in below)


@dataclass
class Count:
    """The logarithms and exponentials that were met: how many, the largest argument, and the tables of entries.

    `values` counts what may be different values, `met` how often one was read.
    """

    values: int = 0
    met: int = 0
    degree: int = 0
    bits: float = 0.0
    tables: set[Table] = field(default_factory=set)

    @property
    def all_values(self) -> int:
        """How many, those of the tables' entries among them."""
        return self.values + sum(t.entries for t in self.tables)


def _counts(sort: Sort) -> bool:
    """Whether a table has an entry for each value of a sort."""
    return sort in FINITE or isinstance(sort, Collective)


@dataclass(frozen=True)
class DegreeBound(Meaning[Degree]):
    """Reads a term as its degree at a size."""

    size: Size
    definitions: dict[Symbol, Definition]
    count: Count = field(default_factory=Count)
    tables: dict[tuple[Symbol, str | None], Table] = field(default_factory=dict)
    known: dict[tuple[Symbol, tuple[Any, ...]], Degree] = field(default_factory=dict)

    def read(self, term: Term, environment: Environment = ()) -> Any:
        """The degree of a term; ∇ log f is ∇f / f, whose logarithm leaves no trace."""
        if isinstance(term, Gradient):
            match term.body:
                case Apply(symbol, (argument,)) if symbol == LOG:
                    return self.real(self.read(argument, environment)).logarithmic_derivative
        if isinstance(term, Apply) and term.symbol in EXTREMES:
            return self._extreme(*(self.real(self.read(x, environment)) for x in term.arguments))
        if isinstance(term, Sum | Product) and isinstance(term.over, Range):
            return self._over_times(term, environment)
        return super().read(term, environment)

    def _extreme(self, x: Degree, y: Degree) -> Degree:
        """The degree of (x + y ± |x − y|) / 2, each of the sides read once."""
        return self.number(Fraction(1, 2)) * (x + y + self._absolute(x + y))

    def _over_times(self, term: Sum | Product, environment: Environment) -> Degree:
        """The degree of a sum or product over times, whose body is read once where it is as large at all of them."""
        times = self.read(term.over, environment)
        body = term.scope.body
        if len(times) < 2 or not only_says_which(0, body):
            return self.real(super().read(term, environment))
        size = self._repeated(len(times), lambda _: self.read(body, (times[0], *environment)))
        return size.times(len(times)) if isinstance(term, Sum) else size.raised(len(times))

    def number(self, value: Fraction) -> Degree:
        if value == 1:
            return ONE
        return Degree(0, 0, log2(max(abs(value.numerator), 1)), log2(value.denominator))

    def variable(self, variable: Variable) -> Any:
        if variable.sort == INDEX:
            return self.size.lengths[variable.name]
        return Degree(1) if variable.sort == REAL else variable

    def apply(self, symbol: Symbol, arguments: tuple[Term, ...], environment: Environment) -> Any:
        if symbol.result in FINITE:
            return symbol.result
        if symbol == LOG and isinstance(arguments[0], Quotient):
            sides = [self.real(self.read(x, environment)) for x in (arguments[0].numerator, arguments[0].denominator)]
            if all(side.monomial is not None for side in sides):  # expanded by the evaluator, too
                return self._log_of_entries(*sides)
        values = self.values(symbol, arguments, environment)
        if symbol not in BUILT_IN:
            return self.apply_values(symbol, values)
        if symbol == OUTER:
            return self.multiply(values)
        if symbol == TRANSPOSE:
            return self.real(values[0])
        if symbol == POWER:
            return self.real(values[0]).raised(counted(values[1], arguments[1]))
        if symbol in (LOG, EXP):
            inner = self.real(values[0])
            if symbol == LOG and inner.monomial is not None:
                return self._log_of_entries(inner)
            self.count.met += 1
            self.count.values += 1
            self.count.degree = max(self.count.degree, inner.total)
            self.count.bits = max(self.count.bits, inner.total_bits)
            return Degree(1) if symbol == LOG else Degree(1, 1)
        if symbol == ABS:
            return self._absolute(self.real(values[0]))
        if symbol in INDICATORS.values():
            return Degree()
        raise SortError(f"{symbol.name} has no value of its own")

    def _absolute(self, inner: Degree) -> Degree:
        """The degree of |x|: of x times its sign, which is an element of its own."""
        self.count.values += 1
        self.count.degree = max(self.count.degree, inner.total)
        self.count.bits = max(self.count.bits, inner.total_bits)
        return inner * Degree(1)

    def _log_of_entries(self, *products: Degree) -> Degree:
        """The degree of the logarithm of a product of entries, or of a fraction of two: a sum of their logarithms."""
        self.count.met += 1
        self.count.tables.update(t for x in products for t, _ in x.monomial or ())
        self.count.degree = max(self.count.degree, 1)
        return Degree(1, 0, log2(max(sum(x.numerator for x in products), 1)))

    def table(self, symbol: Symbol, values: Iterable[Any]) -> Table:
        """The table that a symbol applied to values is an entry of."""
        parameter = next((v.name for v in values if isinstance(v, Variable) and v.sort == PARAMETER), None)
        found = self.tables.get((symbol, parameter))
        if found is None:
            outcomes = prod(map(self.cardinality, symbol.arguments[: symbol.outcomes]))
            bits = log2(outcomes) + 1 if symbol.outcomes else 1.0
            found = Table(symbol, parameter, prod(self.cardinality(s) for s in symbol.arguments if _counts(s)), bits)
            self.tables[symbol, parameter] = found
        return found

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
        out = ONE
        for x in operands:
            out = out * self.real(x)
        return out

    def quotient(self, numerator: Any, denominator: Any) -> Degree:
        return self.real(numerator) * self.real(denominator).inverse

    def power(self, base: Any, exponent: int) -> Degree:
        value = self.real(base)
        return value.raised(exponent) if exponent >= 0 else value.inverse.raised(-exponent)

    def gradient(self, parameter: Variable, body: Callable[[Meaning[Degree]], Degree]) -> Degree:
        before, outside = self.count.values, self.count.tables
        tables: set[Table] = set()
        self.count.tables = tables
        inner = self.real(body(self))
        logs, self.count.tables = self.count.values - before, outside | tables
        arguments = Degree(self.count.degree, self.count.degree, self.count.bits, self.count.bits)
        below: Powers = tuple((t, 1) for t in tables)
        entries = Degree(_degree(below), 0, _bits(below), 0.0, below)
        return inner.derived * arguments.raised(logs) * entries  # the derivative of log v brings v below

    def all(self, sort: Sort) -> int:
        return self.cardinality(sort)

    def range(self, first: int, last: int) -> range:
        return range(first, last + 1)

    def law(self, symbol: Symbol, given: tuple[Any, ...]) -> tuple[int, Degree]:
        outcome = symbol.arguments[0]
        mass = self.apply_values(symbol, (outcome, *given))
        return self.cardinality(outcome), mass

    def apply_values(self, symbol: Symbol, values: tuple[Any, ...]) -> Degree:
        """The degree of a table's entry, or of what is defined, at values that were read before."""
        if symbol not in self.definitions:
            return Degree.entry(self.table(symbol, values))
        found = self.known.get((symbol, values))
        if found is None:
            met = self.count.met
            found = self.real(self.read(self.definitions[symbol].body, tuple(reversed(values))))
            if met == self.count.met:  # a logarithm counts each time
                self.known[symbol, values] = found
        return found

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
        return replace(self._repeated(over, body).raised(over), monomial=None)

    def expectation(self, law: tuple[int, Degree], body: Callable[[Any], Degree]) -> Degree:
        n, mass = law
        return (mass * self._repeated(n, body)).times(n)

    def _repeated(self, n: int, body: Callable[[Any], Degree]) -> Degree:
        """The body's degree, its logarithms counted once for each of n values."""
        before = self.count.values
        out = self.real(body(None))
        self.count.values = before + n * (self.count.values - before)
        return out
