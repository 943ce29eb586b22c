"""At the distribution of rewards the policy gradient does not vanish: it goes on towards the best answer."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Rung
from pgsym.problems import one_step
from pgsym.problems.divergence import divergence
from pgsym.problems.one_step_problem import REWARD
from pgsym.terms import (
    ACTION,
    PARAMETER,
    STATE,
    Definition,
    Frozen,
    Positive,
    Symbol,
    Term,
    ThetaFree,
    Variable,
    covariance,
    exp,
    expect,
    grad,
    sum_over,
)
from pgsym.terms.nodes import lift

m = one_step()
s, a, b = m.s, m.a, Variable("b", ACTION)
NOW = Variable("θ'", PARAMETER)
POLICY = Symbol("π", (ACTION, STATE, PARAMETER, PARAMETER), outcomes=1)
TARGET = Symbol("q", (ACTION, STATE), outcomes=1)
LOGIT = Symbol("z", (STATE, ACTION, PARAMETER))


def weight(answer: Variable) -> Term:
    """r(s, a) exp(z_θ(s, a) − z_θ'(s, a)): the reward, at θ = θ'."""
    return REWARD(s, answer) * exp(LOGIT(s, answer, m.theta) - LOGIT(s, answer, NOW))


through_the_target = Definition.of(POLICY(a, s, m.theta, NOW), weight(a) / sum_over(b, of=weight(b)))
as_law = Definition.of(TARGET(a, s), m.reward / sum_over(a, of=m.reward))
law = POLICY.law(s, m.theta, NOW)
given = (ThetaFree(REWARD), Positive(REWARD), through_the_target, as_law, Frozen(NOW, m.theta))


def claims() -> Iterator[Claim]:
    """The aside as a statement about where the gradient vanishes."""
    gradient = grad(expect(m.reward, (a, law)), m.theta)
    to_target = grad(divergence(TARGET.law(s), law, a), m.theta)
    yield Claim(
        "kl-reward-distribution",
        says="Training does not stop at the distribution of rewards: a softmax policy equal to $q = r / Z$, whose "
        "logits may move freely, need not be stationary.",
        lhs=gradient,
        rhs=lift(0),
        given=given,
        expected=Rung.REFUTED,
        repaired_by=(
            "kl-reward-distribution-covariance",
            "kl-reward-distribution-divergence",
            "kl-frozen-behaviour",
            "kl-log-reward",
            "kl-maxent",
        ),
        examples=(
            Example(
                "Rewards 2 and 1: at $(2/3, 1/3)$ the divergence is stationary, the expected reward is not.",
                {"r": [[2, 1]], "z": [[0, 0]]},
                ((gradient, ("2/9", "-2/9")), (to_target, (0, 0))),
                given,
                at={"s": 0},
            ),
        ),
        source="T. Chen, Understand Policy Gradient by Building Cross Entropy from Scratch (2023)",
    )
    yield Claim(
        "kl-reward-distribution-divergence",
        says="At the policy $q$, the gradient of the divergence from $q$ is zero.",
        lhs=to_target,
        rhs=lift(0),
        given=given,
    )
    yield Claim(
        "kl-reward-distribution-covariance",
        says="At the policy $q$, the policy gradient is the covariance under $q$ of the reward and the gradient of "
        "the logits.",
        lhs=gradient,
        rhs=covariance(m.reward, grad(LOGIT(s, a, m.theta)), (a, TARGET.law(s))),
        given=given,
        remark="It vanishes for all logits only if the reward is constant.",
    )
