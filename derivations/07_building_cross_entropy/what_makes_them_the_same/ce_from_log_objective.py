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
    d.apply(
        Lemma(theorem("cross-entropy-gradient"), backwards=True), why="This is the ascent direction of cross entropy."
    )
    return d.conclude(-grad(m.cross_entropy))


def claims() -> Iterator[Claim]:
    """The logarithm inside the average over examples, and outside it."""
    yield Claim(
        "ce-from-log-objective",
        says="Maximising the average over the examples of the logarithm of the expected reward, $\\mathbb{E}_s[\\log "
        "\\mathbb{E}_a[\\mathbf{1}\\{a = y(s)\\}]]$, is descending the cross entropy.",
        lhs=grad(objective),
        rhs=-grad(m.cross_entropy),
        given=m.hypotheses,
        remark="Since $\\nabla \\log p = \\nabla p / p$, the logarithm divides by the weight $\\pi_\\theta(y \\mid "
        "s)$.",
    )
    yield Claim(
        "log-outside-the-average",
        says="If the logarithm is taken of the average over the examples, its gradient is not the ascent direction "
        "of cross entropy.",
        lhs=grad(log(m.accuracy)),
        rhs=-grad(m.cross_entropy),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("ce-from-log-objective",),
        remark="With one example the two are equal; with two examples they can differ.",
    )


if __name__ == "__main__":
    show(derive())
