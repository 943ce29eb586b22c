"""The diagnosis of a wrong estimator: the known mistake that gives the same means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pgsym.estimators.batches import Batching
from pgsym.estimators.comparison import Kind
from pgsym.estimators.diagnosis.factors import formula
from pgsym.estimators.diagnosis.observations import Observation, observe, observe_all, observed
from pgsym.estimators.diagnosis.probes import probes
from pgsym.estimators.diagnosis.search import Search, silent
from pgsym.estimators.diagnosis.symptoms import symptom
from pgsym.estimators.diagnosis.words import Hint, of_factor, of_nothing, of_slips
from pgsym.estimators.episodes import Floats
from pgsym.estimators.estimator import Estimator
from pgsym.estimators.exact_moments import Moments
from pgsym.estimators.objectives import Objective
from pgsym.estimators.problems.generic import features

LISTED: Final = 50_000
"""The largest number of samples times rows for which designs are computed where the estimator failed."""


def guess(
    estimator: Estimator,
    batching: Batching,
    objective: Objective,
    found: Moments,
    also: Sequence[Observation] = (),
) -> Hint | None:
    """A hint at the mistake in a wrong estimator; None if the estimator is right or nothing known fits.

    The estimator is also tried at a few small problems with generic numbers and the features of the problem at hand
    (several steps, ragged lengths, samples of another policy, a discount, a critic).  A mistake is named if it gives,
    within rounding, the estimator's mean at all of them and at the observations in `also`; it may still not be the
    cause.  If no known mistake fits, the hint describes the symptoms.

    >>> from fractions import Fraction
    >>> from pgsym.estimators import bandit, expected_return, from_advantages, moments
    >>> def group_mean(returns):
    ...     return returns - returns.mean(axis=1, keepdims=True)
    >>> estimator, half = from_advantages(group_mean), Fraction(1, 2)
    >>> found = moments(estimator, bandit([half, half], [0, 1]), group_size=3)
    >>> print(guess(estimator, found.batching, expected_return, found).summary)
    its mean is (G−1)/G = 2/3 of the gradient: it looks like the group's mean includes the sample itself; leave it out, or scale by G/(G−1)
    """  # noqa: E501
    if found.comparison.equal or found.comparison.kind is Kind.HIDDEN:
        return None
    also = [o for o in also if o.batching.count * o.batching.rows <= LISTED]
    own = features(batching.problem)
    several = any(min(o.batching.groups, o.batching.group_size) > 1 for o in also)
    tried = {name: observe(estimator, probes(less, batching)[0], objective) for name, less in own.without().items()}
    simpler = {name: seen for name, seen in tried.items() if seen is not None}
    rich = observe_all(estimator, probes(own, batching, several), objective)
    more = observe_all(estimator, probes(own.more(), batching, several), objective) if own != own.more() else []
    here = [] if found.draws else [observed(found)]
    listable = here if batching.count * batching.rows <= LISTED else []
    seen = [*rich, *listable, *simpler.values(), *also]
    searches = [Search(estimator, objective, batching, own, seen, several)]
    if more:  # mistakes that coincide in one step, for instance, differ with several steps
        searches.insert(0, replace(searches[0], features=own.more(), seen=[*more, *seen]))
    for search in searches:
        limited = bool(more) and search is searches[-1]
        every = [*search.seen, *(o for o in here if o not in search.seen)]
        factor = formula(*_columns(every)) if every else None
        if factor is not None and factor.name not in ("equal", "zero"):
            return of_factor(factor, batching, len(every), limited)
        if fitting := search.one():
            return of_slips(fitting, limited)
    for search in searches:
        if fitting := search.two():
            return of_slips(fitting, bool(more) and search is searches[-1])
    if all(silent(o) for o in [*more, *rich, *here, *also]):
        varies = found.variance != 0 if found.problem.exact else found.length > found.target_length
        return of_nothing(len(more) + len(rich) + len(here) + len(also), bool(varies))
    known = symptom(estimator, objective, found, rich, simpler, probes(own, batching))
    return None if known is None else Hint(*known)


def _columns(seen: list[Observation]) -> tuple[list[Batching], list[Floats], list[Floats]]:
    return [o.batching for o in seen], [o.mean for o in seen], [o.target for o in seen]


__all__ = ["Hint", "guess"]
