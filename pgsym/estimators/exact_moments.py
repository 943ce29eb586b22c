"""The exact mean, bias, covariance and mean squared error of any estimator, by going through all its samples.

No sampling: every batch that can be drawn is given to the estimator, and what it says is weighted by the batch's
probability.  In Fractions the result is exact, in float64 it is exact to rounding.  Where there are too many batches
the work is refused, with its estimate; samples can be drawn instead, and then the result says so.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from statistics import NormalDist
from typing import Any, Final

import numpy as np

from pgsym.decide.verdicts import Rung
from pgsym.errors import EstimatorError, TooLarge
from pgsym.estimators.batches import Batching
from pgsym.estimators.comparison import SMALL, TOLERANCE, Comparison, Kind, compare, direction, hidden, number, shortly
from pgsym.estimators.episodes import Episodes, Floats, Ints
from pgsym.estimators.estimator import (
    Estimator,
    Sized,
    as_estimator,
    check,
    check_last,
    estimated,
    reads_rewards,
)
from pgsym.estimators.objectives import Objective, expected_return, summed
from pgsym.estimators.samples import Samples
from pgsym.meaning.numbers.base import Array

BUDGET: Final = 20_000_000
"""How many samples are gone through without being asked."""
CHUNK: Final = 2**20
"""How many numbers a chunk's largest array may have."""
RATE: Final = 2_000_000
"""Samples a second of a simple estimator, for estimates of time."""
YEAR: Final = 365 * 86_400
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


def moments(
    estimator: Estimator | Callable[..., Any],
    problem: Episodes,
    *,
    groups: int = 1,
    group_size: int = 1,
    objective: Objective = expected_return,
    unordered: bool = False,
    budget: int = BUDGET,
    draws: int = 0,
    seed: int = 0,
    progress: bool | None = None,
    names: Mapping[str, str] | None = None,
) -> Moments:
    """The exact moments of an estimator of an objective's gradient, at one problem.

    The estimator is a function of arrays that are named by its arguments (see `COLUMNS` and `SHARED`; `names` says what
    others mean) and returns one gradient estimate for every sample, of shape (N, P) or (N, S, A); or the result of
    `from_advantages`, `from_torch` or `from_jax`.  A sample is `groups` groups of `group_size` episodes.  With
    `unordered` only multisets are gone through, and it is checked that the estimator does not care for the order.  With
    `draws` that many samples are drawn instead, and what is found is `tested`.  A loss of a framework is
    judged in float64.  `progress` shows a bar (by default, on a terminal, where the work is long).

    Raises TooLarge, with an estimate, for more samples than the budget, and EstimatorError for one that returns the
    wrong shape, NaN or integers, mixes samples, cares for the order, or is random by itself, and InstanceError for
    a problem whose episodes have probabilities that do not sum to 1.

    >>> from pgsym.estimators import bandit
    >>> def reinforce(returns, total_scores):
    ...     return (returns[..., None] * total_scores).mean(axis=1)
    >>> half = Fraction(1, 2)
    >>> print(moments(reinforce, bandit([half, half], [0, 1]), groups=2))
    exact: reinforce against ∇(J): an unbiased estimate
      scope     1 state, 2 actions, length 1, on-policy, 2 episodes a sample
      evidence  all 4 samples gone through, in fractions
      gradient  [-1/4, 1/4]
      mean      [-1/4, 1/4]
      variance  1/16 (trace), mean squared error 1/16
    """
    if not isinstance(problem, Episodes):
        raise EstimatorError(f"a problem is made by bandit, tree or from_mdp: {problem!r} is none")
    if not isinstance(objective, Objective):
        raise EstimatorError(f"an objective is one of pgsym.estimators, or made by expectation, not {objective!r}")
    if not isinstance(budget, int | float | np.integer):
        raise EstimatorError(f"budget={budget!r}: a budget is a number of samples")
    known = as_estimator(estimator, names)
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise EstimatorError(f"seed={seed!r}: a seed is an int of at least 0")
    if draws and (not isinstance(draws, int | np.integer) or draws < FEWEST):
        raise EstimatorError(f"draws={draws!r}: draw at least {FEWEST} samples, or none to go through all of them")
    if draws or (problem.exact and getattr(known, "in_floats", False)):
        problem = problem.floats()
    batching = Batching(problem, groups, group_size, unordered)
    problem.check_memory("the covariance", problem.P)
    problem.check_law()
    target = objective.gradient(problem)
    size = max(32, CHUNK // (batching.rows * problem.T * problem.P))
    total = draws or batching.count
    if not draws and total > budget:
        raise TooLarge(refusal(batching, total, budget))
    length = 0.0 if problem.exact else objective.length(problem)
    gathered = _Sums(target, problem.exact, length)
    drawn = np.zeros(problem.E, dtype=bool)
    watched, inside = _Watched(known), 0.0
    with _progress(progress, total) as advance:
        for episodes, weights in _weighted(batching, size, draws, seed):
            samples = Samples(problem, episodes, groups)
            estimates = estimated(watched, samples)
            if watched.sizes is not None:
                inside += float(weights @ watched.sizes)
            if not gathered.samples:
                check(known, samples, estimates, unordered)
            else:
                check_last(known, samples, estimates)
            gathered.add(estimates, weights)
            if draws:
                drawn[episodes] = True
            advance(len(episodes))
    mean, covariance = gathered.finish(draws)
    met = replace(problem, chance=np.where(drawn, problem.chance, 0)) if draws else problem
    return Moments(
        known.name, objective.name, batching, mean, target, covariance, gathered.samples, gathered.mass,
        gathered.length, draws, seed if draws else None,
        target_length=length,
        rounding=_rounding(known, problem, inside),
        unseen=np.abs(target - objective.gradient(met)) if draws else None,
    )  # fmt: skip


def _rounding(estimator: Estimator, problem: Episodes, inside: float) -> float:
    """What rounding may leave inside of estimates: by the size of what they add up, and of the rewards they read."""
    if problem.exact:
        return 0.0
    laws = (problem.policy, problem.behaviour) if reads_rewards(estimator) else ()
    earned = max((summed(problem.mass(law) * problem.returns, problem) for law in laws), default=0.0)
    return ROUNDING / 16 * inside + ROUNDING * earned


class _Watched:
    """An estimator, with the sizes of what its last estimates add up, where it tells them."""

    def __init__(self, estimator: Estimator):
        self.estimator, self.name = estimator, estimator.name
        self.sizes: Floats | None = None

    def __call__(self, samples: Samples) -> Array:
        if samples.problem.exact or not isinstance(self.estimator, Sized):
            return self.estimator(samples)
        found, self.sizes = self.estimator.with_sizes(samples)
        return found


def _weighted(batching: Batching, size: int, draws: int, seed: int) -> Iterator[tuple[Ints, Array]]:
    if not draws:
        yield from batching.chunks(size)
        return
    for episodes in batching.draws(draws, seed, size):
        yield episodes, np.full(len(episodes), 1.0 / draws)


class _Sums:
    """The weighted sums of estimates and of their products, about the target (which keeps small biases sharp)."""

    def __init__(self, target: Array, exact: bool, length: float):
        self.target, self.exact = target if exact else target.astype(np.float64), exact
        P = target.size
        zero = Fraction(0) if exact else 0.0
        self.first: Array = np.full(P, zero, dtype=self.target.dtype)
        self.lost: Array = np.zeros(P)
        self.second: Array = np.full((P, P), zero, dtype=self.target.dtype)
        self.mass: Any = zero
        self.samples, self.length = 0, length

    def add(self, estimates: Array, weights: Array) -> None:
        about = estimates - self.target.ravel()
        weighted = about * weights[:, np.newaxis]
        if self.exact:
            self.first = self.first + weighted.sum(axis=0)
        else:  # Kahan: what the addition of a chunk loses is added to the next
            term = weighted.sum(axis=0) - self.lost
            total = self.first + term
            self.lost, self.first = (total - self.first) - term, total
        self.second = self.second + weighted.T @ about
        self.mass = self.mass + weights.sum()
        self.samples += len(estimates)
        if not self.exact:
            self.length += float(weights @ np.sqrt(np.einsum("np,np->n", estimates, estimates)))

    def finish(self, draws: int) -> tuple[Array, Array]:
        bias = self.first
        covariance = self.second - np.outer(bias, bias)
        if draws > 1:
            covariance = covariance * (draws / (draws - 1))
        return self.target + bias.reshape(self.target.shape), np.asarray(covariance)


def refusal(batching: Batching, total: int, budget: int) -> str:
    """Why a number of samples is refused, what it would take, and what can be done instead."""
    rows = "episodes" if batching.group_size == 1 else "members"
    others = [f"fewer {rows}", "draws=… for samples at random"]
    if (
        not batching.unordered
        and batching.rows > 1
        and (fewer := Batching(batching.problem, batching.groups, batching.group_size, True).count) < total
    ):
        others.insert(0, f"unordered=True ({shortly(fewer)} multisets)")
    seconds = total // RATE
    long = f"{max(seconds, 1):,} s" if seconds < 10 * YEAR else f"{shortly(seconds // YEAR)} years"
    many = f"{total:,}" if total < 10**9 else shortly(total)
    return (
        f"{many} samples are more than the budget of {budget:,} (some {long} or more): "
        f"take budget=…, {', '.join(others[:-1])}, or {others[-1]}"
    )


@contextmanager
def _progress(wanted: bool | None, total: int) -> Iterator[Callable[[int], None]]:
    if wanted is None:
        wanted = total > RATE and sys.stderr.isatty()
    if not wanted:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("samples", total=total)
        yield lambda n: bar.advance(task, n)


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


def sampled(batching: Batching, size: int = 4096) -> Iterable[Samples]:
    """All samples of a batching, in chunks."""
    for episodes, _ in batching.chunks(size):
        yield Samples(batching.problem, episodes, batching.groups)


__all__ = ["Moments", "judged", "moments"]
