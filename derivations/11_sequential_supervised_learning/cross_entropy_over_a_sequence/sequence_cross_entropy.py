"""Cross entropy over sequences: teacher forcing is one classification after the other.

The contexts come from the data, not from the model, so the gradient goes straight to every step, and every step is a
cross entropy of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Rung
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import sequences
from pgsym.problems.classification_problem import LABEL_LAW
from pgsym.problems.sequence import GOLD_HISTORY_LAW
from pgsym.terms import expect, grad, log, sum_over, sum_range

m = sequences()
label = LABEL_LAW(m.a, m.state(m.t, m.h))
at_one_context = sum_over(m.a, of=label * log(m.policy_at(m.t, m.h)))
one_by_one = -sum_range(m.t, 1, m.T, of=expect(grad(at_one_context), (m.h, GOLD_HISTORY_LAW.law(m.t))))
score_of_the_label = m.over_gold(sum_range(m.t, 1, m.T, of=m.score(m.t)))


def derive() -> Theorem:
    """From the gradient of the loss to the gradients of the cross entropies at every context."""
    d = Derivation(grad(m.teacher_forcing), given=m.hypotheses, name="sequence-cross-entropy")
    d.apply(
        rules.MoveGradientInside, why="The gold sequences do not depend on $\\theta$; only the log-probabilities do."
    )
    d.apply(rules.ExchangeWithSum, at=score_of_the_label, why="Step by step.")
    d.apply(
        rules.Tower(m.gold_factorisation, m.gold_histories, m.t, m.h, m.a),
        why="At each step the gold history is given, and the next label is drawn from the data.",
    )
    d.apply(
        rules.WriteExpectationAsSum,
        at=expect(grad(log(m.policy_at(m.t, m.h))), (m.a, LABEL_LAW.law(m.state(m.t, m.h)))),
        why="The mean over labels, written out.",
    )
    d.apply(
        rules.Backwards(rules.MoveGradientInside(), grad(at_one_context)),
        at=sum_over(m.a, of=label * grad(log(m.policy_at(m.t, m.h)))),
        why="That is the gradient of (minus) the cross entropy at this context.",
    )
    return d.conclude(one_by_one)


def claims() -> Iterator[Claim]:
    """The loss over a sequence, and what it is not."""
    yield Claim(
        "sequence-cross-entropy",
        says="Under teacher forcing the gradient of the cross entropy over sequences is the sum over all steps of the "
        "gradients of the cross entropies at their gold contexts.",
        lhs=grad(m.teacher_forcing),
        rhs=one_by_one,
        given=m.hypotheses,
    )
    yield Claim(
        "sequence-cross-entropy-scores",
        says="Under teacher forcing the ascent direction of cross entropy adds the scores of all gold tokens, each "
        "with weight one.",
        lhs=grad(m.teacher_forcing),
        rhs=-score_of_the_label,
        given=m.hypotheses,
        step=1,
    )
    yield Claim(
        "sequence-cross-entropy-on-own-contexts",
        says="The gradient of the cross entropy over sequences is not in general the sum of the gradients at the "
        "model's own contexts in place of the gold ones.",
        lhs=grad(m.teacher_forcing),
        rhs=m.expectation(sum_range(m.t, 1, m.T, of=grad(m.cross_entropy_at(m.t)))),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("sequence-cross-entropy",),
        remark="The gap between training on gold contexts and sampling on the model's own contexts is called "
        "exposure bias.",
    )


if __name__ == "__main__":
    show(derive())
