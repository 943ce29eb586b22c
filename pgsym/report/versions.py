"""The versions of the programs that made a report."""

from __future__ import annotations

import sys
from importlib.metadata import version

from pgsym.version import __version__


def versions() -> tuple[tuple[str, str], ...]:
    """The programs that made a report, as pairs of name and version."""
    python = ".".join(map(str, sys.version_info[:3]))
    return (("pgsym", __version__), ("Python", python), ("NumPy", version("numpy")), ("SymPy", version("sympy")))
