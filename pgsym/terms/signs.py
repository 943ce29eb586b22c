"""Signs: what the form of a term shows of its value, at every instance: never negative, never zero, and the like.

This is the one analysis of signs that deciding rests on: which terms may be divided by, which have a logarithm, which
slacks show an order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import IntEnum
from fractions import Fraction
from functools import partial, reduce

from pgsym.errors import ContradictoryHypotheses
from pgsym.terms.builtins import ABS, BUILT_IN, EXP, INDICATORS, LOG, MAXIMUM, MINIMUM, POWER, VARIANCE
from pgsym.terms.consistency import consistent
from pgsym.terms.hypotheses import Definition, Hypothesis, Positive, Signed
from pgsym.terms.nodes import (
    Add,
    All,
    Apply,
    Binder,
    Bound,
    Conditional,
    Expectation,
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
    factors,
    summands,
)
from pgsym.terms.sorts import FINITE, INDEX, REAL
from pgsym.terms.structure import flat, product, total


class Zeros(IntEnum):
    """Where a value is zero.

    BY_PATTERN: which entries of tables and which real variables are zero tells whether the value is, as of a product
    of entries, or a sum of probabilities.  Numbers that a size fixes, such as |A| − 2, belong here.
    """

    NEVER = 0
    BY_PATTERN = 1
    ANYWHERE = 2


@dataclass(frozen=True)
class Sign:
    """What is known of a value wherever it is defined; of a gradient, of every coordinate."""

    at_least_zero: bool = False
    at_most_zero: bool = False
    zeros: Zeros = Zeros.ANYWHERE

    def times(self, other: Sign) -> Sign:
        """What is known of the product."""
        return Sign(
            (self.at_least_zero and other.at_least_zero) or (self.at_most_zero and other.at_most_zero),
            (self.at_least_zero and other.at_most_zero) or (self.at_most_zero and other.at_least_zero),
            max(self.zeros, other.zeros),
        )

    def plus(self, other: Sign) -> Sign:
        """What is known of the sum: two values that are not negative vanish together only where both do."""
        up = self.at_least_zero and other.at_least_zero
        down = self.at_most_zero and other.at_most_zero
        if not (up or down):
            return ANYTHING
        either_never = Zeros.NEVER in (self.zeros, other.zeros)
        return Sign(up, down, Zeros.NEVER if either_never else max(self.zeros, other.zeros))

    def raised(self, exponent: int) -> Sign:
        """What is known of an integer power."""
        if exponent == 0:
            return POSITIVE
        zeros = self.zeros if exponent > 0 else Zeros.NEVER
        return Sign(True, False, zeros) if exponent % 2 == 0 else replace(self, zeros=zeros)


ANYTHING = Sign()
POSITIVE = Sign(True, False, Zeros.NEVER)
NEGATIVE = Sign(False, True, Zeros.NEVER)
NON_NEGATIVE = Sign(True, False, Zeros.BY_PATTERN)
AN_ENTRY = Sign(False, False, Zeros.BY_PATTERN)
"""An entry of a table, or a real variable: any number."""
ZERO = Sign(True, True, Zeros.BY_PATTERN)
Environment = tuple[Sign, ...]
"""The signs of the enclosing scopes' variables, innermost first; those that are missing are known to be nothing."""


def is_non_negative(term: Term, given: Iterable[Hypothesis] = ()) -> bool:
    """Whether a term's form shows that it is at least 0 wherever it is defined.

    Of a gradient, coordinate by coordinate.  Known are squares, probabilities, indicators, absolute values,
    exponentials, what a hypothesis says to have a sign, sums, products, fractions, extremes, expectations and
    variances of those, 1 − p and −log p of a probability p, |A| − 1, |x| ± x, Σ|x| − |Σx|, and x − 1 − log x.  A
    variance is one only under laws that sum to one: of a law that is defined by a term, nothing says so here.

    >>> from pgsym.problems import one_step
    >>> m = one_step()
    >>> is_non_negative(m.expectation(m.reward**2)), is_non_negative(m.objective)
    (True, False)
    """
    return Signs.under(given).of(term).at_least_zero


@dataclass(frozen=True)
class Signs:
    """Reads the signs of terms under some hypotheses.

    >>> from pgsym.problems import one_step
    >>> m = one_step()
    >>> Signs.under().of(m.policy).zeros, Signs.under(m.hypotheses).of(m.policy - 1).at_most_zero
    (<Zeros.BY_PATTERN: 1>, True)
    """

    signed: dict[Symbol | Variable, Sign]
    definitions: dict[Symbol, Definition]
    known: dict[tuple[Term, Environment], Sign] = field(default_factory=dict, compare=False, repr=False)
    fixed: dict[Term, bool] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def under(cls, given: Iterable[Hypothesis] = ()) -> Signs:
        """The signs under some hypotheses; raises ContradictoryHypotheses if these cannot hold at once."""
        signed: dict[Symbol | Variable, Sign] = {}
        definitions: dict[Symbol, Definition] = {}
        for h in consistent(given):
            if isinstance(h, Definition):
                definitions[h.symbol] = h
            elif isinstance(h, Signed) and signed.get(h.symbol) != POSITIVE:
                signed[h.symbol] = POSITIVE if isinstance(h, Positive) else NON_NEGATIVE
        signs = cls(signed, definitions)
        for symbol, definition in definitions.items():
            if symbol in signed:
                signs._check(signed[symbol], definition)
        return signs

    def _check(self, said: Sign, definition: Definition) -> None:
        """Raise ContradictoryHypotheses for a sign that a definition cannot have."""
        sign = self.of(definition.body)
        if sign.at_most_zero and Zeros.NEVER in (said.zeros, sign.zeros):
            asked = "positive" if said == POSITIVE else "at least 0"
            raise ContradictoryHypotheses(f"{definition} is never {asked}, as a hypothesis says: drop one of the two")

    def of(self, term: Term, environment: Environment = ()) -> Sign:
        """The sign of a term."""
        key = (term, environment)
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self._read(term, environment)
        return found

    def _read(self, term: Term, environment: Environment) -> Sign:
        match term:
            case Number(value):
                return ZERO if value == 0 else POSITIVE if value > 0 else NEGATIVE
            case Variable(_, sort):
                return self.signed.get(term, POSITIVE if sort == INDEX else AN_ENTRY)
            case Bound(index):
                return environment[index] if index < len(environment) else AN_ENTRY
            case Apply(symbol, arguments):
                return self._applied(symbol, arguments, environment)
            case Power(base, exponent):
                return self.of(base, environment).raised(exponent)
            case Quotient(numerator, denominator):
                below = replace(self.of(denominator, environment), zeros=Zeros.NEVER)
                return self.of(numerator, environment).times(below)
            case Multiply():
                return self._product(factors(term), environment)
            case Add():
                return self._sum(summands(term), environment)
            case Binder(over, bound):
                return self._binder(term, over, bound, environment)
        return ANYTHING

    # applied symbols -----------------------------------------------------------------------------------------
    def _applied(self, symbol: Symbol, arguments: tuple[Term, ...], environment: Environment) -> Sign:
        if symbol in self.definitions:
            return self.of(self.definitions[symbol].body, self.arguments(arguments, environment))
        if symbol in INDICATORS.values():
            return NON_NEGATIVE
        if symbol not in BUILT_IN:
            return self.signed.get(symbol, NON_NEGATIVE if symbol.outcomes else AN_ENTRY)
        if symbol == EXP:
            return POSITIVE
        if symbol == VARIANCE:
            return Sign(self._are_laws(arguments[0]))
        if symbol in (ABS, POWER, MAXIMUM, MINIMUM):
            return self._of_values(symbol, [self.of(x, environment) for x in arguments])
        return ANYTHING

    @staticmethod
    def _of_values(symbol: Symbol, values: list[Sign]) -> Sign:
        """The sign of |x|, of a power with a symbolic exponent, which counts from 0, or of an extreme."""
        x, *others = values
        if symbol == ABS:
            return Sign(True, x.at_most_zero and x.at_least_zero, x.zeros)
        if symbol == POWER:
            return Sign(x.at_least_zero, False, x.zeros)
        (y,) = others
        if symbol == MINIMUM:
            x, y = _negative_of(x), _negative_of(y)
        larger = Sign(x.at_least_zero or y.at_least_zero, x.at_most_zero and y.at_most_zero, Zeros.ANYWHERE)
        zeros = Zeros.ANYWHERE
        if any(v.at_least_zero and v.zeros is Zeros.NEVER for v in (x, y)):
            zeros = Zeros.NEVER  # at least a positive number
        elif larger.at_most_zero and x.zeros is y.zeros is Zeros.NEVER:
            zeros = Zeros.NEVER  # the larger of two negative numbers
        elif x.at_least_zero and y.at_least_zero and symbol == MAXIMUM:
            zeros = max(x.zeros, y.zeros)  # zero where both are, which the absolute value in a prime field shows
        larger = replace(larger, zeros=zeros)
        return _negative_of(larger) if symbol == MINIMUM else larger

    def arguments(self, arguments: tuple[Term, ...], environment: Environment) -> Environment:
        """The environment of a definition's body: the signs of the numbers among its arguments."""
        return tuple(self.of(x, environment) for x in reversed(arguments))

    def _are_laws(self, chain: Term) -> bool:
        """Whether the draws of a variance are from laws: weights that sum to one."""
        match chain:
            case Expectation(Law(symbol, _), bound):
                return symbol not in self.definitions and self._are_laws(bound.body)
            case Expectation(Conditional() as over, bound):
                return self._weights(over, ()).at_least_zero and self._are_laws(bound.body)
        return True

    # binders -------------------------------------------------------------------------------------------------
    def _weights(self, over: Term, environment: Environment) -> Sign:
        """The sign of the weight that a binder gives each value that it runs over."""
        match over:
            case Law(symbol, given):
                if symbol not in self.definitions:
                    return self.signed.get(symbol, NON_NEGATIVE)
                outcome = (*self.arguments(given, environment), AN_ENTRY)
                return self.of(self.definitions[symbol].body, outcome)
            case Conditional(law, bound):
                weight = self._weights(law, environment).times(self.of(bound.body, (AN_ENTRY, *environment)))
                return _negative_of(weight) if weight.at_most_zero else weight  # a share of the sum, which is like it
        return POSITIVE

    def _binder(self, term: Binder, over: Term, bound: Scope, environment: Environment) -> Sign:
        body = self.of(bound.body, (self._bound(over, environment), *environment))
        if isinstance(term, Product):
            return Sign(body.at_least_zero, False, body.zeros)
        weights = self._weights(over, environment)
        each = weights.times(body)
        if not (each.at_least_zero or each.at_most_zero):
            return AN_ENTRY if self._is_fixed(term) else ANYTHING
        sums_to_one = isinstance(over, Conditional) or (isinstance(over, Law) and over.symbol not in self.definitions)
        if isinstance(over, Range) and not self._is_never_empty(over):
            return replace(each, zeros=max(each.zeros, Zeros.BY_PATTERN))
        return replace(each, zeros=body.zeros) if sums_to_one and body.zeros is Zeros.NEVER else each

    def _bound(self, over: Term, environment: Environment) -> Sign:
        """The sign of an index that runs over a range; of a state, an action or a batch there is none."""
        match over:
            case Range(Number(first), _) if first >= 0:
                return POSITIVE if first else NON_NEGATIVE
        return AN_ENTRY

    @staticmethod
    def _is_never_empty(over: Range) -> bool:
        """Whether a range surely has a member: lengths count from 1."""
        match over:
            case Range(Number(first), Variable()):
                return first <= 1
            case Range(Number(first), Number(last)):
                return first <= last
        return False

    # products and sums ---------------------------------------------------------------------------------------
    def _product(self, operands: tuple[Term, ...], environment: Environment) -> Sign:
        """The sign of a product: equal factors make a square, and −log p is not negative for a probability p."""
        whole = reduce(Sign.times, (self.of(x, environment) for x in operands))
        if whole.at_least_zero or whole.at_most_zero:
            return whole
        left: list[Term] = []
        for x in operands:
            if self.of(x, environment).at_least_zero:
                continue
            if x in left:
                left.remove(x)
            else:
                left.append(x)
        match left:
            case []:
                return replace(whole, at_least_zero=True)
            case [x] if self.of(x, environment).at_most_zero:
                return replace(whole, at_most_zero=True)  # such as −x²
            case [x, y]:
                minus_log = any(_is_minus_one(a) and self._is_log_of_probability(b) for a, b in ((x, y), (y, x)))
                return replace(whole, at_least_zero=minus_log)
        return whole

    def _sum(self, operands: tuple[Term, ...], environment: Environment) -> Sign:
        whole = reduce(Sign.plus, (self.of(x, environment) for x in operands))
        if whole.at_least_zero or whole.at_most_zero:
            return whole
        told = all(map(self._is_fixed, operands)) or self._is_one_minus_an_entry(operands)
        up, down = (self._gap(xs, environment) for xs in (operands, _negated_all(operands)))
        return Sign(up, down, Zeros.BY_PATTERN if told else Zeros.ANYWHERE)

    def _is_fixed(self, term: Term) -> bool:
        """Whether size, labels and draws fix a value, as of numbers, times, indicators and sums of these."""
        if term not in self.fixed:
            self.fixed[term] = self._looks_fixed(term)
        return self.fixed[term]

    def _looks_fixed(self, term: Term) -> bool:
        match term:
            case Number():
                return True
            case Variable(_, sort):
                return sort == INDEX
            case Apply(symbol, (x, *_)):
                if symbol in self.definitions and REAL not in symbol.arguments:
                    return self._is_fixed(self.definitions[symbol].body)
                return symbol in INDICATORS.values() or (symbol in (ABS, POWER) and self._is_fixed(x))
            case Add(xs) | Multiply(xs):
                return all(map(self._is_fixed, xs))
            case Quotient(x, y):
                return self._is_fixed(x) and self._is_fixed(y)
            case Power(x, _):
                return self._is_fixed(x)
            case Sum(All() | Range(), bound) | Product(_, bound):
                return self._is_fixed(bound.body)
        return False

    def _is_one_minus_an_entry(self, operands: tuple[Term, ...]) -> bool:
        """Whether a sum is ±(1 − p) of an entry p of a law: zero where every other entry of its row is."""
        for xs in (operands, _negated_all(operands)):
            match xs:
                case (Number(one), Multiply() as minus_p) | (Multiply() as minus_p, Number(one)) if one == 1:
                    return self._is_minus(minus_p, self._is_an_entry_of_a_law)
        return False

    def _is_an_entry_of_a_law(self, term: Term) -> bool:
        """Whether a term is π(a | s) for a law π of one outcome that stands for a table."""
        if not isinstance(term, Apply) or term.symbol in self.definitions:
            return False
        return term.symbol.outcomes == 1 and term.symbol.arguments[0] in FINITE

    def _gap(self, operands: tuple[Term, ...], environment: Environment) -> bool:
        """Whether a sum is 1 − p for a probability p, |A| − 1, |x| ± x, Σ|x| − |Σx| or x − 1 − log x for an x ≥ 0."""
        match operands:
            case (Sum(All(), counted), last) if counted.body == ONE and last == MINUS_ONE:
                return True  # the number of the other states, or actions
        if any(
            self._is_at_least_minus(x, total(*operands[:i], *operands[i + 1 :]), environment)
            for i, x in enumerate(operands)
        ):
            return True
        if len(operands) == 2 and operands.count(ONE) == 1:
            (rest,) = (t for t in operands if t != ONE)
            return isinstance(rest, Multiply) and self._is_minus(rest, self._is_probability)
        if len(operands) == 3 and MINUS_ONE in operands:
            x, y = (t for t in operands if t != MINUS_ONE) if operands.count(MINUS_ONE) == 1 else (MINUS_ONE, MINUS_ONE)
            return any(
                self.of(a, environment).at_least_zero
                and isinstance(b, Multiply)
                and self._is_minus(b, partial(_is_log_of, argument=a))
                for a, b in ((x, y), (y, x))
            )
        return False

    def _is_at_least_minus(self, term: Term, rest: Term, environment: Environment) -> bool:
        """Whether term + rest is |x| ± x, or Σ|x| − |Σx|."""
        match term:
            case Apply(symbol, (x,)) if symbol == ABS:
                left = Counter(summands(flat(rest)))
                xs = summands(flat(x))
                return left in (Counter(xs), Counter(map(_negated, xs)), Counter([flat(-x)]))
            case Sum(over, Scope(_, _, Apply(symbol, (x,))) as bound) | Expectation(
                over, Scope(_, _, Apply(symbol, (x,))) as bound
            ) if symbol == ABS and self._weights(over, environment).at_least_zero:
                whole = term.replace(over, replace(bound, body=x))
                return flat(rest) == flat(-Apply(ABS, (whole,)))
        return False

    @staticmethod
    def _is_minus(term: Multiply, holds: Callable[[Term], bool]) -> bool:
        rest = tuple(t for t in factors(term) if not _is_minus_one(t))
        return len(rest) == len(factors(term)) - 1 and holds(product(*rest))

    def _is_probability(self, term: Term) -> bool:
        """Whether a term lies between 0 and 1: products of probabilities, and how far two are apart."""
        match term:
            case Multiply():
                return all(map(self._is_probability, factors(term)))
            case Apply(symbol, (Add((p, Multiply() as minus_q)),)) if symbol == ABS:
                return self._is_probability(p) and self._is_minus(minus_q, self._is_probability)
        if not isinstance(term, Apply) or term.symbol in self.definitions:
            return False
        return bool(term.symbol.outcomes) or term.symbol in INDICATORS.values()

    def _is_log_of_probability(self, term: Term) -> bool:
        return isinstance(term, Apply) and term.symbol == LOG and self._is_probability(term.arguments[0])


ONE, MINUS_ONE = Number(Fraction(1)), Number(Fraction(-1))


def _negative_of(sign: Sign) -> Sign:
    """The sign of −x."""
    return Sign(sign.at_most_zero, sign.at_least_zero, sign.zeros)


def _negated(term: Term) -> Term:
    """−x of x, and x of −x."""
    xs = factors(term)
    return product(*xs[1:]) if _is_minus_one(xs[0]) and len(xs) > 1 else -term


def _negated_all(operands: tuple[Term, ...]) -> tuple[Term, ...]:
    return tuple(map(_negated, operands))


def _is_minus_one(term: Term) -> bool:
    return isinstance(term, Number) and term.value == -1


def _is_log_of(term: Term, argument: Term) -> bool:
    return isinstance(term, Apply) and term.symbol == LOG and term.arguments[0] == argument
