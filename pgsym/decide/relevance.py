"""Which hypotheses say something about a statement."""

from __future__ import annotations

from collections.abc import Iterable

from pgsym.decide.sizes import vocabulary
from pgsym.errors import SortError, UnusableOption
from pgsym.terms.hypotheses import Counted, Definition, Hypothesis
from pgsym.terms.nodes import All, Term
from pgsym.terms.signs import Signs
from pgsym.terms.structure import distinct, free


def relevant_hypotheses(terms: Iterable[Term], given: Iterable[Hypothesis]) -> tuple[Hypothesis, ...]:
    """The hypotheses about what the terms mention; raises ContradictoryHypotheses if all cannot hold at once."""
    terms, given = tuple(terms), tuple(given)
    Signs.under(given)  # they can hold at once
    used = vocabulary(terms, given)
    variables = {v for t in terms for v in free(t)}
    every = (*terms, *(h.body for h in given if isinstance(h, Definition) and h.symbol in used))
    summed = {t.sort for term in every for t in distinct(term) if isinstance(t, All)}
    return tuple(h for h in given if h.concerns(used, variables) or (isinstance(h, Counted) and h.sort in summed))


def listed(given: Iterable[Hypothesis], seed: int = 0) -> tuple[Hypothesis, ...]:
    """What a caller assumes, as a tuple.

    Raises SortError where it is no list of hypotheses, UnusableOption for a seed that is no whole number from 0.
    """
    if isinstance(given, Hypothesis):
        raise SortError(f"hypotheses are given as a list or tuple, even a single one: [{given}]")
    found = tuple(given)
    for h in found:
        if not isinstance(h, Hypothesis):
            raise SortError(f"{h!r:.60} is no hypothesis: take one such as Positive(symbol)")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise UnusableOption(f"a seed is a whole number from 0, not {seed!r:.60}")
    return found
