"""Beyond the article: generalised advantage estimation, and the critics with which it is unbiased."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Rung
from pgsym.problems import critics
from pgsym.problems.critic_problem import CRITIC
from pgsym.terms import Before, Definition, Term, ThetaFree, grad, sum_range
from pgsym.terms.nodes import Liftable, lift

m = critics()
t, u, w, T, gamma, lam = m.t, m.u, m.w, m.T, m.gamma, m.lam
gradient = grad(m.objective)
given = (*m.hypotheses, ThetaFree(CRITIC))
with_values = (*given, *m.values)
SOURCE = "J. Schulman et al., High-dimensional continuous control using generalized advantage estimation, ICLR (2016)"

returns = m.discounted_to(T) - m.critic(t)
by_horizon = (1 - lam) * sum_range(w, t + 1, T, of=lam ** (w - t - 1) * m.n_step(m.critic)) + lam ** (T - t) * returns


def error(time: Liftable) -> Term:
    """V̂(s_t) − V_t(s_t)."""
    return m.critic(time) - m.exact(time)


nothing = Definition.of(CRITIC(m.s), lift(0))
errors_to_come = sum_range(u, t + 1, T, of=lam ** (u - t - 1) * error(u))
one_step = sum_range(t, 1, T - 1, of=m.score(t) * m.temporal_difference(m.critic, 1))
of_the_last = m.score(T) * (m.reward(T) - m.critic(T))
wrong, mixed = m.estimate(m.advantage(m.critic, 1)), m.estimate(m.advantage(m.exact, 1))


def claims() -> Iterator[Claim]:
    """The identities, the exact critic, any critic, and the bias in between."""
    yield Claim(
        "gae-identities",
        says="The sum of $(\\gamma \\lambda)^{u - t} \\delta_u$ is the mixture, with weights $(1 - \\lambda) "
        "\\lambda^{k - 1}$, of the advantages that use $k$ rewards and then the critic. The remaining weight is on "
        "the whole return.",
        lhs=m.advantage(m.critic),
        rhs=by_horizon,
        given=m.hypotheses,
        remark="This holds for every trajectory. Here $w = t + k$ and $\\delta_u = r_u + \\gamma \\hat V(s_{u + 1}) "
        "- \\hat V(s_u)$; the value after the last step is zero.",
        source=SOURCE,
    )
    yield Claim(
        "gae-identities-one-step",
        says="For $\\lambda = 0$ the generalised advantage is $\\delta_t$.",
        lhs=m.advantage(m.critic, lam=0),
        rhs=m.temporal_difference(m.critic),
        given=(*m.hypotheses, Before(t, T)),
        remark="Of its powers of zero only the first, $0^0 = 1$, is not zero.",
    )
    yield Claim(
        "gae-identities-return",
        says="For $\\lambda = 1$ the critic's values telescope: the generalised advantage is the return from $t$ on "
        "minus the value at $t$.",
        lhs=m.advantage(m.critic, lam=1),
        rhs=returns,
        given=m.hypotheses,
    )
    yield Claim(
        "gae-identities-without-a-critic",
        says="Without a critic and without a discount, the generalised advantage is $\\sum_u \\lambda^{u - t} r_u$: "
        "the pairwise form for $\\lambda = 0$, reward-to-go for $\\lambda = 1$.",
        lhs=m.advantage(m.critic, 1),
        rhs=sum_range(u, t, T, of=lam ** (u - t) * m.reward(u)),
        given=(*m.hypotheses, nothing),
        remark="The pairwise form is therefore the estimate with a critic that is always zero.",
    )
    yield Claim(
        "gae-bias",
        says="With the exact value function as the critic, the generalised advantage estimate is unbiased for every "
        "$\\lambda$.",
        lhs=mixed,
        rhs=gradient,
        given=with_values,
        remark="Rewards are not discounted here.",
        source=SOURCE,
    )
    yield Claim(
        "gae-bias-discounted",
        says="For discounted rewards with their exact values, the generalised advantage estimate is unbiased if the "
        "score keeps the factor $\\gamma^{t - 1}$.",
        lhs=m.expectation(sum_range(t, 1, T, of=gamma ** (t - 1) * m.score(t) * m.advantage(m.exact_discounted))),
        rhs=grad(m.discounted_objective, m.theta),
        given=(*m.hypotheses, *m.discounted_values),
    )
    yield Claim(
        "gae-bias-discounted-without-the-factor",
        says="For discounted rewards, the generalised advantage estimate is not in general unbiased if the factor "
        "$\\gamma^{t - 1}$ is dropped, as in implementations.",
        lhs=m.estimate(m.advantage(m.exact_discounted)),
        rhs=grad(m.discounted_objective, m.theta),
        given=(*m.hypotheses, *m.discounted_values),
        expected=Rung.REFUTED,
        repaired_by=("gae-bias-discounted", "discounted-from-the-action"),
    )
    yield Claim(
        "gae-bias-wrong-critic",
        says="With a wrong critic, the generalised advantage estimate need not be unbiased for every $\\lambda$.",
        lhs=wrong,
        rhs=gradient,
        given=given,
        expected=Rung.REFUTED,
        repaired_by=("gae-bias", "any-critic", "gae-bias-formula"),
        remark="The smallest example has two states, two steps, and a critic that does not distinguish the better "
        "state.",
        examples=(
            Example(
                "The action leads to the state of its number; the second state pays one. The critic expects nothing: "
                "at the first step the estimate is $\\lambda$ times the gradient, here for $\\lambda = 1/2$.",
                {
                    "ρ": [1, 0],
                    "p": [[[1, 0], [0, 1]], [[1, 0], [0, 1]]],
                    "π": [["1/2", "1/2"], ["1/2", "1/2"]],
                    "r": [[0, 0], [1, 1]],
                    "V̂": [0, 0],
                    "λ": "1/2",
                },
                ((gradient, ("-1/4", "1/4", 0, 0)), (wrong, ("-1/8", "1/8", 0, 0))),
                given,
                sizes={"T": 2},
            ),
        ),
    )
    yield Claim(
        "gae-bias-formula",
        says="The bias is $(1 - \\lambda)$ times the expected products of the scores with the critic's later errors, "
        "each discounted by $\\lambda^{u - t - 1}$.",
        lhs=wrong - gradient,
        rhs=(1 - lam) * m.estimate(errors_to_come),
        given=with_values,
        remark="The error at $t$ itself acts as a baseline. An error that does not depend on the state cancels.",
    )
    yield Claim(
        "gae-bias-one-step",
        says="For $\\lambda = 0$, the plain actor-critic, the bias is the sum of $\\mathbb{E}[\\nabla \\log \\pi_t\\, "
        "(\\hat V - V)(s_{t + 1})]$.",
        lhs=m.expectation(one_step + of_the_last) - gradient,
        rhs=m.expectation(sum_range(t, 1, T - 1, of=m.score(t) * error(t + 1))),
        given=with_values,
    )
