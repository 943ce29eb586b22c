"""All statements."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from attack.statements import Statement

TOPICS = sorted(p.stem for p in Path(__file__).parent.joinpath("topics").glob("*.py") if p.stem != "__init__")
EVERYTHING: list[Statement] = [s for name in TOPICS for s in import_module(f"attack.topics.{name}").BOOK.all]
