"""Beyond the article: a coin with one logit, differentiated as if it were a number, and by an antithetic pair."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pgsym.claims import Claim, Rung
from pgsym.terms import Closed

if TYPE_CHECKING:
    import sympy


def _names() -> tuple[sympy.Symbol, ...]:
    """p, the probability of heads; b, the coin; c_0, c_1, c_2, the coefficients of f(b)."""
    from sympy import Symbol, symbols

    return (Symbol("p", positive=True), Symbol("b", real=True), *symbols("c0:3", real=True))


def _reward(degree: int) -> sympy.Expr:
    """f(b) = c_0 + c_1 b + c_2 b², as far as the degree."""
    _, b, *c = _names()
    return sum(c[k] * b**k for k in range(degree + 1))


def _mean(body: sympy.Expr) -> sympy.Expr:
    """The mean over the coin."""
    p, b, *_ = _names()
    return p * body.subs(b, 1) + (1 - p) * body.subs(b, 0)


def straight_through(reward: sympy.Expr) -> sympy.Expr:
    """E[f'(b)], which takes db for dp."""
    from sympy import diff, expand

    return expand(_mean(diff(reward, _names()[1])))


def slope(reward: sympy.Expr) -> sympy.Expr:
    """dE[f(b)]/dp."""
    from sympy import diff, expand

    return expand(diff(_mean(reward), _names()[0]))


def square() -> sympy.Expr:
    """b²."""
    return _names()[1] ** 2


def apart() -> sympy.Expr:
    """c_2 (2p − 1)."""
    p, *_, c2 = _names()
    return c2 * (2 * p - 1)


def _values() -> tuple[sympy.Symbol, sympy.Symbol]:
    """f(1) and f(0)."""
    from sympy import symbols

    heads, tails = symbols("f1 f0", real=True)
    return heads, tails


def antithetic() -> sympy.Expr:
    """∫₀¹ (f(1{u > σ(−φ)}) − f(1{u < σ(φ)})) (u − 1/2) du, piece by piece."""
    from sympy import Rational, Symbol, expand, integrate

    (p, *_), (heads, tails), u = _names(), _values(), Symbol("u", real=True)
    lean = u - Rational(1, 2)
    above = tails * integrate(lean, (u, 0, 1 - p)) + heads * integrate(lean, (u, 1 - p, 1))
    below = heads * integrate(lean, (u, 0, p)) + tails * integrate(lean, (u, p, 1))
    return expand(above - below)


def slope_in_logit() -> sympy.Expr:
    """dE[f(b)]/dφ for p = σ(φ), written in p: by the chain rule, dp/dφ = e^φ / (1 + e^φ)²."""
    from sympy import Symbol, diff, exp, expand, log, simplify

    (p, *_), (heads, tails), phi = _names(), _values(), Symbol("phi", real=True)
    sigma = exp(phi) / (1 + exp(phi))
    return expand(simplify(diff(sigma * heads + (1 - sigma) * tails, phi).subs(phi, log(p / (1 - p)))))


def claims() -> Iterator[Claim]:
    """Straight-through for lines and for squares, and ARM."""
    through, true = "\\mathbb{E}[f'(b)]", "\\frac{d}{dp}\\, \\mathbb{E}[f(b)]"
    source = (
        "Y. Bengio, N. Léonard and A. Courville, Estimating or propagating gradients through stochastic neurons (2013)"
    )
    yield Claim(
        "straight-through-bias-affine",
        says="For a coin $b$ with $P(b = 1) = p$ and $f(b) = c_0 + c_1 b$ the straight-through derivative $f'(b)$ is "
        "exact.",
        lhs=Closed("E[f'(b)], f a line", through, lambda: straight_through(_reward(1))),
        rhs=Closed("dE[f(b)]/dp, f a line", true, lambda: slope(_reward(1))),
        expected=Rung.EXACT,
        source=source,
    )
    yield Claim(
        "straight-through-unbiased",
        says="The straight-through derivative is biased for $f(b) = b^2$.",
        lhs=Closed("E[2b]", "\\mathbb{E}[2b]", lambda: straight_through(square())),
        rhs=Closed("dE[b²]/dp", "\\frac{d}{dp}\\, \\mathbb{E}[b^2]", lambda: slope(square())),
        expected=Rung.REFUTED,
        repaired_by=("straight-through-bias-affine", "straight-through-bias"),
        remark="It is $2p$ instead of 1: for a coin $b^2 = b$, but the slopes of $b^2$ and $b$ differ.",
    )
    yield Claim(
        "straight-through-bias",
        says="For $f(b) = c_0 + c_1 b + c_2 b^2$ the straight-through derivative has the bias $c_2 (2p - 1)$.",
        lhs=Closed("E[f'(b)]", through, lambda: straight_through(_reward(2)))
        - Closed("dE[f(b)]/dp", true, lambda: slope(_reward(2))),
        rhs=Closed("c₂ (2p − 1)", "c_{2} (2p - 1)", apart),
        expected=Rung.EXACT,
        remark="The bias depends on the values of $f$ between 0 and 1, which the coin never takes.",
    )
    yield Claim(
        "arm-estimator",
        says="For a uniform $u$ and a coin with the logit $\\varphi$, the difference of $f$ at $\\mathbf{1}\\{u > "
        "\\sigma(-\\varphi)\\}$ and at $\\mathbf{1}\\{u < \\sigma(\\varphi)\\}$, times $u - 1/2$, is an unbiased "
        "estimate of the slope in the logit.",
        lhs=Closed(
            "E[(f(1{u > σ(−φ)}) − f(1{u < σ(φ)}))(u − 1/2)]",
            "\\mathbb{E}\\left[ (f(\\mathbf{1}\\{u > \\sigma(-\\varphi)\\}) - f(\\mathbf{1}\\{u < \\sigma(\\varphi)\\"
            "})) \\left( u - \\frac{1}{2} \\right) \\right]",
            antithetic,
        ),
        rhs=Closed("dE[f(b)]/dφ", "\\frac{d}{d\\varphi}\\, \\mathbb{E}[f(b)]", slope_in_logit),
        expected=Rung.EXACT,
        remark="Both means are $p (1 - p) (f(1) - f(0))$.",
        source="M. Yin and M. Zhou, ARM: augment-REINFORCE-merge gradient for stochastic binary networks, ICLR (2019)",
    )
