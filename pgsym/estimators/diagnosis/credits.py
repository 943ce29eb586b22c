"""Credits of actions: arrays of shape (E, T) over the listed episodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from pgsym.estimators.diagnosis.choice import Choice, Parts
from pgsym.estimators.diagnosis.weights import ratios
from pgsym.estimators.episodes import Episodes, Floats

Credit = Callable[[Episodes, Parts], Floats]


def log_ratios(p: Episodes) -> Floats:
    """log π/reference at every step, of shape (E, T)."""
    return p.logarithms(p.policy) - p.logarithms(p.reference)


def paid(p: Episodes, parts: Parts) -> Floats:
    """The reward of every step, of shape (E, T), including the objective's other parts written as rewards.

    The gradient of E_π[f] is E_π[f × score] if E_π[∇f] = 0, which holds for the divergences and the entropy too.
    They are not discounted, so they are divided here by the discount with which they are multiplied later.
    """
    out = np.asarray(parts.reward * p.rewards, dtype=np.float64)
    discounts = np.asarray(p.discounts, dtype=np.float64)
    if parts.divergence:
        out = out + parts.divergence * log_ratios(p) / discounts
    if parts.entropy:
        out = out - parts.entropy * p.logarithms(p.policy) / discounts
    if parts.forward:
        last = np.arange(p.T) == p.lengths[:, np.newaxis] - 1
        out = out - parts.forward * last * np.exp(-total(log_ratios(p))) / discounts
    return out


def onward(x: Floats) -> Floats:
    """Σ_{u≥t} x_u, of shape (E, T)."""
    return np.cumsum(x[:, ::-1], axis=1)[:, ::-1]


def total(x: Floats) -> Floats:
    """Σ_t x_t, of shape (E, 1)."""
    return np.asarray(x.sum(axis=1, keepdims=True))


def _by(of: Callable[[Floats, Floats], Floats]) -> Credit:
    """A credit computed from the rewards and the discounts γ^(t−1)."""
    return lambda p, parts: of(paid(p, parts), np.asarray(p.discounts, dtype=np.float64))


def _per_decision(p: Episodes, parts: Parts) -> Floats:
    return onward(p.discounts * paid(p, parts) * np.cumprod(ratios(p), axis=1))


def _without_own_mean(p: Episodes, parts: Parts) -> Floats:
    to_go = onward(p.discounts * paid(p, parts))
    return to_go - total(np.where(p.mask, to_go, 0.0)) / p.lengths[:, np.newaxis]


FROM_ITS_STEP: Final = "credit it with all rewards from its step on"
DISCOUNTS: Final = "r_u counts γ^(u−1), and so does what follows an action: γ^(t−1) Σ_{u≥t} γ^(u−t) r_u"

CREDITS: Final[dict[str, Choice[Credit]]] = {
    "to-go": Choice(
        _by(lambda r, d: onward(d * r)), "an action is credited with the rewards from its step on", FROM_ITS_STEP
    ),
    "return": Choice(
        _by(lambda r, d: total(d * r)), "an action is credited with the whole return", "credit it with the whole return"
    ),
    "per-decision": Choice(
        _per_decision, "every reward has the ratios up to its step", "weight every reward by the ratios up to its step"
    ),
    "missing-reward-to-go": Choice(
        _by(lambda r, d: d * r), "an action is credited only with the reward of its own step", advice=FROM_ITS_STEP
    ),
    "missing-reward-to-go-undiscounted": Choice(
        _by(lambda r, d: r),
        "an action is credited only with the reward of its own step, not discounted",
        advice=FROM_ITS_STEP,
    ),
    "rewards-so-far": Choice(
        _by(lambda r, d: np.cumsum(d * r, axis=1)),
        "an action is credited with the rewards up to its step instead of those from its step on",
        advice="sum from the step to the end (a cumulative sum of the reversed rewards)",
    ),
    "rewards-before": Choice(
        _by(lambda r, d: np.cumsum(d * r, axis=1) - d * r),
        "an action is credited only with the rewards before its step",
        advice=FROM_ITS_STEP,
    ),
    "rewards-after": Choice(
        _by(lambda r, d: onward(d * r) - d * r),
        "the reward-to-go is off by one: the reward of the action's own step is left out",
        advice="start the sum at the action's own step",
    ),
    "step-discount-missing": Choice(
        _by(lambda r, d: onward(d * r) / d),
        "the discount γ^(t−1) of the step itself is missing",
        advice=f"{DISCOUNTS}; or use an objective without a discount, if you mean that",
    ),
    "undiscounted": Choice(
        _by(lambda r, d: onward(r)), "the rewards are not discounted, but the objective is", advice=DISCOUNTS
    ),
    "undiscounted-to-go": Choice(
        _by(lambda r, d: d * onward(r)),
        "the step is discounted, but the rewards from it on are not",
        advice=DISCOUNTS,
    ),
    "undiscounted-return": Choice(
        _by(lambda r, d: total(r)), "the rewards are not discounted, but the objective is", advice=DISCOUNTS
    ),
    "discounted-twice": Choice(_by(lambda r, d: d * onward(d * r)), "the discount is applied twice", advice=DISCOUNTS),
    "return-discounted-twice": Choice(
        _by(lambda r, d: d * total(d * r)),
        "the discounted return is discounted once more at every step",
        advice="do not multiply the discounted return by another discount",
    ),
    "rewards-discounted-twice": Choice(
        _by(lambda r, d: onward(d * d * r)), "every reward is discounted twice", advice=DISCOUNTS
    ),
    "average-reward": Choice(
        lambda p, parts: total(p.discounts * paid(p, parts)) / p.lengths[:, np.newaxis],
        "rewards are averaged over an episode's own length rather than summed",
        advice="sum them: the division by the length makes the rewards of long episodes smaller",
    ),
    "own-episode-baseline": Choice(
        lambda p, parts: _without_own_mean(p, parts),
        "the mean over the steps of the action's own episode is subtracted, which depends on the action itself",
        advice="subtract something known before the action: a value of the state, or the mean of other episodes",
    ),
    "no-reward": Choice(
        lambda p, parts: np.ones((1, 1)), "no reward reaches the gradient", advice="multiply the score by the advantage"
    ),
}


__all__ = ["CREDITS", "Credit", "log_ratios", "onward", "paid", "total"]
