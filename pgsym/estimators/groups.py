"""Returns by group, for estimators over groups of episodes from one start."""

from __future__ import annotations

import numpy as np

from pgsym.meaning.numbers.base import Array


def grouped(returns: Array, group_size: int) -> Array:
    """The returns by group, of shape (N, groups, group_size).

    >>> grouped(np.array([[1, 2, 3, 4]]), 2).tolist()
    [[[1, 2], [3, 4]]]
    """
    return returns.reshape(len(returns), -1, group_size)


def centred(returns: Array, group_size: int) -> Array:
    """The returns minus the mean of their group, of shape (N, R).

    >>> centred(np.array([[1.0, 2.0, 3.0, 5.0]]), 2).tolist()
    [[-0.5, 0.5, -1.0, 1.0]]
    """
    by_group = grouped(returns, group_size)
    return np.asarray(by_group - by_group.mean(axis=2, keepdims=True)).reshape(returns.shape)


__all__ = ["centred", "grouped"]
