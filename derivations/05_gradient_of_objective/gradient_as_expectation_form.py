"""The gradient as an expectation: such a form exists, it is not unique, and its average is unbiased."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example
from pgsym.problems import one_step
from pgsym.problems.one_step_problem import POLICY, REWARD, SAMPLES
from pgsym.terms import STATE, ThetaFree, function, grad, log, variance

m = one_step()
C = function("c", STATE)
gradient = grad(m.objective)
score_of_round = grad(log(POLICY(m.a_i, m.s_i, m.theta)), m.theta)
estimate = m.average(REWARD(m.s_i, m.a_i) * score_of_round)
spread = variance(estimate, (m.batch, SAMPLES.law(m.theta)))
spread_of_one = variance(m.reward * m.score, (m.s, m.state_law), (m.a, m.policy_law))


def claims() -> Iterator[Claim]:
    """Existence, many, mean and variance."""
    yield Claim(
        "gradient-as-expectation-form",
        says="The gradient is an expectation under the same distribution that the samples come from.",
        lhs=gradient,
        rhs=m.expectation(m.reward * m.score),
        given=m.hypotheses,
        derivation="policy-gradient-one-step",
    )
    yield Claim(
        "f-is-not-unique",
        says="Adding $c(s) \\nabla \\log \\pi(a \\mid s)$ to the integrand does not change its expectation.",
        lhs=m.expectation(m.reward * m.score + C(m.s) * m.score),
        rhs=gradient,
        given=(*m.hypotheses, ThetaFree(C)),
        derivation="baseline",
        remark="The probabilities of the answers sum to one, so their gradients sum to zero.",
    )
    yield Claim(
        "monte-carlo-estimate",
        says="The average over $N$ samples has the mean $\\nabla J$, for every $N$.",
        lhs=m.over_batches(estimate),
        rhs=gradient,
        given=m.hypotheses,
        derivation="gradient-target-form",
        remark="Stochastic ascent needs this, not the law of large numbers. It is decided for $N = 1, 2, 3$.",
    )
    bandit = {"D": ["1"], "π": [["1/2", "1/2"]], "r": [[1, 0]]}
    examples = tuple(
        Example(
            f"Two answers with equal logits, rewards 1 and 0, N = {n}.",
            bandit,
            worth=((m.over_batches(estimate), ("1/4", "-1/4")), (spread, (worth, worth))),
            given=m.hypotheses,
            sizes={"N": n},
        )
        for n, worth in ((1, "1/16"), (2, "1/32"))
    )
    yield Claim(
        "monte-carlo-estimate-variance",
        says="The variance of the average is that of one sample, divided by $N$.",
        lhs=spread,
        rhs=(1 / m.N) * spread_of_one,
        given=m.hypotheses,
        examples=examples,
        remark="This holds coordinate by coordinate. It is decided for $N = 1, 2, 3$.",
    )
