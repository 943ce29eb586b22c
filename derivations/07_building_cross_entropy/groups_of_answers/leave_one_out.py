"""Leave one out: the mean reward of the other answers is a baseline and does not change the gradient.

A question is answered N times.  What the others were paid has nothing to do with the score of this answer.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import groups
from pgsym.terms import Rounds, expect, grad, sum_range
from pgsym.terms.structure import scope

m = groups()
several = (*m.hypotheses, Rounds(m.N, 2))
STEPS = tuple({"S": s, "A": a, "N": n} for s, a, n in ((1, 2, 1), (2, 3, 2), (1, 2, 3)))
"""Where the steps are decided; a group of one shows what it takes two answers for."""
SIZES = tuple({"S": s, "A": a, "N": n} for s, a, n in ((2, 3, 2), (1, 3, 3), (1, 2, 4)))

score, paid, of_another = m.score_of(m.i), m.paid(m.i), m.paid(m.j)
estimate = m.over_groups(m.estimate(paid - m.mean_of_others))
gradient = grad(m.objective)
share = 1 / (m.N - 1)
before = sum_range(m.j, 1, m.i - 1, of=of_another)
after = sum_range(m.j, m.i + 1, m.N, of=of_another)


def derive() -> Theorem:
    """From the mean of the estimator to the gradient."""
    d = Derivation(estimate, given=several, name="leave-one-out", sizes=STEPS)
    one, two = (rule(m.independent_answers, m.s, m.a) for rule in (rules.OneRoundOfMany, rules.TwoRoundsOfMany))
    d.apply(rules.PullOutConstant, at=(1,), why="$1/N$ does not depend on the draws.")
    d.apply(rules.ExchangeWithSum, at=(1, 1), why="Answer by answer.")
    d.apply(
        rules.Rearrange(paid * score - share * (score * before) - share * (score * after)),
        at=score * (paid - share * (before + after)),
        why="Multiply out: its own reward, the rewards before it and those after it.",
    )
    d.apply(rules.DistributeOverAddition, at=(1, 1, 1), why="Three expectations.")
    for place, others, which in ((1, before, "before"), (2, after, "after")):
        one_by_one = others.replace(others.over, scope(m.j, of_another * score))
        d.apply(rules.PullOutConstant, at=(1, 1, 1, place), why=f"Of those {which}: the number leaves,")
        d.apply(
            rules.Backwards(rules.PullOutConstant(), one_by_one),
            at=score * others,
            why="the score joins every one of the rewards,",
        )
        d.apply(rules.ExchangeWithSum, at=m.over_group(one_by_one), why="they are averaged one by one,")
        d.apply(two, why="two answers are independent,")
        d.apply(Lemma(theorem("score-zero-mean")), why="and the score has mean zero.")
    d.apply(rules.DropZeros, at=(), why="The other answers therefore contribute nothing.")
    d.apply(one, why="Each answer is one draw of the policy, whatever the others are.")
    d.apply(rules.SumOfEqualTerms, why="$N$ equal terms.")
    d.apply(rules.Rearrange(expect(m.reward * m.score, (m.a, m.policy_law))), at=(1,), why="$N$ cancels.")
    d.apply(
        Lemma(theorem("policy-gradient-one-step"), backwards=True), why="The policy gradient theorem, read backwards."
    )
    return d.conclude(gradient)


def claims() -> Iterator[Claim]:
    """That it is unbiased."""
    source = (
        "W. Kool, H. van Hoof and M. Welling, Buy 4 REINFORCE samples, get a baseline for free!, ICLR workshop (2019)"
    )
    yield Claim(
        "leave-one-out",
        says="If each of $N$ answers to the same question is compared with the mean reward of the others, the "
        "estimate of the policy gradient is unbiased.",
        lhs=estimate,
        rhs=gradient,
        given=several,
        remark="Decided for groups of up to four; the derivation is the same for every $N \\ge 2$.",
        source=source,
        sizes=SIZES,
    )


if __name__ == "__main__":
    show(derive())
