"""Propositions: the statements that can be decided.

    proposition := Equal(lhs, rhs) | AtMost(lhs, rhs, slack) | IsGradient(field)

each under hypotheses, for all values of its free states, actions and batches.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from pgsym.decide.default_sizes import default_sizes
from pgsym.decide.primes import random_primes
from pgsym.decide.renaming import with_symbols_apart
from pgsym.decide.sizes import Size
from pgsym.decide.subjects import Subject, as_hypotheses
from pgsym.errors import SortError, UnboundVariable
from pgsym.meaning.contraction.factors import Factor
from pgsym.meaning.evaluator import evaluate_with_poles
from pgsym.meaning.instances import Instance
from pgsym.meaning.numbers.base import Array, Ball, Float64, Numbers
from pgsym.terms.build import grad, transpose
from pgsym.terms.builtins import COVARIANCE_MATRIX, OUTER
from pgsym.terms.fingerprint import own_seed
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Apply, Gradient, Liftable, Scope, Term, Variable, lift
from pgsym.terms.signs import is_non_negative
from pgsym.terms.sorts import FINITE, MATRIX, PARAMETER, VECTOR, Collective
from pgsym.terms.structure import check_names, distinct, free, is_visibly_zero, parts, sort_of, symbols

if TYPE_CHECKING:
    from pgsym.meaning.written_out.exact import Sized

ROUNDING = 1e-9
"""How far two floats may be apart, relative to their size, and count as equal."""


class Relation(StrEnum):
    """The relation that a claim states between its two sides; of gradients, coordinate by coordinate."""

    EQUAL = "="
    AT_MOST = "≤"

    def sign(self, refuted: bool = False) -> str:
        """The sign of the relation, or of its negation."""
        return {"=": "≠", "≤": "≰"}[self] if refuted else str(self)

    def latex(self, refuted: bool = False) -> str:
        """The sign as LaTeX."""
        return {"=": "=", "≠": "\\neq", "≤": "\\le", "≰": "\\nleq"}[self.sign(refuted)]


class Proposition(Subject):
    """Something that is true or false under its hypotheses."""

    def under(self, given: Iterable[Hypothesis]) -> Self:
        """The proposition under further hypotheses."""
        raise NotImplementedError


class Comparison(Proposition):
    """A relation between two sides: Equal or AtMost."""

    lhs: Term
    rhs: Term
    relation: ClassVar[Relation]

    def with_sides(self, lhs: Term, rhs: Term, given: tuple[Hypothesis, ...]) -> Comparison:
        """The same relation between two other sides, under other hypotheses."""
        raise NotImplementedError

    def fails(self, left: Factor, right: Factor, numbers: Numbers) -> Array:
        """An array that is True where the relation does not hold between the values of the sides."""
        raise NotImplementedError

    def __str__(self) -> str:
        return f"{self.lhs} {self.relation} {self.rhs}"

    @property
    def terms(self) -> tuple[Term, ...]:
        """Both sides."""
        return (self.lhs, self.rhs)

    @cached_property
    def axes(self) -> tuple[Variable, ...]:
        """The free states, actions and batches, by name."""
        return tuple(sorted(filter(_is_axis, self.variables), key=lambda v: v.name))

    def check(self) -> None:
        """Raise SortError or UnboundVariable if the sides cannot be compared."""
        left, right = sort_of(self.lhs), sort_of(self.rhs)
        if left != right and not (is_visibly_zero(self.lhs) or is_visibly_zero(self.rhs)):
            raise SortError(f"a {left} is compared with a {right}: {self.lhs} and {self.rhs}")
        if left in FINITE or right in FINITE:
            raise SortError(
                "the sides of an identity are numbers or gradients; compare states or actions with an indicator"
            )
        sides = [{v for v in free(t) if _is_axis(v)} for t in self.terms]
        for one, other, where in ((0, 1, "left"), (1, 0, "right")):
            stray = sides[one] - sides[other]
            if stray and symbols(self.terms[other]):  # a number without symbols need not mention the variable
                v = min(stray, key=lambda v: v.name)
                raise UnboundVariable(f"{v.name} ({v.sort}) is free on the {where} side only: nothing binds it there")
        check_names(self.variables)

    @cached_property
    def as_equation(self) -> Equal:
        """The equation between the same sides."""
        equation = Equal(self.lhs, self.rhs, self.given)
        vars(equation)["vocabulary"] = self.vocabulary
        return equation

    @cached_property
    def apart(self) -> Comparison:
        """The proposition with its relevant hypotheses only, and with separate tables for π_θ and π_θ'.

        Raises like `check`, and ContradictoryHypotheses if the hypotheses cannot hold at once.
        """
        self.check()
        lhs, rhs, given = with_symbols_apart(self.lhs, self.rhs, self.relevant)
        apart = self.with_sides(lhs, rhs, given)
        vars(apart)["apart"] = apart
        if (lhs, rhs) == self.terms:  # all that the terms lead to is the same
            vars(apart)["vocabulary"] = self.vocabulary
        return apart

    @cached_property
    def usual_sizes(self) -> tuple[Size, ...]:
        """The sizes at which it is decided by default."""
        return default_sizes(self.apart)

    def at(self, sizes: Iterable[Size]) -> tuple[Size, ...]:
        """The sizes without the counts on which the proposition does not depend."""
        return tuple(dict.fromkeys(size.only(self.size_names) for size in sizes))

    def instances(self, sizes: Iterable[Size]) -> list[Size]:
        """The different sizes, the smallest first, with every value of the times that a size does not fix."""
        found = {x for s in sizes for x in s.instances(self.size_names, self.given)}
        return sorted(found, key=lambda s: s.extent)

    def sides(self, instance: Instance) -> tuple[Factor, Factor]:
        """The values of both sides at an instance; raises OutsideNumberSystem if its numbers cannot represent them."""
        left, right = (evaluate_with_poles(t, instance, self.axes) for t in self.terms)
        return left, right

    @cached_property
    def prime(self) -> int:
        """The prime by which instances are screened, which follows from the proposition."""
        return random_primes(1, self.own_seed(0))[0]

    def own_seed(self, seed: int) -> int:
        """The seed of all random choices about this proposition, different for every other one."""
        return own_seed(seed, self.lhs, self.rhs, frozenset(self.given), self.relation)

    @cached_property
    def is_of_matrices(self) -> bool:
        """Whether the sides are second derivatives, or products of two gradients."""
        return MATRIX in map(sort_of, self.terms)

    @property
    def derivatives(self) -> int:
        """The largest order of differentiation in a side; a product of two gradients counts as two."""
        bodies = [h.body for h in self.definitions.values()]
        return max(map(_derivatives, self.terms)) + max(map(_derivatives, bodies), default=0)


@dataclass(frozen=True, init=False)
class Equal(Comparison):
    """lhs = rhs.

    >>> from pgsym.terms import REAL, Variable
    >>> print(Equal(Variable("x", REAL), 0))
    x = 0
    """

    lhs: Term
    rhs: Term
    given: tuple[Hypothesis, ...]
    relation: ClassVar[Relation] = Relation.EQUAL

    def __init__(self, lhs: Liftable, rhs: Liftable, given: Iterable[Hypothesis] = ()) -> None:
        _set(self, lhs=lift(lhs), rhs=lift(rhs), given=as_hypotheses(given))

    def under(self, given: Iterable[Hypothesis]) -> Equal:
        return Equal(self.lhs, self.rhs, (*self.given, *as_hypotheses(given)))

    def with_sides(self, lhs: Term, rhs: Term, given: tuple[Hypothesis, ...]) -> Equal:
        return Equal(lhs, rhs, given)

    def fails(self, left: Factor, right: Factor, numbers: Numbers) -> Array:
        """An array that is True where the sides differ; an undefined value differs from every defined one."""
        minus = numbers.constant(Fraction(-1)).reshape(-1, *[1] * (left.array.ndim - 1))
        difference = numbers.add(left.array, numbers.multiply(minus, right.array))
        shape = np.broadcast_shapes(difference.shape, left.array.shape, right.array.shape)
        difference = np.broadcast_to(difference, shape)
        lp, rp = (np.broadcast_to(False if f.poles is None else f.poles, shape) for f in (left, right))
        if isinstance(numbers, Ball):
            unequal = np.vectorize(lambda v: not v.contains(0), otypes=[bool])(difference)
        elif isinstance(numbers, Float64):
            unequal = abs(difference) > ROUNDING * (1 + abs(np.broadcast_to(right.array, shape)))
        else:
            unequal = ~numbers.is_zero(difference)
        return np.asarray((lp != rp) | (unequal & ~lp & ~rp))


@dataclass(frozen=True, init=False)
class AtMost(Comparison):
    """lhs ≤ rhs, coordinate by coordinate.

    A `slack` is a term that equals rhs − lhs and whose form shows that it is never negative: with it an order can be
    decided, without it only refuted or tested.  Raises SortError for a slack whose form does not show that.
    """

    lhs: Term
    rhs: Term
    given: tuple[Hypothesis, ...]
    slack: Term | None
    relation: ClassVar[Relation] = Relation.AT_MOST

    def __init__(
        self, lhs: Liftable, rhs: Liftable, given: Iterable[Hypothesis] = (), slack: Liftable | None = None
    ) -> None:
        slack = None if slack is None else lift(slack)
        _set(self, lhs=lift(lhs), rhs=lift(rhs), given=as_hypotheses(given), slack=slack)

    def under(self, given: Iterable[Hypothesis]) -> AtMost:
        return replace(self, given=(*self.given, *as_hypotheses(given)))

    def with_sides(self, lhs: Term, rhs: Term, given: tuple[Hypothesis, ...]) -> AtMost:
        return AtMost(lhs, rhs, given)

    @cached_property
    def shown_by(self) -> Equal | None:
        """The identity rhs − lhs = slack, which decides the order; None without a slack."""
        if self.slack is None:
            return None
        if not is_non_negative(self.slack, self.given):
            raise SortError(f"the form of {self.slack} does not show that it is never negative")
        return Equal(self.rhs - self.lhs, self.slack, self.given)

    def fails(self, left: Factor, right: Factor, numbers: Numbers) -> Array:
        """An array that is True where the left side is greater; entries with an undefined side do not count."""
        margin = ROUNDING * (1 + abs(right.array)) if isinstance(numbers, Float64) else 0
        greater = np.asarray(left.array > right.array + margin, dtype=bool)
        for factor in (left, right):
            greater = greater if factor.poles is None else greater & ~factor.poles
        return greater


@dataclass(frozen=True, init=False)
class IsGradient(Proposition):
    """A field is the gradient of some function of its parameter, for every policy and problem.

    A potential is searched among the `candidates` first.  If `write` names a size, such as {"S": 1, "A": 2}, one
    is integrated in closed form there, for a "softmax" or "sigmoid" `policy`.  Raises SortError unless it is a field.
    """

    field: Term
    given: tuple[Hypothesis, ...]
    candidates: tuple[Term, ...]
    write: Sized
    policy: str

    def __init__(
        self,
        field: Liftable,
        given: Iterable[Hypothesis] = (),
        candidates: Iterable[Term] = (),
        write: Sized = None,
        policy: str = "softmax",
    ) -> None:
        term = lift(field)
        if sort_of(term) != VECTOR:
            raise SortError(f"only a field may be a gradient, not {term}")
        given, candidates = as_hypotheses(given), tuple(candidates)
        _set(self, field=term, given=given, candidates=candidates, write=write, policy=policy)

    def under(self, given: Iterable[Hypothesis]) -> IsGradient:
        return replace(self, given=(*self.given, *as_hypotheses(given)))

    def __str__(self) -> str:
        return f"{self.field} is a gradient"

    @property
    def terms(self) -> tuple[Term, ...]:
        """The field."""
        return (self.field,)

    @cached_property
    def parameter(self) -> Variable:
        """The parameter by which the field would be a gradient; raises SortError unless there is just one."""
        found = {t.parameter for t in distinct(self.field) if isinstance(t, Gradient)}
        found = found or {v for v in free(self.field) if v.sort == PARAMETER}
        if len(found) != 1:
            raise SortError(f"a field has one parameter, {self.field} has {len(found)}")
        return found.pop()

    @cached_property
    def has_symmetric_jacobian(self) -> Equal:
        """∂_i F_j = ∂_j F_i, which holds for every gradient."""
        jacobian = grad(self.field, self.parameter)
        return Equal(jacobian, transpose(jacobian), self.given)


def _set(proposition: Proposition, **fields: object) -> None:
    """Set the fields of a frozen proposition that is being made."""
    for name, value in fields.items():
        object.__setattr__(proposition, name, value)


def _is_axis(variable: Variable) -> bool:
    """Whether a proposition is read at all values of a free variable."""
    return variable.sort in FINITE or isinstance(variable.sort, Collective)


def _derivatives(term: Term) -> int:
    inside = [_derivatives(x.body if isinstance(x, Scope) else x) for x in parts(term)]
    match term:
        case Gradient():
            return 1 + max(inside)
        case Apply(symbol, _) if symbol == OUTER:
            return 1 + max(inside)
        case Apply(symbol, _) if symbol == COVARIANCE_MATRIX:
            return 2
    return max(inside, default=0)


__all__ = ["AtMost", "Comparison", "Equal", "IsGradient", "Proposition", "Relation"]
