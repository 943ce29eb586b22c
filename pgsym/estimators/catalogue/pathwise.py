"""Pathwise and score-function gradients of continuous samples, by closed forms and quadrature.

Gaussian    x = μ + σ ε, ε ~ N(0, 1), reward −(x − c)²: both estimates of ∂J/∂μ are polynomials in ε, and their moments
            are exact (E ε^{2k} = (2k−1)!!)
Gumbel      two actions with logits 0 and θ, reward 1 for the second; relaxed at temperature τ its share is
            x = 1/(1 + e^{−(θ+ℓ)/τ}), ℓ logistic; the pathwise estimate of ∂J/∂θ is x(1−x)/τ, the straight-through one
            the same (Jang, Gu, Poole, 2017; Maddison, Mnih, Teh, 2017)
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pgsym.estimators.catalogue.returns import reinforce
from pgsym.estimators.enumeration import moments
from pgsym.estimators.listing import bandit

if TYPE_CHECKING:
    from sympy import Expr


@dataclass(frozen=True)
class ClosedForm:
    """An estimator's mean and variance as expressions, with the true gradient; `how` names the method."""

    title: str
    gradient: Any
    mean: Any
    variance: Any
    how: str

    @property
    def bias(self) -> Any:
        """mean − gradient."""
        return self.mean - self.gradient

    def record(self) -> dict[str, str]:
        """The record as strings."""
        found = {key: getattr(self, key) for key in ("gradient", "mean", "bias", "variance")}
        shown = {key: str(x) if self.how.startswith("exact") else f"{float(x):.12g}" for key, x in found.items()}
        return {"title": self.title, **shown, "how": self.how}


def gaussian() -> tuple[ClosedForm, ...]:
    """The estimates of ∂/∂μ E[−(x − c)²], x ~ N(μ, σ²), with d = μ − c.

    >>> [str(found.variance) for found in gaussian()]
    ['(d**4 + 14*d**2*sigma**2 + 15*sigma**4)/sigma**2', '2*(4*d**2 + 5*sigma**2)', '4*sigma**2']
    """
    from sympy import expand, factor, symbols

    d, e = symbols("d epsilon", real=True)
    sigma = symbols("sigma", positive=True)
    reward = -((d + sigma * e) ** 2)
    gradient = -2 * d
    estimates = {
        "score function": reward * e / sigma,
        "score function with the baseline J": (reward + d**2 + sigma**2) * e / sigma,
        "pathwise": -2 * (d + sigma * e),
    }
    found = []
    for title, estimate in estimates.items():
        mean = _normal_mean(estimate, e)
        variance = factor(expand(_normal_mean(estimate**2, e) - mean**2))
        found.append(ClosedForm(title, gradient, mean, variance, "exact (SymPy)"))
    return tuple(found)


def _normal_mean(polynomial: Expr, e: Expr) -> Expr:
    """The expectation of a polynomial in ε ~ N(0, 1)."""
    from sympy import Poly, expand, factorial2

    terms = Poly(expand(polynomial), e).terms()
    return expand(sum(c * factorial2(k - 1) for (k,), c in terms if k % 2 == 0))


def relaxed() -> tuple[ClosedForm, ...]:
    """The exact moments of the score-function and the relaxed estimates of ∂J/∂θ, at some odds and temperatures.

    >>> [str(found.mean) for found in relaxed()[1:3]]
    ['1/6', '1 - pi/4']
    """
    from sympy import Integer, Rational, cancel, simplify, symbols
    from sympy.integrals.rationaltools import ratint

    u = symbols("u")
    found = [_score(1), _score(2)]
    for odds, power in ((1, 1), (1, 2), (2, 1)):  # temperature 1/power
        x = odds * u**power / (odds * u**power + (1 - u) ** power)
        antiderivatives = [ratint(cancel((power * x * (1 - x)) ** k), u) for k in (1, 2)]  # u is uniform
        mean, square = (simplify(F.subs(u, 1) - F.subs(u, 0)) for F in antiderivatives)
        share = Integer(odds) / (odds + 1)
        title = f"relaxed at temperature {Rational(1, power)}, odds {odds} : 1"
        found.append(ClosedForm(title, share * (1 - share), mean, simplify(square - mean**2), "exact (SymPy)"))
    return tuple(sorted(found, key=lambda form: form.title[-5:]))


def _score(odds: int) -> ClosedForm:
    """The score-function estimate, by enumeration of the two actions."""
    from sympy import Rational

    found = moments(reinforce, bandit([Fraction(1, odds + 1), Fraction(odds, odds + 1)], [0, 1]))
    gradient, mean, variance = (Rational(x) for x in (found.target[0, 1], found.mean[0, 1], found.covariance[1, 1]))
    return ClosedForm(f"score function, odds {odds} : 1", gradient, mean, variance, "exact (all samples)")


def relaxed_at(temperature: float, theta: float = 0.0) -> ClosedForm:
    """The relaxed estimate at any temperature and logit, by quadrature over x to 15 digits.

    >>> round(float(relaxed_at(1.0).mean), 12)
    0.166666666667
    """
    from mpmath import exp, log, mpf, quad

    tau = mpf(temperature)

    def sigmoid(x: Any) -> Any:
        return 1 / (1 + exp(-x))

    def density(x: Any) -> Any:
        share = sigmoid(tau * log(x / (1 - x)) - theta)
        return share * (1 - share)  # of ℓ where the relaxed share is x; dℓ = τ dx / (x (1 − x))

    mean = quad(density, [0, 0.5, 1])
    square = quad(lambda x: x * (1 - x) / tau * density(x), [0, 0.5, 1])
    own = sigmoid(theta)
    return ClosedForm(f"relaxed at temperature {temperature}", own * (1 - own), mean, square - mean**2, "quadrature")


__all__ = ["ClosedForm", "gaussian", "relaxed", "relaxed_at"]
