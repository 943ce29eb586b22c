"""The objective of the one-step problem; with the 0/1 reward it is the expected accuracy.

The bot draws its answer from its own policy, so being right is an event with a probability: what is maximised is
the average probability of the right answer.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import classification

m = classification()
target = m.over_states(m.right_mass)


def derive() -> Theorem:
    """From the expected 0/1 reward to the average probability of the right answer."""
    d = Derivation(m.accuracy, given=m.hypotheses, name="objective-one-step")
    d.apply(rules.WriteExpectationAsSum, at=(1,), why="Given the picture, an expectation is a sum over the answers.")
    d.apply(rules.Sift, why="Only the right answer is rewarded; every other term is zero.")
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """The ledger's row."""
    yield Claim(
        "objective-one-step",
        says="With the reward 1 for the right answer and 0 for a wrong one, $J(\\theta)$ is the expected accuracy of "
        "sampled answers.",
        lhs=m.accuracy,
        rhs=target,
        given=m.hypotheses,
        remark="The accuracy of the most likely answer is a different function of $\\theta$.",
    )


if __name__ == "__main__":
    show(derive())
