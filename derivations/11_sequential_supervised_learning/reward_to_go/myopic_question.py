"""Does sequential supervised training look at the current step only?"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.derivations.reward_to_go_vs_myopic import frozen, m, myopic

from pgsym.claims import Claim, Rung
from pgsym.terms import grad, log, product_range

whole_sequence = m.over_gold(log(product_range(m.t, 1, m.T, of=m.policy(m.t))))


def claims() -> Iterator[Claim]:
    """On the model's own contexts yes, under teacher forcing no."""
    yield Claim(
        "myopic-question",
        says="On the model's own contexts the pairwise form is the gradient of the rewards of the current steps, the "
        "contexts held fixed.",
        lhs=m.expectation(m.pairwise),
        rhs=grad(myopic, m.theta),
        given=frozen,
        derivation="reward-to-go-vs-myopic",
    )
    yield Claim(
        "myopic-question-teacher-forcing",
        says="Under teacher forcing the pairwise form is the gradient of the log-probability of the whole sequence: "
        "no effect is ignored.",
        lhs=-grad(m.teacher_forcing),
        rhs=grad(whole_sequence),
        given=m.hypotheses,
    )
    yield Claim(
        "myopic-question-one-sentence",
        says="The gradient with the contexts held fixed is not in general the gradient of the objective.",
        lhs=grad(myopic, m.theta),
        rhs=grad(m.objective),
        given=frozen,
        expected=Rung.REFUTED,
        repaired_by=("myopic-question", "myopic-question-teacher-forcing"),
    )
