"""Sizes: how many states, actions and rounds an instance has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pgsym.errors import InstanceError
from pgsym.terms.hypotheses import Definition, Hypothesis
from pgsym.terms.nodes import Symbol, Term, Variable
from pgsym.terms.sorts import ACTION, INDEX, STATE, Collective, Sort
from pgsym.terms.structure import free, symbols

LETTERS = {"S": STATE, "A": ACTION}
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
        return {LETTERS[name]: n for name, n in self.counts if name in LETTERS}

    @property
    def lengths(self) -> dict[str, int]:
        """The values of the index variables."""
        return {name: n for name, n in self.counts if name not in LETTERS}

    def only(self, names: Iterable[str]) -> Size:
        """The sizes that a statement needs; raises InstanceError if one of them is not said."""
        wanted = set(names)
        missing = sorted(wanted - {name for name, _ in self.counts})
        if missing:
            raise InstanceError(f"the size {self or 'given'} does not say {', '.join(missing)}: add {missing[0]}=2")
        return Size(tuple((name, n) for name, n in self.counts if name in wanted))

    def __str__(self) -> str:
        return ", ".join(f"|{name}| = {n}" if name in LETTERS else f"{name} = {n}" for name, n in self.counts)


DECISION_SIZES = tuple(Size.of(S=s, A=a, N=n) for s, a, n in ((1, 2, 3), (2, 3, 2), (3, 2, 1), (1, 4, 1)))
"""Where an identity is decided unless the caller says otherwise: many rounds with few states, few with many."""

SEARCH_SIZES = tuple(
    Size.of(S=s, A=a, N=n)
    for s, a, n in ((1, 2, 1), (1, 2, 2), (1, 3, 1), (2, 2, 1), (2, 2, 2), (2, 3, 1), (3, 3, 1), (3, 4, 2))
)
"""Where a counterexample is looked for, the smallest first."""


def vocabulary(terms: Iterable[Term], hypotheses: Iterable[Hypothesis]) -> frozenset[Symbol]:
    """Every symbol that terms mention, through the definitions among the hypotheses."""
    definitions = {h.symbol: h for h in hypotheses if isinstance(h, Definition)}
    found: set[Symbol] = set()
    waiting = [s for t in terms for s in symbols(t)]
    while waiting:
        symbol = waiting.pop()
        if symbol not in found:
            found.add(symbol)
            if symbol in definitions:
                waiting.extend(symbols(definitions[symbol].body))
    return frozenset(found)


def size_names(terms: Iterable[Term], hypotheses: Iterable[Hypothesis]) -> tuple[str, ...]:
    """The sizes that the value of some terms depends on, as names for `Size`."""
    terms, hypotheses = tuple(terms), tuple(hypotheses)
    used = vocabulary(terms, hypotheses)
    bodies = [h.body for h in hypotheses if isinstance(h, Definition) and h.symbol in used]
    sorts = {s for symbol in used for s in (*symbol.arguments, symbol.result)}
    loose: set[Variable] = {v for t in (*terms, *bodies) for v in free(t)}
    sorts |= {v.sort for v in loose}
    lengths = {v.name for v in loose if v.sort == INDEX}
    for collective in [s for s in sorts if isinstance(s, Collective)]:
        sorts |= {sort for _, sort in collective.components}
        lengths.add(collective.length)
    letters = [name for name, sort in LETTERS.items() if sort in sorts]
    return (*letters, *sorted(lengths))
