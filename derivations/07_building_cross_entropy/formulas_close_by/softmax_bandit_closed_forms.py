"""Beyond the article: a softmax over one state, its gradient, its Hessian, and the length of its score."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim
from pgsym.problems import classification
from pgsym.problems.classification_problem import LOGIT
from pgsym.problems.one_step_problem import POLICY, REWARD
from pgsym.terms import expect, grad, indicator, outer, sum_over
from pgsym.terms.nodes import lift

m = classification()
given = (*m.hypotheses, m.softmax)
J = expect(m.reward, (m.a, m.policy_law))
advantage = m.reward - J
z_a, z_b = grad(m.logit), grad(LOGIT(m.s, m.b, m.theta))
pi_b, r_b = POLICY(m.b, m.s, m.theta), REWARD(m.s, m.b)
of_one_answer = sum_over(m.a, of=m.policy * advantage * (outer(z_a, z_a) + grad(z_a)))
of_two_answers = sum_over(m.a, m.b, of=m.policy * pi_b * (m.reward + r_b - 2 * J) * outer(z_a, z_b))
squared_length = sum_over(m.b, of=(indicator(m.a, m.b) - pi_b) ** 2)


def claims() -> Iterator[Claim]:
    """Derivatives in the logits, and the mean squared length of the score."""
    yield Claim(
        "softmax-bandit-closed-forms",
        says="The policy gradient in the logit of an answer is $\\pi_a (r_a - J)$.",
        lhs=grad(J),
        rhs=sum_over(m.a, of=m.policy * advantage * z_a),
        given=given,
    )
    yield Claim(
        "softmax-bandit-closed-forms-sum",
        says="The policy gradients in the logits of all answers sum to zero: adding a constant to all logits does "
        "not change the policy.",
        lhs=sum_over(m.a, of=m.policy * advantage),
        rhs=lift(0),
        given=m.hypotheses,
    )
    yield Claim(
        "softmax-bandit-closed-forms-hessian",
        says="The Hessian in the logits of two answers is $\\mathbf{1}\\{a = b\\}\\, \\pi_a (r_a - J) - \\pi_a \\pi_b "
        "(r_a + r_b - 2J)$.",
        lhs=grad(grad(J)),
        rhs=of_one_answer - of_two_answers,
        given=given,
        sizes=({"S": 1, "A": 2}, {"S": 1, "A": 3}, {"S": 2, "A": 2}),
        remark="For logits that are not linear in $\\theta$, their own Hessians $\\nabla^2 z_a$ are added, each with "
        "the weight that it has in the gradient.",
    )
    yield Claim(
        "softmax-bandit-closed-forms-score",
        says="The squared length of the score in the logits, $\\sum_b (\\mathbf{1}\\{a = b\\} - \\pi_b)^2$, has the "
        "expectation $1 - \\sum_b \\pi_b^2$.",
        lhs=expect(squared_length, (m.a, m.policy_law)),
        rhs=1 - sum_over(m.b, of=pi_b**2),
        given=m.hypotheses,
    )
