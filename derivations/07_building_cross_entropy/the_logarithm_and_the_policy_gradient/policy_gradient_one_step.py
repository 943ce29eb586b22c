"""The policy gradient of a one-step problem, from its definition.

Nothing here is a trick: an expectation is a sum, only the policy depends on the parameter, and the logarithm
appears because a fraction was put in to get an expectation back.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Rung
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import one_step
from pgsym.terms import Positive, grad, sum_over

m = one_step()
gradient = grad(m.objective)
target = m.expectation(m.reward * m.score)


def derive() -> Theorem:
    """From ∇J to the expectation of the reward times the score."""
    d = Derivation(gradient, given=m.hypotheses, name="policy-gradient-one-step")
    d.apply(rules.WriteExpectationAsSum(m.on_policy), why="An expectation is a probability-weighted sum.")
    d.apply(
        rules.Unfold(m.on_policy), why="The bot answers from its own policy, so $P(s, a) = D(s)\\, \\pi(a \\mid s)$."
    )
    d.apply(rules.MoveGradientInside, why="The sums are finite, and only the policy depends on $\\theta$.")
    d.apply(
        rules.MultiplyByOne, at=grad(m.policy), why="Multiply and divide by $\\pi$, which the differentiation removed."
    )
    d.apply(
        rules.LogDerivative,
        why="$\\nabla \\pi / \\pi$ is the gradient of $\\log \\pi$: the chain rule, from right to left.",
    )
    d.apply(rules.ReadSumAsExpectation, why="$D(s)\\, \\pi(a \\mid s)$ is the sampling distribution again.")
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """The theorem, and its lines as claims of their own."""
    sum_of_joint = sum_over(m.s, m.a, of=m.joint * m.reward)
    sum_of_factors = sum_over(m.s, m.a, of=m.state_mass * m.policy * m.reward)
    marginal = sum_over(m.a, of=m.joint)
    ratio = grad(m.policy) / m.policy
    without_positivity = tuple(h for h in m.hypotheses if not isinstance(h, Positive))
    yield Claim(
        "expectation-as-sum",
        says="The objective is the sum, over all pairs of a state and an action, of the probability of the pair "
        "times its reward.",
        lhs=m.objective,
        rhs=sum_of_joint,
        given=m.hypotheses,
        step=1,
    )
    yield Claim(
        "joint-factorisation",
        says="The probability of a picture and an answer is the probability of the picture times the probability of "
        "the answer given the picture. The bot samples from its policy, so the latter is $\\pi_\\theta(a \\mid s)$.",
        lhs=m.joint,
        rhs=marginal * m.policy,
        given=m.hypotheses,
        step=2,
        remark="Here $P(s)$ is written as the marginal of $P$.",
    )
    yield Claim(
        "policy-substitution-off-policy",
        says="If another policy drew the answers, the joint probability is not $P(s)\\, \\pi_\\theta(a \\mid s)$ in "
        "general.",
        lhs=m.joint,
        rhs=marginal * m.policy,
        given=tuple(h for h in m.hypotheses if h != m.on_policy),
        expected=Rung.REFUTED,
        repaired_by=("joint-factorisation",),
        remark="Without the hypothesis that the bot samples from its own policy, $P(a \\mid s)$ is the probability "
        "under the sampler.",
    )
    yield Claim(
        "move-gradient-inside",
        says="The gradient moves inside the sums and acts on the policy alone.",
        lhs=grad(sum_of_factors),
        rhs=sum_over(m.s, m.a, of=m.state_mass * m.reward * grad(m.policy)),
        given=m.hypotheses,
        step=3,
        remark="This needs a $D$ and an $r$ that do not depend on $\\theta$, and finite sums. For infinite sums it "
        "needs dominated convergence.",
    )
    yield Claim(
        "multiply-by-one",
        says="Multiplying the gradient of the policy by $\\pi / \\pi$ changes nothing.",
        lhs=grad(m.policy),
        rhs=m.policy * ratio,
        given=m.hypotheses,
        step=4,
        remark="This needs $\\pi > 0$; see multiply-by-one-at-zero.",
    )
    yield Claim(
        "multiply-by-one-at-zero",
        says="The theorem can fail at the boundary of the simplex, where an answer has probability zero and the "
        "parameter can raise that probability.",
        lhs=gradient,
        rhs=target,
        given=without_positivity,
        expected=Rung.REFUTED,
        repaired_by=("policy-gradient-one-step",),
        remark="There $\\nabla \\pi(a \\mid s) \\neq 0$ is a one-sided derivative, as for a policy whose parameters "
        "are its own probabilities. The answer is never sampled, and its part of the gradient is lost. A policy that "
        "is differentiable on both sides of $\\theta$ has $\\nabla \\pi = 0$ where $\\pi = 0$, because $\\pi \\ge 0$ "
        "has a minimum there, and loses nothing. A softmax policy is never zero.",
    )
    yield Claim(
        "reassemble-expectation",
        says="The sum may be written as an expectation again.",
        lhs=gradient,
        rhs=m.expectation(m.reward * ratio),
        given=m.hypotheses,
        step=6,
    )
    yield Claim(
        "log-derivative",
        says="The gradient of the policy divided by the policy is the gradient of its logarithm.",
        lhs=ratio,
        rhs=m.score,
        given=m.hypotheses,
        step=5,
    )
    yield Claim(
        "policy-gradient-one-step",
        says="The gradient of the expected reward is the expectation of the reward times the score.",
        lhs=gradient,
        rhs=target,
        given=m.hypotheses,
        source="R. J. Williams, Simple statistical gradient-following algorithms for connectionist reinforcement "
        "learning, Machine Learning 8 (1992)",
    )


if __name__ == "__main__":
    show(derive())
