"""Terms and hypotheses as JSON-ready lists, and back.

A record is written and read by the fields that a kind declares and their types, so a new kind needs nothing here.
Where a value may be of several kinds, its record begins with the kind: ["number", "2"].  A sort is its name, and only a
sort that has been made can be read.  Nothing is made from a record but the kinds below.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, is_dataclass
from fractions import Fraction
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from pgsym.errors import RecordRefused, SortError
from pgsym.terms import hypotheses
from pgsym.terms.depth import not_too_deep
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Symbol, Term
from pgsym.terms.sorts import SORTS, Finite, Sort, sort_named
from pgsym.terms.structure import KINDS

T = TypeVar("T")


def _leaves(kinds: Iterable[object], of: type) -> tuple[type, ...]:
    """The classes among some values that derive from one, and that no other of them derives from."""
    found = [k for k in kinds if isinstance(k, type) and issubclass(k, of)]
    return tuple(k for k in found if not any(k is not other and issubclass(other, k) for other in found))


FAMILIES: dict[type, tuple[type, ...]] = {Term: KINDS, Hypothesis: _leaves(vars(hypotheses).values(), Hypothesis)}
"""The kinds that a record may say where a term, or a hypothesis, stands."""


@dataclass(frozen=True)
class Codec:
    """How values of one declared type are written, and read."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


@not_too_deep
def to_record(value: Term | Symbol | Hypothesis) -> list[Any]:
    """A term, a symbol or a hypothesis as nested lists of strings and numbers.

    Raises SortError unless it is made of pgsym's own kinds, of sorts that have been made, and of immutable parts only.

    >>> from pgsym.terms import Variable
    >>> to_record(2 * Variable("c"))
    ['multiply', [['number', '2'], ['variable', 'c', 'real']]]
    """
    written: list[Any] = _codec(next((f for f in FAMILIES if isinstance(value, f)), type(value))).write(value)
    return written


@not_too_deep
def from_record(record: Any) -> Term:
    """The term of a record; raises RecordRefused if it is none."""
    return _read(Term, record)


def symbol_from_record(record: Any) -> Symbol:
    """The symbol of a record; raises RecordRefused if it is none."""
    return _read(Symbol, record)


@not_too_deep
def hypothesis_from_record(record: Any) -> Hypothesis:
    """The hypothesis of a record; raises RecordRefused if it is none."""
    return _read(Hypothesis, record)


def _read(kind: type[T], record: Any) -> T:
    declared: Any = kind
    try:
        made: T = _codec(declared).read(record)
    except RecordRefused:
        raise
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, SortError) as reason:
        raise RecordRefused(f"not the record of a {kind.__name__.lower()}: {str(record)[:80]} ({reason})") from None
    return made


# one codec a declared type ----------------------------------------------------------------------------------------
@cache
def _codec(declared: Any) -> Codec:
    """How values of a declared type are written and read."""
    if declared in (Sort, Finite):
        return Codec(_sort_name, sort_named)
    if declared is Fraction:
        return Codec(lambda x: str(_exactly(x, Fraction)), _fraction)
    if declared in (str, int, NoneType):
        return Codec(lambda x: _exactly(x, declared), lambda x: _exactly(x, declared))
    if declared in FAMILIES:
        return _tagged(FAMILIES[declared])
    if isinstance(declared, UnionType):
        plain = [kind for kind in get_args(declared) if not is_dataclass(kind)]
        return _bare(plain) if plain else _tagged(get_args(declared))
    if get_origin(declared) is tuple:
        return _tuple(get_args(declared))
    if isinstance(declared, type) and is_dataclass(declared):
        return _fields(declared)
    raise SortError(f"{_a(declared)} is not one of pgsym's own kinds, and has no record")


def _fields(kind: type) -> Codec:
    """The fields of one kind in their order."""
    hints = get_type_hints(kind)
    names = [f.name for f in fields(kind)]
    parts = [_codec(hints[name]) for name in names]

    def write(value: Any) -> list[Any]:
        if type(value) is not kind:
            raise SortError(f"{value!r:.60} is not one of pgsym's own kinds, and has no record")
        return [_written(value, name, part) for name, part in zip(names, parts, strict=True)]

    def read(record: Any) -> Any:
        return kind(*(part.read(x) for part, x in zip(parts, _exactly(record, list), strict=True)))

    return Codec(write, read)


def _written(value: Any, name: str, part: Codec) -> Any:
    """A field of a value as its record."""
    held = getattr(value, name)
    if isinstance(held, list | set | dict):
        raise SortError(f"{_a(type(value))} holds a {type(held).__name__} of parts, which could change: give a tuple")
    return part.write(held)


def _tagged(kinds: tuple[type, ...]) -> Codec:
    """One of some kinds, which its record says first."""
    tags = {kind: re.sub(r"(?<=.)([A-Z])", r"-\1", kind.__name__).lower() for kind in kinds}
    named = {tag: kind for kind, tag in tags.items()}

    def write(value: Any) -> list[Any]:
        if type(value) not in tags:
            raise SortError(f"{value!r:.60} is not one of pgsym's own kinds, and has no record")
        kind: Any = type(value)
        return [tags[kind], *_codec(kind).write(value)]

    def read(record: Any) -> Any:
        tag, *rest = _exactly(record, list)
        return _codec(named[tag]).read(rest)

    return Codec(write, read)


def _bare(kinds: list[type]) -> Codec:
    """One of some kinds of number and None, which JSON tells apart."""

    def same(value: Any) -> Any:
        if type(value) not in kinds:
            raise SortError(f"{value!r:.60} is no {' or '.join(k.__name__ for k in kinds)}")
        return value

    return Codec(same, same)


def _tuple(declared: tuple[Any, ...]) -> Codec:
    """As many values as there are of one type, or one of each type."""
    if declared[1:] == (...,):
        every = _codec(declared[0])
        return Codec(
            lambda xs: [every.write(x) for x in _exactly(xs, tuple)],
            lambda xs: tuple(every.read(x) for x in _exactly(xs, list)),
        )
    parts = [_codec(d) for d in declared]
    return Codec(
        lambda xs: [c.write(x) for c, x in zip(parts, _exactly(xs, tuple), strict=True)],
        lambda xs: tuple(c.read(x) for c, x in zip(parts, _exactly(xs, list), strict=True)),
    )


def _fraction(record: Any) -> Fraction:
    """A number of a record, which is no power such as 1e999999999."""
    if not re.fullmatch(r"-?[0-9]+(/[0-9]+)?", _exactly(record, str)):
        raise SortError(f"{record!r:.60} is no number")
    return Fraction(record)


def _sort_name(sort: object) -> str:
    """The name of a sort that has been made: another of the same name would be read in another way."""
    known = SORTS.get(sort.name) if isinstance(sort, Sort) else None
    if known is None or type(known) is not type(sort) or known != sort:
        raise SortError(f"{sort!r:.60} is no sort that has been made")
    return known.name


def _exactly(value: Any, kind: type[T]) -> T:
    """The value, which is of one type and of none that derives from it."""
    if type(value) is not kind:
        raise SortError(f"{value!r:.60} is no {kind.__name__}")
    return value


def _a(kind: type) -> str:
    return f"{'an' if kind.__name__[0] in 'AEIOU' else 'a'} {kind.__name__}"
