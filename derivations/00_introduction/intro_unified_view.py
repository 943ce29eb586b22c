"""One family of objectives contains the expected reward and the log-likelihood."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pgsym.claims import Claim, Rung
from pgsym.problems import classification
from pgsym.terms import Closed, Variable, exp, grad, log

if TYPE_CHECKING:
    import sympy

m = classification()
q = Variable("q")
power = exp(q * log(m.right_mass))


def _gradient(chain_rule: bool) -> sympy.Expr:
    """The derivative of φ(π_y) by one of three logits: SymPy's own, or φ' π_y times the derivative of log π_y."""
    from sympy import Function, diff, exp, log, symbols

    z = symbols("z_1:4", real=True)
    right = exp(z[0]) / sum(map(exp, z))
    phi, u = Function("φ"), symbols("u", positive=True)
    if not chain_rule:
        return diff(phi(right), z[1])
    return diff(phi(u), u).subs(u, right).doit() * right * diff(log(right), z[1])


def claims() -> Iterator[Claim]:
    """The family of powers, which the logarithm belongs to, and every other."""
    yield Claim(
        "intro-unified-view",
        says="Maximising $\\mathbb{E}_s[\\pi(y(s) \\mid s)^q]$ weights the score of the right answer by $q\\, \\pi(y "
        "\\mid s)^q$. The expected reward is the case $q = 1$; the log-likelihood is the limit as $q \\to 0$, after "
        "division by $q$.",
        lhs=grad(m.over_states(power)),
        rhs=q * m.over_states(power * m.right_score),
        given=m.hypotheses,
        remark="The expected reward and the log-likelihood belong to one family, but they are not the same: their "
        "weights $\\pi(y \\mid s)$ and $1$ differ.",
    )
    yield Claim(
        "intro-unified-view-any-utility",
        says="Maximising $\\mathbb{E}_s[\\phi(\\pi(y \\mid s))]$ weights the score of the right answer by $\\pi_y\\, "
        "\\phi'(\\pi_y)$, for every function $\\phi$.",
        lhs=Closed(
            "∂φ(π_y)/∂z_2",
            "\\frac{\\partial}{\\partial z_2} \\phi(\\pi_y)",
            lambda: _gradient(chain_rule=False),
        ),
        rhs=Closed(
            "φ'(π_y) π_y ∂log π_y/∂z_2",
            "\\phi'(\\pi_y)\\, \\pi_y\\, \\frac{\\partial}{\\partial z_2} \\log \\pi_y",
            lambda: _gradient(chain_rule=True),
        ),
        expected=Rung.EXACT,
        remark="This is the chain rule, computed here for a softmax over three answers and an undetermined $\\phi$.",
    )
