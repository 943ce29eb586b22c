"""The reward divided by the probability of the answer: cross entropy, if the division is held fixed.

The objective that an implementation writes down has a stop-gradient around the denominator; without it there is nothing
to climb.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Example, Rung, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import classification
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import PARAMETER, Frozen, Variable, grad, variance
from pgsym.terms.nodes import lift

m = classification()
HELD = Variable("θ'", PARAMETER)
frozen = (*m.hypotheses, Frozen(HELD, m.theta))
weight = m.label_mass / POLICY(m.a, m.s, HELD)
objective = m.expectation(weight)
ascent = -grad(m.soft_cross_entropy)


def derive() -> Theorem:
    """From the gradient of the objective with a stop-gradient to −∇CE."""
    weighted = (m.label_mass / m.policy) * m.policy * m.score
    d = Derivation(grad(objective, m.theta), given=frozen, name="ce-pg-importance-weighted")
    d.apply(rules.WriteExpectationAsSum, at=(0, 1), why="Given the example, an expectation is a sum over the answers.")
    d.apply(
        rules.MoveGradientInside, why="The weight is held fixed, so only the sampling probability depends on $\\theta$."
    )
    d.apply(rules.MultiplyByOne, why="Multiply and divide by $\\pi$.")
    d.apply(rules.LogDerivative, why="$\\nabla \\pi / \\pi$ is the score.")
    d.apply(rules.Release(HELD, m.theta), at=(), why="After the differentiation, the weight is the current one.")
    d.apply(rules.Rearrange(m.label_mass * m.score), at=weighted, why="It cancels the probability of being drawn.")
    d.apply(Lemma(theorem("ce-from-all-actions"), backwards=True), why="This is the ascent direction of cross entropy.")
    return d.conclude(ascent)


def claims() -> Iterator[Claim]:
    """With and without the stop-gradient, and how far a sample scatters."""
    moving = grad(m.expectation(m.label_mass / m.policy))
    sampled = (m.is_right / m.policy) * m.score
    yield Claim(
        "ce-pg-importance-weighted",
        says="If the answer is drawn from the policy and rewarded with $y(a \\mid s) / \\pi_\\theta(a \\mid s)$, "
        "with a stop-gradient on the denominator, the gradient is the ascent direction of cross entropy.",
        lhs=grad(objective, m.theta),
        rhs=ascent,
        given=frozen,
    )
    yield Claim(
        "ce-pg-importance-weighted-without-the-stop-gradient",
        says="If the reward is $y(a \\mid s) / \\pi_\\theta(a \\mid s)$ without a stop-gradient on the denominator, "
        "the gradient is not the ascent direction of cross entropy.",
        lhs=moving,
        rhs=ascent,
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("ce-pg-importance-weighted", "ce-pg-importance-weighted-constant"),
        examples=(
            Example(
                "Two classes with equal logits.",
                {"D": [1], "π": [["1/2", "1/2"]], "y": [[1, 0]]},
                ((moving, (0, 0)), (ascent, ("1/2", "-1/2"))),
                m.hypotheses,
            ),
        ),
    )
    yield Claim(
        "ce-pg-importance-weighted-constant",
        says="If the reward is $y(a \\mid s) / \\pi_\\theta(a \\mid s)$ without a stop-gradient, the objective is "
        "the constant $\\sum_a y(a \\mid s) = 1$.",
        lhs=m.expectation(m.label_mass / m.policy),
        rhs=lift(1),
        given=m.hypotheses,
    )
    yield Claim(
        "ce-pg-importance-weighted-variance",
        says="With one-hot labels an importance-weighted sample has the variance $(1/\\pi_y - 1)\\, (\\nabla \\log "
        "\\pi_y)^2$ in every coordinate. It is large where the label is rarely drawn.",
        lhs=variance(sampled, (m.a, m.policy_law)),
        rhs=(1 / m.right_mass - 1) * m.right_score**2,
        given=m.hypotheses,
    )


if __name__ == "__main__":
    show(derive())
