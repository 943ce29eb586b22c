"""Beyond the article: a draw as the argmax of noisy logits, and what relaxing or ignoring the argmax does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pgsym.claims import Claim, Rung
from pgsym.terms import Closed

if TYPE_CHECKING:
    import sympy

WINS = "\\operatorname{argmax}_j (\\theta_j + G_j) = 1"


def _odds() -> tuple[sympy.Symbol, ...]:
    """exp θ_j, for three answers."""
    from sympy import symbols

    return tuple(symbols("w1:4", positive=True))


def first_is_largest() -> sympy.Expr:
    """P(argmax_j (θ_j + G_j) = 1): the density of G_1, times the chances that the others stay below, integrated."""
    from sympy import Symbol, cancel, exp, integrate, log, oo, simplify

    g, x = Symbol("g", real=True), Symbol("x", positive=True)
    first, *others = _odds()
    below = exp(-exp(-g)) * exp(-g)
    for w in others:  # P(θ_j + G_j < θ_1 + g)
        below *= exp(-exp(-g) * w / first)
    return cancel(integrate(simplify(below.subs(g, -log(x)) / x), (x, 0, oo)))


def softmax() -> sympy.Expr:
    """π_1 = exp θ_1 / Σ_j exp θ_j."""
    return _odds()[0] / sum(_odds())


def relaxed_mean(odds: sympy.Expr) -> sympy.Expr:
    """E[σ(log o + G_1 − G_2)]: the difference of two Gumbels is log(u / (1 − u)) for a uniform u."""
    from sympy import Symbol, integrate

    u = Symbol("u", positive=True)
    return integrate(odds * u / (1 - u + odds * u), (u, 0, 1))


def relaxed_mean_of_any() -> sympy.Expr:
    """The mean of the relaxed draw for any odds o."""
    from sympy import Symbol

    return relaxed_mean(Symbol("o", positive=True))


def of_two() -> sympy.Expr:
    """2 − 2 log 2."""
    from sympy import log

    return 2 - 2 * log(2)


def of_any() -> sympy.Expr:
    """o (o − 1 − log o) / (o − 1)²."""
    from sympy import Symbol, log

    o = Symbol("o", positive=True)
    return o * (o - 1 - log(o)) / (o - 1) ** 2


def two() -> sympy.Expr:
    from sympy import Integer

    return Integer(2)


def drawn_mean() -> sympy.Expr:
    """o / (1 + o) at o = 2."""
    return two() / (1 + two())


def claims() -> Iterator[Claim]:
    """The argmax is a draw, and its relaxation is not, on average."""
    yield Claim(
        "gumbel-max",
        says="Adding independent Gumbel noise to the logits and taking the index of the largest draws from the "
        "softmax. It is shown here for three answers with any logits.",
        lhs=Closed("P(argmax_j (θ_j + G_j) = 1)", f"\\mathbb{{P}}({WINS})", first_is_largest),
        rhs=Closed(
            "w1/(w1 + w2 + w3)", "\\frac{e^{\\theta_1}}{e^{\\theta_1} + e^{\\theta_2} + e^{\\theta_3}}", softmax
        ),
        expected=Rung.EXACT,
        remark="Given the noise of the largest, each of the others is smaller with a known probability. With $x = "
        "e^{-G_1}$ the integral is that of one exponential.",
        source="C. J. Maddison, A. Mnih and Y. W. Teh, The concrete distribution, ICLR (2017); E. Jang, S. Gu and B. "
        "Poole, Categorical reparameterization with Gumbel-softmax, ICLR (2017)",
    )
    relaxed = Closed(
        "E[softmax(θ + G)_1]", "\\mathbb{E}[\\operatorname{softmax}(\\theta + G)_1]", lambda: relaxed_mean(two())
    )
    yield Claim(
        "gumbel-softmax-bias",
        says="The softmax of the noisy logits, at temperature one, has the mean $2 - 2 \\log 2$ for two answers with "
        "odds 2.",
        lhs=relaxed,
        rhs=Closed("2 − 2 log 2", "2 - 2 \\log 2", of_two),
        expected=Rung.EXACT,
        remark="About 0.614 instead of 2/3.",
    )
    yield Claim(
        "gumbel-softmax-unbiased",
        says="The mean of the softmax of the noisy logits is not the softmax itself: for odds 2 it is not 2/3.",
        lhs=relaxed,
        rhs=Closed("2/3", "\\frac{2}{3}", drawn_mean),
        expected=Rung.REFUTED,
        repaired_by=("gumbel-softmax-bias", "gumbel-max"),
        remark="A soft answer does not have the mean of the hard ones: even a reward that is linear in the answer "
        "has another mean.",
    )
    yield Claim(
        "gumbel-softmax-bias-of-any-odds",
        says="For two answers with odds $o \\neq 1$ the mean of the softmax of the noisy logits is $\\frac{o (o - 1 "
        "- \\log o)}{(o - 1)^2}$.",
        lhs=Closed(
            "E[softmax(θ + G)_1], odds o", "\\mathbb{E}[\\operatorname{softmax}(\\theta + G)_1]", relaxed_mean_of_any
        ),
        rhs=Closed("o (o − 1 − log o)/(o − 1)²", "\\frac{o (o - 1 - \\log o)}{(o - 1)^2}", of_any),
        expected=Rung.EXACT,
    )
