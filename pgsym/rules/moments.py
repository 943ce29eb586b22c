"""Rules for variances, covariances and outer products."""

from __future__ import annotations

from dataclasses import dataclass

from pgsym.rules.base import Rewrite, Rule, opened
from pgsym.terms.build import expect, variance
from pgsym.terms.builtins import MOMENTS, OUTER
from pgsym.terms.moments import written_out
from pgsym.terms.nodes import Add, Apply, Conditional, Expectation, Law, Power, Term, Variable, factors, summands
from pgsym.terms.places import Place
from pgsym.terms.sorts import VECTOR
from pgsym.terms.structure import flat, product, sort_of, total


@dataclass(frozen=True)
class WriteMoment(Rule):
    """Var[X] → E[X²] − E[X]², and Cov[X, Y] → E[X Y] − E[X] E[Y].

    Refuses anything but a variance or a covariance.
    """

    source = "definition of the variance"

    @property
    def title(self) -> str:
        return "Write out the moment"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Apply(symbol, _) as moment if symbol in MOMENTS:
                return Rewrite(written_out(moment))
        raise self.refuse(place.term, "it is neither a variance nor a covariance")


@dataclass(frozen=True)
class ReadMoment(Rule):
    """E[X Y] − E[X] E[Y] + h → Cov[X, Y] + h, and likewise for a variance.

    Refuses a sum without the two parts of the given moment.
    """

    to: Term
    source = "definition of the variance"

    def rewrite(self, place: Place) -> Rewrite:
        if not isinstance(self.to, Apply) or self.to.symbol not in MOMENTS:
            raise self.refuse(place.term, f"{self.to} is neither a variance nor a covariance")
        if isinstance(place.term, Add):
            rest = list(summands(flat(place.term)))
            where = len(rest)
            for part in summands(flat(written_out(self.to))):
                if part not in rest:
                    raise self.refuse(place.term, f"it has no summand {part}")
                where = min(where, rest.index(part))
                rest.remove(part)
            return Rewrite(total(*rest[:where], self.to, *rest[where:]))
        raise self.refuse(place.term, "it is not a sum")


@dataclass(frozen=True)
class MeanOfSquare(Rule):
    """E[X²] → Var[X] + E[X]².

    Refuses anything but the mean of a square.
    """

    source = "definition of the variance"

    def rewrite(self, place: Place) -> Rewrite:
        draws: list[tuple[Variable, Law | Conditional]] = []
        here, term = place, place.term
        while isinstance(term, Expectation) and isinstance(term.over, Law | Conditional):
            variable, body = opened(term, here)
            draws.append((variable, term.over))
            here = Place(here.path, body, (*here.opened, (variable, term.over)), here.under)
            term = body
        if not draws or not isinstance(term, Power) or term.exponent != 2:
            raise self.refuse(place.term, "it is not the mean of a square")
        return Rewrite(variance(term.base, *draws) + expect(term.base, *draws) ** 2)


@dataclass(frozen=True)
class ScalarsOutOfOuter(Rule):
    """(c x) (d y)ᵀ → c d x yᵀ, c and d numbers.

    Refuses an outer product of two gradients without numerical factors.
    """

    source = "the outer product is linear in both gradients"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Apply(symbol, sides) if symbol == OUTER:
                numbers = [f for side in sides for f in factors(side) if sort_of(f) != VECTOR]
                if not numbers:
                    raise self.refuse(place.term, "neither gradient has a numerical factor")
                gradients = (product(*(f for f in factors(side) if sort_of(f) == VECTOR)) for side in sides)
                return Rewrite(product(*numbers, Apply(OUTER, tuple(gradients))))
        raise self.refuse(place.term, "it is not an outer product")
