"""The computed facts of the catalogue: each factor over the whole grid, and the smallest problem without one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pgsym.estimators.batches import Batching
from pgsym.estimators.catalogue.grid import Point, grid
from pgsym.estimators.catalogue.known import KnownEstimator
from pgsym.estimators.comparison import Kind
from pgsym.estimators.enumeration import moments
from pgsym.estimators.exact_moments import Moments
from pgsym.estimators.listing import tree
from pgsym.estimators.problems.exhaustive import EVEN, SKEW, STEEP

OFF_LINE = (Kind.BIASED_DIRECTION, Kind.VANISHES, Kind.APPEARS)
OFF_POLICY = ("reinforce", "importance-trajectory", "importance-per-decision", "per-token-ratio", "clipped")


@dataclass(frozen=True, eq=False)
class Fact:
    """The means of an entry on the grid, compared with its claimed factors.

    At `held` batchings the mean is exactly the claimed multiple of the gradient; at `broken` ones it is not, and the
    catalogue is wrong.  At `open` batchings no factor is claimed; `turned` has the moments at the first of them where
    the mean is no multiple of the gradient, on-policy if possible, and in Fractions if the entry can be computed so.
    """

    known: KnownEstimator
    held: int
    open: int
    broken: tuple[Point, ...]
    turned: Moments | None

    @property
    def true(self) -> bool:
        """Whether the grid confirms the entry: claimed factors hold, and some mean without a claim is no multiple."""
        return not self.broken and (self.held > 0 or self.open > 0) and (not self.open or self.turned is not None)

    def record(self) -> dict[str, Any]:
        """All of it as JSON-ready data."""
        k = self.known
        return {
            "id": k.id,
            "title": k.title,
            "summary": k.summary,
            "objective": k.objective.name,
            "fact": k.fact,
            "smallest_group": k.smallest_group,
            "claims": list(k.claims),
            "held": self.held,
            "broken": len(self.broken),
            "turned": None if self.turned is None else self.turned.record(),
        }


@lru_cache
def fact(known: KnownEstimator) -> Fact:
    """The fact of an entry, computed over the whole grid."""
    held, open_ = 0, 0
    broken: list[Point] = []
    turned: Point | None = None
    for point in grid():
        if not known.applies(point.floats):
            continue
        claimed = known.factor(point.floats)
        if claimed is None:
            open_ += 1
            better = turned is None or (point.floats.problem.on_policy and not turned.floats.problem.on_policy)
            if better and point.comparison(known).kind in OFF_LINE:
                turned = point
        elif point.agrees(known, claimed):
            held += 1
        else:
            broken.append(point)
    return Fact(known, held, open_, tuple(broken), None if turned is None else _moments(known, turned))


def example(known: KnownEstimator, off_policy: bool = False) -> Moments | None:
    """An entry's moments at one example, four members of ragged sequences; None if it is not meant for that.

    Off-policy there are only the entries that correct for it, and REINFORCE for comparison.
    """
    ragged: dict[str, Any] = {"length": 2, "end": 0, "policy": SKEW, "reference": STEEP}
    problem = tree([1, 0, 2], **ragged, behaviour=EVEN if off_policy else None)
    batching = Batching(problem.floats() if known.floats else problem, group_size=4)
    if not known.applies(batching) or (off_policy and known.id not in OFF_POLICY):
        return None
    return moments(
        known.estimator, batching.problem, group_size=batching.group_size, objective=known.objective, unordered=True
    )


def _moments(known: KnownEstimator, point: Point) -> Moments:
    batching = point.floats if known.floats else point.exact
    return moments(known.estimator, batching.problem, group_size=batching.group_size, objective=known.objective)


__all__ = ["Fact", "example", "fact"]
