"""Minima and maxima, written with the absolute value."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from pgsym.terms.builtins import ABS, MINIMUM
from pgsym.terms.nodes import Apply, Term


@lru_cache(maxsize=2**12)
def by_absolute(extreme: Apply) -> Term:
    """min(x, y) as (x + y − |x − y|) / 2, max(x, y) as (x + y + |x − y|) / 2.

    >>> from pgsym.problems import one_step
    >>> from pgsym.terms import minimum
    >>> m = one_step()
    >>> print(by_absolute(minimum(m.reward, m.policy)))
    (1/2) (r(s, a) + π_θ(a | s) − |r(s, a) − π_θ(a | s)|)
    """
    x, y = extreme.arguments
    gap = Apply(ABS, (x - y,))
    return Fraction(1, 2) * (x + y - gap if extreme.symbol == MINIMUM else x + y + gap)
