"""Hypothesis draws the same examples in every run; runs of pytest within a test."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))  # the tests' own modules: reference, mutants

settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")


@pytest.fixture
def imported() -> None:
    """What a run of pytest in this process must find imported: it forgets what it imports, NumPy cannot come twice."""
    importlib.import_module("pgsym.testing.estimator_problems")
    importlib.import_module("pgsym.testing.estimators")


@pytest.fixture
def run_pytest(imported: None, pytester: pytest.Pytester) -> Callable[..., Any]:
    """A run of pytest on files of the given texts (or one text) in an empty folder, with the project's plugin.

    What imports PyTorch runs alone, in a process of its own: PyTorch cannot come twice either.
    """

    def of(files: Any, *arguments: str, alone: bool = False) -> pytest.RunResult:
        pytester.makepyfile(**files) if isinstance(files, dict) else pytester.makepyfile(files)
        installed = any(e.value == "pgsym.testing.plugin" for e in entry_points(group="pytest11"))
        plugin = () if installed else ("-p", "pgsym.testing.plugin")
        execute = pytester.runpytest_subprocess if alone else pytester.runpytest_inprocess
        return execute("--strict-markers", "-p", "no:cacheprovider", *plugin, *arguments)

    return of
