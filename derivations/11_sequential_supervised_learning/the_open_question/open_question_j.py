"""Which function has the pairwise form as its gradient?  First: the form is visits times gradients of rewards.

Let d(s, t) be the probability of being in s at step t, and v(s) the reward to be expected there at once.  The pairwise
form moves the answers and not the visits, so it has a potential just where this neglect leaves no trace.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Example, Rung
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import sequences
from pgsym.problems.one_step_problem import POLICY, REWARD
from pgsym.problems.trajectory import HISTORY_LAW
from pgsym.terms import (
    INDEX,
    PARAMETER,
    STATE,
    Definition,
    Symbol,
    expect,
    grad,
    indicator,
    log,
    sum_over,
    sum_range,
    transpose,
)
from pgsym.values import log_linear

m = sequences()
s, a, t, theta = m.s, m.a, m.t, m.theta
history = (m.h, HISTORY_LAW.law(t, theta))
is_here = indicator(s, m.state(t, m.h))
visits = Symbol("d", (STATE, INDEX, PARAMETER))(s, t, theta)
at_once = Symbol("v", (STATE, PARAMETER))(s, theta)
visited = Definition.of(visits, expect(is_here, history))
valued = Definition.of(at_once, sum_over(a, of=POLICY(a, s, theta) * REWARD(s, a)))
given = (*m.hypotheses, visited, valued)

G = m.expectation(m.pairwise)
"""The field: every reward with the score of its own step."""
by_visits = sum_range(t, 1, m.T, of=sum_over(s, of=visits * grad(at_once)))
answer, payoff = m.policy_at(t, m.h), REWARD(m.state(t, m.h), a)
here = at_once.symbol(m.state(t, m.h), theta)

TWO_STATES = {"ρ": [1, 0], "p": [[[1, 0], [0, 1]], [[1, 0], [1, 0]]], "r": [[0, 0], [1, 0]]}
"""A start in the first state; an action leads to the state of its number; the second state's first action pays."""


def derive() -> Theorem:
    """From the pairwise form to a sum over steps and states."""
    d = Derivation(G, given=given, name="open-question-J")
    d.apply(rules.ExchangeWithSum, why="Step by step.")
    d.apply(
        rules.Tower(m.factorisation, m.histories, t, m.h, a),
        at=m.expectation(m.reward(t) * m.score(t)),
        why="First the history up to the state, then the answer.",
    )
    d.apply(
        rules.WriteExpectationAsSum,
        at=expect(payoff * grad(log(answer)), (a, m.policy_law_at(t, m.h))),
        why="Write out the average over the answer.",
    )
    d.apply(
        rules.Backwards(rules.LogDerivative(), grad(answer) / answer),
        at=grad(log(answer)),
        why="The score is $\\nabla \\pi / \\pi$.",
    )
    d.apply(rules.CancelFraction, at=answer * payoff * (grad(answer) / answer), why="The policy cancels.")
    d.apply(
        rules.Backwards(rules.MoveGradientInside(), grad(sum_over(a, of=answer * payoff))),
        at=sum_over(a, of=payoff * grad(answer)),
        why="The rewards do not depend on $\\theta$.",
    )
    d.apply(rules.Fold(valued, here), at=sum_over(a, of=answer * payoff), why="This is $v$ at the state of step $t$.")
    d.apply(
        rules.InsertIndicator(s, m.state(t, m.h), grad(at_once)),
        at=grad(here),
        why="Exactly one state is that of step $t$: sum over all states.",
    )
    d.apply(
        rules.ExchangeWithSum,
        at=expect(sum_over(s, of=is_here * grad(at_once)), history),
        why="State by state.",
    )
    d.apply(
        rules.PullOutConstant,
        at=expect(is_here * grad(at_once), history),
        why="The immediate reward in a given state is the same after all histories.",
    )
    d.apply(rules.Fold(visited, visits), at=expect(is_here, history), why="The probability of being there at step $t$.")
    d.apply(rules.Rearrange(visits * grad(at_once)), at=grad(at_once) * visits, why="Write the visits in front.")
    return d.conclude(by_visits)


def claims() -> Iterator[Claim]:
    """What the field is, that it has no potential, and when it has one."""
    yield Claim(
        "open-question-J",
        says="The pairwise form is the sum, over steps and states, of the visits times the gradient of the expected "
        "immediate reward: $\\sum_t \\sum_s d_t(s) \\nabla v(s)$.",
        lhs=G,
        rhs=by_visits,
        given=given,
        remark="The gradient of $J$ also changes the visits; the pairwise form does not. The function in question "
        "must therefore have $d_t(s)$ as a coefficient of its gradient and not as a variable.",
        source="C. Nota and P. S. Thomas, Is the policy gradient a gradient?, AAMAS (2020)",
    )
    yield Claim(
        "open-question-potential",
        says="The pairwise form need not be the gradient of a function of $\\theta$: its Jacobian need not be "
        "symmetric.",
        lhs=grad(G),
        rhs=transpose(grad(G)),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("open-question-J", "open-question-J-exogenous-states", "open-question-teacher-forcing"),
        remark="Two mixed derivatives differ, so no function has this gradient (Schwarz). If the states depend on "
        "past answers, there is in general no $J$.",
        examples=(
            Example(
                "One logit a state, both zero: the start leads to the second state with probability 1/2, whose first "
                "action pays. $\\partial_1 G_2 = 1/16$, $\\partial_2 G_1 = 0$.",
                {**TWO_STATES, "π": log_linear([[[0, 1], [0, 0]], [[0, 0], [1, 0]]], [1, 1])},
                (
                    (G, (0, "1/8")),
                    (grad(m.objective), ("1/8", "1/8")),
                    (grad(G), ((0, "1/16"), (0, 0))),
                ),
                m.hypotheses,
                sizes={"T": 2},
            ),
        ),
    )
    yield Claim(
        "open-question-J-exogenous-states",
        says="If the states do not depend on the answers, a potential exists and is $J$: then $d_t(s)$ does not "
        "depend on $\\theta$, and $J = \\sum_t \\sum_s d_t(s) v(s)$.",
        lhs=G,
        rhs=grad(sum_range(t, 1, m.T, of=sum_over(s, of=visits * at_once))),
        given=(*m.with_exogenous_states, visited, valued),
        remark="Examples are gold contexts, pictures that arrive whatever the bot answers, and $T = 1$.",
    )
    yield Claim(
        "open-question-J-is-the-objective",
        says="In any MDP, $\\sum_t \\sum_s d_t(s) v(s)$ is the objective.",
        lhs=sum_range(t, 1, m.T, of=sum_over(s, of=visits * at_once)),
        rhs=m.objective,
        given=given,
    )


if __name__ == "__main__":
    show(derive())
