"""What should leave every estimate as it is: the members' order, the padding, a shift of rewards, micro-batches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from pgsym.errors import EstimatorError
from pgsym.estimators.batches import Batching
from pgsym.estimators.episodes import Floats
from pgsym.estimators.estimator import Estimator, estimated
from pgsym.estimators.problems import shifted
from pgsym.estimators.samples import Padding, Samples

TOLERANCE: Final = 1e-9
"""How far, relative to the longest estimate, an estimate may move and count as the same."""
GARBAGE: Final = 7.0
LARGEST: Final = 1000
"""How many samples are compared one by one at a problem."""


@dataclass(frozen=True)
class Moved:
    """What became of the estimates at one problem: the entry that moved most, before and after, and of what sample.

    The same of their mean; `after` is NaN where an estimate is not finite any more.
    """

    batching: Batching
    moved: bool
    said: str
    before: float
    after: float
    mean_moved: bool
    mean_before: float
    mean_after: float


Change = Callable[[Estimator, Samples], "Floats | None"]
"""The estimates that are given after a change; None where the change cannot be made."""


def padding_filled(estimator: Estimator, samples: Samples) -> Floats | None:
    """The estimates with sevens in the padding, and other states and actions."""
    return _padded(estimator, samples, GARBAGE)


def padding_not_a_number(estimator: Estimator, samples: Samples) -> Floats | None:
    """The estimates with NaN in the padding, and other states and actions."""
    return _padded(estimator, samples, np.nan)


def _padded(estimator: Estimator, samples: Samples, number: float) -> Floats | None:
    p = samples.problem
    return None if p.mask.all() else estimated(estimator, replace(samples, padding=Padding(number, p.S - 1, p.A - 1)))


def padding_longer(estimator: Estimator, samples: Samples) -> Floats | None:
    """The estimates with one more padded step."""
    if samples.problem.T == 1:
        return None
    return estimated(estimator, Samples(samples.problem.longer(), samples.episodes, samples.groups))


def rewards_shifted(estimator: Estimator, samples: Samples) -> Floats | None:
    """The estimates where every episode is paid 1 more."""
    if not samples.problem.on_policy or samples.problem.discount == 0:
        return None
    return estimated(estimator, Samples(shifted(samples.problem), samples.episodes, samples.groups))


def members_reordered(estimator: Estimator, samples: Samples) -> Floats | None:
    """The estimates where the members of every group are the other way round, and the groups too."""
    if samples.R == 1:
        return None
    return estimated(estimator, Samples(samples.problem, samples.episodes[:, ::-1], samples.groups))


def micro_batches(estimator: Estimator, samples: Samples) -> Floats | None:
    """The mean of the estimates of every group by itself."""
    if samples.groups == 1:
        return None
    parts = np.split(samples.episodes, samples.groups, axis=1)
    return np.asarray(sum(estimated(estimator, Samples(samples.problem, part)) for part in parts) / samples.groups)


def compare(estimator: Estimator, batching: Batching, change: Change) -> Moved | None:
    """What a change does to the estimates of all samples of a batching, in float64.

    None where the change cannot be made, where there are too many samples, or where the estimates are no estimates
    before the change.
    """
    if batching.count > LARGEST:
        return None
    floats = batching.floats()
    parts = list(floats.chunks(LARGEST))
    weights = np.concatenate([mass for _, mass in parts])
    samples = Samples(floats.problem, np.concatenate([episodes for episodes, _ in parts]), batching.groups)
    try:
        before = estimated(estimator, samples)
    except EstimatorError:
        return None
    why = ""
    try:
        after = change(estimator, samples)
    except EstimatorError as reason:
        after, why = np.full_like(before, np.nan), str(reason)
    if after is None:
        return None
    allowed = TOLERANCE * float(np.linalg.norm(before, axis=1).max(initial=0.0))
    apart = np.nan_to_num(np.abs(after - before), nan=np.inf)
    i, k = np.unravel_index(int(apart.argmax()), apart.shape)
    means = weights @ before, weights @ after
    off = np.nan_to_num(np.abs(means[1] - means[0]), nan=np.inf)
    j = int(off.argmax())
    return Moved(
        batching,
        bool(apart[i, k] > allowed),
        why or f"for the sample: {samples.line(int(i))}",
        float(before[i, k]),
        float(after[i, k]),
        bool(off[j] > allowed),
        float(means[0][j]),
        float(means[1][j]),
    )


__all__ = ["Moved", "compare"]
