"""Assertions about identities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import inf
from typing import overload

import numpy as np

from pgsym.decide import Counterexample, Equal, Evidence, IsGradient, Potential, Rung, Size, Verdict, decide
from pgsym.decide.decision import Sizes, stated
from pgsym.decide.propositions import Comparison
from pgsym.decide.sizes import listed
from pgsym.meaning.evaluator import evaluate_with_poles
from pgsym.meaning.numbers.base import Array
from pgsym.meaning.tables import Tabulated
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Liftable, Term, Variable
from pgsym.testing.rounding import Rounding
from pgsym.testing.settings import draws_of

SMALLEST = 1e-280
"""Differences below this are underflow."""


def assert_identity(
    lhs: Term,
    rhs: Term,
    given: Iterable[Hypothesis] = (),
    sizes: Sizes | None = None,
) -> Verdict:
    """The verdict that two terms are equal at every instance of some sizes.

    Raises AssertionError if they are not equal, with the smallest counterexample and Python code that replays it, and
    also if it could not be decided.

    >>> from pgsym.problems import one_step
    >>> from pgsym.terms import grad
    >>> m = one_step()
    >>> print(assert_identity(grad(m.objective), m.expectation(m.reward * m.score), m.hypotheses).rung)
    decided
    """
    return assert_holds(Equal(lhs, rhs, given), sizes=sizes)


@overload
def assert_holds(
    proposition: Comparison, given: Iterable[Hypothesis] = (), *, sizes: Sizes | None = None
) -> Verdict: ...


@overload
def assert_holds(
    proposition: IsGradient, given: Iterable[Hypothesis] = (), *, sizes: Sizes | None = None
) -> Potential: ...


def assert_holds(
    proposition: Comparison | IsGradient, given: Iterable[Hypothesis] = (), *, sizes: Sizes | None = None
) -> Verdict | Potential:
    """The verdict that a proposition is true at every instance of some sizes.

    Raises AssertionError if it is not, with the smallest counterexample and the Python that replays it, and if it could
    not be decided.

    >>> from pgsym.decide import AtMost
    >>> from pgsym.problems import one_step
    >>> m = one_step()
    >>> square = AtMost(m.policy**2, m.policy, slack=m.policy * (1 - m.policy))
    >>> print(assert_holds(square, m.hypotheses).rung)
    decided
    """
    found = decide(proposition, given, sizes=sizes)
    if found.counterexample is not None:
        raise AssertionError(f"{found}\n\nTo replay it:\n\n{found.counterexample.python()}")
    if found.rung not in (Rung.DECIDED, Rung.EXACT):
        raise AssertionError(f"not decided\n{found}" if found.rung is not Rung.REFUTED else str(found))
    return found


def assert_refuted(
    lhs: Liftable | Comparison, rhs: Liftable | Iterable[Hypothesis] = (), given: Iterable[Hypothesis] = ()
) -> Counterexample:
    """The smallest counterexample to an identity, or to a proposition; raises AssertionError if it is not refuted.

    Call it as `assert_refuted(lhs, rhs, given)` or as `assert_refuted(proposition, given)`.

    >>> from pgsym.problems import one_step
    >>> m = one_step()
    >>> print(assert_refuted(m.policy, m.policy * m.policy, m.hypotheses))
      counterexample: |S| = 1, |A| = 2
        π = [[1/2, 1/2]]
        at a = 1, s = 1
        left  1/2
        right 1/4
    """
    verdict = decide(stated(lhs, rhs, given))
    if verdict.counterexample is None:
        raise AssertionError(f"not refuted\n{verdict}")
    return verdict.counterexample


def assert_identity_in_floats(
    lhs: Term,
    rhs: Term,
    given: Iterable[Hypothesis] = (),
    *,
    examples: int = 100,
    rtol: float = 1e-12,
    derandomize: bool = True,
    sizes: Iterable[Mapping[str, int]] | None = None,
) -> Verdict:
    """The verdict that two terms agree in float64 at `examples` problems that Hypothesis draws.

    The error is relative to a running bound of the rounding errors of both sides, in units of the roundoff 2^-53.  The
    bound is as large as the sides and all terms that cancelled in them, so the error of a true identity stays near
    10^-16.  A problem with an infinite bound is ignored.  Policies are positive (at least 10^-6) if a hypothesis says
    so, else they have zeros; both sides must be undefined at the same places.  If `sizes` are given, one of them is
    drawn for each problem.  The evidence names the worst error.

    Raises AssertionError with the simplest problem found at which the sides differ, and ModuleNotFoundError without
    Hypothesis (the extra `testing`).

    >>> from pgsym.problems import one_step
    >>> from pgsym.terms import grad
    >>> m = one_step()
    >>> print(assert_identity_in_floats(grad(m.objective), m.expectation(m.reward * m.score), m.hypotheses).rung)
    tested
    """
    from pgsym.testing import strategies  # isort: skip  (it says which extra is missing)
    import hypothesis

    identity = Equal(lhs, rhs, given)
    identity.check()
    given, axes = identity.relevant, identity.axes
    worst, said = 0.0, 0
    size = None if sizes is None else hypothesis.strategies.sampled_from([Size.of(s) for s in sizes])

    @draws_of(examples, derandomize=derandomize)
    @hypothesis.given(strategies.problems((lhs, rhs), given, size=size))
    def agree(drawn: strategies.DrawnProblem) -> None:
        nonlocal worst, said
        found = _worst(lhs, rhs, drawn.instance((lhs, rhs), given, Rounding()), axes)
        if found is None:
            return
        error, sides = found
        if error > rtol:
            raise _Differ(drawn, sides)
        worst, said = max(worst, error), said + 1

    try:
        agree()
    except _Differ as found:
        drawn, sides = found.args
        raise AssertionError(f"{lhs} ≠ {rhs}\n{sides} at {drawn}") from None
    if not said:
        raise AssertionError(f"no problem was drawn at which both {lhs} and {rhs} can be computed in float64")
    note = f"worst relative error {worst:.1e}"
    chosen = tuple(Size.of(s) for s in sizes or ())
    of = f" of {', '.join(listed(chosen))}" if chosen else ""
    method = f"tested at {said:,} problems{of} that Hypothesis drew, in float64"
    return Verdict(Rung.TESTED, identity, Evidence(method, chosen, examples=said, note=note))


class _Differ(Exception):
    """A problem at which the sides differ, and their values; it is printed only when the simplest has been found."""


def _worst(lhs: Term, rhs: Term, instance: Tabulated, axes: tuple[Variable, ...]) -> tuple[float, str] | None:
    """The worst relative error over all places and coordinates, with both sides; None if no bound is finite."""
    left, right = (evaluate_with_poles(term, instance, axes) for term in (lhs, rhs))
    shape = np.broadcast_shapes(left.array.shape, right.array.shape)
    poles = [np.broadcast_to(False if f.poles is None else f.poles, shape) for f in (left, right)]
    if (poles[0] != poles[1]).any():
        return inf, "one side is undefined"
    x, y = (np.broadcast_to(f.array, shape) for f in (left, right))
    bound = x.imag + y.imag
    known: Array = np.isfinite(bound) & ~poles[0]
    if not known.any():
        return None
    with np.errstate(invalid="ignore"):  # values without a finite bound may be infinite on both sides
        errors = np.where(known, np.abs(x.real - y.real) / np.where(known, np.maximum(bound, SMALLEST), 1), 0)
    at = np.unravel_index(np.argmax(errors), shape)
    return float(errors[at]), f"left {x.real[at]:.17g}, right {y.real[at]:.17g}"
