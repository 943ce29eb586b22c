"""The means of an estimator at small problems, with the objective's gradients there."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pgsym.estimators.batches import Batching
from pgsym.estimators.comparison import Comparison, compare
from pgsym.estimators.enumeration import moments
from pgsym.estimators.episodes import Floats
from pgsym.estimators.estimator import Estimator
from pgsym.estimators.exact_moments import Moments
from pgsym.estimators.objectives import Objective


@dataclass(frozen=True, eq=False)
class Observation:
    """The mean of an estimator and the gradient that it should equal, both of shape (P,), in float64."""

    batching: Batching
    mean: Floats
    target: Floats

    @property
    def comparison(self) -> Comparison:
        """The comparison of the mean with the gradient."""
        return compare(self.mean, self.target, 1e-9, noise=1e-12)

    @property
    def right(self) -> bool:
        """Whether the mean is the gradient."""
        return self.comparison.equal


def observed(found: Moments) -> Observation:
    """The observation that moments contain."""
    mean, target = (np.ravel(x).astype(np.float64) for x in (found.mean, found.target))
    return Observation(found.batching, mean, target)


def observe(estimator: Estimator, batching: Batching, objective: Objective) -> Observation | None:
    """The observation of an estimator at a small batching; None if it raises there."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return observed(
                moments(
                    estimator,
                    batching.problem,
                    groups=batching.groups,
                    group_size=batching.group_size,
                    objective=objective,
                    progress=False,
                )
            )
    except Exception:  # a user's code may fail in any way at a problem that it was not written for
        return None


def observe_all(estimator: Estimator, batchings: Sequence[Batching], objective: Objective) -> list[Observation]:
    """The observations of an estimator at those batchings where it does not raise."""
    seen = (observe(estimator, batching, objective) for batching in batchings)
    return [observation for observation in seen if observation is not None]


__all__ = ["Observation", "observe", "observe_all", "observed"]
