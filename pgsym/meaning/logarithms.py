"""When the logarithm of a product is the sum of the logarithms: where no two factors are negative at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgsym.meaning.known_signs import known_sign
from pgsym.terms.build import POWER
from pgsym.terms.nodes import Apply, Multiply, Power, Product, Quotient, Range, Term

if TYPE_CHECKING:
    from pgsym.meaning.evaluator import Evaluator
    from pgsym.terms.interpret import Environment


def splits(argument: Term, environment: Environment, reading: Evaluator) -> bool:
    """Whether log of a term may be written as a sum over its factors at every instance where it exists.

    That is so where all factors but one are never negative: then the last one is positive, too.  Of r² the logarithm
    is no 2 log r where r may be negative.
    """

    def may_be_negative(term: Term, inside: Environment = environment) -> bool:
        return known_sign(term, inside, reading.instance) not in (0, 1)

    match argument:
        case Multiply(operands):
            return sum(map(may_be_negative, operands)) < 2
        case Quotient(numerator, denominator):
            return not (may_be_negative(numerator) and may_be_negative(denominator))
        case Power(base, exponent):
            return exponent == 1 or not may_be_negative(base)
        case Apply(symbol, (base, _)) if symbol == POWER:
            return not may_be_negative(base)
        case Product(Range() as over, scope):
            return sum(may_be_negative(scope.body, (i, *environment)) for i in reading.read(over, environment)) < 2
    return True


__all__ = ["splits"]
