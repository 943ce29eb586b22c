"""The length of a term when written out, by the evaluator with lengths as numbers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from pgsym.meaning.instances import Instance
from pgsym.meaning.numbers.base import Array, Numbers
from pgsym.meaning.written_out.policies import PolicyInstance
from pgsym.terms.nodes import Symbol, Variable


class Lengths(Numbers):
    """The number of numbers and symbols in an expression that is not expanded; 0 for the number 0."""

    name = "lengths"
    dtype = np.float64

    def scalar(self, value: Fraction) -> float:
        return float(value != 0)

    def multiply(self, x: Array, y: Array) -> Array:
        return np.where((x == 0) | (y == 0), 0.0, x + y)

    def exp(self, x: Array) -> Array:
        return np.maximum(x, 1.0)

    def sign(self, x: Array) -> Array:
        return np.maximum(x, 1.0)

    def _reciprocal(self, x: Array) -> Array:
        return x

    def _log(self, x: Array) -> Array:
        return x


class LengthInstance(Instance):
    """The instance whose table entries are the lengths of the entries when written out."""

    def __init__(self, of: PolicyInstance):
        super().__init__(of.sizes, of.lengths, of.hypotheses)
        self.of = of
        self.numbers: Lengths = Lengths()

    def table(self, symbol: Symbol, parameter: str | None, directions: tuple[int, ...]) -> Array | None:
        length = 1 if symbol not in self.of.parametrised else self.shape(symbol)[0] + 1
        return np.full((1, *self.shape(symbol)), float(length)) if not directions or self.of.depends(symbol) else None

    def choices(self, symbol: Symbol) -> Array:
        return self.of.choices(symbol)

    def constant(self, variable: Variable) -> Array:
        return np.ones(1)
