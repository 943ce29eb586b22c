"""The interface of checks, and the outcome of a check at one batching."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pgsym.estimators.batches import Batching
from pgsym.estimators.comparison import Comparison
from pgsym.estimators.episodes import Floats


@dataclass(frozen=True, eq=False)
class Change:
    """An estimate or a mean before and after a change, each of shape (P,); `of` names it.

    `after` is NaN if there is no estimate after the change, and `why` gives the reason.
    """

    of: str
    before: Floats
    after: Floats
    why: str = ""

    @property
    def entry(self) -> tuple[float, float]:
        """(before, after) of the entry that changes most."""
        k = int(np.nan_to_num(np.abs(self.after - self.before), nan=np.inf).argmax())
        return float(self.before[k]), float(self.after[k])


@dataclass(frozen=True)
class Outcome:
    """The outcome of a check at one batching: whether it holds, and the relative deviation.

    `telling` says whether the outcome is evidence; it is not if all estimates are zero, for instance.  If `hidden`,
    rounding in float64 is too coarse beside the gradient to decide the check.  `comparison` compares the mean with the
    gradient, and `change` shows an estimate before and after a change.
    """

    holds: bool
    deviation: float = 0.0
    telling: bool = True
    hidden: bool = False
    comparison: Comparison | None = None
    change: Change | None = None


@dataclass(frozen=True)
class Explanation:
    """Why a check fails at a batching: a headline, and the values that show it, by name."""

    headline: str
    shown: dict[str, str]


class Check(Protocol):
    """A property of estimators that can be checked at a batching."""

    @property
    def silent(self) -> str:
        """The message for the case that no batching was telling."""

    @property
    def demanding(self) -> bool:
        """Whether at least one batching must be telling even if the caller gave the problems."""

    def judge(self, batching: Batching) -> Outcome:
        """The outcome at a batching; raises NotFinite if an estimate is NaN or infinite."""

    def explain(self, batching: Batching, tried: Sequence[Batching] = ()) -> Explanation:
        """Why the check fails at a batching; `tried` are other batchings at which it was judged."""


__all__ = ["Change", "Check", "Explanation", "Outcome"]
