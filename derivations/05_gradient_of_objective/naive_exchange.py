"""Why the gradient cannot simply move inside the expectation, and the correct formula.

The law under the expectation depends on the parameter, too.  A reward that depends on it makes both parts visible.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Rung
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import one_step
from pgsym.problems.one_step_problem import REWARD
from pgsym.terms import ThetaFree, grad, sum_over

m = one_step()
reward_may_move = tuple(h for h in m.hypotheses if h != ThetaFree(REWARD))
gradient = grad(m.objective)
target = m.expectation(grad(m.reward)) + m.expectation(m.reward * m.score)


def derive() -> Theorem:
    """The gradient of an expected reward that itself depends on the parameter."""
    d = Derivation(gradient, given=reward_may_move, name="gradient-of-an-expectation")
    weighted = m.state_mass * m.policy
    d.apply(rules.WriteExpectationAsSum(m.on_policy), why="An expectation is a probability-weighted sum.")
    d.apply(rules.Unfold(m.on_policy), why="The bot answers from its own policy.")
    d.apply(
        rules.MoveGradientInside(moving=REWARD),
        why="$D$ does not depend on $\\theta$; the policy and the reward both may.",
    )
    d.apply(rules.ProductRule, why="Two factors depend on $\\theta$.")
    d.apply(rules.MultiplyByOne, at=grad(m.policy), why="Multiply and divide by $\\pi$.")
    d.apply(rules.LogDerivative, why="$\\nabla \\pi / \\pi$ is the gradient of $\\log \\pi$.")
    d.apply(
        rules.Rearrange(weighted * grad(m.reward) + weighted * m.reward * m.score),
        at=m.state_mass * (m.reward * (m.policy * m.score) + m.policy * grad(m.reward)),
        why="Multiply out.",
    )
    d.apply(
        rules.DistributeOverAddition,
        at=sum_over(m.a, of=weighted * grad(m.reward) + weighted * m.reward * m.score),
        why="A sum of sums.",
    )
    d.apply(rules.DistributeOverAddition, at=(), why="The sum over the states is split in the same way.")
    d.apply(rules.ReadSumAsExpectation, at=(0,), why="$D(s)\\, \\pi(a \\mid s)$ is the sampling distribution.")
    d.apply(
        rules.ReadSumAsExpectation, at=(1,), why="$D(s)\\, \\pi(a \\mid s)$ is the sampling distribution here, too."
    )
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """The tempting exchange, and its repair."""
    yield Claim(
        "naive-exchange",
        says="The gradient cannot in general be moved inside the expectation, because the distribution of the "
        "answers depends on $\\theta$.",
        lhs=gradient,
        rhs=m.expectation(grad(m.reward)),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("gradient-of-an-expectation", "policy-gradient-one-step"),
        remark="The reward does not depend on $\\theta$, so the right side is zero. The left side is not zero, "
        "because the probability of each answer depends on $\\theta$.",
    )
    yield Claim(
        "gradient-of-an-expectation",
        says="The gradient of an expectation is the sum of one term from the integrand and one from the distribution.",
        lhs=gradient,
        rhs=target,
        given=reward_may_move,
    )


if __name__ == "__main__":
    show(derive())
