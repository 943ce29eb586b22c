"""The cross-entropy loss: its two forms, its gradient, its minimum."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.derivations.cross_entropy_loss import given, loss, target

from pgsym.claims import Claim, Relation
from pgsym.problems import classification
from pgsym.problems.classification_problem import LABEL_LAW
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import Positive, grad, log, sum_over

m = classification()
positive = (*m.hypotheses, Positive(LABEL_LAW))
cross_entropy = -sum_over(m.a, of=m.label_mass * log(m.policy))
entropy = -sum_over(m.a, of=m.label_mass * log(m.label_mass))
divergence = sum_over(m.a, of=m.label_mass * log(m.label_mass / m.policy))
ratio = m.policy / m.label_mass


def claims() -> Iterator[Claim]:
    """The loss of a batch, what backpropagation makes of it, and where it is least."""
    batch_label = LABEL_LAW(m.a, m.s_i) * grad(log(POLICY(m.a, m.s_i, m.theta)), m.theta)
    batch_loss = -m.average(sum_over(m.a, of=LABEL_LAW(m.a, m.s_i) * log(POLICY(m.a, m.s_i, m.theta))))
    yield Claim(
        "ce-loss-def",
        says="With one-hot labels the double sum of the loss has one term for each example, which is the "
        "log-probability of its label.",
        lhs=loss,
        rhs=target,
        given=given,
        derivation="cross-entropy-loss",
    )
    yield Claim(
        "ce-loss-def-logits",
        says="The gradient of the cross entropy in the logits of a softmax is the prediction minus the label.",
        lhs=grad(cross_entropy),
        rhs=sum_over(m.a, of=(m.policy - m.label_mass) * grad(m.logit)),
        given=(*m.hypotheses, m.softmax),
        derivation="cross-entropy-softmax-gradient",
    )
    yield Claim(
        "ce-descent",
        says="A descent step on the loss of a batch adds the scores of all classes, each weighted by its label.",
        lhs=-grad(batch_loss, m.theta),
        rhs=m.average(sum_over(m.a, of=batch_label)),
        given=m.hypotheses,
    )
    yield Claim(
        "ce-minimiser-and-ce-kl",
        says="The cross entropy is the entropy of the labels plus the KL divergence of the prediction from them: "
        "$\\mathrm{CE}(y, \\pi) = H(y) + \\mathrm{KL}(y \\,|\\, \\pi)$.",
        lhs=cross_entropy,
        rhs=entropy + divergence,
        given=positive,
        derivation="ce-is-kl",
    )
    yield Claim(
        "ce-minimiser-and-ce-kl-minimum",
        says="The cross entropy is at least the entropy of the labels. Equality holds where the prediction is the "
        "label distribution.",
        lhs=entropy,
        rhs=cross_entropy,
        given=positive,
        relation=Relation.AT_MOST,
        slack=sum_over(m.a, of=m.label_mass * (ratio - 1 - log(ratio))),
        remark="This is Gibbs' inequality. It follows from $\\log x \\le x - 1$, which is an equality only at $x = 1$.",
    )
