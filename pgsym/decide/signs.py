"""Terms that visibly are not negative, at every instance: sums and products of squares, probabilities and the like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from functools import partial

from pgsym.terms.build import ABS, EXP, INDICATORS, LOG, POWER, VARIANCE
from pgsym.terms.hypotheses import Definition, Hypothesis, Signed, consistent
from pgsym.terms.nodes import (
    Add,
    All,
    Apply,
    Binder,
    Conditional,
    Expectation,
    Law,
    Multiply,
    Number,
    Power,
    Quotient,
    Scope,
    Sum,
    Symbol,
    Term,
    Variable,
    factors,
    summands,
)
from pgsym.terms.structure import flat, product, total


def is_non_negative(term: Term, given: Iterable[Hypothesis] = ()) -> bool:
    """Whether a term's form shows that it is at least 0 wherever it is defined.

    Of a gradient, coordinate by coordinate.  Known are squares, probabilities, indicators, absolute values,
    exponentials, what a hypothesis says to have a sign, sums, products, fractions, expectations and variances of
    those, 1 − p and −log p of a probability p, |A| − 1, |x| ± x, Σ|x| − |Σx|, and x − 1 − log x.  A variance is one
    only under laws that sum to one: of a law that is defined by a term, nothing says so here.

    >>> from pgsym.problems import one_step
    >>> m = one_step()
    >>> is_non_negative(m.expectation(m.reward**2)), is_non_negative(m.objective)
    (True, False)
    """
    return _Signs(consistent(given)).at_least_zero(term)


class _Signs:
    def __init__(self, given: tuple[Hypothesis, ...]):
        self.signed = {h.symbol for h in given if isinstance(h, Signed)}
        self.definitions = {h.symbol: h for h in given if isinstance(h, Definition)}

    def at_least_zero(self, term: Term) -> bool:
        match term:
            case Number(value):
                return value >= 0
            case Variable():
                return term in self.signed
            case Apply(symbol, arguments):
                return self._applied(symbol, arguments)
            case Power(base, exponent):
                return exponent % 2 == 0 or self.at_least_zero(base)
            case Quotient(numerator, denominator):
                return self.at_least_zero(numerator) and self.at_least_zero(denominator)
            case Multiply():
                return self._product(factors(term))
            case Add():
                return self._gap(summands(term)) or all(map(self.at_least_zero, term.operands))
            case Binder(over, bound):
                return self._weighs(over) and self.at_least_zero(bound.body)
        return False

    def _weighs(self, over: Term) -> bool:
        """Whether what a binder runs over gives no value a negative weight."""
        match over:
            case Law(symbol, _):
                return symbol not in self.definitions or self.at_least_zero(self.definitions[symbol].body)
            case Conditional(law, bound):
                return self._weighs(law) and self.at_least_zero(bound.body)
        return True

    def _applied(self, symbol: Symbol, arguments: tuple[Term, ...]) -> bool:
        if symbol in self.definitions:
            return self.at_least_zero(self.definitions[symbol].unfold(arguments))
        if symbol == VARIANCE:
            return self._are_laws(arguments[0])
        if symbol in (ABS, EXP) or symbol in INDICATORS.values() or symbol in self.signed or symbol.outcomes:
            return True
        return symbol == POWER and self.at_least_zero(arguments[0])

    def _are_laws(self, chain: Term) -> bool:
        """Whether the draws of a variance are from laws: weights that sum to one."""
        match chain:
            case Expectation(Law(symbol, _), bound):
                return symbol not in self.definitions and self._are_laws(bound.body)
            case Expectation(Conditional() as over, bound):
                return self._weighs(over) and self._are_laws(bound.body)
        return True

    def _product(self, operands: tuple[Term, ...]) -> bool:
        """Whether what is left, once equal factors are paired and the good ones dropped, is nothing or −log p."""
        left: list[Term] = []
        for x in operands:
            if self.at_least_zero(x):
                continue
            if x in left:
                left.remove(x)
            else:
                left.append(x)
        match left:
            case []:
                return True
            case [x, y]:
                return any(_is_minus_one(a) and self._is_log_of_probability(b) for a, b in ((x, y), (y, x)))
        return False

    def _gap(self, operands: tuple[Term, ...]) -> bool:
        """Whether a sum is 1 − p for a probability p, |A| − 1, |x| ± x, Σ|x| − |Σx| or x − 1 − log x for an x ≥ 0."""
        one, minus_one = Number(Fraction(1)), Number(Fraction(-1))
        match operands:
            case (Sum(All(), counted), last) if counted.body == one and last == minus_one:
                return True  # the number of the other states, or actions
        if any(self._is_at_least_minus(x, total(*operands[:i], *operands[i + 1 :])) for i, x in enumerate(operands)):
            return True
        if len(operands) == 2 and operands.count(one) == 1:
            (rest,) = (t for t in operands if t != one)
            return isinstance(rest, Multiply) and self._is_minus(rest, self._is_probability)
        if len(operands) == 3 and minus_one in operands:
            x, y = (t for t in operands if t != minus_one) if operands.count(minus_one) == 1 else (minus_one, minus_one)
            return any(
                self.at_least_zero(a) and isinstance(b, Multiply) and self._is_minus(b, partial(_is_log_of, argument=a))
                for a, b in ((x, y), (y, x))
            )
        return False

    def _is_at_least_minus(self, term: Term, rest: Term) -> bool:
        """Whether term + rest is |x| ± x, or Σ|x| − |Σx|."""
        match term:
            case Apply(symbol, (x,)) if symbol == ABS:
                left = Counter(summands(flat(rest)))
                xs = summands(flat(x))
                return left in (Counter(xs), Counter(map(_negated, xs)), Counter([flat(-x)]))
            case Sum(over, Scope(_, _, Apply(symbol, (x,))) as bound) | Expectation(
                over, Scope(_, _, Apply(symbol, (x,))) as bound
            ) if symbol == ABS and self._weighs(over):
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


def _negated(term: Term) -> Term:
    """−x of x, and x of −x."""
    xs = factors(term)
    return product(*xs[1:]) if _is_minus_one(xs[0]) and len(xs) > 1 else -term


def _is_minus_one(term: Term) -> bool:
    return isinstance(term, Number) and term.value == -1


def _is_log_of(term: Term, argument: Term) -> bool:
    return isinstance(term, Apply) and term.symbol == LOG and term.arguments[0] == argument
