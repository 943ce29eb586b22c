"""The symbols whose meaning no instance chooses."""

from __future__ import annotations

from pgsym.terms.nodes import POWER, Symbol
from pgsym.terms.sorts import MATRIX, REAL, VECTOR, Finite, Sort, for_every_finite_sort

LOG = Symbol("log", (REAL,))
EXP = Symbol("exp", (REAL,))
ABS = Symbol("abs", (REAL,))
MINIMUM = Symbol("min", (REAL, REAL))
MAXIMUM = Symbol("max", (REAL, REAL))
INDICATORS: dict[Sort, Symbol] = {}
"""What compares two values of a sort, for every finite sort."""
VARIANCE = Symbol("Var", (REAL,))
COVARIANCE = Symbol("Cov", (REAL,))
COVARIANCE_MATRIX = Symbol("Cov", (VECTOR,), MATRIX)  # of two gradients
QUANTITY = Symbol("of", (REAL,))  # what a variance or covariance is of: it ends the draws above it
OUTER = Symbol("⊗", (VECTOR, VECTOR), MATRIX)
TRANSPOSE = Symbol("ᵀ", (MATRIX,), MATRIX)
EXTREMES = frozenset({MINIMUM, MAXIMUM})
MOMENTS = frozenset({VARIANCE, COVARIANCE, COVARIANCE_MATRIX})
BUILT_IN = {LOG, EXP, ABS, POWER, *EXTREMES, *MOMENTS, QUANTITY, OUTER, TRANSPOSE}


@for_every_finite_sort
def _compared(sort: Finite) -> None:
    INDICATORS[sort] = Symbol("1", (sort, sort))
    BUILT_IN.add(INDICATORS[sort])


__all__ = [
    "ABS",
    "BUILT_IN",
    "COVARIANCE",
    "COVARIANCE_MATRIX",
    "EXP",
    "EXTREMES",
    "INDICATORS",
    "LOG",
    "MAXIMUM",
    "MINIMUM",
    "MOMENTS",
    "OUTER",
    "POWER",
    "QUANTITY",
    "TRANSPOSE",
    "VARIANCE",
]
