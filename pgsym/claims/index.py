"""The index of the catalogue: the claims of each file, so that a claim is found without running all files.

`index.json` lies among the derivations.  It has a digest of every file; its entry of a file
that has changed is ignored until the index is written again (`make pages`).
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
    """The files that may state claims, by name; raises UnknownName if two have the same name."""
    found: dict[str, Path] = {}
    for path in (p for folder in (*CHAPTERS, *PARTS) for p in sorted(folder.glob("[!_.]*.py"))):
        name = path.stem.replace("_", "-")
        if name in found:
            raise UnknownName(f"two files are called {name}: {found[name]} and {path}; rename one")
        found[name] = path
    return found


@cache
def deriving() -> tuple[str, ...]:
    """The names of the scripts, which are the files with a derivation."""
    return tuple(
        name for name, path in homes().items() if re.search(rb"^def derive\(", path.read_bytes(), re.MULTILINE)
    )


@cache
def indexed() -> dict[str, tuple[Indexed, ...]]:
    """The claims of each file, by the file's name; files that changed after the index was written are missing."""
    try:
        known = json.loads(FILE.read_text("utf-8"))
        return {
            name: tuple(_read(*entry) for entry in known[name]["claims"])
            for name, path in homes().items()
            if name in known and known[name]["digest"] == _digest(path)
        }
    except (OSError, ValueError, KeyError, TypeError, RecursionError):  # a broken index counts as missing
        return {}


def _read(id_: object, expected: object, script: object) -> Indexed:
    """A claim of the index; raises ValueError for anything that `written` does not write."""
    match id_, expected, script:
        case str(), str(), str() | None:
            return Indexed(id_, expected, script)
    raise ValueError(f"not a claim of the index: {id_!r:.60}")


@cache
def renamed() -> dict[str, str]:
    """The new names of renamed claims and files, by their old names."""
    return dict(json.loads(RENAMED.read_text("utf-8")))


def in_order() -> list[tuple[str, Indexed]] | None:
    """Every claim with the name of its file, in the article's order; None if a file is newer than the index."""
    if indexed().keys() != homes().keys():
        return None
    placed = [
        (place, name, claim)
        for name, claims in indexed().items()
        for place, claim in zip(places(homes()[name], (c.id for c in claims)), claims, strict=True)
    ]
    return [(name, claim) for _, name, claim in sorted(placed, key=lambda x: x[0])]


def written(stated: Mapping[str, Iterable[Indexed]]) -> str:
    """The index as JSON, with one line for the claims of each file, in the file's order."""
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
