"""Assertions about the exact expectations of estimators and losses at many small problems.

Each assertion draws problems (bandits, trees, MDPs; see `Options`), enumerates every sample of every problem, and
returns a result that says where it was tried.  If it fails, an AssertionError shows the smallest problem found, both
gradients in full, and a test file that reproduces the failure.  Estimators are functions of arrays whose argument names
are in `COLUMNS` and `SHARED`, or results of `from_advantages`, `from_torch` and `from_jax`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import isfinite
from numbers import Real
from typing import Any, Final, Unpack

from pgsym.errors import EstimatorError
from pgsym.estimators.batches import Batching
from pgsym.estimators.checks import IsGradient, LowerVariance, PaddingIgnored, Partition, SameGradient
from pgsym.estimators.checks.padding import FILLS
from pgsym.estimators.checks.partition import WEIGHTS
from pgsym.estimators.comparison import number
from pgsym.estimators.estimator import Estimator, as_estimator
from pgsym.estimators.objectives import Objective, expected_return
from pgsym.estimators.samples import arguments
from pgsym.testing import needs, settings
from pgsym.testing.options import Options, Result, Scope, whole
from pgsym.testing.runner import hold

Function = Estimator | Callable[..., Any]
Factor = int | float | Fraction | Callable[..., Any]

SIZES: Final[dict[str, Callable[[Batching], Any]]] = {
    "group_size": lambda batching: batching.group_size,
    "groups": lambda batching: batching.groups,
    "R": lambda batching: batching.rows,
    "problem": lambda batching: batching.problem,
    "batching": lambda batching: batching,
}
"""The arguments that a factor may have."""


def assert_unbiased(estimator: Function, **options: Unpack[Options]) -> Result:
    """The result if an estimator's expectation is ∇J, the gradient of the expected return; else an AssertionError.

    >>> def reinforce(returns, total_scores):
    ...     return (returns[..., None] * total_scores).mean(axis=1)
    >>> held = assert_unbiased(reinforce, examples=20)
    >>> print(held.rung, held.summary, sep=": ")
    tested: reinforce is an unbiased estimate of ∇(J)
    """
    __tracebackhide__ = True
    return _gradient(estimator, expected_return, None, options)


def assert_gradient_of(estimator: Function, objective: Objective, **options: Unpack[Options]) -> Result:
    """The result if an estimator's expectation is an objective's gradient, such as of `expected_return - 0.1 * kl`."""
    __tracebackhide__ = True
    return _gradient(estimator, objective, None, options)


def assert_scaled(
    estimator: Function, by: Factor, objective: Objective = expected_return, **options: Unpack[Options]
) -> Result:
    """The result if an estimator's expectation is exactly `by` times the gradient of an objective.

    `by` is a number, or a function of `group_size`, `groups`, `R` (rows of a sample), `problem` or `batching`.

    >>> from pgsym.estimators import from_advantages
    >>> def group_mean(returns):
    ...     return returns - returns.mean(axis=1, keepdims=True)
    >>> def shrinkage(group_size):
    ...     return Fraction(group_size - 1, group_size)
    >>> held = assert_scaled(from_advantages(group_mean), by=shrinkage, groups=1, examples=20)
    """
    __tracebackhide__ = True
    if not callable(by):
        return _gradient(estimator, objective, lambda _: by, options, number(_finite("by", by)))
    given = arguments(by, {}, SIZES)
    words = called = f"by({', '.join(given)})"

    def factor(batching: Batching) -> Any:
        return _finite(called, by(**{name: SIZES[meaning](batching) for name, meaning in given.items()}))

    if list(given.values()) == ["group_size"]:
        sizes = Scope.of(options).group_size
        each = ", ".join(number(_finite(called, by(size))) for size in sizes)
        words = f"({each} for group_size = {', '.join(map(str, sizes))})"
    return _gradient(estimator, objective, factor, options, words)


def assert_direction(estimator: Function, objective: Objective = expected_return, **options: Unpack[Options]) -> Result:
    """The result if an estimator's expectation is a positive multiple of the gradient of an objective.

    The factor may differ from problem to problem.  Use `assert_scaled` to check the factor too.
    """
    __tracebackhide__ = True
    known = _estimator(estimator, options)
    scope = Scope.of(options, names=needs.asked(known))
    check = IsGradient(known, objective, direction=True, rtol=scope.rtol, given=scope.listed)
    return hold(check, scope, f"{known.name} points along ∇({objective})")


def assert_same_gradient(loss_a: Function, loss_b: Function, **options: Unpack[Options]) -> Result:
    """The result if two losses or estimators have the same expected gradient."""
    __tracebackhide__ = True
    first, second = (_estimator(e, options) for e in (loss_a, loss_b))
    scope = Scope.of(options, names=needs.asked(first, second))
    return hold(
        SameGradient(first, second, scope.rtol, scope.listed),
        scope,
        f"{first.name} and {second.name} have the same gradient",
    )


def assert_lower_variance(
    estimator: Function, than: Function, *, same_mean: bool = True, **options: Unpack[Options]
) -> Result:
    """The result if an estimator's variance (the trace of its covariance) is never above another's, and once below it.

    Unless `same_mean` is False, both must have the same mean, because a scaled-down gradient has less variance anyway.
    """
    __tracebackhide__ = True
    first, second = (_estimator(e, options) for e in (estimator, than))
    scope = Scope.of(options, names=needs.asked(first, second))
    says = f"{first.name} never has a higher variance than {second.name}, and sometimes a lower one"
    return hold(LowerVariance(first, second, same_mean, scope.rtol), scope, says)


def assert_partition_invariant(estimator: Function, *, weights: str = "episodes", **options: Unpack[Options]) -> Result:
    """The result if the estimates of the parts of a batch combine to the estimate of the whole, for every sample.

    This is what gradient accumulation needs.  A sample of several groups is cut between groups (a sample of one group
    between its members) into single ones, halves and unequal parts.  Each part's estimate is weighted by its share of
    the `weights`: "episodes", "tokens" (of the mask), "parts" (equal weights), or "sum" (the estimates are added up).
    """
    __tracebackhide__ = True
    if weights not in WEIGHTS:
        raise EstimatorError(f"weights must be one of {', '.join(WEIGHTS)}, not {weights!r}")
    known = _estimator(estimator, options)
    scope = Scope.of(options, groups=(2, 3), group_size=(1, 2), names=needs.asked(known))
    says = f"{known.name} of a whole batch is that of its parts, joined by {weights}"
    return hold(Partition(known, weights, rtol=scope.rtol), scope, says)


def assert_padding_ignored(
    estimator: Function, *, fills: Sequence[float] = FILLS, more: int = 1, **options: Unpack[Options]
) -> Result:
    """The result if no estimate depends on the contents or the length of the padding, for every sample.

    `fills` replace the numbers in the padding (NaN, ±inf, a huge one, −1), and other tokens replace its tokens; `more`
    is the number of padded steps added at the end of all episodes (0: none).
    """
    __tracebackhide__ = True
    if not (whole(more, 0) and all(isinstance(x, Real) for x in fills)):
        raise EstimatorError(f"fills must be numbers and more a number of steps, not {fills!r} and {more!r}")
    known = _estimator(estimator, options)
    scope = Scope.of({"kinds": ("tree", "mdp"), **options}, names=needs.asked(known))
    return hold(PaddingIgnored(known, tuple(fills), more, rtol=scope.rtol), scope, f"{known.name} ignores the padding")


def _gradient(
    estimator: Function,
    objective: Objective,
    by: Callable[[Batching], Any] | None,
    options: Options,
    factor: str = "",
) -> Result:
    __tracebackhide__ = True
    if not isinstance(objective, Objective):
        raise EstimatorError(f"an objective must be one of pgsym.estimators, or made by expectation, not {objective!r}")
    known = _estimator(estimator, options)
    scope = Scope.of(options, names=needs.asked(known))
    about = "an unbiased estimate of" if by is None else f"an estimate of {factor} ×"
    says = f"{known.name} is {about} ∇({objective})"
    return hold(IsGradient(known, objective, by, rtol=scope.rtol, given=scope.listed), scope, says)


def _finite(what: str, factor: Any) -> Any:
    """The factor; raises EstimatorError if it is not a finite number."""
    if not (isinstance(factor, Real) and isfinite(factor)):
        raise EstimatorError(f"{what} must be a finite number, not {factor!r}")
    return factor


def _estimator(estimator: Function, options: Mapping[str, Any]) -> Estimator:
    return as_estimator(estimator, {**settings.current(), **options}.get("names", {}))


__all__ = [
    "assert_direction",
    "assert_gradient_of",
    "assert_lower_variance",
    "assert_padding_ignored",
    "assert_partition_invariant",
    "assert_same_gradient",
    "assert_scaled",
    "assert_unbiased",
]
