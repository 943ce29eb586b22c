"""A plateau at every corner of the simplex, the best among them."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims.claim import Claim
from pgsym.decide import Relation
from pgsym.problems import one_step
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import ACTION, OUTCOME, STATE, Symbol, Variable, absolute, choice, indicator, sum_over

m = one_step()
b, c = Variable("b", ACTION), choice("c", STATE)(m.s)
w = Symbol("w", (STATE,), result=OUTCOME)(m.s)
WON = Symbol("r", (OUTCOME, STATE, ACTION), outcomes=1)


def claims() -> Iterator[Claim]:
    """The length of the gradient near a corner."""
    pi_b, pi_c = POLICY(b, m.s, m.theta), POLICY(c, m.s, m.theta)
    r_a, r_b = WON(w, m.s, m.a), WON(w, m.s, b)
    gap = pi_b * (r_a - r_b)
    mean = sum_over(b, of=pi_b * r_b)
    triangle = sum_over(b, of=absolute(gap)) - absolute(sum_over(b, of=gap))
    apart = (1 - indicator(m.a, b)) * (1 - absolute(r_a - r_b))
    elsewhere = sum_over(m.a, of=(1 - indicator(m.a, c)) * m.policy**2)
    yield Claim(
        "plateau-bound-at-a-corner",
        says="Near any corner of the simplex, such as the best one or the worst, the gradient in the logits is "
        "small: $\\lVert \\nabla J \\rVert_1 \\le 2\\, (1 - \\pi_c)$ for every answer $c(s)$, with rewards between 0 "
        "and 1.",
        lhs=sum_over(m.a, of=absolute(m.policy * (r_a - mean))),
        rhs=2 * (1 - pi_c),
        relation=Relation.AT_MOST,
        given=m.hypotheses,
        slack=sum_over(m.a, of=m.policy * triangle)
        + sum_over(m.a, b, of=m.policy * pi_b * apart)
        + (1 - pi_c) ** 2
        + elsewhere,
        remark="The reward is written as the probability $r(w(s) \\mid s, a)$ of an outcome that wins. Rewards in a "
        "range of the width $R$ give $R$ times the bound. The proof uses the triangle inequality and $\\lvert r_a - "
        "r_b \\rvert \\le 1$.",
    )
