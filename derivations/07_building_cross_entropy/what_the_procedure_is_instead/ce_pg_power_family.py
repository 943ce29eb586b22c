"""A family between the mean absolute error and the cross entropy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pgsym.claims import Claim, Rung
from pgsym.problems import classification
from pgsym.terms import Closed, Positive, Variable, exp, grad, log

if TYPE_CHECKING:
    import sympy

m = classification()
q = Variable("q")
power = exp(q * log(m.right_mass))


def _member(at: int) -> sympy.Expr:
    """The limit of (p^q − 1)/q as q goes to some number."""
    from sympy import Symbol, limit

    p, q = Symbol("p", positive=True), Symbol("q", real=True)
    return limit((p**q - 1) / q, q, at)


def _log() -> sympy.Expr:
    from sympy import Symbol, log

    return log(Symbol("p", positive=True))


def _minus_error() -> sympy.Expr:
    from sympy import Symbol

    return Symbol("p", positive=True) - 1


def claims() -> Iterator[Claim]:
    """The gradient, and the two ends."""
    yield Claim(
        "ce-pg-power-family",
        says="Maximising $(\\pi_y^q - 1)/q$ weights the score of the label by $\\pi_y^q$.",
        lhs=grad(m.over_states((power - 1) / q)),
        rhs=m.over_states(power * m.right_score),
        given=(*m.hypotheses, Positive(q)),
        remark="Between $q = 0$ and $q = 1$ the losses tolerate wrong labels, but less than the mean absolute error "
        "does.",
        source="Z. Zhang and M. Sabuncu, Generalized cross entropy loss for training deep neural networks with noisy "
        "labels (2018)",
    )
    yield Claim(
        "ce-pg-power-family-cross-entropy",
        says="As $q \\to 0$, the objective $(\\pi_y^q - 1)/q$ becomes the log-likelihood.",
        lhs=Closed("lim_{q→0} (p^q − 1)/q", "\\operatorname{lim}_{q \\to 0} \\frac{p^q - 1}{q}", lambda: _member(0)),
        rhs=Closed("log p", "\\log p", _log),
        expected=Rung.EXACT,
    )
    yield Claim(
        "ce-pg-power-family-policy-gradient",
        says="At $q = 1$, the objective $(\\pi_y^q - 1)/q$ is the expected reward minus one.",
        lhs=Closed("(p^q − 1)/q at q = 1", "\\frac{p^q - 1}{q}", lambda: _member(1)),
        rhs=Closed("p − 1", "p - 1", _minus_error),
        expected=Rung.EXACT,
    )
