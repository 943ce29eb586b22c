"""A pseudo-label drawn from the model itself teaches it nothing on average.

Treated as the truth by cross entropy, a sampled label a ~ π has the score ∇ log π(a | s) for its gradient, and the
score has mean zero.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Example, Rung, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import classification
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import PARAMETER, Frozen, Variable, choice, expect, grad, log
from pgsym.terms.nodes import lift
from pgsym.terms.sorts import STATE

m = classification()
OLD = Variable("θ'", PARAMETER)
fixed = (*m.hypotheses, Frozen(OLD, m.theta))
pseudo_labels = POLICY.law(m.s, OLD)
loss = -m.over_states(expect(log(m.policy), (m.a, pseudo_labels)))


def derive() -> Theorem:
    """From the gradient of the cross entropy with sampled pseudo-labels to zero."""
    d = Derivation(grad(loss, m.theta), given=fixed, name="pseudo-label")
    d.apply(rules.MoveGradientInside, why="The labels have been drawn and are held fixed.")
    d.apply(rules.Release(OLD, m.theta), at=(), why="They were drawn from the model as it is now.")
    d.apply(Lemma(theorem("score-zero-mean")), why="In every state the score has mean zero.")
    d.apply(rules.DropZeros, at=(), why="The sum is zero.")
    return d.conclude(lift(0))


def claims() -> Iterator[Claim]:
    """Sampled labels, accepted ones, the most likely one, and the distribution itself."""
    yield Claim(
        "pseudo-labels-resemble-rl",
        says="If a label is drawn from the model and kept with probability $r(s, a)$, the expected step of cross "
        "entropy is exactly the policy gradient.",
        lhs=-grad(-m.over_states(expect(m.reward * log(m.policy), (m.a, pseudo_labels))), m.theta),
        rhs=grad(m.objective),
        given=fixed,
        remark="The labels are held fixed in the differentiation. Without the selection the expected step is zero: "
        "see `pseudo-label`.",
    )
    yield Claim(
        "pseudo-label-sampled",
        says="The mean step with a sampled label $a' \\sim \\pi_\\theta$ that is always kept is zero in every state: "
        "$\\mathbb{E}_{a'}[\\nabla \\log \\pi_\\theta(a' \\mid s)] = 0$.",
        lhs=expect(m.score, (m.a, m.policy_law)),
        rhs=lift(0),
        given=m.hypotheses,
    )
    yield Claim(
        "pseudo-label",
        says="The cross entropy with pseudo-labels sampled from the model itself has an expected gradient of zero.",
        lhs=grad(loss, m.theta),
        rhs=lift(0),
        given=fixed,
        remark="This holds in expectation only: single steps are noise, and a policy that drifts because of noise "
        "does not return.",
    )
    guess = choice("k", STATE)
    guessed = -m.over_states(log(POLICY(guess(m.s), m.s, m.theta)))
    yield Claim(
        "pseudo-label-of-one-class",
        says="If the pseudo-label $k(s)$ is not sampled, for example the most likely class, the gradient of the "
        "cross entropy need not be zero.",
        lhs=grad(guessed),
        rhs=lift(0),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("pseudo-label", "pseudo-label-argmax"),
        remark="The gradient increases the probability of the chosen class, whether it is right or wrong.",
        examples=(
            Example(
                "One picture of class 0, two classes, the model says class 1 with probability 3/5: the reward pushes "
                "the right logit up, the label $k$ pushes it down.",
                tables={"D": ["1"], "π": [["2/5", "3/5"]], "k": [1], "y": [0]},
                given=m.hypotheses,
                worth=((grad(m.accuracy), ("6/25", "-6/25")), (-grad(guessed), ("-2/5", "2/5"))),
            ),
        ),
    )
    yield Claim(
        "pseudo-label-entropy",
        says="If the whole distribution of the model is used as a soft label and differentiated, the gradient is "
        "that of the entropy, $-\\mathbb{E}_{a \\sim \\pi_\\theta}[\\log \\pi_\\theta(a \\mid s)\\, \\nabla \\log "
        "\\pi_\\theta(a \\mid s)]$.",
        lhs=grad(-m.expectation(log(m.policy))),
        rhs=-m.expectation(log(m.policy) * m.score),
        given=m.hypotheses,
        remark="Descending this loss makes the model more certain. If the soft label is held fixed, the gradient is "
        "zero.",
    )


if __name__ == "__main__":
    show(derive())
