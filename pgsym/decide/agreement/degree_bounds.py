"""The degree of a term at a size, and the number of its logarithms, exponentials and signs.

The evaluator splits logarithms of products and exponentials of sums, and gives a random element to every value of the
parts that are left.  The bounds follow the same splitting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache, reduce
from math import ceil, log2, prod
from typing import Any

from pgsym.decide.agreement.degree import ONE, Degree, Table
from pgsym.decide.sizes import Size
from pgsym.errors import SortError
from pgsym.terms.builtins import ABS, BUILT_IN, EXP, EXTREMES, INDICATORS, LOG, OUTER, POWER, TRANSPOSE
from pgsym.terms.hypotheses import Definition
from pgsym.terms.meaning import Environment, Meaning, counted, mentioned
from pgsym.terms.nodes import (
    Add,
    Apply,
    Gradient,
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
from pgsym.terms.sorts import FINITE, INDEX, PARAMETER, REAL, Collective, Sort
from pgsym.terms.structure import loose, parts


@lru_cache(maxsize=2**12)
def only_says_which(index: int, term: Term) -> bool:
    """Whether a bound index only says which draws a term is about, as in s_t: its value does not change the degree."""
    if index not in loose(term) or (isinstance(term, Apply) and term.symbol.result in FINITE):
        return True
    below = [(index + 1, p.body) if isinstance(p, Scope) else (index, p) for p in parts(term)]
    return bool(below) and all(only_says_which(i, t) for i, t in below)


@dataclass(frozen=True)
class OneOf:
    """Any of the values that a binder runs over."""

    how_many: int


class AnyTime(int):
    """A time that stands for all times of a range whose terms have the same degree."""

    how_many: int

    def __new__(cls, times: range) -> AnyTime:
        time = super().__new__(cls, times[0])
        time.how_many = len(times)
        return time


Key = tuple[Term, tuple[Any, ...], tuple[int, ...]]
"""A term, the values of the bound variables in it, and of how many values each of these stands for one."""


@dataclass
class Count:
    """Counts the logarithms, exponentials and absolute values that were met, and keeps their largest argument.

    `terms` has how many values each term takes whose bound variables are known, the same wherever it stands; `values`
    counts the others, each time they are read.  `tables` are those whose entries a logarithm was taken of; `met`
    counts readings.
    """

    terms: dict[Key, int] = field(default_factory=dict)
    values: int = 0
    met: int = 0
    degree: int = 0
    bits: float = 0.0
    tables: set[Table] = field(default_factory=set)

    def add(self, argument: Degree, key: Key, how_many: int | None) -> None:
        """Counts the values of one argument."""
        self.met += 1
        if how_many is None:
            self.values += 1
        else:
            self.terms[key] = how_many
        self.degree = max(self.degree, argument.total)
        self.bits = max(self.bits, argument.total_bits)

    def joined(self, other: Count) -> Count:
        """This count and another, which began with this one's sizes."""
        return Count(
            self.terms | other.terms,
            self.values + other.values,
            self.met + other.met,
            other.degree,
            other.bits,
            self.tables | other.tables,
        )

    @property
    def arguments(self) -> int:
        """How many different arguments there can be, entries of tables apart."""
        return self.values + sum(self.terms.values())

    @property
    def all_values(self) -> int:
        """How many, those of the tables' entries among them."""
        return self.arguments + sum(t.entries for t in self.tables)


def _counts(sort: Sort) -> bool:
    """Whether a table has an entry for each value of a sort."""
    return sort in FINITE or isinstance(sort, Collective)


@dataclass
class DegreeBound(Meaning[Degree]):
    """Reads a term as its degree at a size."""

    size: Size
    definitions: dict[Symbol, Definition]
    count: Count = field(default_factory=Count)
    tables: dict[tuple[Symbol, str | None], Table] = field(default_factory=dict)
    known: dict[tuple[Any, ...], Degree] = field(default_factory=dict)

    def read(self, term: Term, environment: Environment = ()) -> Any:
        """The degree of a term; ∇ log f is ∇f / f, whose logarithm leaves no trace."""
        if isinstance(term, Gradient):
            match term.body:
                case Apply(symbol, (argument,)) if symbol == LOG:
                    inner, under = self._under_gradient(lambda: self.read(argument, environment))
                    return inner.logarithmic_derivative * under
        if isinstance(term, Apply) and term.symbol in EXTREMES:
            return self._extreme(term, environment)
        if isinstance(term, Sum | Product) and isinstance(term.over, Range):
            return self._over_times(term, environment)
        return super().read(term, environment)

    def _over_times(self, term: Sum | Product, environment: Environment) -> Degree:
        """The degree of a sum or product over times, whose body is read once where it is as large at all of them."""
        times = self.read(term.over, environment)
        body = term.scope.body
        if len(times) < 2 or not only_says_which(0, body):
            return self.real(super().read(term, environment))
        size = self._repeated(len(times), lambda _: self.read(body, (AnyTime(times), *environment)))
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
        if symbol in (LOG, EXP, ABS):
            opened = {LOG: self._log, EXP: self._exp, ABS: self._absolute}[symbol]
            return opened(arguments[0], environment)
        if symbol in self.definitions and self.definitions[symbol].takes_numbers:
            body = self.opened(self.definitions[symbol], arguments, environment)
            return self._read_once((symbol, arguments, mentioned(environment, *arguments)), *body)
        values = self.values(symbol, arguments, environment)
        if symbol not in BUILT_IN:
            return self.apply_values(symbol, values)
        if symbol == OUTER:
            return self.multiply(values)
        if symbol == TRANSPOSE:
            return self.real(values[0])
        if symbol == POWER:
            return self.real(values[0]).raised(counted(values[1], arguments[1]))
        if symbol in INDICATORS.values():
            return Degree()
        raise SortError(f"{symbol.name} has no value of its own")

    def _log(self, argument: Term, environment: Environment) -> Degree:
        """The degree of a logarithm, opened over products, fractions, powers, exponentials and definitions."""
        match argument:
            case Multiply(operands):
                return self.add(tuple([self._log(x, environment) for x in operands]))
            case Quotient(numerator, denominator):
                return self._log(numerator, environment) + self._log(denominator, environment)
            case Power(base, exponent):
                return self.number(Fraction(exponent)) * self._log(base, environment)
            case Apply(symbol, (base, times)) if symbol == POWER:
                return self._log(Power(base, counted(self.index(times, environment), times)), environment)
            case Product(Range() as over, scope):
                return self.add(tuple([self._log(scope.body, (i, *environment)) for i in self.read(over, environment)]))
            case Apply(symbol, (inner,)) if symbol == EXP:
                return self.real(self.read(inner, environment))
            case Apply(symbol, (inner,)) if symbol == ABS:
                return self._log(inner, environment)
            case Apply(symbol, arguments) if symbol in self.definitions:
                return self._log(*self.opened(self.definitions[symbol], arguments, environment))
        value = self.real(self.read(argument, environment))
        if value.monomial:
            return self._log_of_entries(value)
        if value.total:
            self._count(value, argument, environment)
            return Degree(1)
        # a number has the logarithms of its prime factors, of which there are no more than it has bits
        self._count(value, argument, environment, times=ceil(value.total_bits) + 1)
        return Degree(1, 0, log2(value.total_bits + 1) + 1)

    def _log_of_entries(self, product: Degree) -> Degree:
        """The degree of the logarithm of a product of entries: a sum of theirs."""
        self.count.met += 1
        self.count.tables.update(t for t, _ in product.monomial or ())
        self.count.degree = max(self.count.degree, 1)
        return Degree(1, 0, log2(max(product.numerator, 1)))

    def _exp(self, argument: Term, environment: Environment) -> Degree:
        """The degree of an exponential, opened over sums, whole multiples and logarithms."""
        match argument:
            case Add(operands):
                return self.multiply(tuple([self._exp(x, environment) for x in operands]))
            case Multiply((Number(n), *rest)) if n.denominator == 1:
                return self.power(self._exp(Multiply(tuple(rest)), environment), n.numerator)
            case Multiply((only,)):
                return self._exp(only, environment)
            case Apply(symbol, (inner,)) if symbol == LOG:
                return self.real(self.read(inner, environment))
            case Apply(symbol, arguments) if symbol in self.definitions:
                return self._exp(*self.opened(self.definitions[symbol], arguments, environment))
        self._count(self.real(self.read(argument, environment)), argument, environment)
        return Degree(1)

    def _absolute(self, argument: Term, environment: Environment) -> Degree:
        """The degree of |x|, opened over products: of x times its sign, which is an element of its own."""
        match argument:
            case Multiply(operands):
                return self.multiply(tuple([self._absolute(x, environment) for x in operands]))
            case Quotient(numerator, denominator):
                return self._absolute(numerator, environment) * self._absolute(denominator, environment).inverse
            case Power(base, exponent):
                even = exponent % 2 == 0
                return self.power(self.read(base, environment) if even else self._absolute(base, environment), exponent)
            case Product(Range() as over, scope):
                times = self.read(over, environment)
                return self.multiply(tuple([self._absolute(scope.body, (i, *environment)) for i in times]))
            case Apply(symbol, arguments) if symbol in self.definitions:
                return self._absolute(*self.opened(self.definitions[symbol], arguments, environment))
        value = self.real(self.read(argument, environment))
        self._count(value, argument, environment)
        return value * Degree(1)

    def _extreme(self, term: Apply, environment: Environment) -> Degree:
        """The degree of (x + y ± |x − y|) / 2, each of the sides read once where it can be."""
        x, y = term.arguments
        both = self.real(self.read(x, environment)) + self.real(self.read(y, environment))
        gap = x - y
        if not isinstance(gap, Add):
            return self.number(Fraction(1, 2)) * (both + self._absolute(gap, environment))
        self._count(both, gap, environment)
        return self.number(Fraction(1, 2)) * (both + both * Degree(1))

    def _count(self, value: Degree, argument: Term, environment: Environment, times: int = 1) -> None:
        """Counts the values that an argument takes: some for each of its bound variables' values."""
        bound = mentioned(environment, argument)
        known = [self._how_many(x) for x in bound]
        how_many = None if None in known else times * prod(n for n in known if n is not None)
        runs = tuple([getattr(x, "how_many", 1) for x in bound])  # 1 may stand for itself or for all times
        self.count.add(value, (argument, bound, runs), how_many)

    def _how_many(self, value: Any) -> int | None:
        """How many values a bound variable takes, or None where that cannot be told."""
        if isinstance(value, OneOf | AnyTime):
            return value.how_many
        if isinstance(value, int | Variable):
            return 1
        return self.cardinality(value) if isinstance(value, Sort) and _counts(value) else None

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
        return reduce(Degree.__add__, map(self.real, operands)) if operands else Degree()

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
        inner, under = self._under_gradient(lambda: body(self))
        return inner.derived * under

    def _under_gradient(self, body: Callable[[], Any]) -> tuple[Degree, Degree]:
        """The degree of what is differentiated, and of what its logarithms and exponentials bring with them.

        The derivative of log v is v'/v and that of exp v has v': where v is N/D, both lie over N and the square of D.
        """
        outside = self.count
        self.count = Count(degree=outside.degree, bits=outside.bits)
        inner = self.real(body())
        within = self.count  # a gradient inside has put another one here
        self.count = outside.joined(within)
        arguments = Degree(2 * within.degree, 2 * within.degree, 2 * within.bits, 2 * within.bits)
        return inner, arguments.raised(within.arguments) * Degree.entries_over_entries(within.tables)

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
        return self._read_once((symbol, values), self.definitions[symbol].body, tuple(reversed(values)))

    def _read_once(self, key: tuple[Any, ...], body: Term, environment: Environment) -> Degree:
        """The degree of what a definition says, remembered where no logarithm is in it: one counts each time."""
        found = self.known.get(key)
        if found is None:
            met = self.count.met
            found = self.real(self.read(body, environment))
            if met == self.count.met:
                self.known[key] = found
        return found

    def conditional(self, law: tuple[int, Degree], event: Callable[[Any], Degree]) -> tuple[int, Degree]:
        n, mass = law
        joint = mass * self._repeated(n, event)
        return n, joint * joint.times(n).inverse

    def sum(self, over: Any, body: Callable[[Any], Degree]) -> Degree:
        if isinstance(over, range):
            return self.add(tuple(body(i) for i in over))
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
        out = self.real(body(OneOf(n)))
        self.count.values = before + n * (self.count.values - before)
        return out
