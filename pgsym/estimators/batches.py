"""All samples of a problem, or all multisets, in chunks with their probabilities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, combinations_with_replacement, islice
from math import comb
from typing import Final

import numpy as np

from pgsym.errors import EstimatorError, TooLarge
from pgsym.estimators.comparison import shortly
from pgsym.estimators.episodes import Episodes, Ints
from pgsym.meaning.numbers.base import Array

UNITS: Final = 5_000_000
"""The largest number of groups in memory if a sample has several."""


@dataclass(frozen=True)
class Batching:
    """How a sample is drawn: `groups` groups, each of `group_size` episodes from one start.

    With `unordered`, samples that differ only in the order of members (and of groups) are visited once, with their
    total probability; the estimator must not depend on the order.
    """

    problem: Episodes
    groups: int = 1
    group_size: int = 1
    unordered: bool = False

    def __post_init__(self) -> None:
        for what, n in (("groups", self.groups), ("group_size", self.group_size)):
            if not isinstance(n, int | np.integer) or isinstance(n, bool) or n < 1:
                raise EstimatorError(f"{what} must be a positive int, not {n!r}")

    @property
    def rows(self) -> int:
        """The number of episodes in a sample."""
        return self.groups * self.group_size

    def floats(self) -> Batching:
        """The same batching at the problem in float64."""
        return replace(self, problem=self.problem.floats()) if self.problem.exact else self

    def starts(self) -> list[Ints]:
        """The episodes that can be drawn, by start."""
        possible = np.asarray(self.problem.mass(self.problem.behaviour) != 0, dtype=bool)
        found = [np.flatnonzero(possible & (self.problem.starts == s)) for s in np.unique(self.problem.starts)]
        return [episodes for episodes in found if len(episodes)]

    @property
    def count(self) -> int:
        """The number of samples that are visited."""
        units = sum(self._ways(len(episodes), self.group_size) for episodes in self.starts())
        return self._ways(units, self.groups)

    def _ways(self, kinds: int, places: int) -> int:
        return comb(kinds + places - 1, places) if self.unordered else kinds**places

    def chunks(self, size: int) -> Iterator[tuple[Ints, Array]]:
        """(episodes of shape (n, rows), probabilities of shape (n,)), at most `size` samples at once."""
        if self.groups == 1:
            yield from self._units(size)
            return
        units = sum(self._ways(len(episodes), self.group_size) for episodes in self.starts())
        if units > UNITS:
            raise TooLarge(
                f"{shortly(units)} groups are too many to combine: use a smaller group_size, or draw samples (draws=…)"
            )
        parts = list(self._units(UNITS))
        episodes, mass = (np.concatenate([p[i] for p in parts]) for i in (0, 1))
        for index, weights in self._tuples(mass, self.groups, size):
            yield episodes[index].reshape(len(index), self.rows), weights

    def _units(self, size: int) -> Iterator[tuple[Ints, Array]]:
        """The groups: members are independent given the start, P(start) Π_i P(episode_i | start)."""
        mass = self.problem.mass(self.problem.behaviour)
        for episodes in self.starts():
            start = mass[episodes].sum()
            given = mass[episodes] / start
            for index, weights in self._tuples(given, self.group_size, size):
                yield episodes[index], start * weights

    def _tuples(self, law: Array, places: int, size: int) -> Iterator[tuple[Ints, Array]]:
        """(indices of shape (n, places), their probabilities), over all tuples, or all multisets, drawn from a law."""
        kinds = len(law)
        if not self.unordered or places == 1:
            for low in range(0, kinds**places, size):
                left = np.arange(low, min(low + size, kinds**places))
                index = np.empty((len(left), places), dtype=np.int64)
                for k in reversed(range(places)):
                    left, index[:, k] = np.divmod(left, kinds)
                yield index, law[index].prod(axis=1)
            return
        every = combinations_with_replacement(range(kinds), places)
        while len(flat := np.fromiter(chain.from_iterable(islice(every, size)), dtype=np.int64)):
            index = flat.reshape(-1, places)
            weights, run = law[index[:, 0]], np.ones(len(index), dtype=np.int64)
            for k in range(1, places):  # a probability at every k: the coefficients alone may leave every range
                run = np.where(index[:, k] == index[:, k - 1], run + 1, 1)
                weights = weights * law[index[:, k]] * (k + 1) / run.astype(law.dtype)
            yield index, weights

    def draws(self, count: int, seed: int, size: int) -> Iterator[Ints]:
        """Samples drawn at random, episodes of shape (n, rows), at most `size` at once."""
        rng = np.random.default_rng(seed)
        mass = self.problem.mass(self.problem.behaviour).astype(np.float64)
        groups = self.starts()
        law = np.array([mass[episodes].sum() for episodes in groups])
        cumulated = [np.cumsum(mass[episodes] / mass[episodes].sum()) for episodes in groups]
        for low in range(0, count, size):
            n = min(size, count - low)
            start = rng.choice(len(groups), size=(n, self.groups), p=law / law.sum())
            uniform = rng.random((n, self.groups, self.group_size))
            out = np.empty((n, self.groups, self.group_size), dtype=np.int64)
            for k, episodes in enumerate(groups):
                at = start == k
                drawn = np.searchsorted(cumulated[k], uniform[at], side="right")
                out[at] = episodes[np.minimum(drawn, len(episodes) - 1)]
            yield out.reshape(n, self.rows)


__all__ = ["Batching"]
