"""The check that the estimates of the parts of a batch combine to the estimate of the whole batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar, Final

import numpy as np

from pgsym.estimators.batches import Batching
from pgsym.estimators.checks.means import in_words
from pgsym.estimators.checks.outcome import Change, Explanation
from pgsym.estimators.checks.samplewise import Samplewise, Variant
from pgsym.estimators.comparison import compare
from pgsym.estimators.episodes import Floats
from pgsym.estimators.exact_moments import row
from pgsym.estimators.samples import Samples

WEIGHTS: Final = ("episodes", "tokens", "parts", "sum")
Parts = tuple[int, ...]


def partitions(count: int) -> list[Parts]:
    """Ways to cut a number of groups (or members) into parts: single ones, halves, and unequal parts.

    >>> partitions(2), partitions(4)
    ([(1, 1)], [(1, 1, 1, 1), (2, 2), (1, 3), (3, 1)])
    """
    if count < 2:
        return []
    half = count // 2
    found = [(1,) * count, (count - half, half), (1, count - 1), (count - 1, 1)]
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Partition(Samplewise):
    """Whether the weighted mean of the parts' estimates is the whole sample's, for every sample and every partition.

    A sample of several groups is cut between groups; a sample of one group is cut between its members.
    """

    weights: str = "episodes"
    silent: ClassVar[str] = "no sample could be cut (that needs 2 groups or members), or all estimates were zero"

    def applies(self, batching: Batching) -> bool:
        return batching.rows > 1

    def variants(self, samples: Samples) -> Iterator[Variant]:
        for parts in partitions(samples.groups if samples.groups > 1 else samples.group_size):
            words = ", ".join(map(str, parts))
            yield words, partial(self._joined, self._cut(samples, parts), self.weights)

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

    def explained(self, batching: Batching, sample: Samples, words: str, change: Change) -> Explanation:
        unit = "groups" if batching.groups > 1 else "members"
        shown = {"the sample": sample.line(0), "cut into": f"parts of {words} {unit}"}
        for k, part in enumerate(self._cut(sample, tuple(map(int, words.split(", ")))), 1):
            shown[f"part {k}"] = row(self._estimated(part)[0])
        lies = in_words(compare(change.after, change.before, self.rtol))
        shown |= {f"joined by {self.weights}": row(change.after), "the whole": row(change.before)}
        shown["so the parts are"] = lies
        others = [w for w in WEIGHTS if w != self.weights and replace(self, weights=w).judge(batching).holds]
        if others:
            shown["a guess"] = (
                " or ".join(f'weights="{w}"' for w in others) + " holds at this problem: weight the parts so"
            )
        says = f"the parts of {self.estimator.name}, joined by {self.weights}, do not give its whole estimate ({lies})"
        return Explanation(says, shown)


def _share(part: Samples, weights: str) -> Floats:
    """The weights of a part, of shape (N,)."""
    if weights == "tokens":
        return np.asarray(part["lengths"].sum(axis=1), dtype=np.float64)
    return np.full(len(part), float(part.R) if weights == "episodes" else 1.0)


__all__ = ["WEIGHTS", "Partition", "partitions"]
