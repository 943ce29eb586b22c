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
    """Add the plugin's command-line options."""
    group = parser.getgroup("pgsym", "pgsym: exact expectations of estimators")
    group.addoption(
        "--pgsym-examples",
        type=_positive,
        metavar="N",
        help=f"how many problems an assertion draws by default (default: {settings.EXAMPLES})",
    )
    group.addoption(
        "--pgsym-seed",
        type=int,
        metavar="N",
        help=f"the seed of the problems that are drawn (default: {settings.SEED})",
    )


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number")
    return int(text)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", MARKER)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Raise UsageError for a marker with positional arguments or unknown options."""
    for item in items:
        for marker in item.iter_markers("pgsym"):
            from pgsym.testing.options import OPTIONS  # only where it is marked: this imports NumPy

            if marker.args:
                raise pytest.UsageError(f"{item.nodeid}: pgsym(…) takes options by name, such as pgsym(examples=20)")
            if unknown := [name for name in marker.kwargs if name not in OPTIONS]:
                raise pytest.UsageError(
                    f"{item.nodeid}: there is no option {unknown[0]!r}: the options are {', '.join(OPTIONS)}"
                )


def pytest_report_header(config: pytest.Config) -> str:
    """The line of a run's header that says how many problems assertions draw."""
    from pgsym.version import __version__

    set_options = _of_the_run(config)
    examples, seed = set_options.get("examples", settings.EXAMPLES), set_options.get("seed", settings.SEED)
    return f"pgsym: {__version__}, {examples} problems an assertion, seed {seed}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run a test with the options of the run and of its markers; the nearest marker wins."""
    set_options = _of_the_run(item.config)
    for marker in reversed(list(item.iter_markers("pgsym"))):
        set_options |= marker.kwargs
    with settings.options(**set_options):
        return (yield)


def _of_the_run(config: pytest.Config) -> dict[str, Any]:
    found = {"examples": config.getoption("pgsym_examples"), "seed": config.getoption("pgsym_seed")}
    return {name: value for name, value in found.items() if value is not None}


@pytest.fixture
def pgsym_bandit() -> Episodes:
    """A bandit with three actions and rewards 0, 1 and 3, in Fractions."""
    from fractions import Fraction

    from pgsym.estimators import bandit

    return bandit([Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)], [0, 1, 3])


@pytest.fixture
def pgsym_tree() -> Episodes:
    """A tree with two prompts and one or two tokens (token 0 ends), with a behaviour and a reference policy."""
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
    """An MDP with two states, a reward at every step, and episodes of two or three steps."""
    from fractions import Fraction

    from pgsym.estimators import from_mdp
    from pgsym.mdps import from_arrays

    half, third = Fraction(1, 2), Fraction(1, 3)
    moves = [[[half, half, 0], [0, 1, 0]], [[1, 0, 0], [0, half, half]], [[0, 0, 1], [0, 0, 1]]]
    m = from_arrays([1, 0, 0], moves, [[0, 1], [2, -1], [0, 0]], horizon=3)
    return from_mdp(m, [[third, 1 - third], [half, half], [half, half]])


@pytest.fixture
def pgsym_problems() -> Callable[..., list[Episodes]]:
    """A function that draws problems, with the options of `problems` and `seed`: `pgsym_problems(20, length=2)`."""
    from pgsym.testing.drawing import drawn

    return drawn


@pytest.fixture
def pgsym_moments() -> Callable[..., Moments]:
    """The function `moments` with the marker's `groups` and `group_size` as defaults, if they are single numbers."""
    from pgsym.estimators import moments

    def of(estimator: Any, problem: Episodes, **options: Any) -> Moments:
        set_options = {
            k: v for k, v in settings.current().items() if k in ("groups", "group_size") and isinstance(v, int)
        }
        return moments(estimator, problem, **{**set_options, **options})

    return of
