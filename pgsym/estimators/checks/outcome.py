"""What a check is, and its result: whether it holds at one batching, by how much, and what shows it."""

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
    """An estimate, or a mean, that a check compares before and after a change, both of shape (P,), and of what.

    `after` is NaN where there is no estimate after the change, and `why` says the reason.
    """

    of: str
    before: Floats
    after: Floats
    why: str = ""

    @property
    def entry(self) -> tuple[float, float]:
        """The entry that changes most, before and after."""
        k = int(np.nan_to_num(np.abs(self.after - self.before), nan=np.inf).argmax())
        return float(self.before[k]), float(self.after[k])


@dataclass(frozen=True)
class Outcome:
    """What came of one batching: whether the check holds, how far off it is, and whether there was anything to see.

    Where it is `hidden`, it may hold or not: rounding in float64 is coarse beside the gradient.  `comparison` is how a
    mean lies to the gradient, and `change` what a change did to an estimate that it should leave alone.
    """

    holds: bool
    deviation: float = 0.0
    telling: bool = True
    hidden: bool = False
    comparison: Comparison | None = None
    change: Change | None = None


@dataclass(frozen=True)
class Explanation:
    """What went wrong at a batching: in a line, and what shows it, by its name."""

    headline: str
    shown: dict[str, str]


class Check(Protocol):
    """A question that is asked of estimators at a batching."""

    @property
    def silent(self) -> str:
        """What is wrong where no batching shows anything."""

    @property
    def demanding(self) -> bool:
        """Whether it must show something at given problems too: otherwise the result would be empty, or false."""

    def judge(self, batching: Batching) -> Outcome:
        """Whether it holds at a batching; raises NotFinite where an estimate is NaN or infinite."""

    def explain(self, batching: Batching, tried: Sequence[Batching] = ()) -> Explanation:
        """What went wrong at a batching where it does not hold; `tried` are other batchings where it was tried."""


__all__ = ["Change", "Check", "Explanation", "Outcome"]
