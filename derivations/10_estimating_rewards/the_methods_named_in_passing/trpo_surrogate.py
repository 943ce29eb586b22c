"""TRPO's surrogate: the old policy's states, the new policy's actions, the old policy's advantages."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims.claim import Claim
from pgsym.problems import Trajectories, one_step, trajectories
from pgsym.problems.one_step_problem import POLICY
from pgsym.problems.trajectory import ADVANTAGE, TRAJECTORY_LAW
from pgsym.terms import (
    ACTION,
    PARAMETER,
    STATE,
    Frozen,
    Symbol,
    Term,
    Variable,
    expect,
    function,
    grad,
    sum_over,
    sum_range,
)
from pgsym.terms.nodes import lift
from pgsym.terms.structure import substitute

m = trajectories()
OLD = Variable("θ'", PARAMETER)


def surrogate(m: Trajectories) -> Term:
    """L(θ), whose states are those of trajectories of θ'."""
    advantage = ADVANTAGE(m.state(m.t), m.a, m.t, OLD)
    under_new = expect(advantage, (m.a, m.policy_law_at(m.t)))
    return expect(sum_range(m.t, 1, m.T, of=under_new), (m.tau, TRAJECTORY_LAW.law(OLD)))


def claims() -> Iterator[Claim]:
    """First order, zero, one step, and what is missing at second order."""
    given = (*m.hypotheses, *m.values)
    yield Claim(
        "trpo-surrogate-gradient",
        says="The surrogate $L(\\theta) = \\mathbb{E}_{p_{\\theta'}}[\\sum_t \\mathbb{E}_{a \\sim \\pi_\\theta}[A_{t, "
        "\\theta'}(s_t, a)]]$ has the gradient of $J$ at $\\theta = \\theta'$.",
        lhs=grad(surrogate(m), m.theta),
        rhs=grad(m.objective),
        given=(*given, Frozen(OLD, m.theta)),
        source="J. Schulman, S. Levine, P. Moritz, M. Jordan and P. Abbeel, Trust region policy optimization, "
        "ICML (2015)",
    )
    yield Claim(
        "trpo-surrogate-at-the-old-policy",
        says="The surrogate $L$ is zero at the old policy: $L(\\theta') = 0$.",
        lhs=substitute(surrogate(m), {OLD: m.theta}),
        rhs=lift(0),
        given=given,
        remark="Advantages have mean zero.",
    )
    one = trajectories(horizon=1)
    yield Claim(
        "trpo-surrogate-of-one-step",
        says="For one step the surrogate is exact: $L(\\theta) = J(\\theta) - J(\\theta')$.",
        lhs=surrogate(one),
        rhs=one.objective - substitute(one.objective, {one.theta: OLD}),
        given=(*one.hypotheses, *one.values),
    )
    yield from second_order()
    yield from natural_gradient()


def second_order() -> Iterator[Claim]:
    """Two decisions in a row, of which both must be right."""
    P, Q = (Symbol(name, (PARAMETER,)) for name in "pq")
    theta = m.theta
    p, q, old_p, old_q = P(theta), Q(theta), P(OLD), Q(OLD)
    yield Claim(
        "trpo-surrogate-second-order-error",
        says="In two successive decisions, right with the probabilities $p$ and $q$ and rewarded if both are, the "
        "surrogate misses the term $(p - p')(q - q')$, which the two policies change together.",
        lhs=p * q - old_p * old_q - ((p - old_p) * old_q + old_p * (q - old_q)),
        rhs=(p - old_p) * (q - old_q),
        remark="$J = p q$ and $L = (p - p')\\, q' + p'\\, (q - q')$: the advantages of the old policy in the states "
        "of the old policy.",
    )


def natural_gradient() -> Iterator[Claim]:
    """What the natural gradient of a tabular softmax policy is, and why the natural step is the best."""
    s = one_step()
    b = Variable("b", ACTION)
    value = function("Q", STATE, ACTION)
    pi_b = POLICY(b, s.s, s.theta)
    mean = expect(value(s.s, b), (b, s.policy_law))
    advantage, advantage_b = value(s.s, s.a) - mean, value(s.s, b) - mean
    from pgsym.terms import indicator

    yield Claim(
        "natural-gradient-tabular",
        says="With one logit for each state and answer the natural gradient is the advantage: in every state the "
        "Fisher information times $A$ is the gradient, $(\\mathrm{diag}(\\pi) - \\pi \\pi^{\\top})\\, A = \\pi A$.",
        lhs=sum_over(b, of=(s.policy * indicator(s.a, b) - s.policy * pi_b) * advantage_b),
        rhs=s.policy * advantage,
        given=s.hypotheses,
        remark="The equation holds coordinate by coordinate, for each $a$. A constant may be added to $A$ in every "
        "state, because logits are unique only up to a constant.",
    )
