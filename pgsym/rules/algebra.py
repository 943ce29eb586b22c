"""Rules of algebra: cancel fractions, rearrange terms, reverse a rule."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pgsym.rules.base import NOTHING, Rewrite, Rule, union
from pgsym.terms.assumed import defined, positive
from pgsym.terms.nodes import Add, Expectation, Multiply, Number, Power, Quotient, Sum, Term, factors
from pgsym.terms.places import Place
from pgsym.terms.rational import same_rational_function
from pgsym.terms.sign import Needs
from pgsym.terms.structure import bottom_up, flat, product, total


@dataclass(frozen=True)
class CancelFraction(Rule):
    """f (g / f) → g, f > 0.

    Refuses if no factor is the denominator of another, or if its form does not show that it is positive.
    """

    source = "cancellation"

    def rewrite(self, place: Place) -> Rewrite:
        xs = list(factors(place.term))
        for i, q in enumerate(xs):
            if isinstance(q, Quotient) and q.denominator in xs:
                needs = positive(q.denominator)
                if needs is None:
                    raise self.refuse(place.term, f"{q.denominator} may be zero")
                j = xs.index(q.denominator)
                kept = [q.numerator if k == i else x for k, x in enumerate(xs) if k != j]
                return Rewrite(product(*kept), needs)
        raise self.refuse(place.term, "no factor is the denominator of another")


@dataclass(frozen=True)
class Rearrange(Rule):
    """f → g, where f = g by the laws of +, −, ·, / alone.

    Every other sub-term is an atom.  Refuses if the two differ as rational functions of their atoms, or if the form of
    a denominator does not show that it is positive.
    """

    to: Term
    source = "algebra"

    def rewrite(self, place: Place) -> Rewrite:
        needs = union([_denominators(place.term), _denominators(self.to)])
        if needs is None:
            raise self.refuse(place.term, "one of its denominators may be zero")
        if flat(place.term) == flat(self.to):
            raise self.refuse(place.term, "it already has this form")
        if not same_rational_function(place.term, self.to):
            raise self.refuse(place.term, f"algebra alone does not turn it into {self.to}")
        return Rewrite(self.to, needs)


def _denominators(term: Term) -> Needs | None:
    match term:
        case Quotient(above, below):
            return union([positive(below), _denominators(above), _denominators(below)])
        case Add(xs) | Multiply(xs):
            return union(map(_denominators, xs))
        case Power(base, n):
            return union([positive(base) if n < 0 else NOTHING, _denominators(base)])
    return NOTHING


@dataclass(frozen=True)
class DropZeros(Rule):
    """0 f → 0, f + 0 → f, 0 / f → 0, Σ_x 0 → 0, E_x[0] → 0.

    Refuses a term without a zero, and a term that could be undefined.
    """

    source = "algebra"

    def rewrite(self, place: Place) -> Rewrite:
        needs = defined(place.term)
        if needs is None:
            raise self.refuse(place.term, "one of its parts could be undefined")
        result = bottom_up(place.term, _without_zeros)
        if result == place.term:
            raise self.refuse(place.term, "there is no zero in it")
        return Rewrite(result, needs)


def _without_zeros(term: Term) -> Term:
    """A term whose parts contain no zeros, with its own zeros dropped."""
    zero = Number(Fraction(0))
    match term:
        case Multiply(xs) if zero in xs:
            return zero
        case Add(xs) if zero in xs:
            return total(*(x for x in xs if x != zero))
        case Sum(_, scope) | Expectation(_, scope) if scope.body == zero:
            return zero
        case Quotient(above, _) if above == zero:
            return zero
    return term


@dataclass(frozen=True)
class Backwards(Rule):
    """g → f, where a rule takes f to g.

    Refuses if the rule does not take `to` to the term.
    """

    rule: Rule
    to: Term
    source = "the rule it reverses"

    @property
    def title(self) -> str:
        return f"{self.rule.title}, backwards"

    def rewrite(self, place: Place) -> Rewrite:
        forward = self.rule.rewrite(Place(place.path, self.to, place.opened, place.under))
        if flat(forward.result) != flat(place.term):
            raise self.refuse(place.term, f"{type(self.rule).__name__} takes {self.to} to {forward.result} instead")
        return Rewrite(self.to, forward.needs)
