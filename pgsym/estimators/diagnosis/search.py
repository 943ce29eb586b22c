"""The search for mistakes that give the same means as an estimator wherever it was observed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Final

import numpy as np

from pgsym.errors import EstimatorError
from pgsym.estimators.batches import Batching
from pgsym.estimators.comparison import Kind, compare
from pgsym.estimators.diagnosis.baselines import LOOSE, NO_SLACK, SLACKS
from pgsym.estimators.diagnosis.candidates import (
    Candidate,
    choices_at,
    parts_of,
    parts_of_kind,
    right_designs,
    slips,
    with_other_parts,
    with_wrong_sign,
)
from pgsym.estimators.diagnosis.choice import RETURN, Parts
from pgsym.estimators.diagnosis.designs import Design, listed
from pgsym.estimators.diagnosis.factors import Factor, formula
from pgsym.estimators.diagnosis.observations import Observation
from pgsym.estimators.diagnosis.probes import probes
from pgsym.estimators.diagnosis.symptoms import depends_on
from pgsym.estimators.episodes import Floats
from pgsym.estimators.estimator import Estimator, estimated
from pgsym.estimators.objectives import Objective
from pgsym.estimators.problems.generic import Features
from pgsym.estimators.samples import Samples

ROUGH: Final = 2e-3
"""The relative tolerance of means until it is known which small constant keeps a standard deviation from zero."""


@dataclass(frozen=True)
class Slip:
    """A design with mistakes at a few places, and the factor between its mean and the estimator's."""

    design: Design
    right: Design
    places: tuple[str, ...]
    factor: Factor
    tried: int


@dataclass(frozen=True)
class Search:
    """The search for mistakes in right designs, for an estimator and its observations."""

    estimator: Estimator
    objective: Objective
    batching: Batching
    features: Features
    seen: list[Observation]
    several: bool = False  # whether samples of several groups were seen too

    @cached_property
    def _right(self) -> tuple[list[Design], Parts | None]:
        """(the right designs, the coefficients of objectives that sum to the estimator's means)."""
        batchings = probes(self.features, self.batching, self.several)
        problems = [batching.problem for batching in batchings]
        try:
            targets = [self.objective.gradient(p).ravel() for p in problems]
            parts = parts_of(problems, targets) or RETURN
            rich = [o for o in self.seen if o.batching in batchings]
            kinds = parts_of_kind(parts)
            mixed = parts_of([o.batching.problem for o in rich], [o.mean for o in rich], kinds) if rich else None
        except Exception:  # a user's objective may fail in any way at a problem that it was not written for
            return [], None
        return right_designs(batchings, targets, self._open(parts), parts), mixed

    def _open(self, parts: Parts) -> dict[str, list[str]]:
        places = choices_at(self.features, parts, self.batching, self.several)
        if not self.features.off_policy and not self._depends_on_behaviour:  # no gradient can flow through a ratio
            places["weight"] = [name for name in places["weight"] if "through" not in name]
        return places

    @cached_property
    def _depends_on_behaviour(self) -> bool:
        some = probes(self.features, self.batching)[:1]
        return any(depends_on(self.estimator, batching, "behaviour") for batching in some)

    @cached_property
    def _places(self) -> dict[str, list[str]]:
        return self._open(self._right[0][0].parts)

    def one(self) -> list[Slip]:
        """The single mistakes that agree with all means, and with every sample if some do; likeliest first."""
        right, mixed = self._right
        return self._likeliest(chain(slips(right, self._places, 1), with_other_parts(right, mixed))) if right else []

    def two(self) -> list[Slip]:
        """The pairs of mistakes that agree in the same way."""
        plain = [start for start in self._right[0] if start.baseline == "none"] or self._right[0][:1]
        if not plain:
            return []
        return self._likeliest(chain(slips(plain, self._places, 2), with_wrong_sign(plain, self._places)))

    def _likeliest(self, candidates: Iterable[Candidate]) -> list[Slip]:
        fitting = sorted(agreeing(self.seen, candidates), key=lambda slip: slip.factor.name != "equal")
        alike = [slip for slip in fitting if slip.factor.name == fitting[0].factor.name]
        same = same_samples(self.estimator, self.seen[0].batching, alike)
        return same if same or all(silent(o) for o in self.seen) else alike


def agreeing(seen: Sequence[Observation], candidates: Iterable[Candidate]) -> Iterator[Slip]:
    """The mistakes whose means are the estimator's at all observations, up to one factor."""
    for design, right, where in candidates:
        loose = ROUGH if design.baseline in LOOSE else 0.0
        first = listed(seen[0].batching).mean(design)
        if first is None or not _parallel(seen[0].mean, first, loose or 1e-9) or _factor(seen, design, loose) is None:
            continue
        for slack in SLACKS if loose else (NO_SLACK,):
            exact = replace(design, slack=slack)
            if (fitting := _factor(seen, exact, 0.0)) is not None:
                yield Slip(exact, right, where, *fitting)
                break


def _factor(seen: Sequence[Observation], design: Design, loose: float) -> tuple[Factor, int] | None:
    """(the factor between a design's means and the observed ones, the number of batchings); None if none fits."""
    means = [listed(o.batching).mean(design) for o in seen]
    if any(m is None and not silent(o) for o, m in zip(seen, means, strict=True)):
        return None  # the design is not defined there, but the estimator is
    kept = [(o.batching, o.mean, m) for o, m in zip(seen, means, strict=True) if m is not None]
    batchings, found, wanted = zip(*kept, strict=True)
    factor = formula(batchings, found, wanted, loose)
    return None if factor is None else (factor, len(batchings))


def same_samples(estimator: Estimator, batching: Batching, fitting: Sequence[Slip]) -> list[Slip]:
    """The mistakes whose estimates agree with the estimator's on every sample.

    Mistakes with equal means may differ by terms that average out, such as rewards before an action or a baseline.
    """
    if not fitting:
        return []
    samples = listed(batching)
    try:
        found = estimated(estimator, Samples(samples.p, samples.episodes, batching.groups)).astype(np.float64)
    except EstimatorError:  # it works in Fractions only
        return []
    size = float(samples.mass @ (found**2).sum(axis=1))
    if not size:  # every design with zero estimates would agree
        return []

    def same(slip: Slip) -> bool:
        estimates = samples.estimates(slip.design)
        if estimates is None:
            return False
        apart = float(samples.mass @ ((slip.factor.of(batching) * estimates - found) ** 2).sum(axis=1))
        return apart <= 1e-16 * size

    return [slip for slip in fitting if same(slip)]


def silent(seen: Observation) -> bool:
    """Whether an observed mean is zero."""
    return bool(np.abs(seen.mean).max() <= 1e-12)


def _parallel(found: Floats, wanted: Floats, tolerance: float) -> bool:
    kind = compare(found, wanted, tolerance, noise=1e-12).kind
    return kind in (Kind.EQUAL, Kind.SCALED)


__all__ = ["Search", "Slip"]
