"""What an action is credited with by slips in the part of an objective that is a divergence, or an entropy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from pgsym.estimators.hints.choice import Choice, Parts
from pgsym.estimators.hints.credits import Credit, log_ratios, onward, paid, total
from pgsym.estimators.problem import Floats, Problem


def _beside(of: Callable[[Problem], Floats]) -> Credit:
    """The rewards-to-go, and something else in place of the divergence."""
    return lambda p, parts: _to_go(p, replace(parts, divergence=0.0)) + parts.divergence * of(p)


def _for_entropy(of: Callable[[Problem], Floats]) -> Credit:
    """The rewards-to-go, and something else in place of the entropy."""
    return lambda p, parts: _to_go(p, replace(parts, entropy=0.0)) + parts.entropy * of(p)


def _to_go(p: Problem, parts: Parts) -> Floats:
    return onward(np.asarray(p.discounts, dtype=np.float64) * paid(p, parts))


def _own(p: Problem) -> Floats:
    return p.logarithms(p.policy)


def _k3(p: Problem) -> Floats:
    return np.exp(-log_ratios(p)) - 1 + log_ratios(p)


K1_IN_REWARD: Final = "weight the score by the whole log-ratio, detached (k1 in the reward)"
DETACH: Final = "detach the log-ratio that is a reward"

DIVERGENCES: Final[dict[str, Choice[Credit]]] = {
    "k1-as-loss": Choice(
        _beside(lambda p: np.ones((1, 1))),
        "the log-ratio (k1) is differentiated as a loss, and the gradient of it is zero on average",
        advice=K1_IN_REWARD,
    ),
    "k2-per-token": Choice(
        _beside(log_ratios),
        "an action answers only for the log-ratio of its own step (k2 as a loss by tokens, or each state's own "
        "divergence), not for where it leads",
        advice=f"{K1_IN_REWARD}, or square the sum over the steps",
    ),
    "k3-as-loss": Choice(
        _beside(lambda p: 1 - np.exp(-log_ratios(p))),
        "k3 is differentiated as a loss, by tokens: its gradient is of the divergence the other way round",
        advice=K1_IN_REWARD,
    ),
    "k3-of-sequence-as-loss": Choice(
        _beside(lambda p: 1 - np.exp(-total(log_ratios(p)))),
        "k3 of the whole sequence is differentiated as a loss: its gradient is that of KL(ref‖π)",
        advice=K1_IN_REWARD,
    ),
    "k3-in-reward": Choice(
        _beside(lambda p: onward(_k3(p))),
        "k3 is a reward: its mean is the divergence, but the gradient that it leaves out is not zero",
        advice=K1_IN_REWARD,
    ),
    "k2-in-reward": Choice(
        _beside(lambda p: onward(log_ratios(p) ** 2 / 2)),
        "k2 is a reward, half the squared log-ratio",
        advice=K1_IN_REWARD,
    ),
    "absolute-log-ratio": Choice(
        _beside(lambda p: onward(np.abs(log_ratios(p)))),
        "the absolute value of the log-ratio is a reward",
        advice=K1_IN_REWARD,
    ),
    "divergence-not-detached": Choice(
        _beside(lambda p: total(log_ratios(p) + _own(p))),
        "the gradient flows through the log-ratio that is a reward, too",
        advice=DETACH,
    ),
    "divergence-to-go-not-detached": Choice(
        _beside(lambda p: onward(log_ratios(p)) + np.cumsum(_own(p), axis=1)),
        "the gradient flows through the log-ratios that are rewards, too",
        advice=DETACH,
    ),
    "divergence-of-own-step-not-detached": Choice(
        _beside(lambda p: log_ratios(p) + _own(p)),
        "the gradient flows through the log-ratio that weighs its own step, too",
        advice=DETACH,
    ),
}

ENTROPIES: Final[dict[str, Choice[Credit]]] = {
    "entropy-as-loss": Choice(
        _for_entropy(lambda p: -np.ones((1, 1))),
        "−log π of the sampled actions is differentiated, and the gradient of it is zero on average",
        advice="weight the score by −log π, detached, or differentiate the entropy of the whole distribution",
    ),
    "entropy-of-own-step": Choice(
        _for_entropy(lambda p: -_own(p)),
        "an action answers only for the entropy at its own step, not for where it leads",
        advice="weight the score by the −log π of all steps from its own on",
    ),
    "probability-for-entropy": Choice(
        _for_entropy(lambda p: -onward(np.where(p.mask, p.taken(p.policy), 0).astype(np.float64))),
        "the probability stands where its logarithm should in the entropy",
        advice="it is −log π that is averaged over the samples",
    ),
}


__all__ = ["DIVERGENCES", "ENTROPIES"]
