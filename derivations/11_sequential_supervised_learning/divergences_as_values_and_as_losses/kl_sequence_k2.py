"""Half the square of the log-ratio of a whole sequence, as a loss, has the gradient of the divergence of sequences."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.derivations.kl_of_sequences import SIZES, gradient, m, whole, whole_k2

from pgsym import rules, show
from pgsym.claims import Claim, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.terms import grad


def derive() -> Theorem:
    """From the mean gradient of the loss to the gradient of the divergence."""
    start = m.expectation(grad(whole_k2))
    d = Derivation(start, given=m.hypotheses, name="kl-of-sequences-k2-of-the-whole", sizes=SIZES)
    d.apply(rules.MoveGradientInside, why="The factor in front does not depend on $\\theta$.")
    d.apply(rules.DifferentiatePower, why="The gradient of the square is twice the log-ratio times its gradient.")
    d.apply(rules.Rearrange(whole * grad(whole)), at=(1,), why="The half and the 2 cancel.")
    d.apply(rules.MoveGradientInside, why="The gradient of the whole log-ratio is a sum over the tokens,")
    d.apply(Lemma(theorem("kl-log-ratio")), why="as the scores do.")
    d.apply(
        rules.Backwards(Lemma(theorem("kl-sequence-gradient")), gradient),
        at=(),
        why="The log-ratio times the scores is the gradient of the divergence.",
    )
    return d.conclude(gradient)


def claims() -> Iterator[Claim]:
    """The theorem."""
    yield Claim(
        "kl-of-sequences-k2-of-the-whole",
        says="As a loss, half the square of the log-ratio of the whole sequence has the gradient of the divergence "
        "of sequences.",
        lhs=m.expectation(grad(whole_k2)),
        rhs=gradient,
        given=m.hypotheses,
        remark="A sequence is one token of a larger vocabulary. The disadvantage is variance: every score is "
        "multiplied by every log-ratio.",
    )


if __name__ == "__main__":
    show(derive())
