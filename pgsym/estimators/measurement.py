"""The readings of an audit: an estimator at a problem, with batches of one shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from pgsym.errors import EstimatorError, TooLarge
from pgsym.estimators.batches import Batching
from pgsym.estimators.comparison import Comparison, Kind
from pgsym.estimators.enumeration import moments, refusal
from pgsym.estimators.exact_moments import ROUNDING, Moments
from pgsym.estimators.problems import Case, Scope
from pgsym.estimators.subject import Subject

EXACT_WORK: Final = 10_000
"""The largest number of samples times squared parameters for which a problem is enumerated in fractions."""


@dataclass(frozen=True, eq=False)
class Reading:
    """An estimator at one problem, with samples of one shape: its moments, or why there are none."""

    case: Case
    batching: Batching
    asked: bool
    found: Moments | None
    why: str = ""
    too_large: bool = False

    @property
    def comparison(self) -> Comparison | None:
        """The comparison of the mean with the gradient."""
        return None if self.found is None else self.found.comparison

    @property
    def batch(self) -> tuple[int, int]:
        """(groups, group_size) of the samples."""
        return self.batching.groups, self.batching.group_size

    @property
    def failed(self) -> bool:
        """Whether some estimate is not finite or not valid."""
        return self.found is None and not self.too_large

    @property
    def silent(self) -> bool:
        """Whether all estimates are zero, or some is not finite or not valid."""
        if self.found is None:
            return self.failed
        if self.found.problem.exact:
            return not (self.found.mean.any() or self.found.variance)
        small, length = ROUNDING * self.found.length, self.found.length
        return bool(np.abs(self.found.mean).max() <= small and self.found.variance <= small * length)

    @property
    def size(self) -> tuple[int, int, int]:
        """The key by which readings are sorted."""
        return self.batching.rows * self.batching.problem.T, self.batching.problem.P, self.batching.count

    def record(self) -> dict[str, Any]:
        """The reading as JSON-ready data; without the covariance, which is large."""
        out: dict[str, Any] = {
            "problem": self.case.id,
            "summary": self.case.summary,
            "groups": self.batching.groups,
            "group_size": self.batching.group_size,
            "asked": self.asked,
            "why_not": self.why or None,
        }
        if self.found is not None:
            full = self.found.record()
            out |= {k: v for k, v in full.items() if k not in ("covariance", "estimator", "objective")}
        return out


def reading_of(subject: Subject, scope: Scope, case: Case, batching: Batching) -> Reading:
    """The reading of a case; without moments, it says why."""
    asked = scope.asks(case.problem)
    try:
        found = read(subject, scope, batching)
        if found.comparison.kind is Kind.HIDDEN:
            why = f"rounding hides the mean of {found.estimator}: its estimates are too long for float64"
            return Reading(case, batching, asked, None, why)
        return Reading(case, batching, asked, found)
    except TooLarge as reason:
        return Reading(case, batching, asked, None, str(reason), too_large=True)
    except EstimatorError as reason:
        return Reading(case, batching, asked, None, str(reason))


def read(subject: Subject, scope: Scope, batching: Batching) -> Moments:
    """The moments of an estimator with the samples of a batching, in fractions if that is little work."""
    size: dict[str, Any] = {"groups": batching.groups, "group_size": batching.group_size, "objective": scope.objective}
    count = batching.count
    if count > scope.budget:
        if not scope.draws:
            raise TooLarge(refusal(batching, count, scope.budget))
        return moments(subject.estimator, batching.problem.floats(), draws=scope.draws, seed=scope.seed, **size)
    size |= {"budget": scope.budget, "progress": False}
    if subject.exact and count * batching.problem.P**2 <= EXACT_WORK:
        try:
            return moments(subject.estimator, batching.problem, **size)
        except EstimatorError:
            pass  # floats may work where Fractions do not
    return moments(subject.estimator, batching.problem.floats(), **size)


__all__ = ["Reading", "read", "reading_of"]
