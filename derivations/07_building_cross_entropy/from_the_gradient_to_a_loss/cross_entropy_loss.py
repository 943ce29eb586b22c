"""Cross entropy on a batch: with one-hot labels, minus the average log-probability of the right answers."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import classification
from pgsym.problems.classification_problem import LABEL, LABEL_LAW
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import log, sum_over

m = classification()
given = (*m.hypotheses, m.one_hot)
predicted = POLICY(m.b, m.s_i, m.theta)
loss = -m.average(sum_over(m.b, of=LABEL_LAW(m.b, m.s_i) * log(predicted)))
target = -m.average(log(POLICY(LABEL(m.s_i), m.s_i, m.theta)))


def derive() -> Theorem:
    """From the double sum over examples and classes to one term an example."""
    d = Derivation(loss, given=given, name="cross-entropy-loss")
    d.apply(rules.Unfold(m.one_hot), why="The label is one-hot.")
    d.apply(rules.Sift, why="Only the class of the label counts.")
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """The ledger's row; its gradient is cross-entropy-softmax-gradient."""
    yield Claim(
        "cross-entropy-loss",
        says="For one-hot labels the cross entropy of a batch is the negative average log-probability of the labels.",
        lhs=loss,
        rhs=target,
        given=given,
    )


if __name__ == "__main__":
    show(derive())
