"""Beyond the article: the policy gradient is the covariance of the reward and the score."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim
from pgsym.problems import one_step
from pgsym.terms import covariance, expect, grad
from pgsym.terms.nodes import lift

m = one_step()


def claims() -> Iterator[Claim]:
    """The covariance, and why it is one."""
    yield Claim(
        "covariance-form",
        says="The policy gradient is the covariance of the reward and the score.",
        lhs=grad(m.objective),
        rhs=covariance(m.reward, m.score, (m.s, m.state_law), (m.a, m.policy_law)),
        given=m.hypotheses,
        remark="Adding a constant to the reward therefore does not change the gradient.",
    )
    yield Claim(
        "covariance-form-score",
        says="The score has mean zero.",
        lhs=expect(m.score, (m.a, m.policy_law)),
        rhs=lift(0),
        given=m.hypotheses,
        derivation="score-zero-mean",
    )
