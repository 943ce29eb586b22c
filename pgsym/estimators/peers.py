"""The variances of the catalogue's estimators, for comparison with an audited one at the same problems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pgsym.estimators.exact_moments import Moments, plain
from pgsym.estimators.measurement import Reading, read
from pgsym.estimators.problems import Case, Scope
from pgsym.estimators.subject import Subject

if TYPE_CHECKING:
    from pgsym.estimators.catalogue import KnownEstimator


@dataclass(frozen=True, eq=False)
class Rival:
    """An estimator at a problem where several are compared; `own` says whether it is the one that is audited."""

    case: Case
    title: str
    found: Moments
    own: bool

    @property
    def unbiased(self) -> bool:
        """Whether its mean is the gradient here."""
        return self.found.unbiased

    def record(self) -> dict[str, Any]:
        """The comparison as JSON-ready data."""
        return {
            "problem": self.case.id,
            "estimator": self.found.estimator,
            "title": self.title,
            "own": self.own,
            "groups": self.found.batching.groups,
            "group_size": self.found.batching.group_size,
            "variance": plain(self.found.variance),
            "mean_squared_error": plain(self.found.mean_squared_error),
            "comparison": str(self.found.comparison),
        }


def known_estimators() -> Sequence[KnownEstimator]:
    """All estimators of the catalogue."""
    from pgsym.estimators.catalogue import KNOWN

    return tuple(KNOWN.values())


def rivals(
    subject: Subject, scope: Scope, readings: Sequence[Reading], known: Sequence[KnownEstimator]
) -> tuple[Rival, ...]:
    """The estimator beside known ones of the same gradient, at the largest problem of each kind.

    Of known ones with equal moments here, such as those that differ only off-policy, the first is shown.
    """
    best: list[Reading] = []
    for kind in ("bandit", "tree", "MDP"):
        at = [r for r in readings if r.asked and r.found is not None and r.case.problem.kind == kind]
        if at:
            best.append(max(at, key=_weight))
    out = [Rival(r.case, subject.estimator.name, r.found, own=True) for r in best if r.found is not None]
    shown: list[list[Moments]] = []
    for k in known:
        at = [r for r in best if k.objective.name == scope.objective.name and k.applies(r.batching.floats())]
        there = [read(Subject(k.estimator, "estimator", k.id, exact=False), scope, r.batching.floats()) for r in at]
        if at and not any(len(there) == len(other) and all(map(_same, there, other)) for other in shown):
            shown.append(there)
            out += [Rival(r.case, k.title, found, own=False) for r, found in zip(at, there, strict=True)]
    return tuple(out)


def _weight(reading: Reading) -> tuple[bool, bool, int, int, int]:
    """The key of the best reading for the comparison: nothing drawn, one group, then the largest."""
    p, drawn = reading.case.problem, reading.found is not None and bool(reading.found.draws)
    return not drawn, reading.batching.groups == 1, reading.batching.group_size, p.T, p.P


def _same(x: Moments, y: Moments) -> bool:
    """Whether two estimators have the same mean and covariance at the same problem, up to rounding."""
    if x.covariance.shape != y.covariance.shape:
        return False
    scale = float(y.variance) or 1.0
    return bool(np.allclose(x.covariance, y.covariance, rtol=0, atol=1e-9 * scale) and np.allclose(x.mean, y.mean))


__all__ = ["Rival", "known_estimators", "rivals"]
