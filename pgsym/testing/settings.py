"""The default options of assertions about estimators, which the pytest plugin sets for a whole run.

This module imports nothing heavy until it is used, because pytest loads it in every run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import hypothesis

EXAMPLES: Final = 60
"""The default number of problems that are drawn."""
SEED: Final = 0

_given: ContextVar[Mapping[str, Any]] = ContextVar("pgsym_options")


def current() -> Mapping[str, Any]:
    """The options that are set at present, such as `examples`, `seed`, `groups` or `group_size`."""
    return _given.get({})


def draws_of(examples: int, **more: Any) -> hypothesis.settings:
    """Hypothesis settings for pgsym's own draws: shrunk, with the first failure only, and nothing kept on disk."""
    from hypothesis import HealthCheck, Phase, settings

    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        **more,
    )


@contextmanager
def options(**given: Any) -> Iterator[None]:
    """Options for all assertions about estimators inside; the options of an assertion itself win.

    >>> with options(seed=3):
    ...     print(current())
    {'seed': 3}
    """
    token = _given.set({**current(), **given})
    try:
        yield
    finally:
        _given.reset(token)


__all__ = ["EXAMPLES", "SEED", "current", "draws_of", "options"]
