"""The gradient of the cross entropy in the logits is prediction minus label.

The policy is the softmax of its logits, and the labels may be any distribution, one-hot or soft.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import classification
from pgsym.problems.classification_problem import LABEL_LAW, LOGIT
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import exp, grad, log, sum_over

m = classification()
given = (*m.hypotheses, m.softmax)
z_b, pi_b, y_b = LOGIT(m.s, m.b, m.theta), POLICY(m.b, m.s, m.theta), LABEL_LAW(m.b, m.s)
partition = sum_over(m.b, of=exp(z_b))
target = m.over_states(sum_over(m.a, of=(m.policy - m.label_mass) * grad(m.logit)))


def derive() -> Theorem:
    """The gradient of the cross entropy in the logits, for any label distribution."""
    mean_logit = sum_over(m.b, of=pi_b * grad(z_b))
    d = Derivation(grad(m.soft_cross_entropy), given=given, name="cross-entropy-softmax-gradient")
    d.apply(rules.MoveGradientInside, why="Examples and labels do not depend on $\\theta$.")
    d.apply(rules.Unfold(m.softmax), why="The prediction is the softmax of the logits $z$.")
    d.apply(rules.ExpandLog, at=log(exp(m.logit) / partition), why="The logarithm of a fraction.")
    d.apply(rules.ExpandLog, at=log(exp(m.logit)), why="Logarithm and exponential cancel.")
    d.apply(rules.MoveGradientInside, at=grad(m.logit - log(partition)), why="Differentiate both terms.")
    d.apply(rules.DifferentiateLog, why="Chain rule for the logarithm.")
    d.apply(rules.MoveGradientInside, at=grad(partition), why="The gradient of a finite sum.")
    d.apply(rules.DifferentiateExp, why="Chain rule for the exponential.")
    d.apply(
        rules.Backwards(rules.PullOutConstant(), sum_over(m.b, of=(exp(z_b) * grad(z_b)) / partition)),
        at=sum_over(m.b, of=exp(z_b) * grad(z_b)) / partition,
        why="Divide every term by the normaliser.",
    )
    d.apply(rules.Rearrange((exp(z_b) / partition) * grad(z_b)), at=(exp(z_b) * grad(z_b)) / partition, why="Regroup.")
    d.apply(
        rules.Backwards(rules.Unfold(m.softmax), pi_b),
        at=exp(z_b) / partition,
        why="The fraction is the prediction again.",
    )
    d.apply(
        rules.Rearrange(m.label_mass * grad(m.logit) - m.label_mass * mean_logit),
        at=m.label_mass * (grad(m.logit) - mean_logit),
        why="Multiply out.",
    )
    d.apply(
        rules.DistributeOverAddition,
        at=sum_over(m.a, of=m.label_mass * grad(m.logit) - m.label_mass * mean_logit),
        why="A sum of sums.",
    )
    d.apply(
        rules.PullOutConstant,
        at=sum_over(m.a, of=-1 * (m.label_mass * mean_logit)),
        why="The mean logit gradient does not depend on the label.",
    )
    d.apply(rules.TotalProbability, at=sum_over(m.a, of=m.label_mass), why="The label distribution sums to one.")
    weighted = (m.policy - m.label_mass) * grad(m.logit)
    difference = m.label_mass * grad(m.logit) - m.policy * grad(m.logit)
    sums = sum_over(m.a, of=m.label_mass * grad(m.logit)) - mean_logit
    d.apply(rules.Rearrange(sums), at=(1, 1), why="Multiplying by one changes nothing.")
    minus_predicted = sum_over(m.b, of=-(pi_b * grad(z_b)))
    d.apply(rules.Backwards(rules.PullOutConstant(), minus_predicted), at=(1, 1, 1), why="The sign enters the sum.")
    sums = sum_over(m.a, of=m.label_mass * grad(m.logit)) + minus_predicted
    d.apply(
        rules.Backwards(rules.DistributeOverAddition(), sum_over(m.a, of=difference)),
        at=sums,
        why="One sum over the answers.",
    )
    d.apply(rules.Rearrange(-weighted), at=difference, why="Prediction minus label, with its sign.")
    d.apply(rules.PullOutConstant, at=sum_over(m.a, of=-weighted), why="Move the sign out of the sum,")
    d.apply(rules.PullOutConstant, at=m.over_states(-sum_over(m.a, of=weighted)), why="and the expectation.")
    d.apply(rules.Rearrange(target), at=(), why="Two signs cancel.")
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """The gradient, for any label distribution."""
    yield Claim(
        "cross-entropy-softmax-gradient",
        says="For a softmax policy the gradient of the cross entropy in the logits is the prediction minus the label.",
        lhs=grad(m.soft_cross_entropy),
        rhs=target,
        given=given,
        remark="With $\\theta = z$ the gradient in $z(s, a)$ is $D(s)\\, (\\pi(a \\mid s) - y(a \\mid s))$: "
        "$\\hat{y} - y$.",
    )


if __name__ == "__main__":
    show(derive())
