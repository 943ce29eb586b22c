"""Squared error as a reward: with a Gaussian policy the article's sentence is true without correction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pgsym.claims import Claim, Rung
from pgsym.terms import OUTCOME, Closed, Symbol, Variable, expect, function, variance

if TYPE_CHECKING:
    import sympy

w, y, f = Variable("w", OUTCOME), Variable("y"), Variable("f")
NOISE = Symbol("P", (OUTCOME,), outcomes=1)
E = function("e", OUTCOME)


def _names() -> tuple[sympy.Symbol, ...]:
    """a, the mean f, the target y, and the variance v."""
    from sympy import Symbol

    return (*(Symbol(n, real=True) for n in "afy"), Symbol("v", positive=True))


def _log_density() -> sympy.Expr:
    from sympy import exp, expand_log, log, pi, sqrt

    a, mean, _, v = _names()
    return expand_log(log(exp(-((a - mean) ** 2) / (2 * v)) / sqrt(2 * pi * v)))


def _score() -> sympy.Expr:
    """∂ log N(a; f, v) / ∂f."""
    from sympy import diff

    return diff(_log_density(), _names()[1])


def _average(body: sympy.Expr) -> sympy.Expr:
    """The integral of an expression in a against N(f, v)."""
    from sympy import exp, integrate, oo, pi, simplify, sqrt, symbols

    a, mean, _, v = _names()
    e = symbols("e", real=True)
    density = exp(-(e**2) / (2 * v)) / sqrt(2 * pi * v)
    return simplify(integrate((body.subs(a, mean + e)).expand() * density, (e, -oo, oo)))


def _on_policy() -> sympy.Expr:
    """E[−(a − y)² ∂ log N(a; f, v) / ∂f] by integration."""
    a, _, target, _ = _names()
    return _average(-((a - target) ** 2) * _score())


def _descent() -> sympy.Expr:
    """−∂(f − y)² / ∂f."""
    from sympy import diff

    _, mean, target, _ = _names()
    return -diff((mean - target) ** 2, mean)


def _objective() -> sympy.Expr:
    a, _, target, _ = _names()
    return _average(-((a - target) ** 2))


def _negative_error() -> sympy.Expr:
    _, mean, target, v = _names()
    return -((mean - target) ** 2) - v


def _standard_score() -> sympy.Expr:
    a, mean, _, v = _names()
    return (a - mean) / v


CENTRED = E(w) - expect(E(w), (w, NOISE.law()))


def claims() -> Iterator[Claim]:
    """The score, the objective, its gradient by integration, and what it takes of other laws."""
    score = "\\nabla_f \\log \\mathcal{N}(a; f, v)"
    yield Claim(
        "mse-is-exact-policy-gradient",
        says="With the answer $a \\sim \\mathcal{N}(f_\\theta(s), v)$ and the reward $-(a - y)^2$, the policy "
        "gradient is exactly the descent direction of the squared error $(f_\\theta(s) - y)^2$.",
        lhs=Closed("E_{a∼N(f, v)}[−(a − y)² ∂ log N(a; f, v)/∂f]", f"\\mathbb{{E}}[-(a - y)^2 {score}]", _on_policy),
        rhs=Closed("−∂(f − y)²/∂f", "-\\nabla_f (f - y)^2", _descent),
        expected=Rung.EXACT,
        remark="It is on-policy, and the weight that the 0/1 reward brings does not appear; $\\nabla_\\theta f$ is a "
        "factor of both sides.",
    )
    yield Claim(
        "gaussian-policy-score",
        says="The score of a Gaussian policy in its mean is $(a - f) / v$.",
        lhs=Closed("∂ log N(a; f, v)/∂f", score, _score),
        rhs=Closed("(a − f)/v", "\\frac{a - f}{v}", _standard_score),
        expected=Rung.EXACT,
    )
    yield Claim(
        "gaussian-policy-objective",
        says="The expected reward of the Gaussian policy is minus the squared error minus the variance.",
        lhs=Closed("E_{a∼N(f, v)}[−(a − y)²]", "\\mathbb{E}_{a \\sim \\mathcal{N}(f, v)}[-(a - y)^2]", _objective),
        rhs=Closed("−(f − y)² − v", "-(f - y)^2 - v", _negative_error),
        expected=Rung.EXACT,
        remark="With $v$ fixed the expected reward and the negative squared error have the same gradient. If $v$ is "
        "learnt with this reward, it goes to zero.",
    )
    yield Claim(
        "gaussian-policy-score-under-other-noise",
        says="The reward $-(a - y)^2$ times $a - f$, for $a = f + e$ with centred noise $e$ of any distribution, has "
        "the mean $-2 (f - y) \\operatorname{Var}(e)$ minus the third moment of $e$.",
        lhs=expect(-((f + CENTRED - y) ** 2) * CENTRED, (w, NOISE.law())),
        rhs=-2 * (f - y) * variance(E(w), (w, NOISE.law())) - expect(CENTRED**3, (w, NOISE.law())),
        sizes=({"W": 2}, {"W": 3}, {"W": 5}),
        remark="The only property of the normal distribution that is used is that its third moment vanishes.",
    )
