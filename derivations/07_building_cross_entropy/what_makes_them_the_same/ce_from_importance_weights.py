"""Repair by weights: the model samples, and the reward is divided by the probability of the answer."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Rung, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import classification
from pgsym.terms import grad

m = classification()
weight = m.label_mass / m.policy
weighted = m.expectation(weight * m.score)


def derive() -> Theorem:
    """From importance-weighted scores to −∇CE."""
    d = Derivation(weighted, given=m.hypotheses, name="ce-from-importance-weights")
    d.apply(rules.WriteExpectationAsSum, at=(1,), why="Given the example, an expectation is a sum over the answers.")
    d.apply(rules.CancelFraction, why="The probability of being drawn and the weight's denominator cancel.")
    d.apply(Lemma(theorem("ce-from-all-actions"), backwards=True), why="This is the ascent direction of cross entropy.")
    return d.conclude(-grad(m.soft_cross_entropy))


def claims() -> Iterator[Claim]:
    """The weight held fixed, and differentiated."""
    yield Claim(
        "ce-from-importance-weights",
        says="If the answer is drawn from the policy and its score is weighted by $y(a \\mid s) / \\pi_\\theta(a "
        "\\mid s)$, with the weight held fixed, the expectation is the ascent direction of cross entropy.",
        lhs=weighted,
        rhs=-grad(m.soft_cross_entropy),
        given=m.hypotheses,
        remark="A label that is rarely drawn gets a large weight, so the estimator is unbiased and has a large "
        "variance.",
    )
    yield Claim(
        "importance-weight-differentiated",
        says="If the weight $y(a \\mid s) / \\pi_\\theta(a \\mid s)$ is differentiated as well, so that the expected "
        "weight is ascended, the gradient is not the ascent direction of cross entropy.",
        lhs=grad(m.expectation(weight)),
        rhs=-grad(m.soft_cross_entropy),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("ce-from-importance-weights",),
        remark="The expected weight is the constant $\\sum_a y(a \\mid s) = 1$.",
    )


if __name__ == "__main__":
    show(derive())
