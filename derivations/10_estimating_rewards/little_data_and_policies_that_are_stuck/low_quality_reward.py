"""A reward of low quality: the exact bias that an estimated reward adds to the gradient."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Example, Rung, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import one_step
from pgsym.terms import ThetaFree, function, grad
from pgsym.terms.sorts import ACTION, STATE

m = one_step()
ESTIMATE = function("r̂", STATE, ACTION)
estimate = ESTIMATE(m.s, m.a)
bias = m.expectation(estimate * m.score) - grad(m.objective)
target = m.expectation((estimate - m.reward) * m.score)


def derive() -> Theorem:
    """From the bias to the mean of the error times the score."""
    difference = estimate * m.score - m.reward * m.score
    d = Derivation(target, given=m.hypotheses, name="low-quality-reward")
    d.apply(rules.Rearrange(difference), at=(estimate - m.reward) * m.score, why="Multiply out.")
    d.apply(rules.DistributeOverAddition, why="Two expectations over the answer,")
    d.apply(rules.DistributeOverAddition, why="and over the state.")
    d.apply(rules.PullOutConstant, at=(1, 1), why="Move the sign out of the one expectation,")
    d.apply(rules.PullOutConstant, at=(1,), why="and out of the other.")
    d.apply(
        Lemma(theorem("policy-gradient-one-step"), backwards=True),
        at=m.expectation(m.reward * m.score),
        why="With the true reward it is the policy gradient.",
    )
    return d.conclude(bias)


def claims() -> Iterator[Claim]:
    """The bias, and that errors which look harmless on average are not."""
    yield Claim(
        "low-quality-reward",
        says="If the estimate $\\hat r$ replaces the reward $r$, the gradient is biased by exactly "
        "$\\mathbb{E}[(\\hat r - r)\\, \\nabla \\log \\pi_\\theta]$.",
        lhs=bias,
        rhs=target,
        given=m.hypotheses,
        remark="The estimate may depend on $\\theta$, because it is not differentiated. An error that is the same "
        "for all answers of a state does not bias the gradient.",
        examples=(
            Example(
                "One state, two answers with probability 1/2; the estimate has them the wrong way round, and the bias "
                "is minus twice the gradient.",
                tables={"D": ["1"], "π": [["1/2", "1/2"]], "r": [["1", "0"]], "r̂": [["0", "1"]]},
                given=(*m.hypotheses, ThetaFree(ESTIMATE)),
                worth=((bias, ("-1/2", "1/2")), (grad(m.objective), ("1/4", "-1/4"))),
            ),
        ),
    )
    yield Claim(
        "low-quality-reward-on-average",
        says="The bias of the gradient is not in general the mean error times the mean score, which is zero.",
        lhs=bias,
        rhs=m.expectation(estimate - m.reward) * m.expectation(m.score),
        given=(*m.hypotheses, ThetaFree(ESTIMATE)),
        expected=Rung.REFUTED,
        repaired_by=("low-quality-reward",),
        remark="The bias depends on how the error varies with the score, not on its mean.",
    )


if __name__ == "__main__":
    show(derive())
