"""A baseline: any number that is known before the action may be subtracted from the reward to go.

It changes what a sample is, and how much it scatters, but not its mean.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Rung, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import trajectories
from pgsym.terms import ACTION, STATE, Term, ThetaFree, function, grad, sum_range

m = trajectories()
BASELINE = function("b", STATE)
ACTION_BASELINE = function("b", STATE, ACTION)
score, baseline = m.score(m.t), BASELINE(m.state(m.t))


def with_baseline(b: Term) -> Term:
    """E[Σ ∇log π (reward to go − b)]."""
    return m.expectation(sum_range(m.t, 1, m.T, of=score * (m.reward_to_go - b)))


def derive() -> Theorem:
    """From the estimator with a baseline to ∇J."""
    d = Derivation(with_baseline(baseline), given=m.hypotheses, name="baseline")
    d.apply(
        rules.Rearrange(score * m.reward_to_go - baseline * score),
        at=score * (m.reward_to_go - baseline),
        why="Multiply out.",
    )
    d.apply(rules.DistributeOverAddition, at=(1,), why="Two sums over $t$.")
    d.apply(rules.DistributeOverAddition, why="Two expectations.")
    d.apply(rules.ExchangeWithSum, at=(1,), why="The second, time by time.")
    d.apply(rules.PullOutConstant, at=(1, 1), why="Move the sign out.")
    d.apply(
        rules.Tower(m.factorisation, m.histories, m.t, m.h, m.a),
        at=m.expectation(baseline * score),
        why="The baseline is known at $s_t$, before the action.",
    )
    d.apply(Lemma(theorem("score-zero-mean")), why="In every state the score has mean zero.")
    d.apply(
        rules.DropZeros, at=(), why="The baseline therefore contributes nothing, and only the reward to go remains."
    )
    d.apply(Lemma(theorem("reward-to-go"), backwards=True), why="The policy gradient, by reward-to-go.")
    return d.conclude(grad(m.objective))


def claims() -> Iterator[Claim]:
    """The invariance, and that it ends with the action."""
    yield Claim(
        "baseline",
        says="Subtracting a baseline $b(s_t)$ from the reward-to-go does not change the gradient.",
        lhs=with_baseline(baseline),
        rhs=grad(m.objective),
        given=m.hypotheses,
        remark="The baseline may depend on $\\theta$, because it is not differentiated.",
    )
    yield Claim(
        "baseline-of-the-action",
        says="Subtracting a baseline $b(s_t, a_t)$ that depends on the action can change the gradient.",
        lhs=with_baseline(ACTION_BASELINE(m.state(m.t), m.action(m.t))),
        rhs=grad(m.objective),
        given=(*m.hypotheses, ThetaFree(ACTION_BASELINE)),
        expected=Rung.REFUTED,
        repaired_by=("baseline",),
        remark="With $b = r$ and one step, no reward would be left to learn from.",
    )


if __name__ == "__main__":
    show(derive())
