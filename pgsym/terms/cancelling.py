"""The sign of a term after its extremes and absolute values are resolved and everything that cancels is dropped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from pgsym.terms.builtins import ABS, EXTREMES, MAXIMUM
from pgsym.terms.hypotheses import Definition
from pgsym.terms.nodes import Add, Apply, Multiply, Number, Power, Product, Quotient, Symbol, Term, Variable
from pgsym.terms.rational import as_fraction, same_rational_function
from pgsym.terms.structure import substitute

ONE = Number(Fraction(1))


class Cancelling:
    """Simplifies terms and asks for the signs of the polynomials that are left.

    Definitions are put in, parameters that are `held` at another one are replaced by it, minima, maxima and absolute
    values are replaced by the side that they equal, where the order of the sides is known.  `direction_of` gives the
    sign of a polynomial as 1, −1 or 0, or None if it is unknown.
    """

    def __init__(
        self,
        definitions: Mapping[Symbol, Definition],
        held: Mapping[Variable, Term],
        direction_of: Callable[[Term], int | None],
    ):
        self.definitions, self.held, self.direction_of = definitions, held, direction_of
        self._directions: dict[Term, int | None] = {}  # nested maxima mention the same terms again and again
        self._resolved: dict[Term, Term] = {}

    def direction(self, term: Term) -> int | None:
        """1, −1 or 0: the sign of a term, or None if it is unknown."""
        if term not in self._directions:
            self._directions[term] = self._of_fraction(self.resolved(substitute(term, self.held)))
        return self._directions[term]

    def _of_fraction(self, term: Term) -> int | None:
        try:
            above, below = map(self.direction_of, as_fraction(term))
        except ZeroDivisionError:  # it divides by what cancels, so it has no value
            return None
        return None if above is None or below is None else above * below

    def resolved(self, term: Term) -> Term:
        """A term without the minima, maxima and absolute values whose order is known."""
        if term not in self._resolved:
            self._resolved[term] = self._without_known(term)
        return self._resolved[term]

    def _without_known(self, term: Term) -> Term:
        match term:
            case Add(operands) | Multiply(operands):
                return type(term)(tuple(map(self.resolved, operands)))
            case Quotient(x, y):
                return Quotient(self.resolved(x), self.resolved(y))
            case Power(base, n):
                return Power(self.resolved(base), n)
            case Product(_, bound) if same_rational_function(bound.body, ONE):
                return ONE  # such as the ratios of a policy to itself
            case Apply(symbol, (x, y)) if symbol in EXTREMES:
                return self._chosen(term, self.resolved(x), self.resolved(y), symbol == MAXIMUM)
            case Apply(symbol, (x,)) if symbol == ABS:
                inside = self.resolved(x)
                return self._chosen(term, inside, -inside, True)
            case Apply(symbol, arguments) if symbol in self.definitions:
                return self.resolved(self.definitions[symbol].unfold(arguments))
        return term

    def _chosen(self, term: Apply, x: Term, y: Term, larger: bool) -> Term:
        order = self.direction(x - y)
        if order is None:
            return term
        return x if (order >= 0) == larger else y
