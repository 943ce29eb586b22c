"""Where a rule is applied: at a path, at a sub-term, or at the one place that it fits."""

from __future__ import annotations

from pgsym.errors import PlaceNotFound, RuleDoesNotApply
from pgsym.rules.base import Rule
from pgsym.terms.nodes import Term
from pgsym.terms.places import Path, find, places


def place_of(line: Term, rule: Rule, at: Term | Path | None) -> Path:
    """The path at which a line is rewritten: `at` itself, that of the one sub-term equal to it, or where the rule fits.

    A rule that fits at several places must fit at one that encloses all the others.  Raises PlaceNotFound, or
    RuleDoesNotApply if it fits nowhere.
    """
    if isinstance(at, Term):
        return find(line, at).path
    if at is not None:
        path = tuple(at)
        if any(type(i) is not int for i in path):
            raise PlaceNotFound(f"a place is named by a term or by a path of integers, not by {at!r:.60}")
        return path
    found, reasons = [], []
    for place in places(line):
        try:
            rule.rewrite(place)
        except RuleDoesNotApply as reason:
            reasons.append(reason)
        else:
            found.append(place)
    if not found:
        only = reasons[0] if len(reasons) == 1 else None
        raise only or RuleDoesNotApply(type(rule).__name__, line, "no part of it has the rule's form")
    outermost = found[0].path
    if any(p.path[: len(outermost)] != outermost for p in found):
        where = "; ".join(str(p.term) for p in found)
        raise PlaceNotFound(f"{type(rule).__name__} applies at {len(found)} places, say which by at=…: {where}")
    return outermost
