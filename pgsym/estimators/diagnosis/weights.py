"""Importance weights: arrays of shape (E, T), or gates that depend on the advantages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from pgsym.estimators.diagnosis.choice import Choice
from pgsym.estimators.episodes import Bools, Episodes, Floats, Ints

Weight = Callable[[Episodes], Floats]
Gate = Callable[[Episodes, Ints, Floats], Floats]


def ratios(p: Episodes) -> Floats:
    """π / behaviour at every step, one where padded, of shape (E, T)."""
    return np.asarray(p.weights, dtype=np.float64)


def _whole(p: Episodes) -> Floats:
    return np.asarray(ratios(p).prod(axis=1, keepdims=True))


Keeps = Callable[[Bools, Bools, Floats], Bools]


def _clipped(of: Weight, keeps: Keeps, width: float = 0.2) -> Gate:
    """The ratio where `keeps(above, below, advantage)` is true, and zero elsewhere."""

    def gate(p: Episodes, episodes: Ints, advantages: Floats) -> Floats:
        ratio = np.broadcast_to(of(p), (p.E, p.T))[episodes]
        return np.where(keeps(ratio > 1 + width, ratio < 1 - width, advantages), ratio, 0.0)

    return gate


def _smaller(above: Bools, below: Bools, a: Floats) -> Bools:
    return ~((above & (a > 0)) | (below & (a < 0)))


def _larger(above: Bools, below: Bools, a: Floats) -> Bools:
    return ~((above & (a < 0)) | (below & (a > 0)))


def _inside(above: Bools, below: Bools, a: Floats) -> Bools:
    return ~(above | below)


PRODUCT: Final = "weight by the product of the ratios of the whole episode"
DETACHED: Final = "detach the ratio, or leave out the log-probability"

WEIGHTS: Final[dict[str, Choice[Weight]]] = {
    "importance-weight-missing": Choice(
        lambda p: np.ones((1, 1)),
        "there is no importance weight, although the samples are from the behaviour policy",
        "take no importance weight",
    ),
    "ratio": Choice(_whole, "the ratio of the whole episode is the weight", PRODUCT),
    "token-ratio": Choice(
        ratios, "every step is weighted by its own ratio alone", "weight every step by its own ratio"
    ),
    "ratio-so-far": Choice(
        lambda p: np.asarray(np.cumprod(ratios(p), axis=1), dtype=np.float64),
        "the ratios are multiplied only up to the step, but later rewards need the ratios of later steps",
        "multiply the ratios up to the step",
    ),
    "geometric-ratio": Choice(
        lambda p: np.exp(np.log(_whole(p)) / p.lengths[:, np.newaxis]),
        "the weight is the ratio's geometric mean over the length",
        "weight by the geometric mean of the ratios",
    ),
    "inverted-ratio": Choice(
        lambda p: 1 / _whole(p), "the ratio is inverted: behaviour/π", advice="it is π/behaviour, exp(logp − old_logp)"
    ),
    "inverted-token-ratio": Choice(
        lambda p: 1 / ratios(p),
        "the ratio of every step is inverted: behaviour/π",
        advice="it is π/behaviour, exp(logp − old_logp)",
    ),
    "squared-ratio": Choice(lambda p: _whole(p) ** 2, "the importance weight is applied twice", advice="apply it once"),
    "squared-token-ratio": Choice(
        lambda p: ratios(p) ** 2, "the importance weight of every step is applied twice", advice="apply it once"
    ),
    "gradient-through-ratio": Choice(
        lambda p: _whole(p) * (1 + p.logarithms(p.policy).sum(axis=1, keepdims=True)),
        "the gradient flows through the importance weight as well as through the log-probability",
        advice=DETACHED,
    ),
    "gradient-through-token-ratio": Choice(
        lambda p: ratios(p) * (1 + p.logarithms(p.policy)),
        "the gradient flows through every step's ratio as well as through its log-probability",
        advice=DETACHED,
    ),
    "probability-for-logarithm": Choice(
        lambda p: np.asarray(p.taken(p.policy), dtype=np.float64),
        "the probability of the action is differentiated instead of its logarithm",
        advice="differentiate log π(a|s): ∇π = π ∇log π, and sampling already weights by π",
    ),
    "capped-ratio": Choice(
        lambda p: np.minimum(_whole(p), 1),
        "the ratio is cut at one",
        advice=f"{PRODUCT}: cut, it trades bias for variance",
    ),
    "capped-token-ratio": Choice(
        lambda p: np.minimum(ratios(p), 1),
        "the ratio of every step is cut at one",
        advice=f"{PRODUCT}: cut, it trades bias for variance",
    ),
}

NO_GRADIENT: Final = (
    "a clipped ratio has no gradient, so the mean is the return's gradient only at the behaviour policy itself"
)


def _self_normalised(p: Episodes, episodes: Ints, advantages: Floats) -> Floats:
    ratio = _whole(p)[episodes]
    return np.asarray(ratio / ratio.mean(axis=1, keepdims=True))


GATES: Final[dict[str, Choice[Gate]]] = {
    "self-normalised-ratio": Choice(
        _self_normalised,
        "the ratios are divided by their own mean over the batch",
        advice=f"{PRODUCT}: the division by the mean lowers the variance, but adds bias",
    ),
    "clipped-token-ratio": Choice(
        _clipped(ratios, _smaller),
        "the ratio of every step is clipped",
        "take the smaller of the clipped and the plain surrogate, min(ρA, clip(ρ)A)",
        NO_GRADIENT,
    ),
    "clipped-ratio": Choice(
        _clipped(_whole, _smaller),
        "the ratio of the whole episode is clipped",
        "clip the ratio of the whole episode, and take the smaller surrogate",
        NO_GRADIENT,
    ),
    "clip-takes-the-larger": Choice(
        _clipped(ratios, _larger),
        "the larger of the clipped and the plain surrogate is taken",
        advice="take the smaller: min(ρA, clip(ρ)A), or max only of the losses −ρA",
    ),
    "clip-without-min": Choice(
        _clipped(ratios, _inside),
        "the clipped ratio is taken alone",
        advice="take min(ρA, clip(ρ)A): alone it has no gradient if the ratio has moved in the wrong direction",
    ),
}


__all__ = ["GATES", "WEIGHTS", "ratios"]
