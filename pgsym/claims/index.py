"""The index of the catalogue: which file states which claims, so that one is found without running all files.

`index.json` lies among the derivations.  It has the digest of every file that it speaks of: of a file that changed it
says nothing, until it is written again (`make pages`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from pgsym.claims.chapters import places
from pgsym.derivations import CHAPTERS, FOLDER, PARTS
from pgsym.errors import UnknownName

FILE = FOLDER / "index.json"
RENAMED = FOLDER / "renamed.json"


@dataclass(frozen=True)
class Indexed:
    """A claim's id, the verdict it states, and the script that derives it, if there is one."""

    id: str
    expected: str
    script: str | None


@cache
def homes() -> dict[str, Path]:
    """The files that may state claims, by name; raises UnknownName where two have the same."""
    found: dict[str, Path] = {}
    for path in (p for folder in (*CHAPTERS, *PARTS) for p in sorted(folder.glob("[!_.]*.py"))):
        name = path.stem.replace("_", "-")
        if name in found:
            raise UnknownName(f"two files are called {name}: {found[name]} and {path}; rename one")
        found[name] = path
    return found


@cache
def deriving() -> tuple[str, ...]:
    """The names of the files that derive something: the scripts."""
    return tuple(
        name for name, path in homes().items() if re.search(rb"^def derive\(", path.read_bytes(), re.MULTILINE)
    )


@cache
def indexed() -> dict[str, tuple[Indexed, ...]]:
    """What each file claims, by the file's name; a file that changed since the index was written is missing."""
    try:
        known = json.loads(FILE.read_text("utf-8"))
        return {
            name: tuple(_read(*entry) for entry in known[name]["claims"])
            for name, path in homes().items()
            if name in known and known[name]["digest"] == _digest(path)
        }
    except (OSError, ValueError, KeyError, TypeError, RecursionError):  # a broken index is as good as none
        return {}


def _read(id_: object, expected: object, script: object) -> Indexed:
    """A claim of the index; raises ValueError for what `written` would not write."""
    match id_, expected, script:
        case str(), str(), str() | None:
            return Indexed(id_, expected, script)
    raise ValueError(f"not a claim of the index: {id_!r:.60}")


@cache
def renamed() -> dict[str, str]:
    """The new name of every claim and file that once had another."""
    return dict(json.loads(RENAMED.read_text("utf-8")))


def in_order() -> list[tuple[str, Indexed]] | None:
    """Every claim with the name of its file, in the article's order; None if the index is older than some file."""
    if indexed().keys() != homes().keys():
        return None
    placed = [
        (place, name, claim)
        for name, claims in indexed().items()
        for place, claim in zip(places(homes()[name], (c.id for c in claims)), claims, strict=True)
    ]
    return [(name, claim) for _, name, claim in sorted(placed, key=lambda x: x[0])]


def written(stated: Mapping[str, Iterable[Indexed]]) -> str:
    """The index as JSON, a line a file, from what each file states, in the order in which it does."""
    lines = [
        f" {json.dumps(name)}: "
        + json.dumps(
            {"digest": _digest(homes()[name]), "claims": [[c.id, c.expected, c.script] for c in claims]},
            ensure_ascii=False,
        )
        for name, claims in stated.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _digest(path: Path) -> str:
    return sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()[:16]
