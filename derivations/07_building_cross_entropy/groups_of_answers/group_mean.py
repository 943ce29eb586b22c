"""The mean of the whole group, including the answer itself, is not a baseline: it shortens the gradient.

The advantage over the mean of all N is (N − 1)/N times the advantage over the mean of the others.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.derivations.leave_one_out import SIZES, STEPS, after, before, gradient, of_another, paid, several

from pgsym import rules, show
from pgsym.claims import Claim, Example, Rung, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import groups
from pgsym.terms import sum_range

m = groups()
estimate = m.over_groups(m.estimate(paid - m.group_mean))
shorter = (m.N - 1) / m.N
whole = sum_range(m.j, 1, m.N, of=of_another)
advantage = paid - m.mean_of_others


def derive() -> Theorem:
    """From the mean of the estimator to a multiple of the gradient."""
    d = Derivation(estimate, given=several, name="group-mean", sizes=STEPS)
    d.apply(rules.SplitRange(m.i), at=whole, why="The rewards before the answer's own, and those from it on;")
    d.apply(rules.SplitRange(m.i + 1), at=sum_range(m.j, m.i, m.N, of=of_another), why="its own, and those after it.")
    d.apply(rules.WriteOutRange, why="Its own is one.")
    d.apply(
        rules.Rearrange(shorter * advantage),
        at=paid - (1 / m.N) * (before + (paid + after)),
        why="The advantage lacks the answer's own contribution to the mean.",
    )
    scores = sum_range(m.i, 1, m.N, of=m.score_of(m.i) * (shorter * advantage))
    d.apply(rules.PullOutConstant, at=scores, why="The factor is the same for all answers,")
    d.apply(rules.PullOutConstant(shorter), at=(1,), why="for all groups,")
    d.apply(rules.PullOutConstant, at=(), why="and for all questions.")
    d.apply(Lemma(theorem("leave-one-out")), why="The remaining terms leave one answer out.")
    return d.conclude(shorter * gradient)


def claims() -> Iterator[Claim]:
    """By how much it is shorter, that it is not the gradient, and how the two advantages are related."""
    yield Claim(
        "group-mean",
        says="If each answer is compared with the mean of the whole group, which includes its own reward, the "
        "estimate is on average $(N - 1) / N$ times the policy gradient.",
        lhs=estimate,
        rhs=shorter * gradient,
        given=m.hypotheses,
        sizes=({"S": 2, "A": 3, "N": 1}, *SIZES),
        remark="The direction is right. With one answer to each question the estimate is zero.",
    )
    yield Claim(
        "group-mean-unbiased",
        says="If each answer is compared with the mean of the whole group, the estimate of the policy gradient is "
        "biased.",
        lhs=estimate,
        rhs=gradient,
        given=several,
        expected=Rung.REFUTED,
        repaired_by=("group-mean", "leave-one-out"),
        remark="The reward of an answer is part of the mean that it is compared with.",
        examples=(
            Example(
                "Two fair answers, the first paid one, in groups of two: the gradient is $(1/4, -1/4)$.",
                {"D": [1], "π": [["1/2", "1/2"]], "r": [[1, 0]]},
                ((estimate, ("1/8", "-1/8")), (gradient, ("1/4", "-1/4"))),
                several,
                sizes={"N": 2},
            ),
            Example(
                "Two fair answers, the first paid one, in groups of four.",
                {"D": [1], "π": [["1/2", "1/2"]], "r": [[1, 0]]},
                ((estimate, ("3/16", "-3/16")),),
                several,
                sizes={"N": 4},
            ),
        ),
    )
    yield Claim(
        "rloo-and-group-mean",
        says="For every answer, its reward minus the mean of the whole group is $(N - 1) / N$ times its reward minus "
        "the mean of the others.",
        lhs=paid - m.group_mean,
        rhs=shorter * advantage,
        given=several,
        sizes=SIZES,
    )


if __name__ == "__main__":
    show(derive())
