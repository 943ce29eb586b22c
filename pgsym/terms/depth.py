"""Refuses terms that are nested too deeply for Python's stack, by an error of one line."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Generic, ParamSpec, TypeVar

from pgsym.errors import TermTooDeep

P = ParamSpec("P")
R = TypeVar("R")


def too_deep() -> TermTooDeep:
    """The error to raise if Python's stack ends inside a term."""
    return TermTooDeep(
        "the term is nested too deeply: write sums and products flat, or give its parts names by Definition.of"
    )


class _Guarded(Generic[P, R]):
    """A function whose RecursionError is a TermTooDeep."""

    def __init__(self, function: Callable[P, R]):
        self.function = function
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return self.function(*args, **kwargs)
        except RecursionError:
            raise too_deep() from None


def not_too_deep(function: Callable[P, R]) -> Callable[P, R]:
    """The function, which raises TermTooDeep if Python's stack ends inside a term.

    >>> from pgsym.terms import Variable, absolute, text
    >>> x = Variable("a deep one")
    >>> for _ in range(3000):
    ...     x = absolute(x)
    >>> text(x)
    Traceback (most recent call last):
    pgsym.errors.TermTooDeep: the term is nested too deeply: write sums and products flat, or give its parts names \
by Definition.of
    """
    return _Guarded(function)
