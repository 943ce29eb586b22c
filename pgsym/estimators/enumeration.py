"""The exact mean, bias, covariance and mean squared error of any estimator, by enumeration of all samples.

Every batch that can be drawn is given to the estimator, and its estimate is weighted by the batch's probability.  The
result is exact in Fractions, and exact up to rounding in float64.  If there are too many batches, TooLarge estimates
the work; samples can be drawn instead, and then the result says so.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

import numpy as np

from pgsym.errors import EstimatorError, TooLarge
from pgsym.estimators.batches import Batching
from pgsym.estimators.comparison import shortly
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
from pgsym.estimators.exact_moments import FEWEST, ROUNDING, Moments
from pgsym.estimators.objectives import Objective, expected_return, summed
from pgsym.estimators.samples import Samples
from pgsym.meaning.numbers.base import Array

BUDGET: Final = 20_000_000
"""The default largest number of samples that are enumerated."""
CHUNK: Final = 2**20
"""The largest number of entries in an array of a chunk."""
RATE: Final = 2_000_000
"""Samples per second of a simple estimator, for estimates of time."""
YEAR: Final = 365 * 86_400


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
    `unordered` only multisets are enumerated, after a check that the estimator does not depend on the order.  With
    `draws` that many samples are drawn instead, and the result is only `tested`.  A loss of a framework is computed in
    float64.  `progress` shows a bar (by default on a terminal, if the work is long).

    Raises TooLarge, with an estimate, for more samples than the budget, and EstimatorError for one that returns the
    wrong shape, NaN or integers, mixes samples, depends on the order, or draws random numbers, and InstanceError for
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
        raise EstimatorError(f"a problem must be made by bandit, tree or from_mdp, not {problem!r}")
    if not isinstance(objective, Objective):
        raise EstimatorError(f"an objective must be one of pgsym.estimators, or made by expectation, not {objective!r}")
    if not isinstance(budget, int | float | np.integer):
        raise EstimatorError(f"budget={budget!r}: a budget must be a number of samples")
    known = as_estimator(estimator, names)
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise EstimatorError(f"seed={seed!r}: a seed must be an int of at least 0")
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
    """A bound of the rounding error inside of estimates, from the sizes of their terms and of the rewards they use."""
    if problem.exact:
        return 0.0
    laws = (problem.policy, problem.behaviour) if reads_rewards(estimator) else ()
    earned = max((summed(problem.mass(law) * problem.returns, problem) for law in laws), default=0.0)
    return ROUNDING / 16 * inside + ROUNDING * earned


class _Watched:
    """An estimator that keeps the sizes of the terms of its last estimates, if it returns them."""

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
    """The weighted sums of estimates and of their products, relative to the target, so that small biases stay exact."""

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
        else:  # Kahan summation: the rounding error of one chunk is added to the next
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
    """The message that there are too many samples, with an estimate of the time, and alternatives."""
    others = ["smaller batches", "draws=… for samples at random"]
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
        f"{many} samples are more than the budget of {budget:,} (about {long} or more): "
        f"use a larger budget=…, {', '.join(others[:-1])}, or {others[-1]}"
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


def sampled(batching: Batching, size: int = 4096) -> Iterable[Samples]:
    """All samples of a batching, in chunks."""
    for episodes, _ in batching.chunks(size):
        yield Samples(batching.problem, episodes, batching.groups)


__all__ = ["moments", "refusal", "sampled"]
