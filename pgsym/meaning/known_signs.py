"""The sign that a term has at every instance of a class, where its form shows it once nothing cancels any more."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from pgsym.errors import OutsideNumberSystem
from pgsym.meaning.instances import Instance
from pgsym.meaning.numbers.base import Array
from pgsym.terms.builtins import ABS, EXTREMES, MAXIMUM
from pgsym.terms.nodes import Add, Apply, Multiply, Number, Power, Product, Quotient, Term, Variable
from pgsym.terms.rational import as_fraction, same_rational_function
from pgsym.terms.sorts import PARAMETER
from pgsym.terms.structure import substitute

ONE = Number(Fraction(1))


def known_sign(term: Term, instance: Instance, signs_of: Callable[[Term], Array]) -> int | None:
    """1, −1 or 0: the sign of a term at every instance of the class that `instance` is of, or None if it varies.

    Definitions are put in, parameters held fixed are where they are held, minima, maxima and absolute values whose
    sides are in a known order are resolved, and what cancels is dropped.  `signs_of` gives the signs of the bounds of
    a polynomial, or raises OutsideNumberSystem.
    """
    return _KnownSigns(instance, signs_of).sign(term)


class _KnownSigns:
    def __init__(self, instance: Instance, signs_of: Callable[[Term], Array]):
        self.instance, self.signs_of = instance, signs_of
        self.held = {Variable(v, PARAMETER): Variable(at, PARAMETER) for v, at in instance.frozen.items()}
        self._signs: dict[Term, int | None] = {}  # nested maxima mention the same terms again and again
        self._resolved: dict[Term, Term] = {}

    def sign(self, term: Term) -> int | None:
        if term not in self._signs:
            self._signs[term] = self._sign(term)
        return self._signs[term]

    def _sign(self, term: Term) -> int | None:
        signs = [self._of_polynomial(part) for part in as_fraction(self.resolved(substitute(term, self.held)))]
        return None if None in signs else int(np.prod([s for s in signs if s is not None]))

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
            case Apply(symbol, arguments) if symbol in self.instance.definitions:
                return self.resolved(self.instance.definitions[symbol].unfold(arguments))
        return term

    def _chosen(self, term: Apply, x: Term, y: Term, larger: bool) -> Term:
        order = self.sign(x - y)
        if order is None:
            return term
        return x if (order >= 0) == larger else y

    def _of_polynomial(self, term: Term) -> int | None:
        try:
            signs = self.signs_of(term)
        except OutsideNumberSystem:
            return None
        if (signs >= 0).all():
            return 1 if signs.any() else 0
        return -1 if (signs <= 0).all() else None
