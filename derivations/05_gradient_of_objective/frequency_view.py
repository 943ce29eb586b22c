"""The gradient as a change of frequencies: the frequencies of pairs change, those of pictures do not."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Relation
from pgsym.problems import one_step
from pgsym.terms import grad, sum_over

m = one_step()


def claims() -> Iterator[Claim]:
    """How frequencies move, what does not, and how far they can."""
    yield Claim(
        "frequency-view",
        says="The gradient of the joint probability of a picture and an answer is the probability of the picture "
        "times the gradient of the answer's probability.",
        lhs=grad(m.joint),
        rhs=m.state_mass * grad(m.policy),
        given=m.hypotheses,
    )
    yield Claim(
        "frequency-view-of-pictures",
        says="The probability of a picture does not depend on the bot.",
        lhs=sum_over(m.a, of=m.joint),
        rhs=m.state_mass,
        given=m.hypotheses,
    )
    yield Claim(
        "frequency-view-cap",
        says="The joint probability of a picture and an answer is at most the probability of the picture.",
        lhs=m.joint,
        rhs=m.state_mass,
        given=m.hypotheses,
        relation=Relation.AT_MOST,
        slack=m.state_mass * (1 - m.policy),
    )
