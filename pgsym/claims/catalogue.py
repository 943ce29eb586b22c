"""The catalogue: all claims and derivations in the folder of derivations."""

from __future__ import annotations

import difflib
import importlib.util
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from pathlib import Path
from typing import Protocol, cast

from pgsym.claims.chapters import Place, places
from pgsym.claims.claim import Claim, Example
from pgsym.claims.index import FILE, Indexed, deriving, homes, indexed, renamed, written
from pgsym.decide import Relation
from pgsym.decide.verdicts import Rung
from pgsym.derivations import FOLDER
from pgsym.errors import PgsymError, UnknownName
from pgsym.files import write_atomically
from pgsym.kernel import Theorem
from pgsym.user_code import failure, running, shortened


class Script(Protocol):
    """The functions of a script of the catalogue; a file of claims without a derivation has no `derive`."""

    __doc__: str | None
    __name__: str
    __file__: str
    derive: Callable[[], Theorem]
    claims: Callable[[], Iterable[Claim]]


@dataclass(frozen=True)
class Entry:
    """A claim with the name of the script or file that states it, and the script that derives it, if there is one.

    `place` is its place in the article; a claim of a user's own file has none.
    """

    claim: Claim
    home: str
    script: str | None
    place: Place | None = None

    @property
    def chapter(self) -> int | None:
        """The number of its chapter."""
        return None if self.place is None else self.place.chapter

    @property
    def tests(self) -> tuple[str, ...]:
        """The pytest nodes that check the claim."""
        names = ["test_verdict_is_the_ledgers"]
        if self.claim.expected is Rung.REFUTED:
            names.append("test_counterexample_is_confirmed")
        elif self.claim.is_about_instances and self.claim.expected is Rung.DECIDED:
            names.append("test_identity_holds_in_floats")
        return tuple(f"tests/test_claims.py::{name}[{self.claim.id}]" for name in names)


class _Modules(Mapping[str, Script]):
    """Modules of the catalogue by name, each imported when it is looked up."""

    def __init__(self, names: Iterable[str]):
        self.names = tuple(names)

    def __getitem__(self, name: str) -> Script:
        if name not in self.names:
            raise KeyError(name)
        return cast(Script, importlib.import_module(f"pgsym.derivations.{name.replace('-', '_')}"))

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self.names


@cache
def scripts() -> Mapping[str, Script]:
    """Every script by name, such as "policy-gradient-one-step"."""
    return _Modules(deriving())


def _entries_from(home: str, script: Script) -> Iterator[Entry]:
    """The claims of a script; raises UnknownName if its claims() fails, naming the line, or yields anything else."""
    try:
        with running(script.__file__) if home in _mine else nullcontext():
            claims = list(script.claims())
    except (PgsymError, KeyboardInterrupt):
        raise
    except BaseException as reason:  # whatever a user's file raises
        raise UnknownName(failure(script.__file__, reason)) from None
    if not claims:
        raise UnknownName(f"{script.__file__} states no claim: its claims() yields no Claim")
    for claim in claims:
        if not isinstance(claim, Claim):
            raise UnknownName(f"{script.__file__}: claims() yields {shortened(claim)}, which is no Claim")
    there = homes().get(home)
    placed = repeat(None) if there is None else places(there, (c.id for c in claims))
    for claim, place in zip(claims, placed, strict=False):
        yield Entry(claim, home, claim.derivation or (home if hasattr(script, "derive") else None), place)


@cache
def entries() -> dict[str, Entry]:
    """Every claim by id, in the article's order.

    >>> list(entries())[:1]
    ['intro-unified-view']
    """
    return _by_id(_in_order(e for name in homes() for e in _stated_in(name).values()))


@cache
def _stated_in(home: str) -> dict[str, Entry]:
    """The claims of a file, by id, in the order in which it states them."""
    return _by_id(_entries_from(home, _module(home)))


@cache
def _homes_of_claims() -> dict[str, str]:
    """The file of each claim by id, from the index; files that the index lacks are run."""
    known = {claim.id: home for home, claims in indexed().items() for claim in claims}
    return known | {claim: home for home in homes() if home not in indexed() for claim in _stated_in(home)}


def _in_order(found: Iterable[Entry]) -> list[Entry]:
    """Claims in the article's order; claims without a place in it come first, in their given order."""
    return sorted(found, key=lambda e: () if e.place is None else (e.place,))


def _by_id(found: Iterable[Entry]) -> dict[str, Entry]:
    out: dict[str, Entry] = {}
    for e in found:
        if e.claim.id in out:
            raise UnknownName(f"{e.claim.id} is claimed twice: in {out[e.claim.id].home} and in {e.home}")
        out[e.claim.id] = e
    return out


def entry(name: str, file: str | None = None) -> Entry:
    """The claim of an id, in the catalogue or in a file of a user's own; raises UnknownName with the nearest one."""
    if file is not None:
        own = {e.claim.id: e for e in entries_of(file)}
        if name not in own:
            raise _unknown(name, own)
        return own[name]
    home = _homes_of_claims().get(name)
    found = _stated_in(home).get(name) if home is not None else None
    if found is None:
        raise _unknown(name, _homes_of_claims())
    return found


def own_file(claim: Claim) -> str | None:
    """The name of the user's own file that states a claim; None for a claim of the catalogue."""
    return next((Path(path).name for (path, _), module in _mine.values() if claim in module.claims()), None)


def as_indexed() -> list[tuple[str, Indexed]]:
    """Every claim as the index lists it, with the name of its file, in the article's order."""
    return [(e.home, _indexed(e)) for e in entries().values()]


def new_index() -> str:
    """The index of the derivations, made from the claims of their files."""
    return written({name: [_indexed(e) for e in _stated_in(name).values()] for name in homes()})


def write_index() -> None:
    """Write the index of the derivations again."""
    write_atomically(FILE, new_index().encode())


def _indexed(e: Entry) -> Indexed:
    return Indexed(e.claim.id, str(e.claim.expected), e.script)


def script_name(name: str) -> str:
    """The script of a name, of a claim's id, or of a file; raises UnknownName with the nearest one there is."""
    if name.endswith(".py"):
        return _load(Path(name))
    if name in _mine or name in scripts():
        return name
    if name in _homes_of_claims():
        return entry(name).script or entry(name).home
    if name in homes():
        return name
    raise _unknown(name, [*_homes_of_claims(), *scripts()])


def script(name: str) -> Script:
    """The script of a name, of a claim's id, or of a file."""
    found = script_name(name)
    return _mine[found][1] if found in _mine else _module(found)


def _module(name: str) -> Script:
    return _Modules(homes())[name]


def entries_of(name: str) -> list[Entry]:
    """All claims of a script, a file or a folder of files; for the id of a claim, that claim."""
    if Path(name).is_dir() and name not in homes() and name not in _homes_of_claims():
        here = Path(name).resolve()
        if here.is_relative_to(FOLDER):  # a chapter, with its parts
            files = [path for path in homes().values() if here in path.parents]
        else:
            files = sorted(p for p in Path(name).glob("*.py") if not p.name.startswith(("_", ".")))
        if not files:
            raise UnknownName(f"there are no claims in {name}: it holds no .py files (see pgsym new claim)")
        return _in_order(_by_id(e for p in files for e in entries_of(str(p))).values())
    if name in _homes_of_claims() and name not in scripts():
        return [entry(name)]
    wanted = script_name(name)
    if wanted in _mine:
        return _in_order(_by_id(_entries_from(wanted, _mine[wanted][1])).values())
    return _in_order(_stated_in(wanted).values())


def _load(path: Path) -> str:
    """The name of a user's own script, which is its file's name in this run; a changed file is read again."""
    name = path.stem.replace("_", "-")
    spec = importlib.util.spec_from_file_location(f"pgsym_user_{path.stem}", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise UnknownName(f"there is no file {path} to read")
    stamp = (str(path.resolve()), path.stat().st_mtime_ns)
    if name in homes() and path.resolve() != homes()[name].resolve():
        name = f"my-{name}"  # the name belongs to a script of the catalogue
    if name in _mine and _mine[name][0] == stamp:
        return name
    module = importlib.util.module_from_spec(spec)
    try:
        code = compile(path.read_bytes(), str(path), "exec")
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as reason:
        raise UnknownName(f"{path} cannot be read as Python: {' '.join(str(reason).split())}") from None
    try:
        with running(str(path)):
            exec(code, module.__dict__)
    except (PgsymError, KeyboardInterrupt):
        raise
    except BaseException as reason:  # whatever a user's file raises
        raise UnknownName(failure(str(path), reason)) from None
    if not callable(getattr(module, "claims", None)):
        raise UnknownName(f"{path} cannot be used: it defines no claims(), as files that `pgsym new` writes do")
    _mine[name] = (stamp, cast(Script, module))
    return name


_mine: dict[str, tuple[tuple[str, int], Script]] = {}
"""The scripts that were named by a file, with the file's path and time."""


def theorem(name: str) -> Theorem:
    """The theorem that a script derives; derived once.  Raises UnknownName for a file without a derivation."""
    found = script_name(name)
    return derived(found, _mine[found][0] if found in _mine else None)


@cache
def derived(name: str, _stamp: tuple[str, int] | None) -> Theorem:
    """The theorem of a script; `_stamp`, the file's time, makes a changed file be derived again."""
    found = script(name)
    if not hasattr(found, "derive"):
        raise UnknownName(f"{name} states claims, but derives none of them: see pgsym claims {name}")
    try:
        with running(found.__file__) if name in _mine else nullcontext():
            theorem = found.derive()
    except (PgsymError, KeyboardInterrupt):
        raise
    except BaseException as reason:  # whatever a user's file raises
        raise UnknownName(failure(found.__file__, reason)) from None
    if not isinstance(theorem, Theorem):
        raise UnknownName(
            f"{found.__file__}: derive() returns {shortened(theorem)}, which is no Theorem (see pgsym new)"
        )
    return theorem


def names() -> Iterator[str]:
    """Every id and every script's name."""
    yield from dict.fromkeys((*_homes_of_claims(), *homes()))


def _unknown(name: str, there_are: Iterable[str]) -> UnknownName:
    if name in renamed():
        return UnknownName(f"{name} is now called {renamed()[name]}")
    near = difflib.get_close_matches(name, list(there_are), n=1, cutoff=0.4)
    return UnknownName(
        f"there is no {name!r} in the catalogue; {f'did you mean {near[0]}?' if near else 'see pgsym list'}"
    )


__all__ = [
    "Claim",
    "Entry",
    "Example",
    "Relation",
    "Rung",
    "Script",
    "entries",
    "entry",
    "names",
    "script",
    "scripts",
    "theorem",
]
