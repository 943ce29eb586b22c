"""Names of statements on which pgsym errs as yet, and how: each is an expected failure, so that its repair is seen."""

from __future__ import annotations

OPEN: tuple[str, ...] = (
)
