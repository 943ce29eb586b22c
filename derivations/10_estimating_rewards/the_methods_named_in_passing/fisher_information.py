"""The Fisher information in two ways: the mean of the score's outer product, and minus the mean curvature of log π.

The probabilities sum to one wherever θ is, so their second derivatives sum to zero.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import one_step
from pgsym.terms import expect, grad, log, outer, sum_over

m = one_step()
curvature = expect(grad(grad(log(m.policy))), (m.a, m.policy_law))
fisher = expect(outer(m.score, m.score), (m.a, m.policy_law))


def derive() -> Theorem:
    """From minus the mean curvature to the mean outer product."""
    bent = grad(grad(m.policy)) / m.policy
    d = Derivation(curvature, given=m.hypotheses, name="fisher-is-minus-expected-hessian")
    d.apply(rules.DifferentiateLog, why="The chain rule for the logarithm.")
    d.apply(
        rules.QuotientRule,
        why="The quotient rule: the score changes because $\\nabla \\pi$ does, and because $\\pi$ does.",
    )
    for path in ((1, 1, 1, 0), (1, 1, 1, 1)):
        d.apply(rules.LogDerivative, at=path, why="A gradient over its function is the score.")
    d.apply(rules.DistributeOverAddition, why="Two expectations.")
    d.apply(rules.PullOutConstant, at=(1,), why="Move the sign out.")
    d.apply(rules.WriteExpectationAsSum, at=expect(bent, (m.a, m.policy_law)), why="The first, as a sum.")
    d.apply(rules.CancelFraction, why="The probability cancels.")
    once = grad(sum_over(m.a, of=m.policy))
    inner = grad(sum_over(m.a, of=grad(m.policy)))
    d.apply(rules.Backwards(rules.MoveGradientInside(), inner), at=(0,), why="One derivative leaves the sum,")
    d.apply(rules.Backwards(rules.MoveGradientInside(), once), at=(0, 0), why="and out of the other.")
    d.apply(rules.TotalProbability, why="Probabilities sum to one.")
    d.apply(rules.GradientOfConstant, at=(0, 0), why="The sum is one, and one does not change,")
    d.apply(rules.GradientOfConstant, why="nor does its gradient.")
    d.apply(rules.DropZeros, at=(), why="The mean outer product remains.")
    return d.conclude(-fisher)


def claims() -> Iterator[Claim]:
    """The two forms."""
    yield Claim(
        "fisher-is-minus-expected-hessian",
        says="In every state the Fisher information $\\mathbb{E}[g g^{\\top}]$, where $g$ is the score, is minus the "
        "mean Hessian of $\\log \\pi_\\theta$.",
        lhs=curvature,
        rhs=-fisher,
        given=m.hypotheses,
        remark="The proof differentiates $\\sum_a \\pi_\\theta(a \\mid s) = 1$ twice.",
    )


if __name__ == "__main__":
    show(derive())
