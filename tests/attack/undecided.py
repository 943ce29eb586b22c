"""True statements that pgsym has never decided, and what it says of them: they are tested, or undecided."""

from __future__ import annotations

NEVER_DECIDED: dict[str, str] = {
}
