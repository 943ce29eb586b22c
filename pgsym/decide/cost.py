"""What a statement costs, before it is decided: whether it can be read at its sizes, and be searched."""

from __future__ import annotations

from collections.abc import Iterable

from pgsym.decide.sizes import Size
from pgsym.meaning.cost import MOST_BITS, check_cost, cost
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Term


def within_reach(
    terms: Iterable[Term],
    given: Iterable[Hypothesis],
    names: Iterable[str],
    sizes: Iterable[Size],
    budget: int,
) -> int:
    """How many instances a search may look at: the budget, or none where exact values have too many bits.

    Raises TooLarge for what takes too long to read at one of the sizes.
    """
    terms, given, names = tuple(terms), tuple(given), tuple(names)
    lengths = [at.lengths for size in sizes for at in size.instances(names, given)]
    check_cost(terms, given, lengths, "take smaller sizes, ranges and exponents, or fewer definitions in each other")
    few = dict.fromkeys(names, 2)
    return budget if max(cost(t, given, few).bits for t in terms) <= MOST_BITS else 0


__all__ = ["within_reach"]
