"""The two gradient flows of one logit: one orbit, at two speeds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pgsym.claims import Claim, Rung
from pgsym.terms import Closed

if TYPE_CHECKING:
    import sympy


def _velocity(of_log: bool) -> sympy.Expr:
    """dz/dt of the flow that climbs log σ(z), or σ(z)."""
    from sympy import Symbol, diff, exp, log

    z = Symbol("z", real=True)
    p = 1 / (1 + exp(-z))
    return diff(log(p) if of_log else p, z)


def _along_flow(of_log: bool) -> sympy.Expr:
    """The derivative by time of the first integral, along the flow."""
    from sympy import Symbol, diff, exp, sinh

    z = Symbol("z", real=True)
    integral = z + exp(z) if of_log else 2 * z + 2 * sinh(z)
    return diff(integral, z) * _velocity(of_log)


def _slowed() -> sympy.Expr:
    """The cross entropy's velocity times the probability of the label."""
    from sympy import Symbol, exp

    return _velocity(of_log=True) / (1 + exp(-Symbol("z", real=True)))


def claims() -> Iterator[Claim]:
    """A first integral of each, and the change of time between them."""
    yield Claim(
        "ce-pg-gradient-flow",
        says="The flow of the cross entropy in one logit, $dz/dt = 1 - p$, has the first integral $z + e^z = t + c$.",
        lhs=Closed("d/dt (z + e^z)", "\\frac{d}{dt} (z + e^z)", lambda: _along_flow(of_log=True)),
        rhs=Closed("1", "1", lambda: 1),
        expected=Rung.EXACT,
        remark="From $p = 1/(1 + e^{-z})$: $1 - p = 1/(1 + e^z)$.",
    )
    yield Claim(
        "ce-pg-gradient-flow-policy-gradient",
        says="The flow of the policy gradient, $dz/dt = p (1 - p)$, has the first integral $2z + 2 "
        "\\operatorname{sinh} z = t + c$.",
        lhs=Closed(
            "d/dt (2z + 2 sinh z)", "\\frac{d}{dt} (2z + 2 \\operatorname{sinh} z)", lambda: _along_flow(of_log=False)
        ),
        rhs=Closed("1", "1", lambda: 1),
        expected=Rung.EXACT,
        remark="Far from the label, as $z \\to -\\infty$, the time grows like $e^{-z}$; this is the plateau. The "
        "flow of the cross entropy crosses it at speed one.",
    )
    yield Claim(
        "ce-pg-gradient-flow-time-change",
        says="The two flows have the same orbit: the velocity of the policy gradient is the velocity of the cross "
        "entropy times $p$.",
        lhs=Closed("dz/dt of J", "\\frac{d \\sigma}{dz}", lambda: _velocity(of_log=False)),
        rhs=Closed("p · dz/dt of −CE", "p\\, \\frac{d \\log \\sigma}{dz}", _slowed),
        expected=Rung.EXACT,
    )
