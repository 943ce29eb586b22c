"""The exact mean, bias, covariance and mean squared error of an estimator at one problem."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from statistics import NormalDist
from typing import Any, Final

import numpy as np

from pgsym.decide.verdicts import Rung
from pgsym.estimators.batches import Batching
from pgsym.estimators.comparison import SMALL, TOLERANCE, Comparison, Kind, compare, direction, hidden, number
from pgsym.estimators.episodes import Episodes, Floats
from pgsym.meaning.numbers.base import Array

ROUNDING: Final = 64 * 2.0**-53
"""A bound of the rounding error of sums in float64, relative to the lengths of their terms."""
CONFIDENCE: Final = 0.99
FEWEST: Final = 100
"""The least number of draws for an interval by the normal approximation."""


@dataclass(frozen=True, eq=False)
class Moments:
    """The mean and the covariance of an estimator at one problem.

    Gradients are of shape (S, A), in the logits; the covariance is of shape (S A, S A).  `mass` is the probability of
    all that was gone through (1, but for rounding), `length` the expected length of an estimate and of what the
    gradient sums up, in floats, `target_length` that of the latter alone, and `rounding` what rounding may leave inside
    of the estimates.  Where samples were drawn, `draws` says how many; the mean is known up to `margin`;
    `unseen` is what episodes that were never drawn add to the gradient.
    """

    estimator: str
    objective: str
    batching: Batching
    mean: Array
    target: Array
    covariance: Array
    samples: int
    mass: Any
    length: float
    draws: int = 0
    seed: int | None = None
    target_length: float = 0.0
    rounding: float = 0.0
    unseen: Array | None = None

    @property
    def problem(self) -> Episodes:
        """The problem at which the moments were computed."""
        return self.batching.problem

    @property
    def bias(self) -> Array:
        """E[estimate] − gradient, of shape (S, A)."""
        return np.asarray(self.mean - self.target)

    @property
    def variance(self) -> Any:
        """The trace of the covariance."""
        return np.trace(self.covariance)

    @property
    def mean_squared_error(self) -> Any:
        """E‖estimate − gradient‖², the variance and the squared length of the bias."""
        return self.variance + (self.bias * self.bias).sum()

    @property
    def margin(self) -> Floats:
        """How far from the mean of the draws the true mean may lie, by entry, all at once with 99 % confidence.

        Normal approximation, Bonferroni over the entries, and what the episodes that were never drawn add to the
        gradient; zero where everything was gone through.
        """
        if not self.draws:
            return np.zeros(self.mean.shape)
        quantile = NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / (2 * self.mean.size))
        scatter = quantile * np.sqrt(np.maximum(np.diag(self.covariance), 0) / self.draws)
        return np.asarray(scatter.reshape(self.mean.shape) + (0 if self.unseen is None else self.unseen))

    @cached_property
    def comparison(self) -> Comparison:
        """The comparison of the mean with the gradient; for draws, only what exceeds their margin counts."""
        return self._comparison_of_draws() if self.draws else judged(self.mean, self.target, self)

    @property
    def noise(self) -> float:
        """A bound of the rounding error of the mean, whose sums are relative to the target; zero in fractions."""
        if self.problem.exact:
            return 0.0
        longest = max(self.length, float(np.linalg.norm(self.target.astype(np.float64))))
        return ROUNDING * longest + self.rounding

    @property
    def target_noise(self) -> float:
        """A bound of the rounding error of the gradient."""
        return 0.0 if self.problem.exact else ROUNDING * self.target_length

    @property
    def vanishes(self) -> bool:
        """Whether all estimates are within rounding of zero."""
        return not self.problem.exact and self.length - self.target_length <= self.noise

    def _comparison_of_draws(self) -> Comparison:
        m, w, margin = self.mean.ravel(), self.target.ravel(), self.margin.ravel() + ROUNDING * self.length
        found = compare(m, w)
        if np.all(np.abs(m - w) <= margin):
            return Comparison(Kind.EQUAL, None, None, found.deviation, drawn=True)
        if found.kind in (Kind.APPEARS, Kind.VANISHES) or np.all(np.abs(m) <= margin):
            return replace(found, kind=Kind.APPEARS if found.kind is Kind.APPEARS else Kind.VANISHES, drawn=True)
        some = w != 0
        low, high = np.sort([(m[some] - margin[some]) / w[some], (m[some] + margin[some]) / w[some]], axis=0)
        cosine, sine = direction(m, w)
        if np.all(np.abs(m[~some]) <= margin[~some]) and low.max() <= high.min():
            return Comparison(Kind.SCALED, float(m @ w / (w @ w)), cosine, found.deviation, drawn=True, sine=sine)
        return Comparison(Kind.BIASED_DIRECTION, None, cosine, found.deviation, drawn=True, sine=sine)

    @property
    def unbiased(self) -> bool:
        """Whether the mean is the gradient; for draws, whether no bias was seen."""
        return self.comparison.equal

    @property
    def rung(self) -> Rung:
        """The rung of evidence: exact if all samples were enumerated, tested if samples were drawn."""
        return Rung.TESTED if self.draws else Rung.EXACT

    @property
    def evidence(self) -> str:
        """The evidence in one line."""
        if self.draws:
            return f"{self.draws:,} samples drawn at random (seed {self.seed}), normal intervals of {CONFIDENCE:.0%}"
        kind = "multisets" if self.batching.unordered else "samples"
        how = "in fractions"
        if not self.problem.exact:
            length = float(np.linalg.norm(self.target.astype(np.float64)))
            off = self.noise / length if length > ROUNDING * self.target_length else 0.0
            how = f"in float64, equal means within {max(TOLERANCE, off):.0e} of the length"
        return f"all {self.samples:,} {kind} gone through, {how}"

    @property
    def scope(self) -> str:
        """The problem and the batch in words: sizes, lengths, on- or off-policy, groups."""
        batching = self.batching
        batch = f"{batching.groups} group{'s' if batching.groups > 1 else ''} of {batching.group_size}"
        if batching.group_size == 1:
            batch = f"{batching.groups} episode{'s' if batching.groups > 1 else ''} a sample"
        return f"{self.problem}, {batch}"

    def __str__(self) -> str:
        about = "an unbiased estimate" if self.unbiased else str(self.comparison)
        if self.draws and self.unbiased:
            about = "no bias seen"
        small = 0.0 if self.problem.exact else min(SMALL, self.noise)
        squared = self.mean_squared_error
        variance = number(self.variance, ROUNDING * float(squared))
        lines = [
            f"{self.rung}: {self.estimator} against ∇({self.objective}): {about}",
            f"  scope     {self.scope}",
            f"  evidence  {self.evidence}",
            f"  gradient  {row(self.target, small)}",
            f"  mean      {row(self.mean, small)}",
        ]
        if self.draws:
            lines.append(f"  margin    ±{row(self.margin)}")
        return "\n".join(
            [
                *lines,
                f"  variance  {variance} (trace), mean squared error {number(squared, 0.0)}",
            ]
        )

    def record(self) -> dict[str, Any]:
        """The moments as JSON-ready data; fractions are strings."""
        return {
            "estimator": self.estimator,
            "objective": self.objective,
            "scope": self.scope,
            "rung": str(self.rung),
            "evidence": self.evidence,
            "unbiased": self.unbiased,
            "comparison": {
                "kind": self.comparison.kind.name.lower(),
                "factor": None if self.comparison.factor is None else number(self.comparison.factor),
                "cosine": self.comparison.cosine,
            },
            "gradient": plain(self.target),
            "mean": plain(self.mean),
            "bias": plain(self.bias),
            "covariance": plain(self.covariance),
            "variance": plain(self.variance),
            "mean_squared_error": plain(self.mean_squared_error),
            "samples": self.samples,
            "margin": plain(self.margin) if self.draws else None,
        }


def judged(found: Array, wanted: Array, *by: Moments, tolerance: float = TOLERANCE) -> Comparison:
    """How a mean lies to what it should be: the one judgement of `moments`, of the assertions and of the audit.

    `by` are the moments that both were computed of.  Fractions are compared exactly.  In float64 two gradients are
    equal that differ by no more than the tolerance of their lengths, or than rounding may leave of what they sum up;
    where that is coarse beside the gradient itself, the mean is hidden.
    """
    noise = max(m.noise for m in by)
    lies = compare(found, wanted, tolerance, noise)
    own = max(m.target_noise for m in by)
    vanish = len(by) > 1 and all(m.vanishes for m in by)
    if not vanish and any(not m.problem.exact for m in by) and hidden(found, wanted, noise, own, tolerance):
        return Comparison(Kind.HIDDEN, None, None, lies.deviation)
    return lies


def row(table: Array, small: float = SMALL) -> str:
    """A table as text, with rows in brackets; floats up to `small` are zero."""
    rows = ["[" + ", ".join(number(x, small) for x in r) + "]" for r in np.atleast_2d(table)]
    return rows[0] if len(rows) == 1 else "[" + ", ".join(rows) + "]"


def plain(value: Any) -> Any:
    """Numbers as JSON-ready data, fractions as strings."""
    if isinstance(value, np.ndarray):
        return [plain(x) for x in value]
    if isinstance(value, Fraction):
        return str(value)
    return float(value)


__all__ = ["Moments", "judged", "plain", "row"]
