"""Noisy labels only scale the policy gradient: uniform flips multiply it by one number.

The reward is 1 where the sampled answer agrees with a label that is wrong now and then.  On average that is a multiple
of the clean reward and a constant, and constants have no policy gradient.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import noisy_labels
from pgsym.terms import expect, grad, indicator

m = noisy_labels()
agrees = expect(indicator(m.a, m.b), (m.b, m.noisy_law))
chance = m.flipped / (m.classes - 1)
gradient, clean = grad(m.noisy_accuracy), grad(m.accuracy)
target = m.kept * clean


def derive() -> Theorem:
    """From the gradient with noisy labels to a multiple of the clean one."""
    kept = m.kept * m.is_right
    d = Derivation(gradient, given=m.hypotheses, name="noisy-label-pg")
    d.apply(rules.Sift, why="The answer agrees with the noisy label with the probability that this label has.")
    d.apply(rules.Unfold(m.noise), why="It is kept with probability $1 - \\varepsilon$, or flipped to another class.")
    d.apply(
        rules.Rearrange(chance + kept),
        at=(1 - m.flipped) * m.is_right + chance * (1 - m.is_right),
        why="Every class has the same weight, and the right one a further weight.",
    )
    d.apply(rules.DistributeOverAddition, why="Two expectations over the answer,")
    d.apply(rules.DistributeOverAddition, why="and over the example.")
    for path in ((0, 0, 1), (0, 0)):
        d.apply(rules.ExpectationOfConstant, at=path, why="The share is the same whatever is drawn.")
    d.apply(
        rules.PullOutConstant,
        at=expect(kept, (m.a, m.policy_law)),
        why="The remaining factor of the noise is one number,",
    )
    d.apply(rules.PullOutConstant, at=(0, 1), why="the same for all examples.")
    d.apply(rules.MoveGradientInside, why="The gradient of a sum.")
    d.apply(rules.GradientOfConstant, why="The share does not depend on $\\theta$,")
    d.apply(rules.DropZeros, at=(), why="so its gradient is zero.")
    d.apply(
        rules.Backwards(rules.MoveGradientInside(), clean),
        at=(1,),
        why="The remaining term is the gradient of the clean reward.",
    )
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """The noisy reward, the gradient, and where the direction is lost."""
    yield Claim(
        "symmetric-noise-pg",
        says="If a label is changed with probability $\\varepsilon$ to one of the other classes, the average reward "
        "of an answer is $\\bigl(1 - \\frac{\\varepsilon K}{K - 1}\\bigr) \\mathbf{1}\\{a = y(s)\\} + "
        "\\frac{\\varepsilon}{K - 1}$.",
        lhs=agrees,
        rhs=m.kept * m.is_right + chance,
        given=m.hypotheses,
        derivation="noisy-label-pg",
        step=3,
        remark="There are $K = \\lvert A \\rvert$ classes. The second term is the same for every answer.",
    )
    yield Claim(
        "noisy-label-pg",
        says="Uniform label noise only scales the policy gradient, by the factor $1 - \\frac{\\varepsilon K}{K - "
        "1}$, for every policy and every mix of examples.",
        lhs=gradient,
        rhs=target,
        given=m.hypotheses,
        remark="The direction is therefore kept while $\\varepsilon < (K - 1)/K$.",
    )


if __name__ == "__main__":
    show(derive())
