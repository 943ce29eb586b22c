"""Repair by another objective: the logarithm of the expected reward, example by example."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Rung, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import classification
from pgsym.terms import expect, grad, log

m = classification()
success = expect(m.is_right, (m.a, m.policy_law))
objective = m.over_states(log(success))


def derive() -> Theorem:
    """From the average log of the expected reward to −∇CE."""
    d = Derivation(grad(objective), given=m.hypotheses, name="ce-from-log-objective")
    d.apply(rules.Sift, why="The expected reward of an example is the probability of its label.")
    d.apply(rules.MoveGradientInside, why="The examples do not depend on $\\theta$.")
    d.apply(Lemma(theorem("cross-entropy-gradient"), backwards=True), why="Which is what cross entropy descends.")
    return d.conclude(-grad(m.cross_entropy))


def claims() -> Iterator[Claim]:
    """The logarithm inside the average over examples, and outside it."""
    yield Claim(
        "ce-from-log-objective",
        says="Maximise the logarithm of the expected reward of each example, $\\mathbb{E}_s[\\log "
        "\\mathbb{E}_a[\\mathbf{1}\\{a = y(s)\\}]]$.",
        lhs=grad(objective),
        rhs=-grad(m.cross_entropy),
        given=m.hypotheses,
        remark="$\\nabla \\log p = \\nabla p / p$: the logarithm divides the weight $\\pi_\\theta(y \\mid s)$ away.",
    )
    yield Claim(
        "log-outside-the-average",
        says="The logarithm outside the average over the examples.",
        lhs=grad(log(m.accuracy)),
        rhs=-grad(m.cross_entropy),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("ce-from-log-objective",),
        remark="One example alone cannot tell the two apart; two can.",
    )


if __name__ == "__main__":
    show(derive())
