"""The exact relation: the policy gradient is the cross-entropy gradient, each example weighted by π(y | s).

An example that the bot gets wrong almost always is hardly ever rewarded, so it hardly moves the policy gradient;
cross entropy lets every example pull with its full weight.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import classification
from pgsym.terms import grad

m = classification()
gradient = grad(m.accuracy)
target = m.over_states(m.right_mass * m.right_score)


def derive() -> Theorem:
    """From the gradient of the expected accuracy to the weighted average score."""
    d = Derivation(gradient, given=m.hypotheses, name="ce-pg-weight")
    d.apply(
        Lemma(theorem("objective-one-step")),
        why="With the 0/1 reward the objective is the average probability of the right answer.",
    )
    d.apply(rules.MoveGradientInside, why="The examples do not depend on $\\theta$.")
    d.apply(rules.MultiplyByOne, why="Multiply and divide by $\\pi$.")
    d.apply(
        rules.LogDerivative,
        why="$\\nabla \\pi / \\pi$ is the gradient of $\\log \\pi$, which is what cross entropy averages.",
    )
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """The weighted form, as an average score and as an average of cross-entropy gradients."""
    yield Claim(
        "ce-pg-weight",
        says="With the 0/1 reward the policy gradient is the ascent direction of cross entropy with every example "
        "weighted by the probability $\\pi_\\theta(y(s) \\mid s)$ that the model gives its label.",
        lhs=gradient,
        rhs=target,
        given=m.hypotheses,
        remark="Here $\\nabla \\log \\pi_\\theta(y(s) \\mid s)$ is minus the gradient of the example's own cross "
        "entropy.",
    )


if __name__ == "__main__":
    show(derive())
