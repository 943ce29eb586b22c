"""What is subtracted from credits, and what they are divided by: advantages of shape (N, groups, members, T)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from pgsym.estimators.hints.choice import Choice
from pgsym.estimators.problem import Floats

Baseline = Callable[[Floats], "Floats | None"]


def _leave_one_out(axes: tuple[int, ...]) -> Baseline:
    def of(c: Floats) -> Floats | None:
        n = int(np.prod([c.shape[i] for i in axes]))
        return None if n < 2 else (c - c.mean(axis=axes, keepdims=True)) * (n / (n - 1))

    return of


def _standardised(axes: tuple[int, ...], freedom: int, centred: bool = True) -> Baseline:
    def of(c: Floats) -> Floats | None:
        if int(np.prod([c.shape[i] for i in axes])) <= freedom:
            return None
        spread = c.std(axis=axes, ddof=freedom, keepdims=True)
        over = (c - c.mean(axis=axes, keepdims=True)) if centred else c
        return np.asarray(np.where(spread > 1e-9, over / np.where(spread > 1e-9, spread, 1), 0))

    return of


GROUP: Final = (2,)
BATCH: Final = (1, 2)
NOT_BY_SPREAD: Final = "do not divide: the spread depends on the sample itself, and the direction changes"
BY_SPREAD: Final = f"subtract the mean of the others, and {NOT_BY_SPREAD}"
WITHOUT_ITSELF: Final = "leave it out, or scale by {n}/({n}−1)"

BASELINES: Final[dict[str, Choice[Baseline]]] = {
    "none": Choice(lambda c: c, "nothing is subtracted", "take no baseline, or one that does not know the sample"),
    "leave-one-out": Choice(
        _leave_one_out(GROUP), "the others' mean is subtracted", "subtract the mean of the others in the group"
    ),
    "batch-leave-one-out": Choice(
        _leave_one_out(BATCH), "the mean of all others is subtracted", "subtract the mean of the others"
    ),
    "group-mean-includes-itself": Choice(
        lambda c: c - c.mean(axis=GROUP, keepdims=True),
        "the group's mean that is subtracted includes the sample itself",
        "subtract the group's mean",
        WITHOUT_ITSELF.format(n="G"),
    ),
    "batch-mean-includes-itself": Choice(
        lambda c: c - c.mean(axis=BATCH, keepdims=True),
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
    "group-standard-deviation-alone": Choice(
        _standardised(GROUP, 0, centred=False),
        "returns are divided by the standard deviation of their group",
        advice=NOT_BY_SPREAD,
    ),
}

LOOSE: Final = frozenset(name for name in BASELINES if "deviation" in name)
"""Choices that people add a small constant to, so that means agree only roughly."""


__all__ = ["BASELINES", "LOOSE"]
