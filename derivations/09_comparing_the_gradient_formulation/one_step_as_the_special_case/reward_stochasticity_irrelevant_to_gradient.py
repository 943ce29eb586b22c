"""A random reward trains like its mean, if its noise does not depend on the parameter."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Rung
from pgsym.problems import one_step
from pgsym.problems.one_step_problem import REWARD
from pgsym.terms import (
    ACTION,
    OUTCOME,
    PARAMETER,
    STATE,
    Definition,
    Symbol,
    ThetaFree,
    Variable,
    expect,
    function,
    grad,
)

m = one_step()
s, a, w = m.s, m.a, Variable("w", OUTCOME)
CHANCE = Symbol("P", (OUTCOME, STATE, ACTION), outcomes=1)
MOVING_CHANCE = Symbol("P", (OUTCOME, STATE, ACTION, PARAMETER), outcomes=1)
PAID = function("R", STATE, ACTION, OUTCOME)
paid = PAID(s, a, w)
on_average = expect(paid, (w, CHANCE.law(s, a)))
mean_reward = Definition.of(m.reward, on_average)
rest = tuple(h for h in m.hypotheses if h != ThetaFree(REWARD))
given = (*rest, ThetaFree(PAID), ThetaFree(CHANCE), mean_reward)


def claims() -> Iterator[Claim]:
    """With chance that may look at the answer, an instance, and chance that moves with θ."""
    draws = ((s, m.state_law), (a, m.policy_law), (w, CHANCE.law(s, a)))
    update = expect(paid * m.score, *draws)
    yield Claim(
        "reward-stochasticity-irrelevant-to-gradient",
        says="If the reward $R(s, a, w)$ is random and has the mean $r(s, a)$, the expected update is the one with "
        "the mean reward.",
        lhs=update,
        rhs=grad(m.objective),
        given=given,
        remark="The certainty of the reward is therefore not what distinguishes supervised from reinforcement "
        "learning.",
        examples=(
            Example(
                "Two answers with equal logits, rewards 1 and 0, and noise of mean zero with three values.",
                {
                    "D": ["1"],
                    "π": [["1/2", "1/2"]],
                    "P": [[["1/4", "1/4", "1/2"], ["1/3", "1/3", "1/3"]]],
                    "R": [[[3, -1, 1], [1, -2, 1]]],
                },
                ((update, ("1/4", "-1/4")), (grad(m.objective), ("1/4", "-1/4"))),
                given,
            ),
        ),
    )
    moving_draws = ((s, m.state_law), (a, m.policy_law), (w, MOVING_CHANCE.law(s, a, m.theta)))
    yield Claim(
        "reward-stochasticity-irrelevant-to-gradient-without-theta-free-chance",
        says="If the distribution of the noise in the reward depends on $\\theta$, the expected update need not be "
        "the gradient of the expected reward.",
        lhs=expect(paid * m.score, *moving_draws),
        rhs=grad(expect(paid, *moving_draws)),
        given=(*rest, ThetaFree(PAID)),
        expected=Rung.REFUTED,
        repaired_by=("reward-stochasticity-irrelevant-to-gradient",),
        remark="The noise then has a score as well.",
    )
