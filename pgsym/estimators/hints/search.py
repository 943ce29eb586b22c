"""The slips that an estimator's means agree with, wherever it was seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np

from pgsym.errors import EstimatorError
from pgsym.estimators.enumeration import Plan
from pgsym.estimators.estimator import Estimator, estimated
from pgsym.estimators.hints.baselines import LOOSE
from pgsym.estimators.hints.candidates import (
    Candidate,
    open_to,
    parts_of,
    parts_of_kind,
    put_together,
    rights,
    slips,
    turned_round,
)
from pgsym.estimators.hints.choice import RETURN, Parts
from pgsym.estimators.hints.designs import Design, listed
from pgsym.estimators.hints.factors import Factor, formula
from pgsym.estimators.hints.observations import Observation
from pgsym.estimators.hints.probes import Features, probes
from pgsym.estimators.matching import Kind, match
from pgsym.estimators.objectives import Objective
from pgsym.estimators.problem import Floats
from pgsym.estimators.samples import Samples


@dataclass(frozen=True)
class Slip:
    """A design that is right but for a few places, and the factor between its mean and the estimator's."""

    design: Design
    right: Design
    places: tuple[str, ...]
    factor: Factor
    tried: int


@dataclass(frozen=True)
class Search:
    """Slips in what is right at problems with some features, for an estimator that was seen at some plans."""

    estimator: Estimator
    objective: Objective
    plan: Plan
    features: Features
    seen: list[Observation]

    @cached_property
    def _right(self) -> tuple[list[Design], Parts | None]:
        """(what is right, the parts that the estimator's means are made of)"""
        plans = probes(self.features, self.plan)
        problems = [plan.problem for plan in plans]
        try:
            targets = [self.objective.gradient(p).ravel() for p in problems]
            parts = parts_of(problems, targets) or RETURN
            rich = [o for o in self.seen if o.plan in plans]
            kinds = parts_of_kind(parts)
            mixed = parts_of([o.plan.problem for o in rich], [o.mean for o in rich], kinds) if rich else None
        except Exception:  # a user's objective may fail in any way at a problem that it was not written for
            return [], None
        return rights(plans, targets, open_to(self.features, parts, self.plan), parts), mixed

    @cached_property
    def _places(self) -> dict[str, list[str]]:
        return open_to(self.features, self._right[0][0].parts, self.plan)

    def one(self) -> list[Slip]:
        """What agrees with everything seen, and with every sample if there is such, of one slip; the likelier first."""
        right, mixed = self._right
        return self._likeliest(chain(slips(right, self._places, 1), put_together(right, mixed))) if right else []

    def two(self) -> list[Slip]:
        """The same of two slips."""
        plain = [start for start in self._right[0] if start.baseline == "none"] or self._right[0][:1]
        return self._likeliest(chain(slips(plain, self._places, 2), turned_round(plain, self._places))) if plain else []

    def _likeliest(self, candidates: Iterable[Candidate]) -> list[Slip]:
        fitting = sorted(agreeing(self.seen, candidates), key=lambda slip: slip.factor.name != "equal")
        alike = [slip for slip in fitting if slip.factor.name == fitting[0].factor.name]
        return same_samples(self.estimator, self.seen[0].plan, alike)


def agreeing(seen: Sequence[Observation], candidates: Iterable[Candidate]) -> Iterator[Slip]:
    """The slips whose means are those of an estimator wherever it was seen, or a factor of them."""
    for design, right, where in candidates:
        loose = 2e-3 if design.baseline in LOOSE else 0.0
        first = listed(seen[0].plan).mean(design)
        if first is None or not _parallel(seen[0].mean, first, loose or 1e-9):
            continue
        means = [listed(o.plan).mean(design) for o in seen]
        kept = [(o.plan, o.mean, m) for o, m in zip(seen, means, strict=True) if m is not None]
        plans, found, wanted = zip(*kept, strict=True)
        factor = formula(plans, found, wanted, loose)
        if factor is not None:
            yield Slip(design, right, where, factor, len(plans))


def same_samples(estimator: Estimator, plan: Plan, fitting: Sequence[Slip]) -> list[Slip]:
    """The slips whose estimates are those of an estimator sample by sample, if there are any; else all.

    Slips whose means agree may differ by what averages out: rewards before an action, or a baseline.
    """
    if len(fitting) < 2:
        return list(fitting)
    samples = listed(plan)
    try:
        found = estimated(estimator, Samples(samples.p, samples.episodes, plan.groups)).astype(np.float64)
    except EstimatorError:  # judged in Fractions, and no floats are known of it
        return list(fitting)
    size = float(samples.mass @ (found**2).sum(axis=1))

    def same(slip: Slip) -> bool:
        estimates = samples.estimates(slip.design)
        if estimates is None:
            return False
        apart = float(samples.mass @ ((slip.factor.of(plan) * estimates - found) ** 2).sum(axis=1))
        return apart <= (4e-6 if slip.design.baseline in LOOSE else 1e-16) * size

    return [slip for slip in fitting if same(slip)] or list(fitting)


def _parallel(found: Floats, wanted: Floats, tolerance: float) -> bool:
    kind = match(found, wanted, tolerance, noise=1e-12).kind
    return kind in (Kind.EQUAL, Kind.SCALED)


__all__ = ["Search", "Slip"]
