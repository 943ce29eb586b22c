"""Factors by which a mistake scales a gradient, as formulas in the sizes of a sample: (G−1)/G, R, −1 and others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pgsym.estimators.batches import Batching
from pgsym.estimators.comparison import Kind, compare, number
from pgsym.estimators.episodes import Floats


@dataclass(frozen=True)
class Factor:
    """A factor: its formula, its value at a batching, and the likely mistake in words."""

    name: str
    formula: str
    of: Callable[[Batching], float]
    summary: str


def _discount(batching: Batching) -> float:
    return float(batching.problem.discount)


FACTORS: Final = (
    Factor("equal", "1", lambda batching: 1, ""),
    Factor(
        "wrong-sign",
        "−1",
        lambda batching: -1,
        "the sign is wrong: an optimizer descends, so the loss must be minus the objective",
    ),
    Factor(
        "group-mean-includes-itself",
        "(G−1)/G",
        lambda batching: 1 - 1 / batching.group_size,
        "the group's mean includes the sample itself; leave it out, or scale by G/(G−1)",
    ),
    Factor(
        "leave-one-out-scaled-twice",
        "G/(G−1)",
        lambda batching: batching.group_size / (batching.group_size - 1),
        "it is scaled by G/(G−1) although the mean already leaves the sample out; drop one of the two",
    ),
    Factor(
        "batch-mean-includes-itself",
        "(R−1)/R",
        lambda batching: 1 - 1 / batching.rows,
        "the mean of the whole batch includes the sample itself; leave it out, or scale by R/(R−1)",
    ),
    Factor(
        "sum-over-rows",
        "R",
        lambda batching: batching.rows,
        "rows are summed rather than averaged; divide by their number R",
    ),
    Factor(
        "averaged-twice",
        "1/R",
        lambda batching: 1 / batching.rows,
        "it is divided by the number of rows R once too often",
    ),
    Factor(
        "sum-over-members",
        "G",
        lambda batching: batching.group_size,
        "the members of a group are summed rather than averaged; divide by G",
    ),
    Factor(
        "averaged-twice-over-members",
        "1/G",
        lambda batching: 1 / batching.group_size,
        "it is divided by the group size G once too often",
    ),
    Factor(
        "sum-over-groups",
        "the number of groups",
        lambda batching: batching.groups,
        "groups are summed rather than averaged; divide by their number",
    ),
    Factor(
        "averaged-twice-over-groups",
        "1/(the number of groups)",
        lambda batching: 1 / batching.groups,
        "it is divided by the number of groups once too often",
    ),
    Factor(
        "mean-over-padded-length",
        "1/T",
        lambda batching: 1 / batching.problem.T,
        "the mean is over the padded length T; sum over the steps, then average over the rows",
    ),
    Factor(
        "group-mean-includes-itself + mean-over-padded-length",
        "(G−1)/(G T)",
        lambda batching: (1 - 1 / batching.group_size) / batching.problem.T,
        "the group's mean includes the sample itself, and the mean is over the padded length T; leave it out, and sum "
        "over the steps",
    ),
    Factor(
        "mean-over-everything",
        "1/(R T)",
        lambda batching: 1 / (batching.rows * batching.problem.T),
        "rows are averaged twice and steps are averaged; sum over the steps, then average over the rows once",
    ),
    Factor(
        "summed-over-padded-length",
        "T",
        lambda batching: batching.problem.T,
        "every row counts T times, the padded length; a sum over steps is taken twice",
    ),
    Factor(
        "sum-over-rows-mean-over-padded-length",
        "R/T",
        lambda batching: batching.rows / batching.problem.T,
        "rows are summed and steps are averaged; average the rows and sum the steps",
    ),
    Factor(
        "discounted-once-more", "γ", _discount, "discounts start with γ rather than with 1: the exponent is off by one"
    ),
    Factor(
        "discounted-once-less",
        "1/γ",
        lambda batching: 1 / _discount(batching),
        "discounts start with 1/γ rather than with 1: the exponent is off by one",
    ),
    Factor(
        "twice", "2", lambda batching: 2, "it is twice what it should be: a term is counted twice, or a square has no ½"
    ),
    Factor(
        "half",
        "1/2",
        lambda batching: 0.5,
        "it is half of what it should be: a factor ½ too many, or an average of two terms that should be added",
    ),
    Factor(
        "mean-over-actions",
        "1/A",
        lambda batching: 1 / batching.problem.A,
        "a mean over the A actions is taken where their sum is right",
    ),
    Factor(
        "zero",
        "0",
        lambda batching: 0,
        "",
    ),
)
"""The known factors, likeliest first; `equal` is not a mistake."""


def _negated(f: Factor) -> Factor:
    says = f"the sign is wrong, and {f.summary}"
    return Factor(f"wrong-sign + {f.name}", f"−{f.formula}", lambda batching: -f.of(batching), says)


SIGNED: Final = tuple(map(_negated, (f for f in FACTORS if f.name not in ("equal", "wrong-sign", "zero"))))


def formula(
    batchings: Sequence[Batching], found: Sequence[Floats], wanted: Sequence[Floats], loose: float = 0.0
) -> Factor | None:
    """The first factor between the found and the wanted gradients that fits at all batchings; None if there is none.

    Gradients are equal within 10^-9 of their lengths, or within `loose`; a zero gradient must be found as zero.
    """
    tolerance = loose or 1e-9
    seen: list[tuple[Batching, float]] = []
    for batching, m, w in zip(batchings, found, wanted, strict=True):
        lie = compare(m, w, tolerance, noise=1e-12)
        if lie.kind is Kind.EQUAL and lie.factor is None:
            continue  # both are zero, so any factor fits
        if lie.factor is None:
            return None
        seen.append((batching, float(lie.factor)))
    if not seen:
        return FACTORS[0]
    for candidate in (*FACTORS, *SIGNED):
        if all(abs(_value(candidate, batching) - c) <= tolerance * max(1.0, abs(c)) for batching, c in seen):
            return candidate
    return _constant([c for _, c in seen], tolerance)


def _value(factor: Factor, batching: Batching) -> float:
    try:
        return factor.of(batching)
    except ZeroDivisionError:
        return np.nan


def _constant(seen: list[float], tolerance: float) -> Factor | None:
    """The factor that is the same number everywhere; None if it varies."""
    first = seen[0]
    if len(seen) < 2 or any(abs(c - first) > tolerance * abs(first) for c in seen):
        return None
    says = "a wrong coefficient, because the factor is the same everywhere it was tried"
    return Factor("constant-factor", number(first), lambda batching: first, says)


__all__ = ["FACTORS", "Factor", "formula"]
