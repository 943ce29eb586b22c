"""Under a fixed distribution of finite support, the gradient may move inside the expectation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pgsym.claims import Claim, Rung
from pgsym.terms import (
    ACTION,
    PARAMETER,
    STATE,
    Closed,
    Symbol,
    ThetaFree,
    Variable,
    expect,
    grad,
)

if TYPE_CHECKING:
    import sympy

s, a, theta = Variable("s", STATE), Variable("a", ACTION), Variable("θ", PARAMETER)
FIXED = Symbol("b", (ACTION, STATE), outcomes=1)
MOVING = Symbol("π", (ACTION, STATE, PARAMETER), outcomes=1)
F = Symbol("f", (STATE, ACTION, PARAMETER))
f = F(s, a, theta)


def _symbols() -> tuple[sympy.Symbol, sympy.Symbol, sympy.Expr]:
    """θ, x, and θ³ exp(x − θ² x), which is odd in θ: what it does on the right of 0 it does on the left."""
    from sympy import Symbol, exp

    t, x = Symbol("θ", positive=True), Symbol("x", positive=True)
    return t, x, t**3 * exp(x - t**2 * x)


def _derivative_of_mean() -> sympy.Expr:
    """d/dθ ∫ f(θ, x) e^{−x} dx, at 0."""
    from sympy import diff, exp, integrate, limit, oo, powsimp

    t, x, body = _symbols()
    return limit(diff(integrate(powsimp(body * exp(-x)), (x, 0, oo)), t), t, 0)


def _mean_of_derivative() -> sympy.Expr:
    """∫ ∂f/∂θ (0, x) e^{−x} dx."""
    from sympy import diff, exp, integrate, oo

    t, x, body = _symbols()
    return integrate(diff(body, t).subs(t, 0) * exp(-x), (x, 0, oo))


def claims() -> Iterator[Claim]:
    """The exchange, without its hypothesis, and without finiteness."""
    yield Claim(
        "interchange-when-distribution-is-fixed",
        says="If the distribution does not depend on $\\theta$, the gradient may be moved inside the expectation.",
        lhs=grad(expect(f, (a, FIXED.law(s)))),
        rhs=expect(grad(f), (a, FIXED.law(s))),
        given=(ThetaFree(FIXED),),
        remark="For finite sums this needs only linearity.",
    )
    yield Claim(
        "interchange-when-distribution-is-fixed-without-a-fixed-law",
        says="If the distribution depends on $\\theta$, the gradient cannot in general be moved inside the "
        "expectation.",
        lhs=grad(expect(f, (a, MOVING.law(s, theta)))),
        rhs=expect(grad(f), (a, MOVING.law(s, theta))),
        expected=Rung.REFUTED,
        repaired_by=("interchange-when-distribution-is-fixed", "naive-interchange-is-wrong"),
    )
    yield Claim(
        "interchange-when-distribution-is-fixed-without-finite-support",
        says="Over an infinite support, linearity alone does not allow moving the gradient inside the expectation: "
        "it fails for $X \\sim \\mathrm{Exp}(1)$ and $f(\\theta, X) = \\theta^3 e^{X - \\theta^2 X}$ at $\\theta = "
        "0$.",
        lhs=Closed("d/dθ E[f(θ, X)] at 0", "\\frac{d}{d\\theta} \\mathbb{E}[f(\\theta, X)]", _derivative_of_mean),
        rhs=Closed("E[∂f/∂θ (0, X)]", "\\mathbb{E}[\\partial_\\theta f(0, X)]", _mean_of_derivative),
        expected=Rung.REFUTED,
        repaired_by=("interchange-when-distribution-is-fixed",),
        remark="$\\mathbb{E}[f(\\theta, X)] = \\theta$ has the derivative 1, while every $f(\\cdot, X)$ has the "
        "derivative 0 there. The derivatives have no integrable bound.",
    )
