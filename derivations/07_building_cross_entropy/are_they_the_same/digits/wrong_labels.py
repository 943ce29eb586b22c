"""The digits with wrong labels, and what cross entropy and the exact policy gradient learn from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .training import (
    ANSWERS,
    DigitsData,
    Floats,
    initialise,
    load,
    log_policy,
    weighted_ascent,
)


def with_wrong_labels(data: DigitsData, rate: float, seed: int = 0) -> DigitsData:
    """The data with each training label replaced, with probability `rate` in [0, 1], by one of the other nine.

    Each of the nine is equally likely.  The images held out keep their labels.

    >>> data = load()
    >>> wrong = with_wrong_labels(data, 0.4).labels != data.labels
    >>> round(float(wrong.mean()), 2)
    0.42
    """
    if not 0 <= rate <= 1:
        raise ValueError(f"rate must lie between 0 and 1, not {rate!r}")
    rng = np.random.default_rng([seed, ANSWERS])
    flipped = rng.random(len(data.labels)) < rate
    other = (data.labels + rng.integers(1, ANSWERS, len(data.labels))) % ANSWERS
    return replace(data, labels=np.where(flipped, other, data.labels))


def ascend(data: DigitsData, on_policy: bool, updates: int, step: float, seed: int = 0) -> Floats:
    """θ after full-batch ascent on J with 0/1 reward (`on_policy`) or on −CE, nothing sampled, of shape (65, 10)."""
    theta = initialise(seed)
    for _ in range(updates):
        policy = np.exp(log_policy(theta, data.features))
        right = np.sum(policy * data.label_law, axis=1, keepdims=True)
        theta = theta + step * weighted_ascent(data, policy, right if on_policy else np.ones_like(right))
    return theta


@dataclass(frozen=True, eq=False)
class NoiseRun:
    """What both methods reach on held-out digits with true labels, at each rate of wrong ones."""

    rates: Floats  # (R,)
    updates: int
    step: float
    seed: int
    probability: Floats  # (2, R): mean π(y|s), cross entropy first
    accuracy: Floats  # (2, R): share of likeliest answers that are right


def train_with_noise(
    rates: Sequence[float] = (0.0, 0.2, 0.4, 0.6, 0.8),
    updates: int = 600,
    step: float = 4.0,
    seed: int = 0,
    data: DigitsData | None = None,
) -> NoiseRun:
    """Train both methods from one start at every rate; ledger: symmetric-noise-pg, symmetric-noise-ce.

    >>> run = train_with_noise((0.0, 0.4), updates=20)
    >>> run.probability.shape
    (2, 2)
    """
    data = load() if data is None else data
    probability, accuracy = np.empty((2, len(rates))), np.empty((2, len(rates)))
    truth = np.arange(len(data.held_out_labels)), data.held_out_labels
    for j, rate in enumerate(rates):
        noisy = with_wrong_labels(data, rate, seed)
        for i, on_policy in enumerate((False, True)):
            log_pi = log_policy(ascend(noisy, on_policy, updates, step, seed), data.held_out_features)
            probability[i, j] = np.exp(log_pi[truth]).mean()
            accuracy[i, j] = np.mean(log_pi.argmax(axis=1) == data.held_out_labels)
    return NoiseRun(np.array(rates), updates, step, seed, probability, accuracy)
