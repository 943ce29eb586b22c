"""With a bonus for entropy the aside is right: towards exponentiated rewards, in the other divergence."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Relation, Rung
from pgsym.problems import trajectories
from pgsym.problems.divergence import divergence, entropy
from pgsym.problems.one_step_problem import REWARD
from pgsym.problems.trajectory import START, TRANSITION
from pgsym.terms import (
    STATE,
    TRAJECTORY,
    Definition,
    Positive,
    Symbol,
    exp,
    expect,
    function,
    log,
    product_range,
    sum_over,
    sum_range,
)

m = trajectories()
ALPHA = Symbol("α", ())
TARGET = Symbol("q", (TRAJECTORY,), outcomes=1)
alpha = ALPHA()
world = START(m.state(1)) * product_range(m.t, 1, m.T - 1, of=m.transition(m.t))
tilted = world * exp(m.total_reward / alpha)
normaliser = sum_over(m.tau, of=tilted)
target = Definition.of(TARGET(m.tau), tilted / normaliser)
with_bonus = m.objective - alpha * m.expectation(sum_range(m.t, 1, m.T, of=log(m.policy(m.t))))
given = (*m.hypotheses, Positive(ALPHA), target)
all_returns = sum_over(m.tau, of=m.total_reward)
rewards_as_law = Definition.of(TARGET(m.tau), m.total_reward / all_returns)
SIZES = ({"S": 2, "A": 2, "T": 2}, {"S": 1, "A": 3, "T": 2}, {"S": 1, "A": 2, "T": 3}, {"S": 3, "A": 2, "T": 1})


def claims() -> Iterator[Claim]:
    """The identity, its maximum, that it may be out of reach, and the same for the logarithm of the reward."""
    reverse = divergence(m.law, TARGET.law(), m.tau)
    ratio = TARGET(m.tau) / m.mass
    yield Claim(
        "kl-maxent",
        says="Expected reward plus $\\alpha$ times the entropy of the answers is, but for a constant, minus $\\alpha$ "
        "times the divergence of the model from the world's own law weighted by $e^{R / \\alpha}$.",
        lhs=with_bonus,
        rhs=alpha * log(normaliser) - alpha * reverse,
        given=given,
        sizes=SIZES,
        remark="In any world: starts and moves are in both laws, and cancel. In kl-max-entropy the bonus is "
        "for the entropy of the whole trajectory.",
    )
    yield Claim(
        "kl-maxent-bound",
        says="So it is at most $\\alpha \\log Z$.",
        lhs=with_bonus,
        rhs=alpha * log(normaliser),
        given=given,
        relation=Relation.AT_MOST,
        slack=alpha * m.expectation(ratio - 1 - log(ratio)),
        sizes=SIZES,
    )
    chance, worth = START.law(), function("v", STATE)
    yield Claim(
        "kl-maxent-attained",
        says="Some policy is that law and attains the bound: also in one step with one answer in every state, where "
        "there is but one policy, and no entropy.",
        lhs=alpha * log(expect(exp(worth(m.s) / alpha), (m.s, chance))),
        rhs=expect(worth(m.s), (m.s, chance)),
        given=(Positive(ALPHA),),
        expected=Rung.REFUTED,
        repaired_by=("kl-maxent", "kl-maxent-bound"),
        remark="The law would have chance favour what is rewarded, which no policy can.",
    )
    positive = (*m.hypotheses, Positive(REWARD), Positive(START), Positive(TRANSITION), rewards_as_law)
    of_logarithm = m.expectation(log(m.total_reward)) + entropy(m.law, m.tau)
    yield Claim(
        "kl-log-reward",
        says="Expected $\\log R$ plus the entropy of the trajectories is, but for a constant, minus the divergence of "
        "the model from the distribution $R / Z$ of rewards.",
        lhs=of_logarithm,
        rhs=log(all_returns) - divergence(m.law, TARGET.law(), m.tau),
        given=positive,
        sizes=SIZES,
        remark="The aside is exact for the logarithm of the return, with the entropy.",
    )
    yield Claim(
        "kl-log-reward-bound",
        says="So it is at most $\\log Z$, which it is where the model is the distribution of rewards.",
        lhs=of_logarithm,
        rhs=log(all_returns),
        given=positive,
        relation=Relation.AT_MOST,
        slack=m.expectation(ratio - 1 - log(ratio)),
        sizes=SIZES,
    )
    yield Claim(
        "kl-log-reward-without-the-logarithm",
        says="The same for the return itself.",
        lhs=m.objective + entropy(m.law, m.tau),
        rhs=log(all_returns) - divergence(m.law, TARGET.law(), m.tau),
        given=positive,
        sizes=SIZES,
        expected=Rung.REFUTED,
        repaired_by=("kl-log-reward", "kl-maxent"),
    )
