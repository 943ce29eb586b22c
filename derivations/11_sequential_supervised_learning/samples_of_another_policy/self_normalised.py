"""Beyond the article: importance weights that are divided by their own sum."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Rung
from pgsym.problems import one_step
from pgsym.problems.autoregressive_problem import BEHAVIOUR
from pgsym.problems.one_step_problem import POLICY, REWARD, STATE_LAW
from pgsym.terms import (
    BATCH,
    STATE,
    Definition,
    HowMany,
    Positive,
    Rounds,
    Symbol,
    ThetaFree,
    expect,
    product_range,
    sum_range,
)

m = one_step()
WRITTEN = Symbol("μ^N", (BATCH,), outcomes=1)
behaviour = BEHAVIOUR(m.a_i, m.s_i)
rounds = Definition.of(WRITTEN(m.batch), product_range(m.i, 1, m.N, of=STATE_LAW(m.s_i) * behaviour))
weight = POLICY(m.a_i, m.s_i, m.theta) / behaviour
weighted = sum_range(m.i, 1, m.N, of=weight * REWARD(m.s_i, m.a_i))
normalised = expect(weighted / sum_range(m.i, 1, m.N, of=weight), (m.batch, WRITTEN.law()))
given = (*m.hypotheses, ThetaFree(BEHAVIOUR), Positive(BEHAVIOUR), HowMany(STATE, 1), rounds)
TABLES = {"D": [1], "π": [["1/2", "1/2"]], "μ": [["3/4", "1/4"]], "r": [[1, 0]]}


def claims() -> Iterator[Claim]:
    """The plain weights, the normalised ones, and what these are for one sample."""
    yield Claim(
        "self-normalised",
        says="For $N$ samples of $\\mu$, each weighted by its ratio, the average is an unbiased estimate of the "
        "policy's mean reward.",
        lhs=expect(weighted / m.N, (m.batch, WRITTEN.law())),
        rhs=m.objective,
        given=given,
    )
    yield Claim(
        "self-normalised-bias",
        says="The weighted sum divided by the sum of the weights, whose mean is $N$, is not in general an unbiased "
        "estimate of the policy's mean reward.",
        lhs=normalised,
        rhs=m.objective,
        given=given,
        expected=Rung.REFUTED,
        repaired_by=("self-normalised", "self-normalised-of-one"),
        remark="The mean of a fraction is not the fraction of the means. The bias goes to zero as $N$ grows.",
        examples=(
            Example(
                "One sample of a $\\mu$ that prefers the paid answer 3 to 1, where the even policy is worth 1/2.",
                TABLES,
                ((normalised, "3/4"), (m.objective, "1/2")),
                given,
                sizes={"N": 1},
            ),
            Example("Two samples.", TABLES, ((normalised, "21/32"),), given, sizes={"N": 2}),
        ),
    )
    yield Claim(
        "self-normalised-of-one",
        says="With one sample the self-normalised estimate has the behaviour policy's mean reward as its mean, "
        "because the weight cancels.",
        lhs=normalised,
        rhs=expect(m.reward, (m.s, m.state_law), (m.a, BEHAVIOUR.law(m.s))),
        given=(*given, Rounds(m.N, 1, 1)),
        sizes=({"S": 1, "A": 2, "N": 1}, {"S": 1, "A": 4, "N": 1}),
    )
