"""The grid on which the facts of the catalogue are checked by enumeration: small problems, several group sizes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from pgsym.estimators.batches import Batching
from pgsym.estimators.catalogue.known import KnownEstimator
from pgsym.estimators.comparison import Comparison, compare
from pgsym.estimators.episodes import Episodes
from pgsym.estimators.estimator import estimated
from pgsym.estimators.exact_moments import ROUNDING
from pgsym.estimators.problems.exhaustive import every_problem
from pgsym.estimators.samples import Samples
from pgsym.meaning.numbers.base import Array


@dataclass(frozen=True)
class Point:
    """A batching of the grid, in Fractions and in floats, with all its samples and their probabilities."""

    exact: Batching
    floats: Batching
    samples: Samples
    weights: Array

    @classmethod
    def of(cls, problem: Episodes, floats: Episodes, group_size: int) -> Point:
        """The point with all samples of one group."""
        batching = Batching(floats, group_size=group_size)
        episodes, weights = (np.concatenate(parts) for parts in zip(*batching.chunks(batching.count), strict=True))
        return cls(Batching(problem, group_size=group_size), batching, Samples(floats, episodes), weights)

    def comparison(self, known: KnownEstimator) -> Comparison:
        """The comparison of an estimator's mean with its objective's gradient, in floats."""
        mean, noise = self._mean(known)
        return compare(mean, target(known, self.floats.problem), noise=noise)

    def agrees(self, known: KnownEstimator, factor: Fraction) -> bool:
        """Whether the mean of an estimator is `factor` times its objective's gradient, in floats."""
        mean, noise = self._mean(known)
        return compare(mean, float(factor) * target(known, self.floats.problem), noise=noise).equal

    def _mean(self, known: KnownEstimator) -> tuple[Array, float]:
        estimates = estimated(known.estimator, self.samples)
        length = self.weights @ np.sqrt((estimates * estimates).sum(axis=1))
        return self.weights @ estimates, ROUNDING * (float(length) + known.objective.length(self.floats.problem))


def target(known: KnownEstimator, problem: Episodes) -> Array:
    """The gradient of an entry's objective at a problem, computed once for each objective and problem."""
    kept: dict[str, Array] = problem.__dict__.setdefault("_targets", {})
    name = known.objective.name
    if name not in kept:
        kept[name] = known.objective.gradient(problem)
    return kept[name]


@lru_cache
def grid() -> tuple[Point, ...]:
    """All batchings of the grid, sorted by parameters, then steps, then group size."""
    found = sorted(every_problem(), key=lambda pair: (pair[0].P, pair[0].T, not pair[0].on_policy))
    return tuple(
        Point.of(problem, floats, group_size)
        for problem, most in found
        for floats in (problem.floats(),)
        for group_size in range(1, most + 1)
    )


__all__ = ["Point", "grid"]
