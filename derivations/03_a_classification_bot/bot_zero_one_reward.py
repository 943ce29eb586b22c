"""The 0/1 reward where the label is not a function of the picture."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example
from pgsym.problems import classification
from pgsym.terms import expect, indicator

m = classification()
mean_reward = expect(indicator(m.a, m.b), (m.b, m.label_law))


def claims() -> Iterator[Claim]:
    """The mean reward of an answer."""
    yield Claim(
        "bot-zero-one-reward",
        says="If a picture's label is drawn from $y(\\cdot \\mid s)$, an answer is right with the probability of "
        "that label.",
        lhs=mean_reward,
        rhs=m.label_mass,
        given=m.hypotheses,
        remark="A reward $r(s, a) \\in \\{0, 1\\}$ presupposes that the label is a function of the picture.",
        examples=(
            Example(
                "Labels drawn with 2/3 and 1/3.",
                {"y": [["2/3", "1/3"]]},
                worth=((mean_reward, "2/3"),),
                at={"s": 0, "a": 0},
            ),
        ),
    )
