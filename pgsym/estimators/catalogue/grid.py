"""An exhaustive grid of small problems, smallest first: where the facts of the catalogue are held to enumeration.

Rewards and policies are all those of the lists below, every combination of them; groups have 1 to 3 or 4 members.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Any, Final

import numpy as np

from pgsym.estimators.batches import Batching
from pgsym.estimators.catalogue.known import KnownEstimator
from pgsym.estimators.comparison import Comparison, compare
from pgsym.estimators.episodes import Episodes
from pgsym.estimators.estimator import estimated
from pgsym.estimators.exact_moments import ROUNDING
from pgsym.estimators.listing import bandit, from_mdp, tree
from pgsym.estimators.samples import Samples
from pgsym.mdps.mdp import from_arrays
from pgsym.meaning.numbers.base import Array

HALF, THIRD, QUARTER = Fraction(1, 2), Fraction(1, 3), Fraction(1, 4)
EVEN: Final = (HALF, HALF)
SKEW: Final = (THIRD, 2 * THIRD)
STEEP: Final = (QUARTER, 3 * QUARTER)
THREE: Final = (HALF, QUARTER, QUARTER)
THIRDS: Final = (THIRD, THIRD, THIRD)

WORDS: Final = (
    "bandits with 1 state and 2 actions: rewards from {0, 1, 2}, π = (1/2, 1/2) or (1/3, 2/3); 1 to 4 members",
    "bandits with 1 state and 3 actions: rewards from {0, 1, 2}, π = (1/2, 1/4, 1/4); 1 to 4 members",
    "bandits with 2 states and 2 actions: rewards from {0, 1}, π = (1/3, 2/3) in both; 1 to 4 members",
    "sequences of 1 or 2 tokens of 2, one of which ends: rewards from {0, 1, 2}, π = (1/3, 2/3); 1 to 4 members; "
    "also with a critic of (1, 0), and with γ = 1/2 and a reward of 1 for the first token; 1 member",
    "sequences of 2 tokens of 2: rewards from {0, 1, 2}, π = (1/3, 2/3); 1 to 2 members",
    "Markov decision processes of 2 states, 2 actions and 2 steps: rewards from {0, 1}, π = (1/3, 2/3); 1 to 2 members",
    "all but the last also off-policy, the behaviour policy uniform; 1 member, of one step 1 to 2",
)
"""The grid in words; the reference policy is (1/4, 3/4) over two actions, uniform over three."""


@dataclass(frozen=True)
class Point:
    """A batching of the grid, in Fractions and in floats, with all its samples and their probabilities."""

    exact: Batching
    floats: Batching
    samples: Samples
    weights: Array

    @classmethod
    def of(cls, problem: Episodes, floats: Episodes, group_size: int) -> Point:
        """All samples of one group."""
        batching = Batching(floats, group_size=group_size)
        episodes, weights = (np.concatenate(parts) for parts in zip(*batching.chunks(batching.count), strict=True))
        return cls(Batching(problem, group_size=group_size), batching, Samples(floats, episodes), weights)

    def comparison(self, known: KnownEstimator) -> Comparison:
        """How the mean of an estimator lies to its objective's gradient, in floats."""
        mean, noise = self._mean(known)
        return compare(mean, target(known, self.floats.problem), noise=noise)

    def agrees(self, known: KnownEstimator, factor: Fraction) -> bool:
        """Whether the mean of an estimator is that multiple of its objective's gradient, in floats."""
        mean, noise = self._mean(known)
        return compare(mean, float(factor) * target(known, self.floats.problem), noise=noise).equal

    def _mean(self, known: KnownEstimator) -> tuple[Array, float]:
        estimates = estimated(known.estimator, self.samples)
        length = self.weights @ np.sqrt((estimates * estimates).sum(axis=1))
        return self.weights @ estimates, ROUNDING * (float(length) + known.objective.length(self.floats.problem))


def target(known: KnownEstimator, problem: Episodes) -> Array:
    """The gradient of an entry's objective at a problem, computed once for both."""
    kept: dict[str, Array] = problem.__dict__.setdefault("_targets", {})
    name = known.objective.name
    if name not in kept:
        kept[name] = known.objective.gradient(problem)
    return kept[name]


@lru_cache
def grid() -> tuple[Point, ...]:
    """All batchings of the grid, by parameters, then steps, then group size."""
    found = sorted(_problems(), key=lambda pair: (pair[0].P, pair[0].T, not pair[0].on_policy))
    return tuple(
        Point.of(problem, floats, group_size)
        for problem, most in found
        for floats in (problem.floats(),)
        for group_size in range(1, most + 1)
    )


def _problems() -> Iterator[tuple[Episodes, int]]:
    """Every problem with the largest group size."""
    for reward in product(range(3), repeat=2):
        for policy in (EVEN, SKEW):
            yield bandit(policy, reward, reference=STEEP), 4
        yield bandit(SKEW, reward, behaviour=EVEN, reference=STEEP), 2
    for reward in product(range(3), repeat=3):
        yield bandit(THREE, reward, reference=THIRDS), 4
        yield bandit(THREE, reward, behaviour=THIRDS, reference=THIRDS), 2
    for reward in product(range(2), repeat=4):
        table = [reward[:2], reward[2:]]
        yield bandit([SKEW] * 2, table, reference=[STEEP] * 2), 4
        yield bandit([SKEW] * 2, table, behaviour=[EVEN] * 2, reference=[STEEP] * 2), 2
        moves = [[[HALF, HALF], [1, 0]], [[0, 1], [THIRD, 2 * THIRD]]]
        yield from_mdp(from_arrays([1, 0], moves, table, horizon=2), [SKEW] * 2, reference=[STEEP] * 2), 2
    for reward in product(range(3), repeat=4):
        full: dict[str, Any] = {"length": 2, "policy": SKEW, "reference": STEEP}
        yield tree(reward, **full), 2
        yield tree(reward, **full, behaviour=EVEN), 1
    for reward in product(range(3), repeat=3):
        ragged: dict[str, Any] = {"length": 2, "end": 0, "policy": SKEW, "reference": STEEP}
        yield tree(reward, **ragged), 4
        yield tree(reward, **ragged, behaviour=EVEN), 1
        yield tree(reward, **ragged, critic=(1, 0)), 1
        yield tree(reward, **ragged, critic=(1, 0), discount=HALF, token_reward=_first), 1


def _first(prompt: int, tokens: tuple[int, ...]) -> int:
    return int(len(tokens) == 1)


__all__ = ["WORDS", "Point", "grid"]
