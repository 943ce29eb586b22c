"""Runs of pytest with the plugin, in this process."""

from importlib.metadata import entry_points

import pytest

import pgsym.testing.estimator_problems
import pgsym.testing.estimators  # noqa: F401  (such a run forgets what it imports, and NumPy cannot come twice)

INSTALLED = any(e.value == "pgsym.testing.plugin" for e in entry_points(group="pytest11"))


@pytest.fixture
def run(pytester):
    """A run of pytest on files of the given texts (or one text) in an empty folder, with the plugin.

    What imports PyTorch runs alone, in a process of its own: PyTorch cannot come twice either.
    """

    def of(files, *arguments, alone=False):
        pytester.makepyfile(**files) if isinstance(files, dict) else pytester.makepyfile(files)
        plugin = () if INSTALLED else ("-p", "pgsym.testing.plugin")
        execute = pytester.runpytest_subprocess if alone else pytester.runpytest_inprocess
        return execute("--strict-markers", "-p", "no:cacheprovider", *plugin, *arguments)

    return of
