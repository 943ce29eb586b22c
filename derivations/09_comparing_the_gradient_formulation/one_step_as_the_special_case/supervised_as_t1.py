"""Is supervised learning reinforcement learning with one step and a certain reward?  Only if reweighted.

The trajectory of one step is a picture and an answer, the reward 1 for the right one.  What REINFORCE ascends is the
cross-entropy gradient with every example weighted by the model's own probability of its label.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Rung
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import trajectories
from pgsym.problems.classification_problem import LABEL
from pgsym.problems.one_step_problem import POLICY
from pgsym.problems.trajectory import START
from pgsym.terms import expect, grad, indicator, log

m = trajectories(horizon=1)
objective = m.expectation(indicator(m.action(1), LABEL(m.state(1))))
right = POLICY(LABEL(m.s), m.s, m.theta)
over_states = (m.s, START.law())
target = expect(right * grad(log(right), m.theta), over_states)
cross_entropy = -expect(log(right), over_states)


def derive() -> Theorem:
    """From the gradient of the expected success to the weighted average score."""
    d = Derivation(grad(objective, m.theta), given=m.hypotheses, name="supervised-as-T1")
    d.apply(
        rules.TrajectoryOfOneStep(m.factorisation, m.s, m.a),
        why="A trajectory of one step is a picture and an answer.",
    )
    d.apply(rules.WriteExpectationAsSum, at=(0, 1), why="Given the picture, the expectation is a sum over the answers.")
    d.apply(rules.Sift, why="Only the right answer is rewarded.")
    d.apply(rules.MoveGradientInside, why="The pictures do not depend on $\\theta$.")
    d.apply(rules.MultiplyByOne, why="Multiply and divide by $\\pi$.")
    d.apply(rules.LogDerivative, why="The chain rule, from right to left.")
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """The sentence with its proviso, and without."""
    yield Claim(
        "supervised-as-T1",
        says="Reinforcement learning with one step and the reward 1 for the right answer ascends the cross-entropy "
        "gradient with every example weighted by the probability of its label.",
        lhs=grad(objective, m.theta),
        rhs=target,
        given=m.hypotheses,
    )
    yield Claim(
        "supervised-as-T1-unweighted",
        says="Supervised learning by cross entropy is not reinforcement learning with one step and a certain reward.",
        lhs=grad(objective, m.theta),
        rhs=-grad(cross_entropy, m.theta),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("supervised-as-T1", "ce-pg-weight", "ce-from-label-sampling"),
        remark="It becomes so if the labels are sampled in place of the answers, or if every example is weighted by "
        "the probability of its label.",
        source="T. Chen, Understand Policy Gradient by Building Cross Entropy from Scratch (2023)",
    )


if __name__ == "__main__":
    show(derive())
