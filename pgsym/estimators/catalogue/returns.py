"""Score-function estimators from returns: REINFORCE, the reward to go, baselines.

Every function takes the arrays of `pgsym.estimators.COLUMNS` by name and returns one estimate for each sample, of
shape (N, P); all of them work in Fractions too.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from pgsym.estimators.batches import Batching
from pgsym.estimators.catalogue.known import KnownEstimator, on_policy, one
from pgsym.estimators.samples import Samples
from pgsym.meaning.numbers.base import Array

BASELINE = 1
"""The constant of the constant baseline."""


def per_row(weights: Array, total_scores: Array) -> Array:
    """(1/R) Σ_rows weight × score of the episode, for weights of shape (N, R)."""
    return np.asarray((weights[..., np.newaxis] * total_scores).sum(axis=1) / weights.shape[1])


def per_step(weights: Array, scores: Array) -> Array:
    """(1/R) Σ_rows Σ_t weight × score of the step, for weights of shape (N, R, T)."""
    return np.asarray((weights[..., np.newaxis] * scores).sum(axis=(1, 2)) / weights.shape[1])


def discounts(discount: Any, T: int) -> Array:
    """γ^{t−1}, of shape (T,)."""
    return np.array([discount**t for t in range(T)])


def reinforce(returns: Array, total_scores: Array) -> Array:
    """R Σ_t ∇ log π(a_t|s_t).  Williams (1992)."""
    return per_row(returns, total_scores)


def reward_to_go(to_go: Array, scores: Array, discount: Any) -> Array:
    """Σ_t γ^{t−1} (Σ_{u≥t} γ^{u−t} r_u) ∇ log π(a_t|s_t).  Sutton et al. (2000)."""
    return per_step(to_go * discounts(discount, to_go.shape[2]), scores)


def reward_to_go_undiscounted(to_go: Array, scores: Array) -> Array:
    """The same without γ^{t−1}, as implementations have it.  Thomas (2014)."""
    return per_step(to_go, scores)


def constant_baseline(returns: Array, total_scores: Array) -> Array:
    """(R − b) Σ_t ∇ log π(a_t|s_t) at b = 1."""
    return per_row(returns - BASELINE, total_scores)


def state_baseline(to_go: Array, values: Array, scores: Array, discount: Any) -> Array:
    """Σ_t γ^{t−1} (reward to go − V(s_t)) ∇ log π(a_t|s_t) for any V."""
    return per_step((to_go - values) * discounts(discount, to_go.shape[2]), scores)


def optimal_baseline(samples: Samples) -> Array:
    """(R − b) Σ_t ∇ log π(a_t|s_t) at the constant b = E[R ‖g‖²]/E[‖g‖²] of least variance, g the score.

    b is known from the problem, not estimated.  Weaver, Tao (2001); Greensmith, Bartlett, Baxter (2004).
    """
    p = samples.problem
    squares = p.mass() * (p.total_scores * p.total_scores).sum(axis=1)
    total = squares.sum()
    best = (squares * p.returns).sum() / total if total else 0
    return per_row(samples["returns"] - best, samples["total_scores"])


def _without_discounts(batching: Batching) -> Fraction | None:
    return Fraction(1) if batching.problem.discount == 1 or batching.problem.T == 1 else None


ENTRIES = (
    KnownEstimator(
        "reinforce",
        "REINFORCE",
        "The scores of all steps are weighted by the return of the episode.",
        reinforce,
        "unbiased on-policy",
        one,
        claims=("reinforce", "sequence-reward"),
    ),
    KnownEstimator(
        "reward-to-go",
        "Reward to go",
        "Each step's score is weighted by the rewards from that step on.",
        reward_to_go,
        "unbiased on-policy",
        one,
        claims=("reward-to-go", "sequence-reward-to-go"),
    ),
    KnownEstimator(
        "reward-to-go-undiscounted",
        "Reward to go without γ^{t−1}",
        "Discounted rewards to go, but without the discount of the step itself.",
        reward_to_go_undiscounted,
        "unbiased on-policy for γ = 1 or one step, turned otherwise",
        on_policy(_without_discounts),
        claims=("gae-bias-discounted-without-the-factor",),
    ),
    KnownEstimator(
        "constant-baseline",
        "Constant baseline",
        "A number that does not depend on the action is subtracted from the return (here 1).",
        constant_baseline,
        "unbiased on-policy for every number",
        one,
        claims=("baseline", "sequence-reward-baseline"),
    ),
    KnownEstimator(
        "state-baseline",
        "State baseline",
        "A function of the state is subtracted from the reward to go: the critic's V(s), exact or not.",
        state_baseline,
        "unbiased on-policy for every function of the state",
        one,
        claims=("baseline", "any-critic"),
    ),
    KnownEstimator(
        "optimal-baseline",
        "Optimal constant baseline",
        "The constant of least variance, E[R ‖score‖²]/E[‖score‖²], computed from the problem, is subtracted.",
        optimal_baseline,
        "unbiased on-policy, with the least variance of all constants",
        one,
        claims=("baseline",),
    ),
)

__all__ = ["ENTRIES", "per_row", "per_step"]
