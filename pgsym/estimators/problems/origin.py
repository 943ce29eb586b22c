"""The shape, rewards and start distribution of a problem, read back from its episodes."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from pgsym.estimators.episodes import Episodes
from pgsym.estimators.listing import Prefix
from pgsym.estimators.problems.shape import Shape
from pgsym.meaning.numbers.base import Array


def tree_shapes(p: Episodes) -> Iterator[tuple[Shape, list[Prefix]]]:
    """The shapes of trees that can have these episodes, each with the episodes as sequences."""
    rows = zip(p.starts.tolist(), p.actions.tolist(), p.lengths.tolist(), strict=True)
    taken = [(prompt, tuple(row[:n])) for prompt, row, n in rows]
    for end in (None, *range(p.A)):
        shape = Shape("tree", p.S // Shape("tree", 1, p.A, p.T, end).rows, p.A, p.T, end)
        if shape.states and shape.rows == p.S and taken == [x for x in shape.sequences if x in set(taken)]:
            yield shape, taken


def reward_table(p: Episodes) -> Array:
    """The rewards of a bandit, of shape (S, A), zero for actions that are never taken."""
    reward = np.full((p.S, p.A), Fraction(0) if p.exact else 0.0, dtype=p.rewards.dtype)
    reward[p.states[:, 0], p.actions[:, 0]] = p.rewards[:, 0]
    return reward


def start_law(p: Episodes, count: int) -> Array:
    """The probabilities of `count` prompts or first states, zero for those that never come first."""
    law = np.full(count, Fraction(0) if p.exact else 0.0, dtype=p.chance.dtype)
    law[p.starts] = p.chance
    return law


__all__ = ["reward_table", "start_law", "tree_shapes"]
