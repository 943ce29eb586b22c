"""If examples share parameters, the two directions can be opposite and have different stationary points."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from pgsym.claims import Claim, Example, Relation, Rung
from pgsym.problems import classification
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import (
    ACTION,
    PARAMETER,
    STATE,
    Closed,
    Definition,
    HowMany,
    Positive,
    Symbol,
    ThetaFree,
    grad,
    sum_over,
)
from pgsym.values import log_linear

if TYPE_CHECKING:
    import sympy

m = classification()
WEIGHT = Symbol("q", (ACTION, PARAMETER), outcomes=1)
FIXED = Symbol("k", (ACTION, STATE, ACTION), outcomes=1)
mixture = Definition.of(m.policy, sum_over(m.b, of=WEIGHT(m.b, m.theta) * FIXED(m.a, m.s, m.b)))
shared = (
    *(h for h in m.hypotheses if h != Positive(POLICY)),
    ThetaFree(FIXED),
    Positive(FIXED),
    Positive(WEIGHT),
    mixture,
)
policy_gradient, ascent = grad(m.accuracy), m.over_states(m.right_score)
apart, together = (policy_gradient - ascent) ** 2, policy_gradient**2 + ascent**2


def _slope(of_log: bool, weights: tuple[Fraction, ...], odds: sympy.Expr | int | None = None) -> sympy.Expr:
    """d/dθ Σ_s D(s) f(σ(x_s θ)), x = (1, −1), f = log or the identity: at the odds exp θ, or as their function."""
    from sympy import Rational, Symbol, cancel, diff, exp, log

    theta, u = Symbol("θ", real=True), Symbol("u", positive=True)
    right = [1 / (1 + exp(-x * theta)) for x in (1, -1)]
    values = [log(p) if of_log else p for p in right]
    objective = sum(Rational(w) * v for w, v in zip(weights, values, strict=True))
    slope = cancel(diff(objective, theta).subs(theta, log(u)))
    return slope if odds is None else slope.subs(u, odds)


def _policy_gradient_at_least_cross_entropy() -> sympy.Expr:
    """dJ/dθ where the cross entropy is stationary, the first state twice as likely as the second."""
    from sympy import solve

    ascent = _slope(True, THIRDS)
    (odds,) = solve(ascent, *ascent.free_symbols)
    return _slope(False, THIRDS, odds)


HALVES, THIRDS = (Fraction(1, 2),) * 2, (Fraction(2, 3), Fraction(1, 3))


def claims() -> Iterator[Claim]:
    """Opposite directions; one that is always zero; and one that is not zero where the other is."""
    yield Claim(
        "ce-pg-opposite-directions",
        says="The policy gradient and the ascent direction of cross entropy can point in opposite directions: in "
        "some parameter, the square of their difference can exceed the sum of their squares.",
        lhs=apart,
        rhs=together,
        given=shared,
        relation=Relation.AT_MOST,
        expected=Rung.REFUTED,
        repaired_by=("ce-pg-opposite-directions-of-one-state", "ce-pg-collinear-single-state"),
        remark="Two examples that share one parameter are enough. Cross entropy gives the most weight to the example "
        "that is predicted wrongly; the policy gradient gives it almost none. Here the two examples share the "
        "weights $q_\\theta$ of a mixture of fixed policies.",
        examples=(
            Example(
                "The right answers of two equally likely examples have the logits $\\theta$ and $-2\\theta$; at "
                "$\\theta = \\log 4$ they are given with 4/5 and 1/17, and the two directions are opposite.",
                {"D": ["1/2", "1/2"], "π": log_linear([[1, 0], [-2, 0]], 4), "y": [0, 0]},
                ((ascent, "-143/170"), (policy_gradient, "178/7225")),
                m.hypotheses,
            ),
        ),
    )
    yield Claim(
        "ce-pg-opposite-directions-of-one-state",
        says="With one state the policy gradient and the ascent direction of cross entropy never point in opposite "
        "directions.",
        lhs=apart,
        rhs=together,
        given=(*m.hypotheses, HowMany(STATE, 1)),
        relation=Relation.AT_MOST,
        slack=2 * m.over_states(m.right_mass * m.right_score**2),
    )
    yield Claim(
        "ce-pg-conflicting-states",
        says="Two equally likely states have right answers with the logits $\\theta$ and $-\\theta$: the policy "
        "gradient is zero at every $\\theta$.",
        lhs=Closed("dJ/dθ", "\\frac{dJ}{d\\theta}", lambda: _slope(False, HALVES)),
        rhs=Closed("0", "0", lambda: 0),
        expected=Rung.EXACT,
        remark="$J = 1/2$ for every $\\theta$.",
    )
    yield Claim(
        "ce-pg-conflicting-states-stationary",
        says="A point where the policy gradient is zero need not be stationary for cross entropy: in the example of "
        "the conflicting states, $\\theta = \\log 2$ is not.",
        lhs=Closed("dCE/dθ", "\\frac{d\\mathrm{CE}}{d\\theta}", lambda: -_slope(True, HALVES, 2)),
        rhs=Closed("0", "0", lambda: 0),
        expected=Rung.REFUTED,
        repaired_by=("ce-pg-conflicting-states", "ce-pg-conflicting-states-slope"),
        remark="The cross entropy is strictly convex, with its minimum at $\\theta = 0$ alone.",
    )
    yield Claim(
        "ce-pg-conflicting-states-slope",
        says="In the example of the two conflicting states, the slope of the cross entropy at $\\theta = \\log 2$ is "
        "$1/6$.",
        lhs=Closed("dCE/dθ", "\\frac{d\\mathrm{CE}}{d\\theta}", lambda: -_slope(True, HALVES, 2)),
        rhs=Closed("1/6", "\\frac{1}{6}", lambda: Fraction(1, 6)),
        expected=Rung.EXACT,
    )
    yield Claim(
        "ce-pg-conflicting-states-weighted",
        says="If the first of the two conflicting states is twice as likely, the cross entropy has its minimum at "
        "the odds $2$, where the policy gradient is $2/27$ and not zero.",
        lhs=Closed(
            "dJ/dθ at the least CE",
            "\\frac{dJ}{d\\theta}",
            _policy_gradient_at_least_cross_entropy,
        ),
        rhs=Closed("2/27", "\\frac{2}{27}", lambda: Fraction(2, 27)),
        expected=Rung.EXACT,
        remark="$J$ has no maximiser there: it increases in $\\theta$ towards $2/3$.",
    )
