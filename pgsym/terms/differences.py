"""Sums that are not negative although a summand is: 1 − p, |A| − 1, |x| ± x, Σ|x| − |Σx| and x − 1 − log x."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from fractions import Fraction

from pgsym.terms.builtins import ABS, INDICATORS, LOG
from pgsym.terms.hypotheses import AtLeastTwo, Hypothesis, Rounds
from pgsym.terms.nodes import (
    Add,
    All,
    Apply,
    Expectation,
    Multiply,
    Number,
    Scope,
    Sum,
    Symbol,
    Term,
    Variable,
    factors,
    summands,
)
from pgsym.terms.sorts import FINITE, INDEX, Finite
from pgsym.terms.structure import flat, product, total

ONE, MINUS_ONE = Number(Fraction(1)), Number(Fraction(-1))


@dataclass(frozen=True)
class Differences:
    """Recognises differences that are not negative.

    `defined` are the symbols that a term defines: what looks like a probability may then be any number.
    `is_non_negative` says whether a term is known to be at least 0.
    """

    defined: Container[Symbol]
    is_non_negative: Callable[[Term], bool]

    def is_non_negative_sum(self, operands: tuple[Term, ...]) -> bool:
        """Whether the sum of some terms is one of these differences."""
        match operands:
            case (Sum(All(), counted), last) if counted.body == ONE and last == MINUS_ONE:
                return True  # the number of the other states, or actions
        if any(self._is_at_least_minus(x, total(*operands[:i], *operands[i + 1 :])) for i, x in enumerate(operands)):
            return True
        if len(operands) == 2 and operands.count(ONE) == 1:
            (rest,) = (t for t in operands if t != ONE)
            return (p := _without_minus(rest)) is not None and self.is_probability(p)
        if len(operands) == 3 and operands.count(MINUS_ONE) == 1:
            x, y = (t for t in operands if t != MINUS_ONE)
            return any(_without_minus(b) == Apply(LOG, (a,)) and self.is_non_negative(a) for a, b in ((x, y), (y, x)))
        return False

    def _is_at_least_minus(self, term: Term, rest: Term) -> bool:
        """Whether term + rest is |x| ± x, or Σ|x| − |Σx|."""
        match term:
            case Apply(symbol, (x,)) if symbol == ABS:
                left = Counter(summands(flat(rest)))
                xs = summands(flat(x))
                return left in (Counter(xs), Counter(map(negated, xs)), Counter([flat(-x)]))
            case Sum(over, Scope(_, _, Apply(symbol, (x,))) as bound) | Expectation(
                over, Scope(_, _, Apply(symbol, (x,))) as bound
            ) if symbol == ABS and self.is_non_negative(over):
                whole = term.replace(over, replace(bound, body=x))
                return flat(rest) == flat(-Apply(ABS, (whole,)))
        return False

    def is_one_minus_an_entry(self, operands: tuple[Term, ...]) -> bool:
        """Whether a sum is ±(1 − p) of an entry p of a law: zero where every other entry of its row is zero."""
        for xs in (operands, tuple(map(negated, operands))):
            if len(xs) == 2 and ONE in xs:
                p = _without_minus(xs[1 - xs.index(ONE)])
                if p is not None:
                    return (
                        isinstance(p, Apply)
                        and p.symbol not in self.defined
                        and p.symbol.outcomes == 1
                        and p.symbol.arguments[0] in FINITE
                    )
        return False

    def is_probability(self, term: Term) -> bool:
        """Whether a term lies between 0 and 1: probabilities, their products, and the distance of two of them."""
        match term:
            case Multiply():
                return all(map(self.is_probability, factors(term)))
            case Apply(symbol, (Add((p, minus_q)),)) if symbol == ABS:
                q = _without_minus(minus_q)
                return q is not None and self.is_probability(p) and self.is_probability(q)
        if not isinstance(term, Apply) or term.symbol in self.defined:
            return False
        return bool(term.symbol.outcomes) or term.symbol in INDICATORS.values()

    def is_minus_log(self, x: Term, y: Term) -> bool:
        """Whether the product of two factors is −log p of a probability p."""
        return any(
            a == MINUS_ONE and isinstance(b, Apply) and b.symbol == LOG and self.is_probability(b.arguments[0])
            for a, b in ((x, y), (y, x))
        )


def condition_of_count(operands: tuple[Term, ...]) -> Hypothesis | None:
    """The hypothesis by which |A| − 1 or T − n is positive; None for any other sum."""
    for x, y in (operands, operands[::-1]) if len(operands) == 2 else ():
        match x, y:
            case Sum(All(Finite() as sort), counted), _ if (counted.body, y) == (ONE, MINUS_ONE):
                return AtLeastTwo(sort)
            case Variable(_, sort), Number(value) if sort == INDEX and value < 0 and value.denominator == 1:
                return Rounds(x, 1 - int(value))
    return None


def negated(term: Term) -> Term:
    """−x of x, and x of −x."""
    xs = factors(term)
    return product(*xs[1:]) if xs[0] == MINUS_ONE and len(xs) > 1 else -term


def _without_minus(term: Term) -> Term | None:
    """x of −x, wherever among the factors the −1 stands; None for a term that is no such product."""
    xs = factors(term)
    rest = tuple(t for t in xs if t != MINUS_ONE)
    return product(*rest) if isinstance(term, Multiply) and len(rest) == len(xs) - 1 else None
