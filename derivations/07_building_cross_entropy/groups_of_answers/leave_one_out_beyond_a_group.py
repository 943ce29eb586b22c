"""Leaving one out across a batch of questions, and whether it lowers the variance."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Relation, Rung
from pgsym.problems import groups
from pgsym.problems.one_step_problem import ACTION_OF, POLICY, REWARD, STATE_OF
from pgsym.terms import Rounds, Term, Variable, expect, grad, log, sum_range, variance

m = groups()
several = (*m.hypotheses, Rounds(m.N, 2))
in_pairs = (*m.hypotheses, Rounds(m.N, 2, 2))
gradient = grad(m.objective)


def paid(round_: Variable) -> Term:
    """The reward of a round of a batch."""
    return REWARD(STATE_OF(m.batch, round_), ACTION_OF(m.batch, round_))


score = grad(log(POLICY(m.a_i, m.s_i, m.theta)), m.theta)
others = sum_range(m.j, 1, m.i - 1, of=paid(m.j)) + sum_range(m.j, m.i + 1, m.N, of=paid(m.j))
whole = sum_range(m.j, 1, m.N, of=paid(m.j))


def scatter(advantage: Term) -> Term:
    """The variance of an estimate from one group, coordinate by coordinate."""
    return variance(m.estimate(advantage), (m.s, m.state_law), (m.group, m.group_law))


alone, compared = scatter(m.paid(m.i)), scatter(m.paid(m.i) - m.mean_of_others)


above_mean = m.reward - expect(m.reward, (m.a, m.policy_law))
exact = variance(m.score * above_mean, (m.a, m.policy_law))
spread = expect(m.score**2, (m.a, m.policy_law)) * variance(m.reward, (m.a, m.policy_law))
shared = expect(m.score * above_mean, (m.a, m.policy_law)) ** 2


def fair(*rewards: int) -> dict[str, object]:
    """Two answers, equally likely."""
    return {"D": [1], "π": [["1/2", "1/2"]], "r": [list(rewards)]}


def claims() -> Iterator[Claim]:
    """The batch's other rewards, its mean, and that a comparison may cost variance."""
    yield Claim(
        "leave-one-out-across-a-batch",
        says="The mean reward of the other rounds of a batch, which have questions of their own, is a baseline that "
        "leaves the estimate unbiased.",
        lhs=m.over_batches(m.average(score * (paid(m.i) - others / (m.N - 1)))),
        rhs=gradient,
        given=several,
        sizes=({"S": 2, "A": 2, "N": 2}, {"S": 2, "A": 2, "N": 3}),
        remark="The estimate is unbiased although answers to different questions are compared.",
    )
    yield Claim(
        "leave-one-out-across-a-batch-mean",
        says="If the mean of the whole batch is the baseline, the expected estimate is $(N - 1) / N$ times the "
        "policy gradient.",
        lhs=m.over_batches(m.average(score * (paid(m.i) - whole / m.N))),
        rhs=((m.N - 1) / m.N) * gradient,
        given=m.hypotheses,
    )
    yield Claim(
        "leave-one-out-variance",
        says="For one question, the variance of leave-one-out exceeds $\\frac{1}{N}$ of the variance of one answer "
        "compared with the exact mean reward by $\\frac{1}{N (N - 1)} \\left( \\mathbb{E}[g^2] "
        "\\operatorname{Var}[r] + (\\nabla J)^2 \\right)$, where $g$ is the score.",
        lhs=variance(m.estimate(m.paid(m.i) - m.mean_of_others), (m.group, m.group_law)),
        rhs=(1 / m.N) * exact + (1 / (m.N * (m.N - 1))) * (spread + shared),
        given=several,
        sizes=({"S": 1, "A": 3, "N": 2}, {"S": 1, "A": 3, "N": 3}, {"S": 1, "A": 2, "N": 4}),
        remark="The second part arises because the mean is not known. The formula holds coordinate by coordinate.",
    )
    yield Claim(
        "leave-one-out-lowers-variance",
        says="In groups of two, leave-one-out can have a larger variance than taking every reward as it is.",
        lhs=compared,
        rhs=alone,
        given=in_pairs,
        relation=Relation.AT_MOST,
        expected=Rung.REFUTED,
        repaired_by=("leave-one-out", "leave-one-out-variance"),
        remark="The mean of the others is itself a sample. If the rewards are near zero on average, it only adds "
        "noise.",
        examples=(
            Example(
                "Two fair answers that pay 1 and −1: taken as they are, they do not scatter at all.",
                fair(1, -1),
                ((alone, ("0", "0")), (compared, ("1/4", "1/4"))),
                in_pairs,
                sizes={"N": 2},
            ),
            Example(
                "Two fair answers that pay 3 and 1: now comparing them pays.",
                fair(3, 1),
                ((alone, ("1/2", "1/2")), (compared, ("1/4", "1/4"))),
                in_pairs,
                sizes={"N": 2},
            ),
        ),
    )
