"""Checks of an estimator's mean: it is a gradient, it is that of another estimator, it has less variance."""

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
"""How wide prose is set."""
FEW: Final = 20_000
"""Up to how many products of Fractions (samples, times the entries of a covariance) are worth a second look."""
LITTLE: Final = 400
"""Up to how many of them are always looked at."""


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


def exactly(estimator: Estimator, batching: Batching, objective: Objective) -> Moments | None:
    """The same in Fractions, None where the problem is in floats, too large, or the estimator has floats of its own."""
    if not batching.problem.exact or batching.count * batching.problem.P**2 > FEW:
        return None
    try:
        found = means(estimator, batching, objective)
    except Exception:  # NumPy and the user's code may say anything of Fractions
        return None
    return found if found.problem.exact else None


def both(first: Estimator, second: Estimator, batching: Batching) -> tuple[Moments, Moments]:
    """The moments of two estimators at a batching, in float64."""
    floats = batching.floats()
    return means(first, floats, expected_return), means(second, floats, expected_return)


def exactly_both(first: Estimator, second: Estimator, batching: Batching) -> tuple[Moments, Moments] | None:
    """The same in Fractions, None where one of them has none."""
    a, b = (exactly(e, batching, expected_return) for e in (first, second))
    return None if a is None or b is None else (a, b)


def noise(*found: Moments) -> float:
    """What rounding may leave of means in float64."""
    return max(m.noise for m in found)


def doubtful(lies: Comparison, found: Array, wanted: Array, *by: Moments) -> bool:
    """Whether a look in Fractions is worth its while: more than rounding parts means in float64, but not much more.

    It is in any case where it is little work.
    """
    if all(m.samples * m.problem.P**2 <= LITTLE for m in by):
        return True
    apart = float(np.linalg.norm(np.ravel(found - wanted).astype(np.float64)))
    size = max(m.length + m.rounding / ROUNDING for m in by)
    return lies.kind is Kind.HIDDEN or noise(*by) < apart <= 1e-6 * size


def off(found: Array, wanted: Array, rounding: float, rtol: float) -> float:
    """How far a mean is from what it should be, relative to their lengths, or to what rounding stays below."""
    x, y = (np.ravel(table).astype(np.float64) for table in (found, wanted))
    length = max(float(np.linalg.norm(x)), float(np.linalg.norm(y)), rounding / rtol)
    return float(np.linalg.norm(x - y)) / length if length else 0.0


@dataclass(frozen=True)
class IsGradient:
    """Whether an estimator's mean is an objective's gradient, times `by`; with `direction`, times anything positive.

    Problems that were `given` in Fractions are judged in Fractions wherever that can be done.
    """

    estimator: Estimator
    objective: Objective
    by: Callable[[Batching], Any] | None = None
    direction: bool = False
    rtol: float = TOLERANCE
    given: bool = False
    silent: str = field(default="at no problem was there a gradient or an estimate other than zero", init=False)
    demanding: bool = field(default=False, init=False)

    def _factor(self, batching: Batching) -> Any:
        """What the gradient is multiplied by: a fraction where it is one, be it written as a float."""
        factor = 1 if self.by is None else self.by(batching)
        return factor if isinstance(factor, Fraction | int) else recognised(float(factor))

    def _wanted(self, found: Moments) -> Any:
        factor = self._factor(found.batching)
        return found.target * (factor if found.problem.exact else float(factor))

    def _holds(self, lies: Comparison) -> bool:
        """Whether a mean that lies so is as it should be; a factor of direction is of any size, but not of any sign."""
        along = lies.kind is Kind.SCALED and lies.cosine is not None and lies.cosine > 0
        return lies.equal or (self.direction and along)

    def of(self, found: Moments) -> Outcome:
        """Whether it holds of moments that are known already."""
        wanted = self._wanted(found)
        lies = found.comparison if found.draws else judged(found.mean, wanted, found, tolerance=self.rtol)
        telling = bool(found.length > 0 or np.any(wanted != 0))
        if lies.kind is Kind.HIDDEN:
            return Outcome(True, lies.deviation, telling=False, hidden=True, comparison=lies)
        return Outcome(self._holds(lies), lies.deviation, telling, comparison=lies)

    def judge(self, batching: Batching) -> Outcome:
        """Whether it holds at a batching: in float64, and where rounding leaves a doubt in Fractions."""
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
        return replace(outcome, deviation=off(found.mean, wanted, noise(found), self.rtol))

    def _exactly(self, batching: Batching) -> Moments | None:
        return None if isinstance(self._factor(batching), float) else exactly(self.estimator, batching, self.objective)

    def explain(self, batching: Batching, tried: Sequence[Batching] = ()) -> Explanation:
        """What went wrong at a batching."""
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
        shown["which is"] = said(lies)
        shown["evidence"] = gone_through(found)
        if hint := _guess(self.estimator, batching, self.objective, tried):
            shown["a guess"] = hint
        does = f"point along {gradient}" if self.direction else f"estimate {factor}{gradient}"
        return Explanation(f"{self.estimator.name} does not {does}: {said(lies)}", shown)


@dataclass(frozen=True)
class SameGradient:
    """Whether two estimators have the same mean; problems `given` in Fractions are judged in Fractions if they can."""

    first: Estimator
    second: Estimator
    rtol: float = TOLERANCE
    given: bool = False
    silent: str = field(default="at no problem was there an estimate other than zero", init=False)
    demanding: bool = field(default=False, init=False)

    def judge(self, batching: Batching) -> Outcome:
        """Whether it holds at a batching."""
        a, b = both(self.first, self.second, batching)
        lies = judged(a.mean, b.mean, a, b, tolerance=self.rtol)
        again = self.given or doubtful(lies, a.mean, b.mean, a, b)
        exact = exactly_both(self.first, self.second, batching) if again else None
        telling = any(m.length > m.target_length for m in (a, b))  # an estimate other than zero
        if exact is not None:
            return Outcome(judged(exact[0].mean, exact[1].mean, *exact).equal, 0.0, telling)
        if lies.kind is Kind.HIDDEN:
            return Outcome(True, lies.deviation, telling=False, hidden=True)
        return Outcome(lies.equal, off(a.mean, b.mean, noise(a, b), self.rtol), telling)

    def explain(self, batching: Batching, tried: Sequence[Batching] = ()) -> Explanation:
        """What went wrong at a batching."""
        exact = exactly_both(self.first, self.second, batching)
        if exact and judged(exact[0].mean, exact[1].mean, *exact).equal:
            exact = None
        a, b = exact or both(self.first, self.second, batching)
        lies = judged(a.mean, b.mean, a, b, tolerance=self.rtol)
        return Explanation(
            f"{self.first.name} has not the gradient of {self.second.name}: {said(lies)}",
            {
                "∇(J)": row(a.target),
                f"E[{self.second.name}]": row(b.mean),
                f"E[{self.first.name}]": row(a.mean),
                "which is": said(lies),
                "evidence": gone_through(a),
            },
        )


@dataclass(frozen=True)
class LowerVariance:
    """Whether an estimator's variance is nowhere above another's of the same mean, and below it somewhere."""

    estimator: Estimator
    than: Estimator
    same_mean: bool = True
    rtol: float = TOLERANCE
    silent: str = field(default="the variance was lower nowhere: it was the same at every problem", init=False)
    demanding: bool = field(default=True, init=False)

    def judge(self, batching: Batching) -> Outcome:
        """Whether it holds at a batching."""
        a, b = both(self.estimator, self.than, batching)
        lies = judged(a.mean, b.mean, a, b, tolerance=self.rtol)
        rounding = max(self.rtol * float(b.variance), noise(a, b) ** 2)
        higher, lower = a.variance - b.variance > rounding, b.variance - a.variance > rounding
        apart = off(a.mean, b.mean, noise(a, b), self.rtol) if self.same_mean else 0.0
        return Outcome(not higher and (lies.equal or not self.same_mean), apart, lower)

    def explain(self, batching: Batching, tried: Sequence[Batching] = ()) -> Explanation:
        """What went wrong at a batching."""
        a, b = exactly_both(self.estimator, self.than, batching) or both(self.estimator, self.than, batching)
        lies = judged(a.mean, b.mean, a, b, tolerance=self.rtol)
        if self.same_mean and not lies.equal:
            says = f"the variances of {a.estimator} and {b.estimator} say nothing, for their means differ: {said(lies)}"
        else:
            says = (
                f"{a.estimator} has a higher variance than {b.estimator}: {number(a.variance)} > {number(b.variance)}"
            )
        shown = {"∇(J)": row(a.target)}
        for m in (a, b):
            shown |= {f"E[{m.estimator}]": row(m.mean), f"variance of {m.estimator}": f"{number(m.variance)} (trace)"}
        return Explanation(says, {**shown, "evidence": gone_through(a)})


def gone_through(found: Moments) -> str:
    """How a mean was found; what counts as equal is the assertion's."""
    return found.evidence.partition(", equal")[0]


def said(lies: Comparison) -> str:
    """How a gradient lies to another, in words."""
    if lies.kind is Kind.SCALED and lies.factor == -1:
        return "the opposite (scaled by exactly -1)"
    if lies.kind is Kind.SCALED and not isinstance(lies.factor, Fraction):
        return f"scaled by {number(lies.factor)}"
    return str(lies)


def _guess(estimator: Estimator, batching: Batching, objective: Objective, tried: Sequence[Batching]) -> str:
    """What it may be, in words, if a known pattern fits here and where else it was tried."""
    floats = batching.floats()
    try:
        also = observe_all(estimator, [other.floats() for other in different(tried)], objective)
        hint = guess(estimator, floats, objective, means(estimator, floats, objective), also)
    except Exception:  # the user's function may break at the other problems that a guess is tried at
        return ""
    return "" if hint is None else fill(hint.summary, WIDTH)


def not_finite(batching: Batching, error: NotFinite, group_size: tuple[int, ...]) -> Explanation:
    """What went wrong at a batching where an estimate is NaN or infinite."""
    others = tuple(m for m in group_size if m > 1)
    if batching.group_size > 1 or not others:
        return Explanation(str(error), {})
    left = str(others[0]) if len(others) == 1 else str(others)
    return Explanation(str(error), {"a guess": f"a group of one: if yours always have more, say group_size={left}"})


__all__ = ["IsGradient", "LowerVariance", "SameGradient", "not_finite", "said"]
