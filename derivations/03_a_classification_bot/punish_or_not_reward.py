"""Punishing wrong answers or not rewarding them: the means are equal, the variances are not."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pgsym.claims import Claim, Example, Relation, Rung
from pgsym.problems import classification
from pgsym.terms import ACTION, HowMany, Term, Variable, grad, variance

m = classification()
alpha, beta = Variable("α"), Variable("β")
two_answers = (*m.hypotheses, HowMany(ACTION, 2))
half = Fraction(1, 2)
rewarded, punished = m.is_right, m.is_right - half
p = m.right_mass


def spread(reward: Term) -> Term:
    """The variance of one sample's contribution to the gradient, in the state s."""
    return variance(reward * m.score, (m.a, m.policy_law))


def at(right: str, wrong: str, punished_worth: str, rewarded_worth: str) -> Example:
    """Both variances, for a policy that gives the right answer the probability `right`."""
    worth = ((spread(punished), (punished_worth,) * 2), (spread(rewarded), (rewarded_worth,) * 2))
    return Example(
        f"The right answer has the probability {right}.",
        {"π": [[right, wrong]], "y": [0]},
        worth=worth,
        given=m.hypotheses,
        at={"s": 0},
    )


def claims() -> Iterator[Claim]:
    """The mean, both variances for two answers, and the orders between them."""
    yield Claim(
        "punish-or-not-reward",
        says="Scaling the reward by $\\alpha$ and shifting it by $\\beta$ scales the gradient by $\\alpha$.",
        lhs=grad(m.expectation(alpha * m.reward + beta)),
        rhs=alpha * grad(m.expectation(m.reward)),
        given=m.hypotheses,
        remark="In expectation, punishing wrong answers therefore amounts to not rewarding them.",
    )
    yield Claim(
        "punish-or-not-reward-variance",
        says="With two answers and $p = \\pi(y \\mid s)$, replacing the rewards $1$ and $0$ by $\\pm 1/2$ changes "
        "the variance of a sample by $\\frac{4p - 3}{4 p (1 - p)} (\\nabla p)^2$.",
        lhs=spread(punished) - spread(rewarded),
        rhs=((4 * p - 3) / (4 * p * (1 - p))) * grad(p) ** 2,
        given=two_answers,
        remark="In one logit $\\nabla p = p (1 - p)$, and the variances are $p (1-p) (1 - 4 p (1-p)) / 4$ and $p "
        "(1-p)^3$. Punishing has the smaller variance below $p = 3/4$ and the larger one above.",
        examples=(
            at("1/2", "1/2", "0", "1/16"),
            at("3/4", "1/4", "3/256", "3/256"),
            at("9/10", "1/10", "36/2500", "9/10000"),
        ),
    )
    for tail, smaller, larger in (
        ("always-better", punished, rewarded),
        ("always-worse", rewarded, punished),
    ):
        yield Claim(
            f"punish-or-not-reward-{tail}",
            says=f"For the variance, punishing wrong answers is not {tail.replace('-', ' ')} than not rewarding them.",
            lhs=spread(smaller),
            rhs=spread(larger),
            given=two_answers,
            relation=Relation.AT_MOST,
            expected=Rung.REFUTED,
            repaired_by=("punish-or-not-reward", "punish-or-not-reward-variance"),
        )
