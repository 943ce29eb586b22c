"""Softmax policies in float64: probabilities, and derivatives of the table π(a | s) in θ.

The logits are linear in θ, π(· | s) = softmax(z(s, ·)), so

    jvp(v)   dπ(a|s) = π(a|s) (dz(s,a) − Σ_b π(b|s) dz(s,b)),    dz = z(v)
    vjp(g)   z^T(π(a|s) (g(s,a) − Σ_b π(b|s) g(s,b)))
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pgsym.errors import InstanceError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Floats = NDArray[np.float64]


class Softmax(ABC):
    """A softmax of logits that are linear in θ."""

    theta: Floats

    @abstractmethod
    def logits(self, theta: Floats) -> Floats:
        """z(θ), of shape (S, A); linear."""

    @abstractmethod
    def transposed(self, weights: Floats) -> Floats:
        """Σ_{s,a} w(s, a) ∂z(s, a)/∂θ, of θ's shape, for w of shape (S, A)."""

    @cached_property
    def table(self) -> Floats:
        """π(a | s), of shape (S, A); raises InstanceError if a logit overflows."""
        with np.errstate(over="ignore", invalid="ignore"):
            z = self.logits(self.theta)
            if not np.isfinite(z).all():
                raise InstanceError("a logit is not finite: the parameter or the features are too large")
            shifted = np.exp(z - z.max(axis=1, keepdims=True))
        return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))

    def jvp(self, v: ArrayLike) -> Floats:
        """dπ, of shape (S, A): the derivative of the table along v, of θ's shape (Jacobian-vector product)."""
        return self._centred(self.logits(_like("the direction", v, self.theta.shape)))

    def vjp(self, g: Floats) -> Floats:
        """The gradient in θ of a function of the table whose derivatives by π(a | s) are g (vector-Jacobian product).

        >>> TabularSoftmax([[0.0, 0.0]]).vjp(np.array([[1.0, 0.0]])).tolist()
        [[0.25, -0.25]]
        """
        return self.transposed(self._centred(g))

    def vjp_along(self, g: Floats, dg: Floats, v: ArrayLike) -> Floats:
        """The derivative of `vjp(g)` along v in θ, when g has the derivative dg."""
        pi, dpi = self.table, self.jvp(v)
        moved = dpi * (g - _mean(pi, g)) + pi * (dg - _mean(pi, dg) - _mean(dpi, g))
        return self.transposed(moved)

    def _centred(self, x: Floats) -> Floats:
        return np.asarray(self.table * (x - _mean(self.table, x)))


@dataclass(frozen=True, eq=False)
class TabularSoftmax(Softmax):
    """π(a | s) = softmax(θ(s, ·)) with one logit for every state and action: θ of shape (S, A).

    Raises InstanceError for another number of axes, or an entry that is not finite.
    """

    theta: Floats

    def __init__(self, theta: ArrayLike):
        object.__setattr__(self, "theta", _finite("θ", theta, 2, "(S, A)"))

    def logits(self, theta: Floats) -> Floats:
        return theta

    def transposed(self, weights: Floats) -> Floats:
        return weights


@dataclass(frozen=True, eq=False)
class LinearSoftmax(Softmax):
    """π(a | s) = softmax(φ(s, ·) · θ): features φ of shape (S, A, d), θ of shape (d,).

    Raises InstanceError for shapes that do not fit, or an entry that is not finite.

    >>> LinearSoftmax([[[1.0], [0.0]]], [0.0]).table.tolist()
    [[0.5, 0.5]]
    """

    features: Floats
    theta: Floats

    def __init__(self, features: ArrayLike, theta: ArrayLike):
        object.__setattr__(self, "features", _finite("the features", features, 3, "(S, A, d)"))
        object.__setattr__(self, "theta", _finite("θ", theta, 1, "(d,)"))
        d = self.features.shape[2]
        if self.theta.shape != (d,):
            raise InstanceError(f"θ has shape {self.theta.shape}, but the features have {d} entries: give ({d},)")

    def logits(self, theta: Floats) -> Floats:
        return np.asarray(self.features @ theta)

    def transposed(self, weights: Floats) -> Floats:
        return np.asarray(np.einsum("sad,sa->d", self.features, weights))


def _mean(weights: Floats, x: Floats) -> Floats:
    """Σ_b w(b) x(b) for every row, of shape (S, 1)."""
    return np.asarray((weights * x).sum(axis=1, keepdims=True))


def _finite(what: str, values: ArrayLike, axes: int, shape: str) -> Floats:
    try:
        out = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InstanceError(f"{what} must be an array of numbers of shape {shape}") from None
    if out.ndim != axes or 0 in out.shape:
        raise InstanceError(f"{what} must have shape {shape}, not {out.shape}")
    if not np.isfinite(out).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(out))[0])
        raise InstanceError(f"{what} is {out[where]} at {where}: every entry must be finite")
    out.flags.writeable = False
    return out


def _like(what: str, values: ArrayLike, shape: tuple[int, ...]) -> Floats:
    out = _finite(what, values, len(shape), str(shape))
    if out.shape != shape:
        raise InstanceError(f"{what} must have θ's shape {shape}, not {out.shape}")
    return out
