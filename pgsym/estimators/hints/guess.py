"""A guess at what is wrong with an estimator: the known slip whose means are the estimator's, where one fits."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Final

from pgsym.errors import PgsymError
from pgsym.estimators.enumeration import Plan
from pgsym.estimators.estimator import Estimator
from pgsym.estimators.hints.baselines import LOOSE
from pgsym.estimators.hints.choice import RETURN, Parts
from pgsym.estimators.hints.factors import Factor, formula
from pgsym.estimators.hints.observations import Observation, observe, observe_all, observed
from pgsym.estimators.hints.probes import features, probe, probes
from pgsym.estimators.hints.search import Slip, agreeing, nearest, open_to, other_parts, parts_of, rights, slips
from pgsym.estimators.hints.symptoms import symptom
from pgsym.estimators.matching import number
from pgsym.estimators.moments import Moments
from pgsym.estimators.objectives import Objective
from pgsym.estimators.problem import Floats

LISTED: Final = 100_000
"""Samples times rows that are listed again for the designs at the problem where the estimator failed."""


@dataclass(frozen=True)
class Hint:
    """A known slip that fits, by its name, and in a sentence that says what to do."""

    pattern: str
    says: str

    def __str__(self) -> str:
        return self.says


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
        return _of_factor(factor, found)
    comparable = [*rich, *simpler.values(), *(here if plan.count * plan.rows <= LISTED else [])]
    fitting = _slips(estimator, plan, objective, comparable, small[own]) if comparable else []
    if fitting:
        return _of_slips(fitting)
    if factor is not None and factor.name == "zero":
        return _of_factor(factor, found)
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
        parts = parts_of(objective, probe(own)) or RETURN
        targets = [objective.gradient(plan.problem).ravel() for plan in plans]
    except PgsymError:
        return []
    places = open_to(own, parts, plan)
    right = rights(plans, targets, places, parts)
    one = list(agreeing(seen, chain(slips(right, places, 1), other_parts(right))))
    plain = [start for start in right if start.baseline == "none"] or right[:1]
    fitting = one or list(agreeing(seen, slips(plain, places, 2)))
    fitting.sort(key=lambda slip: slip.factor.name != "equal")
    alike = [slip for slip in fitting if slip.factor.name == fitting[0].factor.name]
    return nearest(estimator, seen[0].plan, alike)


def _of_factor(factor: Factor, found: Moments) -> Hint:
    value = number(factor.of(found.plan))
    name = factor.formula if factor.formula == value.replace("-", "−") else f"{factor.formula} = {value}"
    if factor.name == "zero":
        return Hint(factor.name, f"its mean is zero: it looks like {factor.says}")
    if factor.name == "wrong-sign":
        return Hint(factor.name, f"its mean is minus the gradient: it looks like {factor.says}")
    return Hint(factor.name, f"its mean is {name} of the gradient: it looks like {factor.says}")


def _of_slips(fitting: list[Slip]) -> Hint:
    """The likeliest in full, and that there is another with the same numbers."""
    slip = fitting[0]
    names, looks, advice = zip(*(_words(slip, place) for place in slip.places), strict=True)
    look = ", and ".join(looks)
    if slip.factor.name != "equal":
        names += (slip.factor.name,)
        look += f", and its mean is {slip.factor.formula} times that ({slip.factor.says})"
    about = "just that, but for 0.2 %," if slip.design.baseline in LOOSE else "just that"
    tried = f"its mean is {about} at all {slip.tried} problems tried" if slip.tried > 1 else f"its mean is {about} here"
    others = (", and ".join(_words(other, place)[1] for place in other.places) for other in fitting[1:])
    another = next((f"; the numbers are the same where {words}" for words in others if words not in look), "")
    return Hint(" + ".join(names), f"it looks like {look} ({tried}{another}): {'; '.join(dict.fromkeys(advice))}")


def _words(slip: Slip, place: str) -> tuple[str, str, str]:
    """(name, looks, advice) of a slip at a place."""
    if place == "parts":
        return _parts(slip.design.parts, slip.right.parts)
    chosen = slip.design.choice(place)
    return getattr(slip.design, place), chosen.looks, chosen.advice or slip.right.choice(place).do


def _parts(found: Parts, right: Parts) -> tuple[str, str, str]:
    """(name, looks, advice) of parts put together in another way."""
    if found.divergence == right.forward and found.forward == right.divergence and found.divergence != found.forward:
        if right.divergence:
            return "divergence-other-way-round", "the divergence is KL(ref‖π)", "KL(π‖ref) weights by π"
        return "divergence-other-way-round", "the divergence is KL(π‖ref)", "KL(ref‖π) weights by the reference"
    words = {"divergence": "divergence", "entropy": "entropy", "forward": "divergence", "reward": "reward"}
    name = next(n for n in words if getattr(found, n) != getattr(right, n))
    factor = getattr(found, name) / getattr(right, name)
    word = words[name]
    if factor == 0:
        return f"{word}-missing", f"the {word} has no gradient", f"add the part of the {word}"
    if factor == -1:
        return f"{word}-wrong-sign", f"the {word} has the wrong sign", "turn it round"
    return f"{word}-scaled", f"the {word} counts {number(factor)} times", "mend its coefficient"


__all__ = ["Hint", "guess"]
