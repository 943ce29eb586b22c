"""Laws that are defined by a term: are they laws, with probabilities that sum to one and are never negative?

Writing E_{a∼q} says that q is a law.  A definition that is never a law, such as q(a | s) = 2, is a mistake and is
refused.  One that is a law at some instances only, such as a mixture λ p + (1 − λ) q, is used at these.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

import numpy as np

from pgsym.decide.instances.candidates import Candidate, ingredients
from pgsym.decide.instances.counterexamples import digits
from pgsym.decide.instances.spaces import at_round
from pgsym.decide.primes import random_primes
from pgsym.decide.sizes import Size
from pgsym.decide.subjects import About
from pgsym.decide.verdicts import Condition
from pgsym.decide.zero_patterns import strata
from pgsym.errors import (
    ContradictoryHypotheses,
    InstanceError,
    OutsideNumberSystem,
    SortError,
    TooLarge,
    UnboundVariable,
)
from pgsym.meaning.contraction.factors import Factor
from pgsym.meaning.evaluator import evaluate_with_poles
from pgsym.meaning.generic import GenericInstance
from pgsym.meaning.numbers.base import Ball, Numbers, Rational
from pgsym.terms.build import expect, sum_over
from pgsym.terms.fingerprint import own_seed
from pgsym.terms.hypotheses import Definition, Hypothesis, NonNegative, Positive
from pgsym.terms.nodes import Apply, Law, Term, Variable, lift
from pgsym.terms.printers.latex import latex
from pgsym.terms.signs import is_non_negative
from pgsym.terms.sorts import FINITE, REAL, Collective
from pgsym.terms.structure import free

BITS = 256
INSTANCES = 8
"""The number of instances of a size at which the probabilities are summed."""
SIZES = 2
"""The number of sizes at which that is done: the smallest of those in question."""
ROUND = 3
MOST_ENTRIES = 400
POINTS, MOST_STRATA = 5, 64
"""The number of points, and the most label functions and zero patterns, at which a law is evaluated."""


def conditions_of_laws(given: Iterable[Hypothesis], sizes: Iterable[Size]) -> tuple[Condition, ...]:
    """The conditions under which the laws that terms define are laws, as far as their form does not show it.

    No probability may be negative.  The probabilities must sum to one; this is a condition if random points of prime
    fields do not show it, as with minima and logarithms.  Raises ContradictoryHypotheses for a law whose probabilities
    certainly do not sum to one at an instance of the sizes.

    >>> from pgsym.terms import ACTION, Symbol
    >>> q, a = Symbol("q", (ACTION,), outcomes=1), Variable("a", ACTION)
    >>> conditions_of_laws([Definition.of(q(a), lift(2))], [Size.of(A=2)])
    Traceback (most recent call last):
    pgsym.errors.ContradictoryHypotheses: q(a) = 2 is no law: its probabilities sum to 4, not to 1, at |A| = 2
    """
    given, sizes = tuple(given), tuple(sizes)
    found = []
    for h in given:
        if isinstance(h, Definition) and h.symbol.outcomes:
            about = _about(h, given)
            if not _sums_to_one(h, about, sizes):
                _check_sum(h, about, sizes)
                whole = _total(h.equation[0])
                found.append(Condition(f"{whole} = 1", f"{latex(whole)} = 1"))
            if not _is_never_negative(h, given):
                head = h.equation[0]
                found.append(Condition(f"{head} ≥ 0", f"{latex(head)} \\ge 0"))
    return tuple(found)


def keeps_laws(given: Iterable[Hypothesis], size: Size, candidate: Candidate) -> bool:
    """Whether all that is given by a term is, at an instance, what is assumed of it: laws are laws, signs are kept.

    Of a law that takes real numbers that is not known unless its form shows it.
    """
    given = tuple(given)
    positive = {h.symbol for h in given if isinstance(h, Positive)}
    signed = positive | {h.symbol for h in given if isinstance(h, NonNegative)}
    for h in given:
        if not isinstance(h, Definition) or not (h.symbol.outcomes or h.symbol in signed):
            continue
        about, head = _about(h, given), h.equation[0]
        is_a_law = not h.symbol.outcomes or _sums_to_one(h, about, (size,))
        if is_a_law and h.symbol not in signed and _is_never_negative(h, given):
            continue
        if any(v.sort == REAL for v in free(head)):
            return False
        mass = _value(head, _axes(head), given, size, candidate)
        if mass is not None and any(x < 0 or (x == 0 and h.symbol in positive) for x in _defined(mass)):
            return False
        whole = None if is_a_law else _value(_total(head), _axes(_total(head)), given, size, candidate)
        if whole is not None and any(map(_surely_not_one, _defined(whole))):
            return False
    return True


@lru_cache(1024)
def _is_never_negative(h: Definition, given: tuple[Hypothesis, ...]) -> bool:
    """Whether no probability is negative, whatever numbers a law is asked for: they are loose in its body."""
    return is_non_negative(h.body, given)


@lru_cache(1024)
def _sums_to_one(h: Definition, given: tuple[Hypothesis, ...], sizes: tuple[Size, ...]) -> bool:
    """Whether the probabilities of a law sum to one at random points of prime fields, at the smallest of some sizes.

    The points follow from the law.  A false one passes with a chance below 2^-100, as long as its degree is below 2^10.
    """
    whole = _total(h.equation[0])
    seed = own_seed(0, h, given)
    primes = random_primes(POINTS, seed)
    seen = False
    for size in _instances(whole, h, given, sizes):
        kinds = strata(About((whole,), given), size, seed, MOST_STRATA)
        if not kinds.complete:
            return False
        try:
            for few in kinds.in_pieces:
                instance = GenericInstance(size.sorts, size.lengths, given, primes, few, seed)
                if any(x != 1 for x in _defined(evaluate_with_poles(whole, instance, _axes(whole)))):
                    return False
        except (SortError, TooLarge):
            continue  # this size does not have the draws that the law mentions
        except OutsideNumberSystem:
            return False
        seen = True
    return seen


def _instances(whole: Term, h: Definition, given: tuple[Hypothesis, ...], sizes: Iterable[Size]) -> list[Size]:
    """The smallest sizes at which a law is looked at; none where a length is not said."""
    names = About((whole, h.equation[0]), given).size_names
    try:
        instances = {
            x.only(names) for s in sizes for x in s.instances((*names, *({"T", "N"} & s.lengths.keys())), given)
        }
    except InstanceError:
        return []
    return sorted(instances, key=lambda x: x.extent)[:SIZES]


@lru_cache(1024)
def _check_sum(h: Definition, given: tuple[Hypothesis, ...], sizes: tuple[Size, ...]) -> None:
    """Raise ContradictoryHypotheses where the probabilities of a law surely do not sum to one."""
    whole = _total(h.equation[0])
    for size in _instances(whole, h, given, sizes):
        try:
            parts = ingredients(About((whole,), given), size)
            if parts.entries > MOST_ENTRIES:
                return
            space = at_round(parts, ROUND)
            for row in space.random(INSTANCES, np.random.default_rng(own_seed(0, h, given))):
                value = _value(whole, _axes(whole), given, size, space.candidate(row))
                wrong = [x for x in _defined(value) if _surely_not_one(x)] if value is not None else []
                if wrong:
                    at = f", at {size}" if size.counts else ""
                    raise ContradictoryHypotheses(
                        f"{h} is no law: its probabilities sum to {_shown(wrong[0])}, not to 1{at}"
                    )
        except (SortError, TooLarge):
            continue  # this size does not have the draws that the law mentions


def _about(h: Definition, given: tuple[Hypothesis, ...]) -> tuple[Hypothesis, ...]:
    """The hypotheses on which a law's own definition rests."""
    head = About((h.equation[0],), given)
    return tuple(g for g in given if g.concerns(head.vocabulary, head.variables))


def _total(head: Apply) -> Term:
    """The sum of all probabilities: the mean of 1, where one outcome is drawn, of which only what counts is drawn."""
    k = head.symbol.outcomes
    outcomes = [v for v in head.arguments[:k] if isinstance(v, Variable)]
    if k == 1:
        return expect(lift(1), (outcomes[0], Law(head.symbol, head.arguments[1:])))
    total: Term = head
    for variable in reversed(outcomes):
        total = sum_over(variable, of=total)
    return total


def _axes(term: Term) -> tuple[Variable, ...]:
    found = (v for v in free(term) if v.sort in FINITE or isinstance(v.sort, Collective))
    return tuple(sorted(found, key=lambda v: v.name))


def _value(
    term: Term, axes: tuple[Variable, ...], given: tuple[Hypothesis, ...], size: Size, candidate: Candidate
) -> Factor | None:
    """The value of a term at an instance, in fractions or else balls.

    None if neither holds it, or if it mentions something that this size does not have, such as a batch without N.
    """
    systems: tuple[Numbers, ...] = (Rational(), Ball(BITS))
    for numbers in systems:
        try:
            return evaluate_with_poles(term, candidate.instance(numbers, size, given), axes)
        except (OutsideNumberSystem, UnboundVariable):
            continue
    return None


def _defined(value: Factor) -> list[Fraction]:
    """The entries of a value that exist."""
    array = value.array
    poles = np.zeros(array.shape, dtype=bool) if value.poles is None else np.broadcast_to(value.poles, array.shape)
    return [x for x, missing in zip(array.ravel(), poles.ravel(), strict=True) if not missing]


def _surely_not_one(x: Fraction) -> bool:
    """Whether a fraction, or a ball, is not 1."""
    return bool(x != 1) if isinstance(x, Fraction) else not (x - 1).contains(0)


def _shown(x: Fraction) -> str:
    """A fraction, or the middle of a ball in a few digits."""
    return digits(x) if isinstance(x, Fraction) else f"{float(x.mid()):.6g}"


__all__ = ["conditions_of_laws", "keeps_laws"]
