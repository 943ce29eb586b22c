"""The advantages that losses are given: computed by a named rule, or by a function of arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from pgsym.errors import EstimatorError
from pgsym.estimators.episodes import Floats
from pgsym.estimators.groups import centred, grouped
from pgsym.estimators.samples import COLUMNS, SHARED, Samples, arguments, unknown

Rule = Callable[[Samples], Floats]


def _group_mean(samples: Samples) -> Floats:
    return centred(np.asarray(samples["returns"], dtype=np.float64), samples.group_size)


def _leave_one_out(samples: Samples) -> Floats:
    if samples.group_size < 2:
        raise EstimatorError("leave-one-out needs groups of at least two members: say group_size=2 or more")
    return _group_mean(samples) * (samples.group_size / (samples.group_size - 1))


def _group_standardised(samples: Samples) -> Floats:
    """(return − mean) / standard deviation of the group (over G, not G − 1), zero if all its returns are equal."""
    by_group = grouped(np.asarray(samples["returns"], dtype=np.float64), samples.group_size)
    same = np.repeat(np.ptp(by_group, axis=2) == 0, samples.group_size, axis=1)
    deviation = np.repeat(by_group.std(axis=2), samples.group_size, axis=1)
    return np.where(same, 0.0, _group_mean(samples) / np.where(same, 1.0, deviation))


RULES: Final[dict[str, Rule]] = {
    "returns": lambda samples: np.asarray(samples["returns"]),
    "to_go": lambda samples: np.asarray(samples["to_go"]),
    "rewards": lambda samples: np.asarray(samples["rewards"]),
    "group_mean": _group_mean,
    "leave_one_out": _leave_one_out,
    "group_standardised": _group_standardised,
}
"""The rules by name; they return shape (N, R), or (N, R, T) for to_go and rewards."""


def rule(advantages: str | Callable[..., Any]) -> Rule:
    """A function that computes advantages, of shape (N, R) or (N, R, T); raises EstimatorError for an unknown rule."""
    if isinstance(advantages, str):
        if advantages not in RULES:
            raise unknown(advantages, RULES)
        return RULES[advantages]
    if not callable(advantages):
        raise EstimatorError(f"advantages must be a name ({', '.join(RULES)}) or a function, not {advantages!r}")
    given = arguments(advantages, {}, (*COLUMNS, *SHARED))

    def computed(samples: Samples) -> Floats:
        found = np.asarray(advantages(**{name: samples[meaning] for name, meaning in given.items()}))
        N, R, T = (*samples.episodes.shape, samples.problem.T)
        if found.shape not in ((N, R), (N, R, T)) or found.dtype.kind not in "iufb":
            raise EstimatorError(
                f"the advantages are {found.dtype} of shape {found.shape}: return numbers of shape "
                f"(N, R) = {(N, R)} or (N, R, T) = {(N, R, T)}"
            )
        if found.dtype.kind == "f" and found.dtype.itemsize < 8:
            raise EstimatorError(
                f"the advantages are {found.dtype}: compute them in float64, because means are compared to 1e-12"
            )
        return found.astype(np.float64)

    return computed


__all__ = ["RULES", "rule"]
