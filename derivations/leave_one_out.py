"""Leave one out: the mean reward of the other answers is a baseline, and leaves the gradient as it is.

A question is answered N times.  What the others were paid has nothing to do with the score of this answer.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules
from pgsym.catalogue import Claim, Rung, show, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import groups
from pgsym.terms import Rounds, expect, grad, sum_range
from pgsym.terms.nodes import factors

m = groups()
several = (*m.hypotheses, Rounds(m.N, 2))
estimate = m.over_groups(m.estimate(m.paid(m.i) - m.mean_of_others))
gradient = grad(m.objective)
SIZES = tuple({"S": s, "A": a, "N": n} for s, a, n in ((2, 3, 2), (1, 3, 3), (1, 2, 4)))

score, paid, of_another = m.score_of(m.i), m.paid(m.i), m.paid(m.j)
share = 1 / (m.N - 1)
before = sum_range(m.j, 1, m.i - 1, of=of_another)
after = sum_range(m.j, m.i + 1, m.N, of=of_another)


def derive() -> Theorem:
    """From the mean of the estimator to the gradient."""
    d = Derivation(estimate, given=several, name="leave-one-out")
    one, two = (rule(m.independent_answers, m.s, m.a) for rule in (rules.OneRoundOfMany, rules.TwoRoundsOfMany))
    d.apply(rules.PullOutConstant, at=(1,), why="$1/N$ does not depend on the draws.")
    d.apply(rules.ExchangeWithSum, at=(1, 1), why="Answer by answer.")
    d.apply(
        rules.Rearrange(score * paid - share * (before * score) - share * (after * score)),
        at=score * (paid - share * (before + after)),
        why="Multiply out: the answer's own reward, and those before and after it.",
    )
    print(d)
    return d


derive()
