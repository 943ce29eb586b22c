"""What a random reward costs: the estimator's covariance grows by the mean of Var(R | s, a) g gᵀ, and by nothing else.

The law of total covariance, one line at a time.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.derivations.stochastic_reward import with_mean_reward

from pgsym import rules, show
from pgsym.claims import Claim, Example
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import noisy_rewards
from pgsym.terms import covariance, outer, variance

m = noisy_rewards()
sampled, known = m.paid * m.score, m.reward * m.score
square = outer(m.score, m.score)
spread = variance(m.paid, m.chance)
with_chance = covariance(sampled, sampled, *m.draws, m.chance)
without_chance = covariance(known, known, *m.draws)
added = m.expectation(spread * square)


def derive() -> Theorem:
    """From the covariance of the sampled estimator to that of the estimator with the mean reward."""
    d = Derivation(with_chance, given=m.hypotheses, name="stochastic-reward-variance")
    d.apply(rules.WriteMoment, why="A covariance is the mean of the outer product less that of the means.")
    for side in (0, 1):
        d.apply(Lemma(with_mean_reward()), at=(1, 1, side), why="The noise does not change the mean.")
    d.apply(rules.ScalarsOutOfOuter, at=outer(sampled, sampled), why="The rewards are numbers.")
    d.apply(rules.Rearrange(m.paid**2 * square), at=m.paid * m.paid * square, why="It is the same reward twice.")
    d.apply(
        rules.PullOutConstant, at=m.over_chance(m.paid**2 * square), why="The score is known before the noise is drawn."
    )
    d.apply(rules.MeanOfSquare, why="A mean square is the variance and the square of the mean.")
    d.apply(rules.Backwards(rules.Unfold(m.mean_reward), m.reward), why="The mean is $r(s, a)$.")
    d.apply(
        rules.Rearrange(spread * square + m.reward * m.reward * square),
        at=square * (spread + m.reward**2),
        why="Multiply out.",
    )
    d.apply(rules.DistributeOverAddition, why="Two expectations over the answer,")
    d.apply(rules.DistributeOverAddition, why="and over the state.")
    d.apply(
        rules.Backwards(rules.ScalarsOutOfOuter(), outer(known, known)),
        at=m.reward * m.reward * square,
        why="The second part is the square of the estimator that knows the mean reward.",
    )
    d.apply(
        rules.ReadMoment(without_chance), at=(), why="Less the square of its mean, it is that estimator's covariance."
    )
    return d.conclude(added + without_chance)


def claims() -> Iterator[Claim]:
    """The covariance, and a chance that only seems to do no harm."""
    yield Claim(
        "stochastic-reward-variance",
        says="A random reward adds exactly $\\mathbb{E}[\\mathrm{Var}(R \\mid s, a)\\, g g^{\\top}]$ to the "
        "covariance of the estimator, where $g$ is the score.",
        lhs=with_chance,
        rhs=added + without_chance,
        given=m.hypotheses,
        remark="This is the law of total covariance. The added matrix is positive semi-definite, so the variance "
        "falls in no direction.",
        examples=(
            Example(
                "One state, two answers, one of which pays 0 or 2 by a fair coin in place of 1.",
                tables={
                    "D": ["1"],
                    "π": [["1/2", "1/2"]],
                    "ν": [[["1/2", "1/2"]] * 2],
                    "R": [[["2", "0"], ["0", "0"]]],
                },
                given=m.hypotheses,
                worth=((variance(sampled, *m.draws, m.chance), ("3/16", "3/16")),),
            ),
        ),
    )


if __name__ == "__main__":
    show(derive())
