"""The distribution of rewards as a target: the gradient of a supervised fit to it.

Take the rewards of all trajectories as one distribution and fit the model to it: the gradient weighs every trajectory
by its reward alone, whether the model would walk it or not.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Rung
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import trajectories
from pgsym.problems.divergence import divergence
from pgsym.problems.one_step_problem import REWARD
from pgsym.problems.trajectory import START, TRANSITION
from pgsym.terms import TRAJECTORY, Definition, Positive, Symbol, expect, grad, log, sum_over

m = trajectories()
REWARDS_AS_LAW = Symbol("q", (TRAJECTORY,), outcomes=1)
normaliser = sum_over(m.tau, of=m.total_reward)
as_law = Definition.of(REWARDS_AS_LAW(m.tau), m.total_reward / normaliser)
target = REWARDS_AS_LAW.law()
fit = divergence(target, m.law, m.tau)
given = (*m.hypotheses, Positive(REWARD), Positive(START), Positive(TRANSITION), as_law)
SIZES = ({"S": 2, "A": 2, "T": 2}, {"S": 1, "A": 3, "T": 2}, {"S": 1, "A": 2, "T": 3}, {"S": 3, "A": 2, "T": 1})


weight = m.total_reward
score = grad(log(m.mass))
over_target = expect(score, (m.tau, target))
by_reward = sum_over(m.tau, of=weight * score)


def derive() -> Theorem:
    """From the gradient of the divergence to the rewards times the scores."""
    d = Derivation(-normaliser * grad(fit), given=given, name="kl-fixed-target", sizes=SIZES)
    d.apply(rules.ExpandLog, why="The logarithm of a fraction.")
    d.apply(rules.MoveGradientInside, why="The target does not depend on $\\theta$.")
    d.apply(rules.GradientOfConstant, why="Its own logarithm is a constant.")
    d.apply(rules.Rearrange(-score), at=0 - score, why="The term of the model remains, with a minus sign.")
    d.apply(rules.PullOutConstant, at=(2,), why="The sign leaves …")
    d.apply(rules.Rearrange(normaliser * over_target), at=(), why="… and meets the other one.")
    d.apply(rules.WriteExpectationAsSum, why="The expectation, written out.")
    d.apply(rules.Unfold(as_law), why="The target is the reward over the sum of all rewards.")
    d.apply(rules.Rearrange(weight * score / normaliser), at=(1, 1), why="One fraction …")
    d.apply(rules.PullOutConstant, at=(1,), why="… whose denominator is the same for all …")
    d.apply(rules.CancelFraction, at=(), why="… and cancels.")
    return d.conclude(by_reward)


def claims() -> Iterator[Claim]:
    """The fixed target, and that it is not what policy gradient does."""
    yield Claim(
        "kl-fixed-target",
        says="Fitting the model to the distribution of rewards over trajectories weights the score of every "
        "trajectory by its reward alone. The samples come from the uniform distribution and not from the model.",
        lhs=-normaliser * grad(fit),
        rhs=by_reward,
        given=given,
        sizes=SIZES,
        remark="This is the first round of reward-weighted regression.",
    )
    yield Claim(
        "kl-fixed-target-is-policy-gradient",
        says="The gradient of the fit to the distribution of rewards is not in general the policy gradient.",
        lhs=by_reward,
        rhs=grad(m.objective),
        given=given,
        sizes=SIZES,
        expected=Rung.REFUTED,
        repaired_by=("kl-fixed-target", "kl-moving-target"),
        remark="The policy gradient also weights every trajectory by its probability.",
    )


if __name__ == "__main__":
    show(derive())
