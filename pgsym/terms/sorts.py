"""Sorts: what a term stands for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sort:
    """What a term stands for: a real number, a state, an action, an index, a parameter, a gradient."""

    name: str

    def __hash__(self) -> int:
        return hash(self.name)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Collective(Sort):
    """A finite family of draws bound at once, such as a batch (s_1, a_1, …, s_N, a_N) or a trajectory.

    `components` are the names and sorts of one draw, `length` the name of the index variable that counts the draws.
    """

    components: tuple[tuple[str, Sort], ...]
    length: str

    def __hash__(self) -> int:
        return hash(self.name)


REAL = Sort("real")
VECTOR = Sort("vector")  # a gradient with respect to the parameter
MATRIX = Sort("matrix")  # a gradient of a gradient
STATE = Sort("state")
ACTION = Sort("action")
OUTCOME = Sort("outcome")  # what chance adds: the noise of a reward, the draw that flips a label
INDEX = Sort("index")  # a time or the number of a sample
PARAMETER = Sort("parameter")
BATCH = Collective("batch", (("s", STATE), ("a", ACTION)), "N")
GROUP = Collective("group", (("a", ACTION),), "N")  # answers to one question
TRAJECTORY = Collective("trajectory", (("s", STATE), ("a", ACTION)), "T")

LETTERS = {"S": STATE, "A": ACTION, "W": OUTCOME}
"""The sorts an instance gives a size, by the letter that says it."""

FINITE = frozenset(LETTERS.values())
"""The sorts that tables have axes for."""
NUMBERS = frozenset({REAL, VECTOR, MATRIX})
"""The sorts of what is computed."""
