"""Objectives whose gradients are known exactly.

>>> from fractions import Fraction
>>> from pgsym.estimators import bandit
>>> p = bandit([0.5, 0.5], [0, 1])
>>> (expected_return - 2 * kl).gradient(p).tolist()
[[-0.25, 0.25]]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import isfinite
from numbers import Real
from typing import Any, Final

import numpy as np

from pgsym.errors import EstimatorError
from pgsym.estimators.episodes import Episodes, Floats
from pgsym.meaning.numbers.base import Array

OF_ONE: Final = 1 / 32
"""The rounding error of one step's score, relative to that of a sum: a score is a single subtraction."""


@dataclass(frozen=True)
class Objective:
    """A function of the policy with its gradient in the logits, of shape (S, A); they add up and are scaled.

    `length` is the length of what the gradient sums up, for its rounding in floats; `made` tells what it was made of:
    ("+", a, b), ("-", a, b), ("*", factor, a), ("-", a) or ("expectation", of, moves).
    """

    name: str
    value: Callable[[Episodes], Any]
    gradient: Callable[[Episodes], Array]
    length: Callable[[Episodes], float] = lambda p: 0.0
    made: tuple[Any, ...] = field(default=(), compare=False, repr=False)

    def __add__(self, other: Objective) -> Objective:
        return Objective(
            f"{self.name} + {other.name}",
            lambda p: self.value(p) + other.value(p),
            lambda p: self.gradient(p) + other.gradient(p),
            lambda p: self.length(p) + other.length(p),
            ("+", self, other),
        )

    def __rmul__(self, factor: Any) -> Objective:
        if not (isinstance(factor, Real) and isfinite(factor)):
            raise EstimatorError(f"an objective can be multiplied by a finite number, not by {factor!r}")
        return Objective(
            f"{factor} · {_as_one(self.name)}",
            lambda p: _times(factor, self.value(p)),
            lambda p: _times(factor, self.gradient(p)),
            lambda p: abs(float(factor)) * self.length(p),
            ("*", factor, self),
        )

    __mul__ = __rmul__

    def __neg__(self) -> Objective:
        return Objective(
            f"−{_as_one(self.name)}",
            lambda p: -self.value(p),
            lambda p: -self.gradient(p),
            self.length,
            ("-", self),
        )

    def __sub__(self, other: Objective) -> Objective:
        return Objective(
            f"{self.name} − {_as_one(other.name)}",
            lambda p: self.value(p) - other.value(p),
            lambda p: self.gradient(p) - other.gradient(p),
            lambda p: self.length(p) + other.length(p),
            ("-", self, other),
        )

    def __str__(self) -> str:
        return self.name


def _as_one(name: str) -> str:
    """The name, in brackets if it is a sum or has a sign."""
    return f"({name})" if name.startswith("−") or " + " in name or " − " in name else name


def _times(factor: Any, x: Any) -> Any:
    """The product: exact if both factors are, else in float64 (NumPy would make objects of Fraction × floats)."""
    exact = isinstance(factor, Fraction | int) and np.asarray(x).dtype == object
    return factor * x if exact else float(factor) * np.asarray(x, dtype=np.float64)


def expectation(
    name: str, of: Callable[[Episodes], Array], moves: Callable[[Episodes], Array] | None = None
) -> Objective:
    """E_{τ∼π_θ}[f(τ)] for an f of shape (E,); where f moves with θ itself, `moves` is ∇f, of shape (E, S A)."""

    def gradient(p: Episodes) -> Array:
        inner = of(p)[:, np.newaxis] * p.total_scores
        if moves is not None:
            inner = inner + moves(p)
        return np.asarray((p.mass()[:, np.newaxis] * inner).sum(axis=0)).reshape(p.S, p.A)

    made = ("expectation", of, moves)
    return Objective(name, lambda p: (p.mass() * of(p)).sum(), gradient, lambda p: summed(p.mass() * of(p), p), made)


def summed(weights: Array, p: Episodes) -> float:
    """Σ over all episodes of |weight| ‖score‖, for its rounding: that of a step's score, 1 less π, is that of 1."""
    scores = p.total_scores.astype(np.float64)
    lengths = np.sqrt((scores * scores).sum(axis=1)) + OF_ONE * p.lengths
    return float(np.abs(weights.astype(np.float64)) @ lengths)


def _log_ratio(p: Episodes) -> Floats:
    """log π(τ)/reference(τ), of shape (E,); raises EstimatorError where the divergence is infinite."""
    ref = p.logarithms(p.reference).sum(axis=1)
    if np.isinf(ref[p.mass() > 0]).any():
        raise EstimatorError("the divergence is infinite: the reference never does what the policy does")
    own = p.logarithms(p.policy).sum(axis=1)
    return np.where(p.mass() > 0, own - np.where(np.isinf(ref), 0, ref), 0)


def _forward_gradient(p: Episodes) -> Array:
    if np.asarray(p.mass()[p.mass(p.reference) > 0] == 0, dtype=bool).any():
        raise EstimatorError("the divergence is infinite: the policy never does what the reference does")
    return -np.asarray((p.mass(p.reference)[:, np.newaxis] * p.total_scores).sum(axis=0)).reshape(p.S, p.A)


def _forward_value(p: Episodes) -> Any:
    law = p.mass(p.reference)
    own, ref = (p.logarithms(table).sum(axis=1) for table in (p.policy, p.reference))
    met = law > 0
    return float((law[met] * (ref[met] - own[met])).sum())


expected_return = Objective("J", lambda p: p.value, lambda p: p.gradient, lambda p: summed(p.mass() * p.returns, p))
"""J(θ) = E[Σ_t γ^{t−1} r_t]."""

entropy = expectation("H(π)", lambda p: -np.where(p.mass() > 0, p.logarithms(p.policy).sum(axis=1), 0))
"""The entropy of the whole episode's actions, −E[Σ_t log π(a_t|s_t)]."""

kl = expectation("KL(π‖ref)", _log_ratio)
"""KL(π‖reference) of whole episodes, E_π[Σ_t log π(a_t|s_t)/reference(a_t|s_t)]."""

forward_kl = Objective("KL(ref‖π)", _forward_value, _forward_gradient, lambda p: summed(p.mass(p.reference), p))
"""KL(reference‖π) of whole episodes, E_ref[Σ_t log reference(a_t|s_t)/π(a_t|s_t)]."""


__all__ = ["Objective", "entropy", "expectation", "expected_return", "forward_kl", "kl"]
