"""Small batchings at which an estimator is tried, to tell slips apart that coincide where it failed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from pgsym.estimators.batches import Batching
from pgsym.estimators.problems.generic import Features, features, probe

MOST: Final = 12
MOST_PAID, LEAST_LIKELY = 100, 1e-3
LARGEST: Final = 2500
"""How many samples a probe may have."""


def probes(wanted: Features, batching: Batching, several: bool = False) -> list[Batching]:
    """Small batchings with some features, in batches of several sizes, the given one's among them; the cheapest first.

    Some have several groups of more than one member where the batching has, or where `several` says so.
    """
    sizes = [(1, 2), (1, 3)] if batching.group_size > 1 else [(2, 1), (3, 1), (1, 2)]
    if min(batching.group_size, batching.groups) > 1 or several:
        sizes.append((2, 2))
    found = [Batching(probe(wanted), *size) for size in dict.fromkeys([*sizes, (batching.groups, batching.group_size)])]
    return [small for small in found if small.count <= LARGEST]


def different(batchings: Iterable[Batching]) -> list[Batching]:
    """Some small batchings among many, one for all that have the same features and the same make of samples.

    None has rewards so large, or probabilities so small, that rounding would tell apart what is equal.
    """
    found: dict[tuple[Features, bool, bool, bool], Batching] = {}
    for batching in batchings:
        p = batching.problem
        if float(np.abs(p.rewards).max()) > MOST_PAID or float(min(p.policy.min(), p.behaviour.min())) < LEAST_LIKELY:
            continue
        if batching.count * batching.rows > LARGEST:
            continue
        paid = len(set(p.returns.tolist())) > 2
        found.setdefault((features(p), batching.groups > 1, batching.group_size > 1, paid), batching)
    return list(found.values())[:MOST]


__all__ = ["different", "probes"]
