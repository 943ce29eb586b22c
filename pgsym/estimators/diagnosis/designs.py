"""Score-function estimators as combinations of choices, and the exact mean of each over listed samples.

An estimate is (1/R) Σ_rows Σ_t  norm × weight × (credit − baseline) × score; a mistake is a wrong choice at one place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeVar

import numpy as np

from pgsym.estimators.batches import Batching
from pgsym.estimators.diagnosis.baselines import BASELINES, NO_SLACK, Slack
from pgsym.estimators.diagnosis.choice import RETURN, Choice, Parts
from pgsym.estimators.diagnosis.credits import CREDITS
from pgsym.estimators.diagnosis.norms import NORMS
from pgsym.estimators.diagnosis.regularisers import DIVERGENCES, ENTROPIES, PAID
from pgsym.estimators.diagnosis.tokens import TOKENS
from pgsym.estimators.diagnosis.weights import GATES, WEIGHTS
from pgsym.estimators.episodes import Floats, Ints

Kept = TypeVar("Kept", bound="Floats | None")

PLACES: Final[dict[str, Mapping[str, Choice[Any]]]] = {
    "weight": WEIGHTS | GATES,
    "norm": NORMS,
    "baseline": BASELINES,
    "regulariser": PAID | DIVERGENCES | ENTROPIES,
    "credit": CREDITS,
    "tokens": TOKENS,
}
"""The choices at each place."""


@dataclass(frozen=True)
class Design:
    """One choice at each place, by name."""

    credit: str = "to-go"
    baseline: str = "none"
    weight: str = "importance-weight-missing"
    norm: str = "rows"
    tokens: str = "own"
    parts: Parts = RETURN
    regulariser: str = "paid"
    slack: Slack = NO_SLACK

    def choice(self, place: str) -> Choice[Any]:
        """The choice at a place."""
        return PLACES[place][getattr(self, place)]


class Listed:
    """All samples of a batching in float64, with the parts that designs need; each part is computed once."""

    def __init__(self, batching: Batching):
        self.batching, self.p = batching, batching.problem.floats()
        chunks = list(Batching(self.p, batching.groups, batching.group_size, batching.unordered).chunks(100_000))
        self.episodes: Ints = np.concatenate([episodes for episodes, _ in chunks])  # (N, R)
        self.mass: Floats = np.concatenate([mass for _, mass in chunks])  # (N,)
        self._kept: dict[object, Any] = {}

    @property
    def _rows(self) -> tuple[int, int, int]:
        return (*self.episodes.shape, self.p.T)

    def mean(self, design: Design) -> Floats | None:
        """The exact mean of a design, of shape (P,); None if the design is not defined at this batching."""
        return self._once(design, lambda: self._mean(design))

    def _mean(self, design: Design) -> Floats | None:
        p, per_step = self.p, self._per_step(design)
        if per_step is None:
            return None
        index = (self.episodes[..., np.newaxis] * p.T + np.arange(p.T)).ravel()
        weighted = per_step * self.mass[:, np.newaxis, np.newaxis]
        summed = np.bincount(index, weighted.ravel(), p.E * p.T)
        scores = self._scores(design.tokens).reshape(p.E * p.T, p.P)
        found: Floats = summed @ scores / self.batching.rows
        return found if np.isfinite(found).all() else None

    def estimates(self, design: Design) -> Floats | None:
        """A design's estimate for every sample, of shape (N, P); None if the design is not defined here."""
        per_step = self._per_step(design)
        if per_step is None:
            return None
        scores = self._scores(design.tokens)[self.episodes]
        return np.asarray(np.einsum("nrt,nrtp->np", per_step, scores) / self.batching.rows)

    def _per_step(self, design: Design) -> Floats | None:
        """The factors of the scores, of shape (N, R, T)."""
        advantages = self._advantages(design)
        if advantages is None:
            return None
        if design.weight in GATES:
            with np.errstate(all="ignore"):
                weights = GATES[design.weight].of(self.p, self.episodes, advantages)
        else:
            weights = self._weights(design.weight)
        return np.asarray(self._norms(design.norm) * weights * advantages)

    def _advantages(self, design: Design) -> Floats | None:
        def compute() -> Floats | None:
            paid, besides = PLACES["regulariser"][design.regulariser].of(self.p, design.parts)
            table = np.broadcast_to(CREDITS[design.credit].of(self.p, paid) + besides, (self.p.E, self.p.T))
            shape = -1, self.batching.groups, self.batching.group_size, self.p.T
            grouped, mask = (x[self.episodes].reshape(shape) for x in (table, self.p.mask.astype(np.float64)))
            found = BASELINES[design.baseline].of(grouped, mask, design.slack)
            return found.reshape(self._rows) if found is not None and np.isfinite(found).all() else None

        key = design.credit, design.baseline, design.parts, design.regulariser, design.slack
        return self._once(key, compute)

    def _weights(self, name: str) -> Floats:
        def compute() -> Floats:
            return np.broadcast_to(WEIGHTS[name].of(self.p), (self.p.E, self.p.T))[self.episodes]

        return self._once(("weight", name), compute)

    def _norms(self, name: str) -> Floats:
        def compute() -> Floats:
            shape = (len(self.episodes), self.batching.groups, self.batching.group_size, 1)
            lengths = self.p.lengths[self.episodes].reshape(shape).astype(np.float64)
            return np.broadcast_to(NORMS[name].of(lengths), shape).reshape(*self.episodes.shape, 1)

        return self._once(("norm", name), compute)

    def _scores(self, name: str) -> Floats:
        return self._once(("tokens", name), lambda: TOKENS[name].of(self.p))

    def _once(self, key: object, compute: Callable[[], Kept]) -> Kept:
        if key not in self._kept:
            with np.errstate(all="ignore"):
                self._kept[key] = compute()
        return self._kept[key]  # type: ignore[no-any-return]


@lru_cache(maxsize=24)
def listed(batching: Batching) -> Listed:
    """The samples of a small batching; the last 24 are cached."""
    return Listed(batching)


__all__ = ["PLACES", "Design", "Listed", "listed"]
