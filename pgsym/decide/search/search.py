"""The search for a counterexample: the smallest sizes first, then the smallest denominators, then shrunk.

At every size, instances with a simple structure come first: deterministic and uniform rows, and few rewards other than
zero.  If there are few instances, all are tried; if not, denominators grow from round to round, and some are random.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from pgsym.decide.balls import Tested, tested_with_balls
from pgsym.decide.confirmation.confirmation import confirmed
from pgsym.decide.instances.candidates import Candidate, Ingredients, ingredients
from pgsym.decide.instances.counterexamples import Counterexample, verify
from pgsym.decide.instances.spaces import FAR_ROUND, Digits, Space, around, at_round, stretches
from pgsym.decide.laws import keeps_laws
from pgsym.decide.propositions import Comparison
from pgsym.decide.search.screening import hits, used
from pgsym.decide.sizes import SEARCH_SIZES, Size, small_sizes, with_few
from pgsym.errors import OutsideNumberSystem, SortError
from pgsym.terms.sorts import LETTERS

BUDGET = 20_000
"""The default for the most instances that a search looks at."""
TIME_TO_SEARCH = 60
"""The default for the seconds that `counterexample` searches."""
ROUNDS = FAR_ROUND + 1
EVERY = 1024
"""If a round has at most this many instances, all are looked at."""
STRUCTURED, RANDOM = 192, 128
"""How many instances of a larger round are looked at."""
FIRST = 64
MOST_ENTRIES = 400
"""The most table entries of an instance that is searched as a counterexample."""
MOST_VERIFIED = 40
"""How many seeming counterexamples of a size are verified before the size is given up: logarithms may mislead."""
MOST_SHRINKING = 3_000
"""The most instances that one step of shrinking looks at."""

Holds = Callable[[Size], bool]


@dataclass(frozen=True)
class Search:
    """The counterexample that a search found, and how many instances of which sizes it looked at, smallest first.

    At `settled` sizes the statement was decided to hold, so that there is nothing to look for.
    """

    found: Counterexample | None
    sizes: tuple[Size, ...]
    settled: tuple[Size, ...]
    instances: int

    def __str__(self) -> str:
        where = f"{len(self.sizes)} sizes" if len(self.sizes) > 1 else "one size"
        largest = f", the largest {self.sizes[-1]}" if self.sizes and self.sizes[-1].counts else ""
        held = f"; decided to hold with equality at {len(self.settled)} more" if self.settled else ""
        return f"{self.instances:,} instances of {where}{largest}{held}"

    @property
    def outcome(self) -> str:
        """The result of a search that found nothing, in words."""
        return f"no counterexample among {self}" if self.instances else "no instance could be looked at"


@dataclass
class Progress:
    """How far a search has come; whoever stops it can report this."""

    instances: int = 0
    size: Size | None = None

    def __str__(self) -> str:
        where = f", the last of {self.size}" if self.size and self.size.counts else ""
        return f"no counterexample among {self.instances:,} instances{where}"


def search_sizes(proposition: Comparison, chosen: tuple[Size, ...]) -> tuple[Size, ...]:
    """The sizes at which a counterexample is looked for: the usual small ones that say enough, then those chosen."""
    names = proposition.size_names
    says_enough = set(names) <= {*LETTERS, "T", "N"} or not {"N", "T"}.isdisjoint(names)
    return (*(small_sizes(names) if says_enough else ()), *chosen)


@np.errstate(all="ignore")  # floats overflow at large numbers, and an exact value decides
def search(
    statement: Comparison,
    seed: int = 0,
    sizes: Iterable[Size] = SEARCH_SIZES,
    budget: int = BUDGET,
    holds: Holds = lambda _: False,
    progress: Progress | None = None,
) -> Search:
    """What a search finds among at most `budget` instances, shared among the sizes where `holds` does not skip it.

    A size at which a side has no meaning is passed over, such as T = 1 for a term about the second step; raises
    SortError if a side has no meaning at any size.
    """
    todo = statement.instances(with_few(sizes))
    tried: list[Size] = []
    settled: list[Size] = []
    instances, meaningless = 0, None
    progress = progress or Progress()
    for k, size in enumerate(todo):
        parts = ingredients(statement, size)
        if parts.entries > MOST_ENTRIES:
            continue  # an instance this large is not readable and may not fit into memory
        try:
            if holds(size):
                settled.append(size)
                continue
            found, looked_at = _at(statement, parts, seed, (budget - instances) // (len(todo) - k), progress)
        except SortError as reason:  # such as the second step of trajectories of length 1
            meaningless = reason
            continue
        if looked_at:
            instances += looked_at
            tried.append(size)
        if found is not None:
            found = _smaller(statement, seed, found, {*todo[:k]}, budget // len(todo), holds)
            return Search(confirmed(shrunk(found)), tuple(tried), tuple(settled), instances)
    if meaningless and not (tried or settled):
        raise meaningless
    return Search(None, tuple(tried), tuple(settled), instances)


def _smaller(
    statement: Comparison,
    seed: int,
    found: Counterexample,
    tried: set[Size],
    budget: int,
    holds: Holds,
) -> Counterexample:
    """The counterexample, or one of a smaller size that had not been tried, where a size was asked for by name."""
    while True:
        for size in statement.instances(_one_less(found.size)):
            if size in tried:
                continue
            tried.add(size)
            parts = ingredients(statement, size)
            try:
                less = None if holds(size) else _at(statement, parts, seed, budget)[0]
            except SortError:
                continue
            if less is not None:
                found = less
                break
        else:
            return found


def _one_less(size: Size) -> Iterator[Size]:
    """The sizes with one less of something, and every time within the horizon."""
    for name, n in size.counts:
        less = dict(size.counts) | {name: n - 1}
        last = less.get("T", less.get("N"))
        times = less.keys() - {*LETTERS, "T", "N"}
        if n > 1 and (last is None or all(less[t] <= last for t in times)):
            yield Size(tuple(less.items()))


def _at(
    statement: Comparison, parts: Ingredients, seed: int, budget: int, progress: Progress | None = None
) -> tuple[Counterexample | None, int]:
    """A counterexample of one size among at most `budget` instances, and how many were looked at."""
    looked_at = verified = 0
    deceived = False
    for space, digits in _rounds(statement, parts, seed, budget):
        for stretch in stretches(digits[: budget - looked_at], FIRST):
            try:
                flagged = hits(statement, space, stretch, deceived)
            except OutsideNumberSystem:
                return None, looked_at
            looked_at += len(stretch)
            if progress:
                progress.instances, progress.size = progress.instances + len(stretch), parts.size
            while flagged.any():
                row = int(flagged.argmax())
                flagged[row] = False
                found = _verified(statement, parts.size, space.candidate(stretch[row]))
                verified += 1
                if found is not None or verified == MOST_VERIFIED:
                    return found, looked_at
                if not deceived:
                    deceived = True
                    flagged &= hits(statement, space, stretch, deceived)
    return None, looked_at


def _verified(statement: Comparison, size: Size, candidate: Candidate) -> Counterexample | None:
    """A candidate as a counterexample, if it is one and its laws are laws; None otherwise."""
    found = verify(statement, size, candidate)
    return found if found is not None and keeps_laws(statement.given, size, candidate) else None


def _rounds(statement: Comparison, parts: Ingredients, seed: int, budget: int) -> Iterator[tuple[Space, Digits]]:
    """The instances to look at: all of the last round that is small enough, then some of each later one."""
    looked_up = used(statement, at_round(parts, 0))
    spaces = [at_round(parts, r, looked_up) for r in range(ROUNDS)]
    whole = [r for r in range(ROUNDS) if spaces[r].count <= min(EVERY, budget)]
    if whole:
        space = spaces[whole[-1]]
        yield space, space.simplest_first(space.every())
    rng = np.random.default_rng([seed, *(n for _, n in parts.size.counts)])
    for space in spaces[len(whole) :]:
        yield space, space.structured(STRUCTURED, rng)
        yield space, space.simplest_first(space.random(RANDOM, rng))
    if (
        len(whole) < ROUNDS
    ):  # a statement can be written around the rounds before, but not around these random instances
        own = np.random.default_rng([statement.own_seed(seed), *(n for _, n in parts.size.counts)])
        yield spaces[-1], spaces[-1].simplest_first(spaces[-1].random(RANDOM, own))


def shrunk(found: Counterexample) -> Counterexample:
    """The counterexample with one or two rows or entries after the others made simpler, as long as it stays one.

    Simpler are small denominators, then zeros, then small numbers, then the first outcomes and labels.
    """
    statement = found.statement
    parts = ingredients(statement, found.size)
    while True:
        space = around(parts, found.candidate, 3)
        digits = space.departures(10 * MOST_SHRINKING)
        costs = space.costs(digits)
        own = tuple(costs[0])
        digits = digits[[tuple(c) < own for c in costs]]
        digits = space.simplest_first(digits)[:MOST_SHRINKING]
        better = _first(statement, space, digits)
        if better is None:
            return found
        found = better


def _first(statement: Comparison, space: Space, digits: Digits) -> Counterexample | None:
    """The first of some instances that is a counterexample."""
    for stretch in stretches(digits, FIRST):
        for row in stretch[hits(statement, space, stretch)][:MOST_VERIFIED]:
            found = _verified(statement, space.parts.size, space.candidate(row))
            if found is not None:
                return found
    return None


def tested(statement: Comparison, seed: int) -> Tested | Counterexample:
    """The result of testing an equation in ball arithmetic, or a counterexample that was found on the way."""
    outcome = tested_with_balls(statement, statement.instances(small_sizes(statement.size_names)), seed)
    if outcome.fails_at is not None:
        found = verify(statement, *outcome.fails_at)
        if found is not None:
            return confirmed(shrunk(found))
    return outcome
