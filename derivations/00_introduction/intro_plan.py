"""The plan of the article: a binary classifier, rewarded for being right, is trained by cross entropy."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Rung
from pgsym.problems import classification
from pgsym.terms import ACTION, HowMany, grad

m = classification()


def claims() -> Iterator[Claim]:
    """The plan, for two answers."""
    ascent, descent = grad(m.accuracy), -grad(m.cross_entropy)
    yield Claim(
        "intro-plan",
        says="Ascending a binary classifier's expected reward for right answers is not the same as descending its "
        "cross entropy.",
        lhs=ascent,
        rhs=descent,
        given=(*m.hypotheses, HowMany(ACTION, 2)),
        expected=Rung.REFUTED,
        repaired_by=("ce-pg-weight", "ce-from-label-sampling", "ce-from-log-objective", "pg-is-mae"),
        remark="With equal logits the gradient of the expected reward is half of the ascent direction of cross "
        "entropy. The two differ by the weight $\\pi(y \\mid s)$ of every example.",
        examples=(
            Example(
                "Two answers with equal logits.",
                {"D": ["1"], "π": [["1/2", "1/2"]], "y": [0]},
                worth=((ascent, ("1/4", "-1/4")), (descent, ("1/2", "-1/2"))),
                given=m.hypotheses,
            ),
        ),
    )
