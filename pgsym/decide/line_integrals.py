"""Line integrals in closed form: the potential of a field at one small size, for a policy written out in logits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pgsym.errors import InstanceError, TooLarge
from pgsym.meaning.written_out.exact import Sized, exact, parameters
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Term

if TYPE_CHECKING:
    import sympy

MOST_OPERATIONS = 2_000
RATIONAL = ("softmax", "sigmoid")
"""The policy classes whose probabilities are rational functions of u = exp θ."""


def line_integral(
    field: Term,
    size: Sized = None,
    *,
    policy: str = "softmax",
    given: Iterable[Hypothesis] | None = None,
    at: Mapping[str, object] | None = None,
    **sizes: int,
) -> sympy.Expr | None:
    """A function of the logits whose gradient is the field at a size, or None if there is none in closed form.

    It is the integral of the field along the edges from a corner, one logit after the other: of rational functions of
    u = exp θ, and checked by differentiating.  An angle that jumps is no potential.  A field that is no rational
    function, such as one with a reward that moves with θ, is not integrated.  `at` gives values to symbols of the
    written field, such as r_12.  Raises InstanceError for another policy class, TooLarge for a field of more than 2,000
    operations.

    >>> from pgsym.problems import one_step
    >>> from pgsym.terms import grad
    >>> m = one_step()
    >>> line_integral(m.expectation(m.reward * m.score), S=1, A=2, policy="sigmoid", at={"D_1": 1, "r_11": 0})
    -r_12/(exp(theta_1) + 1)
    """
    import sympy

    if policy not in RATIONAL:
        raise InstanceError(f"line integrals are of {' and '.join(RATIONAL)} policies, not of {policy!r}")
    given = None if given is None else tuple(given)
    counts: Mapping[str, int] = {**(size if isinstance(size, Mapping) else dict(size.counts) if size else {}), **sizes}
    theta = parameters(field, counts, policy=policy, given=given)
    written = exact(field, counts, policy=policy, given=given)
    u = [sympy.Symbol(f"u_{i}", positive=True) for i, _ in enumerate(theta)]
    values = {symbol: (at or {}).get(symbol.name, symbol) for symbol in written.free_symbols - set(theta)}
    logs = {t: sympy.log(v) for t, v in zip(theta, u, strict=True)}
    entries = [entry.subs(values).subs(logs) for entry in written]
    if (operations := sum(e.count_ops() for e in entries)) > MOST_OPERATIONS:
        raise TooLarge(f"the field written out has {operations:,} operations: take smaller sizes, or give values")
    if not all(e.is_rational_function(*u) and not e.atoms(sympy.Function) for e in entries):
        return None
    entries = [sympy.cancel(e) for e in entries]
    potential = sympy.Integer(0)
    for i, v in enumerate(u):
        rest = sympy.factor(entries[i] / v - sympy.diff(potential, v))
        if rest.free_symbols & set(u[:i]):
            return None
        potential += sympy.integrate(rest, v)
    if any(sympy.cancel(v * sympy.diff(potential, v) - e) != 0 for v, e in zip(u, entries, strict=True)):
        return None
    if any(_jumps(angle.args[0]) for angle in potential.atoms(sympy.atan, sympy.acot, sympy.asin, sympy.acos)):
        return None
    return potential.subs({v: sympy.exp(t) for t, v in zip(theta, u, strict=True)})


def _jumps(argument: sympy.Expr) -> bool:
    """Whether an angle may jump by π because its argument has a pole; then it is no potential."""
    import sympy

    return not sympy.fraction(sympy.together(argument))[1].is_positive


__all__ = ["line_integral"]
