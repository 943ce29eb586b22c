"""Places: paths into a term, and the sub-terms there, with every scope on the way opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pgsym.errors import PlaceNotFound
from pgsym.terms.nodes import Gradient, Scope, Term, Variable
from pgsym.terms.structure import Part, flat, free, open_scope, parts, rebuild, scope

Path = tuple[int, ...]
Opened = tuple[Variable, Term]
"""A variable that was opened on the way to a place, with the law or range that it runs over."""


@dataclass(frozen=True)
class Place:
    """A sub-term with its path, the variables in scope and the parameters it is differentiated by, outermost first."""

    path: Path
    term: Term
    opened: tuple[Opened, ...]
    under: tuple[Variable, ...] = ()


def _open_part(term: Term, part: Scope, opened: tuple[Opened, ...]) -> tuple[Variable, Term]:
    taken = free(term) | {v for v, _ in opened}
    return open_scope(part, taken)


def places(
    term: Term, path: Path = (), opened: tuple[Opened, ...] = (), under: tuple[Variable, ...] = ()
) -> Iterator[Place]:
    """Every place of a term, outermost first, each scope opened with its own name where that is free."""
    yield Place(path, term, opened, under)
    below = (*under, term.parameter) if isinstance(term, Gradient) else under
    for i, part in enumerate(parts(term)):
        if isinstance(part, Scope):
            variable, body = _open_part(term, part, opened)
            yield from places(body, (*path, i), (*opened, (variable, parts(term)[0])), below)  # type: ignore[arg-type]
        else:
            yield from places(part, (*path, i), opened, below)


def rewrite_at(term: Term, path: Path, rewrite: Callable[[Place], Term], place: Place | None = None) -> Term:
    """The term with the sub-term at `path` rewritten; raises PlaceNotFound where there is no such place."""
    here = place or Place((), term, ())
    if not path:
        return rewrite(here)
    i, ps = path[0], parts(here.term)
    if not 0 <= i < len(ps):
        raise PlaceNotFound(f"there is no place {(*here.path, *path)}: {here.term} has {len(ps)} parts")
    part = ps[i]
    below = (*here.under, here.term.parameter) if isinstance(here.term, Gradient) else here.under
    new: Part
    if isinstance(part, Scope):
        variable, body = _open_part(here.term, part, here.opened)
        inner = Place((*here.path, i), body, (*here.opened, (variable, ps[0])), below)  # type: ignore[arg-type]
        rewritten = rewrite_at(body, path[1:], rewrite, inner)
        new = Scope(part.hint, part.sort, scope(variable, rewritten).body)
    else:
        new = rewrite_at(part, path[1:], rewrite, Place((*here.path, i), part, here.opened, below))
    return rebuild(here.term, (*ps[:i], new, *ps[i + 1 :]))


def find(term: Term, wanted: Term) -> Place:
    """The one place whose opened sub-term is `wanted`; raises PlaceNotFound if there is none or more than one."""
    target = flat(wanted)
    found = [p for p in places(term) if flat(p.term) == target]
    if len(found) != 1:
        raise PlaceNotFound(f"{wanted} stands at {len(found)} places of {term}; say which by its path")
    return found[0]
