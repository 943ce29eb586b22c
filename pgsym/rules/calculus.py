"""Rules of differentiation."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pgsym.rules.base import NOTHING, Rewrite, Rule, constant_in, opened, union
from pgsym.rules.time import before
from pgsym.terms.assumed import defined, positive
from pgsym.terms.build import expect, log, outer
from pgsym.terms.builtins import EXP, LOG, POWER
from pgsym.terms.hypotheses import Definition
from pgsym.terms.nodes import (
    Add,
    All,
    Apply,
    Expectation,
    Gradient,
    Law,
    Multiply,
    Number,
    Power,
    Quotient,
    Sum,
    Symbol,
    Term,
    Variable,
    factors,
    lift,
)
from pgsym.terms.places import Place
from pgsym.terms.sign import Needs
from pgsym.terms.sorts import VECTOR
from pgsym.terms.structure import product, scope, sort_of, symbols, total


@dataclass(frozen=True)
class MoveGradientInside(Rule):
    """∇ Σ_x c f_θ(x) → Σ_x c ∇ f_θ(x), and likewise through E_{x∼p}, + and −, c and p free of θ.

    The gradient moves inside as far as possible.  The symbol `moving` counts as dependent on θ, although its notation
    does not show it.  Refuses if the gradient cannot move: the law or every factor depends on θ.
    """

    moving: Symbol | None = None
    source = "linearity of the derivative over finite sums (infinite ones: dominated convergence)"

    def rewrite(self, place: Place) -> Rewrite:
        if not isinstance(place.term, Gradient):
            raise self.refuse(place.term, "it is not a gradient")
        result, needs = self._inside(place.term, place)
        if result == place.term:
            raise self.refuse(place.term, "θ is everywhere under it: in the law, or in every factor")
        return Rewrite(result, needs)

    def _inside(self, term: Gradient, place: Place) -> tuple[Term, Needs]:
        theta, body = term.parameter, term.body
        match body:
            case Sum() | Expectation():
                needs = self._constant(body.over, theta)
                if needs is None:
                    return term, NOTHING
                x, inside = opened(body, place)
                deeper = Place(place.path, inside, (*place.opened, (x, body.over)), place.under)
                moved, more = self._inside(Gradient(theta, inside), deeper)
                return body.replace(body.over, scope(x, moved)), needs | more
            case Add(operands):
                moved_all = [self._inside(Gradient(theta, t), place) for t in operands]
                return total(*(t for t, _ in moved_all)), frozenset().union(*(n for _, n in moved_all))
            case Multiply():
                out, stay, needs = [], [], NOTHING
                for f in factors(body):
                    need = self._constant(f, theta)
                    if need is None:
                        stay.append(f)
                    else:
                        out.append(f)
                        needs |= need
                if not out or not stay:
                    return term, NOTHING
                moved, more = self._inside(Gradient(theta, product(*stay)), place)
                return product(*out, moved), needs | more
        return term, NOTHING

    def _constant(self, term: Term, theta: Variable) -> Needs | None:
        return None if self.moving in symbols(term) else constant_in(term, theta)


@dataclass(frozen=True)
class GradientOfConstant(Rule):
    """∇ c → 0, c free of θ.

    Refuses if the body depends on the parameter.
    """

    source = "derivative of a constant"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Gradient(theta, body):
                needs = constant_in(body, theta)
                if needs is None:
                    raise self.refuse(place.term, f"{body} depends on {theta.name}")
                return Rewrite(Number(Fraction(0)), needs)
        raise self.refuse(place.term, "it is not a gradient")


@dataclass(frozen=True)
class ProductRule(Rule):
    """∇(f g) → g ∇f + f ∇g.

    Refuses anything but the gradient of a product of two factors or more.
    """

    source = "product rule"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Gradient(theta, Multiply() as body):
                xs = factors(body)
                return Rewrite(total(*(product(*xs[:i], *xs[i + 1 :], Gradient(theta, x)) for i, x in enumerate(xs))))
        raise self.refuse(place.term, "it is not the gradient of a product")


@dataclass(frozen=True)
class MultiplyByOne(Rule):
    """∇f → f (∇f / f), f > 0.

    Refuses if the form of f does not show that it is positive.
    """

    source = "multiplication by one"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Gradient(_, body):
                needs = positive(body)
                if needs is None:
                    raise self.refuse(place.term, f"{body} is not a probability, so it may be zero")
                return Rewrite(product(body, Quotient(place.term, body)), needs)
        raise self.refuse(place.term, "it is not a gradient")


@dataclass(frozen=True)
class LogDerivative(Rule):
    """∇f / f → ∇ log f, f > 0.

    Refuses anything but a gradient divided by the term that it differentiates.
    """

    source = "chain rule for the logarithm, from right to left"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Quotient(Gradient(theta, body), below) if body == below:
                needs = positive(body)
                if needs is None:
                    raise self.refuse(place.term, f"the logarithm of {body} needs it to be positive")
                return Rewrite(Gradient(theta, log(body)), needs)
        raise self.refuse(place.term, "it is not a gradient divided by the term that it differentiates")


@dataclass(frozen=True)
class LogDerivativeOnSupport(Rule):
    """Σ_x g(x) ∇q_θ(x) → E_{x∼q_θ}[g(x) ∇ log q_θ(x)], if ∇q_θ(x) = 0 wherever q_θ(x) = 0.

    The condition holds if q is a product of positive factors and of factors free of θ.  Refuses any other q, and a g
    that could be undefined.
    """

    law: Definition
    source = "log-derivative trick, on the support only"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Sum(All(), _):
                x, body = opened(place.term, place)
                rest = list(factors(body))
                inside = next((f for f in rest if isinstance(f, Gradient) and self._is_mass(f.body, x)), None)
                if inside is None or not isinstance(inside.body, Apply):
                    raise self.refuse(place.term, f"no factor is the gradient of {self.law.equation[0]}")
                rest.remove(inside)
                mass, theta = inside.body, inside.parameter
                needs = [defined(product(*rest))]
                for factor in factors(self.law.unfold(mass.arguments)):
                    free_of_theta = constant_in(factor, theta)
                    needs.append(positive(factor) if free_of_theta is None else free_of_theta)
                needed = union(needs)
                if needed is None:
                    raise self.refuse(place.term, "it may vanish where its gradient does not")
                score = Gradient(theta, log(mass))
                over = Law(mass.symbol, mass.arguments[1:])
                return Rewrite(expect(product(*rest, score), (x, over)), needed | {self.law})
        raise self.refuse(place.term, "it is not a sum")

    def _is_mass(self, term: Term, x: Variable) -> bool:
        return isinstance(term, Apply) and term.symbol == self.law.symbol and term.arguments[0] == x


@dataclass(frozen=True)
class DifferentiateLog(Rule):
    """∇ log f → ∇f / f, f > 0.

    Refuses if the form of f does not show that it is positive.
    """

    source = "chain rule for the logarithm"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Gradient(theta, Apply(symbol, (body,))) if symbol == LOG:
                needs = positive(body)
                if needs is None:
                    raise self.refuse(place.term, f"the logarithm of {body} needs it to be positive")
                return Rewrite(Quotient(Gradient(theta, body), body), needs)
        raise self.refuse(place.term, "it is not the gradient of a logarithm")


@dataclass(frozen=True)
class QuotientRule(Rule):
    """∇(f / g) → ∇f / g − (f / g) (∇g / g), g > 0; of a gradient f, the outer product of ∇g / g with f / g.

    Refuses if the form of g does not show that it is positive.
    """

    source = "quotient rule"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Gradient(theta, Quotient(above, below) as ratio):
                needs = positive(below)
                if needs is None:
                    raise self.refuse(place.term, f"{below} may be zero")
                relative = Quotient(Gradient(theta, below), below)
                second = outer(relative, ratio) if sort_of(above) == VECTOR else product(ratio, relative)
                return Rewrite(Quotient(Gradient(theta, above), below) - second, needs)
        raise self.refuse(place.term, "it is not the gradient of a fraction")


@dataclass(frozen=True)
class DifferentiateExp(Rule):
    """∇ exp f → exp f ∇f.

    Refuses anything but the gradient of an exponential.
    """

    source = "chain rule for the exponential"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Gradient(theta, Apply(symbol, (body,)) as whole) if symbol == EXP:
                return Rewrite(product(whole, Gradient(theta, body)))
        raise self.refuse(place.term, "it is not the gradient of an exponential")


@dataclass(frozen=True)
class DifferentiatePower(Rule):
    """∇fⁿ → n fⁿ⁻¹ ∇f, n ≥ 1.

    Refuses an exponent that is not known to be at least one.
    """

    source = "power rule"

    def rewrite(self, place: Place) -> Rewrite:
        match place.term:
            case Gradient(theta, Power(base, n)) if n > 1:
                return Rewrite(product(lift(n), base if n == 2 else base ** (n - 1), Gradient(theta, base)))
            case Gradient(theta, Apply(symbol, (base, n))) if symbol == POWER:
                if before(lift(0), n, place.opened) != NOTHING:
                    raise self.refuse(place.term, f"{n} is not known to be at least one")
                return Rewrite(product(n, base ** (n - 1), Gradient(theta, base)))
        raise self.refuse(place.term, "it is not the gradient of a power")
