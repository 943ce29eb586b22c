"""Learning from a history: it is unbiased if the current policy drew the history, or if it is reweighted."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Rung
from pgsym.problems import one_step
from pgsym.terms import ACTION, PARAMETER, STATE, Definition, Positive, Symbol, ThetaFree, grad, log, sum_over

m = one_step()
SAMPLER = Symbol("b", (ACTION, STATE, PARAMETER), outcomes=1)
BEHAVIOUR = Symbol("b", (ACTION, STATE), outcomes=1)
theta = m.theta
by_sampler = m.expectation(m.reward * m.score, policy=SAMPLER.law(m.s, theta))
by_history = m.expectation(m.reward * m.score, policy=BEHAVIOUR.law(m.s))
b = BEHAVIOUR(m.a, m.s)
reweighted = m.expectation((m.policy / b) * m.reward * grad(log(m.policy), theta), policy=BEHAVIOUR.law(m.s))
gradient = grad(m.objective)
from_elsewhere = (*m.hypotheses, ThetaFree(BEHAVIOUR))


def claims() -> Iterator[Claim]:
    """On-policy histories, others, what these get wrong, and the weights that put it right."""
    yield Claim(
        "history-reuse",
        says="A history that the current policy drew gives the policy gradient on average.",
        lhs=by_sampler,
        rhs=gradient,
        given=(*m.hypotheses, Definition.of(SAMPLER(m.a, m.s, theta), m.policy)),
        remark="The hypothesis is easily overlooked: after one update the policy is another one.",
    )
    yield Claim(
        "history-reuse-without-on-policy",
        says="A history that another policy drew need not give the policy gradient on average.",
        lhs=by_history,
        rhs=gradient,
        given=from_elsewhere,
        expected=Rung.REFUTED,
        repaired_by=("history-reuse", "history-reuse-reweighted", "history-reuse-bias"),
        examples=(
            Example(
                "The rewarded answer was drawn with probability 3/4 when the policy gives it 1/2: 3/8 in place of 1/4; "
                "weights restore it.",
                {"D": ["1"], "π": [["1/2", "1/2"]], "b": [["3/4", "1/4"]], "r": [[1, 0]]},
                worth=(
                    (by_history, ("3/8", "-3/8")),
                    (gradient, ("1/4", "-1/4")),
                    (reweighted, ("1/4", "-1/4")),
                ),
                given=from_elsewhere,
            ),
        ),
        remark="Such a history contains the frequencies of the other policy instead of the probabilities of the "
        "current one.",
    )
    yield Claim(
        "history-reuse-bias",
        says="The bias from a history of another policy is the sum of every score times its reward, weighted by the "
        "difference of the two policies' probabilities.",
        lhs=by_history - gradient,
        rhs=m.over_states(sum_over(m.a, of=(b - m.policy) * m.reward * m.score)),
        given=from_elsewhere,
        remark="The bias is therefore zero for all rewards only where $b = \\pi$ or the score vanishes.",
    )
    yield Claim(
        "history-reuse-reweighted",
        says="If every sample is weighted by $\\pi(a \\mid s) / b(a \\mid s)$, a history of any policy $b$ gives the "
        "policy gradient on average.",
        lhs=reweighted,
        rhs=gradient,
        given=(*from_elsewhere, Positive(BEHAVIOUR)),
        remark="The sampler must give every answer a positive probability.",
    )
