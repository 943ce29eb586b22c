"""How a random reward does and does not change the policy gradient."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims.claim import Claim, Example
from pgsym.decide.verdicts import Rung
from pgsym.problems import noisy_rewards
from pgsym.problems.noisy import CHANCE_LAW
from pgsym.terms import ACTION, OUTCOME, STATE, ThetaFree, absolute, covariance, expect, function, grad

m = noisy_rewards()
NOISE = function("η", STATE, ACTION, OUTCOME)
noise = NOISE(m.s, m.a, m.w)
given = (*m.hypotheses, ThetaFree(NOISE))


def claims() -> Iterator[Claim]:
    """That a reward must be estimated first, and what the noise has to be free of."""
    yield Claim(
        "must-estimate-reward",
        says="The reward of a state and an answer need not be estimated from history first: with the one reward that "
        "was paid, the noise $\\lvert R - r \\rvert$ does not remain in the mean of the gradient.",
        lhs=m.expectation(m.over_chance(m.paid * m.score)) - grad(m.objective),
        rhs=m.expectation(m.over_chance(absolute(m.paid - m.reward) * m.score)),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("stochastic-reward", "stochastic-reward-variance"),
        remark="The bias is zero, because one paid reward is an unbiased estimate of its own mean. Estimating that "
        "mean first lowers the variance, but the expectation does not need it.",
    )
    own_mean = expect(NOISE(m.s, m.b, m.w), (m.b, m.policy_law), (m.w, CHANCE_LAW.law(m.s, m.b)))
    coin = {
        "D": ["1"],
        "π": [["1/2", "1/2"]],
        "ν": [[["1", "0"]] * 2],
        "R": [[["0", "0"]] * 2],
        "η": [[["1", "1"], ["-1", "-1"]]],
    }
    centred = m.expectation(m.over_chance((m.paid + noise - own_mean) * m.score))
    yield Claim(
        "noise-correlated-with-action-history",
        says="Noise $\\eta$ on the reward biases the gradient by its covariance with the score in each state.",
        lhs=m.expectation(m.over_chance((m.paid + noise) * m.score)) - grad(m.objective),
        rhs=m.over_states(covariance(noise, m.score, (m.a, m.policy_law), m.chance)),
        given=given,
        remark="The noise must therefore have the mean zero given the state and the answer, $\\mathbb{E}[\\hat r "
        "\\mid s, a] = r$. A mean of zero over all answers is not enough.",
        examples=(
            Example(
                "One state, two answers with probability 1/2; the noise is 1 with the one and -1 with the other, so it "
                "is zero on average.",
                tables=coin,
                given=given,
                worth=((m.expectation(m.over_chance(noise)), 0), (centred - grad(m.objective), ("1/2", "-1/2"))),
            ),
        ),
    )
    yield Claim(
        "noise-of-mean-zero",
        says="Noise whose average over the answers is zero in every state can bias the gradient.",
        lhs=centred,
        rhs=grad(m.objective),
        given=given,
        expected=Rung.REFUTED,
        repaired_by=("noise-correlated-with-action-history", "stochastic-reward"),
        remark="Subtracting the mean of the noise in each state subtracts a baseline, which does not change the "
        "gradient.",
    )
