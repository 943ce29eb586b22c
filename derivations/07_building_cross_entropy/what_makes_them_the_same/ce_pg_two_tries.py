"""Two tries and the mean score of the successes: cross entropy, times the probability of a success.

A try that succeeds has the score of the label, whichever it was; so what is averaged is that score, or nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pgsym import rules, show
from pgsym.claims import Claim, Rung
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import classification
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import expect, grad, indicator, log

m = classification()
first, second = m.is_right, indicator(m.b, m.label)
score_of_second = grad(log(POLICY(m.b, m.s, m.theta)))
halved_if_both = 1 - Fraction(1, 2) * first * second
draws = ((m.a, m.policy_law), (m.b, m.policy_law))
mean_over_successes = expect((first * m.score + second * score_of_second) * halved_if_both, *draws)
p = m.right_mass
target = (1 - (1 - p) ** 2) * m.right_score


def derive() -> Theorem:
    """From the mean score of the successes to the score of the label."""
    d = Derivation(mean_over_successes, given=m.hypotheses, name="ce-pg-two-tries")
    right = m.right_score
    squares = first + second - Fraction(1, 2) * first**2 * second - Fraction(1, 2) * first * second**2
    with_own_powers = first + second - Fraction(1, 2) * first * second - Fraction(1, 2) * first * second
    d.apply(rules.UseIndicator, at=first * m.score, why="If the first try is right, it has the score of the label.")
    d.apply(
        rules.UseIndicator,
        at=second * score_of_second,
        why="If the second try is right, it has the score of the label as well.",
    )
    d.apply(
        rules.Rearrange(right * squares),
        at=(first * right + second * right) * halved_if_both,
        why="Multiply out.",
    )
    d.apply(rules.IndicatorPower, at=first**2, why="An indicator is its own square,")
    d.apply(rules.IndicatorPower, at=second**2, why="here too.")
    d.apply(
        rules.Rearrange(first + (1 - first) * second),
        at=with_own_powers,
        why="The first try succeeds, or it fails and the second does.",
    )
    d.apply(rules.PullOutConstant, at=(1,), why="The score of the label does not depend on the second try,")
    d.apply(rules.PullOutConstant, at=(), why="nor on the first.")
    d.apply(rules.DistributeOverAddition, why="Average over the second try:")
    d.apply(rules.ExpectationOfConstant, why="the result of the first try is a constant here,")
    d.apply(rules.PullOutConstant, why="here too,")
    d.apply(rules.Sift, at=expect(second, (m.b, m.policy_law)), why="and the second succeeds with the probability $p$.")
    d.apply(
        rules.Rearrange(p + (1 - p) * first),
        at=first + (1 - first) * p,
        why="Distinguish whether the first try succeeds.",
    )
    d.apply(rules.DistributeOverAddition, why="Average over it:")
    d.apply(rules.ExpectationOfConstant, why="a constant stays,")
    d.apply(rules.PullOutConstant, why="a factor moves out,")
    d.apply(rules.Sift, why="and the first succeeds with the probability $p$, too.")
    d.apply(rules.Rearrange(target), at=(), why="One minus the chance that both fail.")
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """Two tries, and the average over both instead of the successes."""
    plain = expect(Fraction(1, 2) * (first * m.score + second * score_of_second), *draws)
    yield Claim(
        "ce-pg-two-tries",
        says="The mean score over the successes among two tries is on average the score of the label times $1 - (1 - "
        "p)^2$, the probability of at least one success.",
        lhs=mean_over_successes,
        rhs=target,
        given=m.hypotheses,
        remark="The factor $1 - \\mathbf{1}\\{a = y\\}\\, \\mathbf{1}\\{b = y\\} / 2$ halves the sum where both "
        "tries succeed.",
    )
    yield Claim(
        "ce-pg-two-tries-mean-over-all",
        says="If the scores of the successes are averaged over both tries instead, the result is on average not the "
        "score of the label times $1 - (1 - p)^2$.",
        lhs=plain,
        rhs=target,
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("ce-pg-two-tries", "ce-pg-per-state-factor"),
        remark="That average is the policy gradient, which has the factor $p$.",
    )


if __name__ == "__main__":
    show(derive())
