"""Claims: statements with ids, their catalogue, and their verification."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgsym.namespaces import lazily

if TYPE_CHECKING:
    from pgsym.claims.catalogue import Entry, entries, entry, names, script, scripts, theorem
    from pgsym.claims.claim import Claim, Example
    from pgsym.decide import Relation
    from pgsym.decide.verdicts import Rung

__getattr__ = lazily(
    __name__,
    {
        **dict.fromkeys(("Claim", "Example"), "pgsym.claims.claim"),
        **dict.fromkeys(
            ("Entry", "entries", "entry", "names", "script", "scripts", "theorem"), "pgsym.claims.catalogue"
        ),
        "Relation": "pgsym.decide.propositions",
        "Rung": "pgsym.decide.verdicts",
    },
)
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
