"""The kinds of term: immutable trees with one binding form, whose equality is equality up to bound names.

    term  ::=  Number(value) | Variable(name, sort) | Bound(index)
            |  Apply(symbol, arguments)
            |  Add(operands) | Multiply(operands) | Quotient(numerator, denominator) | Power(base, exponent)
            |  Gradient(parameter, body)
            |  Sum(over, scope) | Product(over, scope) | Expectation(over, scope)
            |  Closed(written, drawn)
    over  ::=  All(sort) | Range(first, last) | Law(symbol, given) | Conditional(law, scope)
    scope ::=  Scope(hint, sort, body)

A variable bound by a `Scope` is stored as a de Bruijn index, so the generated `==` and `hash` never see a bound
name; the name survives only as a printing hint.  Nothing is simplified or reordered on construction: a term
stays as it was written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Self, TypeAlias, TypeVar

from pgsym import hooks
from pgsym.errors import SortError, TooLarge
from pgsym.terms.depth import not_too_deep
from pgsym.terms.sorts import INDEX, PARAMETER, REAL, Sort

if TYPE_CHECKING:
    import sympy

Liftable: TypeAlias = "Term | int | Fraction"


C = TypeVar("C", bound=type)


def hashed_once(kind: C) -> C:
    """A frozen dataclass whose instances compute their hash once: terms are deep, and keys of many tables."""
    compute = kind.__hash__

    def remembered(self: object) -> int:
        known: int | None = self.__dict__.get("_hash")
        if known is None:
            known = self.__dict__["_hash"] = compute(self)  # type: ignore[call-arg]
        return known

    kind.__hash__ = remembered  # type: ignore[assignment]
    return kind


@dataclass(frozen=True)
class Term:
    """What can be written on the board."""

    def __add__(self, other: Liftable) -> Term:
        return Add(_not_too_many((*summands(self), *summands(lift(other)))))

    def __radd__(self, other: Liftable) -> Term:
        return lift(other) + self

    def __sub__(self, other: Liftable) -> Term:
        return self + -lift(other)

    def __rsub__(self, other: Liftable) -> Term:
        return lift(other) + -self

    def __neg__(self) -> Term:
        return Number(-self.value) if isinstance(self, Number) else Multiply((Number(Fraction(-1)), *factors(self)))

    def __mul__(self, other: Liftable) -> Term:
        return Multiply(_not_too_many((*factors(self), *factors(lift(other)))))

    def __rmul__(self, other: Liftable) -> Term:
        return lift(other) * self

    def __truediv__(self, other: Liftable) -> Term:
        return Quotient(self, lift(other))

    def __rtruediv__(self, other: Liftable) -> Term:
        return Quotient(lift(other), self)

    def __pow__(self, exponent: Term | int) -> Term:
        return Power(self, exponent) if isinstance(exponent, int) else POWER(self, exponent)

    def __str__(self) -> str:
        return hooks.text(self)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {hooks.latex(self)}$"

    def _sympy_(self) -> sympy.Expr:
        found: sympy.Expr = hooks.to_sympy(self)
        return found


@hashed_once
@dataclass(frozen=True)
class Number(Term):
    """An exact rational number, given as a Fraction or an int; raises SortError for anything else."""

    value: Fraction

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", exact(self.value))


@hashed_once
@dataclass(frozen=True)
class Variable(Term):
    """A free variable; raises SortError for what is no name or no sort."""

    name: str
    sort: Sort = REAL

    def __post_init__(self) -> None:
        check_name(self.name, self.sort)


@dataclass(frozen=True)
class Bound(Term):
    """The variable of the `index`-th enclosing scope, counted from the inside and from 0."""

    index: int

    def __post_init__(self) -> None:
        if type(self.index) is not int or self.index < 0:
            raise SortError(f"{self.index!r:.60} is no number of a scope: these count from 0, from the inside")


@hashed_once
@dataclass(frozen=True)
class Symbol:
    """A name of the signature, such as π, r, D, y or log.

    `outcomes` > 0 makes it a probability mass over its first arguments, given the others.  Arguments of sort
    parameter and index print as subscripts, those of a collective sort not at all.

    >>> from pgsym.terms import ACTION, PARAMETER, STATE, Symbol, Variable
    >>> pi = Symbol("π", (ACTION, STATE, PARAMETER), outcomes=1)
    >>> print(pi(Variable("a", ACTION), Variable("s", STATE), Variable("θ", PARAMETER)))
    π_θ(a | s)

    Raises SortError for what is no name, no sorts or no number of outcomes.
    """

    name: str
    arguments: tuple[Sort, ...]
    result: Sort = REAL
    outcomes: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.arguments, tuple):
            raise SortError(f"{self.name} takes a tuple of sorts, such as (STATE, ACTION), not {self.arguments!r:.60}")
        check_name(self.name, *self.arguments, self.result)
        if type(self.outcomes) is not int or not 0 <= self.outcomes <= len(self.arguments):
            raise SortError(f"{self.name} has {len(self.arguments)} arguments, and no {self.outcomes!r:.60} outcomes")
        if self.outcomes and self.result != REAL:
            raise SortError(f"{self.name} has outcomes, so it is a probability and no {self.result}")

    def __call__(self, *arguments: Liftable) -> Apply:
        """The symbol applied; raises SortError unless the arguments have the declared sorts."""
        lifted = tuple(map(lift, arguments))
        self._check(lifted, self.arguments)
        return Apply(self, lifted)

    def law(self, *given: Liftable) -> Law:
        """The distribution of the outcome given the remaining arguments, e.g. π(· | s; θ)."""
        if self.outcomes != 1:
            raise SortError(f"{self.name} is not the law of one outcome")
        lifted = tuple(map(lift, given))
        self._check(lifted, self.arguments[1:])
        return Law(self, lifted)

    def _check(self, arguments: tuple[Term, ...], sorts: tuple[Sort, ...]) -> None:
        if len(arguments) != len(sorts):
            raise SortError(f"{self.name} takes {len(sorts)} arguments here, got {len(arguments)}")
        for argument, sort in zip(arguments, sorts, strict=True):
            if (actual := not_too_deep(hooks.sort_of)(argument)) != sort and not (
                isinstance(argument, Number) and sort == INDEX
            ):
                raise SortError(f"{self.name} wants an argument of sort {sort}, got {argument} of sort {actual}")


@hashed_once
@dataclass(frozen=True)
class Apply(Term):
    """An applied symbol of the signature."""

    symbol: Symbol
    arguments: tuple[Term, ...]


@hashed_once
@dataclass(frozen=True)
class Add(Term):
    """A sum of operands, in their written order."""

    operands: tuple[Term, ...]


@hashed_once
@dataclass(frozen=True)
class Multiply(Term):
    """A product of operands, in their written order."""

    operands: tuple[Term, ...]


@hashed_once
@dataclass(frozen=True)
class Quotient(Term):
    """A fraction, held until a rule releases it."""

    numerator: Term
    denominator: Term


@hashed_once
@dataclass(frozen=True)
class Power(Term):
    """An integer power."""

    base: Term
    exponent: int


@hashed_once
@dataclass(frozen=True)
class Gradient(Term):
    """∇ with respect to a parameter; a vector, read along one direction."""

    parameter: Variable
    body: Term

    def __post_init__(self) -> None:
        if self.parameter.sort != PARAMETER:
            raise SortError(f"∇ is taken with respect to a parameter, not {self.parameter.name}")


@hashed_once
@dataclass(frozen=True)
class Scope:
    """A body with one hole; `hint` names the hole in print and is not part of equality."""

    hint: str = field(compare=False)
    sort: Sort
    body: Term


@dataclass(frozen=True)
class All(Term):
    """Every value of a sort: what a sum over states or actions runs over."""

    sort: Sort


@hashed_once
@dataclass(frozen=True)
class Range(Term):
    """The indices first, …, last, both included; empty when last < first."""

    first: Term
    last: Term


@hashed_once
@dataclass(frozen=True)
class Law(Term):
    """The distribution of the first argument of `symbol` given the others."""

    symbol: Symbol
    given: tuple[Term, ...]

    def mass(self, outcome: Term) -> Apply:
        """The probability of one outcome."""
        return Apply(self.symbol, (outcome, *self.given))


@hashed_once
@dataclass(frozen=True)
class Conditional(Term):
    """A law conditioned on an event: a scope over the outcome whose body is 0 or 1."""

    law: Term
    scope: Scope


@hashed_once
@dataclass(frozen=True)
class Binder(Term):
    """One form for all that binds: `over` stands outside the scope."""

    over: Term
    scope: Scope

    def replace(self, over: Term, scope: Scope) -> Self:
        """The same binder over something else."""
        return replace(self, over=over, scope=scope)


class Sum(Binder):
    """The sum of the body over `over`."""


class Product(Binder):
    """The product of the body over `over`."""


class Expectation(Binder):
    """The expectation of the body under the law `over`: over its support only."""


@dataclass(frozen=True)
class Closed(Term):
    """A closed form that stands for no table: an integral, a limit, a series, or a number computed in Python.

    `written` is what the terminal shows and `drawn` its LaTeX; `compute` gives the SymPy expression, exactly, when it
    is asked for.
    """

    written: str
    drawn: str
    compute: Callable[[], sympy.Expr | Fraction | int] = field(compare=False)

    def __post_init__(self) -> None:
        if not (isinstance(self.written, str) and isinstance(self.drawn, str) and callable(self.compute)):
            raise SortError("a closed form is its text, its LaTeX and a function that computes it")


def _not_too_many(operands: tuple[Term, ...]) -> tuple[Term, ...]:
    """Operands of a sum or product; raises TooLarge for more than can be read."""
    if len(operands) > MOST_OPERANDS:
        raise TooLarge(f"a sum or product of more than {MOST_OPERANDS:,} parts: write it as a power, or with sum_over")
    return operands


def lift(value: Liftable) -> Term:
    """A Python number as a term; a term as it is.  Raises SortError for anything else."""
    return value if isinstance(value, Term) else Number(exact(value))


def exact(value: object) -> Fraction:
    """A number as a Fraction; raises SortError for what is no int and no Fraction."""
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise SortError(f"{value!r:.60} is not a term; numbers are given as int or Fraction")
    number = Fraction(value)
    if max(number.numerator.bit_length(), number.denominator.bit_length()) > MOST_BITS_WRITTEN:
        raise SortError("a number of more than 4,000 digits cannot be written out: write it as a power")
    return number


MOST_BITS_WRITTEN = 13_287
"""Of a number of 4,000 digits; Python itself writes no more than 4,300."""

LONGEST_NAME = 200
MOST_OPERANDS = 100_000


def check_name(name: object, *sorts: object) -> None:
    """Raise SortError for what cannot be printed as a name, or is no sort."""
    if not isinstance(name, str) or not name.isprintable() or len(name) > LONGEST_NAME:
        raise SortError(f"{name!r:.60} is no name: give up to {LONGEST_NAME} characters that can be printed")
    for sort in sorts:
        if not isinstance(sort, Sort):
            raise SortError(f"{sort!r:.60} is no sort; sorts are REAL, STATE, ACTION, … of pgsym.terms")


def summands(term: Term) -> tuple[Term, ...]:
    """The operands of a sum, sums within sums spliced; a term that is no sum is its only summand."""
    return tuple(x for t in term.operands for x in summands(t)) if isinstance(term, Add) else (term,)


def factors(term: Term) -> tuple[Term, ...]:
    """The operands of a product, products within products spliced."""
    return tuple(x for t in term.operands for x in factors(t)) if isinstance(term, Multiply) else (term,)


POWER = Symbol("^", (REAL, INDEX))
"""What `**` writes where the exponent is a term, as in γ^(t − 1); where it is a number it writes a Power."""
