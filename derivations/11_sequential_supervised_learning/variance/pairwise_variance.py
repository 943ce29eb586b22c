"""Does pairing every reward with its own score lower the variance?"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Relation, Rung
from pgsym.problems import sequences
from pgsym.problems.classification_problem import LABEL
from pgsym.problems.one_step_problem import POLICY, REWARD
from pgsym.problems.trajectory import START
from pgsym.terms import (
    ACTION,
    STATE,
    Definition,
    HowMany,
    NonNegative,
    Term,
    ThetaFree,
    expect,
    grad,
    indicator,
    sum_range,
)

m = sequences()


others = sum_range(m.u, 1, m.t - 1, of=m.reward(m.u)) + sum_range(m.u, m.t + 1, m.T, of=m.reward(m.u))
with_own_square = m.expectation(sum_range(m.t, 1, m.T, of=m.reward(m.t) * m.score(m.t) ** 2 * others))
slack = m.expectation((m.full - m.pairwise) ** 2) + 2 * with_own_square
one_sign = (*m.with_exogenous_states, NonNegative(REWARD))

full_by_blocks = sum_range(m.t, 1, m.T, of=m.variance(m.score(m.t) * m.total_reward))
pairwise_by_blocks = sum_range(m.t, 1, m.T, of=m.variance(m.score(m.t) * m.reward(m.t)))
zero_one = Definition.of(REWARD(m.s, m.a), indicator(m.a, LABEL(m.s)))
independent = (*(h for h in m.hypotheses if h != ThetaFree(REWARD)), zero_one, HowMany(STATE, 1), HowMany(ACTION, 2))
p = POLICY(LABEL(m.s), m.s, m.theta)
per_logit = grad(p) ** 2 / (p * (1 - p)) ** 2
mean_of_others = (m.T - 1) * p
q = 1 - p
var_full = m.T * (p * q**2 * (1 + 2 * mean_of_others) + p * q * (mean_of_others * q + mean_of_others**2) - p**2 * q**2)


def for_the_coin(term: Term) -> Term:
    """A term in s where there is one state."""
    return expect(term, (m.s, START.law()))


coins = tuple({"S": 1, "A": 2, "T": t} for t in (1, 2, 3, 4))


def claims() -> Iterator[Claim]:
    """In general not; with sampled answers on states of their own and rewards of one sign, yes."""
    yield Claim(
        "pairwise-lowers-variance",
        says="The pairwise form does not always have at most the variance of the product of sums in every coordinate.",
        lhs=m.variance(m.pairwise),
        rhs=m.variance(m.full),
        given=m.hypotheses,
        relation=Relation.AT_MOST,
        expected=Rung.REFUTED,
        repaired_by=("pairwise-variance",),
        remark="The dropped terms may cancel the others; they need not be noise.",
        examples=(
            Example(
                "Two steps: the first action pays 1 or 0, then a state pays −1/2 whatever is done. In the logits of "
                "the first state the product of sums does not scatter at all.",
                {
                    "ρ": [1, 0],
                    "p": [[[0, 1], [0, 1]], [[0, 1], [0, 1]]],
                    "π": [["1/2", "1/2"], ["1/2", "1/2"]],
                    "r": [[0, 1], ["-1/2", "-1/2"]],
                },
                (
                    (m.variance(m.full), (0, 0, "1/16", "1/16")),
                    (m.variance(m.pairwise), ("1/16", "1/16", "1/16", "1/16")),
                ),
                m.hypotheses,
                sizes={"T": 2},
            ),
        ),
    )
    yield Claim(
        "pairwise-variance",
        says="If the states do not depend on the actions and no reward is negative, the pairwise form has at most "
        "the variance of the product of sums, in every direction.",
        lhs=m.variance(m.pairwise),
        rhs=m.variance(m.full),
        given=one_sign,
        relation=Relation.AT_MOST,
        slack=slack,
        remark="The difference $D$ has mean zero, and its covariance with the pairwise form consists of squares of "
        "scores times products of rewards. This covers gold contexts with sampled answers and 0/1 rewards.",
        sizes=({"S": 2, "A": 2, "T": 2}, {"S": 1, "A": 3, "T": 3}, {"S": 2, "A": 2, "T": 3}),
    )
    yield Claim(
        "pairwise-variance-without-one-sign",
        says="If rewards may have either sign, the pairwise form can have a larger variance than the product of "
        "sums, even if the states do not depend on the actions.",
        lhs=m.variance(m.pairwise),
        rhs=m.variance(m.full),
        given=m.with_exogenous_states,
        relation=Relation.AT_MOST,
        expected=Rung.REFUTED,
        repaired_by=("pairwise-variance",),
    )
    yield Claim(
        "pairwise-variance-iid-closed-form",
        says="For $T$ independent coins with one logit each, a reward of one for heads and the probability $p$ of "
        "heads, the product of sums has the variance $T(p q^2 (1 + 2m) + pq(mq + m^2) - p^2 q^2)$, where $m = "
        "(T-1)p$.",
        lhs=full_by_blocks,
        rhs=for_the_coin(var_full * per_logit),
        given=independent,
        sizes=coins,
        remark="The factor $\\nabla p = pq$ converts the unit of the parameter into that of the logit.",
    )
    yield Claim(
        "pairwise-variance-iid-closed-form-pairwise",
        says="For $T$ independent coins with one logit each, a reward of one for heads and the probability $p$ of "
        "heads, the pairwise form has the variance $T p q^3$.",
        lhs=pairwise_by_blocks,
        rhs=for_the_coin(m.T * p * q**3 * per_logit),
        given=independent,
        sizes=coins,
        examples=(
            Example(
                "At $p = 1/2$ and $T = 3$: 33/16 against 3/16, the ratio $T^2 + T - 1 = 11$.",
                {"ρ": [1], "p": [[[1], [1]]], "π": [["1/2", "1/2"]], "y": [0]},
                ((full_by_blocks, ("33/16", "33/16")), (pairwise_by_blocks, ("3/16", "3/16"))),
                independent,
                sizes={"T": 3},
            ),
        ),
    )
