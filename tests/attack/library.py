"""All statements."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from attack.fields import FIELDS
from attack.integrals import CLOSED
from attack.statements import Statement

TOPICS = sorted(p.stem for p in Path(__file__).parent.joinpath("topics").glob("*.py") if p.stem != "__init__")
EVERYTHING: list[Statement] = [s for name in TOPICS for s in import_module(f"attack.topics.{name}").BOOK.all]
FALSE = (
    sum(s.truth != "true" for s in EVERYTHING)
    + sum(f.potential is None for f in FIELDS)
    + sum(not c.truth for c in CLOSED)
)
TRUE = [
    *(s.name for s in EVERYTHING if s.truth == "true"),
    *(f.name for f in FIELDS if f.potential is not None),
    *(c.name for c in CLOSED if c.truth),
]
