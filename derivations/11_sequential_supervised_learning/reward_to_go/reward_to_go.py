"""Reward to go: an action is weighted by the rewards from its time on, not by the earlier ones.

The return of a trajectory is split at every time; the earlier part is uncorrelated with the score.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Rung, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import trajectories
from pgsym.terms import grad, sum_range

m = trajectories()
gradient = grad(m.objective)
target = m.expectation(sum_range(m.t, 1, m.T, of=m.score(m.t) * m.reward_to_go))
score = m.score(m.t)
whole = sum_range(m.u, 1, m.T, of=m.reward(m.u))
earlier = sum_range(m.u, 1, m.t - 1, of=m.reward(m.u))


def derive() -> Theorem:
    """From ∇J to the scores times the rewards to go."""
    d = Derivation(gradient, given=m.hypotheses, name="reward-to-go")
    d.apply(Lemma(theorem("reinforce")), why="REINFORCE.")
    d.apply(
        rules.Backwards(rules.PullOutConstant(), sum_range(m.t, 1, m.T, of=score * whole)),
        at=whole * m.total_score,
        why="Every score is multiplied by the whole return.",
    )
    d.apply(rules.SplitRange(m.t), at=whole, why="Split the rewards into those before $t$ and those from $t$ on.")
    d.apply(
        rules.Rearrange(score * earlier + score * m.reward_to_go),
        at=score * (earlier + m.reward_to_go),
        why="Multiply out.",
    )
    d.apply(rules.DistributeOverAddition, at=(1,), why="Two sums over $t$.")
    d.apply(rules.DistributeOverAddition, why="Two expectations.")
    d.apply(rules.ExchangeWithSum, at=(0,), why="Move the expectation inside the first sum over $t$ …")
    d.apply(
        rules.Backwards(rules.PullOutConstant(), sum_range(m.u, 1, m.t - 1, of=m.reward(m.u) * score)),
        at=score * earlier,
        why="… where the score joins every earlier reward …",
    )
    d.apply(rules.ExchangeWithSum, at=(0, 1), why="… and inside the sum over $u$.")
    d.apply(Lemma(theorem("causality")), why="$u < t$: the reward is known before the action.")
    d.apply(rules.DropZeros, at=(), why="The terms of the past are zero.")
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """The theorem, and what an off-by-one makes of it."""
    yield Claim(
        "reward-to-go",
        says="Every score needs to be multiplied only by the rewards from its own time on.",
        lhs=gradient,
        rhs=target,
        given=m.hypotheses,
        source="R. J. Williams, Simple statistical gradient-following algorithms for connectionist reinforcement "
        "learning, Machine Learning 8 (1992); J. Peters and S. Schaal, Reinforcement learning of motor skills with "
        "policy gradients, Neural Networks 21 (2008)",
    )
    yield Claim(
        "reward-to-go-off-by-one",
        says="If every score is multiplied only by the rewards after its own time, the result is not in general the "
        "policy gradient.",
        lhs=gradient,
        rhs=m.expectation(sum_range(m.t, 1, m.T, of=m.score(m.t) * sum_range(m.u, m.t + 1, m.T, of=m.reward(m.u)))),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("reward-to-go",),
        remark="The reward $r(s_t, a_t)$ is paid for the action $a_t$.",
    )


if __name__ == "__main__":
    show(derive())
