"""Signs: what the form of a term shows of its value at every instance, such as that it is never negative.

This is the one analysis of signs.  Deciding asks what the given hypotheses show (`Signs`).  Rules ask under which
hypotheses a term is positive (`pgsym.terms.assumed`), and fields ask what may vanish while θ moves
(`pgsym.terms.along_theta`): both are the same analysis with other signs of the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, reduce
from types import MappingProxyType
from typing import ClassVar, Self

from pgsym.errors import ContradictoryHypotheses
from pgsym.terms.builtins import ABS, BUILT_IN, EXP, INDICATORS, MAXIMUM, MINIMUM, POWER, VARIANCE
from pgsym.terms.cancelling import Cancelling
from pgsym.terms.consistency import consistent
from pgsym.terms.differences import Differences, condition_of_count, negated
from pgsym.terms.hypotheses import (
    AtLeastTwo,
    Counted,
    Definition,
    Hypothesis,
    Positive,
    Rounds,
    Signed,
)
from pgsym.terms.nodes import (
    Add,
    All,
    Apply,
    Binder,
    Bound,
    Closed,
    Conditional,
    Expectation,
    Gradient,
    Law,
    Multiply,
    Number,
    Power,
    Product,
    Quotient,
    Range,
    Scope,
    Symbol,
    Term,
    Variable,
    factors,
    summands,
)
from pgsym.terms.places import Opened
from pgsym.terms.sign import (
    AN_ENTRY,
    ANYTHING,
    NEGATIVE,
    NON_NEGATIVE,
    POSITIVE,
    ZERO,
    Environment,
    Needs,
    Sign,
    Zeros,
)
from pgsym.terms.sorts import INDEX
from pgsym.terms.structure import parts


def is_non_negative(term: Term, given: Iterable[Hypothesis] = ()) -> bool:
    """Whether a term's form shows that it is at least 0 wherever it is defined.

    Of a gradient, this is said of every coordinate.  Known are squares, probabilities, indicators, absolute values,
    exponentials, everything to which a hypothesis gives a sign, sums, products, fractions, extremes, expectations and
    variances of those, 1 − p and −log p of a probability p, |A| − 1, |x| ± x, Σ|x| − |Σx|, and x − 1 − log x.  A
    variance counts only if its laws sum to one: a law that is defined by a term need not.

    >>> from pgsym.problems import one_step
    >>> m = one_step()
    >>> is_non_negative(m.expectation(m.reward**2)), is_non_negative(m.objective)
    (True, False)
    """
    return Signs.under(given).of(term).at_least_zero


@dataclass(frozen=True)
class Signs:
    """Reads the signs of terms under some hypotheses.

    >>> from pgsym.problems import one_step
    >>> m = one_step()
    >>> Signs.under().of(m.policy).zeros, Signs.under(m.hypotheses).of(m.policy - 1).at_most_zero
    (<Zeros.BY_PATTERN: 1>, True)
    """

    signed: Mapping[Symbol | Variable, Sign] = field(default_factory=dict)
    definitions: Mapping[Symbol, Definition] = field(default_factory=dict)
    counted: tuple[Hypothesis, ...] = ()
    known: dict[tuple[Term, Environment], Sign] = field(default_factory=dict, compare=False, repr=False)
    fixes_all: ClassVar[bool] = False
    """Whether log, exp, max, ∇ and the like of fixed values are fixed, too; if not, only |x| and powers are."""

    @classmethod
    def under(cls, given: Iterable[Hypothesis] = ()) -> Signs:
        """The signs under some hypotheses; raises ContradictoryHypotheses if these cannot hold at once."""
        return _under(consistent(given))

    def within(self, opened: Iterable[Opened]) -> Self:
        """The signs at a place: an index that runs over a range need not count from 1.

        What is assumed of a length of the same name is not said of it.
        """
        found = self
        for variable, over in opened:
            if isinstance(over, Range):
                own = found._bound(over, ())
                counted = tuple(h for h in found.counted if not isinstance(h, Rounds) or h.length != variable)
                if (own, counted) != (found.of(variable), found.counted):
                    signed = {**found.signed, variable: own}
                    found = replace(found, signed=signed, counted=counted, known={})
        return found

    def of(self, term: Term, environment: Environment = ()) -> Sign:
        """The sign of a term; of a law or a range, the sign of the weight that it gives to each value."""
        key = (term, environment)
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self._read(term, environment)
        return found

    def direction(
        self,
        term: Term,
        held: Mapping[Variable, Term] = MappingProxyType({}),
        at_instance: Callable[[Term], int | None] = lambda term: None,
    ) -> int | None:
        """1, −1 or 0: the sign that a term has once nothing cancels any more, or None if it is unknown.

        Parameters that are `held` at another one are that one.  `at_instance` may know the signs of polynomials whose
        form shows none.
        """

        def known(polynomial: Term) -> int | None:
            found = self.of(polynomial).direction
            return at_instance(polynomial) if found is None else found

        return Cancelling(self.definitions, held, known).direction(term)

    def zeros_rest_on(self, terms: Iterable[Term]) -> frozenset[Symbol | Variable]:
        """The symbols and variables whose zeros may decide where some terms are zero, through definitions.

        Exponentials never vanish, and neither does anything that a hypothesis says to be positive.
        """
        waiting: list[Term | Scope] = list(terms)
        found = set[Symbol | Variable]()
        while waiting:
            match waiting.pop():
                case Scope(_, _, body):
                    waiting.append(body)
                case Apply(symbol, _) if symbol == EXP:
                    continue
                case Apply(symbol, _) | Law(symbol, _) as term:
                    if symbol in self.definitions and symbol not in found:
                        waiting.append(self.definitions[symbol].body)
                    found.add(symbol)
                    waiting += parts(term)
                case term:
                    found |= {term} if isinstance(term, Variable) else set()
                    waiting += parts(term)
        return frozenset(x for x in found if not self.signed.get(x, ANYTHING).is_positive)

    # what is known of symbols --------------------------------------------------------------------------------
    def entry(self, symbol: Symbol | Variable) -> Sign:
        """The sign of a table's entries, or of a variable."""
        if symbol in self.signed:
            return self.signed[symbol]
        if isinstance(symbol, Variable):
            return POSITIVE.made_of() if symbol.sort == INDEX else AN_ENTRY
        return NON_NEGATIVE if symbol.outcomes else AN_ENTRY

    def weight(self, law: Law, environment: Environment) -> Sign:
        """The sign of the probabilities of a law."""
        if law.symbol not in self.definitions:
            return self.entry(law.symbol)
        definition = self.definitions[law.symbol]
        outcome = (*self._arguments(law.given, environment), AN_ENTRY.made_of())
        return self.of(definition.body, outcome).needing(definition)

    def sums_to_one(self, over: Term) -> bool:
        """Whether a binder averages: its weights sum to one."""
        return isinstance(over, Conditional) or (isinstance(over, Law) and over.symbol not in self.definitions)

    def needs_for(self, count: Hypothesis) -> Needs | None:
        """The hypotheses that give |A| ≥ 2, or T ≥ n; None if there are none."""
        for h in self.counted:
            match count, h:
                case AtLeastTwo(sort), Counted(other) if sort == other and not h.allows(1):
                    return frozenset({h})
                case Rounds(length, least), Rounds(other, at_least) if length == other and at_least >= least:
                    return frozenset({h})
        return None

    # terms ---------------------------------------------------------------------------------------------------
    def _read(self, term: Term, environment: Environment) -> Sign:
        match term:
            case Number(value):
                return (ZERO if value == 0 else POSITIVE if value > 0 else NEGATIVE).made_of()
            case Variable():
                return self.entry(term)
            case Bound(index):
                return environment[index] if index < len(environment) else AN_ENTRY
            case Apply(symbol, arguments) if symbol in self.definitions:
                return self._defined(self.definitions[symbol], arguments, environment)
            case Apply(symbol, arguments):
                return self._applied(symbol, arguments, environment) if symbol in BUILT_IN else self.entry(symbol)
            case Power(base, exponent):
                return self.of(base, environment).raised(exponent)
            case Quotient(numerator, denominator):
                below = replace(self.of(denominator, environment), zeros=Zeros.NEVER)
                return self.of(numerator, environment).times(below)
            case Multiply():
                return self._product(factors(term), environment)
            case Add():
                return self._sum(summands(term), environment)
            case Binder(over, bound):
                return self._binder(term, over, bound, environment)
            case All() | Range():
                return POSITIVE.made_of()
            case Law():
                return self.weight(term, environment)
            case Conditional(law, bound):
                event = self.of(bound.body, (AN_ENTRY.made_of(), *environment))
                weight = self.of(law, environment).times(event)
                return weight.negative if weight.at_most_zero else weight  # a share of the sum, which has that sign
            case Gradient(_, body):
                return ANYTHING.made_of(self.of(body, environment)) if self.fixes_all else ANYTHING
            case Closed():
                return ANYTHING.made_of() if self.fixes_all else ANYTHING
        return ANYTHING

    def _defined(self, definition: Definition, arguments: tuple[Term, ...], environment: Environment) -> Sign:
        return self.of(definition.body, self._arguments(arguments, environment)).needing(definition)

    def _arguments(self, arguments: tuple[Term, ...], environment: Environment) -> Environment:
        """The environment of a definition's body: the signs of the numbers among its arguments."""
        return tuple(self.of(x, environment) for x in reversed(arguments))

    def _applied(self, symbol: Symbol, arguments: tuple[Term, ...], environment: Environment) -> Sign:
        """The sign of a built-in function."""
        if symbol in INDICATORS.values():
            return NON_NEGATIVE.made_of()
        if symbol == EXP and not self.fixes_all:
            return POSITIVE
        values = [self.of(x, environment) for x in arguments]
        sign = ANYTHING
        if symbol == ABS:
            return values[0].absolute
        if symbol == POWER:  # the exponent is an index, which counts from 0
            return Sign(values[0].at_least_zero, False, values[0].zeros).made_of(values[0])
        if symbol == EXP:
            sign = POSITIVE
        elif symbol == VARIANCE:
            sign = Sign(self._are_laws(arguments[0]))
        elif symbol == MAXIMUM:
            sign = values[0].larger(values[1])
        elif symbol == MINIMUM:
            sign = values[0].smaller(values[1])
        return sign.made_of(*values) if self.fixes_all else sign

    def _are_laws(self, chain: Term) -> bool:
        """Whether the draws of a variance are from laws: weights that are not negative and sum to one."""
        match chain:
            case Expectation(Law(), bound):
                return self.sums_to_one(chain.over) and self._are_laws(bound.body)
            case Expectation(Conditional() as over, bound):
                return self.of(over).at_least_zero and self._are_laws(bound.body)
        return True

    # binders -------------------------------------------------------------------------------------------------
    def _binder(self, term: Binder, over: Term, bound: Scope, environment: Environment) -> Sign:
        weights, body = self.of(over, environment), self.of(bound.body, (self._bound(over, environment), *environment))
        if isinstance(term, Product):
            return Sign(body.at_least_zero, False, body.zeros).made_of(weights, body)
        each = weights.times(body)
        if each.direction is None:
            return ANYTHING.made_of(weights, body)
        if isinstance(over, Range) and not self._is_never_empty(over):
            return replace(each, zeros=max(each.zeros, Zeros.BY_PATTERN))
        return replace(each, zeros=body.zeros) if self.sums_to_one(over) and body.zeros is Zeros.NEVER else each

    def _bound(self, over: Term, environment: Environment) -> Sign:
        """The sign of an index that runs over a range; a state, an action or a batch has no sign."""
        if isinstance(over, Range):
            first = self.of(over.first, environment)
            if first.at_least_zero:
                return (POSITIVE if first.is_positive else NON_NEGATIVE).made_of().needing(*first.needs)
        return AN_ENTRY.made_of()

    def _is_never_empty(self, over: Range) -> bool:
        """Whether a range surely has a member: lengths count from 1, but an index may run from 0."""
        match over:
            case Range(Number(first), Variable() as last):
                return first <= 1 and self.of(last).is_positive
            case Range(Number(first), Number(last)):
                return first <= last
        return False

    # products and sums ---------------------------------------------------------------------------------------
    def _product(self, operands: tuple[Term, ...], environment: Environment) -> Sign:
        """The sign of a product: equal factors make a square, and −log p is not negative for a probability p."""
        whole = reduce(Sign.times, (self.of(x, environment) for x in operands))
        if whole.direction is not None:
            return whole
        left: list[Term] = []
        for x in operands:
            if self.of(x, environment).at_least_zero:
                continue
            if x in left:
                left.remove(x)
            else:
                left.append(x)
        match left:
            case []:
                return replace(whole, at_least_zero=True)
            case [x] if self.of(x, environment).at_most_zero:
                return replace(whole, at_most_zero=True)  # such as −x²
            case [x, y]:
                return replace(whole, at_least_zero=self._differences(environment).is_minus_log(x, y))
        return whole

    def _sum(self, operands: tuple[Term, ...], environment: Environment) -> Sign:
        values = [self.of(x, environment) for x in operands]
        whole = reduce(Sign.plus, values)
        if whole.direction is not None:
            return whole
        count = condition_of_count(operands)
        if count is not None and (needs := self.needs_for(count)) is not None:
            return POSITIVE.made_of(*values).needing(*needs)
        found = self._differences(environment)
        zeros = Zeros.BY_PATTERN if found.is_one_minus_an_entry(operands) else Zeros.ANYWHERE
        up, down = (found.is_non_negative_sum(xs) for xs in (operands, tuple(map(negated, operands))))
        return Sign(up, down, zeros).made_of(*values)

    def _differences(self, environment: Environment) -> Differences:
        return Differences(self.definitions.keys(), lambda term: self.of(term, environment).at_least_zero)


@lru_cache(maxsize=2**5)
def _under(given: tuple[Hypothesis, ...]) -> Signs:
    """The signs under hypotheses that are consistent otherwise; raises ContradictoryHypotheses for signs that clash."""
    definitions = {h.symbol: h for h in given if isinstance(h, Definition)}
    signed: dict[Symbol | Variable, Sign] = {}
    for h in given:
        if isinstance(h, Signed) and not signed.get(h.symbol, ANYTHING).is_positive:
            signed[h.symbol] = (POSITIVE if isinstance(h, Positive) else NON_NEGATIVE).needing(h)
    signs = Signs(signed, definitions, tuple(h for h in given if isinstance(h, Counted | Rounds)))
    for symbol in definitions.keys() & signed.keys():
        said, definition = signed[symbol], definitions[symbol]
        sign = signs.of(definition.body)
        if (sign.at_most_zero and Zeros.NEVER in (said.zeros, sign.zeros)) or (
            said.is_positive and signs.direction(definition.body) in (0, -1)
        ):
            asked = "positive" if said.is_positive else "at least 0"
            raise ContradictoryHypotheses(f"{definition} is never {asked}, as a hypothesis says: drop one of the two")
    return signs
