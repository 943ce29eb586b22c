"""Matching: what the free variables of a pattern stand for in a term."""

from __future__ import annotations

from dataclasses import fields

from pgsym.terms.nodes import Number, Term, Variable
from pgsym.terms.sorts import INDEX, Sort
from pgsym.terms.structure import Part, loose, parts, sort_of


def matches(pattern: Part, term: Part, holes: frozenset[Variable], found: dict[Variable, Term]) -> bool:
    """First-order matching: the pattern's free variables stand for terms without loose bound variables."""
    if isinstance(pattern, Variable) and pattern in holes and pattern.sort.name != "parameter":
        if not isinstance(term, Term) or loose(term) or not _has_sort(term, pattern.sort):
            return False
        return found.setdefault(pattern, term) == term
    if not isinstance(pattern, Term) or not isinstance(term, Term):
        both_scopes = not isinstance(pattern, Term) and not isinstance(term, Term)
        return both_scopes and pattern.sort == term.sort and matches(pattern.body, term.body, holes, found)  # type: ignore[union-attr]
    if type(pattern) is not type(term):
        return False
    mine, theirs = parts(pattern), parts(term)
    if not mine:
        return pattern == term
    same_head = all(
        getattr(pattern, f.name) == getattr(term, f.name)
        for f in fields(pattern)
        if f.name in ("symbol", "exponent", "parameter", "sort")
    )
    return (
        same_head
        and len(mine) == len(theirs)
        and all(matches(p, t, holes, found) for p, t in zip(mine, theirs, strict=True))
    )


def _has_sort(term: Term, sort: Sort) -> bool:
    """Whether a term has a sort; a whole number is an index too."""
    return sort_of(term) == sort or (sort == INDEX and isinstance(term, Number) and term.value.denominator == 1)


__all__ = ["matches"]
