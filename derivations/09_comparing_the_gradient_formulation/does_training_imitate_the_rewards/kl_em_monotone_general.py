"""Descending the divergence from the reweighted distribution never lowers the reward, in any class of policies."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Relation, Rung
from pgsym.problems import trajectories
from pgsym.problems.divergence import divergence
from pgsym.problems.one_step_problem import REWARD
from pgsym.problems.trajectory import TRAJECTORY_LAW
from pgsym.terms import PARAMETER, TRAJECTORY, Definition, NonNegative, Symbol, Variable, expect, log

m = trajectories()
NOW = Variable("θ'", PARAMETER)
REWEIGHED = Symbol("q", (TRAJECTORY, PARAMETER), outcomes=1)
law_now, target = TRAJECTORY_LAW.law(NOW), REWEIGHED.law(NOW)
mass_now = TRAJECTORY_LAW(m.tau, NOW)
return_now = expect(m.total_reward, (m.tau, law_now))
reweighed = Definition.of(REWEIGHED(m.tau, NOW), mass_now * m.total_reward / return_now)
given = (*m.hypotheses, NonNegative(REWARD), reweighed)
SIZES = ({"S": 2, "A": 2, "T": 2}, {"S": 1, "A": 3, "T": 2}, {"S": 1, "A": 2, "T": 3}, {"S": 3, "A": 2, "T": 1})


def claims() -> Iterator[Claim]:
    """The bound, the mean that it is Jensen's inequality for, and that it is no equality."""
    gain = log(m.objective) - log(return_now)
    closer = divergence(target, law_now, m.tau) - divergence(target, m.law, m.tau)
    scaled = m.mass * return_now / (mass_now * m.objective)
    yield Claim(
        "kl-em-monotone-general",
        says="Going from $\\theta'$ to $\\theta$, $\\log J$ rises by at least as much as the divergence of the model "
        "from the reweighted distribution falls.",
        lhs=closer,
        rhs=gain,
        given=given,
        relation=Relation.AT_MOST,
        slack=expect(scaled - 1 - log(scaled), (m.tau, target)),
        sizes=SIZES,
        remark="This is Jensen's inequality, obtained from $\\log x \\le x - 1$ at the ratio of the two "
        "distributions over its mean. Any step that descends the divergence therefore does not lower the expected "
        "return, as in expectation maximisation.",
        source="P. Dayan and G. E. Hinton, Using expectation-maximization for reinforcement learning, Neural "
        "Computation 9 (1997)",
    )
    yield Claim(
        "kl-em-monotone-general-mean",
        says="The mean, over the reweighted distribution, of the ratio of the two models is the ratio of the "
        "expected returns.",
        lhs=expect(m.mass / mass_now, (m.tau, target)),
        rhs=m.objective / return_now,
        given=given,
        sizes=SIZES,
    )
    yield Claim(
        "kl-em-monotone-general-tight",
        says="$\\log J$ can rise by more than the divergence of the model from the reweighted distribution falls.",
        lhs=gain,
        rhs=closer,
        given=given,
        relation=Relation.AT_MOST,
        sizes=SIZES,
        expected=Rung.REFUTED,
        repaired_by=("kl-em-monotone-general",),
        remark="The expected reward may even rise on a step away from the reweighted distribution.",
    )
