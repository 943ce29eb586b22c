"""A guess at what is wrong with an estimator: the known slip whose means are the estimator's, where one fits."""

from __future__ import annotations

from itertools import chain
from typing import Final

from pgsym.errors import PgsymError
from pgsym.estimators.enumeration import Plan
from pgsym.estimators.estimator import Estimator
from pgsym.estimators.hints.choice import RETURN
from pgsym.estimators.hints.factors import formula
from pgsym.estimators.hints.observations import Observation, observe, observe_all, observed
from pgsym.estimators.hints.probes import features, probes
from pgsym.estimators.hints.search import (
    Slip,
    agreeing,
    nearest,
    open_to,
    parts_of,
    parts_of_kind,
    put_together,
    rights,
    slips,
    turned_round,
)
from pgsym.estimators.hints.symptoms import symptom
from pgsym.estimators.hints.words import Hint, of_factor, of_slips
from pgsym.estimators.moments import Moments
from pgsym.estimators.objectives import Objective
from pgsym.estimators.problem import Floats

LISTED: Final = 20_000
"""Samples times rows that are listed again for the designs at the problem where the estimator failed."""


def guess(estimator: Estimator, plan: Plan, objective: Objective, found: Moments) -> Hint | None:
    """What an estimator that is not right looks like, in a sentence; None where it is right, or nothing known fits.

    The estimator is tried at a handful of small problems too, which have what the problem at hand has (several steps,
    ragged lengths, samples of another policy, a discount) and generic numbers.  A hint fits everywhere that it could
    be compared; that does not make it the cause.

    >>> from fractions import Fraction
    >>> from pgsym.estimators import bandit, expected_return, from_advantages, moments
    >>> def group_mean(returns):
    ...     return returns - returns.mean(axis=1, keepdims=True)
    >>> estimator, half = from_advantages(group_mean), Fraction(1, 2)
    >>> found = moments(estimator, bandit([half, half], [0, 1]), members=3)
    >>> print(guess(estimator, found.plan, expected_return, found).says)
    its mean is (G−1)/G = 2/3 of the gradient: it looks like the group's mean includes the sample itself; leave it out, or scale by G/(G−1)
    """  # noqa: E501
    if found.match.equal:
        return None
    own = features(plan.problem)
    small = probes(plan)
    rich = observe_all(estimator, small[own], objective)
    simpler = {
        name: seen
        for name, less in own.without().items()
        if (seen := observe(estimator, small[less][0], objective)) is not None
    }
    here = [] if found.draws else [observed(found)]
    everywhere = [*rich, *here, *simpler.values()]
    factor = formula(*_columns(everywhere)) if everywhere else None
    if factor is not None and factor.name not in ("equal", "zero"):
        return of_factor(factor, found.plan)
    comparable = [*rich, *simpler.values(), *(here if plan.count * plan.rows <= LISTED else [])]
    fitting = _slips(estimator, plan, objective, comparable, small[own]) if comparable else []
    if fitting:
        return of_slips(fitting)
    if factor is not None and factor.name == "zero":
        return of_factor(factor, found.plan)
    known = symptom(estimator, objective, found, rich, simpler, small[own])
    return None if known is None else Hint(*known)


def _columns(seen: list[Observation]) -> tuple[list[Plan], list[Floats], list[Floats]]:
    return [o.plan for o in seen], [o.mean for o in seen], [o.target for o in seen]


def _slips(
    estimator: Estimator, plan: Plan, objective: Objective, seen: list[Observation], plans: list[Plan]
) -> list[Slip]:
    """The slips that agree with everything seen, and with every sample if there are such; the likeliest first."""
    own = features(plan.problem)
    try:
        problems = [small.problem for small in plans]
        targets = [objective.gradient(p).ravel() for p in problems]
        parts = parts_of(problems, targets) or RETURN
        rich = [o for o in seen if o.plan in plans]
        kinds = parts_of_kind(parts)
        mixed = parts_of([o.plan.problem for o in rich], [o.mean for o in rich], kinds) if rich else None
    except PgsymError:
        return []
    places = open_to(own, parts, plan)
    right = rights(plans, targets, places, parts)
    one = list(agreeing(seen, chain(slips(right, places, 1), put_together(right, mixed))))
    plain = [start for start in right if start.baseline == "none"] or right[:1]
    fitting = one or list(agreeing(seen, chain(slips(plain, places, 2), turned_round(plain, places))))
    fitting.sort(key=lambda slip: slip.factor.name != "equal")
    alike = [slip for slip in fitting if slip.factor.name == fitting[0].factor.name]
    return nearest(estimator, seen[0].plan, alike)


__all__ = ["Hint", "guess"]
