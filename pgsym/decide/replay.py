"""Python that rebuilds a counterexample."""

from __future__ import annotations
