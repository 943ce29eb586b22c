"""Probabilities: definitions put in, and rows that sum to one."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pgsym.rules.base import Rewrite, Rule, opened
from pgsym.terms.hypotheses import Definition
from pgsym.terms.nodes import All, Apply, Number, Sum
from pgsym.terms.places import Place
from pgsym.terms.structure import free


@dataclass(frozen=True)
class Unfold(Rule):
    """q(x) → its definition.

    Refuses anything but the defined symbol applied.
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
