"""Fingerprints of statements, by which random choices depend on the statement itself."""

from __future__ import annotations

from collections.abc import Hashable
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from hashlib import sha256


def own_seed(seed: int, *parts: object) -> int:
    """A seed of 256 bits that depends on a seed and on what it is for, such as the sides of an identity.

    The author of a statement cannot choose the random points at which it is decided: they follow from it.  Names
    of bound variables make no difference.

    >>> from pgsym.terms import Variable
    >>> x, y = Variable("x"), Variable("y")
    >>> own_seed(0, x + y) == own_seed(0, x + y), own_seed(0, x + y) == own_seed(0, y + x)
    (True, False)
    """
    return int.from_bytes(sha256(b"".join((b"%d;" % seed, *map(fingerprint, parts)))).digest())


def fingerprint(thing: object) -> bytes:
    """The SHA-256 digest of a term, a hypothesis, or a tuple or set of such, up to the names of bound variables.

    Raises TypeError for anything that is not made of numbers, strings, tuples, sets and dataclasses.
    """
    match thing:
        case bool() | int() | Fraction() | str() | None:
            return sha256(f"{type(thing).__name__}:{thing}".encode()).digest()
        case Enum():
            return sha256(f"{type(thing).__name__}.{thing.name}".encode()).digest()
        case tuple():
            return sha256(b"".join((b"tuple", *map(fingerprint, thing)))).digest()
        case AbstractSet():
            return sha256(b"".join((b"set", *sorted(map(fingerprint, thing))))).digest()
    if is_dataclass(thing) and isinstance(thing, Hashable) and not isinstance(thing, type):
        return _of_dataclass(thing)
    raise TypeError(f"a {type(thing).__name__} has no fingerprint")


@lru_cache(maxsize=2**14)
def _of_dataclass(thing: Hashable) -> bytes:
    """The digest of a dataclass: its name, and the fields that its equality compares."""
    compared = (getattr(thing, f.name) for f in fields(thing) if f.compare)  # type: ignore[arg-type]
    return sha256(b"".join((type(thing).__qualname__.encode(), *map(fingerprint, compared)))).digest()
