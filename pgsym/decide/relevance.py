"""Which hypotheses say something about a statement."""

from __future__ import annotations

from collections.abc import Iterable

from pgsym.decide.sizes import vocabulary
from pgsym.terms.hypotheses import Hypothesis, consistent
from pgsym.terms.nodes import Term
from pgsym.terms.structure import free


def relevant_hypotheses(terms: Iterable[Term], given: Iterable[Hypothesis]) -> tuple[Hypothesis, ...]:
    """The hypotheses about what the terms mention; raises ContradictoryHypotheses if all cannot hold at once."""
    terms, given = tuple(terms), consistent(given)
    used = vocabulary(terms, given)
    variables = {v for t in terms for v in free(t)}
    return tuple(h for h in given if h.concerns(used, variables))
