"""The geometry of TRPO: near the old policy, the KL divergence is half the Fisher information, quadratic and flat.

The surrogate agrees with J to first order there, the divergence bends with the Fisher information; together they give
the natural gradient.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import one_step
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import PARAMETER, Frozen, Variable, expect, grad, log, outer
from pgsym.terms.nodes import lift

m = one_step()
OLD = Variable("θ'", PARAMETER)
old = POLICY(m.a, m.s, OLD)
old_law = POLICY.law(m.s, OLD)
at_old = (*m.hypotheses, Frozen(OLD, m.theta))
divergence = m.over_states(expect(log(old / m.policy), (m.a, old_law)))
score_squared = expect(outer(m.score, m.score), (m.a, m.policy_law))
fisher = m.over_states(score_squared)


def derive() -> Theorem:
    """From the Hessian of the divergence to the Fisher information."""
    hessian = grad(grad(divergence, m.theta), m.theta)
    d = Derivation(hessian, given=at_old, name="trpo")
    d.apply(rules.ExpandLog, why="The logarithm of a fraction.")
    d.apply(rules.MoveGradientInside, at=(0,), why="The old policy draws the answers and does not depend on $\\theta$.")
    d.apply(
        rules.GradientOfConstant, at=grad(log(old), m.theta), why="Its logarithm does not depend on $\\theta$ either:"
    )
    d.apply(rules.DropZeros, at=(), why="only the new policy is differentiated.")
    d.apply(rules.MoveGradientInside, why="Move the gradient inside again.")
    d.apply(rules.Release(OLD, m.theta), at=(), why="At $\\theta = \\theta'$ the two policies are equal.")
    d.apply(rules.PullOutConstant, at=(1,), why="Move the sign out.")
    d.apply(Lemma(theorem("fisher-information")), why="Minus the mean curvature is the Fisher information.")
    d.apply(rules.Rearrange(score_squared), at=-1 * -score_squared, why="Two signs cancel.")
    return d.conclude(fisher)


def claims() -> Iterator[Claim]:
    """The divergence to second order, state by state and on average."""
    here, there = expect(log(old / m.policy), (m.a, old_law)), expect(log(m.policy / old), (m.a, m.policy_law))
    for name, kl, says in (
        ("kl-hessian-is-fisher", here, "\\mathrm{KL}(\\pi_{\\theta'}, \\pi_\\theta)"),
        ("kl-hessian-is-fisher-reversed", there, "\\mathrm{KL}(\\pi_\\theta, \\pi_{\\theta'})"),
    ):
        yield Claim(
            name,
            says=f"In every state the Hessian of ${says}$ at $\\theta = \\theta'$ is the Fisher information.",
            lhs=grad(grad(kl, m.theta), m.theta),
            rhs=score_squared,
            given=at_old,
        )
        yield Claim(
            f"{name}-and-flat",
            says=f"The gradient of ${says}$ at $\\theta = \\theta'$ is zero.",
            lhs=grad(kl, m.theta),
            rhs=lift(0),
            given=at_old,
        )
    yield Claim(
        "trpo",
        says="At $\\theta = \\theta'$ the Hessian of the divergence that TRPO bounds, averaged over the states, is "
        "the Fisher information $F = \\mathbb{E}[g g^{\\top}]$.",
        lhs=grad(grad(divergence, m.theta), m.theta),
        rhs=fisher,
        given=at_old,
        remark="The surrogate agrees with $J$ to first order (trpo-surrogate-gradient), so the best small step is "
        "the natural one, $F^{-1} \\nabla J$ (trpo-step).",
        source="J. Schulman, S. Levine, P. Moritz, M. Jordan and P. Abbeel, Trust region policy optimization, "
        "ICML (2015)",
    )


if __name__ == "__main__":
    show(derive())
