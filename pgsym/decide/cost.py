"""The cost of a statement before it is decided: can it be read at its sizes, and can it be searched?"""

from __future__ import annotations

from collections.abc import Iterable

from pgsym.decide.sizes import Size
from pgsym.decide.subjects import Subject
from pgsym.meaning.cost import MOST_BITS_OF_A_VALUE, check_cost, cost

ALTERNATIVE = "take smaller sizes, ranges and exponents, or fewer definitions in each other"


def check_reach(subject: Subject, sizes: Iterable[Size]) -> None:
    """Raise TooLarge, with the estimate, for terms that take too long to read at one of some sizes."""
    names = subject.size_names
    lengths = [size.only(names).lengths for size in sizes]
    every = [at | dict.fromkeys(names, max(at.values(), default=1)) | at for at in lengths]
    check_cost(subject.terms, subject.relevant, every, ALTERNATIVE)


def searchable(subject: Subject, budget: int) -> int:
    """How many instances a search may look at: the budget, or none where exact values have too many bits."""
    few = dict.fromkeys(subject.size_names, 2)
    bits = max(cost(t, subject.relevant, few).bits for t in subject.terms)
    return budget if bits <= MOST_BITS_OF_A_VALUE else 0


__all__ = ["check_reach", "searchable"]
