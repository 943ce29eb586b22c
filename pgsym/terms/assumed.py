"""Signs under hypotheses that are yet to be assumed: what it takes for a term to be positive, or to have a value."""

from __future__ import annotations

from dataclasses import dataclass

from pgsym.terms.hypotheses import Definition, Hypothesis, Positive
from pgsym.terms.nodes import Conditional, Law, Symbol, Term, Variable
from pgsym.terms.places import places
from pgsym.terms.sign import NON_NEGATIVE, POSITIVE, Environment, Needs, Sign
from pgsym.terms.signs import Signs
from pgsym.terms.sorts import REAL
from pgsym.terms.structure import distinct, divided_by, flat


def positive(term: Term) -> Needs | None:
    """The hypotheses under which a term is positive everywhere, or None if its form shows it under none.

    >>> from pgsym.problems import one_step
    >>> m = one_step()
    >>> [str(h) for h in positive(m.policy / 2) or ()], positive(m.policy - 1)
    (['π > 0 everywhere'], None)
    """
    return Assumed().positive(term)


def defined(term: Term) -> Needs | None:
    """The hypotheses under which a term has a value everywhere, or None: what it divides by has to be positive."""
    return Assumed().defined(term)


@dataclass(frozen=True)
class Assumed(Signs):
    """Reads the signs that terms have if one may assume any hypothesis; the `needs` of a sign are those it takes.

    A law draws with probabilities, also where a term defines it.  `positive_terms` are known to be positive.
    """

    positive_terms: frozenset[Term] = frozenset()

    def positive(self, term: Term) -> Needs | None:
        """The hypotheses under which a term is positive, or None if its form shows it under none."""
        sign = self.of(term)
        return sign.needs if sign.is_positive else None

    def defined(self, term: Term) -> Needs | None:
        """The hypotheses under which a term has a value, or None: all that it divides by has to be positive."""
        out: Needs = frozenset()
        if any(next(divided_by(t), None) is not None for t in distinct(term)):  # else what is bound needs no names
            for place in places(term):
                for divisor in divided_by(place.term):
                    needs = self.within(place.opened).positive(divisor)
                    if needs is None:
                        return None
                    out |= needs
        return out

    def entry(self, symbol: Symbol | Variable) -> Sign:
        sort = symbol.sort if isinstance(symbol, Variable) else symbol.result
        return POSITIVE.needing(Positive(symbol)) if sort == REAL else super().entry(symbol)

    def weight(self, law: Law, environment: Environment) -> Sign:
        return NON_NEGATIVE

    def sums_to_one(self, over: Term) -> bool:
        return isinstance(over, Law | Conditional)

    def needs_for(self, count: Hypothesis) -> Needs | None:
        return frozenset({count})

    def _read(self, term: Term, environment: Environment) -> Sign:
        known = bool(self.positive_terms) and flat(term) in self.positive_terms
        return POSITIVE if known else super()._read(term, environment)

    def _defined(self, definition: Definition, arguments: tuple[Term, ...], environment: Environment) -> Sign:
        return self.of(definition.unfold(arguments), environment).needing(definition)
