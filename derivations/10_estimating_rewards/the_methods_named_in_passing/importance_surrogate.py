"""The importance-weighted surrogate: an old policy's trajectories, weighted by how much likelier they are now.

The weight changes the law back, so the surrogate is J itself, for every θ; its gradient where the trajectories were
drawn is the policy gradient.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import trajectories
from pgsym.problems.one_step_problem import POLICY
from pgsym.problems.trajectory import TRAJECTORY_LAW
from pgsym.terms import PARAMETER, Frozen, Variable, expect, grad, product_range, sum_range

m = trajectories()
OLD = Variable("θ'", PARAMETER)
old_law = TRAJECTORY_LAW.law(OLD)
old_policy = POLICY(m.action(m.t), m.state(m.t), OLD)
ratio = m.policy(m.t) / old_policy
weight = product_range(m.t, 1, m.T, of=ratio)
one_ratio_a_step = sum_range(m.t, 1, m.T, of=ratio) * m.total_reward
surrogate = expect(weight * m.total_reward, (m.tau, old_law))


def derive() -> Theorem:
    """From the gradient of the surrogate to ∇J."""
    d = Derivation(grad(surrogate, m.theta), given=m.hypotheses, name="importance-surrogate")
    d.apply(rules.WriteExpectationAsSum, why="The old policy draws the trajectories.")
    d.apply(rules.Unfold(m.factorisation), why="Their probability, factor by factor.")
    d.apply(rules.MergeProducts, why="Multiply the weights by the probabilities of the old answers,")
    d.apply(rules.CancelFraction, why="which cancel: only those of the new policy are left.")
    d.apply(rules.Fold(m.factorisation, m.mass), why="That is the probability of the trajectory under the new policy.")
    d.apply(rules.ReadSumAsExpectation, why="The sum is therefore an expectation under the new policy.")
    return d.conclude(grad(m.objective))


def claims() -> Iterator[Claim]:
    """The surrogate at any parameter, at the old one, and without its weight."""
    yield Claim(
        "importance-surrogate",
        says="The gradient of $\\mathbb{E}_{\\tau \\sim p_{\\theta'}}[(p_\\theta / p_{\\theta'}) R]$ is $\\nabla "
        "J(\\theta)$, at $\\theta = \\theta'$, where the trajectories were drawn, and everywhere else.",
        lhs=grad(surrogate, m.theta),
        rhs=grad(m.objective),
        given=m.hypotheses,
        remark="The environment's factors cancel in $p_\\theta / p_{\\theta'}$. Away from $\\theta'$ the weights are "
        "products of $T$ ratios, and their variance grows with $T$.",
    )
    yield Claim(
        "importance-surrogate-by-single-ratios",
        says="With one ratio for each step, the surrogate $\\sum_t \\frac{\\pi_\\theta(a_t \\mid "
        "s_t)}{\\pi_{\\theta'}(a_t \\mid s_t)} R$ has the gradient of $J$ at $\\theta = \\theta'$. It is right to "
        "first order there, and not elsewhere.",
        lhs=grad(expect(one_ratio_a_step, (m.tau, old_law)), m.theta),
        rhs=grad(m.objective),
        given=(*m.hypotheses, Frozen(OLD, m.theta)),
    )


if __name__ == "__main__":
    show(derive())
