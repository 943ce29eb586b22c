"""The designs that are right for an objective, and the wrong designs that one or two mistakes make of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, product
from typing import Final

import numpy as np

from pgsym.estimators.batches import Batching
from pgsym.estimators.comparison import compare
from pgsym.estimators.diagnosis.baselines import BASELINES
from pgsym.estimators.diagnosis.choice import Parts
from pgsym.estimators.diagnosis.credits import CREDITS
from pgsym.estimators.diagnosis.designs import PLACES, Design, listed
from pgsym.estimators.diagnosis.norms import NORMS
from pgsym.estimators.diagnosis.regularisers import DIVERGENCES, ENTROPIES
from pgsym.estimators.diagnosis.tokens import TOKENS
from pgsym.estimators.diagnosis.weights import GATES, WEIGHTS
from pgsym.estimators.episodes import Episodes, Floats
from pgsym.estimators.objectives import entropy, expected_return, forward_kl, kl
from pgsym.estimators.problems.generic import Features
from pgsym.meaning.numbers.base import Array

ON_POLICY: Final = (
    "importance-weight-missing",
    "gradient-through-ratio",
    "gradient-through-token-ratio",
    "probability-for-logarithm",
)
ONE_STEP: Final = {"credit": ("return", "no-reward"), "norm": ("rows",), "tokens": ("own", "softmax-twice")}
RIGHT_CREDITS: Final = ("to-go", "return", "per-decision")
UNLIKELY: Final = ("rewards-before", "no-reward")
"""Credits that rarely occur together with another mistake."""
RIGHTS: Final = 12
"""The largest number of right designs in which mistakes are searched."""


Candidate = tuple[Design, Design, tuple[str, ...]]
"""A wrong design, the right one that it comes from, and the places where they differ."""


BASIS: Final = {"reward": expected_return, "divergence": kl, "entropy": entropy, "forward": forward_kl}


def parts_of(
    problems: Sequence[Episodes], gradients: Sequence[Array], of: Sequence[str] = tuple(BASIS)
) -> Parts | None:
    """The coefficients of objectives whose gradients sum to the given ones at all problems; None if there are none.

    Also None if the problems have no more directions than there are coefficients, because then any gradient fits.
    """
    if len(of) >= max(p.S * (p.A - 1) for p in problems):
        return None
    columns = np.concatenate([np.stack([np.ravel(BASIS[n].gradient(p)) for n in of], axis=1) for p in problems])
    columns, wanted = columns.astype(np.float64), np.concatenate([np.ravel(g) for g in gradients]).astype(np.float64)
    found = np.linalg.lstsq(columns, wanted, rcond=None)[0]
    if not np.allclose(columns @ found, wanted, 1e-9, 1e-11 * float(np.abs(columns).max())):
        return None
    return Parts(**{"reward": 0.0} | {n: round(float(x), 9) + 0.0 for n, x in zip(of, found, strict=True)})


def parts_of_kind(parts: Parts) -> list[str]:
    """The names of an objective's parts, with both directions of a divergence."""
    both = {"divergence", "forward"} if parts.divergence or parts.forward else set()
    return [n for n in BASIS if getattr(parts, n) or n in both]


def choices_at(features: Features, parts: Parts, batching: Batching, several: bool = False) -> dict[str, list[str]]:
    """The choices at each place that make a difference at problems with these features, likeliest first."""
    one_group = batching.groups == 1 and batching.group_size > 1 and not several
    places = {
        "weight": [*WEIGHTS, *GATES] if features.off_policy else list(ON_POLICY),
        "norm": list(NORMS) if features.ragged else ["rows"],
        "baseline": [
            name for name in BASELINES if not (one_group and name.startswith("batch") and "token" not in name)
        ],
        "regulariser": ["paid", *(DIVERGENCES if parts.divergence else ()), *(ENTROPIES if parts.entropy else ())],
        "credit": [name for name in CREDITS if features.discounted or "discount" not in name],
        "tokens": [name for name in TOKENS if features.ragged or name != "mask-ignored"],
    }
    if min(batching.groups, batching.group_size) == 1 and features.ragged and not several:
        places["norm"].remove("mean-over-group-tokens")
    if not features.steps:
        places |= {place: [name for name in places[place] if name in kept] for place, kept in ONE_STEP.items()}
    return places


def right_designs(
    batchings: Sequence[Batching], targets: Sequence[Floats], places: dict[str, list[str]], parts: Parts
) -> list[Design]:
    """The designs whose mean is the gradient at all batchings, simplest first."""
    kept = {place: [name for name in names if PLACES[place][name].do] for place, names in places.items()}
    found = []
    for norm, weight, credit, baseline in product(*(kept[place] for place in ("norm", "weight", "credit", "baseline"))):
        design = Design(credit, baseline, weight, norm, "own", parts)
        if all(
            _equal(listed(batching).mean(design), target) for batching, target in zip(batchings, targets, strict=True)
        ):
            found.append(design)
            if len(found) == RIGHTS:
                break
    return found


def _equal(mean: Floats | None, target: Floats) -> bool:
    return mean is None or compare(mean, target, 1e-9, noise=1e-12).equal


def slips(right: Sequence[Design], places: dict[str, list[str]], count: int) -> Iterator[Candidate]:
    """The designs that differ from a right one at `count` places; every design once."""
    seen: set[Design] = set(right)
    for where in combinations(places, count):
        for names in product(*(places[place] for place in where)):
            changed = dict(zip(where, names, strict=True))
            if changed.get("credit") in (RIGHT_CREDITS if count == 1 else (*RIGHT_CREDITS, *UNLIKELY)):
                continue
            for start in right:
                if any(getattr(start, place) == name for place, name in changed.items()) or (
                    start.credit == "per-decision" and {"credit", "regulariser"} & set(changed)
                ):
                    continue
                design = replace(start, **changed)  # type: ignore[arg-type]
                if design not in seen:
                    seen.add(design)
                    yield design, start, where


NOTHING: Final = Parts(reward=0.0)


def with_other_parts(right: Sequence[Design], parts: Parts | None) -> Iterator[Candidate]:
    """Right designs with other coefficients of the objective's parts."""
    for start in right:
        if parts is not None and parts not in (start.parts, NOTHING):
            yield replace(start, parts=parts), start, ("parts",)


def with_wrong_sign(right: Sequence[Design], places: dict[str, list[str]]) -> Iterator[Candidate]:
    """Right designs with another divergence or entropy term of the wrong sign."""
    for start, name in product(right, places["regulariser"][1:]):
        turned = replace(start.parts, divergence=-start.parts.divergence, entropy=-start.parts.entropy)
        if start.parts.reward:
            yield replace(start, parts=turned, regulariser=name), start, ("regulariser", "parts")


__all__ = [
    "Candidate",
    "choices_at",
    "parts_of",
    "parts_of_kind",
    "right_designs",
    "slips",
    "with_other_parts",
    "with_wrong_sign",
]
