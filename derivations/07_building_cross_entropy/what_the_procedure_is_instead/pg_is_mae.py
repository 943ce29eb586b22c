"""Ascending the 0/1 reward descends half the mean absolute error."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pgsym import rules, show
from pgsym.claims import Claim
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import classification
from pgsym.terms import absolute, sum_over

m = classification()
given = (*m.hypotheses, m.one_hot)
error = Fraction(1, 2) * sum_over(m.a, of=absolute(m.policy - m.label_mass))
target = 1 - m.right_mass


def derive() -> Theorem:
    """From half the absolute error to the probability of a wrong answer."""
    wrong = 1 - m.is_right
    d = Derivation(error, given=given, name="pg-is-mae")
    d.apply(rules.Unfold(m.one_hot), why="The label is one-hot.")
    d.apply(rules.SplitSumAt(m.label), why="Set the right answer apart from the others.")
    d.apply(rules.IndicatorOfSame, why="The label's entry for the right answer is one.")
    d.apply(rules.UseComplement, why="For the other answers the label's entry is zero.")
    d.apply(rules.AbsoluteProbability, at=absolute(m.policy), why="A probability is at least zero,")
    d.apply(rules.AbsoluteProbability, why="and at most one.")
    d.apply(rules.Rearrange(m.policy - m.is_right * m.policy), at=wrong * m.policy, why="Multiply out.")
    d.apply(rules.DistributeOverAddition, why="A sum of sums.")
    d.apply(rules.TotalProbability, why="The policy sums to one.")
    d.apply(rules.PullOutConstant, why="Move the sign out of the sum.")
    d.apply(rules.Sift, why="Only the term of the right answer remains.")
    d.apply(rules.Rearrange(target), at=(), why="Both terms are equal, and the factor is one half.")
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """The error of one example, and the objective."""
    yield Claim(
        "pg-is-mae",
        says="One minus the probability of the right answer is half the absolute distance between the prediction and "
        "the label.",
        lhs=target,
        rhs=error,
        given=given,
        remark="Policy gradient therefore relates to cross entropy as mean absolute error relates to log-loss.",
    )


if __name__ == "__main__":
    show(derive())
