"""Score-function estimators by the choices that they are made of, and the exact mean of each by listed samples.

An estimate is (1/R) Σ_rows Σ_t  norm × weight × (credit − baseline) × score; a slip is another choice at one place.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from pgsym.estimators.enumeration import Plan
from pgsym.estimators.hints.baselines import BASELINES
from pgsym.estimators.hints.choice import RETURN, Choice, Parts
from pgsym.estimators.hints.credits import CREDITS
from pgsym.estimators.hints.norms import NORMS
from pgsym.estimators.hints.regularisers import DIVERGENCES, ENTROPIES
from pgsym.estimators.hints.tokens import TOKENS
from pgsym.estimators.hints.weights import GATES, WEIGHTS
from pgsym.estimators.problem import Floats, Ints

PLACES = {
    "credit": CREDITS | DIVERGENCES | ENTROPIES,
    "baseline": BASELINES,
    "weight": WEIGHTS | GATES,
    "norm": NORMS,
    "tokens": TOKENS,
}
"""What there is to choose from at each place."""


@dataclass(frozen=True)
class Design:
    """One choice at each place, by name."""

    credit: str = "to-go"
    baseline: str = "none"
    weight: str = "importance-weight-missing"
    norm: str = "rows"
    tokens: str = "own"
    parts: Parts = RETURN

    def choice(self, place: str) -> Choice[object]:
        """What is chosen at a place."""
        table: dict[str, Choice[object]] = PLACES[place]  # type: ignore[assignment]
        return table[getattr(self, place)]


class Listed:
    """All samples of a plan, and what designs need of them, in float64; each part is computed once."""

    def __init__(self, plan: Plan):
        self.plan, self.p = plan, plan.problem.floats()
        chunks = list(Plan(self.p, plan.groups, plan.members, plan.unordered).chunks(100_000))
        self.episodes: Ints = np.concatenate([episodes for episodes, _ in chunks])  # (N, R)
        self.mass: Floats = np.concatenate([mass for _, mass in chunks])  # (N,)
        self._kept: dict[object, Floats | None] = {}

    @cached_property
    def _groups(self) -> tuple[int, int, int]:
        return len(self.episodes), self.plan.groups, self.plan.members

    def mean(self, design: Design) -> Floats | None:
        """The exact mean of a design, of shape (P,); None where the design makes no sense at this plan."""
        if design not in self._kept:
            with np.errstate(all="ignore"):
                self._kept[design] = self._mean(design)
        return self._kept[design]

    def _mean(self, design: Design) -> Floats | None:
        p, per_step = self.p, self._per_step(design)
        if per_step is None:
            return None
        index = (self.episodes[..., np.newaxis] * p.T + np.arange(p.T)).ravel()
        weighted = per_step * self.mass[:, np.newaxis, np.newaxis]
        summed = np.bincount(index, weighted.ravel(), p.E * p.T)
        found: Floats = summed @ self._scores(design.tokens) / self.plan.rows
        return found if np.isfinite(found).all() else None

    def estimates(self, design: Design) -> Floats | None:
        """What a design says of every sample, of shape (N, P); None where the design makes no sense at this plan."""
        with np.errstate(all="ignore"):
            per_step = self._per_step(design)
        if per_step is None:
            return None
        scores = self._scores(design.tokens).reshape(self.p.E, self.p.T, self.p.P)
        return np.asarray(np.einsum("nrt,nrtp->np", per_step, scores[self.episodes]) / self.plan.rows)

    def _per_step(self, design: Design) -> Floats | None:
        """What every score is multiplied by, of shape (N, R, T)."""
        advantages = self._advantages(design.credit, design.baseline, design.parts)
        if advantages is None:
            return None
        if design.weight in GATES:
            weights = GATES[design.weight].of(self.p, self.episodes, advantages)
        else:
            weights = self._weight(design.weight)
        return np.asarray(self._norm(design.norm) * weights * advantages)

    def _advantages(self, credit: str, baseline: str, parts: Parts) -> Floats | None:
        key = (credit, baseline, parts)
        if key not in self._kept:
            table = np.broadcast_to(PLACES["credit"][credit].of(self.p, parts), (self.p.E, self.p.T))
            found = BASELINES[baseline].of(table[self.episodes].reshape(*self._groups, self.p.T))
            usable = found is not None and bool(np.isfinite(found).all())
            self._kept[key] = np.reshape(found, (*self.episodes.shape, self.p.T)) if usable else None
        return self._kept[key]

    def _weight(self, name: str) -> Floats:
        found = self._kept.get(name)
        if found is None:
            table = np.broadcast_to(WEIGHTS[name].of(self.p), (self.p.E, self.p.T))
            found = self._kept[name] = table[self.episodes]
        return found

    def _norm(self, name: str) -> Floats:
        found = self._kept.get(name)
        if found is None:
            lengths = self.p.lengths[self.episodes].reshape(*self._groups, 1).astype(np.float64)
            norms = np.broadcast_to(NORMS[name].of(lengths), lengths.shape)
            found = self._kept[name] = norms.reshape(*self.episodes.shape, 1)
        return found

    def _scores(self, name: str) -> Floats:
        found = self._kept.get(name)
        if found is None:
            found = self._kept[name] = TOKENS[name].of(self.p).reshape(self.p.E * self.p.T, self.p.P)
        return found


@lru_cache(maxsize=64)
def listed(plan: Plan) -> Listed:
    """The samples of a small plan; those of the last few dozen are kept."""
    return Listed(plan)


__all__ = ["PLACES", "Design", "Listed", "listed"]
