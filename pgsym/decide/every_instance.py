"""Exhaustive search: every instance of a size on a small rational grid is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from pgsym.decide.confirmation.confirmation import confirmed
from pgsym.decide.instances.candidates import Ingredients, Kind, ingredients, rows_of
from pgsym.decide.instances.counterexamples import Counterexample, verify
from pgsym.decide.instances.spaces import Space, space
from pgsym.decide.propositions import Comparison
from pgsym.decide.search.screening import hits, used
from pgsym.decide.sizes import Size
from pgsym.errors import InstanceError, TooLarge
from pgsym.terms.depth import not_too_deep
from pgsym.terms.nodes import Symbol, Variable

MOST = 200_000
"""The most instances of a size that are looked at."""
AT_ONCE = 2**13


@dataclass(frozen=True)
class Grid:
    """The values that the entries of an instance are chosen from.

    The probabilities of a law are fractions whose common denominator is at most `denominator`; the uniform row is
    always included.  If a hypothesis says that they are positive, the denominator is one of the `denominator` smallest
    that allow it.  Rewards and other real entries are chosen from `reals`, logits from the logarithms of `weights`, and
    real variables such as γ from `constants`.
    """

    denominator: int = 2
    reals: tuple[Fraction | int, ...] = (0, 1, -1)
    weights: tuple[Fraction | int, ...] = (1, 2)
    constants: tuple[Fraction | int, ...] = (0, 1, Fraction(1, 2))

    def space(self, parts: Ingredients, looked_up: frozenset[Symbol | Variable] | None = None) -> Space:
        """All instances of a size on the grid; tables that are not looked up keep one value."""

        def pool_of(kind: Kind, what: Symbol | Variable, _: int) -> Sequence[Any]:
            values = self._values(parts, kind, what)
            if not values:
                raise InstanceError(f"the grid has no value that {what.name} may take")
            return values if looked_up is None or what in looked_up else values[:1]

        return space(parts, pool_of)

    def _values(self, parts: Ingredients, kind: Kind, what: Symbol | Variable) -> list[Any]:
        if kind is Kind.LAW and isinstance(what, Symbol):
            outcomes = prod(parts.shapes[what][: what.outcomes])
            return list(rows_of(outcomes, self.denominator - 1, what in parts.positive))
        if kind is Kind.LABEL and isinstance(what, Symbol):
            return list(range(parts.size.sorts[what.result]))
        if kind is Kind.LOGIT:
            return [Fraction(w) for w in self.weights]
        values = map(Fraction, self.constants if kind is Kind.CONSTANT else self.reals)
        return [v for v in values if parts.allows(what, v)]


@not_too_deep
def exhaustive(
    proposition: Comparison,
    size: Size | Mapping[str, int] | None = None,
    grid: Grid | None = None,
    most: int = MOST,
) -> Counterexample | None:
    """The simplest counterexample of a size on a grid, or None if the proposition holds at every instance of it.

    Times that the size does not fix take all their values.  Instances are screened first, orders in floats and
    equations modulo 2^31 − 1; each one that seems to fail is verified exactly.  Raises TooLarge, with the number, if
    the grid has more than `most` instances; InstanceError if the hypotheses leave none; OutsideNumberSystem if no
    number system can hold the sides.

    >>> from pgsym.decide.propositions import Equal
    >>> from pgsym.problems import one_step
    >>> from pgsym.terms import grad
    >>> m = one_step()
    >>> wrong = Equal(grad(m.objective), 2 * m.expectation(m.reward * m.score), m.hypotheses)
    >>> exhaustive(wrong, {"S": 2, "A": 1}) is None
    True
    >>> print(exhaustive(wrong, {"S": 1, "A": 2}).tables)
    {'D': [Fraction(1, 1)], 'π': [[Fraction(1, 2), Fraction(1, 2)]], 'r': [[Fraction(0, 1), Fraction(1, 1)]]}
    """
    read, grid = proposition.apart, grid or Grid()
    base = size if isinstance(size, Size) else Size.of(size or {})
    spaces = [_space(read, grid, s) for s in base.instances(read.size_names, read.given)]
    if not spaces:
        raise InstanceError(f"the hypotheses leave no instance at {base}: take another size")
    count = sum(s.count for s in spaces)
    if count > most:
        number = f"{count:,}" if count < 10**15 else f"more than 10^{len(str(count)) - 1}"
        raise TooLarge(f"{base}: the grid has {number} instances, more than {most:,}: take a coarser one")
    for each in spaces:
        found = _first(read, each)
        if found is not None:
            return confirmed(found)
    return None


def _space(statement: Comparison, grid: Grid, size: Size) -> Space:
    parts = ingredients(statement, size)
    return grid.space(parts, used(statement, grid.space(parts)))


def _first(statement: Comparison, instances: Space) -> Counterexample | None:
    digits = instances.every()
    costs = instances.costs(digits)
    digits = digits[np.lexsort((costs[:, 1], costs[:, 0]))]
    for start in range(0, len(digits), AT_ONCE):
        chunk = digits[start : start + AT_ONCE]
        for row in chunk[hits(statement, instances, chunk)]:
            found = verify(statement, instances.parts.size, instances.candidate(row))
            if found is not None:
                return found
    return None
