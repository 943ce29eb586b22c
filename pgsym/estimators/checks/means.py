"""Checks of an estimator's mean or variance: against a gradient, or against another estimator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from textwrap import fill
from typing import Any, Final

import numpy as np

from pgsym.errors import NotFinite
from pgsym.estimators.batches import Batching
from pgsym.estimators.checks.outcome import Explanation, Outcome
from pgsym.estimators.comparison import TOLERANCE, Comparison, Kind, number, recognised
from pgsym.estimators.diagnosis import different, guess, observe_all
from pgsym.estimators.enumeration import moments
from pgsym.estimators.estimator import Estimator
from pgsym.estimators.exact_moments import ROUNDING, Moments, judged, row
from pgsym.estimators.objectives import Objective, expected_return
from pgsym.meaning.numbers.base import Array

WIDTH: Final = 100
"""The number of columns at which prose is wrapped."""
FEW: Final = 20_000
"""The largest number of products (samples × entries of a covariance) that are computed again in Fractions."""
LITTLE: Final = 400
"""The largest number of products that are always computed in Fractions."""


def means(estimator: Estimator, batching: Batching, objective: Objective) -> Moments:
    """The moments of an estimator at a batching."""
    return moments(
        estimator,
        batching.problem,
        groups=batching.groups,
        group_size=batching.group_size,
        objective=objective,
        unordered=batching.unordered,
        progress=False,
    )


def in_fractions(estimator: Estimator, batching: Batching, objective: Objective) -> Moments | None:
    """The moments in Fractions; None if the problem is in floats or too large, or the estimator computes in floats."""
    if not batching.problem.exact or batching.count * batching.problem.P**2 > FEW:
        return None
    try:
        found = means(estimator, batching, objective)
    except Exception:  # NumPy and the user's code may raise any error on Fractions
        return None
    return found if found.problem.exact else None


def both_means(first: Estimator, second: Estimator, batching: Batching) -> tuple[Moments, Moments]:
    """The moments of two estimators at a batching, in float64."""
    floats = batching.floats()
    return means(first, floats, expected_return), means(second, floats, expected_return)


def both_in_fractions(first: Estimator, second: Estimator, batching: Batching) -> tuple[Moments, Moments] | None:
    """The moments of two estimators in Fractions; None if one of them cannot be computed."""
    a, b = (in_fractions(e, batching, expected_return) for e in (first, second))
    return None if a is None or b is None else (a, b)


def noise(*found: Moments) -> float:
    """A bound of the rounding error of means in float64."""
    return max(m.noise for m in found)


def doubtful(lies: Comparison, found: Array, wanted: Array, *by: Moments) -> bool:
    """Whether to compare again in Fractions: two means in float64 differ by more than rounding, but not by much more.

    Small problems are always compared again.
    """
    if all(m.samples * m.problem.P**2 <= LITTLE for m in by):
        return True
    apart = float(np.linalg.norm(np.ravel(found - wanted).astype(np.float64)))
    size = max(m.length + m.rounding / ROUNDING for m in by)
    return lies.kind is Kind.HIDDEN or noise(*by) < apart <= 1e-6 * size


def relative_distance(found: Array, wanted: Array, rounding: float, rtol: float) -> float:
    """The distance between two gradients, relative to the longer one, or to rounding / rtol if that is larger."""
    x, y = (np.ravel(table).astype(np.float64) for table in (found, wanted))
    length = max(float(np.linalg.norm(x)), float(np.linalg.norm(y)), rounding / rtol)
    return float(np.linalg.norm(x - y)) / length if length else 0.0


@dataclass(frozen=True)
class IsGradient:
    """Whether an estimator's mean is `by` times an objective's gradient; with `direction`, any positive factor will do.

    Problems that the caller `given` in Fractions are judged in Fractions if possible.
    """

    estimator: Estimator
    objective: Objective
    by: Callable[[Batching], Any] | None = None
    direction: bool = False
    rtol: float = TOLERANCE
    given: bool = False
    silent: str = field(default="every gradient and every estimate was zero at every problem", init=False)
    demanding: bool = field(default=False, init=False)

    def _factor(self, batching: Batching) -> Any:
        """The factor of the gradient; a float that is close to a simple fraction becomes that fraction."""
        factor = 1 if self.by is None else self.by(batching)
        return factor if isinstance(factor, Fraction | int) else recognised(float(factor))

    def _wanted(self, found: Moments) -> Any:
        factor = self._factor(found.batching)
        return found.target * (factor if found.problem.exact else float(factor))

    def _holds(self, lies: Comparison) -> bool:
        """Whether a comparison passes: equal gradients or, with `direction`, a positive factor between them."""
        along = lies.kind is Kind.SCALED and lies.cosine is not None and lies.cosine > 0
        return lies.equal or (self.direction and along)

    def of(self, found: Moments) -> Outcome:
        """The outcome of the check for moments that are already known."""
        wanted = self._wanted(found)
        lies = found.comparison if found.draws else judged(found.mean, wanted, found, tolerance=self.rtol)
        telling = bool(found.length > 0 or np.any(wanted != 0))
        if lies.kind is Kind.HIDDEN:
            return Outcome(True, lies.deviation, telling=False, hidden=True, comparison=lies)
        return Outcome(self._holds(lies), lies.deviation, telling, comparison=lies)

    def judge(self, batching: Batching) -> Outcome:
        """The outcome at a batching, computed in float64, and again in Fractions where rounding leaves a doubt."""
        found = means(self.estimator, batching.floats(), self.objective)
        wanted = self._wanted(found).astype(np.float64)
        outcome = self.of(found)
        lies = outcome.comparison or found.comparison
        again = self.given or doubtful(lies, found.mean, wanted, found)
        exact = self._exactly(batching) if again else None
        if exact is not None:
            telling = bool(found.length > 0 or np.any(wanted != 0))
            return replace(self.of(exact), deviation=0.0, telling=telling)
        if outcome.hidden:
            return outcome
        if outcome.holds and not lies.equal:
            wanted = wanted * (np.vdot(wanted, found.mean) / np.vdot(wanted, wanted))
        return replace(outcome, deviation=relative_distance(found.mean, wanted, noise(found), self.rtol))

    def _exactly(self, batching: Batching) -> Moments | None:
        if isinstance(self._factor(batching), float):
            return None
        return in_fractions(self.estimator, batching, self.objective)

    def explain(self, batching: Batching, tried: Sequence[Batching] = ()) -> Explanation:
        """Why the check fails at a batching."""
        found = self._exactly(batching)
        if found is None or self._holds(judged(found.mean, self._wanted(found), found)):
            found = means(self.estimator, batching.floats(), self.objective)
        wanted = self._wanted(found)
        lies = judged(found.mean, wanted, found, tolerance=self.rtol)
        gradient = f"∇({self.objective})"
        factor = "" if self.by is None else f"{number(self.by(batching))} × "
        shown = {gradient: row(found.target)}
        if self.by is not None:
            shown[factor + gradient] = row(wanted)
        shown[f"E[{self.estimator.name}]"] = row(found.mean)
        shown["which is"] = in_words(lies)
        shown["evidence"] = how_found(found)
        if hint := _guess(self.estimator, batching, self.objective, tried):
            shown["a guess"] = hint
        does = f"point along {gradient}" if self.direction else f"estimate {factor}{gradient}"
        return Explanation(f"{self.estimator.name} does not {does}: {in_words(lies)}", shown)


@dataclass(frozen=True)
class SameGradient:
    """Whether two estimators have the same mean; problems `given` in Fractions are judged in Fractions if possible."""

    first: Estimator
    second: Estimator
    rtol: float = TOLERANCE
    given: bool = False
    silent: str = field(default="every estimate was zero at every problem", init=False)
    demanding: bool = field(default=False, init=False)

    def judge(self, batching: Batching) -> Outcome:
        """The outcome at a batching."""
        a, b = both_means(self.first, self.second, batching)
        lies = judged(a.mean, b.mean, a, b, tolerance=self.rtol)
        again = self.given or doubtful(lies, a.mean, b.mean, a, b)
        exact = both_in_fractions(self.first, self.second, batching) if again else None
        telling = any(m.length > m.target_length for m in (a, b))  # an estimate other than zero
        if exact is not None:
            return Outcome(judged(exact[0].mean, exact[1].mean, *exact).equal, 0.0, telling)
        if lies.kind is Kind.HIDDEN:
            return Outcome(True, lies.deviation, telling=False, hidden=True)
        return Outcome(lies.equal, relative_distance(a.mean, b.mean, noise(a, b), self.rtol), telling)

    def explain(self, batching: Batching, tried: Sequence[Batching] = ()) -> Explanation:
        """Why the check fails at a batching."""
        exact = both_in_fractions(self.first, self.second, batching)
        if exact and judged(exact[0].mean, exact[1].mean, *exact).equal:
            exact = None
        a, b = exact or both_means(self.first, self.second, batching)
        lies = judged(a.mean, b.mean, a, b, tolerance=self.rtol)
        return Explanation(
            f"{self.first.name} does not have the same mean as {self.second.name}: {in_words(lies)}",
            {
                "∇(J)": row(a.target),
                f"E[{self.second.name}]": row(b.mean),
                f"E[{self.first.name}]": row(a.mean),
                "which is": in_words(lies),
                "evidence": how_found(a),
            },
        )


@dataclass(frozen=True)
class LowerVariance:
    """Whether an estimator's variance is never above that of another with the same mean, and sometimes below it."""

    estimator: Estimator
    than: Estimator
    same_mean: bool = True
    rtol: float = TOLERANCE
    silent: str = field(default="the variance was never lower: it was the same at every problem", init=False)
    demanding: bool = field(default=True, init=False)

    def judge(self, batching: Batching) -> Outcome:
        """The outcome at a batching."""
        a, b = both_means(self.estimator, self.than, batching)
        lies = judged(a.mean, b.mean, a, b, tolerance=self.rtol)
        rounding = max(self.rtol * float(b.variance), noise(a, b) ** 2)
        higher, lower = a.variance - b.variance > rounding, b.variance - a.variance > rounding
        apart = relative_distance(a.mean, b.mean, noise(a, b), self.rtol) if self.same_mean else 0.0
        return Outcome(not higher and (lies.equal or not self.same_mean), apart, lower)

    def explain(self, batching: Batching, tried: Sequence[Batching] = ()) -> Explanation:
        """Why the check fails at a batching."""
        a, b = both_in_fractions(self.estimator, self.than, batching) or both_means(self.estimator, self.than, batching)
        lies = judged(a.mean, b.mean, a, b, tolerance=self.rtol)
        if self.same_mean and not lies.equal:
            says = (
                f"the variances of {a.estimator} and {b.estimator} cannot be compared, because their means differ: "
                f"{in_words(lies)}"
            )
        else:
            says = (
                f"{a.estimator} has a higher variance than {b.estimator}: {number(a.variance)} > {number(b.variance)}"
            )
        shown = {"∇(J)": row(a.target)}
        for m in (a, b):
            shown |= {f"E[{m.estimator}]": row(m.mean), f"variance of {m.estimator}": f"{number(m.variance)} (trace)"}
        return Explanation(says, {**shown, "evidence": how_found(a)})


def how_found(found: Moments) -> str:
    """The evidence of a mean without its tolerance, because the assertion has its own tolerance."""
    return found.evidence.partition(", equal")[0]


def in_words(lies: Comparison) -> str:
    """A comparison of two gradients in words."""
    if lies.kind is Kind.SCALED and lies.factor == -1:
        return "the opposite (scaled by exactly -1)"
    if lies.kind is Kind.SCALED and not isinstance(lies.factor, Fraction):
        return f"scaled by {number(lies.factor)}"
    return str(lies)


def _guess(estimator: Estimator, batching: Batching, objective: Objective, tried: Sequence[Batching]) -> str:
    """The diagnosis in words if a known mistake fits here and at the other batchings tried; else an empty string."""
    floats = batching.floats()
    try:
        also = observe_all(estimator, [other.floats() for other in different(tried)], objective)
        hint = guess(estimator, floats, objective, means(estimator, floats, objective), also)
    except Exception:  # the user's function may fail at the other problems that the diagnosis uses
        return ""
    return "" if hint is None else fill(hint.summary, WIDTH)


def not_finite(batching: Batching, error: NotFinite, group_size: tuple[int, ...]) -> Explanation:
    """Why a check fails at a batching where an estimate is NaN or infinite."""
    others = tuple(m for m in group_size if m > 1)
    if batching.group_size > 1 or not others:
        return Explanation(str(error), {})
    left = str(others[0]) if len(others) == 1 else str(others)
    return Explanation(
        str(error), {"a guess": f"the group has one member: if your groups always have more, say group_size={left}"}
    )


__all__ = ["IsGradient", "LowerVariance", "SameGradient", "in_words", "not_finite"]
