"""A pytest plugin: problems as fixtures, a marker and options for the assertions about estimators.

pytest loads it in every run in which pgsym is installed, so it imports nothing heavy before a fixture is asked for.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

import pytest

from pgsym.testing import settings

if TYPE_CHECKING:
    from pgsym.estimators import Episodes, Moments

MARKER = (
    "pgsym(**options): options for pgsym's assertions about estimators in a test, such as examples, seed, groups, "
    "group_size, length, off_policy (see pgsym.testing.options.Options)"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the command line, a group of their own."""
    group = parser.getgroup("pgsym", "pgsym: estimators held to their exact expectation")
    group.addoption(
        "--pgsym-examples",
        type=_positive,
        metavar="N",
        help=f"how many problems an assertion draws, where it does not say itself (default: {settings.EXAMPLES})",
    )
    group.addoption(
        "--pgsym-seed",
        type=int,
        metavar="N",
        help=f"which problems are drawn: the same for the same seed (default: {settings.SEED})",
    )


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no positive number")
    return int(text)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", MARKER)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a marker that would say nothing: options are given by the names that they have."""
    for item in items:
        for marker in item.iter_markers("pgsym"):
            from pgsym.testing.options import OPTIONS  # only where it is marked: this imports NumPy

            if marker.args:
                raise pytest.UsageError(f"{item.nodeid}: pgsym(…) takes options by name, such as pgsym(examples=20)")
            if unknown := [name for name in marker.kwargs if name not in OPTIONS]:
                raise pytest.UsageError(
                    f"{item.nodeid}: there is no option {unknown[0]!r}: an option is one of {', '.join(OPTIONS)}"
                )


def pytest_report_header(config: pytest.Config) -> str:
    """What the assertions draw, in the header of a run."""
    from pgsym.version import __version__

    told = _of_the_run(config)
    examples, seed = told.get("examples", settings.EXAMPLES), told.get("seed", settings.SEED)
    return f"pgsym: {__version__}, {examples} problems an assertion, seed {seed}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Set the options of the run and of a test's markers, the nearest marker last, around all of the test."""
    told = _of_the_run(item.config)
    for marker in reversed(list(item.iter_markers("pgsym"))):
        told |= marker.kwargs
    with settings.options(**told):
        return (yield)


def _of_the_run(config: pytest.Config) -> dict[str, Any]:
    found = {"examples": config.getoption("pgsym_examples"), "seed": config.getoption("pgsym_seed")}
    return {name: value for name, value in found.items() if value is not None}


@pytest.fixture
def pgsym_bandit() -> Episodes:
    """The smallest problem that tells estimators apart: three actions that pay 0, 1 and 3, in Fractions."""
    from fractions import Fraction

    from pgsym.estimators import bandit

    return bandit([Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)], [0, 1, 3])


@pytest.fixture
def pgsym_tree() -> Episodes:
    """Sequences of one or two tokens, the token 0 ends, after two prompts; with a behaviour and a reference policy."""
    from fractions import Fraction

    from pgsym.estimators import tree

    half, third = Fraction(1, 2), Fraction(1, 3)
    return tree(
        {(0, (0,)): 0, (0, (1, 0)): 1, (0, (1, 1)): 2, (1, (0,)): 1, (1, (1, 0)): 0, (1, (1, 1)): 3},
        vocabulary=2,
        length=2,
        end=0,
        prompts=2,
        policy=[third, 1 - third],
        behaviour=[half, half],
        reference=[1 - third, third],
    )


@pytest.fixture
def pgsym_mdp() -> Episodes:
    """A walk on two states that pays at every step, and ends after two or three."""
    from fractions import Fraction

    from pgsym.estimators import from_mdp
    from pgsym.mdps import from_arrays

    half, third = Fraction(1, 2), Fraction(1, 3)
    moves = [[[half, half, 0], [0, 1, 0]], [[1, 0, 0], [0, half, half]], [[0, 0, 1], [0, 0, 1]]]
    m = from_arrays([1, 0, 0], moves, [[0, 1], [2, -1], [0, 0]], horizon=3)
    return from_mdp(m, [[third, 1 - third], [half, half], [half, half]])


@pytest.fixture
def pgsym_problems() -> Callable[..., list[Episodes]]:
    """A function that draws problems: `pgsym_problems(20, length=2)`, with the options of `problems`, and the seed."""
    from pgsym.testing.drawing import drawn

    return drawn


@pytest.fixture
def pgsym_moments() -> Callable[..., Moments]:
    """`moments`, with the `groups` and `group_size` of the test's marker where they are one number each."""
    from pgsym.estimators import moments

    def of(estimator: Any, problem: Episodes, **options: Any) -> Moments:
        told = {k: v for k, v in settings.current().items() if k in ("groups", "group_size") and isinstance(v, int)}
        return moments(estimator, problem, **{**told, **options})

    return of
