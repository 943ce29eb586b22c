"""Noisy labels change the optimum of cross entropy: its gradient is not the clean one rescaled.

Half of it still pulls towards the label, the other half towards the uniform distribution: label smoothing, done by the
noise.  Cross entropy ends at the law of the noisy labels.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Example, Relation, Rung, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import noisy_labels
from pgsym.problems.noisy import ODDS
from pgsym.terms import Positive, grad, log, sum_over

m = noisy_labels()
gradient, clean = grad(m.noisy_cross_entropy), grad(m.cross_entropy)
share = m.flipped / (m.classes - 1)
sorted_out = m.kept * clean - share * m.over_states(sum_over(m.a, of=m.score))


def derive() -> Theorem:
    """From the gradient of the cross entropy with noisy labels to its two parts."""
    to_label, to_all = m.kept * m.is_right * m.score, share * m.score
    d = Derivation(gradient, given=m.hypotheses, name="noisy-label-ce-gradient")
    d.apply(rules.MoveGradientInside, why="Neither the examples nor the noise depend on $\\theta$.")
    d.apply(rules.Unfold(m.noise), why="A label is kept, or flipped to one of the other classes.")
    d.apply(
        rules.Rearrange(to_label + to_all),
        at=((1 - m.flipped) * m.is_right + share * (1 - m.is_right)) * m.score,
        why="This is the same mixture, regrouped: a further weight for the label and an equal weight for every class.",
    )
    d.apply(rules.DistributeOverAddition, why="Two sums over the classes,")
    d.apply(rules.DistributeOverAddition, why="and over the examples.")
    for term, why in (
        (sum_over(m.a, of=to_label), "What is left is the same for all classes,"),
        (m.over_states(m.kept * sum_over(m.a, of=m.is_right * m.score)), "and for all examples."),
        (sum_over(m.a, of=to_all), "So is the share of every class,"),
        (m.over_states(share * sum_over(m.a, of=m.score)), "in all examples."),
    ):
        d.apply(rules.PullOutConstant, at=term, why=why)
    d.apply(rules.Sift, why="Only the term of the label remains.")
    d.apply(
        Lemma(theorem("cross-entropy-gradient"), backwards=True),
        at=m.over_states(m.right_score),
        why="This is the clean gradient.",
    )
    d.apply(
        rules.Rearrange(sorted_out),
        at=(),
        why="Two signs cancel.",
    )
    return d.conclude(sorted_out)


def claims() -> Iterator[Claim]:
    """The sentence that is false, what holds in its place, and where cross entropy ends."""
    one_picture = {"D": ["1"], "π": [["3/4", "1/4"]], "y": [0], "ε": "1/4"}
    yield Claim(
        "symmetric-noise-ce",
        says="Uniform label noise is label smoothing: in the logits, cross entropy then descends $\\pi - \\bigl(c\\, "
        "e_y + (1 - c)\\, u\\bigr)$, where $c = 1 - \\frac{\\varepsilon K}{K - 1}$ and $u$ is uniform.",
        lhs=gradient,
        rhs=m.over_states(
            sum_over(m.a, of=(m.policy - (m.kept * m.is_right + m.smoothing / m.classes)) * grad(m.logit))
        ),
        given=(*m.hypotheses, m.softmax),
        remark="The smoothing weight is $1 - c$. The gradient is zero at $\\pi_\\theta(y \\mid s) = 1 - "
        "\\varepsilon$ and not at 1.",
    )
    yield Claim(
        "noisy-label-ce",
        says="Uniform label noise does not only scale the gradient of the cross entropy, as it does the policy "
        "gradient.",
        lhs=gradient,
        rhs=m.kept * clean,
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("noisy-label-ce-gradient", "noisy-label-ce-optimum", "noisy-label-pg"),
        remark="If a quarter of the labels are flipped between two classes and $\\pi_\\theta(y \\mid s) = 3/4$, "
        "cross entropy is at its minimum, and the policy gradient is not zero. No other factor helps: beyond $1 - "
        "\\varepsilon$ the noisy and the clean gradient have opposite directions.",
        examples=(
            Example(
                "One picture, two classes, a quarter of the labels flipped, the label already at 3/4.",
                tables=one_picture,
                given=m.hypotheses,
                worth=(
                    (-gradient, (0, 0)),
                    (-clean, ("1/4", "-1/4")),
                    (grad(m.noisy_accuracy), ("3/32", "-3/32")),
                ),
            ),
            Example(
                "At $\\pi_\\theta(y \\mid s) = 7/8$ the noisy and the clean cross entropy have opposite directions.",
                tables={**one_picture, "π": [["7/8", "1/8"]]},
                given=m.hypotheses,
                worth=((-gradient, ("-1/8", "1/8")), (-clean, ("1/8", "-1/8"))),
            ),
        ),
    )
    yield Claim(
        "noisy-label-ce-gradient",
        says="With uniform label noise the gradient of the cross entropy is the clean gradient, scaled, plus a term "
        "that acts on all classes alike.",
        lhs=gradient,
        rhs=sorted_out,
        given=m.hypotheses,
        remark="The second term does not vanish where the clean gradient does, so it moves the optimum.",
    )
    entropy = -m.over_states(sum_over(m.a, of=m.noisy_mass * log(m.noisy_mass)))
    ratio = m.policy / m.noisy_mass
    by_odds = (*(h for h in m.hypotheses if h != m.noise), m.noise_by_odds, Positive(ODDS))
    yield Claim(
        "noisy-label-ce-optimum",
        says="The cross entropy with noisy labels is smallest if the policy is the distribution of the noisy labels.",
        lhs=entropy,
        rhs=m.noisy_cross_entropy,
        relation=Relation.AT_MOST,
        given=by_odds,
        slack=m.over_states(sum_over(m.a, of=m.noisy_mass * (ratio - 1 - log(ratio)))),
        remark="The left side is the cross entropy of the noisy labels with their own distribution. The difference "
        "is the KL divergence, and $x - 1 - \\log x \\ge 0$. Here a label is flipped with the odds $o = \\varepsilon "
        "/ (1 - \\varepsilon)$.",
    )


if __name__ == "__main__":
    show(derive())
