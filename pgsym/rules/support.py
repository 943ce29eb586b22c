"""Rules that need positivity only on the support of a law."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pgsym.rules.base import Rewrite, Rule, constant_in, opened, union
from pgsym.terms.assumed import Assumed
from pgsym.terms.build import expect, log
from pgsym.terms.builtins import LOG
from pgsym.terms.hypotheses import Definition
from pgsym.terms.nodes import Apply, Expectation, Law, Multiply, Product, Quotient, Range, Term, factors
from pgsym.terms.places import Place
from pgsym.terms.sign import Needs
from pgsym.terms.structure import flat, free, product


def on_support(mass: Term, *definitions: Definition | None) -> Assumed:
    """The signs of terms where a probability is positive: the probabilities that are its factors are positive, too."""
    known = tuple(d for d in definitions if d is not None)
    probabilities = frozenset(_probabilities(mass, known))
    return Assumed(definitions={d.symbol: d for d in known}, positive_terms=probabilities)


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
        support = on_support(mass, self.law, self.other)
        fixed = [constant_in(law, theta) for theta in place.under]
        if union(fixed) is None:
            raise self.refuse(place.term, f"∇ differentiates {law}, whose support may depend on the parameter")
        needs = union([support.positive(other), *fixed])
        if needs is None:
            raise self.refuse(place.term, f"{other} may vanish where {mass} does not")
        return needs | {*support.definitions.values()}


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
                support = on_support(mass, self.other)
                needs = support.defined(body)
                if needs is None:
                    raise self.refuse(place.term, f"{body} could be undefined where {mass} is positive")
                mean = expect(product(*rest, body), (x, Law(mass.symbol, mass.arguments[1:])))
                return Rewrite(
                    mean if below is None else Quotient(mean, below), needs | {self.law, *support.definitions.values()}
                )
        raise self.refuse(place.term, f"it is not a mean under {self.law.symbol.name}")
