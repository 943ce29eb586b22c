"""Mistakes in the divergence or entropy term of an objective."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from pgsym.estimators.diagnosis.choice import Choice, Parts
from pgsym.estimators.diagnosis.credits import log_ratios, onward, total
from pgsym.estimators.episodes import Episodes, Floats


@dataclass(frozen=True)
class Instead:
    """A weight of the score, of shape (E, T), that replaces a part of the objective that should be a reward."""

    part: str
    of: Callable[[Episodes], Floats]

    def split(self, p: Episodes, parts: Parts) -> tuple[Parts, Floats | float]:
        """(the parts that remain rewards, the additional weight of the score)."""
        size: float = getattr(parts, self.part)
        return replace(parts, **{self.part: 0.0}), size * self.of(p)


Regulariser = Choice[Callable[[Episodes, Parts], "tuple[Parts, Floats | float]"]]


K1_IN_REWARD: Final = "weight the score by the whole log-ratio, detached (k1 in the reward)"
DETACH: Final = "detach the log-ratio in the reward"


def _divergence(of: Callable[[Episodes], Floats], looks: str, advice: str = K1_IN_REWARD) -> Regulariser:
    return Choice(Instead("divergence", of).split, looks, advice=advice)


def _entropy(of: Callable[[Episodes], Floats], looks: str, advice: str) -> Regulariser:
    return Choice(Instead("entropy", of).split, looks, advice=advice)


def _own(p: Episodes) -> Floats:
    return p.logarithms(p.policy)


def _k3(p: Episodes) -> Floats:
    return np.exp(-log_ratios(p)) - 1 + log_ratios(p)


PAID: Final[dict[str, Regulariser]] = {
    "paid": Choice(lambda p, parts: (parts, 0.0), "divergence and entropy are paid as rewards", "pay them as rewards")
}

DIVERGENCES: Final[dict[str, Regulariser]] = {
    "k1-as-loss": _divergence(
        lambda p: np.ones((1, 1)),
        "the log-ratio (k1) is differentiated as a loss, but its gradient is zero on average under π",
    ),
    "k2-per-token": _divergence(
        log_ratios,
        "an action is credited only with the log-ratio of its own step (k2 as a loss of each token, or each state's "
        "own divergence), not with those of later steps",
        advice=f"{K1_IN_REWARD}, or square the sum over the steps",
    ),
    "k3-as-loss": _divergence(
        lambda p: 1 - np.exp(-log_ratios(p)),
        "k3 of each token is differentiated as a loss: its gradient is that of each state's KL(ref‖π)",
    ),
    "k3-of-sequence-as-loss": _divergence(
        lambda p: 1 - np.exp(-total(log_ratios(p))),
        "k3 of the whole sequence is differentiated as a loss: its gradient is that of KL(ref‖π)",
    ),
    "k3-in-reward": _divergence(
        lambda p: onward(_k3(p)),
        "k3 is used as a reward: its mean is the divergence, but the gradient that is left out is not zero",
    ),
    "k3-of-sequence-in-reward": _divergence(
        lambda p: np.exp(-total(log_ratios(p))) - 1 + total(log_ratios(p)),
        "k3 of the whole sequence is used as a reward: its mean is the divergence, but the gradient that is left out "
        "is not zero",
    ),
    "divergence-of-the-chosen": _divergence(
        lambda p: np.where(p.mask, p.taken(p.policy) * (1 + log_ratios(p)), 0.0).astype(np.float64),
        "p log(p/ref) of the chosen action alone is differentiated, but sampling already weights it by p",
        advice="sum p log(p/ref) over all actions, or weight the score by the log-ratio, detached",
    ),
    "k2-in-reward": _divergence(
        lambda p: onward(log_ratios(p) ** 2 / 2),
        "k2, half the squared log-ratio, is used as a reward",
    ),
    "absolute-log-ratio": _divergence(
        lambda p: onward(np.abs(log_ratios(p))),
        "the absolute value of the log-ratio is used as a reward",
    ),
    "divergence-not-detached": _divergence(
        lambda p: total(log_ratios(p) + _own(p)),
        "the gradient also flows through the log-ratio that is used as a reward",
        advice=DETACH,
    ),
    "divergence-to-go-not-detached": _divergence(
        lambda p: onward(log_ratios(p)) + np.cumsum(_own(p), axis=1),
        "the gradient also flows through the log-ratios that are used as rewards",
        advice=DETACH,
    ),
    "divergence-of-own-step-not-detached": _divergence(
        lambda p: log_ratios(p) + _own(p),
        "the gradient also flows through the log-ratio that weights its own step",
        advice=DETACH,
    ),
}

ENTROPIES: Final[dict[str, Regulariser]] = {
    "entropy-as-loss": _entropy(
        lambda p: -np.ones((1, 1)),
        "−log π of the sampled actions is differentiated, but its gradient is zero on average under π",
        advice="weight the score by −log π, detached, or differentiate the entropy of the whole distribution",
    ),
    "entropy-of-own-step": _entropy(
        lambda p: -_own(p),
        "an action is credited only with the entropy at its own step, not with that of later steps",
        advice="weight the score by the −log π of all steps from its own on",
    ),
    "entropy-of-the-chosen": _entropy(
        lambda p: np.where(p.mask, -p.taken(p.policy) * (1 + _own(p)), 0.0).astype(np.float64),
        "−p log p of the chosen action alone is differentiated, but sampling already weights it by p",
        advice="sum −p log p over all actions, or weight the score by −log π, detached",
    ),
    "probability-for-entropy": _entropy(
        lambda p: -onward(np.where(p.mask, p.taken(p.policy), 0).astype(np.float64)),
        "the entropy uses the probability in place of its logarithm",
        advice="average −log π over the samples",
    ),
}


__all__ = ["DIVERGENCES", "ENTROPIES", "PAID"]
