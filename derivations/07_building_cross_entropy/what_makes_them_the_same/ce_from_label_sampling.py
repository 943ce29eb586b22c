"""Repair by another sampler: draw the answer from the label, not from the model."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import classification
from pgsym.terms import grad

m = classification()
sampled = m.expectation(m.score, m.label_law)


def derive() -> Theorem:
    """From label-sampled scores to −∇CE."""
    d = Derivation(sampled, given=m.hypotheses, name="ce-from-label-sampling")
    d.apply(rules.WriteExpectationAsSum, at=(1,), why="Given the example, an expectation is a sum over the answers.")
    d.apply(Lemma(theorem("ce-from-all-actions"), backwards=True), why="This is the ascent direction of cross entropy.")
    return d.conclude(-grad(m.soft_cross_entropy))


def claims() -> Iterator[Claim]:
    """Behaviour cloning."""
    yield Claim(
        "ce-from-label-sampling",
        says="If the answer is drawn from the label distribution, $a \\sim y(\\cdot \\mid s)$, and rewarded with 1, "
        "the expected score is the ascent direction of cross entropy.",
        lhs=sampled,
        rhs=-grad(m.soft_cross_entropy),
        given=m.hypotheses,
        remark="This covers one-hot, soft and noisy labels. It is behaviour cloning.",
    )


if __name__ == "__main__":
    show(derive())
