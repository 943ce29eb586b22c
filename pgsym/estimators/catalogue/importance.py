"""Estimators from another policy's samples: importance weights of episodes, of steps, and clipped ratios."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from pgsym.estimators.batches import Batching
from pgsym.estimators.catalogue.known import KnownEstimator, covered
from pgsym.estimators.catalogue.returns import discounts, per_row, per_step
from pgsym.meaning.numbers.base import Array

CLIP = Fraction(1, 5)
"""ε of the clipped surrogate."""


def per_trajectory(returns: Array, ratios: Array, total_scores: Array) -> Array:
    """(Π_t ρ_t) R Σ_t ∇ log π, ρ_t = π(a_t|s_t)/behaviour(a_t|s_t)."""
    return per_row(returns * ratios.prod(axis=2), total_scores)


def per_decision(rewards: Array, ratios: Array, scores: Array, discount: Any) -> Array:
    """Σ_u γ^{u−1} (Π_{v≤u} ρ_v) r_u Σ_{t≤u} ∇ log π(a_t|s_t).  Precup, Sutton, Singh (2000)."""
    weighed = rewards * discounts(discount, rewards.shape[2]) * np.multiply.accumulate(ratios, axis=2)
    return per_step(np.add.accumulate(weighed[..., ::-1], axis=2)[..., ::-1], scores)


def per_token(returns: Array, ratios: Array, scores: Array) -> Array:
    """Σ_t ρ_t R ∇ log π(a_t|s_t): each step is weighted by its own ratio only."""
    return per_step(returns[..., np.newaxis] * ratios, scores)


def clipped(returns: Array, ratios: Array, scores: Array) -> Array:
    """The gradient of Σ_t min(ρ_t R, clip(ρ_t, 1−ε, 1+ε) R) at ε = 1/5.  Schulman et al. (2017)."""
    clip: Any = CLIP if ratios.dtype == object else float(CLIP)
    gain = returns[..., np.newaxis] * np.ones(ratios.shape, dtype=np.int64)
    flat = np.where(gain > 0, ratios > 1 + clip, (gain < 0) & (ratios < 1 - clip))
    return per_step(np.where(np.asarray(flat, dtype=bool), 0, gain * ratios), scores)


def _covered(batching: Batching) -> Fraction | None:
    return Fraction(1) if covered(batching) else None


def _one_step_or_own(batching: Batching) -> Fraction | None:
    return Fraction(1) if batching.problem.on_policy or (batching.problem.T == 1 and covered(batching)) else None


def _own(batching: Batching) -> Fraction | None:
    return Fraction(1) if batching.problem.on_policy else None


ENTRIES = (
    KnownEstimator(
        "importance-trajectory",
        "Importance weights of episodes",
        "Each episode is weighted by the product of its ratios.",
        per_trajectory,
        "unbiased off-policy if the behaviour policy can take every action of the policy",
        _covered,
        claims=("importance-sampling",),
    ),
    KnownEstimator(
        "importance-per-decision",
        "Importance weights per decision",
        "Each reward is weighted by the product of the ratios up to it.",
        per_decision,
        "unbiased off-policy if the behaviour policy can take every action of the policy",
        _covered,
        claims=("importance-sampling-per-decision-gradient",),
    ),
    KnownEstimator(
        "per-token-ratio",
        "Ratios per token",
        "Each step is weighted by its own ratio alone, as in PPO and GRPO without clipping.",
        per_token,
        "unbiased on-policy and for one step, turned off-policy for two steps or more",
        _one_step_or_own,
        claims=("token-ratios", "token-ratios-of-one-token", "token-ratios-at-the-old-policy"),
    ),
    KnownEstimator(
        "clipped",
        "Clipped surrogate (PPO)",
        "Ratios per token; the gradient is zero if the ratio has left 1 ± 1/5 in the direction of the gain.",
        clipped,
        "unbiased on-policy, turned off-policy",
        _own,
        claims=("ppo-clip", "ppo-first-step-is-pg", "token-ratios-clipped"),
    ),
)

__all__ = ["ENTRIES"]
