"""Multiplying and dividing by a probability needs a positive probability."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Rung
from pgsym.problems import one_step
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import Positive, grad

m = one_step()
gradient, target = grad(m.objective), m.expectation(m.reward * m.score)
without = tuple(h for h in m.hypotheses if h != Positive(POLICY))


def claims() -> Iterator[Claim]:
    """With the hypothesis, and without."""
    yield Claim(
        "multiply-by-one-needs-positivity",
        says="If every answer has a positive probability, the average over sampled answers contains the whole "
        "gradient.",
        lhs=gradient,
        rhs=m.expectation((grad(m.policy) / m.policy) * m.reward),
        given=m.hypotheses,
        derivation="policy-gradient-one-step",
        remark="A softmax policy satisfies this everywhere; clipped and sparse policies do not.",
    )
    yield Claim(
        "multiply-by-one-without-positivity",
        says="The average over sampled answers need not contain the whole gradient at the boundary of the simplex, "
        "where an answer has probability zero and the parameter can raise that probability.",
        lhs=gradient,
        rhs=target,
        given=without,
        expected=Rung.REFUTED,
        repaired_by=("multiply-by-one-needs-positivity",),
        examples=(
            Example(
                "The policy $(\\theta, 1 - \\theta)$, $0 \\le \\theta \\le 1$, at $\\theta = 0$, where the derivative "
                "is one-sided; rewards 1 and 0.",
                {"D": ["1"], "π": [["0", "1"]], "r": [[1, 0]]},
                worth=((gradient, 1), (target, 0)),
                given=without,
            ),
        ),
        remark="The answer is never sampled, and its part of the gradient is lost. A policy that is differentiable on "
        "both sides of $\\theta$ has $\\nabla \\pi = 0$ where $\\pi = 0$, and loses nothing.",
    )
