"""One step is the horizon 1: REINFORCE, specialised, is the one-step theorem.

Nothing is proved a second time: the theorem for every horizon is used at T = 1, where a trajectory is a state and an
action.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import trajectories
from pgsym.problems.one_step_problem import REWARD
from pgsym.problems.trajectory import START
from pgsym.terms import expect, grad, log

m = trajectories(horizon=1)
reward, score = REWARD(m.s, m.a), grad(log(m.answer), m.theta)
draws = ((m.s, START.law()), (m.a, m.policy_law))
gradient = grad(expect(reward, *draws), m.theta)
target = expect(reward * score, *draws)
one_step = rules.TrajectoryOfOneStep(m.factorisation, m.s, m.a)


def derive() -> Theorem:
    """From the one-step gradient to the one-step theorem, through trajectories of one step."""
    d = Derivation(gradient, given=m.hypotheses, name="reinforce-T1")
    d.apply(
        rules.Backwards(one_step, m.expectation(m.reward(1))),
        at=gradient.body,
        why="A state and an action are a trajectory of one step.",
    )
    d.apply(
        rules.Backwards(rules.WriteOutRange(), m.total_reward),
        at=m.reward(1),
        why="One reward is the sum of one reward.",
    )
    d.apply(Lemma(theorem("reinforce")), why="REINFORCE at $T = 1$.")
    d.apply(rules.WriteOutRange, at=m.total_reward, why="One reward,")
    d.apply(rules.WriteOutRange, why="and one score.")
    d.apply(one_step, why="A trajectory of one step is a state and an action.")
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """The one-step theorem."""
    yield Claim(
        "reinforce-T1",
        says="At $T = 1$ REINFORCE is the policy gradient of the one-step problem, with $D = \\rho$.",
        lhs=gradient,
        rhs=target,
        given=m.hypotheses,
    )


if __name__ == "__main__":
    show(derive())
