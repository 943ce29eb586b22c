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
        says="On average over the batches, the update on $N$ rounds is the policy gradient.",
        lhs=m.over_batches(update),
        rhs=gradient,
        given=m.hypotheses,
        derivation="gradient-target-form",
    )
    yield Claim(
        "gradient-outside-sum",
        says="Over a batch that has been drawn, the gradient stands outside the sum as well as inside.",
        lhs=update,
        rhs=grad(surrogate, m.theta),
        given=m.hypotheses,
        derivation="sampled-ascent",
        remark="The realised $s_i$, $a_i$ and $r_i$ are numbers.",
    )
    yield Claim(
        "flip-sign",
        says="A step down the negative of the surrogate is a step up the surrogate.",
        lhs=-grad(-surrogate, m.theta),
        rhs=grad(surrogate, m.theta),
        given=m.hypotheses,
        derivation="sampled-ascent",
    )
    yield Claim(
        "recap-descent-to-maximise",
        says="Gradient descent maximises the objective: in first order, a step along $-\\nabla J$ does not lower $J$.",
        lhs=lift(0),
        rhs=-(gradient**2),
        given=m.hypotheses,
        relation=Relation.AT_MOST,
        expected=Rung.REFUTED,
        repaired_by=("recap-descent-to-maximise-ascent", "flip-sign"),
        remark="A slip of the pen.",
    )
    yield Claim(
        "recap-descent-to-maximise-ascent",
        says="Gradient ascent does: in first order, a step along $\\nabla J$ does not lower $J$.",
        lhs=lift(0),
        rhs=gradient**2,
        given=m.hypotheses,
        relation=Relation.AT_MOST,
        slack=gradient**2,
    )
