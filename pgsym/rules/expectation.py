"""Rules that write expectations as sums, and sums as expectations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeGuard

from pgsym.rules.base import Rewrite, Rule, opened
from pgsym.terms.assumed import defined
from pgsym.terms.build import expect, sum_over
from pgsym.terms.hypotheses import Definition
from pgsym.terms.nodes import All, Apply, Conditional, Expectation, Law, Sum, Term, Variable, factors
from pgsym.terms.places import Place
from pgsym.terms.sorts import INDEX, PARAMETER, Collective, Sort
from pgsym.terms.structure import flat, free, instantiate, product


@dataclass(frozen=True)
class WriteExpectationAsSum(Rule):
    """E_{x∼p}[f(x)] → Σ_x p(x) f(x); two draws at once as Σ_s Σ_a P(s, a) f(s, a), given their joint law P.

    Refuses a conditional law, a law of histories, and an f that could be undefined where p is zero.
    """

    joint: Definition | None = None
    source = "definition of the expectation"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Expectation(Law() as law, scope) if not _has_its_own_length(scope.sort, law):
                x, body = opened(place.term, place)
                needs = defined(body)
                if needs is None:
                    raise self.refuse(place.term, "the averaged term could be undefined where the probability is zero")
                if self.joint is None:
                    return Rewrite(sum_over(x, of=product(law.mass(x), body)), needs)
                return self._jointly(place, x, law, body, self.joint)
        raise self.refuse(place.term, "it is not the expectation over one draw")

    def _jointly(self, place: Place, x: Variable, law: Law, body: Term, joint: Definition) -> Rewrite:
        if not isinstance(body, Expectation) or not isinstance(body.over, Law):
            raise self.refuse(place.term, "a joint law needs two draws, one inside the other")
        y, inner = opened(body, Place(place.path, body, (*place.opened, (x, law)), place.under))
        parameters = tuple(
            v for v, s in zip(joint.equation[0].arguments, joint.symbol.arguments, strict=True) if s == PARAMETER
        )
        head = Apply(joint.symbol, (x, y, *parameters))
        if flat(joint.unfold(head.arguments)) != flat(product(law.mass(x), body.over.mass(y))):
            raise self.refuse(place.term, f"{joint} is not the joint law of its draws")
        needs = defined(inner)
        if needs is None:
            raise self.refuse(place.term, "the averaged term could be undefined where the probability is zero")
        return Rewrite(sum_over(x, y, of=product(head, inner)), needs | {joint})


def _has_its_own_length(sort: Sort, law: Law) -> bool:
    """Whether a law draws histories up to a time instead of whole trajectories."""
    return isinstance(sort, Collective) and INDEX in law.symbol.arguments


@dataclass(frozen=True)
class ReadSumAsExpectation(Rule):
    """Σ_x p(x) f(x) → E_{x∼p}[f(x)], and likewise for nested sums.

    Refuses if no factor of the body is the probability of the variable given variables outside the sum, and refuses an
    f that could be undefined where p is zero.
    """

    source = "definition of the expectation"

    def rewrite(self, place: Place) -> Rewrite:
        variables: list[Variable] = []
        here, term = place, place.term
        while isinstance(term, Sum) and isinstance(term.over, All):
            variable, body = opened(term, here)
            variables.append(variable)
            here = Place(here.path, body, (*here.opened, (variable, term.over)), here.under)
            term = body
        if not variables:
            raise self.refuse(place.term, "it is not a sum over all states or actions")
        rest = list(factors(term))
        laws: list[tuple[Variable, Law | Conditional]] = []
        for i, variable in enumerate(variables):
            later = set(variables[i:])
            mass = next((f for f in rest if _is_mass(f, variable, later)), None)
            if mass is None:
                raise self.refuse(place.term, f"no factor is the probability of {variable.name}")
            rest.remove(mass)
            law = Law(mass.symbol, mass.arguments[1:])
            if _has_its_own_length(variable.sort, law):
                raise self.refuse(place.term, f"{law} draws histories, and the sum is over whole trajectories")
            laws.append((variable, law))
        needs = defined(product(*rest))
        if needs is None:
            raise self.refuse(place.term, "the averaged term could be undefined where the probability is zero")
        return Rewrite(expect(product(*rest), *laws), needs)


def _is_mass(term: Term, variable: Variable, unavailable: set[Variable]) -> TypeGuard[Apply]:
    """Whether a factor is the probability of `variable` given none of the unavailable variables."""
    return (
        isinstance(term, Apply)
        and term.symbol.outcomes == 1
        and term.arguments[0] == variable
        and not unavailable & frozenset().union(*map(free, term.arguments[1:]))
    )


@dataclass(frozen=True)
class ConditionalExpectation(Rule):
    """E_{x∼p}[f | e] → E_{x∼p}[1_e f] / E_{x∼p}[1_e].

    Refuses an unconditioned law, and an f that could be undefined outside the event.
    """

    source = "definition of the conditional expectation"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Expectation(Conditional(Law() as law, event), _):
                x, body = opened(place.term, place)
                needs = defined(body)
                if needs is None:
                    raise self.refuse(place.term, "the averaged term could be undefined outside the event")
                happens = instantiate(event.body, x)
                return Rewrite(expect(product(happens, body), (x, law)) / expect(happens, (x, law)), needs)
        raise self.refuse(place.term, "it is not a conditional expectation")


@dataclass(frozen=True)
class ExpectationOfConstant(Rule):
    """E_{x∼p}[c] → c, x not in c.

    Refuses if the body mentions the variable.
    """

    source = "probabilities sum to one"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Expectation():
                x, body = opened(place.term, place)
                if x in free(body):
                    raise self.refuse(place.term, f"{body} depends on {x.name}")
                return Rewrite(body)
        raise self.refuse(place.term, "it is not an expectation")
