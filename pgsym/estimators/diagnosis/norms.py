"""Normalisations of sums over steps, as factors of the lengths of all rows, of shape (N, groups, group_size, 1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from pgsym.estimators.diagnosis.choice import Choice
from pgsym.estimators.episodes import Floats

Norm = Callable[[Floats], Floats]

SUM: Final = "sum over an episode's own steps, then average over the episodes"


def _over(lengths: Floats, axes: tuple[int, ...]) -> Floats:
    """The factor R / Σ L, which turns an average over rows into an average over all tokens of these rows."""
    return np.asarray(1 / lengths.mean(axis=axes, keepdims=True))


NORMS: Final[dict[str, Choice[Norm]]] = {
    "rows": Choice(np.ones_like, "an episode's steps are summed", SUM),
    "mean-over-length": Choice(
        lambda lengths: 1 / lengths,
        "every episode is divided by its own length, so the tokens of long episodes count less",
        "average over an episode's own steps",
        advice=f"{SUM}, or divide by a constant",
    ),
    "mean-over-batch-tokens": Choice(
        lambda lengths: _over(lengths, (1, 2, 3)),
        "the mean is over all tokens of the batch, whose number depends on the sample itself",
        "average over all tokens of the batch",
        advice=f"{SUM}, or divide by a constant",
    ),
    "mean-over-group-tokens": Choice(
        lambda lengths: _over(lengths, (2, 3)),
        "the mean is over all tokens of a group, whose number depends on the sample itself",
        "average over all tokens of a group",
        advice=f"{SUM}, or divide by a constant",
    ),
    "mean-over-longest": Choice(
        lambda lengths: 1 / lengths.max(axis=(1, 2, 3), keepdims=True),
        "the mean is over the batch's padded length, which depends on the sample itself",
        "divide by the length of the longest episode",
        advice=f"{SUM}, or divide by a constant",
    ),
}


__all__ = ["NORMS"]
