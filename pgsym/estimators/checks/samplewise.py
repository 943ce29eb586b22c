"""Checks that a change which should not matter leaves every sample's estimate the same."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import ClassVar

import numpy as np

from pgsym.errors import EstimatorError
from pgsym.estimators.batches import Batching
from pgsym.estimators.checks.outcome import Change, Explanation, Outcome
from pgsym.estimators.comparison import TOLERANCE
from pgsym.estimators.enumeration import sampled
from pgsym.estimators.episodes import Episodes, Floats
from pgsym.estimators.estimator import Estimator, Sized, check, estimated, reads_rewards
from pgsym.estimators.exact_moments import ROUNDING, row
from pgsym.estimators.samples import Samples

Variant = tuple[str, Callable[[], Floats]]
"""A change in words, and a function that returns the estimates of all samples after it, of shape (N, P)."""


@dataclass(frozen=True)
class Samplewise(ABC):
    """A check that compares every sample's estimate with its estimate after some changes.

    Two estimates are equal if they differ by at most `rtol` times their own lengths (with `beside_longest`, times the
    longest estimate of the batching), or by no more than rounding.
    """

    estimator: Estimator
    rtol: float = field(default=TOLERANCE, kw_only=True)
    beside_longest: bool = field(default=False, kw_only=True)
    silent: ClassVar[str]
    demanding: ClassVar[bool] = True

    @abstractmethod
    def applies(self, batching: Batching) -> bool:
        """Whether the changes can be made at a batching."""

    @abstractmethod
    def variants(self, samples: Samples) -> Iterator[Variant]:
        """The changes, each with a function that returns the estimates after it."""

    def judge(self, batching: Batching) -> Outcome:
        """The outcome over all changes and samples of a batching; raises EstimatorError if there is no estimate."""
        worst, telling = 0.0, False
        for samples in sampled(batching.floats()):
            before = self._estimated(samples)
            for _, after in self.variants(samples):
                found, why = _estimates_after(after, before)
                relative, wrong = self.apart(found, before, samples)
                if wrong.any():
                    moved = np.nan_to_num(np.abs(found - before), nan=np.inf).max(axis=1)
                    i = int(np.where(wrong, moved, -1.0).argmax())
                    of = f"the estimate, {why or f'for the sample: {samples.line(i)}'}"
                    change = Change(of, before[i], found[i], why)
                    return Outcome(False, float("inf") if why else float(relative.max()), change=change)
                worst, telling = max(worst, float(relative.max())), telling or bool(np.any(before != 0))
        return Outcome(True, worst, telling)

    def explain(self, batching: Batching, tried: Sequence[Batching] = ()) -> Explanation:
        """Why the check fails at a batching: the first change that matters, at the first sample that it changes."""
        for samples in sampled(batching.floats()):
            before = self._estimated(samples)
            for words, after in self.variants(samples):
                found, why = _estimates_after(after, before)
                _, wrong = self.apart(found, before, samples)
                if wrong.any():
                    i = int(np.flatnonzero(wrong)[0])
                    change = Change(samples.line(i), before[i], found[i], why)
                    return self.explained(batching, samples.at([i]), words, change)
        raise EstimatorError(f"{self.estimator.name} fails a check once, but not again: it draws random numbers itself")

    @abstractmethod
    def explained(self, batching: Batching, sample: Samples, words: str, change: Change) -> Explanation:
        """The explanation for a change that changes the estimate of one sample."""

    def verify(self, batching: Batching) -> None:
        """Raise EstimatorError unless the estimator is a function of each sample alone."""
        samples = next(iter(sampled(batching.floats())))
        check(self.estimator, samples, self._estimated(samples), batching.unordered)

    def _estimated(self, samples: Samples) -> Floats:
        return np.asarray(estimated(self.estimator, samples), dtype=np.float64)

    def apart(self, found: Floats, wanted: Floats, samples: Samples) -> tuple[Floats, Floats]:
        """(relative distances of estimates, which of them are too large), each of shape (N,)."""
        lengths = [np.sqrt((x**2).sum(axis=1)) for x in (found, wanted)]
        longest = np.maximum.reduce([*lengths, np.full(len(found), 1e-300)])
        if self.beside_longest:
            longest = np.full(len(found), max(1e-300, float(lengths[1].max(initial=0.0))))
        distance = np.sqrt(((found - wanted) ** 2).sum(axis=1))
        if not self.beside_longest and not (distance <= self.rtol * longest).all():
            longest = np.maximum(longest, self._rounding(samples) / self.rtol)
        relative = distance / longest
        return relative, ~(relative <= self.rtol)

    def _rounding(self, samples: Samples) -> Floats:
        """Bounds of the rounding errors of estimates, of shape (N,), from the sizes of the terms that they sum."""
        p, found = samples.problem, np.zeros(len(samples))
        if reads_rewards(self.estimator):
            lengths = np.sqrt((p.total_scores**2).sum(axis=1)) * np.abs(p.returns)
            found = lengths[samples.episodes].max(axis=1)
        if isinstance(self.estimator, Sized):
            found = np.maximum(found, np.nan_to_num(self.estimator.with_sizes(replace(samples, padding=None))[1]))
        return np.asarray(ROUNDING * found, dtype=np.float64)


def _estimates_after(after: Callable[[], Floats], before: Floats) -> tuple[Floats, str]:
    """(the estimates after a change, ""); if the estimator raises, (NaN, its message)."""
    try:
        return np.asarray(after(), dtype=np.float64), ""
    except EstimatorError as reason:
        return np.full_like(before, np.nan), str(reason)


@dataclass(frozen=True)
class _Reordering(Samplewise):
    """A check with one change, shown by the estimate before and after it."""

    says: ClassVar[str]

    def explained(self, batching: Batching, sample: Samples, words: str, change: Change) -> Explanation:
        shown = {"the sample": sample.line(0), "as it is": row(change.before), words: change.why or row(change.after)}
        return Explanation(f"{self.estimator.name} {self.says}", shown)


@dataclass(frozen=True)
class OrderIgnored(_Reordering):
    """Whether no estimate changes if the order of the groups, and of the members in each group, is reversed."""

    silent: ClassVar[str] = "no sample had several rows, or no estimate was other than zero"
    says: ClassVar[str] = "depends on the order of the members"

    def applies(self, batching: Batching) -> bool:
        return batching.rows > 1

    def variants(self, samples: Samples) -> Iterator[Variant]:
        if samples.R > 1:
            other = Samples(samples.problem, samples.episodes[:, ::-1], samples.groups)
            yield "in reverse order", partial(self._estimated, other)


@dataclass(frozen=True)
class ShiftIgnored(_Reordering):
    """Whether no estimate (with `of_mean`, not the mean) changes if every return grows by 1."""

    of_mean: bool = False
    silent: ClassVar[str] = "no sample was on-policy, or no estimate was other than zero"
    says: ClassVar[str] = "changes when every return grows by 1"

    def applies(self, batching: Batching) -> bool:
        return batching.problem.on_policy and batching.problem.discount != 0

    def variants(self, samples: Samples) -> Iterator[Variant]:
        if samples.problem.on_policy and samples.problem.discount != 0:
            other = Samples(shifted(samples.problem), samples.episodes, samples.groups)
            yield "with every return 1 more", partial(self._estimated, other)

    def judge(self, batching: Batching) -> Outcome:
        if not self.of_mean:
            return super().judge(batching)
        floats = batching.floats()
        before, after, longest = np.zeros(floats.problem.P), np.zeros(floats.problem.P), 0.0
        for episodes, weights in floats.chunks(4096):
            samples = Samples(floats.problem, episodes, floats.groups)
            found = self._estimated(samples)
            longest = max(longest, float(np.linalg.norm(found, axis=1).max(initial=0.0)))
            before += weights @ found
            for _, changed in self.variants(samples):
                after += weights @ _estimates_after(changed, found)[0]
        moved = float(np.nan_to_num(np.abs(after - before), nan=np.inf).max())
        return Outcome(moved <= self.rtol * longest, moved, longest > 0, change=Change("the mean", before, after))


def shifted(problem: Episodes) -> Episodes:
    """The same problem with every return 1 larger, paid at the last step."""
    rewards = np.array(problem.rewards, copy=True)
    at = np.arange(problem.E), problem.lengths - 1
    rewards[at] = rewards[at] + 1 / problem.discounts[at[1]]
    return replace(problem, rewards=rewards)


__all__ = ["OrderIgnored", "Samplewise", "ShiftIgnored", "Variant", "shifted"]
