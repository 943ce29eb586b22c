"""How long a softmax policy of two answers takes to leave a bad corner, and how it can stay there for ever.

The right answer pays 1, the other 0; p is the probability of the right one, q of the other.  The flows in the
difference of the logits are z' = 2 p q (policy gradient), 2 q (cross entropy), 1 (natural gradient), and p' = p q z'.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING

from pgsym.claims.claim import Claim
from pgsym.decide import Relation
from pgsym.decide.verdicts import Rung
from pgsym.terms import Closed, Number
from pgsym.terms.nodes import lift

if TYPE_CHECKING:
    import sympy

TAIL = 12


def time_to_even(speed: Callable[[sympy.Expr, sympy.Expr], sympy.Expr], start: sympy.Expr | None = None) -> sympy.Expr:
    """The time from the odds q/p = start (by default 9, that is p = 1/10) to 1: the integral of 1 over the speed."""
    import sympy

    u = sympy.Symbol("u", positive=True)  # the odds against the right answer
    p, q = 1 / (1 + u), u / (1 + u)
    du = u * speed(p, q)  # u = e^(−z)
    return sympy.integrate(sympy.apart(sympy.together(1 / du), u), (u, 1, 9 if start is None else start))


def by_policy_gradient() -> sympy.Expr:
    """The time that the policy gradient flow takes."""
    return time_to_even(lambda p, q: 2 * p * q)


def by_cross_entropy() -> sympy.Expr:
    """The time that the flow of the cross entropy takes."""
    return time_to_even(lambda p, q: 2 * q)


def by_natural_gradient() -> sympy.Expr:
    """The time that the natural gradient flow takes."""
    return time_to_even(lambda p, q: p / p)


def from_any_odds() -> sympy.Expr:
    """The time of the policy gradient flow from the odds x against."""
    import sympy

    return time_to_even(lambda p, q: 2 * p * q, sympy.Symbol("x", positive=True))


def relative_to_one_over_two_p() -> sympy.Expr:
    """The limit, as p tends to 0, of that time times 2 p."""
    import sympy

    x = sympy.Symbol("x", positive=True)
    return sympy.limit(sympy.expand(from_any_odds() * 2 / (1 + x)), x, sympy.oo)


def mean_wait() -> sympy.Expr:
    """The mean number of the draw that is right for the first time, at p = 1/10."""
    import sympy

    n, p = sympy.Symbol("n", integer=True, positive=True), sympy.Rational(1, 10)
    return sympy.summation(n * p * (1 - p) ** (n - 1), (n, 1, sympy.oo))


def never_right() -> Fraction:
    """A bound from below on Π_{t≥0} 2^t/(1 + 2^t): the first factors, times 1 minus the sum of what the others lack."""
    return prod((Fraction(2**t, 1 + 2**t) for t in range(TAIL)), start=Fraction(1)) * (1 - Fraction(2, 2**TAIL))


def tied_objective() -> tuple[sympy.Expr, sympy.Symbol]:
    """J of one parameter with features (−1, 0, 1) and rewards (1, 0, 2), and u = e^θ."""
    import sympy

    u = sympy.Symbol("u", positive=True)
    weights, rewards = (1 / u, sympy.Integer(1), u), (1, 0, 2)
    return sympy.cancel(sum(w * r for w, r in zip(weights, rewards, strict=True)) / sum(weights)), u


def slope_at(point: Callable[[], sympy.Expr]) -> Callable[[], sympy.Expr]:
    """dJ/du at a point."""

    def compute() -> sympy.Expr:
        import sympy

        J, u = tied_objective()
        return sympy.simplify(sympy.diff(J, u).subs(u, point()))

    return compute


def value_at_the_trap() -> sympy.Expr:
    """The limit of J where the flow from below the turning point goes."""
    import sympy

    J, u = tied_objective()
    return sympy.limit(J, u, 0)


def written(form: str) -> Callable[[], sympy.Expr]:
    """An expression from how it is written."""

    def compute() -> sympy.Expr:
        import sympy

        return sympy.sympify(form, locals={"x": sympy.Symbol("x", positive=True)})

    return compute


def claims() -> Iterator[Claim]:
    """Three flows, draws until the first reward, traps, and a policy that commits itself."""
    yield Claim(
        "escape-time",
        says="From $p = 1/10$ to $1/2$ the policy gradient flow takes the time $\\log 9 + 40/9$.",
        lhs=Closed("∫ dp / (2 p² q²)", "\\int_{1/10}^{1/2} \\frac{dp}{2\\, p^2 (1 - p)^2}", by_policy_gradient),
        rhs=Closed("log 9 + 40/9", "\\log 9 + \\frac{40}{9}", written("log(9) + Rational(40, 9)")),
        expected=Rung.EXACT,
        remark="There are two logits and the rewards 1 and 0; $z + \\frac{1}{2}(e^z - e^{-z}) = t + c$ for the "
        "difference $z$ of the logits.",
    )
    yield Claim(
        "escape-time-cross-entropy",
        says="From $p = 1/10$ to $1/2$ the flow of the cross entropy takes the time $\\frac{1}{2} \\log 9 + 4/9$.",
        lhs=Closed("∫ dp / (2 p q²)", "\\int_{1/10}^{1/2} \\frac{dp}{2\\, p\\, (1 - p)^2}", by_cross_entropy),
        rhs=Closed("(log 9)/2 + 4/9", "\\frac{1}{2} \\log 9 + \\frac{4}{9}", written("log(9)/2 + Rational(4, 9)")),
        expected=Rung.EXACT,
    )
    yield Claim(
        "escape-time-natural-gradient",
        says="From $p = 1/10$ to $1/2$ the natural gradient flow takes the time $\\log 9$, because the logits move "
        "at a constant speed.",
        lhs=Closed("∫ dp / (p q)", "\\int_{1/10}^{1/2} \\frac{dp}{p\\, (1 - p)}", by_natural_gradient),
        rhs=Closed("log 9", "\\log 9", written("log(9)")),
        expected=Rung.EXACT,
    )
    yield Claim(
        "escape-time-from-any-odds",
        says="From the odds $x = q/p$ against the right answer, the policy gradient flow takes the time $\\log x + "
        "\\frac{1}{2}(x - 1/x)$.",
        lhs=Closed("∫₁ˣ (1 + u)²/(2u²) du", "\\int_1^x \\frac{(1 + u)^2}{2 u^2}\\, du", from_any_odds),
        rhs=Closed(
            "log x + (x − 1/x)/2",
            "\\log x + \\frac{1}{2} \\left( x - \\frac{1}{x} \\right)",
            written("log(x) + (x - 1/x)/2"),
        ),
        expected=Rung.EXACT,
    )
    yield Claim(
        "escape-time-grows-as-one-over-p",
        says="For a small $p$ the policy gradient flow takes a time of about $\\frac{1}{2p}$.",
        lhs=Closed("lim 2 p T(p)", "\\operatorname{lim}_{p \\to 0} 2\\, p\\, T(p)", relative_to_one_over_two_p),
        rhs=lift(1),
        expected=Rung.EXACT,
    )
    yield Claim(
        "escape-time-in-draws",
        says="With sampled answers the first update that is not zero takes $1/p$ draws on average: 10 at $p = 1/10$.",
        lhs=Closed("Σ_n n p q^(n−1)", "\\sum_{n=1}^{\\infty} n\\, p\\, (1 - p)^{n - 1}", mean_wait),
        rhs=lift(10),
        expected=Rung.EXACT,
    )
    trap = "(1 + 2u²)/(1 + u + u²)"
    slope = "\\frac{d}{du} \\frac{1 + 2 u^2}{1 + u + u^2}"
    yield Claim(
        "local-trap-under-function-approximation",
        says="With one parameter, features $(-1, 0, 1)$, rewards $(1, 0, 2)$ and $u = e^{\\theta}$, the objective at "
        "$u = 1/3$ falls towards the better answer, with the slope $-9/169$.",
        lhs=Closed(f"d/du {trap} at 1/3", slope + " \\Bigr|_{u = 1/3}", slope_at(written("Rational(1, 3)"))),
        rhs=Number(Fraction(-9, 169)),
        expected=Rung.EXACT,
        remark="From that point the flow goes the other way. With shared parameters there are true traps; with one "
        "logit for each answer the exact flow has none in the interior of the simplex.",
    )
    yield Claim(
        "local-trap-turning-point",
        says="In the example with features $(-1, 0, 1)$ and rewards $(1, 0, 2)$, the slope is zero at $u = "
        "(\\sqrt{3} - 1)/2$.",
        lhs=Closed(
            f"d/du {trap} at (√3 − 1)/2",
            slope + " \\Bigr|_{u = (\\sqrt{3} - 1)/2}",
            slope_at(written("(sqrt(3) - 1)/2")),
        ),
        rhs=lift(0),
        expected=Rung.EXACT,
    )
    yield Claim(
        "local-trap-value",
        says="In the example with features $(-1, 0, 1)$ and rewards $(1, 0, 2)$, the flow from below $u = (\\sqrt{3} "
        "- 1)/2$ goes to $u = 0$ and $J = 1$, half of the maximum.",
        lhs=Closed(f"lim {trap}", "\\operatorname{lim}_{u \\to 0} \\frac{1 + 2 u^2}{1 + u + u^2}", value_at_the_trap),
        rhs=lift(1),
        expected=Rung.EXACT,
    )
    yield Claim(
        "committal-natural-versus-vanilla",
        says="Sampled natural-gradient steps can commit to a wrong arm: if the wrong arm pays 1 and the right arm "
        "more, the right arm is never drawn with a probability of more than 1/5.",
        lhs=Number(Fraction(1, 5)),
        rhs=Closed(
            "Π_{t<12} 2^t/(1 + 2^t) · (1 − 2^(−11))",
            "\\prod_{t=0}^{11} \\frac{2^t}{1 + 2^t} \\left( 1 - 2^{-11} \\right)",
            never_right,
        ),
        relation=Relation.AT_MOST,
        expected=Rung.EXACT,
        remark="The steps use one sample at a time, have the size $\\eta\\, r / \\pi$ with $e^{\\eta} = 2$, and "
        "start from equal logits. After $t$ wrong draws the next one is wrong with a probability of at least $2^t / "
        "(1 + 2^t)$. The last factor bounds the rest of the product, $\\prod (1 - x_t) \\ge 1 - \\sum x_t$.",
    )
