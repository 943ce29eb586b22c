"""Deciding an order: whether one side is at most the other.

A false order is refuted by an exact instance.  A true order is decided with an argument: a slack whose form shows
that it is never negative, and the identity rhs − lhs = slack.  Without a slack it is only `tested`.
"""

from __future__ import annotations

import time
from dataclasses import replace

from pgsym.decide.agreement.points import holds_at
from pgsym.decide.balls import FAR_IN_WORDS, has_reals
from pgsym.decide.conditions import conditions
from pgsym.decide.cost import check_reach, searchable
from pgsym.decide.equality import Effort, decide_equality
from pgsym.decide.laws import conditions_of_laws
from pgsym.decide.limits import Deadline, LimitReached
from pgsym.decide.propositions import AtMost
from pgsym.decide.search.search import BUDGET, Progress, search, search_sizes
from pgsym.decide.sizes import Size, decision_sizes
from pgsym.decide.subjects import About
from pgsym.decide.verdicts import Evidence, Rung, Verdict, refutation


def decide_order(proposition: AtMost, sizes: tuple[Size, ...] | None, effort: Effort) -> Verdict:
    """The verdict on an order at some sizes, or at the usual sizes of a search; see `decide`.

    It is decided if its slack equals rhs − lhs and is undefined at no further places, or if both sides are equal.
    """
    started = time.perf_counter()
    shown_by = proposition.shown_by
    if shown_by is not None:
        verdict = decide_equality(shown_by, sizes, replace(effort, budget=BUDGET))
        slack = About((shown_by.rhs,), proposition.given)
        if verdict.is_true and set(conditions(slack)) <= set(conditions(proposition)):
            return Verdict(verdict.rung, proposition, replace(verdict.evidence, slack=shown_by.rhs))
    read, chosen = proposition.apart, proposition.at(sizes or ())
    of_laws = conditions_of_laws(proposition.relevant, chosen or decision_sizes(proposition.size_names))
    where = search_sizes(proposition, chosen)
    check_reach(proposition, chosen or where)
    budget, progress = searchable(proposition, effort.budget), Progress()
    equation = proposition.as_equation
    try:
        searched = Deadline(effort.time_limit).run(
            lambda: search(
                read, effort.seed, where, budget, lambda size: holds_at(equation, size, effort.seed), progress
            )
        )
    except LimitReached as reason:
        return Verdict(Rung.UNDECIDED, proposition, Evidence("none", note=f"{reason}: {progress}").timed(started))
    if searched.found is not None:
        evidence = refutation(searched.found, searched.instances)
        return Verdict(Rung.REFUTED, proposition, evidence.timed(started), searched.found)
    if searched.instances:
        rung = Rung.TESTED
        between = f", {FAR_IN_WORDS} and beyond its own numbers" if has_reals(proposition) else ""
        method = f"tested at {searched}{between}, in float64"
        evidence = Evidence(method, searched.sizes, examples=searched.instances)
    else:  # no instance could be tested, perhaps because the sides are equal
        same = decide_equality(equation, sizes, replace(effort, budget=BUDGET))
        rung = Rung.DECIDED if same.is_true else Rung.UNDECIDED
        evidence = same.evidence if same.is_true else Evidence("none", note=searched.outcome)
    extra = tuple(c for c in of_laws if c not in evidence.conditions)
    evidence = replace(evidence, conditions=(*evidence.conditions, *extra))
    return Verdict(rung, proposition, evidence.timed(started))


__all__ = ["decide_order"]
