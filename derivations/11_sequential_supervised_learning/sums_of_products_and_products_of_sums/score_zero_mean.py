"""The score has mean zero in every state, because the answers' probabilities always sum to one."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import trajectories
from pgsym.terms import expect, grad, log, sum_over
from pgsym.terms.nodes import lift

m = trajectories()
mean_score = expect(grad(log(m.answer)), (m.a, m.policy_law))


def derive() -> Theorem:
    """From the mean of the score to zero."""
    d = Derivation(mean_score, given=m.hypotheses, name="score-zero-mean")
    d.apply(rules.WriteExpectationAsSum, why="An expectation is a probability-weighted sum.")
    d.apply(rules.DifferentiateLog, why="The chain rule.")
    d.apply(rules.CancelFraction, why="The probability cancels.")
    d.apply(
        rules.Backwards(rules.MoveGradientInside(), grad(sum_over(m.a, of=m.answer))),
        at=(),
        why="The sum of the gradients is the gradient of the sum.",
    )
    d.apply(rules.TotalProbability, why="Probabilities sum to one.")
    d.apply(rules.GradientOfConstant, why="The gradient of one is zero.")
    return d.conclude(lift(0))


def claims() -> Iterator[Claim]:
    """The theorem."""
    yield Claim(
        "score-zero-mean",
        says="In every state the score has mean zero.",
        lhs=mean_score,
        rhs=lift(0),
        given=m.hypotheses,
    )


if __name__ == "__main__":
    show(derive())
