"""The further term of the gradient if the reward depends on the parameter, too."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Rung
from pgsym.problems import one_step
from pgsym.problems.one_step_problem import REWARD
from pgsym.terms import ThetaFree, Variable, grad, log

m = one_step()
gradient = grad(m.objective)
scored = m.expectation(m.reward * m.score)
moving = tuple(h for h in m.hypotheses if h != ThetaFree(REWARD))
alpha = Variable("α")
bonus = -(alpha * log(m.policy))


def claims() -> Iterator[Claim]:
    """Both terms, one of them left out, and the bonus for which that does no harm."""
    yield Claim(
        "move-gradient-inside-needs-theta-free-reward",
        says="If the reward depends on $\\theta$, the policy gradient has a further term: the expectation of the "
        "gradient of the reward.",
        lhs=gradient,
        rhs=scored + m.expectation(grad(m.reward, m.theta)),
        given=moving,
        derivation="naive-exchange",
    )
    yield Claim(
        "move-gradient-inside-without-theta-free-reward",
        says="If the reward depends on $\\theta$, the policy gradient is not the expectation of the reward times the "
        "score in general.",
        lhs=gradient,
        rhs=scored,
        given=moving,
        expected=Rung.REFUTED,
        repaired_by=("move-gradient-inside-needs-theta-free-reward", "policy-gradient-one-step"),
    )
    yield Claim(
        "move-gradient-inside-with-an-entropy-bonus",
        says="For the bonus $-\\alpha \\log \\pi(a \\mid s)$ the further term vanishes, although the bonus depends "
        "on $\\theta$.",
        lhs=grad(m.expectation(bonus)),
        rhs=m.expectation(bonus * m.score),
        given=m.hypotheses,
        remark="$\\mathbb{E}[\\nabla \\log \\pi] = 0$.",
    )
