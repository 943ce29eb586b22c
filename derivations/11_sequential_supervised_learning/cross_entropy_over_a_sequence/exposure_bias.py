"""The expected number of right tokens can differ between gold contexts and the model's own."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Rung
from pgsym.problems import sequences
from pgsym.problems.classification_problem import LABEL, LABEL_LAW
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import INDEX, Definition, Rounds, ThetaFree, Variable, indicator, sum_range

m = sequences()
one_hot = Definition.of(LABEL_LAW(m.a, m.s), indicator(m.a, LABEL(m.s)))
given = (*(h for h in m.hypotheses if h != ThetaFree(LABEL_LAW)), one_hot)
label_at = POLICY(LABEL(m.state(m.t)), m.state(m.t), m.theta)
on_gold = m.over_gold(sum_range(m.t, 1, m.T, of=label_at))
on_own = m.expectation(sum_range(m.t, 1, m.T, of=label_at))


def claims() -> Iterator[Claim]:
    """The gap has a name, and a smallest instance."""
    yield Claim(
        "exposure-bias",
        says="The expected number of right tokens on gold contexts and on the model's own contexts need not be equal.",
        lhs=on_gold,
        rhs=on_own,
        given=given,
        expected=Rung.REFUTED,
        repaired_by=("exposure-bias-of-one-step",),
        remark="A wrong token leads to contexts that do not occur in the data.",
        examples=(
            Example(
                "Two steps; the first token is right with probability 1/2, the second with 3/4 after a right one and "
                "with 1/4 after a wrong one: 5/4 right tokens on gold contexts, 1 on the model's own.",
                {
                    "ρ": [1, 0, 0],
                    "p": [[[0, 1, 0], [0, 0, 1]], [[0, 1, 0], [0, 1, 0]], [[0, 0, 1], [0, 0, 1]]],
                    "π": [["1/2", "1/2"], ["3/4", "1/4"], ["1/4", "3/4"]],
                    "y": [0, 0, 0],
                },
                ((on_gold, "5/4"), (on_own, 1)),
                given,
                sizes={"T": 2},
            ),
        ),
    )
    yield Claim(
        "exposure-bias-of-one-step",
        says="With one step the expected number of right tokens is the same on gold contexts and on the model's own: "
        "the first context is the prompt.",
        lhs=on_gold,
        rhs=on_own,
        given=(*given, Rounds(Variable("T", INDEX), 1, 1)),
        sizes=({"S": 2, "A": 3, "T": 1}, {"S": 3, "A": 2, "T": 1}),
    )
