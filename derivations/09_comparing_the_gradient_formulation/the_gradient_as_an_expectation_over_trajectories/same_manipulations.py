"""The one-step lines again, with a trajectory in place of a state and an action."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Rung
from pgsym.problems import trajectories
from pgsym.problems.one_step_problem import REWARD
from pgsym.problems.trajectory import START, TRANSITION
from pgsym.terms import TRAJECTORY, Definition, Positive, Symbol, ThetaFree, grad, log, sum_over

m = trajectories()
RETURN = Symbol("R", (TRAJECTORY,))
gradient = grad(m.objective)
by_score = m.expectation(m.total_reward * grad(log(m.mass)))
term_by_term = sum_over(m.tau, of=m.total_reward * grad(m.mass))


def claims() -> Iterator[Claim]:
    """The lines in the article's order, and what two of them take for granted."""
    yield Claim(
        "same-manipulations",
        says="The plan for one step also works for trajectories: the gradient is an expectation under the same "
        "distribution that the samples come from.",
        lhs=gradient,
        rhs=by_score,
        given=m.hypotheses,
        derivation="policy-gradient-trajectory",
    )
    yield Claim(
        "objective-tau",
        says="With $R(\\tau)$ for the sum of rewards, the objective is the expected return.",
        lhs=m.objective,
        rhs=m.expectation(RETURN(m.tau)),
        given=(*m.hypotheses, Definition.of(RETURN(m.tau), m.total_reward)),
    )
    yield Claim(
        "tau-write-integral",
        says="The expectation is a sum over all trajectories, of which there are finitely many here.",
        lhs=m.objective,
        rhs=sum_over(m.tau, of=m.mass * m.total_reward),
        given=m.hypotheses,
        derivation="policy-gradient-trajectory",
        step=1,
    )
    yield Claim(
        "tau-differentiate",
        says="The gradient moves inside the sum and acts on the probabilities alone, not on the returns.",
        lhs=gradient,
        rhs=term_by_term,
        given=m.hypotheses,
        derivation="policy-gradient-trajectory",
        step=2,
        remark="There are finitely many trajectories, and the rewards do not depend on $\\theta$.",
    )
    yield Claim(
        "tau-differentiate-without-theta-free-rewards",
        says="If the rewards depend on $\\theta$, the gradient does not act on the probabilities alone.",
        lhs=gradient,
        rhs=term_by_term,
        given=tuple(h for h in m.hypotheses if h != ThetaFree(REWARD)),
        expected=Rung.REFUTED,
        repaired_by=("tau-differentiate",),
        remark="A reward that depends on $\\theta$ adds the expectation of its own gradient.",
    )
    yield Claim(
        "tau-log-trick",
        says="The sum of the returns times $\\nabla p_\\theta(\\tau)$ is the expectation of the returns times "
        "$\\nabla \\log p_\\theta(\\tau)$.",
        lhs=term_by_term,
        rhs=by_score,
        given=m.hypotheses,
        derivation="policy-gradient-trajectory",
        step=3,
        remark="Where $p_\\theta(\\tau) = 0$, a factor of the environment is zero, so the gradient is zero as well "
        "and the expectation loses nothing.",
    )
    at_one = m.mass * grad(log(m.mass))
    yield Claim(
        "tau-log-trick-at-one",
        says="For a single trajectory, $\\nabla p_\\theta(\\tau) = p_\\theta(\\tau) \\nabla \\log p_\\theta(\\tau)$ "
        "where every start and transition has a positive probability.",
        lhs=grad(m.mass),
        rhs=at_one,
        given=(*m.hypotheses, Positive(START), Positive(TRANSITION)),
    )
    yield Claim(
        "tau-log-trick-at-one-that-cannot-happen",
        says="For a single trajectory of an arbitrary environment, $\\nabla p_\\theta(\\tau) = p_\\theta(\\tau) "
        "\\nabla \\log p_\\theta(\\tau)$ need not hold.",
        lhs=grad(m.mass),
        rhs=at_one,
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("tau-log-trick", "tau-log-trick-at-one", "trajectory-score"),
        remark="A trajectory of probability zero has no log-probability.",
    )
    yield Claim(
        "pg-tau-form",
        says="The policy gradient is the expectation of the return times the score of the trajectory.",
        lhs=gradient,
        rhs=by_score,
        given=m.hypotheses,
        derivation="policy-gradient-trajectory",
    )
