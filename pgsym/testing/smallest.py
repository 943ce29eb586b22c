"""Smaller problems cut from one at which a check fails: fewer prompts or states, actions, steps and members.

Hypothesis shrinks the choices from which a problem was drawn, and stops early if a smaller problem needs quite other
choices.  Here the problem itself is cut, as long as the check still fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from pgsym.errors import PgsymError
from pgsym.estimators.batches import Batching
from pgsym.estimators.episodes import Episodes
from pgsym.estimators.listing import Prefix
from pgsym.estimators.problems import Shape
from pgsym.estimators.problems.origin import reward_table, start_law, tree_shapes
from pgsym.meaning.numbers.base import Array

TRIES: Final = 300
"""The largest number of smaller problems that are tried."""


def smallest(batching: Batching, fails: Callable[[Batching], bool], sizes: Sequence[tuple[int, int]]) -> Batching:
    """The smallest batching found that still fails, by one cut at a time; samples have one of the sizes."""
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
    """Batchings with one cut, largest cuts first, that are on-policy if the given one is, and off-policy if not."""
    for groups, group_size in sizes:
        if groups * group_size < batching.rows:
            yield replace(batching, groups=groups, group_size=group_size)
    cut = {"tree": _trees, "bandit": _bandits}.get(batching.problem.kind)
    for make in cut(batching.problem) if cut is not None else ():
        try:
            found = make()
        except (PgsymError, ZeroDivisionError):  # the cut leaves no problem, for instance a start distribution of zeros
            continue
        if found.on_policy == batching.problem.on_policy:
            yield replace(batching, problem=found)


Make = Callable[[], Episodes]


def _bandits(p: Episodes) -> Iterator[Make]:
    reward, law = reward_table(p), start_law(p, p.S)

    def cut(states: list[int], actions: list[int]) -> Episodes:
        return Shape("bandit", len(states), len(actions)).problem(
            reward[np.ix_(states, actions)].ravel().tolist(),
            starts=_normalised(law[states].tolist()),
            **_tables(p, states, actions),
        )

    every, each = list(range(p.S)), list(range(p.A))
    for s in every if p.S > 1 else ():
        yield lambda s=s: cut([x for x in every if x != s], each)  # type: ignore[misc]
    for a in each if p.A > 2 else ():
        yield lambda a=a: cut(every, [x for x in each if x != a])  # type: ignore[misc]


def _tables(p: Episodes, rows: list[int], actions: list[int]) -> dict[str, Any]:
    """The policies and the critic of a problem, restricted to some rows and actions."""

    def cut(table: Array) -> list[list[Any]]:
        return [_normalised([table[s, a] for a in actions]) for s in rows]

    return {
        "policy": cut(p.policy),
        "behaviour": None if p.on_policy else cut(p.behaviour),
        "reference": None if np.array_equal(p.reference, p.policy) else cut(p.reference),
        "critic": None if p.critic is None else p.critic[..., rows].tolist(),
    }


@dataclass(frozen=True)
class _Tree:
    """A tree in which every sequence can be drawn, with its shape."""

    problem: Episodes
    shape: Shape
    paid: dict[Prefix, list[Any]]  # the rewards of every sequence, token by token

    @classmethod
    def of(cls, p: Episodes) -> _Tree | None:
        """The tree with these episodes; None if some sequence is never drawn."""
        for shape, taken in tree_shapes(p):
            if len(taken) == len(shape.sequences):
                return cls(p, shape, {x: p.rewards[e, : len(x[1])].tolist() for e, x in enumerate(taken)})
        return None

    def cut(
        self, prompts: list[int], tokens: list[int], length: int, *, whole: bool = False, ended: bool = False
    ) -> Episodes:
        """The tree with some of the prompts and tokens, up to a length; with `whole`, without rewards of single tokens.

        With `ended`, the first token ends a sequence.
        """
        p, end = self.problem, self.shape.end
        end = tokens.index(end) if end is not None and end in tokens else 0 if ended else None
        shape = Shape("tree", len(prompts), len(tokens), length, end)

        def old(prompt: int, prefix: Sequence[int]) -> Prefix:
            return prompts[prompt], tuple(tokens[v] for v in prefix)

        def rewards(prompt: int, prefix: Sequence[int]) -> list[Any]:
            q, w = old(prompt, prefix)
            while (q, w) not in self.paid:  # cut short: take the rewards of its continuation by the first token
                w = (*w, tokens[0])
            return self.paid[q, w]

        per_token = not p.per_sequence and not whole
        row = {prefix: s for s, prefix in enumerate(self.shape.contexts)}
        return shape.problem(
            [rewards(prompt, w)[-1] for prompt, w in shape.sequences],
            token_reward=(lambda prompt, w: rewards(prompt, w)[len(w) - 1]) if per_token else None,
            starts=_normalised(start_law(p, self.shape.states)[prompts].tolist()),
            discount=p.discount,
            **_tables(p, [row[old(*prefix)] for prefix in shape.contexts], tokens),
        )


def _trees(p: Episodes) -> Iterator[Make]:
    found = _Tree.of(p)
    if found is None:
        return
    prompts, tokens = list(range(found.shape.states)), list(range(p.A))
    for q in prompts if len(prompts) > 1 else ():
        yield lambda q=q: found.cut([x for x in prompts if x != q], tokens, p.T)  # type: ignore[misc]
    for length in range(1, p.T):
        yield lambda length=length: found.cut(prompts, tokens, length)  # type: ignore[misc]
    for v in reversed(tokens) if p.A > 2 else ():
        yield lambda v=v: found.cut(prompts, [x for x in tokens if x != v], p.T)  # type: ignore[misc]
    if found.shape.end is None and p.T > 1:
        yield lambda: found.cut(prompts, tokens, p.T, ended=True)
    if not p.per_sequence:
        yield lambda: found.cut(prompts, tokens, p.T, whole=True)


def _normalised(weights: list[Any]) -> list[Any]:
    total = sum(weights)
    return [w / total for w in weights]


__all__ = ["smaller", "smallest"]
