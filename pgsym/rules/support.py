"""Rules that need positivity only on the support of a law."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pgsym.rules.base import NOTHING, Needs, Rewrite, Rule, constant_in, opened, positive, union
from pgsym.terms.build import expect, log
from pgsym.terms.builtins import LOG
from pgsym.terms.hypotheses import Definition
from pgsym.terms.nodes import Apply, Expectation, Law, Multiply, Power, Product, Quotient, Range, Scope, Term, factors
from pgsym.terms.places import Place
from pgsym.terms.structure import flat, free, parts, product


@dataclass(frozen=True)
class Support:
    """The set where a probability is positive, given by the probabilities that are its factors by some definitions."""

    definitions: tuple[Definition, ...]
    probabilities: tuple[Term, ...]

    @classmethod
    def of(cls, mass: Term, *definitions: Definition | None) -> Support:
        """The set where `mass` is positive."""
        known = tuple(d for d in definitions if d is not None)
        return cls(known, tuple(_probabilities(mass, known)))

    def positive(self, term: Term) -> Needs | None:
        """The hypotheses under which a term is positive on the support, or None if its form does not show it."""
        if flat(term) in self.probabilities:
            return NOTHING
        match term:
            case Multiply(xs):
                return union(map(self.positive, xs))
            case Quotient(above, below):
                return union([self.positive(above), self.positive(below)])
            case Apply(symbol, arguments):
                for definition in self.definitions:
                    if definition.symbol == symbol:
                        return union([frozenset({definition}), self.positive(definition.unfold(arguments))])
        return positive(term)

    def defined(self, term: Term | Scope) -> Needs | None:
        """The hypotheses under which a term is defined on the support, or None if its form does not show it."""
        if isinstance(term, Scope):
            return self.defined(term.body)
        own: Needs | None = NOTHING
        match term:
            case Quotient(_, below):
                own = self.positive(below)
            case Power(base, n) if n < 0:
                own = self.positive(base)
            case Apply(symbol, (argument,)) if symbol == LOG:
                own = self.positive(argument)
            case Expectation():
                return None  # over another support
        return union([own, *map(self.defined, parts(term))])


def _probabilities(mass: Term, definitions: tuple[Definition, ...]) -> Iterator[Term]:
    """The probabilities among the factors of a mass; since none is negative, all are positive where the mass is."""
    match mass:
        case Multiply():
            for factor in factors(mass):
                yield from _probabilities(factor, definitions)
        case Quotient(above, _):
            yield from _probabilities(above, definitions)
        case Product(Range(), _) if _is_probability(mass.scope.body, definitions):
            yield flat(mass)
        case Apply(symbol, arguments):
            found = next((d for d in definitions if d.symbol == symbol), None)
            if found is not None:
                yield from _probabilities(found.unfold(arguments), definitions)
            elif symbol.outcomes:
                yield flat(mass)


def _is_probability(term: Term, definitions: tuple[Definition, ...]) -> bool:
    if isinstance(term, Multiply):
        return all(_is_probability(x, definitions) for x in factors(term))
    return isinstance(term, Apply) and bool(term.symbol.outcomes) and term.symbol not in {d.symbol for d in definitions}


@dataclass(frozen=True)
class ExpandLogRatio(Rule):
    """E_{x∼q}[log(q(x)/p(x))] → E_{x∼q}[log q(x) − log p(x)], p(x) > 0 where q(x) > 0.

    The mean is over the support of q.  There, p(x) is positive if each of its factors is positive or is a factor of
    q(x), by the definition `law` of q and the definition `other`.  Refuses any other p, and a law under ∇ that depends
    on the parameter.
    """

    law: Definition | None = None
    other: Definition | None = None
    source = "functional equations of the logarithm, on the support only"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Expectation(Law() as law, _):
                x, body = opened(place.term, place)
                match body:
                    case Apply(symbol, (Quotient(above, below),)) if symbol == LOG and above == law.mass(x):
                        needs = self._needs(law, above, below, place)
                        return Rewrite(expect(log(above) - log(below), (x, law)), needs)
        raise self.refuse(place.term, "it is not the mean of log(q(x)/p(x)) under q")

    def _needs(self, law: Law, mass: Term, other: Term, place: Place) -> Needs:
        support = Support.of(mass, self.law, self.other)
        fixed = [constant_in(law, theta) for theta in place.under]
        if union(fixed) is None:
            raise self.refuse(place.term, f"∇ differentiates {law}, whose support may depend on the parameter")
        needs = union([support.positive(other), *fixed])
        if needs is None:
            raise self.refuse(place.term, f"{other} may vanish where {mass} does not")
        return needs | {*support.definitions}


@dataclass(frozen=True)
class ChangeMeasure(Rule):
    """E_{x∼q}[f(x)] → E_{x∼p}[w(x) f(x)], q(x) = w(x) p(x); a denominator without x stays outside.

    Refuses a q that is not defined as a product with a probability of x, an f that could be undefined where p(x) > 0,
    and a place under ∇.
    """

    law: Definition
    other: Definition | None = None
    source = "definition of the expectation, with a density"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Expectation(Law(symbol, given), _) if symbol == self.law.symbol:
                if place.under:
                    raise self.refuse(place.term, f"it stands under ∇_{place.under[0].name}")
                x, body = opened(place.term, place)
                weighted = flat(self.law.unfold((x, *given)))
                above, below = (
                    (weighted.numerator, weighted.denominator) if isinstance(weighted, Quotient) else (weighted, None)
                )
                rest = list(factors(above))
                mass = next(
                    (f for f in rest if isinstance(f, Apply) and f.symbol.outcomes == 1 and f.arguments[0] == x), None
                )
                if mass is None or (below is not None and x in free(below)):
                    raise self.refuse(place.term, f"{self.law} has no factor that is a probability of {x.name}")
                rest.remove(mass)
                support = Support.of(mass, self.other)
                needs = support.defined(body)
                if needs is None:
                    raise self.refuse(place.term, f"{body} could be undefined where {mass} is positive")
                mean = expect(product(*rest, body), (x, Law(mass.symbol, mass.arguments[1:])))
                return Rewrite(
                    mean if below is None else Quotient(mean, below), needs | {self.law, *support.definitions}
                )
        raise self.refuse(place.term, f"it is not a mean under {self.law.symbol.name}")
