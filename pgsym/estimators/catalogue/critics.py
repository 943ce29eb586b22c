"""Advantages from a critic: GAE(λ), and its bias as a polynomial in λ with exact coefficients."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from pgsym.errors import EstimatorError
from pgsym.estimators.batches import Batching
from pgsym.estimators.catalogue.known import Factor, KnownEstimator
from pgsym.estimators.catalogue.returns import discounts, per_step
from pgsym.estimators.enumeration import moments
from pgsym.estimators.episodes import Episodes
from pgsym.meaning.numbers.base import Array

HALF = Fraction(1, 2)


def gae(lam: Any) -> Callable[..., Array]:
    """The estimator Σ_t γ^{t−1} Â_t ∇ log π with Â_t = Σ_l (γλ)^l δ_{t+l}, δ_t = r_t + γ V(s_{t+1}) − V(s_t).

    V is the problem's critic, or the exact value function if it has none.  Schulman et al. (2016); the factor γ^{t−1}
    makes it an estimate of the discounted return's gradient.
    """

    def estimate(rewards: Array, values: Array, scores: Array, discount: Any) -> Array:
        step = lam if rewards.dtype == object else float(lam)
        T = rewards.shape[2]
        advantages = np.empty(rewards.shape, dtype=rewards.dtype)
        later = np.zeros_like(rewards[..., 0])
        after = later
        for t in reversed(range(T)):
            later = rewards[..., t] + discount * after - values[..., t] + discount * step * later
            advantages[..., t], after = later, values[..., t]
        return per_step(advantages * discounts(discount, T), scores)

    return estimate


def _factor(lam: Fraction) -> Factor:
    def factor(batching: Batching) -> Fraction | None:
        p = batching.problem
        return Fraction(1) if p.on_policy and (p.critic is None or p.T == 1 or lam == 1) else None

    return factor


def gae_bias(problem: Episodes) -> Array:
    """The coefficients of the bias of GAE(λ) in 1, λ, λ², …, of shape (T, S, A), exact at a problem in Fractions.

    Every estimate is a polynomial in λ of degree T − 1; the means at T fractions λ give the coefficients.
    Raises EstimatorError for a problem in floats.

    >>> from pgsym.estimators import tree
    >>> gae_bias(tree([0, 0, 0, 1], critic=[0, 1, 0]))[:, 0].tolist()
    [[Fraction(3, 8), Fraction(-3, 8)], [Fraction(-3, 8), Fraction(3, 8)]]
    """
    if not problem.exact:
        raise EstimatorError("the coefficients are exact only at a problem in Fractions")
    at = [Fraction(k, problem.T) for k in range(problem.T)]
    return interpolated(at, [moments(gae(lam), problem).bias for lam in at])


def interpolated(at: list[Fraction], found: list[Array]) -> Array:
    """The coefficients, by power, of the polynomial with given values at given fractions (Newton's form)."""
    divided = list(found)
    for order in range(1, len(at)):
        for i in reversed(range(order, len(at))):
            divided[i] = (divided[i] - divided[i - 1]) / (at[i] - at[i - order])
    coefficients = [0 * found[0] for _ in at]
    for i in reversed(range(len(at))):  # c ← c (λ − at_i) + divided_i
        shifted = [0 * found[0], *coefficients[:-1]]
        coefficients = [s - at[i] * c for s, c in zip(shifted, coefficients, strict=True)]
        coefficients[0] = coefficients[0] + divided[i]
    return np.array(coefficients)


ENTRIES = (
    KnownEstimator(
        "gae",
        "GAE(1/2)",
        "Temporal differences of the critic, weighed by (γλ)^l, in place of the return.",
        gae(HALF),
        "unbiased on-policy with the exact value function or for one step; with another critic turned, unless λ = 1",
        _factor(HALF),
        claims=("gae-bias", "gae-bias-wrong-critic"),
    ),
    KnownEstimator(
        "temporal-difference",
        "Temporal difference, GAE(0)",
        "One reward and the critic's value of the next state.",
        gae(Fraction(0)),
        "unbiased on-policy with the exact value function or for one step; with another critic turned",
        _factor(Fraction(0)),
        claims=("gae-bias-one-step",),
    ),
    KnownEstimator(
        "gae-1",
        "GAE(1)",
        "All temporal differences: the reward to go less V(s).",
        gae(Fraction(1)),
        "unbiased on-policy with any critic",
        _factor(Fraction(1)),
        claims=("any-critic",),
    ),
)

__all__ = ["ENTRIES", "gae", "gae_bias", "interpolated"]
