"""Estimators over groups of episodes from one start: leave-one-out, group means, deviations, lengths."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from pgsym.estimators.batches import Batching
from pgsym.estimators.catalogue.known import KnownEstimator, length, on_policy, one, without_self
from pgsym.estimators.catalogue.returns import per_row
from pgsym.estimators.groups import centred, grouped
from pgsym.meaning.numbers.base import Array

EPSILON = 1e-4
"""The constant added to the group's standard deviation."""


def standardised(returns: Array, group_size: int, ddof: int = 0) -> Array:
    """(return − mean)/(standard deviation + ε) of every group, of shape (N, R)."""
    deviation = grouped(returns, group_size).std(axis=2, ddof=ddof)
    return centred(returns, group_size) / (np.repeat(deviation, group_size, axis=1) + EPSILON)


def leave_one_out(returns: Array, total_scores: Array, group_size: int) -> Array:
    """(R_i − the mean of the others' returns) Σ_t ∇ log π.  Kool, van Hoof, Welling (2019)."""
    return per_row(centred(returns, group_size) * group_size / (group_size - 1), total_scores)


def group_mean(returns: Array, total_scores: Array, group_size: int) -> Array:
    """(R_i − the mean of the group's returns) Σ_t ∇ log π."""
    return per_row(centred(returns, group_size), total_scores)


def group_deviation(returns: Array, total_scores: Array, group_size: int) -> Array:
    """(R_i − mean)/(standard deviation + ε) Σ_t ∇ log π, the deviation over G."""
    return per_row(standardised(returns, group_size), total_scores)


def group_deviation_sample(returns: Array, total_scores: Array, group_size: int) -> Array:
    """(R_i − mean)/(standard deviation + ε) Σ_t ∇ log π, the deviation over G − 1."""
    return per_row(standardised(returns, group_size, ddof=1), total_scores)


def length_mean(returns: Array, total_scores: Array, lengths: Array) -> Array:
    """R_i (1/|o_i|) Σ_t ∇ log π: the mean over the episode's own steps."""
    return per_row(returns / lengths, total_scores)


def grpo(returns: Array, total_scores: Array, lengths: Array, group_size: int) -> Array:
    """(R_i − mean)/(standard deviation + ε) (1/|o_i|) Σ_t ∇ log π, on-policy.  Shao et al. (2024)."""
    return per_row(standardised(returns, group_size) / lengths, total_scores)


def dr_grpo(returns: Array, total_scores: Array, mask: Array, group_size: int) -> Array:
    """(R_i − mean) (1/T) Σ_t ∇ log π, T the largest length.  Liu et al. (2025)."""
    return per_row(centred(returns, group_size) / mask.shape[2], total_scores)


def token_mean(returns: Array, total_scores: Array, lengths: Array, group_size: int) -> Array:
    """Σ_i (R_i − mean) Σ_t ∇ log π / Σ_i |o_i|: the mean over all tokens of the batch.  Yu et al. (2025)."""
    tokens = lengths.mean(axis=1, keepdims=True) if returns.dtype != object else _mean_length(lengths)
    return per_row(centred(returns, group_size) / tokens, total_scores)


def _mean_length(lengths: Array) -> Array:
    return np.array([[Fraction(int(n), lengths.shape[1])] for n in lengths.sum(axis=1)], dtype=object)


def _nothing_alone(batching: Batching) -> Fraction | None:
    return Fraction(0) if batching.group_size == 1 else None


def _over_length(batching: Batching) -> Fraction | None:
    steps = length(batching)
    return None if steps is None else Fraction(1, steps)


def _group_over_length(batching: Batching) -> Fraction | None:
    if batching.rows == 1:
        return Fraction(0)
    steps = length(batching)
    return None if steps is None else without_self(batching) / steps


ENTRIES = (
    KnownEstimator(
        "leave-one-out",
        "Leave-one-out baseline",
        "The mean of the other members' returns is subtracted from each return.",
        leave_one_out,
        "unbiased on-policy for G ≥ 2",
        one,
        smallest_group=2,
        claims=("leave-one-out",),
    ),
    KnownEstimator(
        "group-mean",
        "Group-mean baseline",
        "The mean of the group, including the return itself, is subtracted from each return.",
        group_mean,
        "scaled by exactly (G−1)/G on-policy",
        on_policy(without_self),
        claims=("group-mean", "rloo-and-group-mean"),
    ),
    KnownEstimator(
        "group-deviation",
        "Group mean and standard deviation",
        "The group's returns are standardised; the variance is divided by G.",
        group_deviation,
        "turned: the factor depends on the group's rewards, and so on the prompt",
        on_policy(_nothing_alone),
        floats=True,
        claims=("grpo-direction", "grpo-binary-direction"),
    ),
    KnownEstimator(
        "group-deviation-sample",
        "Group mean and sample deviation",
        "The group's returns are standardised; the variance is divided by G − 1.",
        group_deviation_sample,
        "turned, as with division by G",
        on_policy(_nothing_alone),
        smallest_group=2,
        floats=True,
        claims=("grpo-binary-sample-deviation",),
    ),
    KnownEstimator(
        "length-mean",
        "Mean over the episode's own length",
        "The scores of an episode are averaged over its steps instead of summed.",
        length_mean,
        "scaled by exactly 1/L if all lengths are L, turned if they differ",
        on_policy(_over_length),
        claims=("length-normalisation", "length-normalisation-is-harmless"),
    ),
    KnownEstimator(
        "grpo",
        "GRPO",
        "Standardised returns, and the mean of the scores over the episode's own length.",
        grpo,
        "turned, both by the deviation and by the lengths",
        on_policy(_nothing_alone),
        floats=True,
        claims=("grpo-direction", "length-normalisation"),
    ),
    KnownEstimator(
        "dr-grpo",
        "Dr. GRPO",
        "The group mean is subtracted; the sum of scores is divided by a constant (the largest length T).",
        dr_grpo,
        "scaled by exactly (G−1)/(G T) on-policy",
        on_policy(lambda batching: without_self(batching) / batching.problem.T),
        claims=("length-normalisation-by-a-constant",),
    ),
    KnownEstimator(
        "token-mean",
        "Mean over all tokens",
        "The group mean is subtracted; the sum of all scores is divided by the number of tokens in the batch (DAPO).",
        token_mean,
        "scaled by exactly (G−1)/(G L) if all lengths are L, turned if they differ",
        on_policy(_group_over_length),
    ),
)

__all__ = ["ENTRIES", "centred", "standardised"]
