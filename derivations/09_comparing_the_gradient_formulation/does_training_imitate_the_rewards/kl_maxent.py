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
        says="Up to a constant, the expected reward plus $\\alpha$ times the entropy of the answers is $-\\alpha$ "
        "times the divergence of the model from the environment's own distribution weighted by $e^{R / \\alpha}$.",
        lhs=with_bonus,
        rhs=alpha * log(normaliser) - alpha * reverse,
        given=given,
        sizes=SIZES,
        remark="This holds in any environment, because both distributions contain the starts and transitions, which "
        "cancel. In kl-max-entropy the bonus is the entropy of the whole trajectory.",
    )
    yield Claim(
        "kl-maxent-bound",
        says="The expected reward plus $\\alpha$ times the entropy of the answers is at most $\\alpha \\log Z$.",
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
        says="The bound $\\alpha \\log Z$ need not be attained: in one step with one answer in every state there is "
        "only one policy, its entropy is zero, and its reward can be below the bound.",
        lhs=alpha * log(expect(exp(worth(m.s) / alpha), (m.s, chance))),
        rhs=expect(worth(m.s), (m.s, chance)),
        given=(Positive(ALPHA),),
        expected=Rung.REFUTED,
        repaired_by=("kl-maxent", "kl-maxent-bound"),
        remark="At the weighted distribution the start would favour rewarded states, which no policy can bring about.",
    )
    positive = (*m.hypotheses, Positive(REWARD), Positive(START), Positive(TRANSITION), rewards_as_law)
    of_logarithm = m.expectation(log(m.total_reward)) + entropy(m.law, m.tau)
    yield Claim(
        "kl-log-reward",
        says="Up to a constant, the expected $\\log R$ plus the entropy of the trajectories is minus the divergence "
        "of the model from the distribution $R / Z$ of rewards.",
        lhs=of_logarithm,
        rhs=log(all_returns) - divergence(m.law, TARGET.law(), m.tau),
        given=positive,
        sizes=SIZES,
        remark="The remark of the article is exact for the logarithm of the return plus the entropy.",
    )
    yield Claim(
        "kl-log-reward-bound",
        says="The expected $\\log R$ plus the entropy of the trajectories is at most $\\log Z$. Equality holds if "
        "the model is the distribution of rewards.",
        lhs=of_logarithm,
        rhs=log(all_returns),
        given=positive,
        relation=Relation.AT_MOST,
        slack=m.expectation(ratio - 1 - log(ratio)),
        sizes=SIZES,
    )
    yield Claim(
        "kl-log-reward-without-the-logarithm",
        says="The expected return itself plus the entropy of the trajectories is not in general minus the divergence "
        "of the model from the distribution of rewards plus $\\log Z$.",
        lhs=m.objective + entropy(m.law, m.tau),
        rhs=log(all_returns) - divergence(m.law, TARGET.law(), m.tau),
        given=positive,
        sizes=SIZES,
        expected=Rung.REFUTED,
        repaired_by=("kl-log-reward", "kl-maxent"),
    )
