"""Logits from which a framework computes the same log-probabilities, to the last bit, by every usual formula.

Rounding changes log π by about 10⁻¹⁶, and each formula for it rounds differently.  This is harmless if a loss is
smooth, but not if it has a kink: a ratio of 1 − 10⁻¹⁶ instead of 1 is on the other side of a clip at 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Final

import numpy as np

from pgsym.estimators.episodes import Episodes, Floats

Formulas = Callable[[Floats], Sequence[Floats]]
"""A function of logits of shape (K, A) that returns π, then log π by several formulas, each of that shape.

Losses are given the first log π; the other formulas follow in the order in which agreement with it matters.
"""

UNIT: Final = 2.0**-53
WIDEST: Final = {1: 12, 2: 12, 3: 4, 4: 2}
"""By number of actions: entries are changed by up to this many units of roundoff, in all combinations."""
MOST: Final = 729
"""How many random changes are tried for rows with more actions."""


@dataclass(frozen=True, eq=False)
class Settled:
    """A policy as computed by a framework: logits, π and log π, each of shape (S, A)."""

    logits: Floats
    probs: Floats
    log_pi: Floats


def settled(problem: Episodes, which: str, formulas: Formulas) -> Settled:
    """The policy, behaviour or reference of a problem in float64; equal rows get equal numbers."""
    kept: dict[tuple[Formulas, str], Settled] = problem.__dict__.setdefault("_settled", {})
    if (formulas, which) not in kept:
        rows = [_settled_row(tuple(row), formulas) for row in getattr(problem, which).tolist()]
        kept[formulas, which] = Settled(*(np.array(tables) for tables in zip(*rows, strict=True)))
    return kept[formulas, which]


@lru_cache(maxsize=10_000)
def _settled_row(row: tuple[float, ...], formulas: Formulas) -> tuple[Floats, Floats, Floats]:
    """Logits, π and log π of one row; the logits are log π changed by a few units of roundoff at most.

    Among these logits, those at which most formulas for log π agree are taken.
    """
    with np.errstate(divide="ignore"):
        theta = np.log(row)
    finite = np.isfinite(theta)
    unit = np.where(finite, np.maximum(np.spacing(np.abs(np.where(finite, theta, 1.0))), UNIT), 0.0)
    tried = theta + _changes(len(row)) * unit
    probs, own, *others = formulas(tried)
    agree = [(x == own).all(axis=1) for x in (*others, tried)]
    best = int(np.argmax(sum(2**k * x for k, x in enumerate(reversed(agree)))))
    return tried[best], probs[best], own[best]


def _changes(actions: int) -> Floats:
    """The changes of a row that are tried, in whole units, of shape (K, A); the smallest first."""
    if actions in WIDEST:
        far = WIDEST[actions]
        found = np.array(list(product(range(-far, far + 1), repeat=actions)))
    else:
        found = np.random.default_rng(0).integers(-2, 3, (MOST, actions))
        found[0] = 0
    return found[np.argsort(np.abs(found).sum(axis=1), kind="stable")].astype(np.float64)


__all__ = ["Formulas", "Settled", "settled"]
