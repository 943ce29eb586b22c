"""What an estimator does wrong where no known slip fits: where it is right, and what it does not look at."""

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
    "one step": "look at what an action is credited with, at sums over steps, and at products of ratios",
    "equal lengths": "look at the mask, and at what sums over steps are divided by",
    "samples of the policy itself": "look at the importance weight",
    "discount 1": "look at the powers of the discount",
    "one reward, at the end": "look at which rewards an action is credited with",
    "the exact values": "look at where the critic's errors go: what estimates the return by a critic has its bias",
}
WRONG_WITH: dict[str, tuple[str, str]] = {
    "one step": ("wrong-with-several-steps", "with several steps"),
    "equal lengths": ("wrong-with-ragged-lengths", "where lengths differ"),
    "samples of the policy itself": ("wrong-off-policy", "where the samples are another policy's"),
    "discount 1": ("wrong-with-a-discount", "with a discount"),
    "one reward, at the end": ("wrong-with-rewards-on-the-way", "with rewards on the way"),
    "the exact values": ("wrong-with-a-critic", "with a critic of its own"),
}


def symptom(
    estimator: Estimator,
    objective: Objective,
    found: Moments,
    rich: Sequence[Observation],
    simpler: Mapping[str, Observation],
    batchings: Sequence[Batching],
) -> tuple[str, str] | None:
    """(name, sentence) of what is seen; None if there is nothing to see."""
    if rich and all(o.right for o in [*rich, *simpler.values()]):
        return (
            "wrong-here-alone",
            f"it is right at {len(rich) + len(simpler)} other small problems, where no reward is larger than 7, no "
            "probability below 0.1, and no two rewards or probabilities of an action need be equal",
        )
    if not found.problem.on_policy and batchings and not sees(estimator, batchings[0], "behaviour"):
        return (
            "behaviour-unused",
            "it says the same of every sample of a small problem where another policy has drawn them: off-policy, an "
            "estimate needs an importance weight",
        )
    right = sorted((name for name, o in simpler.items() if o.right), key=lambda name: name != "the exact values")
    if right and any(not o.right for o in rich):
        names, where = zip(*(WRONG_WITH[name] for name in right), strict=True)
        says = f"at a small problem with {', or with '.join(right)}, it is right, and wrong {' and '.join(where)}"
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
            return "rewards-unused", "its mean is the same when all rewards are doubled, and when their sign is turned"
        return (
            "rewards-normalised",
            "its mean stays when all rewards are doubled (within 0.1 %), and the gradient does not: only the order of "
            "the rewards counts, or their size beside each other",
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
            "its mean is not zero where nothing is paid: a term is added that the rewards do not weigh, such as a "
            "bonus or a penalty",
        )
    if doubled is not None and not np.allclose(doubled.mean, 2 * seen.mean, 1e-9, 1e-9):
        return (
            "not-linear-in-rewards",
            "its mean is not doubled when all rewards are, as the gradient is: it is not linear in them",
        )
    last = np.arange(p.T) == p.lengths[:, np.newaxis] - 1
    shifted = with_rewards(p.rewards + last)
    if p.discount == 1 and shifted is not None and not np.allclose(shifted.mean, seen.mean, 1e-9, 1e-9):
        return (
            "cares-for-a-constant-reward",
            "its mean changes when every episode is paid the same on top, and the gradient does not: look at whether "
            "scores have weights that depend on the sample, and no longer average to zero",
        )
    return None


def sees(estimator: Estimator, batching: Batching, table: str) -> bool:
    """Whether an estimator says something else of the same samples where a policy is another one."""
    p: Episodes = batching.problem
    other = replace(p, **{table: np.roll(getattr(p, table), 1, axis=0)})
    episodes, _ = next(iter(batching.chunks(256)))
    try:
        with np.errstate(all="ignore"):
            here, there = (estimated(estimator, Samples(q, episodes, batching.groups)) for q in (p, other))
    except Exception:  # a user's code may fail in any way
        return True
    return not np.allclose(here, there, 1e-12, 1e-12)


__all__ = ["sees", "symptom"]
