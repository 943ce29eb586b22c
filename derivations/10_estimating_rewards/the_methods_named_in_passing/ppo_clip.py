"""The clipped surrogate of PPO: the policy gradient at first, zero where the ratio has left its interval.

The script derives the gradient of the unclipped surrogate; where clipping changes it is decided region by region.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from pgsym import rules, show
from pgsym.claims import Claim, Relation, Rung
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import one_step
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import (
    ACTION,
    PARAMETER,
    STATE,
    Closed,
    Definition,
    Frozen,
    Hypothesis,
    Positive,
    Symbol,
    Term,
    ThetaFree,
    Variable,
    absolute,
    clip,
    expect,
    function,
    grad,
    minimum,
)
from pgsym.terms.nodes import lift

if TYPE_CHECKING:
    import sympy

m = one_step()
OLD = Variable("θ'", PARAMETER)
ADVANTAGE, WIDTH = function("A", STATE, ACTION), Symbol("ε", ())
advantage, width = ADVANTAGE(m.s, m.a), WIDTH()
old = POLICY(m.a, m.s, OLD)
ratio = m.policy / old
given = (*m.hypotheses, ThetaFree(ADVANTAGE), ThetaFree(WIDTH), Positive(WIDTH))
at_old = (*given, Frozen(OLD, m.theta))


def clipped(ratio: Term, sign: int = 1) -> Term:
    """What PPO pays for an answer: min(ρ A, clip(ρ, 1 − ε, 1 + ε) A), or the same for the advantage −A."""
    paid, at_most = ratio * advantage, clip(ratio, 1 - width, 1 + width) * advantage
    return minimum(paid, at_most) if sign > 0 else minimum(-paid, -at_most)


def sampled(paid: Term) -> Term:
    """The mean of a term over the states and the old policy's answers."""
    return expect(paid, (m.s, m.state_law), (m.a, POLICY.law(m.s, OLD)))


unclipped = grad(sampled(ratio * advantage), m.theta)
policy_gradient = m.expectation(advantage * m.score)


def derive() -> Theorem:
    """From the gradient of the unclipped surrogate to the policy gradient."""
    d = Derivation(unclipped, given=given, name="ppo-unclipped")
    d.apply(rules.WriteExpectationAsSum, at=(0, 1), why="The old policy draws the answers.")
    d.apply(rules.CancelFraction, why="Its probabilities cancel: only the new ones are left.")
    d.apply(rules.MoveGradientInside, why="Neither the states nor the advantages depend on $\\theta$.")
    d.apply(rules.MultiplyByOne, why="Multiply and divide by $\\pi$.")
    d.apply(rules.LogDerivative, why="$\\nabla \\pi / \\pi$ is the score.")
    d.apply(rules.ReadSumAsExpectation, why="An expectation under the new policy.")
    return d.conclude(policy_gradient)


def claims() -> Iterator[Claim]:
    """The first step, the lower bound, the regions, and what clipping does not do."""
    yield Claim(
        "ppo-unclipped",
        says="The gradient of the unclipped surrogate $\\mathbb{E}_{\\pi_{\\theta'}}[\\rho A]$, $\\rho = "
        "\\pi_\\theta / \\pi_{\\theta'}$, is the policy gradient for the advantages $A$, for every $\\theta$.",
        lhs=unclipped,
        rhs=policy_gradient,
        given=(*m.hypotheses, ThetaFree(ADVANTAGE)),
        remark="This is for one step. With the states of the old policy it is TRPO's surrogate.",
    )
    yield Claim(
        "ppo-first-step-is-pg",
        says="At $\\theta = \\theta'$, where every ratio is 1, the gradient of the clipped surrogate is the policy "
        "gradient, and clipping has no effect.",
        lhs=grad(sampled(clipped(ratio)), m.theta),
        rhs=policy_gradient,
        given=at_old,
        source="J. Schulman, F. Wolski, P. Dhariwal, A. Radford and O. Klimov, Proximal policy optimization "
        "algorithms, arXiv:1707.06347 (2017)",
    )
    unpaid = ratio * advantage - clip(ratio, 1 - width, 1 + width) * advantage
    yield Claim(
        "ppo-clip",
        says="The clipped surrogate $\\mathbb{E}_{\\pi_{\\theta'}}[\\min(\\rho A, \\operatorname{clip}(\\rho, 1 - "
        "\\varepsilon, 1 + \\varepsilon) A)]$ never exceeds the unclipped one.",
        lhs=sampled(clipped(ratio)),
        rhs=sampled(ratio * advantage),
        relation=Relation.AT_MOST,
        given=given,
        slack=sampled(Fraction(1, 2) * (absolute(unpaid) + unpaid)),
        sizes=({"S": 1, "A": 2}, {"S": 2, "A": 2}),
        remark="Clipping gives a pessimistic bound. It removes $\\frac{1}{2}(\\lvert x \\rvert + x)$, where $x$ is "
        "the gain of the ratio outside the interval. Its gradient is the policy gradient at first "
        "(ppo-first-step-is-pg), and zero where the ratio is outside and the advantage moves it further out "
        "(ppo-clip-gradient-region).",
    )
    yield from regions()
    yield from unbounded()


RATIO, BEYOND = (Symbol(name, (STATE, ACTION, PARAMETER)) for name in "ρδ")
GOOD = function("A", STATE, ACTION)


def region(inside: Term) -> tuple[Hypothesis, ...]:
    """The ratio as a positive number δ that moves with θ puts it into a region."""
    moves = Definition.of(RATIO(m.s, m.a, m.theta), inside)
    return (ThetaFree(WIDTH), Positive(WIDTH), ThetaFree(ADVANTAGE), Positive(BEYOND), moves)


def regions() -> Iterator[Claim]:
    """Where the clipped surrogate is flat, and where it slopes like the unclipped one."""
    moving, beyond = RATIO(m.s, m.a, m.theta), BEYOND(m.s, m.a, m.theta)
    above, below = 1 + width + beyond, 1 - width - beyond
    within = 1 - width + 2 * width * beyond / (1 + beyond)
    for name, where, sign, place, flat in (
        ("ppo-clip-gradient-region", "above $1 + \\varepsilon$ and the advantage $A > 0$", 1, above, True),
        ("ppo-clip-gradient-region-below", "below $1 - \\varepsilon$ and the advantage $-A < 0$", -1, below, True),
        (
            "ppo-clip-gradient-region-coming-down",
            "above $1 + \\varepsilon$ and the advantage $-A < 0$",
            -1,
            above,
            False,
        ),
        (
            "ppo-clip-gradient-region-coming-up",
            "below $1 - \\varepsilon$ and the advantage $A > 0$",
            1,
            below,
            False,
        ),
    ):
        yield Claim(
            name,
            says=f"Where the ratio is {where} the clipped surrogate "
            + ("has gradient zero." if flat else "has the gradient of the unclipped one, so the ratio may return."),
            lhs=grad(clipped(moving, sign), m.theta),
            rhs=lift(0)
            if flat
            else advantage * grad(moving, m.theta)
            if sign > 0
            else -advantage * grad(moving, m.theta),
            given=(*region(place), Positive(ADVANTAGE)),
            remark="A ratio $\\rho$ above the interval is written with a $\\delta > 0$ that depends on $\\theta$."
            if place is above and flat
            else "",
        )
    yield Claim(
        "ppo-clip-gradient-region-inside",
        says="Where the ratio is inside the interval, the clipped surrogate has the gradient of the unclipped one, "
        "for advantages of either sign.",
        lhs=grad(clipped(moving), m.theta),
        rhs=advantage * grad(moving, m.theta),
        given=region(within),
        remark="The ratio is written as $1 - \\varepsilon + 2 \\varepsilon\\, \\delta / (1 + \\delta)$ with $\\delta > "
        "0$.",
    )
    yield Claim(
        "ppo-clip-stops-all-that-is-outside",
        says="Where the ratio is above $1 + \\varepsilon$, the gradient of the clipped surrogate need not be zero.",
        lhs=grad(clipped(moving), m.theta),
        rhs=lift(0),
        given=region(above),
        expected=Rung.REFUTED,
        repaired_by=("ppo-clip-gradient-region", "ppo-clip-gradient-region-coming-down"),
    )


def ratio_of_shared_logit(share: Fraction) -> sympy.Expr:
    """The ratio of the first of two answers whose logit is a share of θ = log u, the old one being 0."""
    import sympy

    u = sympy.Symbol("u", positive=True)
    weight = u ** sympy.Rational(share.numerator, share.denominator)
    return 2 * weight / (1 + weight)


def slope_where_one_is_clipped() -> sympy.Expr:
    """dL/dθ at θ = log 4 of two states with the logits θ and θ/2, A = 1, ε = 1/2: that of the ratios still inside."""
    import sympy

    u, total = sympy.Symbol("u", positive=True), sympy.Integer(0)
    for share in (Fraction(1), Fraction(1, 2)):
        one = ratio_of_shared_logit(share)
        if one.subs(u, 4) <= sympy.Rational(3, 2):
            total += (u * sympy.diff(one, u)).subs(u, 4)
    return sympy.nsimplify(total)


def clipped_ratio() -> sympy.Expr:
    """The ratio of the first state there."""
    return ratio_of_shared_logit(Fraction(1)).subs("u", 4)


def unbounded() -> Iterator[Claim]:
    """A ratio that has left the interval, and is pushed on."""
    slope = Closed("dL/dθ at θ = log 4", "L'(\\log 4)", slope_where_one_is_clipped)
    yield Claim(
        "ppo-clip-does-not-bound-ratio",
        says="Clipping does not keep the ratios in their interval: if one ratio is outside, ascending the surrogate "
        "can move it further out, as $L'(\\log 4) > 0$ in the example of the remark shows.",
        lhs=slope,
        rhs=lift(0),
        relation=Relation.AT_MOST,
        expected=Rung.REFUTED,
        repaired_by=("ppo-clip-slope-where-one-is-clipped", "ppo-clip-gradient-region"),
        remark="Two states have the logits $\\theta$ and $\\theta / 2$; $\\theta$ was 0 and is $\\log 4$; "
        "$\\varepsilon = 1/2$ and $A = 1$. The ratios are 8/5, which is clipped, and 4/3, which still has the slope "
        "2/9 and moves the other ratio as well.",
    )
    yield Claim(
        "ppo-clip-slope-where-one-is-clipped",
        says="In the example with a clipped and an unclipped ratio, the slope is 2/9. It comes from the second state "
        "alone, and the first ratio rises with it.",
        lhs=slope,
        rhs=lift(Fraction(2, 9)),
        expected=Rung.EXACT,
    )


if __name__ == "__main__":
    show(derive())
