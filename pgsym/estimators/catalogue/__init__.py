"""The estimators of the literature as functions of arrays, with exact facts about their means.

>>> from pgsym.estimators import moments, tree
>>> problem = tree([1, 0, 2], length=2, end=0)
>>> print(moments(KNOWN["dr-grpo"].estimator, problem, group_size=3).comparison)
scaled by exactly 1/3
"""

from __future__ import annotations

from typing import Final

from pgsym.estimators.catalogue import critics, groups, importance, regularisers, returns
from pgsym.estimators.catalogue.critics import gae, gae_bias
from pgsym.estimators.catalogue.known import KnownEstimator

KNOWN: Final[dict[str, KnownEstimator]] = {
    known.id: known for family in (returns, groups, importance, critics, regularisers) for known in family.ENTRIES
}
"""All known estimators by id."""

__all__ = ["KNOWN", "KnownEstimator", "gae", "gae_bias"]
