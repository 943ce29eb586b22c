"""Baselines and normalisations of credits; they return advantages of shape (N, groups, group_size, T)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from pgsym.estimators.diagnosis.choice import Choice
from pgsym.estimators.episodes import Floats


@dataclass(frozen=True)
class Slack:
    """A small constant that keeps a standard deviation from zero, and where it is added."""

    form: str = "none"
    eps: float = 0.0

    def of(self, variance: Floats) -> Floats:
        """The divisor for a variance."""
        match self.form:
            case "added":
                return np.asarray(np.sqrt(variance) + self.eps)
            case "inside" | "counted":
                return np.asarray(np.sqrt(variance + self.eps))
            case "least":
                return np.maximum(np.sqrt(variance), self.eps)
            case _:
                return np.asarray(np.where(variance > 1e-18, np.sqrt(variance), 0))


NO_SLACK: Final = Slack()
SLACKS: Final = (
    NO_SLACK,
    *(
        Slack(form, eps)
        for form in ("added", "inside", "least", "counted")
        for eps in (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12)
    ),
)
"""The usual constants; with `counted` the constant is also added to the count over which the mean is taken."""

Baseline = Callable[[Floats, Floats, Slack], "Floats | None"]
"""A function of credits, mask (both of shape (N, groups, group_size, T)) and slack that returns advantages."""


def _leave_one_out(axes: tuple[int, ...]) -> Baseline:
    def of(c: Floats, mask: Floats, slack: Slack) -> Floats | None:
        n = int(np.prod([c.shape[i] for i in axes]))
        return None if n < 2 else (c - c.mean(axis=axes, keepdims=True)) * (n / (n - 1))

    return of


def _standardised(axes: tuple[int, ...], freedom: int, centred: bool = True) -> Baseline:
    def of(c: Floats, mask: Floats, slack: Slack) -> Floats | None:
        n = int(np.prod([c.shape[i] for i in axes]))
        return _over_spread(c, np.ones_like(c), float(n), axes, freedom, centred, slack)

    return of


def _standardised_tokens(axes: tuple[int, ...], freedom: int) -> Baseline:
    """Standardisation over all tokens in the mask."""

    def of(c: Floats, mask: Floats, slack: Slack) -> Floats | None:
        return _over_spread(c, mask, mask.sum(axis=axes, keepdims=True), axes, freedom, True, slack)

    return of


def _over_spread(
    c: Floats, counts: Floats, n: Floats | float, axes: tuple[int, ...], freedom: int, centred: bool, slack: Slack
) -> Floats | None:
    if np.min(n) <= freedom and not np.ndim(n):
        return None
    in_count = slack.eps if slack.form == "counted" else 0.0
    mean = (c * counts).sum(axis=axes, keepdims=True) / (n + in_count)
    squares = ((c - mean) ** 2 * counts).sum(axis=axes, keepdims=True)
    variance = squares / np.maximum(np.asarray(n) - freedom, 1)
    over = c - mean if centred else c
    spread = slack.of(variance)
    return np.asarray(np.where(spread > 1e-12, over / np.where(spread > 1e-12, spread, 1), 0))


GROUP: Final = (2,)
BATCH: Final = (1, 2)
TOKENS: Final = (1, 2, 3)
NOT_BY_SPREAD: Final = "do not divide: the spread depends on the sample itself, and the direction changes"
BY_SPREAD: Final = f"subtract the mean of the others, and {NOT_BY_SPREAD}"
WITHOUT_ITSELF: Final = "leave it out, or scale by {n}/({n}−1)"

BASELINES: Final[dict[str, Choice[Baseline]]] = {
    "none": Choice(
        lambda c, mask, slack: c, "nothing is subtracted", "take no baseline, or one that does not know the sample"
    ),
    "leave-one-out": Choice(
        _leave_one_out(GROUP), "the others' mean is subtracted", "subtract the mean of the others in the group"
    ),
    "batch-leave-one-out": Choice(
        _leave_one_out(BATCH), "the mean of all others is subtracted", "subtract the mean of the others"
    ),
    "group-mean-includes-itself": Choice(
        lambda c, mask, slack: c - c.mean(axis=GROUP, keepdims=True),
        "the group's mean that is subtracted includes the sample itself",
        "subtract the group's mean",
        WITHOUT_ITSELF.format(n="G"),
    ),
    "batch-mean-includes-itself": Choice(
        lambda c, mask, slack: c - c.mean(axis=BATCH, keepdims=True),
        "the mean of the whole batch that is subtracted includes the sample itself",
        "subtract the mean of the batch",
        WITHOUT_ITSELF.format(n="R"),
    ),
    "group-standard-deviation": Choice(
        _standardised(GROUP, 0), "advantages are divided by the standard deviation of their group", advice=BY_SPREAD
    ),
    "group-sample-standard-deviation": Choice(
        _standardised(GROUP, 1),
        "advantages are divided by the sample standard deviation of their group (G − 1)",
        advice=BY_SPREAD,
    ),
    "batch-standard-deviation": Choice(
        _standardised(BATCH, 0), "advantages are whitened over the whole batch", advice=BY_SPREAD
    ),
    "batch-sample-standard-deviation": Choice(
        _standardised(BATCH, 1), "advantages are whitened over the whole batch (R − 1)", advice=BY_SPREAD
    ),
    "batch-token-standard-deviation": Choice(
        _standardised_tokens(TOKENS, 0), "advantages are whitened over all tokens of the batch", advice=BY_SPREAD
    ),
    "batch-token-sample-standard-deviation": Choice(
        _standardised_tokens(TOKENS, 1),
        "advantages are whitened over all tokens of the batch (n − 1)",
        advice=BY_SPREAD,
    ),
    "group-standard-deviation-alone": Choice(
        _standardised(GROUP, 0, centred=False),
        "returns are divided by the standard deviation of their group",
        advice=NOT_BY_SPREAD,
    ),
}

LOOSE: Final = frozenset(name for name in BASELINES if "deviation" in name)
"""Choices with a small constant; it is determined once the means agree roughly without it."""


__all__ = ["BASELINES", "LOOSE", "NO_SLACK", "SLACKS", "Slack"]
