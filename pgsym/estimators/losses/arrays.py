"""Arrays that a loss is given: those of samples that do not depend on the parameters, and placeholders."""

from __future__ import annotations

import numpy as np

from pgsym.estimators.episodes import Floats, Ints
from pgsym.estimators.losses.arguments import LEGAL, MEANINGS
from pgsym.estimators.samples import Samples
from pgsym.meaning.numbers.base import Array


def held(meaning: str, samples: Samples) -> Array:
    """An array of many samples that does not depend on the parameters."""
    match meaning:
        case "weights":
            return np.asarray(samples["mask"], dtype=np.float64)
        case "padding":
            return np.asarray(np.logical_not(samples["mask"]))
        case _:
            return np.asarray(samples[meaning])


def gathered(rises: Floats, at: tuple[Ints, ...], S: int, A: int) -> Floats:
    """Gradients at entries of a table, summed by entry, of shape (N, S, A).

    The given gradients are of shape (N, R, T, A) at (states,), or (N, R, T) at (states, actions).
    """
    N = len(rises)
    place = np.arange(N).reshape(N, 1, 1) * S + at[0]
    place = place * A + at[1] if at[1:] else place[..., np.newaxis] * A + np.arange(A)
    return np.asarray(np.bincount(place.ravel(), rises.ravel(), N * S * A), dtype=np.float64).reshape(N, S, A)


def blank(meaning: str, shape: list[int]) -> Array:
    """A placeholder array of a shape, used to test which shapes a loss accepts."""
    if meaning in LEGAL:
        return np.full(shape, meaning == "legal_actions")
    if meaning in ("mask", "weights"):
        return np.ones(shape, dtype=bool if meaning == "mask" else np.float64)
    if meaning == "padding":
        return np.zeros(shape, dtype=bool)
    if meaning == "lengths":
        return np.full(shape, shape[0] + 1)
    if meaning in ("old_probs", "ref_probs"):
        return np.full(shape, 1 / shape[-1])
    return np.zeros(shape, dtype=np.int64 if "ints" in MEANINGS[meaning] else np.float64)


__all__ = ["blank", "gathered", "held"]
