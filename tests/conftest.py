"""What all tests share: the examples that Hypothesis draws, the order of tests, runs of pytest within a test."""

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


def pytest_configure(config: pytest.Config) -> None:
    """Let a test that is named, with `::` or `-k`, run although it belongs to a campaign."""
    named = config.option.keyword or any("::" in argument for argument in config.args)
    if config.option.markexpr == "not campaign" and named:
        config.option.markexpr = ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests of a script and of its claims follow each other: a worker derives and decides each only once."""
    catalogue: Any = sys.modules.get("pgsym.claims.catalogue")
    if catalogue is None or not any(hasattr(item, "callspec") for item in items):
        return
    homes = {name: entry.home for name, entry in catalogue.entries().items()}
    places = {home: place for place, home in enumerate(dict.fromkeys(homes.values()))}

    def place(item: pytest.Item) -> int:
        values = item.callspec.params.values() if hasattr(item, "callspec") else ()
        names = (v if isinstance(v, str) else getattr(v, "name", getattr(v, "id", None)) for v in values)
        found = (homes.get(n, n) for n in names if isinstance(n, str))
        return min((places[n] for n in found if n in places), default=len(places))

    items.sort(key=place)


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
