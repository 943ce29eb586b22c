"""Summing over all answers instead of drawing one: of the policy gradient, and of the cross entropy."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Rung
from pgsym.problems import classification
from pgsym.terms import grad, sum_over

m = classification()
all_actions = m.over_states(sum_over(m.a, of=m.reward * grad(m.policy)))
all_labels = m.over_states(sum_over(m.a, of=m.label_mass * grad(m.policy)))
all_scores = m.over_states(sum_over(m.a, of=m.label_mass * m.score))


def claims() -> Iterator[Claim]:
    """The sum that is the gradient, and the one that is the cross entropy's."""
    yield Claim(
        "ce-pg-all-action-sum",
        says="The sum over all answers of their reward times $\\nabla \\pi$ is the policy gradient.",
        lhs=all_actions,
        rhs=grad(m.objective),
        given=m.hypotheses,
        derivation="policy-gradient-one-step",
        remark="No answer is sampled, so sampling the answer adds no variance.",
    )
    yield Claim(
        "ce-pg-all-action-sum-of-labels",
        says="With labels for rewards, the sum over all answers of the reward times $\\nabla \\pi$ is not the ascent "
        "direction of cross entropy.",
        lhs=all_labels,
        rhs=all_scores,
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("ce-pg-all-action-sum", "ce-pg-all-action-sum-of-scores", "ce-from-all-actions"),
        remark="Cross entropy has $\\nabla \\log \\pi$ where the policy gradient has $\\nabla \\pi$.",
        examples=(
            Example(
                "One example, two classes, equal logits.",
                {"D": [1], "π": [["1/2", "1/2"]], "y": [[1, 0]]},
                ((all_labels, ("1/4", "-1/4")), (all_scores, ("1/2", "-1/2"))),
                m.hypotheses,
            ),
        ),
    )
    yield Claim(
        "ce-pg-all-action-sum-of-scores",
        says="In the sum over all answers, the policy gradient is the direction of cross entropy with the further "
        "weight $\\pi_\\theta(a \\mid s)$ for every answer.",
        lhs=all_labels,
        rhs=m.over_states(sum_over(m.a, of=m.policy * m.label_mass * m.score)),
        given=m.hypotheses,
    )
