"""What an assertion asks of an estimator at every sample: that parts add up to the whole, that padding is ignored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from pgsym.errors import NotFinite
from pgsym.estimators.batches import Batching
from pgsym.estimators.comparison import TOLERANCE, compare
from pgsym.estimators.enumeration import sampled
from pgsym.estimators.episodes import Floats
from pgsym.estimators.estimator import Estimator, Sized, check, estimated, reads_rewards
from pgsym.estimators.exact_moments import ROUNDING, row
from pgsym.estimators.samples import FILLED, Padding, Samples
from pgsym.testing.options import Outcome
from pgsym.testing.questions import Explanation, said

if TYPE_CHECKING:
    from pgsym.testing.reproduction import Script

WEIGHTS: Final = ("episodes", "tokens", "parts", "sum")
FILLS: Final = (float("nan"), float("inf"), float("-inf"), 1e30, -1.0)
Parts = tuple[int, ...]


def partitions(count: int) -> list[Parts]:
    """Ways to cut some groups (or members) in parts: one each, halves, and ragged ones.

    >>> partitions(2), partitions(4)
    ([(1, 1)], [(1, 1, 1, 1), (2, 2), (1, 3), (3, 1)])
    """
    if count < 2:
        return []
    half = count // 2
    found = [(1,) * count, (count - half, half), (1, count - 1), (count - 1, 1)]
    return list(dict.fromkeys(found))


def _rounding(estimator: Estimator, samples: Samples) -> Floats:
    """What rounding may leave of a sample's estimate, of shape (N,): by the size of what it adds up."""
    p, found = samples.problem, np.zeros(len(samples))
    if reads_rewards(estimator):
        lengths = np.sqrt((p.total_scores**2).sum(axis=1)) * np.abs(p.returns)
        found = lengths[samples.episodes].max(axis=1)
    if isinstance(estimator, Sized):
        found = np.maximum(found, np.nan_to_num(estimator.with_sizes(replace(samples, padding=None))[1]))
    return np.asarray(ROUNDING * found, dtype=np.float64)


def _apart(estimator: Estimator, found: Floats, wanted: Floats, samples: Samples, rtol: float) -> tuple[Floats, Floats]:
    """(distance relative to the lengths, whether it is more than rounding) of estimates, each of shape (N,)."""
    longest = np.maximum.reduce([*(np.sqrt((x**2).sum(axis=1)) for x in (found, wanted)), np.full(len(found), 1e-300)])
    distance = np.sqrt(((found - wanted) ** 2).sum(axis=1))
    if not (distance <= rtol * longest).all():
        longest = np.maximum(longest, _rounding(estimator, samples) / rtol)
    relative = distance / longest
    return relative, ~(relative <= rtol)


@dataclass(frozen=True)
class Partition:
    """Whether the weighted mean of the parts' estimates is the whole's, for every sample and every way to cut it.

    Groups stay whole where a sample has several; a sample of one group is cut between its members.
    """

    estimator: Estimator
    weights: str = "episodes"
    rtol: float = TOLERANCE
    silent: str = field(
        default="no sample could be cut (it takes 2 groups or members), or all estimates were zero",
        init=False,
    )
    demanding: bool = field(default=True, init=False)

    def _cut(self, samples: Samples, parts: Parts) -> list[Samples]:
        rows = samples.group_size if samples.groups > 1 else 1
        edges = np.cumsum((0, *parts)) * rows
        groups = parts if samples.groups > 1 else (1,) * len(parts)
        return [
            Samples(samples.problem, samples.episodes[:, low:high], g)
            for low, high, g in zip(edges[:-1], edges[1:], groups, strict=True)
        ]

    def _joined(self, each: list[Samples], weights: str) -> Floats:
        """Σ_parts weight × estimate, of shape (N, P)."""
        shares = np.stack([_share(part, weights) for part in each])
        if weights != "sum":
            shares = shares / shares.sum(axis=0)
        return np.asarray(sum(s[:, np.newaxis] * self._estimated(part) for s, part in zip(shares, each, strict=True)))

    def _estimated(self, samples: Samples) -> Floats:
        return np.asarray(estimated(self.estimator, samples), dtype=np.float64)

    def _ways(self, batching: Batching) -> list[Parts]:
        return partitions(batching.groups if batching.groups > 1 else batching.group_size)

    def judge(self, batching: Batching) -> Outcome:
        """Whether it holds at a batching."""
        worst, told, first = 0.0, False, True
        for samples in sampled(batching.floats()):
            whole = self._estimated(samples)
            if first:
                check(self.estimator, samples, whole, batching.unordered)
                first = False
            for parts in self._ways(batching):
                joined = self._joined(self._cut(samples, parts), self.weights)
                relative, wrong = _apart(self.estimator, joined, whole, samples, self.rtol)
                if wrong.any():
                    return Outcome(False, float(relative.max()))
                worst, told = max(worst, float(relative.max())), told or bool(np.any(whole != 0))
        return Outcome(True, worst, told)

    def explain(self, batching: Batching, tried: Sequence[Batching] = ()) -> Explanation:
        """What went wrong at a batching: the first sample, cut the first way, of which it is not so."""
        for samples in sampled(batching.floats()):
            whole = self._estimated(samples)
            for parts in self._ways(batching):
                each = self._cut(samples, parts)
                joined = self._joined(each, self.weights)
                _, wrong = _apart(self.estimator, joined, whole, samples, self.rtol)
                if wrong.any():
                    i = int(np.flatnonzero(wrong)[0])
                    return self._shown(batching, samples.at([i]), parts, whole[i], joined[i])
        raise AssertionError("the parts add up to the whole the second time: the estimator is random by itself")

    def _shown(self, batching: Batching, samples: Samples, parts: Parts, whole: Floats, joined: Floats) -> Explanation:
        each = self._cut(samples, parts)
        unit = "groups" if batching.groups > 1 else "members"
        shown = {"the sample": samples.line(0), "cut in": f"parts of {', '.join(map(str, parts))} {unit}"}
        for k, part in enumerate(each, 1):
            shown[f"part {k}"] = row(self._estimated(part)[0])
        lies = said(compare(joined, whole, self.rtol))
        shown |= {f"joined by {self.weights}": row(joined), "the whole": row(whole), "which makes the parts": lies}
        works = [w for w in WEIGHTS if w != self.weights and self._all_add_up(batching, w)]
        if works:
            shown["a guess"] = " or ".join(f'weights="{w}"' for w in works) + " holds at this problem: weigh parts so"
        says = f"{self.estimator.name} does not add up: its parts joined by {self.weights} are not the whole ({lies})"
        return Explanation(says, shown)

    def _all_add_up(self, batching: Batching, weights: str) -> bool:
        return replace(self, weights=weights).judge(batching).holds

    def written(self, batching: Batching, script: Script) -> str:
        """The assertion as Python."""
        extra = "" if self.weights == "episodes" else f', weights="{self.weights}"'
        return f"assert_partition_invariant({script.estimator(self.estimator)}{extra}"


def _share(part: Samples, weights: str) -> Floats:
    """How much a part weighs, of shape (N,)."""
    if weights == "tokens":
        return np.asarray(part["lengths"].sum(axis=1), dtype=np.float64)
    return np.full(len(part), float(part.R) if weights == "episodes" else 1.0)


@dataclass(frozen=True)
class PaddingIgnored:
    """Whether every sample's estimate is the same whatever stands in its padding, and however much there is of it."""

    estimator: Estimator
    fills: tuple[float, ...] = FILLS
    more: int = 1
    rtol: float = TOLERANCE
    silent: str = field(default="no sample had padding, or no estimate was other than zero", init=False)
    demanding: bool = field(default=True, init=False)

    def _variants(self, samples: Samples, columns: tuple[str, ...] = FILLED) -> Iterator[tuple[str, Samples]]:
        """The samples with other padding, in words and as they are."""
        p = samples.problem
        if not p.mask.all():
            for number in self.fills:
                padding = Padding(number, p.S - 1, p.A - 1, columns)
                yield f"{number:g} (and other tokens) in the padding", replace(samples, padding=padding)
        if self.more and columns == FILLED:
            wide = replace(samples, problem=p.longer(self.more))
            yield f"{self.more} more step{'s' if self.more > 1 else ''} of padding", wide

    def judge(self, batching: Batching) -> Outcome:
        """Whether it holds at a batching."""
        worst, told, first = 0.0, False, True
        for samples in sampled(batching.floats()):
            wanted = estimated(self.estimator, samples)
            if first:
                check(self.estimator, samples, wanted, batching.unordered)
                first = False
            for _, other in self._variants(samples):
                try:
                    found = estimated(self.estimator, other)
                except NotFinite:
                    return Outcome(False, float("inf"))
                relative, wrong = _apart(self.estimator, found, wanted, samples, self.rtol)
                if wrong.any():
                    return Outcome(False, float(relative.max()))
                worst, told = max(worst, float(relative.max())), told or bool(np.any(wanted != 0))
        return Outcome(True, worst, told)

    def explain(self, batching: Batching, tried: Sequence[Batching] = ()) -> Explanation:
        """What went wrong at a batching: the first padding that matters, the first sample, the argument it came by."""
        for samples in sampled(batching.floats()):
            wanted = estimated(self.estimator, samples)
            for words, other in self._variants(samples):
                if (i := self._first(other, wanted)) is None:
                    continue
                found = self._raw(other.at([i]))
                through = [name for name in FILLED if self._matters(samples, wanted, name)] if other.padding else []
                shown = {
                    "the sample": samples.line(i),
                    "as it is": row(wanted[i]),
                    f"with {words}": found,
                }
                if through:
                    shown["it comes by"] = ", ".join(through)
                return Explanation(f"{self.estimator.name} does not ignore the padding: {words} changes it", shown)
        raise AssertionError("the padding is ignored the second time: the estimator is random by itself")

    def _first(self, other: Samples, wanted: Floats) -> int | None:
        """The first sample whose estimate is another."""
        try:
            _, wrong = _apart(self.estimator, estimated(self.estimator, other), wanted, other, self.rtol)
        except NotFinite:
            for i in range(len(other)):
                try:
                    estimated(self.estimator, other.at([i]))
                except NotFinite:
                    return i
            return 0
        return int(np.flatnonzero(wrong)[0]) if wrong.any() else None

    def _raw(self, sample: Samples) -> str:
        try:
            return row(estimated(self.estimator, sample)[0])
        except NotFinite as error:
            return str(error).split(" for the sample")[0]

    def _matters(self, samples: Samples, wanted: Floats, name: str) -> bool:
        """Whether what stands in the padding of one column matters."""
        return any(self._first(other, wanted) is not None for _, other in self._variants(samples, (name,)))

    def written(self, batching: Batching, script: Script) -> str:
        """The assertion as Python."""
        extra = "" if self.fills == FILLS else f", fills=[{', '.join(map(script.number, self.fills))}]"
        extra += "" if self.more == 1 else f", more={self.more}"
        return f"assert_padding_ignored({script.estimator(self.estimator)}{extra}"


__all__ = ["FILLS", "WEIGHTS", "PaddingIgnored", "Partition", "partitions"]
