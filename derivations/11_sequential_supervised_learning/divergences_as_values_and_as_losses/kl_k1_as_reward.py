"""The gradient of a divergence from a reference: the log-ratio as a reward that is held fixed.

The log-ratio moves with θ, too, but what that adds is the mean score, which is zero.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.derivations.kl_estimators import SIZES, given, k1, kl, m, reference

from pgsym import rules, show
from pgsym.claims import Claim, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.terms import expect, grad, log, sum_over

target = m.expectation(k1 * m.score)
apart = log(m.policy) - log(reference)


def derive() -> Theorem:
    """From the gradient of the divergence to the log-ratio times the score."""
    d = Derivation(grad(kl), given=given, name="kl-estimators-k1-as-reward", sizes=SIZES)
    d.apply(rules.ExpandLog, why="The logarithm of a fraction.")
    d.apply(rules.WriteExpectationAsSum, at=(0, 1), why="Given the context, a sum over the tokens.")
    d.apply(rules.MoveGradientInside, why="Contexts do not depend on $\\theta$; the probability and the log-ratio do.")
    d.apply(rules.ProductRule, why="The product rule gives two terms.")
    d.apply(rules.MoveGradientInside, at=grad(apart), why="The log-ratio changes")
    d.apply(rules.GradientOfConstant, at=grad(-log(reference), m.theta), why="not by the reference,")
    d.apply(rules.DropZeros, at=(), why="but by the policy alone.")
    d.apply(rules.DistributeOverAddition, why="Two sums over the tokens.")
    own = sum_over(m.a, of=m.policy * m.score)
    d.apply(rules.ReadSumAsExpectation, at=own, why="The second is the mean score,")
    d.apply(Lemma(theorem("score-zero-mean")), at=expect(m.score, (m.a, m.policy_law)), why="which is zero:")
    d.apply(rules.DropZeros, at=(), why="so the dependence of the log-ratio on $\\theta$ makes no difference.")
    d.apply(rules.MultiplyByOne, why="Multiply and divide by $\\pi$.")
    d.apply(rules.LogDerivative, why="$\\nabla \\pi / \\pi$ is the score.")
    d.apply(rules.ReadSumAsExpectation, why="An expectation over the tokens again.")
    d.apply(rules.Backwards(rules.ExpandLog(), k1), at=apart, why="Combine the logarithms.")
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """The theorem."""
    yield Claim(
        "kl-estimators-k1-as-reward",
        says="As a reward, held fixed and multiplied by the score, $k_1$ has the gradient of the divergence on "
        "average.",
        lhs=grad(kl),
        rhs=target,
        given=given,
    )


if __name__ == "__main__":
    show(derive())
