"""How long a term is when it is written out: the one evaluator, counting."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from pgsym.meaning.instances import Instance
from pgsym.meaning.numbers.base import Array, Numbers
from pgsym.meaning.written_out.policies import PolicyInstance
from pgsym.terms.nodes import Symbol, Variable


class Lengths(Numbers):
    """How many numbers and symbols stand in an expression with its brackets kept; 0 for the number 0."""

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
    """Every entry of every table is as long as it is when written out."""

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
