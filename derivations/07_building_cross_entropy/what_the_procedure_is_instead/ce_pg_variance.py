"""The variance of one sample's term, given the example, for the policy gradient and for its repairs."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Relation, Rung
from pgsym.problems import classification
from pgsym.terms import Term, variance
from pgsym.terms.nodes import lift

m = classification()
p, square = m.right_mass, m.right_score**2
given = (*m.hypotheses, m.one_hot)


def var(term: Term) -> Term:
    """The variance over the model's own answers."""
    return variance(term, (m.a, m.policy_law))


plain, weighted = var(m.is_right * m.score), var((m.is_right / m.policy) * m.score)


def claims() -> Iterator[Claim]:
    """Of the policy gradient, of labels as samples, of importance weights."""
    yield Claim(
        "ce-pg-variance",
        says="A sample of the policy gradient, whose mean is $\\pi_y \\nabla \\log \\pi_y$, has the variance $\\pi_y "
        "(1 - \\pi_y)\\, (\\nabla \\log \\pi_y)^2$ in every coordinate.",
        lhs=plain,
        rhs=p * (1 - p) * square,
        given=m.hypotheses,
    )
    yield Claim(
        "ce-pg-variance-label-sampled",
        says="If the answer is drawn from a one-hot label, a sample of the gradient has variance zero.",
        lhs=variance(m.score, (m.a, m.label_law)),
        rhs=lift(0),
        given=given,
    )
    yield Claim(
        "ce-pg-variance-importance-weighted",
        says="A sample with importance weights has the variance $(1/\\pi_y - 1)\\, (\\nabla \\log \\pi_y)^2$ in "
        "every coordinate.",
        lhs=weighted,
        rhs=(1 / p - 1) * square,
        given=m.hypotheses,
    )
    yield Claim(
        "ce-pg-variance-order",
        says="The variance of a sample with importance weights is at least the variance of a sample of the policy "
        "gradient; its mean is larger, too.",
        lhs=plain,
        rhs=weighted,
        given=m.hypotheses,
        relation=Relation.AT_MOST,
        slack=(1 / p) * (1 - p) * (1 - p * p) * square,
    )
    yield Claim(
        "ce-pg-variance-relative",
        says="Relative to the squared mean, a sample with importance weights and a sample of the policy gradient "
        "have the same variance: dividing by the probability adds no relative variance.",
        lhs=plain,
        rhs=p**2 * weighted,
        given=m.hypotheses,
    )
    yield Claim(
        "ce-pg-variance-lower",
        says="Importance weights do not in general have a smaller variance than the plain policy gradient.",
        lhs=weighted,
        rhs=plain,
        given=m.hypotheses,
        relation=Relation.AT_MOST,
        expected=Rung.REFUTED,
        repaired_by=("ce-pg-variance-order", "ce-pg-variance-relative"),
    )
