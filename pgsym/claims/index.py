"""The index of the catalogue: which file states which claims, so that one is found without running all files.

`index.json` lies among the derivations.  It has the digest of every file that it speaks of: of a file that changed it
says nothing, until it is written again (`make pages`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

FILE = "index.json"
FOLDERS = (".", "claims")


@dataclass(frozen=True)
class Indexed:
    """A claim's id, the verdict it states, the script that derives it, if there is one, and its place in the order."""

    id: str
    expected: str
    script: str | None
    chapter: int
    row: float


def folder() -> Path:
    """Where the derivations are."""
    from pgsym import derivations

    return Path(next(p for p in reversed(list(derivations.__path__)) if (Path(p) / "claims").is_dir()))


@cache
def homes() -> dict[str, Path]:
    """The files that may state claims, by name: scripts first, then files of claims alone."""
    found = (path for part in FOLDERS for path in sorted((folder() / part).glob("[!_]*.py")))
    return {path.stem.replace("_", "-"): path for path in found}


@cache
def indexed() -> dict[str, tuple[Indexed, ...]]:
    """What each file claims, by the file's name; a file that changed since the index was written is missing."""
    try:
        known = json.loads((folder() / FILE).read_text("utf-8"))
        return {
            name: tuple(_read(*entry) for entry in known[name]["claims"])
            for name, path in homes().items()
            if name in known and known[name]["digest"] == _digest(path)
        }
    except (OSError, ValueError, KeyError, TypeError, RecursionError):  # a broken index is as good as none
        return {}


def _read(id_: object, expected: object, script: object, chapter: object, row: object) -> Indexed:
    """A claim of the index; raises ValueError for what `written` would not write."""
    match id_, expected, script, chapter, row:
        case str(), str(), str() | None, int(), int() | float():
            return Indexed(id_, expected, script, chapter, row)
    raise ValueError(f"not a claim of the index: {id_!r:.60}")


def in_order() -> list[tuple[str, Indexed]] | None:
    """Every claim with the name of its file, in the article's order; None if the index is older than some file."""
    if indexed().keys() != homes().keys():
        return None
    every = [(name, claim) for name, claims in indexed().items() for claim in claims]
    return sorted(every, key=lambda x: (x[1].chapter, x[1].row))


def written(claims: Iterable[tuple[str, Indexed]]) -> str:
    """The index as JSON, a line a file, from every claim with the name of its file."""
    stated: dict[str, list[Indexed]] = {name: [] for name in homes()}
    for name, claim in claims:
        stated[name].append(claim)
    lines = [
        f" {json.dumps(name)}: "
        + json.dumps(
            {
                "digest": _digest(homes()[name]),
                "claims": [[c.id, c.expected, c.script, c.chapter, c.row] for c in mine],
            },
            ensure_ascii=False,
        )
        for name, mine in stated.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _digest(path: Path) -> str:
    return sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()[:16]
