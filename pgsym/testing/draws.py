"""The strategies of an assertion, and how many problems are drawn from each, so that all its facets are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from pgsym.errors import TooLarge
from pgsym.estimators.batches import Batching
from pgsym.estimators.comparison import shortly
from pgsym.estimators.episodes import Episodes
from pgsym.extras import install
from pgsym.testing import needs
from pgsym.testing.estimator_problems import Demands, demanded, fewest_episodes
from pgsym.testing.options import Drawn, Scope

try:
    from hypothesis import strategies as st
except ModuleNotFoundError:
    raise ModuleNotFoundError(f"problems are drawn by Hypothesis: {install('testing')}", name="hypothesis") from None

Size = tuple[int, int]

LARGE: Final = 4
"""By default, some problem has this many actions, some this many steps, and some about this many members."""
WIDE_EPISODES: Final = 32
TRIES: Final = 12
"""How many more problems are drawn for a facet that was not shown."""
PLAIN: Final = Demands()


@dataclass(frozen=True)
class Draw:
    """A strategy, and how many problems are drawn from it."""

    strategy: st.SearchStrategy[Batching]
    count: int


def draws(scope: Scope) -> list[Draw]:
    """The draws of an assertion: for each kind plain problems, then problems with its facets, then wide ones.

    Raises TooLarge if every problem has too many samples.
    """
    if scope.problems is not None:
        return [Draw(_any_size(scope, lambda size: scope.problems, scope.sizes()), scope.examples)]
    found: list[Draw] = []
    for k, kind in enumerate(scope.kinds):
        share = max(1, (scope.examples + k) // len(scope.kinds))
        wide = _wide(scope, kind)[: share // 5]
        aimed = _aimed(scope, (kind,), scope.needs)
        some = 0 if aimed is None else max(1, share // 3)
        found.append(Draw(_plain(scope, kind), share - some - len(wide)))
        found += [] if aimed is None else [Draw(aimed, some)]
        found += [Draw(strategy, 1) for strategy in wide]
    return [draw for draw in found if draw.count]


def more(scope: Scope, lacking: Iterable[str]) -> list[Draw]:
    """Additional draws for facets that were not shown."""
    if scope.problems is not None:
        return []
    found = (_aimed(scope, scope.kinds, (facet,)) for facet in lacking)
    return [Draw(strategy, TRIES) for strategy in found if strategy is not None]


def excluded(scope: Scope, facet: str) -> bool:
    """Whether the caller's options make it impossible to show a facet, whatever the number of samples."""
    if scope.problems is not None:
        return True
    if facet in needs.OF_RATIOS:
        off = scope.drawn.get("off_policy", False) is not False
        return not off or (facet.startswith("far") and not scope.drawn.get("extreme", True))
    if facet == "discounted" and all(d in (0, 1) for d in scope.drawn.get("discounts", (1,))):
        return True
    if not any(_fits(size, facet) for size in scope.sizes()):
        return True
    return fewest_episodes(scope.kinds, _demands((facet,)), **scope.possible) is None


def advice(scope: Scope, facets: Sequence[str]) -> str:
    """The options that the caller should change to show some facets."""
    demands = _demands(facets)
    fewest = fewest_episodes(scope.kinds, demands, **scope.possible)
    if fewest is None:
        return "take other kinds of problems, or a larger length"
    size = next((s for s in scope.sizes() if all(_fits(s, f) for f in facets)), scope.sizes()[0])
    ordered, multisets = (scope.count(fewest, *size, unordered=some) for some in (False, True))
    if ordered <= scope.samples or (scope.unordered and multisets <= scope.samples):
        return "take another seed, or more examples"
    few = f"unordered=True ({multisets:,} multisets), " if multisets <= scope.samples and not scope.unordered else ""
    at, many = f"groups={size[0]}, group_size={size[1]}", shortly(ordered) if ordered > 10**9 else f"{ordered:,}"
    return (
        f"at {at} the smallest such problem has {many} samples, more "
        f"than {scope.samples:,}: take {few}samples=…, or fewer groups or a smaller group_size"
    )


def _any_size(scope: Scope, problems: Callable[[Size], Any], sizes: Sequence[Size]) -> st.SearchStrategy[Batching]:
    return st.one_of([st.builds(Batching, problems(size), *map(st.just, (*size, scope.unordered))) for size in sizes])


def _plain(scope: Scope, kind: str) -> st.SearchStrategy[Batching]:
    """A strategy for problems of a kind, with samples of all sizes."""
    for size in scope.sizes():
        if scope.episodes(*size) < 2:
            hint = "" if scope.unordered else "unordered=True for multisets, "
            raise TooLarge(
                f"groups={size[0]}, group_size={size[1]}: every problem has more than {scope.samples:,} samples: "
                f"take fewer, {hint}or samples=…"
            )
    return _any_size(
        scope, lambda size: demanded((kind,), PLAIN, **_with_episodes(scope, scope.episodes(*size))), scope.sizes()
    )


def _aimed(scope: Scope, kinds: Sequence[str], facets: Sequence[str]) -> st.SearchStrategy[Batching] | None:
    """A strategy for problems that show the facets which their kind can show; None if there are none.

    If ratios are among the facets, half of the problems have ratios far from one.
    """
    facets = [f for f in facets if not excluded(replace(scope, drawn={**scope.drawn, "kinds": tuple(kinds)}), f)]
    if not facets:
        return None
    demands = _demands(facets)
    within = {size: _with_episodes(scope, scope.episodes(*size)) for size in scope.sizes()}
    sizes = [size for size in within if fewest_episodes(kinds, demands, **within[size]) is not None]
    sizes = [size for size in sizes if all(_fits(size, f) for f in facets)] or sizes
    facets = [f for f in facets if sizes and all(_fits(size, f) for size in sizes)]
    if not facets:
        return None
    off = any(f in needs.OF_RATIOS for f in facets)

    def drawn(size: Size) -> st.SearchStrategy[Any]:
        options: Drawn = {**within[size], "off_policy": True} if off else within[size]
        if "discounted" in facets:
            options = {**options, "discounts": [d for d in scope.possible["discounts"] if d not in (0, 1)]}
        near = demanded(kinds, demands, **options)
        if not off or "far-above" not in facets:
            return near
        return st.one_of(near, demanded(kinds, replace(demands, apart=True), **options))

    wanted = [f for f in facets if f not in needs.OF_RATIOS]
    one_of_ratios = [f for f in facets if f in needs.OF_RATIOS]

    def shows(batching: Batching) -> bool:
        enough = not one_of_ratios or bool(needs.shown(batching, one_of_ratios))
        return enough and len(needs.shown(batching, wanted)) == len(wanted)

    return _any_size(scope, drawn, sizes).filter(shows)


def _wide(scope: Scope, kind: str) -> list[st.SearchStrategy[Batching]]:
    """Strategies for more actions, more steps and larger groups, if the caller did not set them and samples are few."""
    least = scope.sizes()[0]
    wanted = [] if "length" in scope.specified or kind == "bandit" else [(least, Demands(length=LARGE, unequal=True))]
    wanted += [] if "actions" in scope.specified else [(least, Demands(actions=LARGE, unequal=True))]
    if "group_size" not in scope.specified:
        more_than_one = Demands(length=1 if kind == "bandit" else 2, unequal=True)
        wanted += [((min(scope.groups), m), more_than_one) for m in (LARGE + 1, LARGE - 1)]
    larger = {name: LARGE + 1 for name in ("actions", "length") if name not in scope.specified}
    found = []
    for size, demands in wanted:
        episodes = min(WIDE_EPISODES, scope.episodes(*size), scope.possible["episodes"])
        options: Drawn = {**scope.possible, **larger, "episodes": episodes}  # type: ignore[typeddict-item]
        if fewest_episodes((kind,), demands, **options) is not None:
            strategy = demanded((kind,), demands, **options).filter(_varied)
            found.append(_any_size(scope, lambda _, s=strategy: s, [size]))  # type: ignore[misc]
    return found


def _varied(problem: Episodes) -> bool:
    """Whether a problem has different rewards and different probabilities."""
    return len(set(problem.returns.tolist())) > min(2, problem.E - 1) and len(set(problem.policy.ravel().tolist())) > 1


def _with_episodes(scope: Scope, episodes: int) -> Drawn:
    return {**scope.possible, "episodes": episodes}


def _demands(facets: Iterable[str]) -> Demands:
    found = set(facets)
    return Demands(
        length=2 if found & {"steps", "discounted"} else 1,
        ragged=bool(found & {"ragged", "ragged-rows"}),
        reference="reference" in found,
        unequal="unequal" in found or bool(found & set(needs.OF_RATIOS)),
    )


def _fits(size: Size, facet: str) -> bool:
    """Whether samples of a size can show a facet."""
    groups, group_size = size
    match facet:
        case "groups":
            return groups > 1 and group_size > 1
        case "unequal":
            return group_size > 1
        case "ragged-rows":
            return groups * group_size > 1
        case _:
            return True


__all__ = ["Draw", "advice", "draws", "excluded", "more"]
