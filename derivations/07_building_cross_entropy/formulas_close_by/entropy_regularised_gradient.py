"""Beyond the article: an entropy bonus is a reward of −α log π, and differentiating it adds nothing."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Rung
from pgsym.problems import trajectories
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import Term, Variable, grad, log, sum_over, sum_range

m = trajectories()
alpha = Variable("α")


def paid(rewards: Term, time: Term) -> Term:
    """Rewards less α log π of the action at a time."""
    return rewards - alpha * log(POLICY(m.action(time), m.state(time), m.theta))


answer = POLICY(m.a, m.state(m.t), m.theta)
entropy = -sum_over(m.a, of=answer * log(answer))
regularised = m.objective + alpha * m.expectation(sum_range(m.t, 1, m.T, of=entropy))
bonus_to_go = sum_range(m.u, m.t, m.T, of=paid(m.reward(m.u), m.u))
bonus = sum_range(m.u, 1, m.T, of=paid(m.reward(m.u), m.u))


def claims() -> Iterator[Claim]:
    """The reward-to-go form, and a form that forgets the entropies to come."""
    yield Claim(
        "entropy-regularised-gradient",
        says="The gradient of $J$ plus $\\alpha$ times the entropies of all steps is the policy gradient with the "
        "reward-to-go of $r_u - \\alpha \\log \\pi_u$.",
        lhs=grad(regularised),
        rhs=m.expectation(sum_range(m.t, 1, m.T, of=m.score(m.t) * bonus_to_go)),
        given=m.hypotheses,
        remark="The bonus depends on $\\theta$, but its own gradient has mean zero, because $\\mathbb{E}[\\nabla "
        "\\log \\pi] = 0$.",
        sizes=({"S": 2, "A": 2, "T": 2}, {"S": 1, "A": 3, "T": 2}, {"S": 1, "A": 2, "T": 3}),
    )
    yield Claim(
        "entropy-regularised-gradient-current-entropy",
        says="The gradient of $J$ plus $\\alpha$ times the entropies of all steps is not in general that with the "
        "rewards to go and only each step's own entropy.",
        lhs=grad(regularised),
        rhs=m.expectation(sum_range(m.t, 1, m.T, of=m.score(m.t) * paid(m.reward_to_go, m.t))),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        sizes=({"S": 2, "A": 2, "T": 2},),
        repaired_by=("entropy-regularised-gradient",),
        remark="An action also changes the later entropies, because it changes the later states.",
    )
