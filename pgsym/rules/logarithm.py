"""A rule for the functional equations of the logarithm."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from pgsym.rules.base import Rewrite, Rule
from pgsym.terms.assumed import positive
from pgsym.terms.build import log
from pgsym.terms.builtins import EXP, LOG
from pgsym.terms.nodes import Apply, Multiply, Number, Power, Product, Quotient, Sum
from pgsym.terms.places import Place
from pgsym.terms.structure import total


@dataclass(frozen=True)
class ExpandLog(Rule):
    """log(f g) → log f + log g, log Π_t f → Σ_t log f, log(f/g) → log f − log g, log fⁿ → n log f, log exp f → f.

    All f and g must be positive.  Refuses a logarithm of anything else, or of factors whose form does not show that
    they are positive.
    """

    source = "functional equations of the logarithm"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Apply(symbol, (argument,)) if symbol == LOG:
                needs = positive(argument)
                if needs is None:
                    raise self.refuse(place.term, f"the form of {argument} does not show that it is positive")
                match argument:
                    case Multiply(operands):
                        return Rewrite(total(*map(log, operands)), needs)
                    case Product(over, bound):
                        return Rewrite(Sum(over, replace(bound, body=log(bound.body))), needs)
                    case Quotient(above, below):
                        return Rewrite(log(above) - log(below), needs)
                    case Power(base, n):
                        return Rewrite(Multiply((Number(Fraction(n)), log(base))), needs)
                    case Apply(inner, (x,)) if inner == EXP:
                        return Rewrite(x)
        raise self.refuse(place.term, "it is not the logarithm of a product, fraction, power or exponential")
