"""Is there a best parameter?  Not for a softmax: every finite one can be improved, and the supremum is not attained."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pgsym.claims import Claim, Relation, Rung
from pgsym.problems import classification
from pgsym.problems.one_step_problem import REWARD
from pgsym.terms import (
    ACTION,
    PARAMETER,
    STATE,
    Closed,
    Definition,
    NonNegative,
    Symbol,
    ThetaFree,
    exp,
    expect,
    function,
    grad,
    sum_over,
    variance,
)

if TYPE_CHECKING:
    import sympy

m = classification()
W = Symbol("w", (PARAMETER,))
X = function("x", STATE, ACTION)
BEST, GAP = function("v", STATE), function("g", STATE, ACTION)


def _objective() -> tuple[sympy.Expr, sympy.Symbol]:
    """J of one logit z with the rewards 1 and 0."""
    from sympy import Symbol, exp

    z = Symbol("z", real=True)
    return 1 / (1 + exp(-z)), z


def _supremum() -> sympy.Expr:
    """The limit of J, which increases in z."""
    from sympy import limit, oo

    j, z = _objective()
    return limit(j, z, oo)


def _how_many_attain_it() -> int:
    """How many real z have J(z) = sup J."""
    from sympy import Eq, S, solveset

    j, z = _objective()
    found = solveset(Eq(j, _supremum()), z, S.Reals)
    return len(found)


def claims() -> Iterator[Claim]:
    """That the supremum is attained, what is true of a softmax instead, and of all policies."""
    shifted = Definition.of(
        m.policy,
        exp(W(m.theta) * m.reward + X(m.s, m.a)) / sum_over(m.b, of=exp(W(m.theta) * REWARD(m.s, m.b) + X(m.s, m.b))),
    )
    yield Claim(
        "theta-star-exists",
        says="The largest expected reward need not be attained: with one logit and the rewards 1 and 0, no $z$ "
        "attains the supremum.",
        lhs=Closed("1", "1", lambda: 1),
        rhs=Closed(
            "#{z : σ(z) = sup σ}",
            "\\lvert \\{z \\in \\mathbb{R} : \\sigma(z) = \\operatorname{sup} \\sigma\\} \\rvert",
            _how_many_attain_it,
        ),
        relation=Relation.AT_MOST,
        expected=Rung.REFUTED,
        repaired_by=("theta-star-supremum", "theta-star-improvable", "theta-star-over-all-policies"),
        remark="Ascent sends the logit to infinity. A compact class of policies contains a best one.",
    )
    yield Claim(
        "theta-star-supremum",
        says="The supremum of $J(z) = \\sigma(z)$ is $1$, the limit as $z \\to \\infty$.",
        lhs=Closed("lim σ(z)", "\\operatorname{lim}_{z \\to \\infty} \\sigma(z)", _supremum),
        rhs=Closed("1", "1", lambda: 1),
        expected=Rung.EXACT,
    )
    yield Claim(
        "theta-star-improvable",
        says="Moving the logits of a softmax along the rewards raises the expected reward at the rate of the "
        "variance of the reward. A better policy therefore exists unless the reward is constant.",
        lhs=grad(expect(m.reward, (m.a, m.policy_law)), m.theta),
        rhs=variance(m.reward, (m.a, m.policy_law)) * grad(W(m.theta)),
        given=(ThetaFree(REWARD), ThetaFree(X), shifted),
        remark="The policy is any softmax, and its logits $x$ move by $w\\, r$.",
    )
    capped = Definition.of(m.reward, BEST(m.s) - GAP(m.s, m.a))
    yield Claim(
        "theta-star-over-all-policies",
        says="No policy earns more than the best reward in every state, and a policy that always gives a best answer "
        "earns it.",
        lhs=m.objective,
        rhs=m.over_states(BEST(m.s)),
        given=(capped, NonNegative(GAP)),
        relation=Relation.AT_MOST,
        slack=m.expectation(GAP(m.s, m.a)),
        remark="The reward is written as the best reward $v(s)$ minus a gap $g(s, a) \\ge 0$. Equality holds where "
        "answers with a positive gap are never given.",
    )
