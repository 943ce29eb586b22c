"""Deciding an order: whether one side is at most the other.

A false order is refuted by an exact instance.  A true one is decided where an argument is given: a slack that visibly
is not negative, and the identity rhs − lhs = slack; without one it is no more than `tested`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace

from pgsym.decide.apart import with_symbols_apart
from pgsym.decide.identities import (
    Sizes,
    comparable,
    decide,
    holds_at,
    peak_memory,
    refutation,
    relevant_hypotheses,
    search_sizes,
)
from pgsym.decide.search import BUDGET, search
from pgsym.decide.signs import is_non_negative
from pgsym.decide.sizes import Size, size_names
from pgsym.decide.statements import Statement
from pgsym.decide.verdicts import Evidence, Relation, Rung, Verdict
from pgsym.errors import SortError
from pgsym.terms.depth import not_too_deep
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Liftable, lift


@not_too_deep
def decide_order(
    lhs: Liftable,
    rhs: Liftable,
    given: Iterable[Hypothesis] = (),
    sizes: Sizes | None = None,
    seed: int = 0,
    slack: Liftable | None = None,
    budget: int = BUDGET,
) -> Verdict:
    """Whether lhs ≤ rhs, coordinate by coordinate, at every instance that is tried.

    The verdict is `refuted` with the smallest exact instance found at which lhs > rhs; `decided` if `slack` visibly is
    not negative (see `is_non_negative`) and rhs − lhs = slack is decided, or lhs = rhs is; or else `tested`, with how
    many of at most `budget` instances were looked at (`undecided` if none could be).  Places where a side is undefined
    say nothing.  Raises SortError for a slack whose form does not show its sign.

    >>> from pgsym.problems import one_step
    >>> m = one_step()
    >>> decide_order(m.policy, m.policy * m.policy).rung, decide_order(m.policy * m.policy, m.policy).rung
    (<Rung.REFUTED: 'refuted'>, <Rung.TESTED: 'tested'>)
    >>> decide_order(m.policy * m.policy, m.policy, slack=m.policy * (1 - m.policy)).rung
    <Rung.DECIDED: 'decided'>
    """
    started = time.perf_counter()
    lhs, rhs, given = lift(lhs), lift(rhs), tuple(given)
    if slack is not None:
        slack = lift(slack)
        if not is_non_negative(slack, given):
            raise SortError(f"the form of {slack} does not show that it is never negative")
        verdict = decide(rhs - lhs, slack, given, sizes, seed)
        if verdict.is_true:
            note = f"right − left = {slack}, which is never negative"
            evidence = replace(verdict.evidence, note="; ".join(x for x in (verdict.evidence.note, note) if x))
            return Verdict(verdict.rung, lhs, rhs, given, evidence, relation=Relation.AT_MOST)
    axes, names = comparable(lhs, rhs), size_names((lhs, rhs), given)
    chosen = tuple((s if isinstance(s, Size) else Size.of(s)).only(names) for s in sizes or ())
    relevant = relevant_hypotheses((lhs, rhs), given)
    statement = Statement(*with_symbols_apart(lhs, rhs, relevant), axes, Relation.AT_MOST)
    where, equal = search_sizes(names, chosen), holds_at(lhs, rhs, relevant, seed)
    searched = search(statement, names, seed, where, budget, equal)
    if searched.found is not None:
        rung, evidence = Rung.REFUTED, refutation(searched.found, searched.instances)
    elif searched.instances:
        rung = Rung.TESTED
        method = "candidates for a counterexample, in float64"
        evidence = Evidence(method, searched.sizes, examples=searched.instances, note=str(searched))
    else:  # nothing to look at: perhaps because the sides are the same
        same = decide(lhs, rhs, given, sizes, seed)
        rung = Rung.DECIDED if same.is_true else Rung.UNDECIDED
        evidence = same.evidence if same.is_true else Evidence("none", note=searched.outcome)
    evidence = replace(evidence, seconds=time.perf_counter() - started, memory=peak_memory())
    return Verdict(rung, lhs, rhs, given, evidence, searched.found, Relation.AT_MOST)
