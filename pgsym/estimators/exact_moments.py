"""What an estimator does at one problem: its exact mean, bias, covariance and mean squared error."""

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
"""What summing in float64 may leave of terms that cancel, relative to their lengths."""
CONFIDENCE: Final = 0.99
FEWEST: Final = 100
"""How many draws an interval by the normal approximation needs at least."""


@dataclass(frozen=True, eq=False)
class Moments:
    """What an estimator does on average at one problem, and how it scatters.

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
        """The problem it was computed at."""
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
        """How the mean lies to the gradient; of draws, only what their margin shows."""
        return self._comparison_of_draws() if self.draws else judged(self.mean, self.target, self)

    @property
    def noise(self) -> float:
        """What rounding may leave of the mean; sums are about the target.  Zero in fractions."""
        if self.problem.exact:
            return 0.0
        longest = max(self.length, float(np.linalg.norm(self.target.astype(np.float64))))
        return ROUNDING * longest + self.rounding

    @property
    def target_noise(self) -> float:
        """What rounding may leave of the gradient that is wanted."""
        return 0.0 if self.problem.exact else ROUNDING * self.target_length

    @property
    def vanishes(self) -> bool:
        """Whether no estimate is more than rounding may leave, so that the mean is zero up to rounding."""
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
        """Whether the mean is the gradient; of draws, whether nothing speaks against it."""
        return self.comparison.equal

    @property
    def rung(self) -> Rung:
        """The rung of evidence: exact where all samples were gone through, tested where some were drawn."""
        return Rung.TESTED if self.draws else Rung.EXACT

    @property
    def evidence(self) -> str:
        """How it was found, in a line."""
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
        """Where this holds: the sizes, the lengths, whose samples, how they are grouped."""
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
        """All of it as JSON-ready data; fractions are strings."""
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
    """A table for people: its rows in brackets; floats up to `small` are zero."""
    rows = ["[" + ", ".join(number(x, small) for x in r) + "]" for r in np.atleast_2d(table)]
    return rows[0] if len(rows) == 1 else "[" + ", ".join(rows) + "]"


def plain(value: Any) -> Any:
    """Numbers as JSON has them, fractions as strings."""
    if isinstance(value, np.ndarray):
        return [plain(x) for x in value]
    if isinstance(value, Fraction):
        return str(value)
    return float(value)


__all__ = ["Moments", "judged", "plain", "row"]
