"""The policy gradient moves towards the model's own trajectories, reweighted by their rewards.

The article's aside says that training makes the model like the distribution of rewards.  The target is another one, and
it moves: at every step it is the model's present law times the reward.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Example, Relation, Rung, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import one_step, trajectories
from pgsym.problems.divergence import divergence
from pgsym.problems.one_step_problem import REWARD
from pgsym.problems.trajectory import TRAJECTORY_LAW
from pgsym.terms import (
    PARAMETER,
    TRAJECTORY,
    Definition,
    Frozen,
    Positive,
    Symbol,
    Variable,
    expect,
    grad,
    log,
    sum_over,
)

m = trajectories()
NOW = Variable("θ'", PARAMETER)
REWEIGHED = Symbol("q", (TRAJECTORY, PARAMETER), outcomes=1)
return_now = expect(m.total_reward, (m.tau, TRAJECTORY_LAW.law(NOW)))
mass_now = TRAJECTORY_LAW(m.tau, NOW)
reweighed = Definition.of(REWEIGHED(m.tau, NOW), mass_now * m.total_reward / return_now)
target = REWEIGHED.law(NOW)
step = divergence(target, m.law, m.tau)
frozen = (*m.hypotheses, Positive(REWARD), reweighed, Frozen(NOW, m.theta))
SIZES = ({"S": 2, "A": 2, "T": 2}, {"S": 1, "A": 3, "T": 2}, {"S": 1, "A": 2, "T": 3}, {"S": 3, "A": 2, "T": 1})
score = grad(log(m.mass))
over_target, over_minus = (expect(x, (m.tau, target)) for x in (score, -score))

bandit = one_step()
reached = sum_over(bandit.a, of=bandit.policy * bandit.reward)
at_the_rewards = sum_over(bandit.a, of=bandit.reward**2) / sum_over(bandit.a, of=bandit.reward)


def derive() -> Theorem:
    """From the gradient of the divergence to the policy gradient."""
    d = Derivation(-return_now * grad(step, m.theta), given=frozen, name="kl-moving-target", sizes=SIZES)
    d.apply(
        rules.ExpandLogRatio(reweighed, m.factorisation),
        why="The logarithm of a fraction. The target gives positive probability only where the model does.",
    )
    d.apply(rules.MoveGradientInside, why="The target is held fixed; only the model depends on $\\theta$.")
    d.apply(rules.GradientOfConstant, why="Its own logarithm is a constant.")
    d.apply(rules.Rearrange(-score), at=0 - score, why="The term of the model remains, with a minus sign.")
    d.apply(rules.PullOutConstant, at=over_minus, why="The sign leaves …")
    d.apply(rules.Rearrange(return_now * over_target), at=(), why="… and meets the other one.")
    d.apply(
        rules.ChangeMeasure(reweighed, m.factorisation),
        why="The target is the model's law times the reward, over the expected reward: average with the model's law.",
    )
    d.apply(rules.CancelFraction, at=(), why="The expected reward cancels.")
    d.apply(rules.Release(NOW, m.theta), at=(), why="At $\\theta = \\theta'$, where all this is taken.")
    d.apply(Lemma(theorem("policy-gradient-trajectory"), backwards=True), why="The policy gradient.")
    return d.conclude(grad(m.objective))


def claims() -> Iterator[Claim]:
    """The aside as it reads, and what it can mean."""
    yield Claim(
        "kl-aside",
        says="The policy that answers in proportion to the reward need not be the best one: another policy can earn "
        "more.",
        lhs=reached,
        rhs=at_the_rewards,
        given=(*bandit.hypotheses, Positive(REWARD)),
        relation=Relation.AT_MOST,
        expected=Rung.REFUTED,
        repaired_by=("kl-moving-target", "kl-fixed-target", "kl-max-entropy"),
        remark="The expected reward is linear in the policy, so its maximum is at a policy that always gives a best "
        "answer.",
        examples=(
            Example(
                "Rewards 1 and 2: in proportion to the rewards, $(1/3, 2/3)$, a policy earns 5/3; the best answer "
                "alone "
                "earns 2.",
                {"π": [["0", "1"]], "r": [[1, 2]]},
                ((reached, 2), (at_the_rewards, "5/3")),
                at={"s": 0},
            ),
        ),
    )
    yield Claim(
        "kl-moving-target",
        says="The policy gradient is a step towards the model's own current distribution, reweighted by the rewards.",
        lhs=-return_now * grad(step, m.theta),
        rhs=grad(m.objective),
        given=frozen,
        sizes=SIZES,
        remark="The target changes with the model. In this sense the remark of the article is exact.",
    )


if __name__ == "__main__":
    show(derive())
