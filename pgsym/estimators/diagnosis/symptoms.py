"""Symptoms of a wrong estimator if no known mistake fits: where it is right, and which inputs it does not use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from pgsym.estimators.batches import Batching
from pgsym.estimators.diagnosis.observations import Observation, observe
from pgsym.estimators.episodes import Episodes
from pgsym.estimators.estimator import Estimator, estimated
from pgsym.estimators.exact_moments import Moments
from pgsym.estimators.objectives import Objective, expected_return
from pgsym.estimators.samples import Samples
from pgsym.meaning.numbers.base import Array

LOOK: dict[str, str] = {
    "one step": "check the credit of each action, sums over steps, and products of ratios",
    "equal lengths": "check the mask, and the divisors of sums over steps",
    "samples of the policy itself": "check the importance weight",
    "discount 1": "check the powers of the discount",
    "one reward, at the end": "check which rewards an action is credited with",
    "the exact values": "check the use of the critic: an estimate of the return by a critic has the critic's bias",
}
WRONG_WITH: dict[str, tuple[str, str]] = {
    "one step": ("wrong-with-several-steps", "with several steps"),
    "equal lengths": ("wrong-with-ragged-lengths", "where lengths differ"),
    "samples of the policy itself": ("wrong-off-policy", "where the samples are another policy's"),
    "discount 1": ("wrong-with-a-discount", "with a discount"),
    "one reward, at the end": ("wrong-with-rewards-on-the-way", "with rewards before the last step"),
    "the exact values": ("wrong-with-a-critic", "with values that are not exact"),
}


def symptom(
    estimator: Estimator,
    objective: Objective,
    found: Moments,
    rich: Sequence[Observation],
    simpler: Mapping[str, Observation],
    batchings: Sequence[Batching],
) -> tuple[str, str] | None:
    """(name, sentence) of a symptom; None if none is known."""
    if rich and all(o.right for o in [*rich, *simpler.values()]):
        return (
            "wrong-here-alone",
            f"it is right at {len(rich) + len(simpler)} other small problems, which have no reward above 7, no "
            "probability below 0.1, and few equal rewards or probabilities",
        )
    if not found.problem.on_policy and batchings and not depends_on(estimator, batchings[0], "behaviour"):
        return (
            "behaviour-unused",
            "its estimates at a small problem do not depend on the behaviour policy: off-policy, an estimate needs an "
            "importance weight",
        )
    right = sorted((name for name, o in simpler.items() if o.right), key=lambda name: name != "the exact values")
    if right and any(not o.right for o in rich):
        names, where = zip(*(WRONG_WITH[name] for name in right), strict=True)
        says = f"it is right at a small problem with {', or with '.join(right)}, but wrong {' and '.join(where)}"
        return " + ".join(names), f"{says}: {LOOK[right[0]]}"
    if objective is not expected_return or not rich:
        return None
    return _not_linear(estimator, objective, rich[0])


def _not_linear(estimator: Estimator, objective: Objective, seen: Observation) -> tuple[str, str] | None:
    batching, p = seen.batching, seen.batching.problem

    def with_rewards(rewards: Array) -> Observation | None:
        return observe(estimator, replace(batching, problem=replace(p, rewards=rewards)), objective)

    doubled, negated = with_rewards(2 * p.rewards), with_rewards(-p.rewards)
    if doubled is not None and np.allclose(doubled.mean, seen.mean, 1e-3, 1e-6):
        if negated is not None and np.allclose(negated.mean, seen.mean, 1e-9, 1e-9):
            return "rewards-unused", "its mean is the same when all rewards are doubled, and when all signs are flipped"
        return (
            "rewards-normalised",
            "its mean stays the same (within 0.1 %) when all rewards are doubled, but the gradient doubles: the "
            "mean depends only on the order or the relative size of the rewards",
        )
    nothing = with_rewards(0 * p.rewards)
    added = 0 * seen.mean if nothing is None else nothing.mean
    if (
        np.abs(added).max() > 1e-9
        and doubled is not None
        and np.allclose(doubled.mean + added, 2 * seen.mean, 1e-9, 1e-9)
    ):
        return (
            "term-without-rewards",
            "its mean is not zero when all rewards are zero: there is a term without rewards, such as a bonus or a "
            "penalty",
        )
    if doubled is not None and not np.allclose(doubled.mean, 2 * seen.mean, 1e-9, 1e-9):
        return (
            "not-linear-in-rewards",
            "its mean does not double when all rewards are doubled, but the gradient does: it is not linear in them",
        )
    last = np.arange(p.T) == p.lengths[:, np.newaxis] - 1
    shifted = with_rewards(p.rewards + last)
    if p.discount == 1 and shifted is not None and not np.allclose(shifted.mean, seen.mean, 1e-9, 1e-9):
        return (
            "cares-for-a-constant-reward",
            "its mean changes when a constant is added to every return, but the gradient does not: check whether "
            "the scores have weights that depend on the sample, so that they no longer average to zero",
        )
    return None


def depends_on(estimator: Estimator, batching: Batching, table: str) -> bool:
    """Whether the estimates of the same samples change with a policy of the problem (`table`)."""
    p: Episodes = batching.problem
    other = replace(p, **{table: np.roll(getattr(p, table), 1, axis=0)})
    episodes, _ = next(iter(batching.chunks(256)))
    try:
        with np.errstate(all="ignore"):
            here, there = (estimated(estimator, Samples(q, episodes, batching.groups)) for q in (p, other))
    except Exception:  # a user's code may fail in any way
        return True
    return not np.allclose(here, there, 1e-12, 1e-12)


__all__ = ["depends_on", "symptom"]
