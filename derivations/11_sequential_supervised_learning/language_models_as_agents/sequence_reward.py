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
    d.apply(Lemma(theorem("trajectory-score")), why="What is not the model's drops out of $\\nabla p_\\theta(\\tau)$.")
    d.apply(rules.ReadSumAsExpectation, why="An expectation again.")
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """The whole reward for every token, baselines, and what is paid on the way."""
    yield Claim(
        "sequence-reward",
        says="For a reward $R(\\tau)$ of the finished sequence, any function of it, the gradient is its mean product "
        "with the scores of all tokens.",
        lhs=gradient,
        rhs=target,
        given=m.hypotheses,
        remark="Nothing can be dropped: the reward comes after every token. It is also the policy gradient of one "
        "step, the whole sequence being the action.",
    )
    yield Claim(
        "sequence-reward-as-loss",
        says="That is the gradient of $R(\\tau) \\sum_t \\log \\pi_\\theta(a_t \\mid s_t)$ on drawn sequences.",
        lhs=grad(loss, m.theta),
        rhs=gradient,
        given=(*m.hypotheses, Frozen(m.old, m.theta)),
    )
    yield Claim(
        "sequence-reward-last-token",
        says="The reward is paid when the last token is written, so it belongs to the last token's score.",
        lhs=gradient,
        rhs=m.expectation(R * m.score(m.T)),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("sequence-reward",),
        remark="Earlier tokens lead there.",
    )
    yield Claim(
        "sequence-reward-baseline",
        says="For every token any function of its context may be taken from the reward.",
        lhs=gradient,
        rhs=m.expectation(sum_range(m.t, 1, m.T, of=(R - baseline) * m.score(m.t))),
        given=(*m.hypotheses, ThetaFree(BASELINE)),
    )
    yield Claim(
        "sequence-reward-to-go",
        says="Where tokens are paid, too, every score needs the reward of the sequence and those of its own and the "
        "later tokens.",
        lhs=grad(m.expectation(R + m.total_reward)),
        rhs=m.expectation(sum_range(m.t, 1, m.T, of=(R + m.reward_to_go) * m.score(m.t))),
        given=m.hypotheses,
    )
    yield Claim(
        "sequence-reward-own-token",
        says="Every score needs the reward of the sequence and that of its own token.",
        lhs=grad(m.expectation(R + m.total_reward)),
        rhs=m.expectation(sum_range(m.t, 1, m.T, of=(R + m.reward(m.t)) * m.score(m.t))),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("sequence-reward-to-go", "sequence-reward-own-token-of-one"),
    )
    yield Claim(
        "sequence-reward-own-token-of-one",
        says="That is so for sequences of one token.",
        lhs=grad(m.expectation(R + m.total_reward)),
        rhs=m.expectation(sum_range(m.t, 1, m.T, of=(R + m.reward(m.t)) * m.score(m.t))),
        given=(*m.hypotheses, Rounds(Variable("T", INDEX), 1, 1)),
        sizes=({"S": 2, "A": 3, "T": 1}, {"S": 3, "A": 2, "T": 1}),
    )


if __name__ == "__main__":
    show(derive())
