"""The exact supervised twin of the procedure: the mean absolute error."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pgsym.claims import Claim
from pgsym.problems import classification
from pgsym.terms import absolute, grad, sum_over

m = classification()
error = Fraction(1, 2) * m.over_states(sum_over(m.a, of=absolute(m.policy - m.label_mass)))


def claims() -> Iterator[Claim]:
    """The value and the gradient."""
    yield Claim(
        "ce-pg-true-twin-is-mae",
        says="The expected accuracy is one minus half the mean absolute error of the prediction.",
        lhs=m.accuracy,
        rhs=1 - error,
        given=(*m.hypotheses, m.one_hot),
        derivation="pg-is-mae",
        remark="The entry of the label contributes $1 - \\pi_y$, and the other entries together contribute the same "
        "amount.",
    )
    yield Claim(
        "ce-pg-true-twin-is-mae-gradient",
        says="Ascending the expected 0/1 reward is descending half the mean absolute error.",
        lhs=grad(m.accuracy),
        rhs=-grad(error),
        given=(*m.hypotheses, m.one_hot),
        remark="It is also descending the linear loss $1 - \\hat{y}_y$.",
    )
