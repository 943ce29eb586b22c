"""The pairwise form is the gradient of the reward of the current step, with the states held fixed.

Hold the states' law fixed and let only the answers move: the gradient is the pairwise form.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Rung
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import sequences
from pgsym.problems.one_step_problem import REWARD
from pgsym.problems.trajectory import HISTORY_LAW
from pgsym.terms import PARAMETER, Frozen, Variable, expect, grad, log, sum_over, sum_range

m = sequences()
OLD = Variable("θ'", PARAMETER)
frozen = (*m.hypotheses, Frozen(OLD, m.theta))
payoff = REWARD(m.state(m.t, m.h), m.a)
answer = m.policy_at(m.t, m.h)
expected_reward = sum_over(m.a, of=answer * payoff)
myopic = sum_range(m.t, 1, m.T, of=expect(expected_reward, (m.h, HISTORY_LAW.law(m.t, OLD))))


def derive() -> Theorem:
    """From the gradient of the myopic objective to the pairwise form."""
    d = Derivation(grad(myopic, m.theta), given=frozen, name="reward-to-go-vs-myopic")
    d.apply(
        rules.MoveGradientInside,
        why="The distribution of the states is held fixed; only the answers depend on $\\theta$.",
    )
    d.apply(rules.MultiplyByOne, at=grad(answer), why="Multiply and divide by the policy.")
    d.apply(rules.LogDerivative, why="$\\nabla \\pi / \\pi$ is the score.")
    d.apply(
        rules.ReadSumAsExpectation,
        at=sum_over(m.a, of=payoff * answer * grad(log(answer))),
        why="An average over the model's answer.",
    )
    d.apply(
        rules.Release(OLD, m.theta), at=(), why="After the differentiation, the held distribution is the model's own."
    )
    d.apply(
        rules.Backwards(
            rules.Tower(m.factorisation, m.histories, m.t, m.h, m.a), m.expectation(m.reward(m.t) * m.score(m.t))
        ),
        at=(1,),
        why="The history and the answer are part of a trajectory.",
    )
    d.apply(
        rules.Backwards(rules.ExchangeWithSum(), m.expectation(m.pairwise)), why="Move the sum inside the expectation."
    )
    return d.conclude(m.expectation(m.pairwise))


def claims() -> Iterator[Claim]:
    """The myopic reading, and that it is no statement about the states."""
    yield Claim(
        "reward-to-go-vs-myopic",
        says="The pairwise form is the gradient of the expected reward of every step with the distribution of the "
        "states held fixed.",
        lhs=grad(myopic, m.theta),
        rhs=m.expectation(m.pairwise),
        given=frozen,
        remark="In this sense step-by-step training considers the current step only: it ignores the effect of an "
        "action on the later states.",
    )
    yield Claim(
        "reward-to-go-vs-myopic-states-moving",
        says="If the distribution of the states depends on $\\theta$ and is differentiated as well, the pairwise "
        "form is not in general the gradient of the expected rewards.",
        lhs=grad(m.objective),
        rhs=m.expectation(m.pairwise),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("reward-to-go-vs-myopic", "pairwise-form"),
    )


if __name__ == "__main__":
    show(derive())
