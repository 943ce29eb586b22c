"""A reward for the finished sequence: every token's score is multiplied by it.

Prompts and the way contexts follow drop out, as in REINFORCE; that the reward is a sum of rewards was never used.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Rung, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import autoregressive
from pgsym.problems.trajectory import TRAJECTORY_LAW
from pgsym.terms import INDEX, STATE, Frozen, Rounds, ThetaFree, Variable, expect, function, grad, sum_range

m = autoregressive()
R = m.sequence_reward
BASELINE = function("b", STATE)
baseline = BASELINE(m.state(m.t))
gradient = grad(m.expectation(R))
target = m.expectation(R * m.total_score)
loss = expect(R * m.log_likelihood(), (m.tau, TRAJECTORY_LAW.law(m.old)))


def derive() -> Theorem:
    """From the gradient of the mean reward to the reward times the scores."""
    d = Derivation(gradient, given=m.hypotheses, name="sequence-reward")
    d.apply(rules.WriteExpectationAsSum, why="An expectation is a probability-weighted sum, here over sequences.")
    d.apply(rules.MoveGradientInside, why="The sum is finite, and rewards do not depend on $\\theta$.")
    d.apply(
        Lemma(theorem("trajectory-score")),
        why="The factors that are not the model's drop out of $\\nabla p_\\theta(\\tau)$.",
    )
    d.apply(rules.ReadSumAsExpectation, why="An expectation again.")
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """The whole reward for every token, baselines, and what is paid on the way."""
    yield Claim(
        "sequence-reward",
        says="For a reward $R(\\tau)$ that is any function of the finished sequence, the policy gradient is the "
        "expectation of the reward times the sum of the scores of all tokens.",
        lhs=gradient,
        rhs=target,
        given=m.hypotheses,
        remark="No term can be dropped, because the reward comes after every token. The formula is also the policy "
        "gradient of one step whose action is the whole sequence.",
    )
    yield Claim(
        "sequence-reward-as-loss",
        says="The policy gradient of a sequence reward is the gradient of $R(\\tau) \\sum_t \\log \\pi_\\theta(a_t "
        "\\mid s_t)$ on sequences that have been drawn.",
        lhs=grad(loss, m.theta),
        rhs=gradient,
        given=(*m.hypotheses, Frozen(m.old, m.theta)),
    )
    yield Claim(
        "sequence-reward-last-token",
        says="The reward of the sequence times the score of the last token alone is not in general the policy "
        "gradient.",
        lhs=gradient,
        rhs=m.expectation(R * m.score(m.T)),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("sequence-reward",),
        remark="The earlier tokens determine the context of the last one.",
    )
    yield Claim(
        "sequence-reward-baseline",
        says="For every token, any function of its context may be subtracted from the reward of the sequence.",
        lhs=gradient,
        rhs=m.expectation(sum_range(m.t, 1, m.T, of=(R - baseline) * m.score(m.t))),
        given=(*m.hypotheses, ThetaFree(BASELINE)),
    )
    yield Claim(
        "sequence-reward-to-go",
        says="If tokens are rewarded, too, every score needs the reward of the sequence and the rewards of its own "
        "and the later tokens.",
        lhs=grad(m.expectation(R + m.total_reward)),
        rhs=m.expectation(sum_range(m.t, 1, m.T, of=(R + m.reward_to_go) * m.score(m.t))),
        given=m.hypotheses,
    )
    yield Claim(
        "sequence-reward-own-token",
        says="If tokens are rewarded, too, the reward of the sequence and that of its own token are not in general "
        "enough for a score.",
        lhs=grad(m.expectation(R + m.total_reward)),
        rhs=m.expectation(sum_range(m.t, 1, m.T, of=(R + m.reward(m.t)) * m.score(m.t))),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("sequence-reward-to-go", "sequence-reward-own-token-of-one"),
    )
    yield Claim(
        "sequence-reward-own-token-of-one",
        says="For sequences of one token, every score needs only the reward of the sequence and that of its own token.",
        lhs=grad(m.expectation(R + m.total_reward)),
        rhs=m.expectation(sum_range(m.t, 1, m.T, of=(R + m.reward(m.t)) * m.score(m.t))),
        given=(*m.hypotheses, Rounds(Variable("T", INDEX), 1, 1)),
        sizes=({"S": 2, "A": 3, "T": 1}, {"S": 3, "A": 2, "T": 1}),
    )


if __name__ == "__main__":
    show(derive())
