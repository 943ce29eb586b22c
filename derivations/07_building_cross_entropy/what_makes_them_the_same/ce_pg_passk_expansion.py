"""Cross entropy as a series whose first term is the policy gradient: the chances to be right once in k tries.

The log-likelihood is a series in the chances to fail k times.  The gradient of its first N terms is the cross
entropy's, short of the chance that all N tries fail.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Rung
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import classification
from pgsym.problems.classification_problem import LABEL
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import (
    ACTION,
    INDEX,
    STATE,
    Definition,
    HowMany,
    Variable,
    choice,
    expect,
    function,
    grad,
    indicator,
    log,
    product_range,
    sum_range,
)
from pgsym.terms.nodes import Term

m = classification()
k = Variable("k", INDEX)
p = m.right_mass
series = sum_range(k, 1, m.N, of=(1 / k) * grad(1 - (1 - p) ** k))
target = (1 - (1 - p) ** m.N) * m.right_score


def derive() -> Theorem:
    """From the gradients of the chances to be right in k tries to a share of the cross entropy's."""
    d = Derivation(series, given=m.hypotheses, name="ce-pg-passk-expansion")
    d.apply(rules.MoveGradientInside, at=grad(1 - (1 - p) ** k), why="The gradient of a difference.")
    d.apply(rules.GradientOfConstant, why="The gradient of one is zero.")
    d.apply(rules.DifferentiatePower, why="The power rule.")
    d.apply(rules.MoveGradientInside, at=grad(1 - p), why="Again a difference,")
    d.apply(rules.GradientOfConstant, why="and again one does not change.")
    d.apply(
        rules.Rearrange((1 - p) ** (k - 1) * grad(p)),
        at=(1,),
        why="The $k$ of the power rule cancels the $1/k$, and two signs cancel.",
    )
    d.apply(rules.PullOutConstant, why="$\\nabla p$ is the same in every term.")
    d.apply(rules.MultiplyByOne, why="Multiply and divide by $p$:")
    d.apply(rules.LogDerivative, why="$\\nabla p / p$ is the cross entropy's direction.")
    d.apply(rules.GeometricSum, why="The $p$ in front sums the geometric series.")
    return d.conclude(target)


# N tries at one example ------------------------------------------------------------------------------------------
ONE = tuple({"S": 1, "A": a, "N": n} for a, n in ((2, 1), (3, 2), (2, 3), (3, 3)))
SECOND = choice("x", STATE)


def mean_over_successes(rewards: Term) -> Term:
    """The mean score of the rewarded among N tries, zero if there are none: never is zero divided by zero."""
    successes = sum_range(m.i, 1, m.N, of=rewards)
    all_fail = product_range(m.i, 1, m.N, of=1 - rewards)
    score = grad(log(POLICY(m.a_i, m.s_i, m.theta)), m.theta)
    return m.over_batches(sum_range(m.i, 1, m.N, of=rewards * score) / (successes + all_fail))


right = indicator(m.a_i, LABEL(m.s_i))
also_right = indicator(m.a, SECOND(m.s))
EITHER = function("r", STATE, ACTION)
either = Definition.of(EITHER(m.s, m.a), m.is_right + also_right - m.is_right * also_right)
success = expect(EITHER(m.s, m.a), (m.a, m.policy_law))


def claims() -> Iterator[Claim]:
    """The series, what is left of it, and how N samples estimate it."""
    one_state = (*m.hypotheses, HowMany(STATE, 1))
    yield Claim(
        "ce-pg-passk-expansion",
        says="The probability of at least one right answer in $k$ tries is $1 - (1 - p)^k$. The sum of its "
        "gradients, each divided by $k$, over the first $N$ values of $k$ is $1 - (1 - p)^N$ times the ascent "
        "direction of cross entropy. The first term alone is the policy gradient.",
        lhs=series,
        rhs=target,
        given=m.hypotheses,
        sizes=({"S": 1, "A": 3, "N": 1}, {"S": 2, "A": 2, "N": 3}, {"S": 1, "A": 2, "N": 6}),
        remark="$p = \\pi_\\theta(y \\mid s)$. This is the series $\\log p = -\\sum_k (1 - p)^k / k$.",
    )
    yield Claim(
        "ce-pg-passk-expansion-remainder",
        says="The first $N$ terms leave $(1 - p)^N$ times the ascent direction of cross entropy. This factor is the "
        "probability that all $N$ tries fail, and it goes to zero as $N$ grows.",
        lhs=m.right_score - series,
        rhs=(1 - p) ** m.N * m.right_score,
        given=m.hypotheses,
    )
    yield Claim(
        "ce-pg-passk-expansion-successes",
        says="The mean score over the successes among $N$ tries, taken as zero if there are none, is on average $1 - "
        "(1 - p)^N$ times the ascent direction of cross entropy.",
        lhs=mean_over_successes(right),
        rhs=m.over_states(target),
        given=one_state,
        sizes=ONE,
        remark="If the sum of the scores is divided by the number of successes instead of $N$, the policy gradient "
        "becomes the ascent direction of cross entropy as $N$ grows.",
    )
    yield Claim(
        "ce-pg-passk-expansion-two-right-answers",
        says="With two right answers $x$ and $y$, and $p$ the probability of either, the mean score over the "
        "successes among $N$ tries is on average $1 - (1 - p)^N$ times $\\nabla \\log p$.",
        lhs=mean_over_successes(EITHER(m.s_i, m.a_i)),
        rhs=m.over_states((1 - (1 - success) ** m.N) * grad(log(success))),
        given=(*one_state, either),
        sizes=ONE,
    )
    yield Claim(
        "ce-pg-passk-expansion-exactly",
        says="The mean score over the successes among $N$ tries is on average not exactly the ascent direction of "
        "cross entropy.",
        lhs=mean_over_successes(right),
        rhs=m.over_states(m.right_score),
        given=one_state,
        expected=Rung.REFUTED,
        repaired_by=("ce-pg-passk-expansion-successes", "ce-from-success-filter"),
        remark="This holds for every number of tries, because all of them may fail.",
    )


if __name__ == "__main__":
    show(derive())
