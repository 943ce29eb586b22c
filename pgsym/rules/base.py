"""The base class of rules, and the side conditions that rules share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from pgsym.errors import RuleDoesNotApply
from pgsym.terms.assumed import positive
from pgsym.terms.builtins import BUILT_IN
from pgsym.terms.hypotheses import Definition, Hypothesis, Positive, ThetaFree
from pgsym.terms.nodes import (
    Apply,
    Binder,
    Conditional,
    Gradient,
    Law,
    Number,
    Scope,
    Term,
    Variable,
)
from pgsym.terms.places import Place
from pgsym.terms.sign import Needs
from pgsym.terms.sorts import PARAMETER, REAL, Collective
from pgsym.terms.structure import bottom_up, free, open_scope, parts

NOTHING: Needs = frozenset()
ONE = Number(Fraction(1))
NO_PARAMETER = Variable("", PARAMETER)


@dataclass(frozen=True)
class Rewrite:
    """The result of a rule, and the hypotheses that it needs."""

    result: Term
    needs: Needs = NOTHING


@dataclass(frozen=True)
class Rule(ABC):
    """A pure function from terms to terms; its first docstring line is its schema, `source` is the fact it rests on.

    A rule that does not apply raises RuleDoesNotApply; it never returns its input.  Your own rules are frozen
    dataclasses too, so that they can be recorded.  Their fields are terms, symbols, hypotheses, rules, theorems or
    plain values.
    """

    source: ClassVar[str] = ""

    @abstractmethod
    def rewrite(self, place: Place) -> Rewrite:
        """The rewritten sub-term; raises RuleDoesNotApply."""

    @classmethod
    def schema(cls) -> str:
        """The rule as lhs → rhs."""
        return (cls.__doc__ or "").strip().splitlines()[0]

    @property
    def title(self) -> str:
        """The rule's name in words."""
        words = "".join(f" {c.lower()}" if c.isupper() else c for c in type(self).__name__).strip()
        return words[0].upper() + words[1:]

    def refuse(self, term: Term, reason: str) -> RuleDoesNotApply:
        """The error of a rule that does not apply."""
        return RuleDoesNotApply(type(self).__name__, term, reason)


def opened(binder: Binder | Conditional, place: Place) -> tuple[Variable, Term]:
    """A binder's variable, under a name that is unused at the place, and its body."""
    taken = {*free(place.term), *free(binder), *(v for v, _ in place.opened)}
    return open_scope(binder.scope, taken)


def union(needs: Iterable[Needs | None]) -> Needs | None:
    """The union of several needs, or None if one of them is None."""
    out: Needs = NOTHING
    for need in needs:
        if need is None:
            return None
        out |= need
    return out


def constant_in(term: Term | Scope, parameter: Variable) -> Needs | None:
    """The hypotheses under which a term does not depend on a parameter, or None if it does depend on it."""
    if isinstance(term, Scope):
        return constant_in(term.body, parameter)
    if term == parameter or (isinstance(term, Gradient) and term.parameter == parameter):
        return None
    own = NOTHING
    if (
        isinstance(term, Apply)
        and term.symbol.result == REAL
        and term.symbol not in BUILT_IN
        and not _is_parametric(term)
    ):
        own = frozenset({ThetaFree(term.symbol)})
    if isinstance(term, Law) and (not _is_parametric(term) or isinstance(term.symbol.arguments[0], Collective)):
        own = frozenset({ThetaFree(term.symbol)})  # the law of a trajectory is defined by other laws
    return union([own, *(constant_in(p, parameter) for p in parts(term))])


def _is_parametric(term: Apply | Law) -> bool:
    return PARAMETER in term.symbol.arguments


Draws = list[tuple[Variable, Law | Conditional]]


def replaced(term: Term, by: Mapping[Term, Term]) -> Term:
    """A term with sub-terms replaced; none of them may mention a bound variable."""
    return bottom_up(term, lambda t: by.get(t, t))


def separate_draws(masses: Iterable[Term], *names: Variable) -> tuple[Draws, dict[Term, Term]] | None:
    """The draws of a batch or trajectory as separate variables: their laws, and the variable for each draw.

    A draw is named by the variable of its sort among some, or else as in the collective.  None if one of the masses is
    not the probability of a draw.
    """
    by_sort = {v.sort: v for v in names}
    laws: Draws = []
    drawn: dict[Term, Term] = {}
    for mass in masses:
        if not isinstance(mass, Apply) or not isinstance(mass.arguments[0], Apply):
            return None
        draw = mass.arguments[0]
        variable = by_sort.pop(draw.symbol.result, Variable(draw.symbol.name, draw.symbol.result))
        while variable in drawn.values():
            variable = Variable(f"{variable.name}'", variable.sort)
        laws.append((variable, Law(mass.symbol, tuple(replaced(t, drawn) for t in mass.arguments[1:]))))
        drawn[draw] = variable
    return laws, drawn


def through_definitions(needs: Needs, given: Iterable[Hypothesis]) -> Needs:
    """The needs of a step; a defined symbol is free of θ, or positive, where its definition makes it so."""
    given = tuple(given)
    definitions = {h.symbol: h for h in given if isinstance(h, Definition)}
    out = needs
    for need in needs - set(given):
        if isinstance(need, ThetaFree | Positive) and need.symbol in definitions:
            definition = definitions[need.symbol]
            body = definition.body
            more = constant_in(body, NO_PARAMETER) if isinstance(need, ThetaFree) else positive(body)
            if more is not None:
                out = out - {need} | through_definitions(more, given) | {definition}
    return out
