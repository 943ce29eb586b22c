"""Soft labels as rewards: the policy gradient goes to the likeliest label, cross entropy fits them all."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Rung
from pgsym.problems import classification
from pgsym.problems.classification_problem import LABEL_LAW
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import expect, grad, indicator, log, sum_over
from pgsym.terms.nodes import lift

m = classification()
label = LABEL_LAW(m.b, m.s)
mean_label = sum_over(m.b, of=POLICY(m.b, m.s, m.theta) * label)
rewarded = expect(m.label_mass * m.score, (m.a, m.policy_law))
scores = sum_over(m.a, of=m.label_mass * m.score)
drawn = (m.b, m.label_law)


def claims() -> Iterator[Claim]:
    """The gradient in the logits, where it vanishes, and labels drawn at random."""
    yield Claim(
        "ce-pg-soft-labels",
        says="With the label distribution as the reward, the policy gradient in the logits of a softmax is $\\pi_a "
        "(y_a - \\sum_b \\pi_b y_b)$.",
        lhs=rewarded,
        rhs=sum_over(m.a, of=m.policy * (m.label_mass - mean_label) * grad(m.logit)),
        given=(*m.hypotheses, m.softmax),
        remark="It is zero if all answers with a positive probability have the same label. Otherwise it increases "
        "the probability of the likeliest label.",
    )
    yield Claim(
        "ce-pg-soft-labels-at-the-labels",
        says="The policy gradient need not vanish where the prediction is the label distribution.",
        lhs=expect(m.policy * m.score, (m.a, m.policy_law)),
        rhs=lift(0),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("ce-pg-soft-labels-cross-entropy-at-the-labels", "ce-pg-soft-labels"),
        remark="It vanishes if the labels are uniform on their support.",
        examples=(
            Example(
                "Labels 2/3 and 1/3, predicted exactly: cross entropy is stationary, the policy gradient is not.",
                {"π": [["2/3", "1/3"]], "y": [["2/3", "1/3"]]},
                ((rewarded, ("2/27", "-2/27")), (scores, (0, 0))),
                m.hypotheses,
                at={"s": 0},
            ),
        ),
    )
    yield Claim(
        "ce-pg-soft-labels-cross-entropy-at-the-labels",
        says="The gradient of the cross entropy vanishes where the prediction is the label distribution.",
        lhs=sum_over(m.a, of=m.policy * m.score),
        rhs=lift(0),
        given=m.hypotheses,
        derivation="score-zero-mean",
    )
    yield Claim(
        "ce-pg-soft-labels-drawn",
        says="With the 0/1 reward for a label drawn at random, $y \\sim y(\\cdot \\mid s)$, the expected gradient is "
        "the policy gradient of the soft label, $\\sum_a y_a \\nabla \\pi_a$.",
        lhs=expect(indicator(m.a, m.b) * m.score, drawn, (m.a, m.policy_law)),
        rhs=sum_over(m.a, of=m.label_mass * grad(m.policy)),
        given=m.hypotheses,
    )
    yield Claim(
        "ce-pg-soft-labels-drawn-cross-entropy",
        says="For a label drawn at random, $y \\sim y(\\cdot \\mid s)$, the expected ascent direction of cross "
        "entropy is that of the soft label, $\\sum_a y_a \\nabla \\log \\pi_a$.",
        lhs=expect(grad(log(POLICY(m.b, m.s, m.theta))), drawn),
        rhs=scores,
        given=m.hypotheses,
    )
