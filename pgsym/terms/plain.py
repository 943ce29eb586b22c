"""Plain terms: made of pgsym's own kinds and immutable parts only, so that a verdict on one stays right.

A subclass may print one thing and mean another, and a list may change after a verdict.
"""

from __future__ import annotations

from pgsym.errors import RecordRefused, SortError
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Term
from pgsym.terms.record import hypothesis_from_record, to_record


def plain(term: Term) -> Term:
    """The term itself; raises SortError unless it is made of pgsym's own kinds and immutable parts only.

    >>> from pgsym.terms.nodes import Add, lift
    >>> print(plain(lift(1) + lift(2)))
    1 + 2
    >>> plain(Add([lift(1), lift(2)]))
    Traceback (most recent call last):
    pgsym.errors.SortError: an Add holds a list of parts, which could change: give a tuple
    """
    to_record(term)
    return term


def plain_hypothesis(hypothesis: Hypothesis) -> Hypothesis:
    """The hypothesis made afresh as one of pgsym's own kinds; raises SortError for one that is none of them."""
    try:
        made = hypothesis_from_record(to_record(hypothesis))
    except (SortError, RecordRefused) as reason:
        raise SortError(
            f"{hypothesis!r:.60} is not one of pgsym's own hypotheses, and nothing can be derived from it ({reason})"
        ) from None
    if made != hypothesis:
        raise SortError(f"{hypothesis!r:.60} is not one of pgsym's own hypotheses, and nothing can be derived from it")
    return made


__all__ = ["plain", "plain_hypothesis"]
