"""The lines of the one-step derivation, each as a claim: from the expectation to sums and back."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim
from pgsym.problems import one_step
from pgsym.terms import grad, sum_over

m = one_step()
ratio = grad(m.policy) / m.policy
BY = "policy-gradient-one-step"


def claims() -> Iterator[Claim]:
    """Four lines."""
    yield Claim(
        "expand-expectation",
        says="The objective is a sum over all pictures and answers: that is what an expectation is.",
        lhs=m.objective,
        rhs=sum_over(m.s, m.a, of=m.joint * m.reward),
        given=m.hypotheses,
        derivation=BY,
        step=1,
    )
    yield Claim(
        "policy-substitution",
        says="The bot samples from its policy, so $\\pi_\\theta(a \\mid s)$ stands where $P(a \\mid s)$ stood.",
        lhs=grad(m.objective),
        rhs=grad(sum_over(m.s, m.a, of=m.state_mass * m.policy * m.reward)),
        given=m.hypotheses,
        derivation=BY,
        step=2,
        remark="Under any other sampler it is that sampler's probability: see policy-substitution-off-policy.",
    )
    yield Claim(
        "recombine",
        says="With $\\pi$ put back, $P(s)\\, \\pi(a \\mid s)$ is the probability of the pair again.",
        lhs=sum_over(m.s, m.a, of=m.state_mass * m.reward * grad(m.policy)),
        rhs=sum_over(m.s, m.a, of=m.joint * (ratio * m.reward)),
        given=m.hypotheses,
        derivation=BY,
        step=4,
    )
    yield Claim(
        "found-f",
        says="What is to be averaged is $f = r\\, \\nabla \\pi / \\pi$.",
        lhs=grad(m.objective),
        rhs=m.expectation(ratio * m.reward),
        given=m.hypotheses,
        derivation=BY,
        step=6,
    )
