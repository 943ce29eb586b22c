"""Beyond the article: two ways to differentiate the mean of a Gaussian draw, by its score and along its path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pgsym.claims import Claim, Relation, Rung
from pgsym.terms import Closed
from pgsym.terms.nodes import lift

if TYPE_CHECKING:
    import sympy


def _names() -> tuple[sympy.Symbol, sympy.Symbol]:
    """θ, the mean, and e, the noise: x = θ + e."""
    from sympy import Symbol

    return Symbol("theta", real=True), Symbol("e", real=True)


def average(body: sympy.Expr) -> sympy.Expr:
    """The mean of a polynomial in e, sin e, cos e under e ~ N(0, 1): E[e^k exp(i w e)] = d^k/ds^k exp(s²/2), s = iw."""
    from sympy import I, Poly, Symbol, diff, exp, expand

    s, (_, e) = Symbol("s"), _names()
    turned = Poly(expand(body.rewrite(exp)), e, exp(I * e), exp(-I * e))
    means = (factor * diff(exp(s**2 / 2), s, k).subs(s, I * (up - down)) for (k, up, down), factor in turned.terms())
    return expand(sum(means))


def variance(body: sympy.Expr) -> sympy.Expr:
    """The variance of the same."""
    from sympy import expand

    return expand(average(body**2) - average(body) ** 2)


def by_score(power: int) -> sympy.Expr:
    """x^n (x − θ), a sample of the gradient by the score."""
    theta, e = _names()
    return (theta + e) ** power * e


def along_path(power: int) -> sympy.Expr:
    """d(θ + e)^n / dθ, a sample of it along the path."""
    from sympy import diff

    theta, e = _names()
    return diff((theta + e) ** power, theta)


def quartic(of_score: bool) -> sympy.Expr:
    """The mean of the samples for a polynomial with any five coefficients."""
    from sympy import symbols

    sample = by_score if of_score else along_path
    return sum(c * average(sample(n)) for n, c in enumerate(symbols("c0:5"), start=0))


def of_wave(of_score: bool) -> sympy.Expr:
    """The variance at θ = 0 for the reward sin 3x."""
    from sympy import cos, sin

    _, e = _names()
    return variance(sin(3 * e) * e if of_score else 3 * cos(3 * e))


def _polynomial(*coefficients: int) -> sympy.Expr:
    """Σ_k c_k θ^k."""
    theta, _ = _names()
    return sum(c * theta**k for k, c in enumerate(coefficients))


def _apart() -> sympy.Expr:
    from sympy import exp

    return 4 - 13 * exp(-18)


def claims() -> Iterator[Claim]:
    """The means, the variances for x and for x², and a wave for which the path is worse."""
    yield Claim(
        "score-versus-pathwise",
        says="For $x \\sim \\mathcal{N}(\\theta, 1)$ the score-function estimator, $f(x) (x - \\theta)$, and the "
        "pathwise derivative, $f'(x)$, have the same mean. It is shown here for every polynomial $f$ of degree four.",
        lhs=Closed("E[f(x)(x − θ)]", "\\mathbb{E}[f(x) (x - \\theta)]", lambda: quartic(True)),
        rhs=Closed("E[f'(x)]", "\\mathbb{E}[f'(x)]", lambda: quartic(False)),
        expected=Rung.EXACT,
        remark="Both means are $\\frac{d}{d\\theta} \\mathbb{E}[f(x)]$; integration by parts takes one to the other. "
        "The pathwise estimator needs a differentiable $f$ whose derivative is known.",
        source="S. Mohamed, M. Rosca, M. Figurnov and A. Mnih, Monte Carlo gradient estimation in machine learning, "
        "JMLR 21 (2020)",
    )
    yield from _of_power("line", "x", 1, "\\theta^2 + 2", (2, 0, 1), 0)
    yield from _of_power("parabola", "x^2", 2, "\\theta^4 + 14 \\theta^2 + 15", (15, 0, 14, 0, 1), 4)
    score = Closed("Var[sin 3x · x]", "\\operatorname{Var}[x\\, \\operatorname{sin} 3x]", lambda: of_wave(True))
    path = Closed("Var[3 cos 3x]", "\\operatorname{Var}[3\\, \\operatorname{cos} 3x]", lambda: of_wave(False))
    yield Claim(
        "score-versus-pathwise-always",
        says="The pathwise derivative can have a larger variance than the score-function estimator: it does for "
        "$f(x) = \\operatorname{sin} 3x$ at $\\theta = 0$.",
        lhs=path,
        rhs=score,
        relation=Relation.AT_MOST,
        expected=Rung.REFUTED,
        repaired_by=("score-versus-pathwise-wave", "score-versus-pathwise"),
        remark="If a function oscillates on a scale smaller than the width of the noise, its slope carries little "
        "information about its mean.",
    )
    yield Claim(
        "score-versus-pathwise-wave",
        says="For $f(x) = \\operatorname{sin} 3x$ at $\\theta = 0$ the variance of the pathwise derivative exceeds "
        "that of the score-function estimator by exactly $4 - 13 e^{-18}$.",
        lhs=path - score,
        rhs=Closed("4 − 13 e^(−18)", "4 - 13 e^{-18}", _apart),
        expected=Rung.EXACT,
    )


def _of_power(tail: str, reward: str, power: int, written: str, score: tuple[int, ...], path: int) -> Iterator[Claim]:
    """The two variances for the reward x^n."""
    yield Claim(
        f"score-versus-pathwise-{tail}",
        says=f"For $f(x) = {reward}$ the score-function estimator has the variance ${written}$.",
        lhs=Closed(
            f"Var[{reward} (x − θ)]",
            f"\\operatorname{{Var}}[{reward} (x - \\theta)]",
            lambda: variance(by_score(power)),
        ),
        rhs=Closed(written.replace("\\theta", "θ"), written, lambda: _polynomial(*score)),
        expected=Rung.EXACT,
    )
    yield Claim(
        f"score-versus-pathwise-{tail}-along-the-path",
        says=f"For $f(x) = {reward}$ the pathwise derivative has the variance {path}.",
        lhs=Closed(
            f"Var[d{reward}/dx]",
            f"\\operatorname{{Var}}[\\frac{{d}}{{dx}} {reward}]",
            lambda: variance(along_path(power)),
        ),
        rhs=lift(path),
        expected=Rung.EXACT,
    )
