"""Facts about an estimator: which gradient it estimates, by which exact factor, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from pgsym.estimators.batches import Batching
from pgsym.estimators.estimator import FromFunction
from pgsym.estimators.objectives import Objective, expected_return

Factor = Callable[[Batching], Fraction | None]
"""The exact factor between an estimator's mean and the gradient at a batching; None if no factor is claimed."""


@dataclass(frozen=True)
class KnownEstimator:
    """An estimator from the literature, as a function of arrays, with the exact fact about its mean.

    `factor` returns the exact multiple of the objective's gradient that the mean is at a batching, or None if the mean
    can point elsewhere; `fact` says the same in words.  `smallest_group` is the smallest group size.  `floats` says
    whether logarithms or roots are needed, which Fractions do not have.  `claims` are pgsym's claims of the same fact.
    """

    id: str
    title: str
    summary: str
    function: Callable[..., Any]
    fact: str
    factor: Factor
    objective: Objective = expected_return
    smallest_group: int = 1
    floats: bool = False
    claims: tuple[str, ...] = ()
    estimator: FromFunction = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "estimator", FromFunction(self.function, name=self.id))

    def applies(self, batching: Batching) -> bool:
        """Whether the estimator can be computed at a batching."""
        return batching.group_size >= self.smallest_group and not (self.floats and batching.problem.exact)


def one(batching: Batching) -> Fraction | None:
    """The factor 1 on-policy."""
    return Fraction(1) if batching.problem.on_policy else None


def covered(batching: Batching) -> bool:
    """Whether the behaviour policy can take every action that the policy can take."""
    p = batching.problem
    return bool(np.all(np.asarray(p.behaviour != 0, dtype=bool) | np.asarray(p.policy == 0, dtype=bool)))


def length(batching: Batching) -> int | None:
    """The common length of all episodes; None if lengths differ."""
    found = set(batching.problem.lengths.tolist())
    return found.pop() if len(found) == 1 else None


def on_policy(factor: Factor) -> Factor:
    """A factor that is claimed on-policy only."""
    return lambda batching: factor(batching) if batching.problem.on_policy else None


def single_step(batching: Batching) -> Fraction | None:
    """The factor 1 on-policy for episodes of one step."""
    return Fraction(1) if batching.problem.on_policy and batching.problem.T == 1 else None


def without_self(batching: Batching) -> Fraction:
    """(G − 1)/G."""
    return Fraction(batching.group_size - 1, batching.group_size)


__all__ = ["Factor", "KnownEstimator", "covered", "length", "on_policy", "one", "single_step", "without_self"]
