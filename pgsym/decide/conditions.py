"""The conditions under which a statement is defined: its divisors, logarithms and events must not vanish.

A divisor is of one of three kinds.  Its form shows that it never vanishes.  Or the zeros among the entries of its
tables tell where it does; then both sides are compared at each pattern of zeros.  Or neither, such as r − 1; then the
decision holds where it is not zero, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from itertools import combinations

from pgsym.decide.subjects import Subject
from pgsym.decide.verdicts import Condition
from pgsym.errors import UndefinedValue
from pgsym.terms.builtins import ABS, LOG, POWER
from pgsym.terms.nodes import (
    Apply,
    Law,
    Multiply,
    Power,
    Quotient,
    Symbol,
    Term,
)
from pgsym.terms.places import places
from pgsym.terms.rational import same_rational_function
from pgsym.terms.sign import Zeros
from pgsym.terms.signs import Signs
from pgsym.terms.sorts import INDEX, REAL
from pgsym.terms.structure import distinct, divided_by, free, fresh, product


def conditions(subject: Subject) -> tuple[Condition, ...]:
    """The conditions that a decision on some terms assumes, because no form shows them: c − d ≠ 0, or c > 0.

    The bodies of definitions and the laws of draws are read, too.  Raises UndefinedValue for the logarithm of a term
    that is positive at no instance.

    >>> from pgsym.decide.subjects import About
    >>> from pgsym.terms import REAL, Variable, log
    >>> x = Variable("x", REAL)
    >>> [str(c) for c in conditions(About((1 / (x - 1), log(x) / x)))]
    ['x − 1 ≠ 0', 'x > 0']
    """
    requirements = _Requirements(Signs.under(subject.relevant))
    definitions = requirements.signs.definitions
    used = sorted(subject.vocabulary & definitions.keys(), key=lambda s: (s.name, len(s.arguments), str(s)))
    bodies = [definitions[s].equation[1] for s in used if not _takes_numbers(s)]
    found = dict.fromkeys(r for term in (*subject.terms, *bodies) for r in requirements.of(term))
    positive = dict.fromkeys(r.term for r in found if r.is_positive)
    for term, other in combinations(positive, 2):
        if same_rational_function(term, -other):
            raise UndefinedValue(f"log({term}) and log({other}) exist nowhere together: one of the two is not positive")
    return tuple(dict.fromkeys(r.condition for r in found if not r.follows_from(positive.keys())))


@dataclass(frozen=True)
class Requirement:
    """A term must be positive, or only not be zero."""

    term: Term
    is_positive: bool

    @property
    def condition(self) -> Condition:
        """The requirement in the form in which it is printed."""
        return Condition.positive(self.term) if self.is_positive else Condition.not_zero(self.term)

    def follows_from(self, positive: Set[Term]) -> bool:
        """Whether it holds wherever some terms are positive."""
        if not self.is_positive:
            return self.term in positive
        return isinstance(self.term, Multiply) and set(self.term.operands) <= positive


@dataclass(frozen=True)
class _Requirements:
    """Collects the requirements of terms that neither a form nor a pattern of zeros shows."""

    signs: Signs
    known: dict[Term, tuple[Requirement, ...]] = field(default_factory=dict)

    def of(self, term: Term) -> tuple[Requirement, ...]:
        """The requirements of a term and all its parts, bound variables under their own names."""
        if term not in self.known:
            self.known[term] = tuple(dict.fromkeys(self._read(term)))
        return self.known[term]

    def _with(self, signs: Signs) -> _Requirements:
        """The same for terms that mention the indices of a place."""
        return self if signs is self.signs else _Requirements(signs)

    def _read(self, term: Term) -> Iterator[Requirement]:
        if not any(self._concerns(t) for t in distinct(term)):  # otherwise no scope has to be opened
            return
        for place in places(term):
            yield from self._at(self.signs.within(place.opened), place.term)

    def _concerns(self, term: Term) -> bool:
        """Whether a sub-term, with loose bound indices, may require something."""
        match term:
            case Apply(symbol, (argument,)) if symbol == LOG:
                sign = self.signs.of(argument)
                return not sign.at_least_zero or sign.zeros is Zeros.ANYWHERE
            case Apply(symbol, _) | Law(symbol, _):
                return symbol in self.signs.definitions and _takes_numbers(symbol)
        return any(self.signs.of(x).zeros is Zeros.ANYWHERE for x in divided_by(term))

    def _at(self, signs: Signs, term: Term) -> Iterator[Requirement]:
        """The requirements of one sub-term itself, without its parts."""
        match term:
            case Apply(symbol, (argument,)) if symbol == LOG:
                yield from _positive(signs, argument)
            case Apply(symbol, arguments) if symbol in signs.definitions and _takes_numbers(symbol):
                yield from self._with(signs).of(signs.definitions[symbol].unfold(arguments))
            case Law(symbol, given) if symbol in signs.definitions and _takes_numbers(symbol):
                outcome = fresh(signs.definitions[symbol].variables[0][0], symbol.arguments[0], free(term))
                yield from self._with(signs).of(signs.definitions[symbol].unfold((outcome, *given)))
            case _:
                for divisor in divided_by(term):
                    yield from _not_zero(signs, divisor)


def _takes_numbers(symbol: Symbol) -> bool:
    """Whether a definition's body depends on numbers, so that it is read again for the arguments of each place."""
    return REAL in symbol.arguments or INDEX in symbol.arguments


def _not_zero(signs: Signs, term: Term) -> Iterator[Requirement]:
    """The factors of a divisor that may vanish where no pattern of zeros tells."""
    for factor, _ in _factors(term):
        if signs.of(factor).zeros is Zeros.ANYWHERE:
            yield Requirement(factor, is_positive=False)


def _positive(signs: Signs, term: Term) -> Iterator[Requirement]:
    """The requirements of a logarithm's argument: its factors of unknown sign must have a positive product."""
    sign = signs.of(term)
    if sign.at_most_zero:
        raise UndefinedValue(f"log({term}) exists nowhere: {term} is not positive at any instance")
    unknown: list[Term] = []
    for factor, exponent in _factors(term):
        known = signs.of(factor)
        if exponent % 2 and not known.at_least_zero:
            unknown.append(factor)
        elif known.zeros is Zeros.ANYWHERE:
            yield Requirement(factor, is_positive=known.at_least_zero)
    if unknown and not sign.at_least_zero:
        yield Requirement(product(*unknown), is_positive=True)
    elif sign.zeros is Zeros.ANYWHERE:
        yield from (Requirement(x, is_positive=False) for x in unknown if signs.of(x).zeros is Zeros.ANYWHERE)


def _factors(term: Term, exponent: int = 1) -> Iterator[tuple[Term, int]]:
    """The factors of a term with their exponents, through products, fractions, powers and, where even, |·|."""
    match term:
        case Multiply(xs):
            for x in xs:
                yield from _factors(x, exponent)
        case Quotient(x, y):
            yield from _factors(x, exponent)
            yield from _factors(y, -exponent)
        case Power(x, n):
            yield from _factors(x, n * exponent)
        case Apply(symbol, (x, _)) if symbol == POWER and exponent % 2 == 0:
            yield from _factors(x, exponent)
        case Apply(symbol, (x,)) if symbol == ABS:
            yield from ((y, 2 * n) for y, n in _factors(x, exponent))
        case _:
            yield term, exponent
