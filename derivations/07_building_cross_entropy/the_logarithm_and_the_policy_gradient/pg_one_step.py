"""The article's lines (12) to (15): the theorem, the batch, the surrogate, and its negative."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.derivations.sampled_ascent import m, surrogate, update

from pgsym.claims import Claim, Relation, Rung
from pgsym.terms import grad
from pgsym.terms.nodes import lift


def claims() -> Iterator[Claim]:
    """Each line as a claim of its own, and the slip that the recap makes of the last."""
    gradient = grad(m.objective)
    yield Claim(
        "pg-one-step",
        says="The gradient of the expected reward is the expectation of the reward times the score.",
        lhs=gradient,
        rhs=m.expectation(m.reward * m.score),
        given=m.hypotheses,
        derivation="policy-gradient-one-step",
    )
    yield Claim(
        "batch-update",
        says="The expectation of the update on $N$ rounds, over the batches, is the policy gradient.",
        lhs=m.over_batches(update),
        rhs=gradient,
        given=m.hypotheses,
        derivation="gradient-target-form",
    )
    yield Claim(
        "gradient-outside-sum",
        says="For a batch that has already been drawn, the gradient of the sum is the sum of the gradients.",
        lhs=update,
        rhs=grad(surrogate, m.theta),
        given=m.hypotheses,
        derivation="sampled-ascent",
        remark="The realised $s_i$, $a_i$ and $r_i$ are numbers that do not depend on $\\theta$.",
    )
    yield Claim(
        "flip-sign",
        says="A descent step on the negative of the surrogate is an ascent step on the surrogate.",
        lhs=-grad(-surrogate, m.theta),
        rhs=grad(surrogate, m.theta),
        given=m.hypotheses,
        derivation="sampled-ascent",
    )
    yield Claim(
        "recap-descent-to-maximise",
        says="Gradient descent does not maximise the objective: to first order, a step along $-\\nabla J$ can lower "
        "$J$.",
        lhs=lift(0),
        rhs=-(gradient**2),
        given=m.hypotheses,
        relation=Relation.AT_MOST,
        expected=Rung.REFUTED,
        repaired_by=("recap-descent-to-maximise-ascent", "flip-sign"),
        remark="The article means gradient ascent.",
    )
    yield Claim(
        "recap-descent-to-maximise-ascent",
        says="Gradient ascent maximises the objective: to first order, a step along $\\nabla J$ does not lower $J$.",
        lhs=lift(0),
        rhs=gradient**2,
        given=m.hypotheses,
        relation=Relation.AT_MOST,
        slack=gradient**2,
    )
