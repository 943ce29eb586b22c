"""Half the squared log-ratio as a loss: a biased estimate of the divergence with an unbiased gradient.

Differentiating the square brings down the log-ratio, and the log-ratio times the score is what the gradient of the
divergence is.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.derivations.kl_estimators import SIZES, given, k1, k2, kl, m, reference

from pgsym import rules, show
from pgsym.claims import Claim, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.terms import grad, log


def derive() -> Theorem:
    """From the mean gradient of the loss to the gradient of the divergence."""
    d = Derivation(m.expectation(grad(k2)), given=given, name="kl-estimators-k2-loss", sizes=SIZES)
    d.apply(rules.MoveGradientInside, why="The factor in front does not depend on $\\theta$.")
    d.apply(rules.DifferentiatePower, why="The gradient of the square is twice the log-ratio times its gradient.")
    d.apply(rules.Rearrange(k1 * grad(k1)), at=(1, 1), why="The half and the 2 cancel.")
    d.apply(rules.ExpandLog, at=(1, 1, 1, 0), why="The logarithm of a fraction,")
    d.apply(rules.MoveGradientInside, at=grad(log(m.policy) - log(reference)), why="differentiated term by term:")
    d.apply(
        rules.GradientOfConstant, at=grad(-log(reference), m.theta), why="the reference does not depend on $\\theta$,"
    )
    d.apply(rules.DropZeros, at=(), why="so the log-ratio's gradient is the score.")
    d.apply(
        rules.Backwards(Lemma(theorem("kl-k1-as-reward")), grad(kl)),
        at=(),
        why="The log-ratio times the score is the gradient of the divergence.",
    )
    return d.conclude(grad(kl))


def claims() -> Iterator[Claim]:
    """The theorem."""
    yield Claim(
        "kl-estimators-k2-loss",
        says="As a loss on tokens that were drawn, $k_2 = \\frac{1}{2} (\\log x)^2$ has the gradient of "
        "$\\mathrm{KL}(\\pi_\\theta, \\pi_{\\mathrm{ref}})$ on average, although its own mean is a different "
        "quantity.",
        lhs=m.expectation(grad(k2)),
        rhs=grad(kl),
        given=given,
    )


if __name__ == "__main__":
    show(derive())
