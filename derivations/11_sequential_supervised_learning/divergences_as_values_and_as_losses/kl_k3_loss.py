"""The third estimate as a loss: unbiased as a value, it has the gradient of the reversed divergence.

Of its three parts the fraction alone teaches something: the reference's probability takes the place of the policy's.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.derivations.kl_estimators import SIZES, given, k1, k3, m, reference, reversed_kl, x

from pgsym import rules, show
from pgsym.claims import Claim, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems.autoregressive_problem import REFERENCE
from pgsym.terms import expect, grad, log
from pgsym.terms.nodes import lift

apart = log(m.policy) - log(reference)
flipped = log(reference) - log(m.policy)
inside = expect(flipped, (m.s, m.state_law), (m.a, REFERENCE.law(m.s)))


def derive() -> Theorem:
    """From the mean gradient of the loss to the gradient of the reversed divergence."""
    d = Derivation(m.expectation(grad(k3)), given=given, name="kl-estimators-k3-loss", sizes=SIZES)
    d.apply(rules.MoveGradientInside, why="Term by term.")
    d.apply(rules.ExpandLog, at=k1, why="The logarithm of a fraction,")
    d.apply(rules.MoveGradientInside, at=grad(apart), why="term by term, too.")
    d.apply(
        rules.GradientOfConstant, at=grad(-log(reference), m.theta), why="The reference does not depend on $\\theta$."
    )
    d.apply(rules.QuotientRule, at=grad(x), why="The denominator of the fraction changes")
    d.apply(rules.LogDerivative, why="by the score.")
    d.apply(rules.GradientOfConstant, at=grad(lift(-1), m.theta), why="A number does not depend on $\\theta$,")
    d.apply(rules.GradientOfConstant, at=grad(reference, m.theta), why="nor does the numerator.")
    d.apply(rules.DropZeros, at=(), why="Two scores are left.")
    d.apply(rules.DistributeOverAddition, why="Two means:")
    d.apply(Lemma(theorem("score-zero-mean")), at=expect(m.score, (m.a, m.policy_law)), why="the second is zero.")
    d.apply(rules.DropZeros, at=(), why="In the first term")
    d.apply(rules.WriteExpectationAsSum, at=(1,), why="the probability of a token")
    d.apply(rules.CancelFraction, why="cancels, and the reference's is left:")
    d.apply(rules.ReadSumAsExpectation, why="a mean over its tokens.")
    d.apply(rules.Backwards(rules.DropZeros(), 0 + -m.score), at=-m.score, why="The reference does not move either:")
    d.apply(rules.Backwards(rules.GradientOfConstant(), grad(log(reference), m.theta)), at=lift(0), why="put it back,")
    d.apply(rules.Backwards(rules.MoveGradientInside(), grad(inside)), at=(), why="take one gradient in front,")
    d.apply(rules.Backwards(rules.ExpandLog(), log(reference / m.policy)), at=flipped, why="and one logarithm.")
    return d.conclude(grad(reversed_kl))


def claims() -> Iterator[Claim]:
    """The theorem."""
    yield Claim(
        "kl-estimators-k3-loss",
        says="As a loss on tokens that were drawn, $k_3 = x - 1 - \\log x$ has the gradient of the reversed "
        "divergence $\\mathrm{KL}(\\pi_{\\mathrm{ref}}, \\pi_\\theta)$ on average.",
        lhs=m.expectation(grad(k3)),
        rhs=grad(reversed_kl),
        given=given,
    )


if __name__ == "__main__":
    show(derive())
