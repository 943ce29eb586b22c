"""Checks of many alike cases: `make test` takes one in so many, `make campaigns` the others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

SOME_SCRIPTS = 8
"""Of the scripts, make test takes one in so many; it derives no other."""


def share(cases: Iterable[Any], one_in: int, several: bool = False) -> list[Any]:
    """The cases for `parametrize`, all but one in so many marked as a campaign; each may give several arguments."""
    return [
        c if i % one_in == 0 else pytest.param(*(c if several else (c,)), marks=pytest.mark.campaign)
        for i, c in enumerate(cases)
    ]
