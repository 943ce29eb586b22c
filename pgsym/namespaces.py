"""Packages that import their names at first use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazily(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """A `__getattr__` for a package that imports each name from its module at first use.

    >>> lazily("pgsym", {"ceil": "math"})("ceil")(1.5)
    2
    >>> lazily("pgsym", {})("floor")
    Traceback (most recent call last):
    AttributeError: module 'pgsym' has no attribute 'floor'
    """

    def found(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(homes[name]), name)

    return found
