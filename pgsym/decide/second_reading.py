"""A second reading of decided statements: at a few instances, by enumeration, which shares no code with the evaluator.

A decision rests on one evaluator.  If an error in it makes two different sides equal, plain enumeration of one instance
finds that they differ, and the decision is withdrawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from pgsym.decide.confirmation.confirmation import UNDEFINED, Coordinate, breaks, coordinates, value_of
from pgsym.decide.instances.candidates import Candidate, ingredients
from pgsym.decide.instances.counterexamples import Counterexample
from pgsym.decide.instances.spaces import at_round
from pgsym.decide.laws import keeps_laws
from pgsym.decide.propositions import Comparison
from pgsym.decide.sizes import Size
from pgsym.errors import OutsideNumberSystem, ReadingsDisagree, SortError, TooLarge
from pgsym.terms.sorts import MATRIX, VECTOR, Collective
from pgsym.terms.structure import sort_of

SHARE = 0.25
"""The share of decisions that are read again."""
MOST_STEPS = 1_000
"""The most readings of terms that are spent on one decision."""
MOST_INSTANCES, ENOUGH = 3, 150
"""How many instances are read; none follows one that took this many readings of terms."""
ROUND = 3
MOST_ENTRIES = 100


def read_again(
    statement: Comparison,
    sizes: Iterable[Size],
    seeds: tuple[int, ...] = (0,),
    share: float = SHARE,
) -> int:
    """At how many instances both sides were enumerated and found equal.

    It is 0 if that takes too long or cannot be done.  Only a sample of all statements is read, a `share` of them; for
    the others it is 0, too.  The sample and the instances follow from the seeds, and the instances have the smallest
    sizes.  Raises ReadingsDisagree if the sides differ although they were decided to be equal.
    """
    sorts = {sort_of(statement.lhs), sort_of(statement.rhs)}
    order = 2 if MATRIX in sorts else 1 if VECTOR in sorts else 0
    if statement.derivatives > order:
        return 0  # it is not told along which coordinates
    rng = np.random.default_rng(seeds)
    if rng.random() >= share:
        return 0
    steps = read = 0
    for size in statement.instances(sizes):
        try:
            for here, moving in _instances(statement, size, order, rng):
                values = []
                for term in (statement.lhs, statement.rhs):
                    value, taken = value_of(here, term, moving, steps, MOST_STEPS)
                    steps += taken
                    values.append(value)
                if UNDEFINED in map(_word, values):
                    continue
                if breaks(values[0], values[1], statement.relation):
                    raise ReadingsDisagree(
                        f"{statement.lhs} = {statement.rhs} was decided, but enumeration finds {values[0]} and "
                        f"{values[1]}: please report this instance\n{here.candidate.tables} {here.at}"
                    )
                read += 1
                if read == MOST_INSTANCES or steps > ENOUGH:
                    return read
        except (OutsideNumberSystem, SortError):
            continue
        except TooLarge:
            break
    return read


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def _instances(
    statement: Comparison, size: Size, order: int, rng: np.random.Generator
) -> Iterator[tuple[Counterexample, list[Coordinate]]]:
    """Instances of a size, each with values of what is free, and the coordinates that gradients are taken along."""
    parts = ingredients(statement, size)
    if parts.entries > MOST_ENTRIES:
        return
    space = at_round(parts, ROUND)
    pools = np.asarray(space.pools, dtype=np.int64)
    for row in rng.integers(
        pools // 2, pools, size=(MOST_INSTANCES, len(pools))
    ):  # zeros and ones would hide many differences
        candidate: Candidate = space.candidate(row)
        every = list(coordinates(candidate))
        if (order and not every) or not keeps_laws(statement.given, size, candidate):
            continue
        moving = [every[int(rng.integers(len(every)))] for _ in range(order)]
        at = tuple((name, int(rng.integers(n)) + 1) for name, n in _free(statement, size))
        yield Counterexample(size, candidate, at, (), (), (), statement), moving


def _free(statement: Comparison, size: Size) -> Iterator[tuple[str, int]]:
    """The names of the free states and actions, those of a free batch among them, with how many values they have."""
    for variable in statement.axes:
        if not isinstance(variable.sort, Collective):
            yield variable.name, size.sorts[variable.sort]
            continue
        for i in range(1, size.lengths[variable.sort.length] + 1):
            for name, sort in variable.sort.components:
                yield f"{variable.name}.{name}.{i}", size.sorts[sort]


__all__ = ["read_again"]
