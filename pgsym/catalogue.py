"""The catalogue: every claim and derivation there is, found by being in the folder of derivations."""

from __future__ import annotations

import difflib
import importlib.util
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol, cast

from pgsym.decide.claims import Claim
from pgsym.decide.verdicts import Relation, Rung
from pgsym.errors import UnknownName
from pgsym.kernel import Theorem
from pgsym.show import show


class Script(Protocol):
    """What a script of the catalogue offers."""

    __doc__: str | None
    __name__: str
    __file__: str
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
        names.append(
            "test_counterexample_is_confirmed"
            if self.claim.expected is Rung.REFUTED
            else "test_identity_holds_in_floats"
        )
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
    if name not in entries():
        raise _unknown(name, entries())
    return entries()[name]


def script_name(name: str) -> str:
    """The script of a name, of a claim's id, or of a file; raises UnknownName with the nearest one there is."""
    if name.endswith(".py"):
        return _load(Path(name))
    if name in _mine or name in scripts():
        return name
    if name in entries():
        return entries()[name].script
    raise _unknown(name, [*entries(), *scripts()])


def script(name: str) -> Script:
    """The script of a name, of a claim's id, or of a file."""
    found = script_name(name)
    return _mine[found][1] if found in _mine else scripts()[found]


def entries_of(name: str) -> list[Entry]:
    """All claims of a script or file; of an id that names no script, that claim."""
    if name in entries() and name not in scripts():
        return [entries()[name]]
    wanted = script_name(name)
    if wanted in _mine:
        return [Entry(claim, wanted) for claim in _mine[wanted][1].claims()]
    return [e for e in entries().values() if e.script == wanted]


def _load(path: Path) -> str:
    """A user's own script, known for this run under its file's name; read again when it changed."""
    name = path.stem.replace("_", "-")
    spec = importlib.util.spec_from_file_location(f"pgsym_user_{path.stem}", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise UnknownName(f"there is no file {path} to read")
    stamp = (str(path.resolve()), path.stat().st_mtime_ns)
    if name in _mine and _mine[name][0] == stamp:
        return name
    module = importlib.util.module_from_spec(spec)
    try:
        exec(compile(path.read_bytes(), str(path), "exec"), module.__dict__)
    except (OSError, SyntaxError, ValueError) as reason:
        raise UnknownName(f"{path} cannot be read as Python: {reason}") from None
    missing = [f"{f}()" for f in ("derive", "claims") if not callable(getattr(module, f, None))]
    if missing:
        raise UnknownName(f"{path} is no derivation script: it defines no {' and no '.join(missing)} (see pgsym new)")
    _mine[name] = (stamp, cast(Script, module))
    theorem.cache_clear()
    return name


_mine: dict[str, tuple[tuple[str, int], Script]] = {}
"""The scripts that were named by a file, with the file's path and time."""


@cache
def theorem(name: str) -> Theorem:
    """The theorem that a script derives; derived once."""
    return script(name).derive()


def names() -> Iterator[str]:
    """Every id and every script's name."""
    yield from dict.fromkeys((*entries(), *scripts()))


def _unknown(name: str, there_are: Iterable[str]) -> UnknownName:
    near = difflib.get_close_matches(name, list(there_are), n=1, cutoff=0.4)
    return UnknownName(
        f"there is no {name!r} in the catalogue; {f'did you mean {near[0]}?' if near else 'see pgsym list'}"
    )


__all__ = [
    "Claim",
    "Entry",
    "Relation",
    "Rung",
    "Script",
    "entries",
    "entry",
    "names",
    "script",
    "scripts",
    "show",
    "theorem",
]
