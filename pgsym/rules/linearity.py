"""Rules for the linearity of sums and expectations."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pgsym.rules.base import Rewrite, Rule, opened
from pgsym.terms.builtins import POWER
from pgsym.terms.nodes import Add, Apply, Binder, Expectation, Number, Quotient, Range, Sum, Term, factors, lift
from pgsym.terms.places import Place
from pgsym.terms.rational import same_rational_function
from pgsym.terms.structure import flat, free, product, scope, total


@dataclass(frozen=True)
class PullOutConstant(Rule):
    """Σ_x c f(x) → c Σ_x f(x), and E_x[c f(x)] → c E_x[f(x)], x not in c; a denominator without x comes out too.

    With `only`, just that factor is pulled out.  Refuses if every factor mentions the variable.
    """

    only: Term | None = None
    source = "linearity"

    def rewrite(self, place: Place) -> Rewrite:
        if not isinstance(place.term, Sum | Expectation):
            raise self.refuse(place.term, "it is neither a sum nor an expectation")
        x, body = opened(place.term, place)
        if self.only is None and isinstance(body, Quotient) and x not in free(body.denominator):
            inner = place.term.replace(place.term.over, scope(x, body.numerator))
            return Rewrite(Quotient(inner, body.denominator))
        leaves = [x not in free(f) and self.only in (None, f) for f in factors(body)]
        out, stay = ([f for f, left in zip(factors(body), leaves, strict=True) if left is way] for way in (True, False))
        if not out or not stay:
            raise self.refuse(
                place.term,
                f"no factor can be pulled out: each depends on {x.name}" if stay else "no factor would stay inside",
            )
        return Rewrite(product(*out, place.term.replace(place.term.over, scope(x, product(*stay)))))


@dataclass(frozen=True)
class DistributeOverAddition(Rule):
    """Σ_x (f + g) → Σ_x f + Σ_x g, and the same for E.

    Refuses if the body is not a sum.
    """

    source = "linearity"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Sum() | Expectation():
                x, body = opened(place.term, place)
                if isinstance(body, Add):
                    return Rewrite(total(*(place.term.replace(place.term.over, scope(x, t)) for t in body.operands)))
        raise self.refuse(place.term, "it is not the sum or expectation of a sum")


@dataclass(frozen=True)
class ExchangeWithSum(Rule):
    """E_x[Σ_i f] → Σ_i E_x[f], and Σ_x Σ_i f → Σ_i Σ_x f, i not depending on x.

    Refuses if the body is not a sum, or if its range depends on the outer variable.
    """

    source = "linearity"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Sum() | Expectation():
                outer = place.term
                x, body = opened(outer, place)
                if isinstance(body, Sum) and x not in free(body.over):
                    i, inner = opened(body, Place(place.path, body, (*place.opened, (x, outer.over)), place.under))
                    moved: Binder = outer.replace(outer.over, scope(x, inner))
                    return Rewrite(body.replace(body.over, scope(i, moved)))
        raise self.refuse(place.term, "it is not the sum or expectation of a sum over a fixed range")


@dataclass(frozen=True)
class SumOfEqualTerms(Rule):
    """Σ_{i=1}^{N} c → N c, i not in c.

    Refuses if the summand depends on the index or the range does not start at 1.
    """

    source = "multiplication"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Sum(Range(Number(first), last), _) if first == Fraction(1):
                i, body = opened(place.term, place)
                if i in free(body):
                    raise self.refuse(place.term, f"{body} depends on {i.name}")
                return Rewrite(product(lift(last), body))
        raise self.refuse(place.term, "it is not a sum from 1 to N")


@dataclass(frozen=True)
class GeometricSum(Rule):
    """f Σ_{k=1}^{N} xᵏ⁻¹ → 1 − xᴺ, where f = 1 − x and k is not in x.

    The rule divides by nothing, so x may be one.  Refuses another first index or exponent, and a sum without a factor
    1 − x.
    """

    source = "the sum telescopes"

    def rewrite(self, place: Place) -> Rewrite:
        xs = list(factors(place.term))
        for i, f in enumerate(xs):
            if not isinstance(f, Sum) or (found := self._power(f, place)) is None:
                continue
            base, last = found
            j = next((j for j, g in enumerate(xs) if j != i and same_rational_function(g, 1 - base)), None)
            if j is not None:
                rest = [g for k, g in enumerate(xs) if k not in (i, j)]
                return Rewrite(product(1 - base**last, *rest))
        raise self.refuse(place.term, "it is not 1 − x times the sum of the powers of x")

    def _power(self, term: Sum, place: Place) -> tuple[Term, Term] | None:
        """x and N of Σ_{k=1}^{N} xᵏ⁻¹."""
        match term.over:
            case Range(Number(first), last) if first == 1:
                k, body = opened(term, place)
                match body:
                    case Apply(symbol, (base, exponent)) if symbol == POWER and k not in free(base):
                        return (base, last) if flat(exponent) == flat(k - 1) else None
        return None
