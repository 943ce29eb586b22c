"""The objective of several steps: the expected sum of rewards is the sum of the expected rewards."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import trajectories
from pgsym.terms import sum_over, sum_range

m = trajectories()
by_step = sum_range(m.t, 1, m.T, of=m.expectation(m.reward(m.t)))


def derive() -> Theorem:
    """From E[Σ r] to Σ E[r]."""
    d = Derivation(m.objective, given=m.hypotheses, name="objective-by-step")
    d.apply(rules.ExchangeWithSum, why="The expectation of a sum is the sum of the expectations.")
    return d.conclude(by_step)


def claims() -> Iterator[Claim]:
    """The objective as a sum over trajectories, and step by step."""
    yield Claim(
        "objective-trajectory",
        says="The objective is the sum over all trajectories of their probability times the sum of their rewards.",
        lhs=m.objective,
        rhs=sum_over(m.tau, of=m.mass * m.total_reward),
        given=m.hypotheses,
        remark="The sum has $(|S| |A|)^T$ terms, which are never written out here.",
    )
    yield Claim(
        "objective-by-step",
        says="The expected sum of rewards is the sum of the expected rewards.",
        lhs=m.objective,
        rhs=by_step,
        given=m.hypotheses,
    )


if __name__ == "__main__":
    show(derive())
