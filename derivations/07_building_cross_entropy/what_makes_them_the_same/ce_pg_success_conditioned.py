"""The policy gradient as cross entropy on the examples that were answered right: it filters its own data.

The gradient of the logarithm of the objective averages over the examples given that the sampled answer was right.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Rung, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import classification
from pgsym.terms import PARAMETER, STATE, Definition, Symbol, expect, grad, log, sum_over

m = classification()
RIGHT_LAW = Symbol("F", (STATE, PARAMETER), outcomes=1)
J = m.accuracy
average_success = m.over_states(m.right_mass)
filtered = Definition.of(RIGHT_LAW(m.s, m.theta), m.state_mass * m.right_mass / average_success)
on_right = expect(m.right_score, (m.s, RIGHT_LAW.law(m.theta)))
given = (*m.hypotheses, filtered)


def derive() -> Theorem:
    """From the gradient of log J to the average over the examples that were answered right."""
    d = Derivation(grad(log(J)), given=given, name="ce-pg-success-conditioned")
    d.apply(Lemma(theorem("objective-one-step")), why="The objective is the average success.")
    d.apply(rules.DifferentiateLog, why="The chain rule.")
    d.apply(rules.MoveGradientInside, why="The examples do not depend on $\\theta$.")
    d.apply(rules.MultiplyByOne, why="Multiply and divide by $\\pi$.")
    d.apply(rules.LogDerivative, why="$\\nabla \\pi / \\pi$ is the cross entropy's direction.")
    d.apply(
        rules.WriteExpectationAsSum,
        at=m.over_states(m.right_mass * m.right_score),
        why="An expectation is a probability-weighted sum.",
    )
    terms = m.state_mass * m.right_mass * m.right_score
    share = (m.state_mass * m.right_mass / average_success) * m.right_score
    d.apply(
        rules.Backwards(rules.PullOutConstant(), sum_over(m.s, of=terms / average_success)),
        at=(),
        why="Divide every term by the average success.",
    )
    d.apply(rules.Rearrange(share), at=(1,), why="Regroup.")
    d.apply(rules.Fold(filtered, RIGHT_LAW(m.s, m.theta)), why="Bayes' rule: the law of an example, given success.")
    d.apply(rules.ReadSumAsExpectation, why="An average over the examples that were answered right.")
    return d.conclude(on_right)


def claims() -> Iterator[Claim]:
    """The logarithm's gradient, and the policy gradient itself."""
    yield Claim(
        "ce-pg-success-conditioned",
        says="$\\nabla \\log J$ is the ascent direction of cross entropy on self-filtered data, whose examples have "
        "the distribution $D(s)\\, \\pi_\\theta(y \\mid s) / J$: the distribution given that the sampled answer was "
        "right.",
        lhs=grad(log(J)),
        rhs=on_right,
        given=given,
    )
    yield Claim(
        "ce-pg-success-conditioned-gradient",
        says="The policy gradient is $J$ times the ascent direction of cross entropy on the examples that were "
        "answered right.",
        lhs=grad(J),
        rhs=J * on_right,
        given=given,
    )
    yield Claim(
        "ce-pg-success-conditioned-unfiltered",
        says="$\\nabla \\log J$ is not the ascent direction of cross entropy on all examples.",
        lhs=grad(log(J)),
        rhs=-grad(m.cross_entropy),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("ce-pg-success-conditioned", "ce-from-log-objective"),
    )


if __name__ == "__main__":
    show(derive())
