"""Small batchings that distinguish mistakes which coincide where the estimator failed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from pgsym.estimators.batches import Batching
from pgsym.estimators.problems.generic import Features, features, probe

MOST: Final = 12
MOST_PAID, LEAST_LIKELY = 100, 1e-3
LARGEST: Final = 2500
"""The largest number of samples of a probe."""


def probes(wanted: Features, batching: Batching, several: bool = False) -> list[Batching]:
    """Small batchings with the wanted features, in several sizes, including that of the given batching; cheapest first.

    Some have several groups of more than one member if the given batching has, or if `several`.
    """
    sizes = [(1, 2), (1, 3)] if batching.group_size > 1 else [(2, 1), (3, 1), (1, 2)]
    if min(batching.group_size, batching.groups) > 1 or several:
        sizes.append((2, 2))
    found = [Batching(probe(wanted), *size) for size in dict.fromkeys([*sizes, (batching.groups, batching.group_size)])]
    return [small for small in found if small.count <= LARGEST]


def different(batchings: Iterable[Batching]) -> list[Batching]:
    """A selection of small batchings: one for each set of features and kind of sample.

    Batchings with large rewards or small probabilities are left out, because rounding could separate equal means.
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
