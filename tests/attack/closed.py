"""Closed forms: integrals, limits and sums, with branches, poles and symbols, beside their values by quadrature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy as sp
from mpmath import MPContext

MP = MPContext()
MP.dps = 40
x, n = sp.Symbol("x", real=True), sp.Symbol("n", integer=True, positive=True)
y, z = sp.Symbol("y", real=True), sp.Symbol("z", real=True)
p, q = sp.Symbol("p", positive=True), sp.Symbol("q", positive=True)
k = sp.Symbol("k", integer=True)


@dataclass(frozen=True)
class ClosedStatement:
    """Two closed forms: what SymPy is given, and both values by a computation of its own (of symbols, at `at`).

    A value of None is one that does not exist.
    """

    name: str
    lhs: Callable[[], Any]
    rhs: Callable[[], Any]
    left: Callable[[], Any]
    right: Callable[[], Any]
    truth: bool
    relation: str = "="
    says: str = ""

    def __str__(self) -> str:
        return self.name

    def confirmed(self) -> str:
        """Empty where the values are as the statement says."""
        left, right = self.left(), self.right()
        if left is None or right is None:
            return "" if not self.truth else "no value"
        gap = MP.mpmathify(left) - MP.mpmathify(right)
        holds = abs(gap) < MP.mpf(10) ** -15 if self.relation == "=" else gap <= 0
        return "" if bool(holds) == self.truth else f"{left} and {right}"


def integral(body: Any, low: Any, high: Any, by: Any = x) -> Callable[[], Any]:
    """The integral as SymPy writes it down."""
    return lambda: sp.Integral(body, (by, low, high))


def quadrature(body: Callable[[Any], Any], *points: Any) -> Callable[[], Any]:
    """The integral by quadrature between points, at which it may bend."""
    return lambda: MP.quad(body, [MP.mpf(t) for t in points])


def const(value: Any) -> Callable[[], Any]:
    """A number."""
    return lambda: value


def false(name: str, lhs: Any, rhs: Any, left: Any, right: Any, **more: Any) -> ClosedStatement:
    """A false statement."""
    return ClosedStatement(name, lhs, rhs, left, right, False, **more)


def true(name: str, lhs: Any, rhs: Any, left: Any, right: Any, **more: Any) -> ClosedStatement:
    """A true one."""
    return ClosedStatement(name, lhs, rhs, left, right, True, **more)


S, pi, none = sp.S, MP.pi, const(None)
step = sp.Piecewise((1, x < 1), (0, True))
normal = sp.exp(-((x - y) ** 2) / 2) / sp.sqrt(2 * sp.pi)


def gauss(body: Callable[[Any], Any], mean: Any) -> Callable[[], Any]:
    """The mean of a function under a normal law of variance one."""
    return lambda: MP.quad(
        lambda t: body(t) * MP.exp(-((t - mean) ** 2) / 2) / MP.sqrt(2 * MP.pi), [mean - 12, 0, mean, mean + 12]
    )
