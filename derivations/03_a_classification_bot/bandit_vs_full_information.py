"""The information in a reward and in a label: equal for two answers, less in the reward for three."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pgsym.claims import Claim, Example, Rung
from pgsym.problems import classification
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import ACTION, HowMany, Number, grad, indicator, log, sum_over

m = classification()
two_answers = (*m.hypotheses, HowMany(ACTION, 2))
right, same = m.is_right, indicator(m.b, m.a)
labels_left = sum_over(m.b, of=right * same + (1 - right) * (1 - same))
one = Number(Fraction(1))
number_of_answers = sum_over(m.b, of=1)
other_scores = sum_over(m.b, of=(1 - same) * grad(log(POLICY(m.b, m.s, m.theta)), m.theta))
statistic = right * m.score + (1 - right) * other_scores


def claims() -> Iterator[Claim]:
    """How many labels a reward leaves possible, and what can be made of it with two answers."""
    yield Claim(
        "bandit-vs-full-information",
        says="With three answers, an answer and its reward do not always determine the label.",
        lhs=labels_left,
        rhs=one,
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("bandit-vs-full-information-of-two", "bandit-vs-full-information-count"),
        remark="After a wrong answer among three, two labels remain possible; only the reward of the sampled answer "
        "is seen.",
        examples=(
            Example(
                "Three answers, and a wrong one.",
                {"y": [0]},
                worth=((labels_left, 2),),
                at={"s": 0, "a": 1},
                sizes={"A": 3},
            ),
        ),
    )
    yield Claim(
        "bandit-vs-full-information-of-two",
        says="With two answers, an answer and its reward determine the label.",
        lhs=labels_left,
        rhs=one,
        given=two_answers,
    )
    yield Claim(
        "bandit-vs-full-information-count",
        says="After a right answer one label is possible; after a wrong answer all labels but one are possible.",
        lhs=labels_left,
        rhs=right + (1 - right) * (number_of_answers - 1),
        given=m.hypotheses,
    )
    yield Claim(
        "bandit-vs-full-information-statistic",
        says="With two answers, the score of the sampled answer if it was right, and of the other answer if it was "
        "wrong, is in every sample the ascent direction of cross entropy.",
        lhs=sum_over(m.a, of=(statistic - m.right_score) ** 2),
        rhs=Number(Fraction(0)),
        given=two_answers,
    )
