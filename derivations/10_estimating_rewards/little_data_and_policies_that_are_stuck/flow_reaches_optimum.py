"""The exact gradient flow of a softmax policy with one logit for each answer: J rises, the best answer may fall."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims.claim import Claim, Example
from pgsym.decide import Relation
from pgsym.decide.verdicts import Rung
from pgsym.problems import one_step
from pgsym.problems.one_step_problem import POLICY, REWARD
from pgsym.terms import ACTION, STATE, Definition, Positive, ThetaFree, Variable, choice, function, indicator, sum_over
from pgsym.terms.nodes import lift

m = one_step()
b, c = Variable("b", ACTION), Variable("c", ACTION)
GAP, TOP = function("d", STATE, ACTION), function("v", STATE)


def claims() -> Iterator[Claim]:
    """What rises along the flow, and what need not."""
    pi_b = POLICY(b, m.s, m.theta)
    mean = sum_over(b, of=pi_b * REWARD(m.s, b))
    push, push_b = m.policy * (m.reward - mean), pi_b * (REWARD(m.s, b) - mean)  # the flow of the logits
    moved = m.policy * (push - sum_over(b, of=pi_b * push_b))  # the flow of π(a | s)
    yield Claim(
        "flow-reaches-optimum-bandit",
        says="Along the exact flow of the logits in one state, $J$ rises at the rate $\\lVert \\nabla J \\rVert^2$. "
        "The rate is zero only if all answers pay the same, so the simplex has no trap in its interior.",
        lhs=sum_over(m.a, of=moved * m.reward),
        rhs=sum_over(m.a, of=push**2),
        given=m.hypotheses,
        remark="The left side is $\\sum_a \\pi_a'\\, r_a$ with $\\pi_a' = \\pi_a\\, (z_a' - \\sum_b \\pi_b z_b')$ "
        "and $z' = \\nabla J$, where a prime is the derivative along the flow. The literature proves that the flow "
        "reaches the optimum from every start; it is not shown here.",
        source="A. Agarwal et al., On the theory of policy gradient methods (2021); J. Mei et al., On the global "
        "convergence rates of softmax policy gradient methods (2020)",
    )
    best = choice("c", STATE)(m.s)
    of_best = POLICY(best, m.s, m.theta) * (
        POLICY(best, m.s, m.theta) * (REWARD(m.s, best) - mean) - sum_over(b, of=pi_b * push_b)
    )
    lower = Definition.of(m.reward, TOP(m.s) - (1 - indicator(m.a, best)) * GAP(m.s, m.a))
    yield Claim(
        "flow-raises-the-best-answer",
        says="Along the exact flow of the logits the probability of the best answer can fall.",
        lhs=lift(0),
        rhs=of_best,
        relation=Relation.AT_MOST,
        given=(*(h for h in m.hypotheses if h != ThetaFree(REWARD)), lower, Positive(GAP)),
        expected=Rung.REFUTED,
        repaired_by=("flow-reaches-optimum-bandit",),
        remark="A second-best answer that is given much more often can rise so fast that the best one falls. Here "
        "the best answer is $c(s)$, and the others pay $d > 0$ less.",
        sizes=({"S": 1, "A": 3},),
        examples=(
            Example(
                "Three answers with the probabilities 1/6, 4/6, 1/6 and the rewards 1, 9/10 and 0.",
                tables={"π": [["1/6", "2/3", "1/6"]], "r": [["1", "9/10", "0"]]},
                given=m.hypotheses,
                at={"s": 0, "a": 0},
                worth=((moved, "-1/1080"),),
            ),
        ),
    )
