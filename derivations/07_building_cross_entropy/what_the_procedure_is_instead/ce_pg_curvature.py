"""Curvature in one logit: the cross entropy is convex, the objective neither convex nor concave."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pgsym.claims import Claim, Relation, Rung
from pgsym.terms import Closed

if TYPE_CHECKING:
    import sympy


def _second(of_log: bool, odds: sympy.Rational | None = None) -> sympy.Expr:
    """The second derivative of log σ or σ by the logit, as a function of the odds e^z or at some odds."""
    from sympy import Symbol, diff, exp, log

    z, u = Symbol("z", real=True), Symbol("u", positive=True)
    p = 1 / (1 + exp(-z))
    second = diff(log(p) if of_log else p, z, 2).subs(z, log(u))
    return second if odds is None else second.subs(u, odds)


def _by_probability(of_log: bool) -> sympy.Expr:
    """−p(1 − p), or p(1 − p)(1 − 2p), as a function of the odds."""
    from sympy import Symbol

    u = Symbol("u", positive=True)
    p = u / (1 + u)
    return -p * (1 - p) if of_log else p * (1 - p) * (1 - 2 * p)


def _at_one_third() -> sympy.Expr:
    """The second derivative of σ where p = 1/3."""
    from sympy import Rational

    return _second(False, Rational(1, 2))


def claims() -> Iterator[Claim]:
    """The two second derivatives, and a sign that only one of them keeps."""
    second = "\\frac{d^2}{dz^2}"
    yield Claim(
        "ce-pg-curvature",
        says="In a logit $\\log \\sigma$ is concave, because its second derivative is $-p(1 - p)$. The cross entropy "
        "is therefore convex.",
        lhs=Closed("d²/dz² log σ", f"{second} \\log \\sigma", lambda: _second(of_log=True)),
        rhs=Closed("−p(1 − p)", "-p (1 - p)", lambda: _by_probability(of_log=True)),
        expected=Rung.EXACT,
    )
    yield Claim(
        "ce-pg-curvature-of-the-objective",
        says="The second derivative of $\\sigma$ is $p(1 - p)(1 - 2p)$.",
        lhs=Closed("d²/dz² σ", f"{second} \\sigma", lambda: _second(of_log=False)),
        rhs=Closed("p(1 − p)(1 − 2p)", "p (1 - p) (1 - 2p)", lambda: _by_probability(of_log=False)),
        expected=Rung.EXACT,
    )
    yield Claim(
        "ce-pg-curvature-concave",
        says="The expected reward is not concave in a logit: at $p = 1/3$ its second derivative is positive.",
        lhs=Closed("d²/dz² σ at p = 1/3", f"{second} \\sigma", _at_one_third),
        rhs=Closed("0", "0", lambda: 0),
        relation=Relation.AT_MOST,
        expected=Rung.REFUTED,
        repaired_by=("ce-pg-curvature", "ce-pg-curvature-of-the-objective"),
        remark="The second derivative is $2/27$ there, and it is negative where $p > 1/2$.",
    )
