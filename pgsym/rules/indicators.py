"""Rules for indicators: sums with one nonzero term, and substitution where an indicator is one."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pgsym.rules.base import Rewrite, Rule, opened
from pgsym.terms.assumed import defined
from pgsym.terms.build import indicator, sum_over
from pgsym.terms.builtins import ABS, INDICATORS
from pgsym.terms.nodes import (
    Add,
    All,
    Apply,
    Expectation,
    Law,
    Multiply,
    Number,
    Power,
    Sum,
    Term,
    Variable,
    factors,
    summands,
)
from pgsym.terms.places import Place
from pgsym.terms.structure import bottom_up, flat, free, product, sort_of, substitute, total

ONE, ZERO = Number(Fraction(1)), Number(Fraction(0))


def is_indicator(term: Term) -> bool:
    """Whether a term is 1{x = y}."""
    return isinstance(term, Apply) and term.symbol in INDICATORS.values()


def indicator_of(terms: tuple[Term, ...], variable: Variable) -> tuple[Term, Term] | None:
    """The first factor 1{x = c} with `variable` as x, and c, which does not mention it."""
    for f in terms:
        if isinstance(f, Apply) and is_indicator(f):
            for one, other in (f.arguments, f.arguments[::-1]):
                if one == variable and variable not in free(other):
                    return f, other
    return None


@dataclass(frozen=True)
class Sift(Rule):
    """Σ_x 1{x = c} f(x) → f(c), and E_{x∼p}[1{x = c} f(x)] → p(c) f(c).

    Refuses if no factor is such an indicator, or if f could be undefined.
    """

    source = "all other terms are zero"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Sum(All(), _) | Expectation(Law(), _):
                x, body = opened(place.term, place)
                found = indicator_of(factors(body), x)
                if found is None:
                    raise self.refuse(place.term, f"no factor is an indicator 1{{{x.name} = c}}")
                mark, value = found
                rest = list(factors(body))
                rest.remove(mark)
                needs = defined(product(*rest))
                if needs is None:
                    raise self.refuse(place.term, "a dropped term could be undefined")
                kept = [substitute(f, {x: value}) for f in rest]
                mass = [place.term.over.mass(value)] if isinstance(place.term.over, Law) else []
                return Rewrite(product(*mass, *kept), needs)
        raise self.refuse(place.term, "it is neither a sum over a sort nor an expectation over one draw")


@dataclass(frozen=True)
class InsertIndicator(Rule):
    """f(c) → Σ_x 1{x = c} f(x), with f(x) given as a term in the new variable x.

    Refuses if f(c) is not the term, or if c mentions the variable.
    """

    variable: Variable
    value: Term
    body: Term
    source = "all other terms are zero"

    def rewrite(self, place: Place) -> Rewrite:
        if flat(substitute(self.body, {self.variable: self.value})) != flat(place.term) or self.variable in free(
            self.value
        ):
            raise self.refuse(place.term, f"it is not {self.body} at {self.variable.name} = {self.value}")
        needs = defined(self.body)
        if needs is None:
            raise self.refuse(place.term, f"{self.body} could be undefined elsewhere")
        return Rewrite(sum_over(self.variable, of=product(indicator(self.variable, self.value), self.body)), needs)


@dataclass(frozen=True)
class UseIndicator(Rule):
    """1{x = c} f(x) → 1{x = c} f(c).

    Refuses if no factor is an indicator of a variable that another factor mentions, or if f could be undefined.
    """

    source = "both sides are zero unless x = c"

    def rewrite(self, place: Place) -> Rewrite:
        if isinstance(place.term, Multiply):
            xs = factors(place.term)
            for x in (f.arguments[0] for f in xs if isinstance(f, Apply) and is_indicator(f)):
                found = indicator_of(xs, x) if isinstance(x, Variable) else None
                if found is None:
                    continue
                mark, value = found
                new = tuple(f if f == mark else substitute(f, {x: value}) for f in xs)  # type: ignore[dict-item]
                needs = defined(place.term)
                if new != xs and needs is not None:
                    return Rewrite(Multiply(new), needs)
        raise self.refuse(place.term, "no factor is an indicator of a variable that another factor mentions")


@dataclass(frozen=True)
class UseComplement(Rule):
    """(1 − 1{x = c}) f(1{x = c}) → (1 − 1{x = c}) f(0).

    Refuses if no factor is one minus an indicator that another factor mentions.
    """

    source = "both sides are zero where x = c"

    def rewrite(self, place: Place) -> Rewrite:
        if isinstance(place.term, Multiply) and defined(place.term) is not None:
            xs = factors(place.term)
            for f in xs:
                mark = _complemented(f)
                if mark is None:
                    continue
                new = tuple(g if g == f else tidy(bottom_up(g, lambda t: ZERO if t == mark else t)) for g in xs)  # noqa: B023
                if new != xs:
                    return Rewrite(Multiply(new), defined(place.term) or frozenset())
        raise self.refuse(place.term, "no factor is one minus an indicator that another factor mentions")


def _complemented(term: Term) -> Term | None:
    """The indicator of a term that is one minus an indicator; None for any other term."""
    match _summed(term):
        case [one, Multiply((Number(n), mark))] if one == ONE and n == -1 and is_indicator(mark):
            return mark
    return None


def _summed(term: Term) -> list[Term]:
    """The summands of a sum; the empty list for any other term."""
    return list(term.operands) if isinstance(term, Add) else []


def tidy(term: Term) -> Term:
    """A term with zeros dropped from sums, ones dropped from products, and products with a zero replaced by zero."""

    def step(t: Term) -> Term:
        match t:
            case Multiply():
                xs = factors(t)
                if ZERO in xs:
                    return ZERO
                return product(*(x for x in xs if x != ONE))
            case Add():
                return total(*(x for x in summands(t) if x != ZERO))
        return t

    return bottom_up(term, step)


@dataclass(frozen=True)
class IndicatorOfSame(Rule):
    """1{c = c} → 1.

    Refuses two sides that are not the same term.
    """

    source = "definition of the indicator"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Apply(_, (x, y)) if is_indicator(place.term) and x == y:
                return Rewrite(ONE)
        raise self.refuse(place.term, "its two sides are not the same term")


@dataclass(frozen=True)
class IndicatorPower(Rule):
    """1{x = c}ⁿ → 1{x = c}, n ≥ 1.

    Refuses a power of anything else.
    """

    source = "zero and one are their own powers"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Power(base, n) if n > 1 and is_indicator(base):
                return Rewrite(base)
        raise self.refuse(place.term, "it is not a power of an indicator")


@dataclass(frozen=True)
class SplitSumAt(Rule):
    """Σ_x f(x) → f(c) + Σ_x (1 − 1{x = c}) f(x).

    Refuses a c of another sort than x, or an f that could be undefined.
    """

    value: Term
    source = "one term of the sum set apart"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Sum(All(sort), _) if sort_of(self.value) == sort:
                x, body = opened(place.term, place)
                needs = defined(body)
                if needs is None:
                    raise self.refuse(place.term, "its terms could be undefined")
                apart = substitute(body, {x: self.value})
                return Rewrite(total(apart, sum_over(x, of=product(1 - indicator(x, self.value), body))), needs)
        raise self.refuse(place.term, f"it is not a sum over the sort of {self.value}")


@dataclass(frozen=True)
class AbsoluteProbability(Rule):
    """|p| → p and |p − 1| → 1 − p, p a probability.

    Refuses anything else inside the bars.
    """

    source = "probabilities lie between 0 and 1"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Apply(symbol, (p,)) if symbol == ABS and _is_probability(p):
                return Rewrite(p)
            case Apply(symbol, (inner,)) if symbol == ABS:
                xs = _summed(tidy(inner))
                if len(xs) == 2 and _is_probability(xs[0]) and xs[1] == Number(Fraction(-1)):
                    return Rewrite(1 - xs[0])
        raise self.refuse(place.term, "it is not |p| or |p − 1| of a probability p")


def _is_probability(term: Term) -> bool:
    return isinstance(term, Apply) and bool(term.symbol.outcomes)
