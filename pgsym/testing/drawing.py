"""Examples that Hypothesis draws, always the same for one seed: judged one by one, or as a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar, Unpack

from pgsym.errors import EstimatorError
from pgsym.estimators.episodes import Episodes
from pgsym.estimators.problems.shape import KINDS
from pgsym.testing import settings
from pgsym.testing.options import Drawn, whole

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

T = TypeVar("T")


def judge_each(strategy: SearchStrategy[T], judge: Callable[[T], None], examples: int, seed: int) -> None:
    """Call a function with a number of examples; if it raises, its error at the simplest example is raised."""
    import hypothesis

    @hypothesis.seed(seed)
    @settings.draws_of(examples)
    @hypothesis.given(strategy)
    def each(drawn: T) -> None:
        judge(drawn)

    each()


def judge_any(strategy: SearchStrategy[T], judge: Callable[[T], None], examples: int, seed: int) -> None:
    """Call a function like `judge_each`, but do nothing if the strategy has no examples."""
    from hypothesis.errors import Unsatisfiable

    try:
        judge_each(strategy, judge, examples, seed)
    except Unsatisfiable:
        return


def drawn(
    count: int | None = None, *, kinds: Sequence[str] = KINDS, seed: int | None = None, **options: Unpack[Drawn]
) -> list[Episodes]:
    """At most `count` problems that `problems` draws; by default as many as an assertion draws.

    >>> len(drawn(5, length=1)), {p.T for p in drawn(5, length=1)}
    (5, {1})
    """
    from pgsym.testing.estimator_problems import problems

    current = settings.current()
    count = current.get("examples", settings.EXAMPLES) if count is None else count
    seed = current.get("seed", settings.SEED) if seed is None else seed
    if not whole(count):
        raise EstimatorError(f"the number of problems must be a positive int, not {count!r}")
    found: list[Episodes] = []
    judge_each(problems(kinds, **options), found.append, count, seed)
    return found


__all__ = ["drawn", "judge_any", "judge_each"]
