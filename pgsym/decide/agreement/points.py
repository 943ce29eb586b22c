"""Agreement: whether two sides are equal at random points of prime fields (Schwartz 1980, Zippel 1979).

At a size, the value of a term is a quotient of integer polynomials in the free entries of its tables.  If the two
quotients differ, they agree at one random point modulo one random prime with probability at most

    q  =  (degree + collisions) / 2^30  +  bits / (30 · number of primes in the pool),

where the second summand accounts for primes that divide every coefficient of the difference.  k independent points,
each with a prime of its own, give q^k.  `log` and `exp` give each value an independent random element, always the
same for the same value; `log` gives x and −x the same element.  collisions counts the pairs of values x and y for
which x = y or x = −y could hold by chance.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, log2, prod

import numpy as np

from pgsym.decide.agreement.coverage import Coverage
from pgsym.decide.agreement.degree_bounds import DegreeBound
from pgsym.decide.primes import HOW_MANY, LOW, random_primes
from pgsym.decide.propositions import Comparison
from pgsym.decide.sizes import Size
from pgsym.decide.verdicts import Evidence
from pgsym.decide.zero_patterns import MOST_STRATA, Strata, are_few, strata
from pgsym.errors import OutsideNumberSystem, SortError, TooLarge, UndefinedValue
from pgsym.meaning.contraction.factors import check_memory
from pgsym.meaning.evaluator import evaluate_with_poles
from pgsym.meaning.generic import GenericInstance
from pgsym.meaning.places import open_axes
from pgsym.terms.fingerprint import own_seed
from pgsym.terms.hypotheses import Before, Hypothesis

LOG2_ERROR = -100
"""A false identity is accepted with a chance below 2^-100."""
MOST_SETTLED = 64
"""Up to this many strata, a size is decided rather than searched."""


def agreement(
    proposition: Comparison, sizes: tuple[Size, ...], seed: int = 0, most: int = MOST_STRATA
) -> Evidence | None:
    """The evidence that both sides agree at every size that can be evaluated, or None if they differ at some point.

    The points are computed from the proposition, so nobody can state a proposition that holds only at them.  Evidence
    without primes comes from samples only: the proposition is tested, not decided.  Raises OutsideNumberSystem if no
    size can be evaluated.
    """
    read, names = proposition.apart, proposition.size_names
    seed = own_seed(seed, read.lhs, read.rhs, frozenset(read.given))
    covered, loose = Coverage(), set[str]()
    instances = [(base, size) for base in sizes for size in base.instances(names, read.given)]
    if not instances:
        raise OutsideNumberSystem(
            "no instance of the given sizes satisfies the hypotheses: take a longer horizon, or sizes that they allow"
        )
    for base, size in instances:
        loose |= set(dict(size.counts)) - set(dict(base.counts))
        bound = DegreeBound(size, read.definitions)
        difference_degree = bound.real(bound.read(read.lhs - read.rhs))
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
        kinds = strata(read, size, seed, most)
        try:
            if not _difference_vanishes(read, size, kinds, primes, seed, covered):
                return None
        except (TooLarge, UndefinedValue, SortError) as reason_to_skip:
            covered.refuse(base, reason_to_skip)
            continue
        covered.add(base, kinds, primes, d, k * log2(q))
    notes = []
    if loose:
        notes.append(f"all times {_times_in_words(sorted(loose), read.given, sizes[0])}")
    return covered.evidence(notes)


def holds_at(proposition: Comparison, size: Size, seed: int = 0) -> bool:
    """Whether both sides are equal at every instance of a size; if so, no search is needed there."""
    try:
        few = are_few(proposition.apart, size, MOST_SETTLED)
        return few and agreement(proposition, (size,), seed) is not None
    except UndefinedValue:
        return True  # both sides are undefined at every instance
    except (OutsideNumberSystem, TooLarge):
        return False


def differs_at(proposition: Comparison, size: Size, seed: int = 0) -> bool:
    """Whether the sides differ at a random point of a size; if so, the size has a counterexample.

    If there are many label functions and zero patterns, a sample of them is checked.
    """
    try:
        return agreement(proposition, (size,), seed, MOST_SETTLED) is None
    except (OutsideNumberSystem, SortError, TooLarge, UndefinedValue):
        return False


def _times_in_words(times: list[str], given: Iterable[Hypothesis], size: Size) -> str:
    """The values of free times that a decision covers, such as 1 ≤ u < t ≤ T."""
    last = "T" if "T" in size.lengths else "N"
    order = [h for h in given if isinstance(h, Before)]
    if len(order) == 1 and sorted(map(str, (order[0].earlier, order[0].later))) == times:
        return f"1 ≤ {order[0]} ≤ {last}"
    return f"1 ≤ {', '.join(times)} ≤ {last}" + "".join(f", {h}" for h in order)


def _difference_vanishes(
    read: Comparison, size: Size, kinds: Strata, primes: tuple[int, ...], seed: int, covered: Coverage
) -> bool:
    """Whether the sides are defined and equal at every point; points at which both are undefined do not count."""
    is_defined = False
    for few in kinds.in_pieces:
        instance = GenericInstance(size.sorts, size.lengths, read.given, primes, few, seed)
        opened = prod(instance.size(sort) for v in read.axes for _, sort in open_axes(v, instance))
        needed = opened * len(instance.numbers.primes) * instance.numbers.bytes
        check_memory(needed, read.lhs, " for all values of its variables")
        left, right = (evaluate_with_poles(t, instance, read.axes) for t in read.terms)
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


__all__ = ["agreement", "differs_at", "holds_at"]
