"""Sizes: how many states, actions and rounds an instance has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod

from pgsym.errors import InstanceError, SortError
from pgsym.terms.hypotheses import Before, Counted, Hypothesis, Rounds
from pgsym.terms.nodes import Add, Multiply, Number, Term, Variable
from pgsym.terms.sorts import LETTERS, PREDEFINED, Sort

POSITIONS = ("S", "A", "T")


@dataclass(frozen=True)
class Size:
    """The number of values of each finite sort and the value of each index variable.

    >>> print(Size.of(S=2, A=3, N=2))
    |S| = 2, |A| = 3, N = 2
    """

    counts: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, sizes: Mapping[str, int] | None = None, **named: int) -> Size:
        """Sizes by name: S states, A actions, anything else an index variable such as N.

        Raises InstanceError unless all are positive integers.
        """
        if sizes is not None and not isinstance(sizes, Mapping):
            raise InstanceError(
                f'a size is a mapping such as {{"S": 2, "A": 3}}, and sizes are a list of them: {sizes!r:.60}'
            )
        both = {**(sizes or {}), **named}
        for name, value in both.items():
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise InstanceError(f"the size {name} = {value!r} is not a positive integer")
        return cls(tuple(both.items()))

    @classmethod
    def parse(cls, text: str) -> Size:
        """Sizes as on a command line: "10,5,20" for |S|, |A| and T, or by name as in "S=10,A=5,T=20,N=3".

        Raises InstanceError for anything else.
        """
        named: dict[str, int] = {}
        for i, part in enumerate(text.split(",")):
            name, _, value = part.rpartition("=")
            name = name.strip() or (POSITIONS[i] if i < len(POSITIONS) else "")
            if not name.isidentifier() or name in named or not value.strip().isdecimal():
                raise InstanceError(f'a size is written "10,5,20" for |S|, |A|, T, or "S=10,A=5,T=20", not {text!r}')
            named[name] = int(value)
        return cls.of(named)

    @property
    def sorts(self) -> dict[Sort, int]:
        """The sizes of the finite sorts."""
        return {LETTERS[name]: n for name, n in self.letters.items()}

    @property
    def letters(self) -> dict[str, int]:
        """The sizes of the finite sorts by letter."""
        return {name: n for name, n in self.counts if name in LETTERS}

    @property
    def lengths(self) -> dict[str, int]:
        """The values of the index variables."""
        return {name: n for name, n in self.counts if name not in LETTERS}

    def extended(self, letters: Mapping[str, int]) -> Size:
        """The size with the numbers of further finite sorts."""
        return Size.of(self.letters | dict(letters) | self.lengths)

    def only(self, names: Iterable[str]) -> Size:
        """The size without the counts that are not among some names."""
        wanted = set(names)
        return Size(tuple((name, n) for name, n in self.counts if name in wanted))

    def instances(self, names: Iterable[str], given: Iterable[Hypothesis] = ()) -> tuple[Size, ...]:
        """The size, once for every value up to the horizon T (or else N) of each time that it does not fix.

        Those that the hypotheses rule out are left out, so there may be none.  Raises InstanceError if a count
        other than a time is missing.
        """
        base = self.only(names)
        said = dict(base.counts)
        missing = sorted(set(names) - set(said))
        last = said.get("T", said.get("N"))
        if missing and (last is None or not {*LETTERS, "T", "N"}.isdisjoint(missing)):
            which = f"size {self}" if self.counts else "size given"
            raise InstanceError(f"the {which} does not say {', '.join(missing)}: add {missing[0]}=2")
        every = product(range(1, (last or 0) + 1), repeat=len(missing))
        sizes = (Size((*base.counts, *zip(missing, values, strict=True))) for values in every)
        given = tuple(given)
        order = [h for h in given if isinstance(h, Before)]
        counted = [h for h in given if isinstance(h, Counted)]
        rounds = [h for h in given if isinstance(h, Rounds)]
        return tuple(
            s
            for s in sizes
            if all(_time(h.earlier, s) < _time(h.later, s) for h in order)
            and all(h.allows(s.sorts[h.sort]) for h in counted if h.sort in s.sorts)
            and all(h.allows(s.lengths[h.length.name]) for h in rounds if h.length.name in s.lengths)
        )

    @property
    def extent(self) -> tuple[int, ...]:
        """The key that sizes are ordered by: how many outcomes all draws have together, then the sum of all counts.

        The outcomes of a draw are |S| |A|, times the sizes of further sorts, and there are T (and N) draws.  A size
        that is smaller in one count and larger in none comes first; with as many outcomes, fewer states come before
        fewer actions.
        """
        counted = dict(self.counts)
        draws = max(1, counted.get("T", 0) + counted.get("N", 0))
        outcomes = prod(counted.get(letter, 1) for letter in LETTERS)
        return (outcomes**draws, sum(counted.values()), *counted.values())

    @property
    def below(self) -> tuple[Size, ...]:
        """The sizes that are no larger in any count, this one the last."""
        names = [name for name, _ in self.counts]
        every = product(*(range(1, n + 1) for _, n in self.counts))
        return tuple(Size(tuple(zip(names, values, strict=True))) for values in every)

    def __str__(self) -> str:
        return ", ".join(f"|{name}| = {n}" if name in LETTERS else f"{name} = {n}" for name, n in self.counts)


def _time(term: Term, size: Size) -> int:
    """The value of a time, such as t + 1, at a size."""
    match term:
        case Number(value):
            return int(value)
        case Variable(name, _):
            return size.lengths[name]
        case Add(operands):
            return sum(_time(t, size) for t in operands)
        case Multiply(operands):
            return prod(_time(t, size) for t in operands)
    raise SortError(f"{term} is not a time")


DECISION_SIZES = tuple(
    Size.of(S=s, A=a, W=w, N=n) for s, a, w, n in ((1, 2, 3, 3), (3, 3, 2, 2), (1, 4, 2, 1), (2, 1, 1, 3))
)
"""The usual sizes of an identity: many rounds with few states, and few rounds with many states."""

DECISION_HORIZONS = tuple(
    Size.of(S=s, A=a, W=w, N=n, T=t)
    for s, a, w, n, t in ((1, 4, 3, 2, 1), (2, 3, 2, 1, 3), (3, 3, 2, 1, 2), (2, 2, 2, 1, 4), (2, 1, 1, 1, 3))
)
"""The usual sizes of a statement with a horizon, which is long enough to show a slip by a step or two."""


def decision_sizes(names: Iterable[str]) -> tuple[Size, ...]:
    """The usual sizes of a statement that depends on these counts.

    The counts of a user's own sorts differ from one sort to another, and from the number of states.

    >>> from pgsym.terms import Finite
    >>> observations = Finite("observation", "O")
    >>> for size in decision_sizes(("S", "A", "O", "T"))[1:3]:
    ...     print(size.only("SAOT"))
    |S| = 2, |A| = 3, |O| = 3, T = 3
    |S| = 3, |A| = 3, |O| = 2, T = 2
    """
    usual = DECISION_HORIZONS if "T" in names else DECISION_SIZES
    own = own_sorts(names)
    return tuple(
        s.extended({name: _of_own_sort(k, i, len(usual)) for k, name in enumerate(own)}) for i, s in enumerate(usual)
    )


OF_OWN_SORTS, ONE_VALUE = (2, 3, 2, 3, 2), (4, 3, 2, 0, 0)
"""How many values a user's own sort has at each size, and at which of them it has one; the next sort begins one later.

At the second size, no sort has one value: much is true where some sort has.
"""


def _of_own_sort(k: int, size: int, sizes: int) -> int:
    """How many values the k-th of a user's own sorts has at one of some usual sizes."""
    rounds, k = divmod(k, len(OF_OWN_SORTS))
    one = size == min(ONE_VALUE[k], sizes - 1)
    return 1 if one else OF_OWN_SORTS[(size + k) % len(OF_OWN_SORTS)] + rounds


def own_sorts(names: Iterable[str]) -> list[str]:
    """The letters among some names that stand for a user's own sorts."""
    return [name for name in names if name in LETTERS and LETTERS[name].name not in PREDEFINED]


def up_to(sizes: Iterable[Size]) -> tuple[Size, ...]:
    """The sizes and all smaller ones, the smallest first.

    >>> print("; ".join(map(str, up_to([Size.of(A=2, T=2)]))))
    |A| = 1, T = 1; |A| = 1, T = 2; |A| = 2, T = 1; |A| = 2, T = 2
    """
    return tuple(sorted({below for s in sizes for below in s.below}, key=lambda s: s.extent))


MOST_LISTED = 6
"""The most sizes that are listed one by one; of more, only the largest are listed."""


def listed(sizes: Iterable[Size]) -> tuple[str, ...]:
    """Sizes in few words, with the names of the counts given once; of more than six, their number and the largest.

    >>> listed([Size.of(S=1, A=2), Size.of(S=3, A=3)])
    ('(|S|, |A|) = (1, 2)', '(3, 3)')
    >>> listed([Size.of(A=2), Size.of(A=3)]), listed([Size.of(S=2, A=3)]), listed([Size(())])
    (('|A| = 2', '3'), ('|S| = 2, |A| = 3',), ())
    >>> listed(up_to([Size.of(A=2, T=3), Size.of(A=3, T=1)]))
    ('7 sizes, the largest (|A|, T) = (3, 1)', '(2, 3)')
    """
    sizes = tuple(dict.fromkeys(s for s in sizes if s.counts))
    if len(sizes) > MOST_LISTED:
        largest = [s for s in sizes if not any(s != other and _within(s, other) for other in sizes)]
        first, *others = listed(largest[:MOST_LISTED])
        return f"{len(sizes)} sizes, the largest {first}", *others
    if len(sizes) < 2 or len({tuple(name for name, _ in s.counts) for s in sizes}) > 1:
        return tuple(map(str, sizes))
    names = [f"|{name}|" if name in LETTERS else name for name, _ in sizes[0].counts]
    values = [[str(n) for _, n in s.counts] for s in sizes]
    if len(names) == 1:
        return f"{names[0]} = {values[0][0]}", *(v[0] for v in values[1:])
    rows = [f"({', '.join(v)})" for v in values]
    return f"({', '.join(names)}) = {rows[0]}", *rows[1:]


def _within(size: Size, other: Size) -> bool:
    """Whether a size is no larger than another in any count."""
    counted = dict(other.counts)
    return all(n <= counted.get(name, 0) for name, n in size.counts)


LARGEST_SEARCHED = tuple(
    Size.of(S=s, A=a, W=2, N=n, T=t)
    for s, a, n, t in ((3, 4, 2, 1), (3, 3, 1, 2), (2, 2, 2, 2), (2, 2, 1, 3), (1, 2, 1, 4))
)
SEARCH_SIZES = up_to(LARGEST_SEARCHED)
"""The sizes at which a counterexample is searched, the smallest first, with all sizes below each."""


def small_sizes(names: Iterable[str]) -> tuple[Size, ...]:
    """The sizes of SEARCH_SIZES, with one or two of every sort of a user's own among the names."""
    own = dict.fromkeys(own_sorts(names), 2)
    return up_to(size.extended(own) for size in LARGEST_SEARCHED) if own else SEARCH_SIZES


def with_few(sizes: Iterable[Size]) -> tuple[Size, ...]:
    """The sizes, and those of the same lengths with one or two of every sort, where long instances stay small.

    >>> print("; ".join(map(str, with_few([Size.of(A=3, T=5)]))))
    |A| = 3, T = 5; |A| = 1, T = 5; |A| = 2, T = 5
    """
    sizes = tuple(sizes)
    few = [Size(tuple((name, min(n, 2) if name in LETTERS else n) for name, n in s.counts)) for s in sizes]
    return tuple(dict.fromkeys((*sizes, *(x for s in few for x in s.below if x.lengths == s.lengths))))
