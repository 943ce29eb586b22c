"""Deciding an order: whether one side is at most the other, at every instance that is tried.

No identity is tested here, so a true order is never more than `tested`; a false one is refuted by an exact instance.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace

from pgsym.decide.counterexamples import batches, search
from pgsym.decide.identities import Sizes, comparable, peak_memory, relevant_hypotheses, search_sizes
from pgsym.decide.sizes import Size, size_names
from pgsym.decide.verdicts import Evidence, Relation, Rung, Verdict
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Term


def decide_order(
    lhs: Term, rhs: Term, given: Iterable[Hypothesis] = (), sizes: Sizes | None = None, seed: int = 0
) -> Verdict:
    """Whether lhs ≤ rhs, coordinate by coordinate, at every instance that is tried.

    The verdict is `refuted` with the smallest exact instance found at which lhs > rhs, or else `tested`; places where a
    side is undefined say nothing.

    >>> from pgsym.problems import one_step
    >>> m = one_step()
    >>> decide_order(m.policy, m.policy * m.policy).rung, decide_order(m.policy * m.policy, m.policy).rung
    (<Rung.REFUTED: 'refuted'>, <Rung.TESTED: 'tested'>)
    """
    started = time.perf_counter()
    given = tuple(given)
    axes, names = comparable(lhs, rhs), size_names((lhs, rhs), given)
    chosen = tuple((s if isinstance(s, Size) else Size.of(s)).only(names) for s in sizes or ())
    relevant = relevant_hypotheses((lhs, rhs), given)
    where = search_sizes(names, chosen)
    found = search(lhs, rhs, relevant, axes, names, seed, where, Relation.AT_MOST)
    seconds, memory = time.perf_counter() - started, peak_memory()
    if found is not None:
        evidence = Evidence("exact rational instance", (found.size,))
    else:
        tried = sum(len(batch) for _, batch in batches(lhs, rhs, relevant, names, seed, where))
        evidence = Evidence("candidates for a counterexample, in float64", examples=tried)
    evidence = replace(evidence, seconds=seconds, memory=memory)
    rung = Rung.TESTED if found is None else Rung.REFUTED
    return Verdict(rung, lhs, rhs, given, evidence, found, Relation.AT_MOST)


__all__ = ["Mapping", "decide_order"]
