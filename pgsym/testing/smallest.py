"""Smaller problems like one at which something fails: fewer prompts or states, actions, steps and members.

Hypothesis shrinks what it drew by what it drew it from, which stops early where a smaller problem takes other draws
altogether.  Here a problem is cut itself: what is left of it is tried, as long as it fails too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

import numpy as np

from pgsym.errors import PgsymError
from pgsym.estimators.batches import Batching
from pgsym.estimators.episodes import Episodes
from pgsym.estimators.listing import Prefix, bandit, contexts, sequences, tree
from pgsym.meaning.numbers.base import Array

TRIES: Final = 300
"""How many smaller problems are tried in all."""


def smallest(batching: Batching, fails: Callable[[Batching], bool], sizes: Sequence[tuple[int, int]]) -> Batching:
    """The smallest batching found that fails too, cutting one thing at a time; samples have one of the sizes."""
    left = TRIES
    while True:
        for other in smaller(batching, sizes):
            if not left:
                return batching
            left -= 1
            if fails(other):
                batching = other
                break
        else:
            return batching


def smaller(batching: Batching, sizes: Sequence[tuple[int, int]]) -> Iterator[Batching]:
    """Plans with one thing less, or simpler; the most first.  Samples on-policy stay so, and samples off-policy too."""
    for groups, group_size in sizes:
        if groups * group_size < batching.rows:
            yield replace(batching, groups=groups, group_size=group_size)
    cut = {"tree": _trees, "bandit": _bandits}.get(batching.problem.kind)
    for make in cut(batching.problem) if cut is not None else ():
        try:
            found = make()
        except (PgsymError, ZeroDivisionError):  # what is left is no problem, such as one whose law has no mass
            continue
        if found.on_policy == batching.problem.on_policy:
            yield replace(batching, problem=found)


Make = Callable[[], Episodes]


def _bandits(p: Episodes) -> Iterator[Make]:
    reward = np.full((p.S, p.A), Fraction(0) if p.exact else 0.0, dtype=p.rewards.dtype)
    reward[p.states[:, 0], p.actions[:, 0]] = p.rewards[:, 0]
    law = np.full(p.S, Fraction(0) if p.exact else 0.0, dtype=p.chance.dtype)
    law[p.starts] = p.chance

    def built(states: list[int], actions: list[int], paid: Array) -> Episodes:
        def rows(table: Array) -> list[list[Any]]:
            return [_row(table[s], actions) for s in states]

        return bandit(
            rows(p.policy),
            paid[np.ix_(states, actions)].tolist(),
            starts=_normalised(law[states].tolist()),
            behaviour=None if p.on_policy else rows(p.behaviour),
            reference=None if np.array_equal(p.reference, p.policy) else rows(p.reference),
            critic=None if p.critic is None else p.critic[..., states].tolist(),
        )

    every, each = list(range(p.S)), list(range(p.A))
    for s in every if p.S > 1 else ():
        yield lambda s=s: built([x for x in every if x != s], each, reward)  # type: ignore[misc]
    for a in each if p.A > 2 else ():
        yield lambda a=a: built(every, [x for x in each if x != a], reward)  # type: ignore[misc]


@dataclass(frozen=True)
class _Tree:
    """What a tree is made of, by its prompts and tokens."""

    problem: Episodes
    end: int | None
    prompts: int
    paid: dict[Prefix, list[Any]]  # the rewards of every sequence, token by token
    rows: dict[Prefix, int]  # the row of a policy for every context

    @classmethod
    def of(cls, p: Episodes) -> _Tree | None:
        """A tree read back from its episodes; None for one of which some sequence is never drawn."""
        taken = [tuple(row[:n]) for row, n in zip(p.actions.tolist(), p.lengths.tolist(), strict=True)]
        paid = {
            (q, w): p.rewards[e, : len(w)].tolist()
            for e, (q, w) in enumerate(zip(p.starts.tolist(), taken, strict=True))
        }
        for end in (None, *range(p.A)):
            each = len(contexts(p.A, p.T, end))
            if p.S % each == 0 and set(sequences(p.A, p.T, end, p.S // each)) == set(paid):
                rows = {prefix: s for s, prefix in enumerate(contexts(p.A, p.T, end, p.S // each))}
                return cls(p, end, p.S // each, paid, rows)
        return None

    def law(self) -> list[Any]:
        """ρ."""
        chance = dict(zip(self.problem.starts.tolist(), self.problem.chance.tolist(), strict=True))
        return [chance[q] for q in range(self.prompts)]

    def cut(
        self, prompts: list[int], tokens: list[int], length: int, *, whole: bool = False, ended: bool = False
    ) -> Episodes:
        """The tree of some prompts and tokens, up to a length; with `whole`, all that is paid is paid at the end.

        With `ended`, the first token ends a sequence.
        """
        p, end = self.problem, tokens.index(self.end) if self.end in tokens else 0 if ended else None

        def old(prompt: int, prefix: Sequence[int]) -> Prefix:
            return prompts[prompt], tuple(tokens[v] for v in prefix)

        def rewards(prompt: int, prefix: Sequence[int]) -> list[Any]:
            q, w = old(prompt, prefix)
            while (q, w) not in self.paid:  # cut short: as if it went on with the first token
                w = (*w, tokens[0])
            return self.paid[q, w]

        def table(of: Array) -> Callable[[int, tuple[int, ...]], list[Any]]:
            return lambda prompt, prefix: _row(of[self.rows[old(prompt, prefix)]], tokens)

        per_token = not p.per_sequence and not whole
        where = contexts(len(tokens), length, end, len(prompts))
        return tree(
            lambda prompt, w: rewards(prompt, w)[-1],
            vocabulary=len(tokens),
            length=length,
            end=end,
            prompts=len(prompts),
            policy=table(p.policy),
            behaviour=None if p.on_policy else table(p.behaviour),
            reference=None if np.array_equal(p.reference, p.policy) else table(p.reference),
            token_reward=(lambda prompt, w: rewards(prompt, w)[len(w) - 1]) if per_token else None,
            starts=_normalised([self.law()[q] for q in prompts]),
            discount=p.discount,
            critic=None if p.critic is None else p.critic[..., [self.rows[old(*prefix)] for prefix in where]].tolist(),
        )


def _trees(p: Episodes) -> Iterator[Make]:
    found = _Tree.of(p)
    if found is None:
        return
    prompts, tokens = list(range(found.prompts)), list(range(p.A))
    for q in prompts if len(prompts) > 1 else ():
        yield lambda q=q: found.cut([x for x in prompts if x != q], tokens, p.T)  # type: ignore[misc]
    for length in range(1, p.T):
        yield lambda length=length: found.cut(prompts, tokens, length)  # type: ignore[misc]
    for v in reversed(tokens) if p.A > 2 else ():
        yield lambda v=v: found.cut(prompts, [x for x in tokens if x != v], p.T)  # type: ignore[misc]
    if found.end is None and p.T > 1:
        yield lambda: found.cut(prompts, tokens, p.T, ended=True)
    if not p.per_sequence:
        yield lambda: found.cut(prompts, tokens, p.T, whole=True)


def _row(row: Array, kept: list[int]) -> list[Any]:
    return _normalised([row[a] for a in kept])


def _normalised(weights: list[Any]) -> list[Any]:
    total = sum(weights)
    return [w / total for w in weights]


__all__ = ["smaller", "smallest"]
