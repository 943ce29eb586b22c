"""Repair by a filter: keep only the samples that were rewarded."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import classification
from pgsym.terms import expect, given

m = classification()
kept = expect(m.score, (m.a, given(m.policy_law, m.a, m.is_right)))


def derive() -> Theorem:
    """From the mean score of rewarded samples to the score of the label."""
    d = Derivation(kept, given=m.hypotheses, name="ce-from-success-filter")
    d.apply(rules.ConditionalExpectation, why="A conditional expectation is a ratio of two plain ones.")
    d.apply(rules.Sift, at=(0,), why="Only the right answer is counted.")
    d.apply(rules.Sift, at=(1,), why="Its probability is the probability of the label.")
    d.apply(rules.Rearrange(m.right_score), why="The two cancel.")
    return d.conclude(m.right_score)


def claims() -> Iterator[Claim]:
    """Rejection sampling, expert iteration."""
    yield Claim(
        "ce-from-success-filter",
        says="For each example, the average of the score over the rewarded samples only, as in rejection sampling "
        "and expert iteration, is the score of the right answer.",
        lhs=kept,
        rhs=m.right_score,
        given=m.hypotheses,
        remark="Averaged over the examples, $\\nabla \\log \\pi_\\theta(y(s) \\mid s)$ is the ascent direction of "
        "cross entropy.",
    )


if __name__ == "__main__":
    show(derive())
