"""Least squares is maximum likelihood, if the errors are normal with one variance.

The logarithm undoes the exponential, and what is left of the normal density is a square.  It is the errors, given x,
that must be normal, not the population of y.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from pgsym import rules, show
from pgsym.claims import Claim, Rung
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import one_step
from pgsym.terms import (
    PARAMETER,
    STATE,
    Closed,
    Positive,
    Symbol,
    Variable,
    exp,
    function,
    grad,
    log,
)

if TYPE_CHECKING:
    import sympy

m = one_step()
v, Z = Variable("v"), Variable("Z")
F, Y = Symbol("f", (STATE, PARAMETER)), function("y", STATE)
error = (Y(m.s) - F(m.s, m.theta)) ** 2
bell = exp(-error / (2 * v))
loss = -m.over_states(log(bell / Z))
squares = m.over_states(error)
target = (1 / (2 * v)) * squares + log(Z)
given = (Positive(v), Positive(Z))


def derive() -> Theorem:
    """From minus the log-likelihood to the mean squared error."""
    d = Derivation(loss, given=given, name="mse-is-gaussian-mle")
    d.apply(
        rules.ExpandLog,
        at=log(bell / Z),
        why="The density is a fraction: the bell, and the $Z = \\sqrt{2 \\pi v}$ that normalises it.",
    )
    d.apply(rules.ExpandLog, at=log(bell), why="The logarithm of the exponential is the square.")
    d.apply(rules.DistributeOverAddition, why="The expectation of a sum.")
    d.apply(rules.ExpectationOfConstant, at=m.over_states(-log(Z)), why="$Z$ is the same for every example.")
    d.apply(
        rules.PullOutConstant,
        at=m.over_states(-error / (2 * v)),
        why="The variance of its error is the same for every example, too.",
    )
    d.apply(rules.PullOutConstant, at=m.over_states(-error), why="and the sign.")
    d.apply(
        rules.Rearrange(target),
        at=(),
        why="The mean squared error remains, scaled and shifted.",
    )
    return d.conclude(target)


DATA, VARIANCES = (0, 1), (1, 4)


def _likeliest(variances: tuple[int, ...]) -> sympy.Expr:
    """The constant that is likeliest for the data, with these variances."""
    from sympy import Symbol, diff, log, pi, solve

    c = Symbol("c", real=True)
    nll = sum(log(2 * pi * u) / 2 + (y - c) ** 2 / (2 * u) for y, u in zip(DATA, variances, strict=True))
    (least,) = solve(diff(nll, c), c)
    return least


def _normaliser() -> sympy.Expr:
    from sympy import Symbol, exp, integrate, oo

    y, f, u = Symbol("y", real=True), Symbol("f", real=True), Symbol("v", positive=True)
    return integrate(exp(-((y - f) ** 2) / (2 * u)), (y, -oo, oo))


def _profile(solved: bool) -> sympy.Expr:
    """Minus the log-likelihood of n errors with mean square M, minimised over the variance, or as a formula."""
    from sympy import Rational, Symbol, diff, expand_log, log, pi, solve, sqrt

    n, mean_square, u = (Symbol(name, positive=True) for name in "nMv")
    if not solved:
        return Rational(1, 2) * n * (log(2 * pi * mean_square) + 1)
    nll = n * log(sqrt(2 * pi * u)) + n * mean_square / (2 * u)
    (least,) = solve(diff(nll, u), u)
    return expand_log(nll.subs(u, least))


def _root() -> sympy.Expr:
    from sympy import Symbol, pi, sqrt

    return sqrt(2 * pi * Symbol("v", positive=True))


def claims() -> Iterator[Claim]:
    """The theorem, the loss itself, the normaliser, an unknown variance, and variances that differ."""
    yield Claim(
        "mse-is-gaussian-mle",
        says="If the errors are normal with one variance $v$, the negative log-likelihood is the mean squared error "
        "times $1 / (2 v)$, plus a constant.",
        lhs=loss,
        rhs=target,
        given=given,
        remark="$Z$ is the normalising constant of the density. The errors must be normal given $s$; a normal "
        "distribution of $y$ over the whole population is neither necessary nor sufficient.",
    )
    yield Claim(
        "mse-is-gaussian-mle-gradient",
        says="The negative log-likelihood of normal errors has the gradient of the mean squared error times $1 / (2 "
        "v)$.",
        lhs=grad(loss),
        rhs=(1 / (2 * v)) * grad(squares),
        given=given,
        remark="This needs of $Z$ only that it does not depend on $\\theta$.",
    )
    yield Claim(
        "mse-is-gaussian-mle-normaliser",
        says="The normalising constant of the normal density does not depend on its mean.",
        lhs=Closed("∫ exp(−(y − f)²/(2v)) dy", "\\int e^{-(y - f)^2 / (2v)}\\, dy", _normaliser),
        rhs=Closed("√(2πv)", "\\sqrt{2 \\pi v}", _root),
        expected=Rung.EXACT,
    )
    yield Claim(
        "mse-is-gaussian-mle-unknown-variance",
        says="If the variance is unknown and minimised over as well, the negative log-likelihood of $n$ errors "
        "increases with their mean square $M$, so the minimisers stay the same.",
        lhs=Closed(
            "min_v NLL(v)", "\\min_v \\left( n \\log \\sqrt{2 \\pi v} + \\frac{n M}{2 v} \\right)", _solved(True)
        ),
        rhs=Closed("(n/2)(log(2πM) + 1)", "\\frac{n}{2} (\\log(2 \\pi M) + 1)", _solved(False)),
        expected=Rung.EXACT,
    )
    yield Claim(
        "mse-is-gaussian-mle-without-one-variance",
        says="If the variances of normal errors differ, maximum likelihood need not be least squares: it is not for "
        "the data $0, 1$ with the variances $1, 4$ and a constant model.",
        lhs=Closed("the likeliest c", "\\arg\\max_c \\mathcal{L}(c)", lambda: _likeliest(VARIANCES)),
        rhs=Closed("the c of least squares", "\\arg\\min_c \\sum_i (y_i - c)^2", lambda: _likeliest((1, 1))),
        expected=Rung.REFUTED,
        repaired_by=("mse-is-gaussian-mle",),
        remark="The likeliest constant is $1/5$, and least squares give $1/2$: the likelihood weights each error by "
        "the inverse of its variance.",
    )


def _solved(solved: bool) -> Callable[[], sympy.Expr]:
    return lambda: _profile(solved)


if __name__ == "__main__":
    show(derive())
