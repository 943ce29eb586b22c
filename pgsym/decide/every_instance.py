"""Looking at every instance of a size on a small rational grid: whether there is no counterexample there at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from pgsym.decide.confirmation.confirmation import confirmed
from pgsym.decide.equality import comparable
from pgsym.decide.instances.candidates import Ingredients, Kind, ingredients, rows_of
from pgsym.decide.instances.counterexamples import Counterexample, verify
from pgsym.decide.instances.spaces import Space, space
from pgsym.decide.relevance import listed, relevant_hypotheses
from pgsym.decide.renaming import with_symbols_apart
from pgsym.decide.search.screening import hits, used
from pgsym.decide.sizes import Size, size_names
from pgsym.decide.statements import Relation, Statement
from pgsym.errors import InstanceError, TooLarge
from pgsym.terms.depth import not_too_deep
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Liftable, Symbol, Variable, lift

MOST = 200_000
"""The most instances of a size that are looked at."""
AT_ONCE = 2**13


@dataclass(frozen=True)
class Grid:
    """The values that rows and entries are chosen from.

    The rows of a law have a common denominator of `denominator` at most, with the uniform row besides; where a
    hypothesis keeps them positive, one of the `denominator` smallest that allow it.  Rewards and other real entries are
    among `reals`, logits among the logarithms of `weights`, real variables such as γ among `constants`.
    """

    denominator: int = 2
    reals: tuple[Fraction | int, ...] = (0, 1, -1)
    weights: tuple[Fraction | int, ...] = (1, 2)
    constants: tuple[Fraction | int, ...] = (0, 1, Fraction(1, 2))

    def space(self, parts: Ingredients, looked_up: frozenset[Symbol | Variable] | None = None) -> Space:
        """All instances of a size on the grid; what is not looked up keeps one value."""

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
    lhs: Liftable,
    rhs: Liftable,
    given: Iterable[Hypothesis] = (),
    size: Size | Mapping[str, int] | None = None,
    grid: Grid | None = None,
    relation: Relation = Relation.EQUAL,
    most: int = MOST,
) -> Counterexample | None:
    """The simplest counterexample of a size on a grid, or None if no instance on it is one.

    All times that the size does not say are looked at.  An order is compared in floats first, an identity modulo
    2^31 − 1 first; what seems to fail is verified exactly.  Raises TooLarge, with the number, where the grid has more
    than `most` instances; InstanceError where the hypotheses leave none; OutsideNumberSystem where the sides have no
    value in any number system.

    >>> from pgsym.problems import one_step
    >>> from pgsym.terms import grad
    >>> m = one_step()
    >>> wrong = (grad(m.objective), 2 * m.expectation(m.reward * m.score), m.hypotheses)
    >>> exhaustive(*wrong, {"S": 2, "A": 1}) is None
    True
    >>> print(exhaustive(*wrong, {"S": 1, "A": 2}).tables)
    {'D': [Fraction(1, 1)], 'π': [[Fraction(1, 2), Fraction(1, 2)]], 'r': [[Fraction(0, 1), Fraction(1, 1)]]}
    """
    lhs, rhs = lift(lhs), lift(rhs)
    given, grid = relevant_hypotheses((lhs, rhs), listed(given)), grid or Grid()
    names = size_names((lhs, rhs), given)
    statement = Statement(*with_symbols_apart(lhs, rhs, given), comparable(lhs, rhs), relation)
    base = size if isinstance(size, Size) else Size.of(size or {})
    spaces = [_space(statement, grid, s) for s in base.instances(names, given)]
    if not spaces:
        raise InstanceError(f"the hypotheses leave no instance at {base}: take another size")
    count = sum(s.count for s in spaces)
    if count > most:
        number = f"{count:,}" if count < 10**15 else f"more than 10^{len(str(count)) - 1}"
        raise TooLarge(f"{base}: the grid has {number} instances, more than {most:,}: take a coarser one")
    for each in spaces:
        found = _first(statement, each)
        if found is not None:
            return confirmed(found)
    return None


def _space(statement: Statement, grid: Grid, size: Size) -> Space:
    parts = ingredients((statement.lhs, statement.rhs), statement.given, size)
    return grid.space(parts, used(statement, grid.space(parts)))


def _first(statement: Statement, instances: Space) -> Counterexample | None:
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
