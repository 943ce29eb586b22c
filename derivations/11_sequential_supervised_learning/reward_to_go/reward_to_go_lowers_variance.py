"""Does reward-to-go lower the variance?  Not always: the earlier rewards can act as a good baseline.

Both estimators have the same mean.  The past return is a baseline too, of a kind that depends on what happened, and it
may cancel what is to come.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import show
from pgsym.claims import Claim, Relation, Rung, theorem
from pgsym.kernel import Theorem
from pgsym.problems import trajectories
from pgsym.terms import Term, sum_range

m = trajectories()
whole = m.total_reward * m.total_score
to_go = sum_range(m.t, 1, m.T, of=m.score(m.t) * m.reward_to_go)


def variance(estimate: Term) -> Term:
    """E[x²] − E[x]², for every coordinate of the parameter."""
    return m.expectation(estimate**2) - m.expectation(estimate) ** 2


def derive() -> Theorem:
    """What is true: the mean stays."""
    return theorem("reward-to-go")


def claims() -> Iterator[Claim]:
    """The sentence that is often read."""
    yield Claim(
        "reward-to-go-lowers-variance",
        says="The reward-to-go form does not always have at most the variance of the whole-return form in every "
        "coordinate.",
        lhs=variance(to_go),
        rhs=variance(whole),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        relation=Relation.AT_MOST,
        repaired_by=("reward-to-go",),
        remark="Squares are taken coordinate by coordinate. The means are equal; which variance is smaller depends "
        "on the correlation of the past return with the future return.",
    )


if __name__ == "__main__":
    show(derive())
