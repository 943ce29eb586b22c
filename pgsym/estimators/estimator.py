"""Estimators, which return a gradient estimate for every sample, and the checks that each estimator must pass."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Final, Protocol, TypeGuard, runtime_checkable

import numpy as np

from pgsym.errors import EstimatorError, NotFinite
from pgsym.estimators.batches import Batching
from pgsym.estimators.samples import COLUMNS, SHARED, Samples, arguments
from pgsym.meaning.numbers.base import Array

CHECKED: Final = 32
"""The number of samples that are given to an estimator a second time, alone and shuffled."""


class Estimator(Protocol):
    """A function that returns a gradient estimate for every sample."""

    @property
    def name(self) -> str:
        """The estimator's name."""

    def __call__(self, samples: Samples) -> Array:
        """The estimates, of shape (N, P) or (N, S, A)."""


@runtime_checkable
class Sized(Protocol):
    """An estimator that also returns the size of the terms that it sums for each sample, which may cancel."""

    def with_sizes(self, samples: Samples) -> tuple[Array, Array]:
        """The estimates at a problem in float64, and the sizes of their terms, of shape (N,)."""


@dataclass(frozen=True)
class FromFunction:
    """A plain function of arrays as an estimator; see `COLUMNS` and `SHARED` for the names of its arguments.

    `names` gives the meanings of arguments with other names.  Raises EstimatorError for an unknown argument.
    """

    function: Callable[..., Any]
    names: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    given: dict[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "given", arguments(self.function, self.names, (*COLUMNS, *SHARED)))
        object.__setattr__(self, "name", self.name or getattr(self.function, "__name__", "estimator"))

    def __call__(self, samples: Samples) -> Array:
        found = self.function(**{name: samples[meaning] for name, meaning in self.given.items()})
        try:
            return np.asarray(found)
        except (TypeError, ValueError, RuntimeError):  # ragged lists, tensors with a gradient
            kind = type(found).__name__
            raise EstimatorError(f"{self.name} returned a {kind}, not an array: return shape (N, P)") from None

    def with_sizes(self, samples: Samples) -> tuple[Array, Array]:
        """The estimates, and their lengths over those of the scores: a short score has the roundoff of 1."""
        found, N = FromFunction.__call__(self, samples), len(samples)
        if found.dtype.kind != "f" or found.shape[:1] != (N,):  # no estimate: `estimated` says so
            return found, np.zeros(N)
        scores = samples.problem.total_scores
        lengths = np.sqrt(np.einsum("ep,ep->e", scores, scores))
        shortest = np.where(lengths > 0, np.minimum(lengths, 1), 1)[samples.episodes].min(axis=1)
        return found, np.sqrt((found**2).reshape(N, -1).sum(axis=1)) / shortest


@dataclass(frozen=True)
class FromAdvantages(FromFunction):
    """A score-function estimator from advantages of shape (N, R), or (N, R, T) per step: Σ advantage × score / R."""

    def __call__(self, samples: Samples) -> Array:
        return self._estimates(self._weights(samples), samples)

    def with_sizes(self, samples: Samples) -> tuple[Array, Array]:
        """The estimates, and Σ |advantage| × (‖score‖ + steps) / R: a step's score has the roundoff of 1."""
        weights = self._weights(samples)
        each, steps = ("total_scores", "lengths") if weights.ndim == 2 else ("scores", "mask")
        scores = samples[each]
        sizes = np.abs(weights) * (np.sqrt(np.einsum("...p,...p->...", scores, scores)) + samples[steps])
        return self._estimates(weights, samples), sizes.reshape(len(samples), -1).sum(axis=1) / samples.R

    def _weights(self, samples: Samples) -> Array:
        weights = super().__call__(samples)
        N, R, T = (*samples.episodes.shape, samples.problem.T)
        if weights.shape not in ((N, R), (N, R, T)):
            raise EstimatorError(
                f"advantages of shape {weights.shape}: return (N, R) = {(N, R)} or (N, R, T) = {(N, R, T)}"
            )
        if weights.dtype.kind == "f" and weights.dtype.itemsize < 8:
            raise EstimatorError(
                f"{self.name} returned {weights.dtype}: advantages must be float64, because means are compared to "
                "1e-12 (with 7 digits or fewer, right and slightly wrong advantages look the same)"
            )
        if weights.dtype.kind in "iub":
            weights = weights.astype(np.float64)
        if weights.ndim == 3:  # an advantage in the padding has no weight, even if it is NaN
            weights = np.where(samples["mask"], weights, 0)
        return weights

    def _estimates(self, weights: Array, samples: Samples) -> Array:
        if weights.ndim == 2:
            estimates = (weights[..., np.newaxis] * samples["total_scores"]).sum(axis=1)
        elif samples.problem.exact:
            estimates = (weights[..., np.newaxis] * samples["scores"]).sum(axis=(1, 2))
        else:
            estimates = np.einsum("nrt,nrtp->np", weights, samples["scores"])
        return np.asarray(estimates / samples.R)


def from_advantages(function: Callable[..., Any], **names: str) -> FromAdvantages:
    """The estimator (1/R) Σ_rows Σ_t advantage × ∇ log π(a_t|s_t) of a function that computes advantages.

    The function's arguments are named as in `COLUMNS` and `SHARED`, or are given such a meaning:
    `from_advantages(f, r="returns")`.

    >>> from fractions import Fraction
    >>> from pgsym.estimators import bandit, moments
    >>> def group_mean(returns):
    ...     return returns - returns.mean(axis=1, keepdims=True)
    >>> half = Fraction(1, 2)
    >>> print(moments(from_advantages(group_mean), bandit([half, half], [0, 1]), group_size=3).comparison)
    scaled by exactly 2/3
    """
    return FromAdvantages(function, names)


def is_estimator(given: Any) -> TypeGuard[Estimator]:
    """Whether something is already an estimator: it has a name, and its arguments are not names of arrays."""
    if not hasattr(given, "name"):
        return False
    try:
        asked = {*inspect.signature(given).parameters}
    except (TypeError, ValueError):
        return True
    return asked.isdisjoint({*COLUMNS, *SHARED} - {"samples"})


def as_estimator(given: Estimator | Callable[..., Any], names: Mapping[str, str] | None = None) -> Estimator:
    """The estimator itself, or that of a plain function of arrays; `names` gives the meanings of its arguments."""
    return given if is_estimator(given) else FromFunction(given, names or {})


OF_REWARDS: Final = frozenset("rewards returns to_go values advantages row_advantages token_advantages samples".split())
"""Arrays that depend on the rewards."""


def reads_rewards(estimator: Estimator) -> bool:
    """Whether an estimator may depend on rewards, which is assumed if its arguments are unknown."""
    given = getattr(estimator, "given", None)
    return not isinstance(given, Mapping) or not OF_REWARDS.isdisjoint(given.values())


def estimated(estimator: Estimator, samples: Samples) -> Array:
    """The estimates of all samples, of shape (N, P); raises EstimatorError if the output is not an estimate."""
    p, N = samples.problem, len(samples)
    try:
        found = np.asarray(estimator(samples))
    except (TypeError, AttributeError) as error:
        if not p.exact:
            raise
        raise EstimatorError(
            f"{estimator.name} cannot be computed in Fractions ({error}): floats() gives the problem in float64"
        ) from error
    if found.shape not in ((N, p.P), (N, p.S, p.A)):
        wanted = f"(N, P) = {(N, p.P)} or (N, S, A) = {(N, p.S, p.A)}"
        raise EstimatorError(
            f"{estimator.name} returned shape {found.shape}: one estimate for every sample is {wanted}"
        )
    if found.dtype.kind in "iub":
        raise EstimatorError(
            f"{estimator.name} returned {found.dtype}, not floats: a gradient estimate has no integers"
        )
    if found.dtype.kind not in ("O" if p.exact else "f"):
        raise EstimatorError(
            f"{estimator.name} returned {found.dtype}: at a problem in {'Fractions' if p.exact else 'float64'} an "
            f"estimate is too" + (" (floats() gives the problem in float64)" if p.exact else "")
        )
    found = found.reshape(N, p.P)
    if p.exact:
        if (wrong := next((x for x in found.flat if not isinstance(x, Fraction | int)), None)) is not None:
            raise EstimatorError(
                f"{estimator.name} made a {type(wrong).__name__} of Fractions: floats() gives the problem in float64"
            )
        return found
    if found.dtype != np.float64:
        raise EstimatorError(
            f"{estimator.name} returned {found.dtype}: estimates must be float64, because means are compared to 1e-12"
        )
    if not np.isfinite(found).all():
        i = int(np.argwhere(~np.isfinite(found))[0][0])
        bad = found[i][~np.isfinite(found[i])][0]
        raise NotFinite(f"{estimator.name} returned {bad} for the sample: {samples.line(i)}")
    return found


def check(estimator: Estimator, samples: Samples, estimates: Array, unordered: bool) -> None:
    """Raise EstimatorError unless an estimator is a function of each sample alone."""
    n = min(CHECKED, len(samples))
    for _ in range(-(-CHECKED // len(samples))):  # on few samples, a random estimator may repeat its result by chance
        if not _same(estimated(estimator, samples), estimates, 0.0):
            raise EstimatorError(
                f"{estimator.name} gave two results for the same samples: it draws random numbers itself (seed it)"
            )
    which = np.linspace(0, len(samples) - 1, n).astype(np.int64)[::-1]
    pieces = [which[:1], which[1:]] if n > 1 else [which]
    alone = np.concatenate([estimated(estimator, samples.at(piece)) for piece in pieces])
    if not _same(alone, estimates[which], 1e-9):
        raise EstimatorError(
            f"{estimator.name} mixes samples: its estimate of one sample depends on the other samples "
            "(axis 0 is over samples, axis 1 over the rows of a batch)"
        )
    if not unordered:
        return
    rng = np.random.default_rng(0)
    drawn = next(Batching(samples.problem, samples.groups, samples.group_size).draws(CHECKED, 0, CHECKED))
    every = replace(samples, episodes=drawn)
    for first, says in ((samples, estimates), (every, estimated(estimator, every))):
        grouped = first.episodes.reshape(len(first), samples.groups, samples.group_size)
        turns = rng.random(grouped.shape[:2]).argsort(axis=1)[..., np.newaxis]
        for other in (grouped[:, ::-1, ::-1], np.take_along_axis(rng.permuted(grouped, axis=2), turns, axis=1)):
            if not _same(estimated(estimator, replace(first, episodes=other.reshape(len(first), -1))), says, 1e-9):
                raise EstimatorError(f"{estimator.name} depends on the order of the members: leave out unordered=True")


def check_last(estimator: Estimator, samples: Samples, estimates: Array) -> None:
    """Raise EstimatorError if the estimate of a chunk's last sample depends on other samples or on earlier calls."""
    if not _same(estimated(estimator, samples.at(slice(-1, None))), estimates[-1:], 1e-9):
        raise EstimatorError(
            f"{estimator.name} gives two estimates for one sample: it depends on earlier calls, or mixes samples"
        )


def _same(x: Array, y: Array, tolerance: float) -> bool:
    if x.dtype == object or not tolerance:
        return not (x != y).any()
    return bool(np.allclose(x, y, rtol=tolerance, atol=tolerance * float(np.abs(y).max(initial=0.0))))


__all__ = [
    "Estimator",
    "FromAdvantages",
    "FromFunction",
    "Sized",
    "as_estimator",
    "check",
    "check_last",
    "estimated",
    "from_advantages",
    "is_estimator",
    "reads_rewards",
]
