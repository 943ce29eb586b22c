"""The facets of problems that an assertion must show before it passes: several steps, ragged rows, ratios ≠ 1.

The arguments of an estimator decide which facets are needed.  A facet is a property of a problem and its samples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from pgsym.estimators.asked import RATIOS, asked
from pgsym.estimators.batches import Batching
from pgsym.estimators.episodes import Bools, Episodes

ABOVE: Final = 1.5
"""Ratios above this, or below its inverse, are outside of the usual clipping ranges."""
FAR: Final = float(np.exp(2.0))
"""Ratios above this, or below its inverse, are also outside of the ranges to which log-ratios are clipped."""

RAGGED: Final = frozenset({"mask", "weights", "padding", "lengths"})
GROUPED: Final = frozenset({"group_ids", "group_size", "group_mean", "leave_one_out", "group_standardised"})
REFERENCE: Final = frozenset({"ref_logp", "ref_probs", "ref_logits", "reference"})


@dataclass(frozen=True)
class Facet:
    """A facet: its description, the arguments that need it (all, if none is named), and a test of a batching."""

    summary: str
    asked_by: frozenset[str]
    shown: Callable[[Batching], bool]


def _several_steps(batching: Batching) -> bool:
    """Whether some episode takes an action twice."""
    p = batching.problem
    possible = _possible(p)
    return p.T > 1 and any(
        len(set(taken[:n])) < n for taken, n in zip(p.actions[possible].tolist(), p.lengths[possible], strict=True)
    )


def _ragged(batching: Batching) -> bool:
    p = batching.problem
    return p.T > 1 and len(set(p.lengths[_possible(p)].tolist())) > 1


def _unequal(batching: Batching) -> bool:
    """Whether the members of a group can have different returns."""
    p = batching.problem
    return batching.group_size > 1 and any(len(set(p.returns[episodes].tolist())) > 1 for episodes in batching.starts())


def _possible(p: Episodes) -> Bools:
    return np.asarray(p.mass(p.behaviour) != 0, dtype=bool)


def _ratio(outside: Callable[[Any], Any], sign: int) -> Callable[[Batching], bool]:
    """A test for a ratio with `outside(ratio)` in an episode whose return has the sign (0: any but zero)."""

    def shown(batching: Batching) -> bool:
        p = batching.problem
        if p.on_policy:
            return False
        returns = p.returns.astype(np.float64)
        paid = _possible(p) & (returns != 0 if sign == 0 else returns * sign > 0)
        return bool((outside(p.weights.astype(np.float64)) & p.mask)[paid].any())

    return shown


def _of_reference(batching: Batching) -> bool:
    return not np.array_equal(batching.problem.reference, batching.problem.policy)


FACETS: Final[dict[str, Facet]] = {
    "steps": Facet("episodes of several steps that repeat an action", frozenset(), _several_steps),
    "ragged": Facet("episodes of different lengths", RAGGED, _ragged),
    "ragged-rows": Facet(
        "rows of different lengths in a batch", RAGGED, lambda batching: batching.rows > 1 and _ragged(batching)
    ),
    "above-paid": Facet(
        f"ratios above {ABOVE:g} with a positive return", RATIOS, _ratio(lambda ratios: ratios > ABOVE, 1)
    ),
    "above-charged": Facet(
        f"ratios above {ABOVE:g} with a negative return", RATIOS, _ratio(lambda ratios: ratios > ABOVE, -1)
    ),
    "below-paid": Facet(
        "ratios below 2/3 with a positive return", RATIOS, _ratio(lambda ratios: ratios < 1 / ABOVE, 1)
    ),
    "below-charged": Facet(
        "ratios below 2/3 with a negative return", RATIOS, _ratio(lambda ratios: ratios < 1 / ABOVE, -1)
    ),
    "far-above": Facet("log-ratios above 2", RATIOS, _ratio(lambda ratios: ratios > FAR, 0)),
    "far-below": Facet("log-ratios below −2", RATIOS, _ratio(lambda ratios: ratios < 1 / FAR, 0)),
    "unequal": Facet("groups whose members have different returns", GROUPED, _unequal),
    "groups": Facet(
        "several groups of more than one member", frozenset({"group_ids", "group_size"}),
        lambda batching: batching.groups > 1 and batching.group_size > 1,
    ),
    "reference": Facet("a reference policy other than the policy", REFERENCE, _of_reference),
    "discounted": Facet(
        "a discount other than 0 and 1", frozenset({"discount"}),
        lambda batching: batching.problem.discount not in (0, 1) and batching.problem.T > 1,
    ),
}  # fmt: skip
"""The facets by name."""
OF_RATIOS: Final = tuple(name for name, facet in FACETS.items() if facet.asked_by == RATIOS)


def needed(names: Iterable[str]) -> tuple[str, ...]:
    """The facets that an estimator with arguments of these names needs.

    >>> needed(["returns", "lengths"])
    ('steps', 'ragged', 'ragged-rows')
    """
    found = set(names)
    return tuple(name for name, facet in FACETS.items() if not facet.asked_by or facet.asked_by & found)


def shown(batching: Batching, among: Iterable[str]) -> frozenset[str]:
    """Those of the facets that a batching shows."""
    return frozenset(name for name in among if FACETS[name].shown(batching))


def in_words(facets: Iterable[str], names: Iterable[str]) -> str:
    """Facets in words, with the arguments that ask for them.

    >>> in_words(["steps", "ragged"], ["returns", "mask"])
    'episodes of several steps that repeat an action; episodes of different lengths (it asks for mask)'
    """
    by: dict[frozenset[str], list[str]] = {}
    for name in facets:
        by.setdefault(FACETS[name].asked_by, []).append(FACETS[name].summary)
    found = set(names)
    parts = []
    for asked_by, says in by.items():
        why = f" (it asks for {', '.join(sorted(asked_by & found))})" if asked_by & found else ""
        parts.append(", ".join(says) + why)
    return "; ".join(parts)


__all__ = ["FACETS", "OF_RATIOS", "Facet", "asked", "in_words", "needed", "shown"]
