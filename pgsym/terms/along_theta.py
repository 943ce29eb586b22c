"""Signs while θ moves: what vanishes at some values of the parameter only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pgsym.terms.hypotheses import Hypothesis, ThetaFree
from pgsym.terms.nodes import Symbol, Variable
from pgsym.terms.sign import POSITIVE, Sign, Zeros
from pgsym.terms.signs import Signs
from pgsym.terms.sorts import REAL


@dataclass(frozen=True)
class AlongTheta(Signs):
    """Reads the signs of terms at one problem, while θ moves and the probabilities that move are positive.

    What does not depend on θ is fixed.  So zeros BY_PATTERN are the same for all θ: a term that has no others vanishes
    at all values of θ or at none.
    """

    theta_free: frozenset[Symbol] = frozenset()
    fixes_all = True

    @classmethod
    def under(cls, given: Iterable[Hypothesis] = ()) -> AlongTheta:
        """The signs along θ under some hypotheses; raises ContradictoryHypotheses if these cannot hold at once."""
        given = tuple(given)
        told = Signs.under(given)
        free = frozenset(h.symbol for h in given if isinstance(h, ThetaFree))
        return cls(told.signed, told.definitions, told.counted, theta_free=free)

    def entry(self, symbol: Symbol | Variable) -> Sign:
        sign = super().entry(symbol)
        if isinstance(symbol, Variable) or symbol.result != REAL or symbol in self.theta_free:
            return sign.made_of()
        return POSITIVE if symbol.outcomes or sign.is_positive else replace(sign, zeros=Zeros.ANYWHERE)
