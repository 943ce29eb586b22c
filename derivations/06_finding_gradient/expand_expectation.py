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
        says="By the definition of an expectation, the objective is a sum over all pictures and answers.",
        lhs=m.objective,
        rhs=sum_over(m.s, m.a, of=m.joint * m.reward),
        given=m.hypotheses,
        derivation=BY,
        step=1,
    )
    yield Claim(
        "policy-substitution",
        says="The bot samples from its policy, so $P(a \\mid s)$ may be replaced by $\\pi_\\theta(a \\mid s)$.",
        lhs=grad(m.objective),
        rhs=grad(sum_over(m.s, m.a, of=m.state_mass * m.policy * m.reward)),
        given=m.hypotheses,
        derivation=BY,
        step=2,
        remark="Under any other sampler, $P(a \\mid s)$ is the probability of that sampler: see "
        "policy-substitution-off-policy.",
    )
    yield Claim(
        "recombine",
        says="The product $P(s)\\, \\pi(a \\mid s)$ is the probability of the pair of picture and answer.",
        lhs=sum_over(m.s, m.a, of=m.state_mass * m.reward * grad(m.policy)),
        rhs=sum_over(m.s, m.a, of=m.joint * (ratio * m.reward)),
        given=m.hypotheses,
        derivation=BY,
        step=4,
    )
    yield Claim(
        "found-f",
        says="The function to be averaged is $f = r\\, \\nabla \\pi / \\pi$.",
        lhs=grad(m.objective),
        rhs=m.expectation(ratio * m.reward),
        given=m.hypotheses,
        derivation=BY,
        step=6,
    )
