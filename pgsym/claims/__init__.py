"""Claims: what is stated with an id, the catalogue of them, and whether each is as claimed."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pgsym.claims.catalogue import Entry, entries, entry, names, script, scripts, theorem
    from pgsym.claims.claim import Claim, Example
    from pgsym.decide.statements import Relation
    from pgsym.decide.verdicts import Rung

HOMES: Final = {
    **dict.fromkeys(("Claim", "Example"), "pgsym.claims.claim"),
    **dict.fromkeys(("Entry", "entries", "entry", "names", "script", "scripts", "theorem"), "pgsym.claims.catalogue"),
    "Relation": "pgsym.decide.statements",
    "Rung": "pgsym.decide.verdicts",
}
__all__ = [
    "Claim",
    "Entry",
    "Example",
    "Relation",
    "Rung",
    "entries",
    "entry",
    "names",
    "script",
    "scripts",
    "theorem",
]


def __getattr__(name: str) -> Any:
    """A name of the catalogue, imported when it is asked for: the index of the claims is read without."""
    if name in HOMES:
        return getattr(import_module(HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
