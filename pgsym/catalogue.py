"""The catalogue: every claim and derivation there is, found by being in the folder of derivations."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Protocol, cast

from pgsym.decide.claims import Claim
from pgsym.decide.verdicts import Rung
from pgsym.errors import UnknownName
from pgsym.kernel import Theorem
from pgsym.show import show


class Script(Protocol):
    """What a script of the catalogue offers."""

    __doc__: str | None
    __name__: str
    derive: Callable[[], Theorem]
    claims: Callable[[], Iterable[Claim]]


@dataclass(frozen=True)
class Entry:
    """A claim with the name of the script that states it."""

    claim: Claim
    script: str

    @property
    def tests(self) -> tuple[str, ...]:
        """The pytest nodes that check the claim."""
        names = ["test_verdict_is_the_ledgers"]
        names.append("test_counterexample_is_confirmed" if self.claim.expected is Rung.REFUTED else "test_identity_holds_in_floats")
        return tuple(f"tests/test_claims.py::{name}[{self.claim.id}]" for name in names)


@cache
def scripts() -> dict[str, Script]:
    """Every script by name, such as "policy-gradient-one-step"."""
    import pgsym.derivations as folder

    names = sorted(info.name for info in pkgutil.iter_modules(folder.__path__) if not info.name.startswith("_"))
    return {n.replace("_", "-"): cast(Script, importlib.import_module(f"pgsym.derivations.{n}")) for n in names}


@cache
def entries() -> dict[str, Entry]:
    """Every claim by id, in the ledger's order.

    >>> list(entries())[:3]
    ['objective-one-step', 'gradient-target-form', 'gradient-target-covariance']
    """
    found = [Entry(claim, name) for name, script in scripts().items() for claim in script.claims()]
    return {e.claim.id: e for e in sorted(found, key=lambda e: e.claim.row)}


def entry(name: str) -> Entry:
    """The claim of an id; raises UnknownName with the nearest one there is."""
    return _named(name, entries())


def script(name: str) -> Script:
    """The script of a name, or the one that states the claim of that id; raises UnknownName."""
    if name in scripts():
        return scripts()[name]
    return scripts()[_named(name, {**{n: Entry(cast(Claim, None), n) for n in scripts()}, **entries()}).script]


@cache
def theorem(name: str) -> Theorem:
    """The theorem that a script derives; derived once."""
    return scripts()[name].derive() if name in scripts() else script(name).derive()


def names() -> Iterator[str]:
    """Every id and every script's name."""
    yield from dict.fromkeys((*entries(), *scripts()))


def _named(name: str, there_are: dict[str, Entry]) -> Entry:
    if name in there_are:
        return there_are[name]
    near = difflib.get_close_matches(name, there_are, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}?" if near else "see pgsym list"
    raise UnknownName(f"there is no {name!r} in the catalogue; {hint}")


__all__ = ["Claim", "Entry", "Rung", "Script", "entries", "entry", "names", "script", "scripts", "show", "theorem"]
