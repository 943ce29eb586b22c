"""The probability of a trajectory is unknown, but its score is not: fixed starts and transitions drop out of it."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Rung
from pgsym.problems import trajectories
from pgsym.problems.trajectory import START, TRANSITION
from pgsym.terms import Positive, ThetaFree, grad, log, product_range

m = trajectories()
everywhere = (*m.hypotheses, Positive(START), Positive(TRANSITION))
answers = product_range(m.t, 1, m.T, of=m.policy(m.t))


def claims() -> Iterator[Claim]:
    """What is unknown drops out, in an estimate too; and it would not if it moved."""
    yield Claim(
        "p-theta-unknown",
        says="The score of a trajectory depends on the policy's factors of its probability only.",
        lhs=grad(log(m.mass)),
        rhs=grad(log(answers)),
        given=everywhere,
        derivation="dynamics-drop-out",
        step=6,
    )
    yield Claim(
        "p-theta-unknown-estimate",
        says="The policy gradient can be computed from the policy's own probabilities alone, on trajectories that "
        "have a positive probability.",
        lhs=grad(m.objective),
        rhs=m.expectation(m.total_reward * grad(log(answers))),
        given=m.hypotheses,
    )
    yield Claim(
        "p-theta-unknown-in-a-moving-world",
        says="If the transitions depend on $\\theta$, the return times the score of the policy's factors need not "
        "have the policy gradient as its mean.",
        lhs=grad(m.objective),
        rhs=m.expectation(m.total_reward * grad(log(answers))),
        given=tuple(h for h in m.hypotheses if h != ThetaFree(TRANSITION)),
        expected=Rung.REFUTED,
        repaired_by=("p-theta-unknown-estimate", "score-decomposition-of-a-moving-world"),
        remark="The transitions then have scores of their own.",
    )
