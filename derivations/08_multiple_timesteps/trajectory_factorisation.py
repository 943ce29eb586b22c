"""The probability of a trajectory: a start, then an answer and a move at every step; all together sum to one.

The last move is into s_T; there is no move after the last answer.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Rung
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import trajectories
from pgsym.problems.trajectory import START
from pgsym.terms import product_range, sum_over
from pgsym.terms.nodes import lift

m = trajectories()
everything = sum_over(m.tau, of=m.mass)


def derive() -> Theorem:
    """From the sum over all trajectories to one."""
    d = Derivation(everything, given=m.hypotheses, name="trajectories-sum-to-one")
    d.apply(rules.ReadSumAsExpectation, why="A sum weighted by the probabilities is an expectation, here of one.")
    d.apply(
        rules.ExpectationOfConstant,
        why="Summed from the last step to the first, every row of $\\pi$, of $p$ and $\\rho$ itself gives one.",
    )
    return d.conclude(lift(1))


def claims() -> Iterator[Claim]:
    """The factorisation, that it sums to one, and that a move too many or a start too few is something else."""
    start, t = START(m.state(1)), m.t
    answers = product_range(t, 1, m.T, of=m.policy(t))
    yield Claim(
        "trajectory-factorisation",
        says="The probability of a trajectory is the product of the probabilities of its first state, of the action "
        "at every step, and of every transition.",
        lhs=m.mass,
        rhs=start * answers * product_range(t, 1, m.T - 1, of=m.transition(t)),
        given=m.hypotheses,
    )
    yield Claim(
        "trajectories-sum-to-one",
        says="The probabilities of all trajectories sum to one.",
        lhs=everything,
        rhs=lift(1),
        given=m.hypotheses,
    )
    yield Claim(
        "factorisation-without-start",
        says="If the probability of the first state is left out, the product is not the probability of the "
        "trajectory in general.",
        lhs=m.mass,
        rhs=answers * product_range(t, 1, m.T - 1, of=m.transition(t)),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("trajectory-factorisation",),
        remark="The first state is drawn, too, unless only one state is possible.",
    )


if __name__ == "__main__":
    show(derive())
