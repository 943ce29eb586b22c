"""Deciding an order: whether one side is at most the other.

A false order is refuted by an exact instance.  A true one is decided where an argument is given: a slack that visibly
is not negative, and the identity rhs − lhs = slack; without one it is no more than `tested`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace

from pgsym.decide.balls import FAR_IN_WORDS, has_reals
from pgsym.decide.conditions import conditions
from pgsym.decide.cost import check_reach, searchable
from pgsym.decide.equality import (
    Sizes,
    comparable,
    decide,
    holds_at,
    refutation,
    search_sizes,
)
from pgsym.decide.laws import conditions_of_laws
from pgsym.decide.limits import TIME_LIMIT, Deadline, LimitReached, peak_memory
from pgsym.decide.relevance import listed, relevant_hypotheses
from pgsym.decide.renaming import with_symbols_apart
from pgsym.decide.search.search import BUDGET, Progress, search
from pgsym.decide.sizes import Size, decision_sizes, size_names
from pgsym.decide.statements import Relation, Statement
from pgsym.decide.verdicts import Evidence, Rung, Verdict
from pgsym.errors import SortError
from pgsym.terms.depth import not_too_deep
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Liftable, lift
from pgsym.terms.signs import is_non_negative


@not_too_deep
def decide_order(
    lhs: Liftable,
    rhs: Liftable,
    given: Iterable[Hypothesis] = (),
    sizes: Sizes | None = None,
    seed: int = 0,
    slack: Liftable | None = None,
    budget: int = BUDGET,
    time_limit: float = TIME_LIMIT,
) -> Verdict:
    """Whether lhs ≤ rhs, coordinate by coordinate, at every instance that is tried.

    The verdict is `refuted` with the smallest exact instance found at which lhs > rhs; `decided` if `slack` visibly is
    not negative (see `is_non_negative`) and rhs − lhs = slack is decided, both being undefined at the same places, or
    lhs = rhs is; or else `tested`, with how many of at most `budget` instances were looked at (`undecided` if none
    could be).  Places where a side is undefined say nothing, and neither does a slack that takes more than the sides to
    be defined.  The search ends after `time_limit` seconds, `undecided`.  Raises SortError for a slack whose form does
    not show its sign, TooLarge where reading the sides would take too long.

    >>> from pgsym.problems import one_step
    >>> m = one_step()
    >>> decide_order(m.policy, m.policy * m.policy).rung, decide_order(m.policy * m.policy, m.policy).rung
    (<Rung.REFUTED: 'refuted'>, <Rung.TESTED: 'tested'>)
    >>> decide_order(m.policy * m.policy, m.policy, slack=m.policy * (1 - m.policy)).rung
    <Rung.DECIDED: 'decided'>
    """
    started = time.perf_counter()
    lhs, rhs, given = lift(lhs), lift(rhs), listed(given, seed)
    if slack is not None:
        slack = lift(slack)
        if not is_non_negative(slack, given):
            raise SortError(f"the form of {slack} does not show that it is never negative")
        verdict = decide(rhs - lhs, slack, given, sizes, seed, time_limit=time_limit)
        relevant = relevant_hypotheses((lhs, rhs, slack), given)
        stated = conditions((lhs, rhs), relevant)
        if verdict.is_true and set(conditions((slack,), relevant)) <= set(stated):
            evidence = replace(verdict.evidence, slack=slack)
            return Verdict(verdict.rung, lhs, rhs, given, evidence, relation=Relation.AT_MOST)
    axes, names = comparable(lhs, rhs), size_names((lhs, rhs), given)
    chosen = tuple((s if isinstance(s, Size) else Size.of(s)).only(names) for s in sizes or ())
    relevant = relevant_hypotheses((lhs, rhs), given)
    of_laws = conditions_of_laws(relevant, chosen or decision_sizes(names))
    statement = Statement(*with_symbols_apart(lhs, rhs, relevant), axes, Relation.AT_MOST)
    where, equal = search_sizes(names, chosen), holds_at(lhs, rhs, relevant, seed)
    check_reach((lhs, rhs), relevant, names, chosen or where)
    budget, progress = searchable((lhs, rhs), relevant, names, budget), Progress()
    try:
        searched = Deadline(time_limit).run(lambda: search(statement, names, seed, where, budget, equal, progress))
    except LimitReached as reason:
        evidence = Evidence("none", note=f"{reason}: {progress}", seconds=time.perf_counter() - started)
        return Verdict(Rung.UNDECIDED, lhs, rhs, given, evidence, relation=Relation.AT_MOST)
    if searched.found is not None:
        rung, evidence = Rung.REFUTED, refutation(searched.found, searched.instances)
    elif searched.instances:
        rung = Rung.TESTED
        between = f", {FAR_IN_WORDS} and beyond its own numbers" if has_reals((lhs, rhs), relevant) else ""
        method = f"tested at {searched}{between}, in float64"
        evidence = Evidence(method, searched.sizes, examples=searched.instances)
    else:  # nothing to look at: perhaps because the sides are the same
        same = decide(lhs, rhs, given, sizes, seed, time_limit=time_limit)
        rung = Rung.DECIDED if same.is_true else Rung.UNDECIDED
        evidence = same.evidence if same.is_true else Evidence("none", note=searched.outcome)
    if searched.found is None:
        extra = tuple(c for c in of_laws if c not in evidence.conditions)
        evidence = replace(evidence, conditions=(*evidence.conditions, *extra))
    evidence = replace(evidence, seconds=time.perf_counter() - started, memory=peak_memory())
    return Verdict(rung, lhs, rhs, given, evidence, searched.found, Relation.AT_MOST)
