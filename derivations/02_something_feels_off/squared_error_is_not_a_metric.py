"""Is the squared error a metric?  No: its root is one, and a detour is at least half of it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pgsym.claims import Claim, Example, Relation, Rung
from pgsym.terms import ACTION, Variable, function, sum_over

x, y, z = Variable("x"), Variable("y"), Variable("z")
direct, detour = (x - z) ** 2, (x - y) ** 2 + (y - z) ** 2
i, j = Variable("i", ACTION), Variable("j", ACTION)
u, v = function("u", ACTION), function("v", ACTION)


def claims() -> Iterator[Claim]:
    """The triangle inequality for squares, and the two that hold."""
    yield Claim(
        "squared-error-is-not-a-metric",
        says="The squared error is not a metric: it violates the triangle inequality.",
        lhs=direct,
        rhs=detour,
        relation=Relation.AT_MOST,
        expected=Rung.REFUTED,
        repaired_by=("squared-error-with-a-detour", "euclidean-distance"),
        remark="This does no harm: the square root of the sum of squares is a metric and has the same minimisers.",
        examples=(Example("From 0 to 2 by way of 1.", {"x": 0, "y": 1, "z": 2}, worth=((direct, 4), (detour, 2))),),
    )
    yield Claim(
        "squared-error-with-a-detour",
        says="The squared error is at most twice the sum of the two squared errors along a detour.",
        lhs=direct,
        rhs=2 * detour,
        relation=Relation.AT_MOST,
        slack=(x - 2 * y + z) ** 2,
        remark="This follows from the parallelogram law.",
    )
    yield Claim(
        "euclidean-distance",
        says="The Cauchy–Schwarz inequality holds. It makes the square root of the sum of squares a metric.",
        lhs=sum_over(i, of=u(i) * v(i)) ** 2,
        rhs=sum_over(i, of=u(i) ** 2) * sum_over(j, of=v(j) ** 2),
        relation=Relation.AT_MOST,
        slack=Fraction(1, 2) * sum_over(i, j, of=(u(i) * v(j) - u(j) * v(i)) ** 2),
        remark="The slack is given by Lagrange's identity. The inequality gives $\\lVert u + v \\rVert^2 \\le "
        "(\\lVert u \\rVert + \\lVert v \\rVert)^2$.",
    )
