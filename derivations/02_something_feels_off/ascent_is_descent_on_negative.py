"""Ascending the objective is descending its negative."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim
from pgsym.problems import one_step
from pgsym.terms import grad

m = one_step()


def claims() -> Iterator[Claim]:
    """The direction of the update."""
    yield Claim(
        "ascent-is-descent-on-negative",
        says="The direction of ascent on $J$ is the direction of descent on $-J$.",
        lhs=grad(m.objective),
        rhs=-grad(-m.objective),
        given=m.hypotheses,
        remark="The sign is not what distinguishes reinforcement learning from supervised learning: the distribution "
        "under the expectation depends on $\\theta$, see gradient-is-tricky.",
    )
