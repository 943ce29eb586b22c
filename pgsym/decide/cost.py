"""The cost of a statement before it is decided: can it be read at its sizes, and can it be searched?"""

from __future__ import annotations

from collections.abc import Iterable

from pgsym.decide.sizes import Size
from pgsym.meaning.cost import MOST_BITS_OF_A_VALUE, check_cost, cost
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Term

ALTERNATIVE = "take smaller sizes, ranges and exponents, or fewer definitions in each other"


def check_reach(
    terms: Iterable[Term], given: Iterable[Hypothesis], names: Iterable[str], sizes: Iterable[Size]
) -> None:
    """Raise TooLarge, with the estimate, for terms that take too long to read at one of some sizes."""
    names = tuple(names)
    lengths = [size.only(names).lengths for size in sizes]
    check_cost(
        terms, given, [at | dict.fromkeys(names, max(at.values(), default=1)) | at for at in lengths], ALTERNATIVE
    )


def searchable(terms: Iterable[Term], given: Iterable[Hypothesis], names: Iterable[str], budget: int) -> int:
    """How many instances a search may look at: the budget, or none where exact values have too many bits."""
    given, few = tuple(given), dict.fromkeys(names, 2)
    return budget if max(cost(t, given, few).bits for t in terms) <= MOST_BITS_OF_A_VALUE else 0


__all__ = ["check_reach", "searchable"]
