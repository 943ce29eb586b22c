"""The sizes at which a statement is decided if the caller names none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import combinations, islice, product

from pgsym.decide.sizes import Size, decision_sizes
from pgsym.decide.subjects import Subject
from pgsym.decide.zero_patterns import are_few
from pgsym.terms.hypotheses import Counted, Hypothesis, Rounds
from pgsym.terms.sorts import LETTERS

FEW_STRATA = 128
"""The most label functions and zero patterns, up to renaming, of a size that nobody asked for."""
MOST = 64
"""The largest number that is tried for a hypothesis about a size."""


def default_sizes(subject: Subject) -> tuple[Size, ...]:
    """The usual small sizes, or the nearest ones that the hypotheses allow.

    A number that a hypothesis fixes is obeyed, and a horizon is as long as the times that are compared need.  Where a
    size has too many label functions and zero patterns to look at all of them, the largest smaller size that has not is
    taken instead; of every two sorts, and of all, there are several values at one size at least, if that can be.

    >>> from pgsym.decide.subjects import About
    >>> from pgsym.problems import trajectories
    >>> from pgsym.terms import ACTION, HowMany, Rounds
    >>> m = trajectories()
    >>> for size in default_sizes(About((m.objective,), (HowMany(ACTION, 2), Rounds(m.T, 5))))[:2]:
    ...     print(size)
    |S| = 1, |A| = 2, T = 5
    |S| = 2, |A| = 2, T = 5
    """
    names, given = subject.size_names, subject.given
    allowed = [size for usual in decision_sizes(names) for size in _nearest(usual, names, given)]
    allowed += _longer(allowed, names, given)
    chosen: dict[Size, None] = {}
    for size in dict.fromkeys(allowed):
        candidates = _enumerable(size, subject)
        first = next(candidates, size)
        if first != size and first.sorts in (s.sorts for s in chosen):  # prefer a size that shows something else
            first = next((s for s in candidates if s.sorts not in (c.sorts for c in chosen)), first)
        chosen[first] = None
    sorts = tuple(name for name in names if name in LETTERS)
    for some in (*combinations(sorts, 2), sorts):
        if not any(_several(some, size) for size in chosen):
            every = (s for size in allowed if _several(some, size) for s in _enumerable(size, subject))
            chosen |= dict.fromkeys(islice((s for s in every if _several(some, s)), 1))
    return tuple(chosen)


def _several(letters: tuple[str, ...], size: Size) -> bool:
    """Whether a size has two of each of some sorts at least: where there is one of either, much is true."""
    return all(size.letters[letter] > 1 for letter in letters)


def _nearest(usual: Size, names: tuple[str, ...], given: tuple[Hypothesis, ...]) -> Iterator[Size]:
    """The sizes nearest to a usual one that the hypotheses allow.

    A length of its own, such as the k of k tries, is any number up to the usual batch size.
    """
    said = dict(usual.counts)
    rounds = {h.length.name: h.allows for h in given if isinstance(h, Rounds)}
    counted = [h for h in given if isinstance(h, Counted)]
    for letter in said.keys() & LETTERS:
        of_it = tuple(h for h in counted if h.sort == LETTERS[letter])
        said[letter] = _closest(said[letter], partial(_allow, of_it))
    horizon = next((name for name in ("T", "N") if name in names), None)
    for name in {"T", "N"} & said.keys() & rounds.keys():
        said[name] = _closest(said[name], rounds[name])
    if horizon is None:
        own = [name for name in names if name not in said]
        for numbers in product(range(1, said["N"] + 1), repeat=len(own)):
            chosen = {k: _closest(n, rounds.get(k, _any)) for k, n in zip(own, numbers, strict=True)}
            yield _size({**said, **chosen}, names)
        return
    for longer in range(said[horizon], MOST):
        size = _size({**said, horizon: longer}, names)
        if size.instances(names, given):
            yield size
            return
    yield _size(said, names)  # if the hypotheses leave no size


def _longer(allowed: list[Size], names: tuple[str, ...], given: tuple[Hypothesis, ...]) -> Iterator[Size]:
    """A size that is longer by one, if only the least allowed value of a length would be looked at."""
    for h in given:
        if isinstance(h, Rounds) and h.least > 1 and h.allows(h.least + 1):
            same = [size for size in allowed if size.lengths.get(h.length.name) == h.least]
            if same and len(same) == len(allowed):
                smallest = min(same, key=lambda size: (1 in size.letters.values(), size.extent))
                yield _size({**dict(smallest.counts), h.length.name: h.least + 1}, names)


def _any(_: int) -> bool:
    return True


def _allow(counted: tuple[Counted, ...], count: int) -> bool:
    return all(h.allows(count) for h in counted)


def _closest(number: int, allows: Callable[[int], bool]) -> int:
    """The allowed number that is closest to a number; that number itself if none is allowed."""
    return min(filter(allows, range(1, MOST)), key=lambda n: abs(n - number), default=number)


def _size(said: Mapping[str, int], names: tuple[str, ...]) -> Size:
    return Size.of({name: n for name, n in said.items() if name in names})


def _enumerable(size: Size, subject: Subject) -> Iterator[Size]:
    """The size and those with fewer states, actions or outcomes whose strata are few enough for all, largest first."""
    smaller = sorted((s for s in size.below if s.lengths == size.lengths), key=lambda s: s.extent, reverse=True)
    for candidate in smaller:
        instances = candidate.instances(subject.size_names, subject.given)
        if instances and are_few(subject, instances[0], FEW_STRATA):
            yield candidate
