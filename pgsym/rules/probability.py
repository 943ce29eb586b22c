"""Rules for probabilities: use of definitions, and rows that sum to one."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pgsym.rules.base import Rewrite, Rule, opened
from pgsym.terms.hypotheses import Definition
from pgsym.terms.nodes import All, Apply, Number, Sum, Term, factors
from pgsym.terms.places import Place
from pgsym.terms.structure import flat, free, product


@dataclass(frozen=True)
class Unfold(Rule):
    """q(x) → its definition.

    Refuses anything but the defined symbol applied to arguments.
    """

    definition: Definition
    source = "definition"

    @property
    def title(self) -> str:
        return "Put in the definition"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Apply(symbol, arguments) if symbol == self.definition.symbol:
                return Rewrite(self.definition.unfold(arguments), frozenset({self.definition}))
        raise self.refuse(place.term, f"it is not {self.definition.equation[0]} for any arguments")


@dataclass(frozen=True)
class Fold(Rule):
    """f g(x) → q(x) f, where g(x), perhaps a product of several factors, is the definition of q(x).

    Refuses a product that lacks a factor of the definition.
    """

    definition: Definition
    head: Term
    source = "definition"

    @property
    def title(self) -> str:
        return "Use the definition"

    def rewrite(self, place: Place) -> Rewrite:
        if not isinstance(self.head, Apply) or self.head.symbol != self.definition.symbol:
            raise self.refuse(place.term, f"{self.definition} does not define {self.head}")
        rest = list(factors(flat(place.term)))
        where = len(rest)
        for factor in factors(flat(self.definition.unfold(self.head.arguments))):
            if factor not in rest:
                raise self.refuse(place.term, f"it has no factor {factor}")
            where = min(where, rest.index(factor))
            rest.remove(factor)
        return Rewrite(product(*rest[:where], self.head, *rest[where:]), frozenset({self.definition}))


@dataclass(frozen=True)
class TotalProbability(Rule):
    """Σ_x p(x) → 1.

    Refuses a summand that is not the probability of the variable.
    """

    source = "probabilities sum to one"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Sum(All(), _):
                x, body = opened(place.term, place)
                if (
                    isinstance(body, Apply)
                    and body.symbol.outcomes == 1
                    and body.arguments[0] == x
                    and x not in frozenset().union(*map(free, body.arguments[1:]))
                ):
                    return Rewrite(Number(Fraction(1)))
        raise self.refuse(place.term, "it is not the sum of a law's probabilities")
