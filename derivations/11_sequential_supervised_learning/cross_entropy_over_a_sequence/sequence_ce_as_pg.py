"""Is the cross entropy of sequences a policy gradient with reward one for right tokens?"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Rung
from pgsym.problems import sequences
from pgsym.problems.classification_problem import LABEL, LABEL_LAW
from pgsym.problems.sequence import GOLD_HISTORY_LAW
from pgsym.terms import Definition, ThetaFree, expect, grad, indicator, log, sum_range

m = sequences()
one_hot = Definition.of(LABEL_LAW(m.a, m.s), indicator(m.a, LABEL(m.s)))
given = (*(h for h in m.hypotheses if h != ThetaFree(LABEL_LAW)), one_hot)
right = indicator(m.a, LABEL(m.state(m.t, m.h)))
answers = expect(right * grad(log(m.policy_at(m.t, m.h))), (m.a, m.policy_law_at(m.t, m.h)))
sampled = sum_range(m.t, 1, m.T, of=expect(answers, (m.h, GOLD_HISTORY_LAW.law(m.t))))
from_labels = m.over_gold(sum_range(m.t, 1, m.T, of=m.is_right(m.t) * m.score(m.t)))


def claims() -> Iterator[Claim]:
    """With sampled answers it is not; with the labels as answers it is."""
    yield Claim(
        "sequence-ce-as-pg",
        says="With gold contexts, sampled answers and a reward of one for right answers, the pairwise policy "
        "gradient is not minus the gradient of the cross entropy.",
        lhs=sampled,
        rhs=-grad(m.teacher_forcing),
        given=given,
        expected=Rung.REFUTED,
        repaired_by=("sequence-ce-as-pg-from-labels",),
        remark="Every term of the policy gradient has the model's own $\\pi_\\theta(y_t \\mid x, y_{<t})$ as a "
        "further factor.",
        examples=(
            Example(
                "One context, two tokens, equal logits, one step.",
                {"ρ": [1], "p": [[[1], [1]]], "π": [["1/2", "1/2"]], "y": [0]},
                ((sampled, ("1/4", "-1/4")), (-grad(m.teacher_forcing), ("1/2", "-1/2"))),
                given,
                sizes={"T": 1},
            ),
        ),
    )
    yield Claim(
        "sequence-ce-as-pg-from-labels",
        says="If the answers are the labels and right answers have a reward of one, the pairwise policy gradient is "
        "minus the gradient of the cross entropy.",
        lhs=from_labels,
        rhs=-grad(m.teacher_forcing),
        given=given,
    )
