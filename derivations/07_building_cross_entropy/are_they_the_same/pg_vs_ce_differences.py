"""Do the two updates differ only in their names?  No: one draws a class, the other sums over all classes."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Rung
from pgsym.problems import classification
from pgsym.problems.classification_problem import LABEL_LAW
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import grad, log, sum_over

m = classification()
sampled = m.average(LABEL_LAW(m.a_i, m.s_i) * grad(log(POLICY(m.a_i, m.s_i, m.theta)), m.theta))
summed = m.average(sum_over(m.b, of=LABEL_LAW(m.b, m.s_i) * grad(log(POLICY(m.b, m.s_i, m.theta)), m.theta)))
rewarded = m.expectation(m.label_mass * m.score)
all_classes = m.over_states(sum_over(m.a, of=m.label_mass * m.score))
all_changes = m.over_states(sum_over(m.a, of=m.label_mass * grad(m.policy)))


def claims() -> Iterator[Claim]:
    """The two updates on one batch, and what the sampled one is on average."""
    yield Claim(
        "pg-vs-ce-differences",
        says="Even with labels for rewards, the policy gradient's update on a batch differs from the update of cross "
        "entropy.",
        lhs=sampled,
        rhs=summed,
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("dictionary-labels-as-rewards-expectation", "ce-from-all-actions"),
        remark="The policy gradient uses one class for each example, drawn from the model. Cross entropy adds up all "
        "classes.",
    )
    yield Claim(
        "dictionary-labels-as-rewards",
        says="Drawing a response from the prediction and rewarding response $k$ with $y_k$ does not give the update "
        "of cross entropy on average.",
        lhs=rewarded,
        rhs=all_classes,
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("dictionary-labels-as-rewards-expectation", "ce-from-all-actions"),
        remark="The procedure gives the policy gradient on average.",
        examples=(
            Example(
                "One example, two classes, equal logits.",
                {"D": [1], "π": [["1/2", "1/2"]], "y": [[1, 0]]},
                ((rewarded, ("1/4", "-1/4")), (all_classes, ("1/2", "-1/2"))),
                m.hypotheses,
            ),
        ),
    )
    yield Claim(
        "dictionary-labels-as-rewards-expectation",
        says="Drawing a response from the prediction and rewarding response $k$ with $y_k$ gives $\\sum_k y_k "
        "\\nabla \\hat{y}_k$ on average, where cross entropy has $\\sum_k y_k \\nabla \\log \\hat{y}_k$.",
        lhs=rewarded,
        rhs=all_changes,
        given=m.hypotheses,
    )
