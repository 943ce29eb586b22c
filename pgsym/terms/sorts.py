"""Sorts: what a term stands for.

A sort of your own is made like those below, and needs no change elsewhere: every sort is known by its name from when it
is made, so that a record can say it, and a finite one by its letter, so that a size can.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from string import ascii_uppercase
from typing import Any

from pgsym.errors import SortError

SORTS: dict[str, Sort] = {}
"""Every sort there is, by its name."""
LETTERS: dict[str, Finite] = {}
"""The sorts an instance gives a size, by the letter that says it."""
FINITE: set[Sort] = set()
"""The sorts that tables have axes for."""
LENGTHS = {"T", "N"}
"""The names of the lengths of collectives, which no sort has for its letter."""


@dataclass(frozen=True)
class Sort:
    """What a term stands for: a real number, a state, an action, an index, a parameter, a gradient.

    Raises SortError for a name that cannot be printed, or that another sort has.
    """

    name: str

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.isprintable() or not self.name.strip():
            raise SortError(f"{self.name!r:.60} is no name of a sort")
        if type(self) not in (Sort, Finite, Collective):
            raise SortError(f"{self.name} is a {type(self).__name__}: a sort of your own is a Finite or a Collective")
        self._check()
        if SORTS.setdefault(self.name, self) != self:
            raise SortError(f"there is another sort {SORTS[self.name]!r}: give this one another name")
        self._enter()

    def _check(self) -> None:
        """Raise SortError for fields that are not what they should be."""

    def _enter(self) -> None:
        """Make the sort known under what else it is found by."""

    def __hash__(self) -> int:
        return hash(self.name)

    def __str__(self) -> str:
        return self.name

    def __reduce__(self) -> tuple[type[Sort], tuple[Any, ...]]:
        """A sort that is unpickled is made anew, and so known."""
        return type(self), tuple(getattr(self, f.name) for f in fields(self))

    @property
    def variable(self) -> str:
        """What a variable of the sort is called where nobody says: s for a state."""
        return self.name[0]


@dataclass(frozen=True)
class Finite(Sort):
    """A sort with finitely many values, such as states: an instance says how many, |S|, by its letter.

    >>> OBSERVATION = Finite("observation", "O")
    >>> LETTERS["O"], OBSERVATION.variable
    (Finite(name='observation', letter='O'), 'o')
    """

    letter: str

    def _check(self) -> None:
        if not isinstance(self.letter, str) or len(self.letter) != 1 or self.letter not in ascii_uppercase:
            raise SortError(f"the letter of {self.name} is one of A, …, Z, not {self.letter!r:.60}")
        if self.letter in LENGTHS or LETTERS.get(self.letter, self) != self:
            other = LETTERS.get(self.letter, "a length")
            raise SortError(f"{self.letter} stands for {other} already: give {self.name} another letter")

    def _enter(self) -> None:
        if self.letter not in LETTERS:
            LETTERS[self.letter] = self
            FINITE.add(self)
            for tell in _LISTENERS:
                tell(self)

    __hash__ = Sort.__hash__

    @property
    def variable(self) -> str:
        return self.letter.lower()


@dataclass(frozen=True)
class Collective(Sort):
    """A finite family of draws bound at once, such as a batch (s_1, a_1, …, s_N, a_N) or a trajectory.

    `components` are the names and sorts of one draw, in the order in which they are drawn, `length` the name of the
    index variable that counts the draws, `letter` what a variable of the sort is called.  Its draws are symbols such as
    `Symbol("s", (TRAJECTORY, INDEX), result=STATE)`.
    """

    components: tuple[tuple[str, Sort], ...]
    length: str
    letter: str = ""

    def _check(self) -> None:
        if not isinstance(self.components, tuple) or not all(map(_is_component, self.components)):
            raise SortError(f'the draws of {self.name} are names with finite sorts, such as (("s", STATE), …)')
        if len({name for name, _ in self.components}) < len(self.components) or not self.components:
            raise SortError(f"{self.name} has one draw at least, and no two of one name")
        if not (isinstance(self.length, str) and self.length.isidentifier() and self.length not in LETTERS):
            raise SortError(f"{self.length!r:.60} cannot name the length of {self.name}")
        if not isinstance(self.letter, str):
            raise SortError(f"{self.letter!r:.60} is no name of {self.name}")

    def _enter(self) -> None:
        LENGTHS.add(self.length)

    __hash__ = Sort.__hash__

    @property
    def variable(self) -> str:
        return self.letter or super().variable


def _is_component(component: object) -> bool:
    return (
        isinstance(component, tuple)
        and len(component) == 2
        and isinstance(component[0], str)
        and component[0].isprintable()
        and isinstance(component[1], Finite)
    )


_LISTENERS: list[Callable[[Finite], None]] = []


def for_every_finite_sort(function: Callable[[Finite], None]) -> Callable[[Finite], None]:
    """The function, called for every finite sort that there is and that will be."""
    for sort in LETTERS.values():
        function(sort)
    _LISTENERS.append(function)
    return function


def sort_named(name: object) -> Sort:
    """The sort of a name; raises SortError where no such sort has been made."""
    if not isinstance(name, str) or name not in SORTS:
        raise SortError(f"there is no sort {name!r:.60} here: import the file that makes it")
    return SORTS[name]


REAL = Sort("real")
VECTOR = Sort("vector")  # a gradient with respect to the parameter
MATRIX = Sort("matrix")  # a gradient of a gradient
STATE = Finite("state", "S")
ACTION = Finite("action", "A")
OUTCOME = Finite("outcome", "W")  # what chance adds: the noise of a reward, the draw that flips a label
INDEX = Sort("index")  # a time or the number of a sample
PARAMETER = Sort("parameter")
BATCH = Collective("batch", (("s", STATE), ("a", ACTION)), "N")
GROUP = Collective("group", (("a", ACTION),), "N")  # answers to one question
TRAJECTORY = Collective("trajectory", (("s", STATE), ("a", ACTION)), "T", "τ")

NUMBERS = frozenset({REAL, VECTOR, MATRIX})
"""The sorts of what is computed."""
PREDEFINED = frozenset(SORTS)
"""The names of the sorts above; any other is a user's own."""
