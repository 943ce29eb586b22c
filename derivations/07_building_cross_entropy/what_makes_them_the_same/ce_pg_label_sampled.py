"""Repair by another sampler, once more: the answer is drawn from the label, and must not be rewarded by it as well."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Rung
from pgsym.problems import classification
from pgsym.terms import grad, sum_over

m = classification()
ascent = -grad(m.soft_cross_entropy)
sampled = m.expectation(m.score, m.label_law)
rewarded = m.expectation(m.label_mass * m.score, m.label_law)


def claims() -> Iterator[Claim]:
    """Drawn from the label, drawn and rewarded."""
    yield Claim(
        "ce-pg-label-sampled",
        says="If the answer is drawn from the label distribution, $a \\sim y(\\cdot \\mid s)$, with reward one, the "
        "update is on average exactly the ascent direction of cross entropy, for any number of classes and for soft "
        "labels.",
        lhs=sampled,
        rhs=ascent,
        given=m.hypotheses,
        derivation="ce-from-label-sampling",
    )
    yield Claim(
        "ce-pg-label-sampled-keeping-the-reward",
        says="If the answer is drawn from the label distribution and also rewarded with its label, the update is not "
        "the ascent direction of cross entropy on average.",
        lhs=rewarded,
        rhs=ascent,
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("ce-pg-label-sampled", "ce-pg-label-sampled-squared"),
        examples=(
            Example(
                "Labels 2/3 and 1/3: at the prediction (4/5, 1/5) the rewarded form is stationary, cross entropy is "
                "not.",
                {"D": [1], "π": [["4/5", "1/5"]], "y": [["2/3", "1/3"]]},
                ((rewarded, (0, 0)), (ascent, ("-2/15", "2/15"))),
                m.hypotheses,
            ),
            Example(
                "At the prediction (2/3, 1/3) it is the other way round.",
                {"D": [1], "π": [["2/3", "1/3"]], "y": [["2/3", "1/3"]]},
                ((rewarded, ("2/27", "-2/27")), (ascent, (0, 0))),
                m.hypotheses,
            ),
        ),
    )
    yield Claim(
        "ce-pg-label-sampled-squared",
        says="Drawing the answer from the label distribution and rewarding it with its label weights the score of "
        "every answer by the square of its label.",
        lhs=rewarded,
        rhs=m.over_states(sum_over(m.a, of=m.label_mass**2 * m.score)),
        given=m.hypotheses,
    )
