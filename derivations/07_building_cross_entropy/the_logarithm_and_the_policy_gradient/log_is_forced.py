"""The logarithm is not a trick: no other function has the gradient that the derivation needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pgsym.claims import Claim, Rung
from pgsym.terms import Closed

if TYPE_CHECKING:
    import sympy


def _solved() -> sympy.Expr:
    """Every g with ∇g(π) = ∇π / π, for an undetermined π(θ): what the chain rule asks of g', integrated."""
    from sympy import Function, Symbol, diff, integrate, solve

    u, theta, slope = Symbol("u", positive=True), Symbol("θ", real=True), Symbol("g'")
    policy = Function("π")(theta)
    (needed,) = solve(slope * diff(policy, theta) - diff(policy, theta) / policy, slope)
    return integrate(needed.subs(policy, u), u) + Symbol("C")


def _logarithm() -> sympy.Expr:
    """log u and a constant."""
    from sympy import Symbol, log

    return log(Symbol("u", positive=True)) + Symbol("C")


def claims() -> Iterator[Claim]:
    """The differential equation, solved."""
    yield Claim(
        "log-is-forced",
        says="Up to a constant, the logarithm is the only function $g$ on $(0, 1)$ with $\\nabla g(\\pi) = \\nabla "
        "\\pi / \\pi$ for every policy.",
        lhs=Closed("g(u) with ∇g(π) = ∇π / π", "g(u)", _solved),
        rhs=Closed("log u + C", "\\log u + C", _logarithm),
        expected=Rung.EXACT,
        remark="The chain rule gives $\\nabla g(\\pi) = g'(\\pi) \\nabla \\pi$, so $g'(u) = 1/u$.",
    )
