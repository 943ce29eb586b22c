"""The objective of several steps: over trajectories, backwards from the last step, and over states and actions."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Relation
from pgsym.problems import trajectories
from pgsym.problems.one_step_problem import POLICY, REWARD
from pgsym.problems.trajectory import FUTURE_LAW, START, TRANSITION
from pgsym.terms import ACTION, STATE, Before, Term, Variable, expect, indicator, sum_over, sum_range
from pgsym.terms.nodes import Liftable, lift

m = trajectories()
s, a, t = m.s, m.a, m.t
later_state, later_action = Variable("s'", STATE), Variable("a'", ACTION)
TWO_STEPS = {
    "ρ": ["1", "0"],
    "p": [[["1/2", "1/2"], ["1/3", "2/3"]], [["1", "0"], ["0", "1"]]],
    "π": [["1/2", "1/2"], ["1/4", "3/4"]],
    "r": [[1, 2], [3, 4]],
}


def value(state: Variable, action: Variable, time: Liftable) -> Term:
    """Q_t(s, a), the expected rewards from a time on, of futures that begin with a state and an action."""
    to_go = sum_range(m.u, time, m.T, of=m.reward(m.u))
    return expect(to_go, (m.tau, FUTURE_LAW.law(state, action, time, m.theta)))


def claims() -> Iterator[Claim]:
    """The objective in four ways, and that what weighs the trajectories is a law."""
    backwards = expect(value(s, a, 1), (s, START.law()), (a, m.policy_law))
    yield Claim(
        "trajectory-objective",
        says="The objective is the expected sum of rewards over trajectories $\\tau = (s_1, a_1, \\dots, s_T, a_T)$. "
        "It is also the expected value $Q_1$ of the first state and action.",
        lhs=m.objective,
        rhs=backwards,
        given=m.hypotheses,
        examples=(
            Example(
                "Two states, two actions, two steps: by trajectories and by values it is the same.",
                TWO_STEPS,
                ((m.objective, "69/16"), (backwards, "69/16")),
                m.hypotheses,
                sizes={"T": 2},
            ),
        ),
    )
    onwards = expect(
        value(later_state, later_action, t + 1),
        (later_state, TRANSITION.law(s, a)),
        (later_action, POLICY.law(later_state, m.theta)),
    )
    yield Claim(
        "trajectory-objective-backwards",
        says="Values are computed from the last step to the first: a value is the reward now plus the expected value "
        "one step later.",
        lhs=value(s, a, t),
        rhs=REWARD(s, a) + onwards,
        given=(*m.hypotheses, Before(t, m.T)),
        remark="This is dynamic programming. It computes one number for every state, action and time, while there "
        "are $(|S| |A|)^T$ trajectories.",
    )
    yield Claim(
        "trajectory-distribution",
        says="The product of the start, the policy and the transitions is a distribution over trajectories: its "
        "values sum to one.",
        lhs=sum_over(m.tau, of=m.mass),
        rhs=lift(1),
        given=m.hypotheses,
        derivation="trajectory-factorisation",
        remark="The sum is taken from the last draw to the first.",
    )
    yield Claim(
        "trajectory-distribution-sign",
        says="The probability of a trajectory is never negative.",
        lhs=lift(0),
        rhs=m.mass,
        given=m.hypotheses,
        relation=Relation.AT_MOST,
        slack=m.mass,
    )
    yield Claim(
        "objective-in-words",
        says="The objective is the average of the sum of rewards over all trajectories, each weighted by its "
        "probability.",
        lhs=m.objective,
        rhs=sum_over(m.tau, of=m.mass * m.total_reward),
        given=m.hypotheses,
        derivation="policy-gradient-trajectory",
        step=1,
    )
    here = m.expectation(indicator(m.state(t), s) * indicator(m.action(t), a))
    yield Claim(
        "objective-occupancy-form",
        says="The objective is the sum over all times of the rewards of all states and actions, each weighted by the "
        "probability of being in that state and taking that action at that time.",
        lhs=m.objective,
        rhs=sum_range(t, 1, m.T, of=sum_over(s, a, of=here * REWARD(s, a))),
        given=m.hypotheses,
    )
