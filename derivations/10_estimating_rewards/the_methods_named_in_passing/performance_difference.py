"""The difference of two policies: the advantages of one, averaged under the other.

Derived for one step, where the baseline is the mean reward of the other policy; for several steps the same holds with
the advantages from every time on.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Rung
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import one_step, trajectories
from pgsym.problems.one_step_problem import POLICY, REWARD
from pgsym.problems.trajectory import ADVANTAGE, TRAJECTORY_LAW
from pgsym.terms import ACTION, PARAMETER, Variable, expect, sum_range
from pgsym.terms.structure import substitute

m, several = one_step(), trajectories()
OLD = Variable("θ'", PARAMETER)
b = Variable("b", ACTION)
old_mean = expect(REWARD(m.s, b), (b, POLICY.law(m.s, OLD)))
old_objective = substitute(m.objective, {m.theta: OLD})
advantages = m.expectation(m.reward - old_mean)
t = several.t
advantage = ADVANTAGE(several.state(t), several.action(t), t, OLD)
old_total = substitute(several.objective, {several.theta: OLD})
given = (*several.hypotheses, *several.values)


def derive() -> Theorem:
    """From the mean advantage to the difference of the objectives, for one step."""
    d = Derivation(advantages, given=m.hypotheses, name="performance-difference-one-step")
    d.apply(rules.DistributeOverAddition, why="Two expectations over the answer,")
    d.apply(rules.DistributeOverAddition, why="and over the state.")
    d.apply(
        rules.ExpectationOfConstant,
        at=(1, 1),
        why="The value of the other policy in a state does not depend on this policy's answer.",
    )
    d.apply(rules.PullOutConstant, at=(1,), why="Move the sign out.")
    return d.conclude(m.objective - old_objective)


def claims() -> Iterator[Claim]:
    """One step, several steps, and the advantages of the new policy itself."""
    yield Claim(
        "performance-difference-one-step",
        says="For one step $J(\\theta) - J(\\theta')$ is the mean, under $\\pi_\\theta$, of the reward minus the old "
        "mean reward of the state.",
        lhs=advantages,
        rhs=m.objective - old_objective,
        given=m.hypotheses,
    )
    yield Claim(
        "performance-difference",
        says="$J(\\theta) - J(\\theta')$ is the expected sum of the advantages $A_{t, \\theta'}(s_t, a_t)$ of the "
        "old policy along trajectories of the new policy.",
        lhs=several.objective - old_total,
        rhs=several.expectation(sum_range(t, 1, several.T, of=advantage)),
        given=given,
        remark="The values telescope along a trajectory. The claim is decided for horizons up to 4, and the script "
        "derives the case of one step.",
        source="S. Kakade and J. Langford, Approximately optimal approximate reinforcement learning (2002)",
    )
    yield Claim(
        "trpo-performance-difference",
        says="$J(\\theta) - J(\\theta')$ is the sum over the steps of the expected advantages of the old policy: "
        "$J(\\theta) - J(\\theta') = \\sum_t \\mathbb{E}_{p_\\theta}[A_{t, \\theta'}(s_t, a_t)]$.",
        lhs=several.objective - old_total,
        rhs=sum_range(t, 1, several.T, of=several.expectation(advantage)),
        given=given,
    )
    two = trajectories(horizon=2)
    yield Claim(
        "performance-difference-under-the-old-policy",
        says="The expected sum of the old advantages along trajectories of the old policy, with the actions drawn "
        "again by the new one as in TRPO's surrogate, need not be $J(\\theta) - J(\\theta')$.",
        lhs=two.objective - substitute(two.objective, {two.theta: OLD}),
        rhs=expect(
            sum_range(t, 1, two.T, of=expect(ADVANTAGE(two.state(t), two.a, t, OLD), (two.a, two.policy_law_at(t)))),
            (two.tau, TRAJECTORY_LAW.law(OLD)),
        ),
        given=(*two.hypotheses, *two.values),
        expected=Rung.REFUTED,
        repaired_by=("performance-difference", "trpo-surrogate-gradient"),
        remark="It agrees to first order at $\\theta'$, and it is exact for one step.",
    )


if __name__ == "__main__":
    show(derive())
