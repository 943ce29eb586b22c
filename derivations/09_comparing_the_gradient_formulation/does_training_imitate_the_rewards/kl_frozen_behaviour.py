"""The correct statement: every step goes towards the sampler's own distribution, reweighted and held fixed."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Rung
from pgsym.problems import trajectories
from pgsym.problems.divergence import divergence
from pgsym.problems.one_step_problem import REWARD
from pgsym.problems.trajectory import START, TRAJECTORY_LAW
from pgsym.terms import (
    ACTION,
    PARAMETER,
    STATE,
    TRAJECTORY,
    Definition,
    Frozen,
    NonNegative,
    Symbol,
    ThetaFree,
    Variable,
    expect,
    grad,
    log,
    product_range,
)

m = trajectories()
NOW = Variable("θ'", PARAMETER)
MOVING = Symbol("q", (TRAJECTORY, PARAMETER), outcomes=1)
FIXED = Symbol("q", (TRAJECTORY,), outcomes=1)
SAMPLER = Symbol("μ", (TRAJECTORY,), outcomes=1)
BEHAVIOUR = Symbol("b", (ACTION, STATE), outcomes=1)
return_now = expect(m.total_reward, (m.tau, TRAJECTORY_LAW.law(NOW)))
reweighed = Definition.of(MOVING(m.tau, NOW), TRAJECTORY_LAW(m.tau, NOW) * m.total_reward / return_now)
steps = product_range(m.t, 1, m.T, of=BEHAVIOUR(m.action(m.t), m.state(m.t)))
moves = product_range(m.t, 1, m.T - 1, of=m.transition(m.t))
sampler = Definition.of(SAMPLER(m.tau), START(m.state(1)) * steps * moves)
return_of_sampler = expect(m.total_reward, (m.tau, SAMPLER.law()))
reweighed_sampler = Definition.of(FIXED(m.tau), SAMPLER(m.tau) * m.total_reward / return_of_sampler)
at_now = (*m.hypotheses, NonNegative(REWARD), reweighed, Frozen(NOW, m.theta))
SIZES = ({"S": 2, "A": 2, "T": 2}, {"S": 1, "A": 3, "T": 2}, {"S": 1, "A": 2, "T": 3}, {"S": 3, "A": 2, "T": 1})


def claims() -> Iterator[Claim]:
    """On-policy twice, for any sampler, and with a target that moves under the gradient."""
    step = grad(divergence(MOVING.law(NOW), m.law, m.tau), m.theta)
    yield Claim(
        "kl-frozen-behaviour",
        says="The policy gradient divided by the expected return descends the divergence of the model from its own "
        "current distribution reweighted by the returns.",
        lhs=grad(m.objective) / return_now,
        rhs=-step,
        given=at_now,
        sizes=SIZES,
        remark="This holds in any environment, also if most trajectories have probability zero and some rewards are "
        "0, as long as a trajectory of positive probability has a positive return; kl-moving-target derives it for "
        "positive returns.",
    )
    yield Claim(
        "kl-frozen-behaviour-logarithm",
        says="The policy gradient divided by the expected return is the gradient of $\\log J$.",
        lhs=grad(log(m.objective)),
        rhs=-step,
        given=at_now,
        sizes=SIZES,
    )
    towards = divergence(FIXED.law(), m.law, m.tau)
    yield Claim(
        "kl-frozen-behaviour-of-a-sampler",
        says="For every sampler, the returns times the scores descend the divergence from the sampler's distribution "
        "reweighted by the returns.",
        lhs=expect(m.total_reward * grad(log(m.mass)), (m.tau, SAMPLER.law())) / return_of_sampler,
        rhs=-grad(towards),
        given=(*m.hypotheses, NonNegative(REWARD), ThetaFree(BEHAVIOUR), sampler, reweighed_sampler),
        sizes=({"S": 2, "A": 1, "T": 2}, *SIZES[1:]),
        remark="With a uniform sampler the target is the distribution of rewards itself.",
    )
    own = Definition.of(MOVING(m.tau, m.theta), m.mass * m.total_reward / m.objective)
    yield Claim(
        "kl-frozen-behaviour-without-freezing",
        says="If the reweighted target is differentiated as well, the divergence from it does not have the policy "
        "gradient divided by the expected return as its descent direction.",
        lhs=grad(log(m.objective)),
        rhs=-grad(divergence(MOVING.law(m.theta), m.law, m.tau)),
        given=(*m.hypotheses, NonNegative(REWARD), own),
        expected=Rung.REFUTED,
        repaired_by=("kl-frozen-behaviour", "kl-frozen-behaviour-logarithm"),
        remark="The divergence is then $\\mathbb{E}_q[\\log (R / J)]$, whose distribution $q$ depends on $\\theta$.",
    )
