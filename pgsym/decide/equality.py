"""Deciding an identity: random points of prime fields stand for every instance of a size (Schwartz 1980, Zippel 1979).

A term reads, at a size, as a quotient of integer polynomials in the free entries of its tables.  If the two sides
differ as such, they agree at one random point modulo one random prime with probability at most

    q  =  (degree + collisions) / 2^30  +  bits / (30 · number of primes in the pool),

the second summand for primes that divide every coefficient of the difference.  k independent points, each with a
prime of its own, give q^k.  `log` and `exp` of a value are independent random elements per value, the same for the
same value, and `log` for it and its negative; collisions counts pairs of values that could coincide by chance, or
be each other's negative.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import ceil, log2, prod

import numpy as np

from pgsym.decide.agreement.coverage import Coverage
from pgsym.decide.agreement.degree_bounds import DegreeBound
from pgsym.decide.agreement.zero_patterns import MOST_STRATA, Strata, are_few, strata
from pgsym.decide.balls import Tested
from pgsym.decide.conditions import conditions
from pgsym.decide.cost import check_reach, searchable
from pgsym.decide.default_sizes import default_sizes
from pgsym.decide.instances.counterexamples import Counterexample
from pgsym.decide.laws import conditions_of_laws
from pgsym.decide.limits import TIME_LIMIT, Deadline, LimitReached, peak_memory
from pgsym.decide.primes import HOW_MANY, LOW, random_primes
from pgsym.decide.relevance import listed, relevant_hypotheses
from pgsym.decide.renaming import with_symbols_apart
from pgsym.decide.search.search import BUDGET, TIME_TO_SEARCH, Holds, Progress, Search, search, tested
from pgsym.decide.second_reading import read_again
from pgsym.decide.sizes import Size, decision_sizes, size_names, small_sizes, vocabulary
from pgsym.decide.statements import Statement
from pgsym.decide.verdicts import Evidence, Rung, Verdict
from pgsym.errors import OutsideNumberSystem, SortError, TooLarge, UnboundVariable, UndefinedValue
from pgsym.meaning.contraction.factors import check_memory
from pgsym.meaning.evaluator import evaluate_with_poles
from pgsym.meaning.generic import GenericInstance
from pgsym.meaning.places import open_axes
from pgsym.terms.builtins import ABS, EXP, LOG, MAXIMUM, MINIMUM
from pgsym.terms.depth import not_too_deep
from pgsym.terms.fingerprint import own_seed
from pgsym.terms.hypotheses import Before, Definition, Hypothesis
from pgsym.terms.nodes import Liftable, Symbol, Term, Variable, lift
from pgsym.terms.sorts import FINITE, LETTERS, MATRIX, Collective
from pgsym.terms.structure import check_names, free, is_visibly_zero, sort_of, symbols

LOG2_ERROR = -100
"""A false identity is accepted with a chance below 2^-100."""
MOST_SETTLED = 64
"""Up to this many strata, a size is decided rather than searched."""

DIFFER = "the sides differ at a random point"
OF_A_FIELD = f"{DIFFER} of a prime field"
FREE = {LOG: "log", EXP: "exp", ABS: "the sign in |·|", MINIMUM: "the order in min", MAXIMUM: "the order in max"}
"""What a prime field leaves open: functions that may be any there."""

Sizes = Iterable[Size | Mapping[str, int]]


@not_too_deep
def decide(
    lhs: Liftable,
    rhs: Liftable,
    given: Iterable[Hypothesis] = (),
    sizes: Sizes | None = None,
    seed: int = 0,
    budget: int = BUDGET,
    time_limit: float = TIME_LIMIT,
) -> Verdict:
    """Whether two terms are equal at every instance of some sizes that satisfies the hypotheses.

    Free states and actions are open: the sides must agree for all their values.  `sizes` are mappings such as
    {"S": 2, "A": 3, "N": 2}, by default a few small ones; a counterexample is searched among at most `budget`
    instances.  The verdict is `decided`, `refuted` with the smallest counterexample found, `tested` where logarithms
    are compared in ball arithmetic, or `undecided` with a reason and where was searched.  What follows the decision
    procedure's own answer, the search among them, ends after `time_limit` seconds.  Raises SortError or UnboundVariable
    for terms that cannot be compared, UndefinedValue where one of them exists nowhere, TooLarge where reading them
    would take too long.

    >>> from pgsym.problems import one_step
    >>> from pgsym.terms import grad
    >>> m = one_step()
    >>> verdict = decide(grad(m.objective), m.expectation(m.reward * m.score), m.hypotheses)
    >>> print(verdict.rung)
    decided
    """
    started = time.perf_counter()
    lhs, rhs, given = lift(lhs), lift(rhs), listed(given, seed)
    axes = comparable(lhs, rhs)
    names = size_names((lhs, rhs), given)
    relevant = relevant_hypotheses((lhs, rhs), given)
    one, other, assumed = with_symbols_apart(lhs, rhs, relevant)
    chosen = _sizes(default_sizes((one, other), assumed, names) if sizes is None else sizes, names)
    check_reach((lhs, rhs), relevant, names, chosen)
    where = (*conditions((lhs, rhs), relevant), *conditions_of_laws(relevant, chosen))
    try:
        evidence = _agree(lhs, rhs, relevant, chosen, axes, names, seed)
    except OutsideNumberSystem as reason:
        evidence = None
        note = str(reason)
    else:
        note = "" if evidence else DIFFER
    if evidence is not None:
        evidence = replace(evidence, conditions=(*where, *evidence.conditions))
    statement = Statement(one, other, assumed, axes)
    if evidence is not None and evidence.primes:
        if not evidence.conditions:  # elsewhere the sides may differ
            read_again(statement, names, evidence.sizes, (statement.own_seed(seed),))
        return Verdict(Rung.DECIDED, lhs, rhs, given, _timed(evidence, started))
    todo, holds = search_sizes(names, chosen), holds_at(lhs, rhs, relevant, seed)
    budget = searchable((lhs, rhs), relevant, names, budget)
    open_ = Verdict(Rung.UNDECIDED, lhs, rhs, given, Evidence("none"))
    progress = Progress()

    def searched() -> Verdict:
        found = search(statement, names, seed, todo, budget, holds, progress)
        if evidence is not None and found.found is None:
            return Verdict(Rung.TESTED, lhs, rhs, given, _timed(evidence, started))
        return _without_agreement(open_, statement, names, found, note, started, seed)

    try:
        return Deadline(time_limit).run(searched)
    except LimitReached as reason:
        if evidence is not None:  # a sample was seen to agree before the search began
            return Verdict(Rung.TESTED, lhs, rhs, given, _timed(evidence, started))
        note = _unsettled(note, vocabulary((lhs, rhs), given))
        return replace(open_, evidence=_timed(Evidence("none", note=f"{note}; {reason}: {progress}"), started))


@not_too_deep
def counterexample(
    lhs: Liftable,
    rhs: Liftable,
    given: Iterable[Hypothesis] = (),
    sizes: Iterable[Size | Mapping[str, int]] | None = None,
    seed: int = 0,
    budget: int = BUDGET,
    time_limit: float = TIME_TO_SEARCH,
) -> Counterexample | None:
    """The smallest exact instance found at which the sides differ, or None.

    The smallest sizes come first (by default from one state and one action up), at each the simplest tables; the
    instance found is then shrunk and verified, in exact arithmetic and by enumeration.  At most `budget` instances are
    looked at, for `time_limit` seconds.  Raises TooLarge where the time is up, and before it begins where reading the
    terms would take too long.

    >>> from pgsym.problems import classification
    >>> from pgsym.terms import grad
    >>> m = classification()
    >>> found = counterexample(grad(m.accuracy), -grad(m.cross_entropy), m.hypotheses)
    >>> found.shown(found.lhs), found.shown(found.rhs)
    ('(1/4, -1/4)', '(1/2, -1/2)')
    """
    lhs, rhs = lift(lhs), lift(rhs)
    given = relevant_hypotheses((lhs, rhs), listed(given, seed))
    names = size_names((lhs, rhs), given)
    chosen = small_sizes(names) if sizes is None else tuple(s if isinstance(s, Size) else Size.of(s) for s in sizes)
    check_reach((lhs, rhs), given, names, chosen)
    if not searchable((lhs, rhs), given, names, budget):
        raise TooLarge("exact values have too many bits to search among them: take smaller numbers and exponents")
    conditions_of_laws(given, decision_sizes(names) if sizes is None else chosen)
    statement = Statement(*with_symbols_apart(lhs, rhs, given), comparable(lhs, rhs))
    holds, progress = holds_at(lhs, rhs, given, seed), Progress()
    try:
        return Deadline(time_limit).run(lambda: search(statement, names, seed, chosen, budget, holds, progress)).found
    except LimitReached as reason:
        raise TooLarge(f"{reason}: {progress}; give more time, or smaller sizes") from None


def usual_sizes(lhs: Term, rhs: Term, given: Iterable[Hypothesis]) -> tuple[Size, ...]:
    """The sizes at which an identity is decided where nobody names any."""
    given = listed(given)
    names = size_names((lhs, rhs), given)
    one, other, assumed = with_symbols_apart(lhs, rhs, relevant_hypotheses((lhs, rhs), given))
    return _sizes(default_sizes((one, other), assumed, names), names)


def holds_at(lhs: Term, rhs: Term, given: tuple[Hypothesis, ...], seed: int = 0) -> Holds:
    """Whether both sides were decided to agree at every instance of a size: where there is nothing to search."""
    axes, names = comparable(lhs, rhs), size_names((lhs, rhs), given)
    one, other, assumed = with_symbols_apart(lhs, rhs, given)

    def holds(size: Size) -> bool:
        try:
            return are_few((one, other), assumed, size, MOST_SETTLED) and (
                _agree(lhs, rhs, given, (size,), axes, names, seed) is not None
            )
        except UndefinedValue:
            return True  # both sides are undefined at every instance
        except (OutsideNumberSystem, TooLarge):
            return False

    return holds


def differs_at(lhs: Term, rhs: Term, given: tuple[Hypothesis, ...], size: Size, seed: int = 0) -> bool:
    """Whether two sides differ at a random point of a size, which then has a counterexample.

    Where there are many label functions and zero patterns, a sample is looked at.
    """
    axes, names = comparable(lhs, rhs), size_names((lhs, rhs), given)
    try:
        return _agree(lhs, rhs, given, (size,), axes, names, seed, MOST_SETTLED) is None
    except (OutsideNumberSystem, SortError, TooLarge, UndefinedValue):
        return False


def _without_agreement(
    verdict: Verdict,
    statement: Statement,
    names: tuple[str, ...],
    searched: Search,
    note: str,
    started: float,
    seed: int,
) -> Verdict:
    found = searched.found
    if found is not None:
        evidence = refutation(found, searched.instances, note)
        return replace(verdict, rung=Rung.REFUTED, evidence=_timed(evidence, started), counterexample=found)
    used = vocabulary((statement.lhs, statement.rhs), statement.given)
    # a softmax bends in a way of its own: that it agrees says little of second derivatives
    note = _unsettled(note, used)
    telling = {LOG, EXP} & used and MATRIX not in map(sort_of, (statement.lhs, statement.rhs))
    outcome = tested(statement, names, seed) if telling else Tested()
    if isinstance(outcome, Counterexample):
        evidence = refutation(outcome, searched.instances + 1, note)
        return replace(verdict, rung=Rung.REFUTED, evidence=_timed(evidence, started), counterexample=outcome)
    if outcome.examples:
        evidence = Evidence(outcome.words, examples=outcome.examples, note=note)
        return replace(verdict, rung=Rung.TESTED, evidence=_timed(evidence, started))
    reason = f"no decision procedure reached an answer: {note}; {searched.outcome}"
    evidence = Evidence("none", searched.sizes, examples=searched.instances, note=reason)
    return replace(verdict, evidence=_timed(evidence, started))


def _unsettled(note: str, used: frozenset[Symbol]) -> str:
    """What a difference at a random point says where no counterexample was found."""
    if note != DIFFER:
        return note
    free = [words for symbol, words in FREE.items() if symbol in used]
    if not free:
        return f"{OF_A_FIELD}: they are not the same rational function, but no instance that shows it was found"
    return f"{OF_A_FIELD}, where {' and '.join(free)} may be anything, which by itself refutes nothing"


def refutation(found: Counterexample, instances: int, note: str = "") -> Evidence:
    """The evidence that a counterexample is, found among some instances."""
    method = "exact rational instance" if found.is_rational else "exact instance, compared in ball arithmetic"
    notes = "; ".join(x for x in (note, found.confirmation) if x)
    return Evidence(method, (found.size,), examples=instances, note=notes)


def comparable(lhs: Term, rhs: Term) -> tuple[Variable, ...]:
    """The free states, actions and batches of an identity, by name; raises if the sides cannot be compared."""
    left, right = sort_of(lhs), sort_of(rhs)
    if left != right and not (is_visibly_zero(lhs) or is_visibly_zero(rhs)):
        raise SortError(f"a {left} is compared with a {right}: {lhs} and {rhs}")
    if left in FINITE or right in FINITE:
        raise SortError("an identity is between numbers or gradients; compare states or actions by an indicator")
    sides = [frozenset(v for v in free(t) if v.sort in FINITE or isinstance(v.sort, Collective)) for t in (lhs, rhs)]
    for one, other, term in ((0, 1, rhs), (1, 0, lhs)):
        stray = sides[one] - sides[other]
        if stray and symbols(term):  # a mere number speaks of nothing
            v = min(stray, key=lambda v: v.name)
            where = "left" if one == 0 else "right"
            raise UnboundVariable(f"{v.name} ({v.sort}) is free on the {where} side only: nothing binds it there")
    check_names(free(lhs) | free(rhs))
    return tuple(sorted(sides[0] | sides[1], key=lambda v: v.name))


def search_sizes(names: tuple[str, ...], chosen: tuple[Size, ...]) -> tuple[Size, ...]:
    """Where a counterexample is looked for: the usual small sizes that say enough, then those asked for."""
    says_enough = set(names) <= {*LETTERS, "T", "N"} or not {"N", "T"}.isdisjoint(names)
    return (*(small_sizes(names) if says_enough else ()), *chosen)


def _sizes(sizes: Sizes, names: tuple[str, ...]) -> tuple[Size, ...]:
    chosen = [s if isinstance(s, Size) else Size.of(s) for s in sizes]
    return tuple(dict.fromkeys(s.only(names) for s in chosen))


def _timed(evidence: Evidence, started: float) -> Evidence:
    return replace(evidence, seconds=time.perf_counter() - started, memory=peak_memory())


def _agree(
    lhs: Term,
    rhs: Term,
    given: tuple[Hypothesis, ...],
    sizes: tuple[Size, ...],
    axes: tuple[Variable, ...],
    names: tuple[str, ...],
    seed: int,
    most: int = MOST_STRATA,
) -> Evidence | None:
    """The evidence that both sides agree at random points of every size that can be read, or None where they do not.

    The points follow from the statement, so that none can be written that holds just there.  π_θ and π_θ' have tables,
    and zeros, of their own.  Without primes the evidence is of samples only: the statement is tested, and not decided.
    """
    lhs, rhs, given = with_symbols_apart(lhs, rhs, given)
    seed = own_seed(seed, lhs, rhs, frozenset(given))
    definitions = {h.symbol: h for h in given if isinstance(h, Definition)}
    covered, loose = Coverage(), set[str]()
    instances = [(base, size) for base in sizes for size in base.instances(names, given)]
    if not instances:
        raise OutsideNumberSystem(
            "the hypotheses leave nothing at the sizes given: take a longer horizon, or the sizes they ask for"
        )
    for base, size in instances:
        loose |= set(dict(size.counts)) - set(dict(base.counts))
        bound = DegreeBound(size, definitions)
        difference_degree = bound.real(bound.read(lhs - rhs))
        d = difference_degree.total
        collisions = bound.count.all_values**2 * 2 * bound.count.degree  # half as many pairs, x = y or x = −y
        q = (d + collisions) / LOW + difference_degree.total_bits / (30 * HOW_MANY)
        if q >= 2**-3:
            at = f" at {size}" if size.counts else ""
            reason = f"the degree {d}{at} is too large for primes near 2^31: take a smaller size or exponent"
            covered.refuse(base, OutsideNumberSystem(reason))
            continue
        k = max(2, ceil(LOG2_ERROR / log2(q)) + 1)
        primes = random_primes(k, seed)
        kinds = strata((lhs, rhs), given, size, seed, most)
        try:
            if not _vanishes(lhs, rhs, size, given, kinds, primes, axes, seed, covered):
                return None
        except (TooLarge, UndefinedValue, SortError) as reason_to_skip:
            covered.refuse(base, reason_to_skip)
            continue
        covered.add(base, kinds, primes, d, k * log2(q))
    notes = []
    if loose:
        notes.append(f"all times {_times_in_words(sorted(loose), given, sizes[0])}")
    return covered.evidence(notes)


def _times_in_words(times: list[str], given: Iterable[Hypothesis], size: Size) -> str:
    """Which values of free times a decision is about, such as 1 ≤ u < t ≤ T."""
    last = "T" if "T" in size.lengths else "N"
    order = [h for h in given if isinstance(h, Before)]
    if len(order) == 1 and sorted(map(str, (order[0].earlier, order[0].later))) == times:
        return f"1 ≤ {order[0]} ≤ {last}"
    return f"1 ≤ {', '.join(times)} ≤ {last}" + "".join(f", {h}" for h in order)


def _vanishes(
    lhs: Term,
    rhs: Term,
    size: Size,
    given: tuple[Hypothesis, ...],
    kinds: Strata,
    primes: tuple[int, ...],
    axes: tuple[Variable, ...],
    seed: int,
    covered: Coverage,
) -> bool:
    """Whether the sides are defined and equal at every point; a point where both are undefined is no witness."""
    is_defined = False
    for few in kinds.in_pieces:
        instance = GenericInstance(size.sorts, size.lengths, given, primes, few, seed)
        opened = prod(instance.size(sort) for v in axes for _, sort in open_axes(v, instance))
        needed = opened * len(instance.numbers.primes) * instance.numbers.bytes
        check_memory(needed, lhs, " for all values of its variables")
        left, right = (evaluate_with_poles(t, instance, axes) for t in (lhs, rhs))
        covered.has_kinks |= instance.has_kinks
        shape = np.broadcast_shapes(left.array.shape, right.array.shape)
        left_poles, right_poles = (
            np.zeros(shape, dtype=bool) if f.poles is None else np.broadcast_to(f.poles, shape) for f in (left, right)
        )
        if (left_poles != right_poles).any():
            return False
        difference = instance.numbers.add(left.array, -right.array)
        if not ((difference == 0) | left_poles).all():
            return False
        is_defined = is_defined or not left_poles.all()
    if not is_defined:
        raise UndefinedValue("both sides divide by zero, or take the logarithm of zero, at every instance")
    return True
