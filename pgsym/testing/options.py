"""The options of assertions about estimators, their scope, and their results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import comb
from typing import TYPE_CHECKING, Any, Final, TypedDict

import numpy as np

from pgsym.decide.verdicts import Rung
from pgsym.errors import EstimatorError
from pgsym.estimators.batches import Batching
from pgsym.estimators.checks import Outcome
from pgsym.estimators.episodes import Episodes
from pgsym.estimators.problems.shape import KINDS
from pgsym.testing import needs, settings

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

SAMPLES: Final = 10_000
"""The largest number of samples of a drawn problem; larger groups are tried at problems with fewer episodes."""
EPISODES: Final = 64
DISCOUNTS: Final = (1, Fraction(1, 2))
"""The discounts that are drawn if the estimator has `discount` as an argument."""
TOLERANCE: Final = 1e-12
"""The relative tolerance of gradients in float64, which allows for the digits lost at nearly deterministic policies."""


class Drawn(TypedDict, total=False):
    """Options of the problems that are drawn, with defaults in brackets.

    `states` bounds states and prompts (2), `actions` actions and tokens (3), `length` steps (3), `episodes` the number
    of episodes (64).  `off_policy` says whether the behaviour differs from the policy (False; None: in some problems).
    With `extreme` (True), some problems have nearly deterministic policies, or log-ratios or rewards far outside the
    usual range.  With `critic` (False), problems have a value function that is not exact.  `discounts` are drawn from.
    """

    states: int
    actions: int
    length: int
    episodes: int
    off_policy: bool | None
    extreme: bool
    critic: bool
    discounts: Sequence[Any]


class Options(Drawn, total=False):
    """All options of an assertion; the pytest plugin's marker and command-line options set their defaults.

    `problems` are tried instead of drawn ones: one, several, or a Hypothesis strategy.  `kinds` are the kinds of
    problems that are drawn ("bandit", "tree", "mdp").  `groups` and `group_size` are one number or several to try.
    `examples` problems are drawn (60), always the same for one `seed` (0), of at most `samples` samples each (10,000).
    With `unordered`, only multisets are enumerated.  `names` gives the meanings of a function's arguments.  In float64,
    gradients are equal if they differ by at most `rtol` of their lengths (1e-12), or by no more than rounding.
    """

    problems: Episodes | Iterable[Episodes] | SearchStrategy[Episodes]
    kinds: Sequence[str]
    groups: int | Iterable[int]
    group_size: int | Iterable[int]
    examples: int
    seed: int
    samples: int
    unordered: bool
    names: Mapping[str, str]
    rtol: float


OPTIONS: Final = tuple(sorted({*Options.__annotations__, *Drawn.__annotations__}))
"""The names of all options."""


@dataclass(frozen=True)
class Scope:
    """The checked options of an assertion; raises EstimatorError for an invalid one."""

    groups: tuple[int, ...]
    group_size: tuple[int, ...]
    problems: Any = None
    drawn: Mapping[str, Any] = field(default_factory=dict)
    examples: int = settings.EXAMPLES
    seed: int = settings.SEED
    samples: int = SAMPLES
    unordered: bool = False
    rtol: float = TOLERANCE

    names: frozenset[str] = frozenset()  # the names of the arrays that the estimator asks for
    specified: frozenset[str] = frozenset()  # the options that the caller or the plugin set

    @classmethod
    def of(
        cls,
        given: Mapping[str, Any],
        groups: Iterable[int] = (1, 2),
        group_size: Iterable[int] = (1, 2),
        names: Iterable[str] = (),
    ) -> Scope:
        """The scope of an assertion from its options, with its own default `groups` and `group_size`.

        `names` are the arrays that the estimator asks for.  If they include ratios or the discount, some problems are
        by default off-policy or discounted.
        """
        asked: dict[str, Any] = {"groups": groups, "group_size": group_size}
        own = {**settings.current(), **given}
        if needed := needs.needed(names):
            asked |= {"off_policy": None} if needs.OF_RATIOS[0] in needed else {}
            asked |= {"discounts": DISCOUNTS} if "discounted" in needed else {}
        options = {**asked, **own}
        for name in options:
            if name not in OPTIONS:
                raise EstimatorError(f"there is no option {name!r}: the options are {', '.join(OPTIONS)}")
        drawn = {k: options.pop(k) for k in ("kinds", *Drawn.__annotations__) if k in options}
        options.pop("names", None)
        for name in ("groups", "group_size"):
            several = options[name]
            options[name] = tuple(several) if isinstance(several, Iterable) else (several,)
        if isinstance(options.get("problems"), Episodes):
            options["problems"] = (options["problems"],)
        elif isinstance(options.get("problems"), Iterable):
            options["problems"] = tuple(options["problems"])
        return cls(drawn=drawn, names=frozenset(names), specified=frozenset(own), **options)

    def __post_init__(self) -> None:
        for name in ("groups", "group_size"):
            numbers = getattr(self, name)
            if not (numbers and all(map(whole, numbers))):
                raise EstimatorError(f"{name} must be a positive int or several, not {numbers!r}")
        for name in ("examples", "samples"):
            if not whole(getattr(self, name)):
                raise EstimatorError(f"{name} must be a positive int, not {getattr(self, name)!r}")
        if not (isinstance(self.rtol, int | float) and 0 < self.rtol < 1):
            raise EstimatorError(f"rtol must be a number between 0 and 1, not {self.rtol!r}")
        if self.problems is None or hasattr(self.problems, "example"):  # a strategy
            return
        wrong = [p for p in self.problems if not isinstance(p, Episodes)] if self.listed else [self.problems]
        if wrong:
            raise EstimatorError(
                f"problems must be an Episodes object, several or a strategy, not a {type(wrong[0]).__name__}"
            )

    @property
    def listed(self) -> bool:
        """Whether the caller gave a list of problems."""
        return isinstance(self.problems, tuple)

    def sizes(self) -> list[tuple[int, int]]:
        """(groups, group_size) of the samples, the fewest rows first."""
        return sorted(product(self.groups, self.group_size), key=lambda size: (size[0] * size[1], size))

    def batchings(self) -> Iterator[Batching]:
        """Every given problem with every size of samples."""
        for problem in self.problems:
            for groups, group_size in self.sizes():
                yield Batching(problem, groups, group_size, self.unordered)

    @property
    def needs(self) -> tuple[str, ...]:
        """The facets that must be shown."""
        return needs.needed(self.names)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of problems that are drawn."""
        kinds = self.drawn.get("kinds", KINDS)
        return (kinds,) if isinstance(kinds, str) else tuple(kinds)

    @property
    def possible(self) -> Drawn:
        """The options of the problems that are drawn, except their kinds."""
        found = {k: v for k, v in self.drawn.items() if k != "kinds"}
        return {"episodes": EPISODES, **found}  # type: ignore[typeddict-item]

    def episodes(self, groups: int, group_size: int) -> int:
        """The largest number of episodes of a problem with at most `samples` samples."""
        most = EPISODES
        while most > 1 and self.count(most, groups, group_size) > self.samples:
            most -= 1
        return min(most, self.possible["episodes"])

    def count(self, episodes: int, groups: int, group_size: int, unordered: bool | None = None) -> int:
        """The number of samples from `episodes` episodes with one start."""

        def ways(kinds: int, places: int) -> int:
            some = self.unordered if unordered is None else unordered
            return comb(kinds + places - 1, places) if some else kinds**places

        return ways(ways(episodes, group_size), groups)


@dataclass(frozen=True, repr=False)
class Result:
    """The result of an assertion that passed: the problems and sizes at which it was tried."""

    summary: str
    tried: Scope
    batchings: tuple[Batching, ...]
    outcomes: tuple[Outcome, ...]
    lacking: tuple[str, ...] = ()

    @property
    def rung(self) -> Rung:
        """The rung of evidence: exact at given problems, tested at drawn ones."""
        return Rung.EXACT if self.tried.listed else Rung.TESTED

    @property
    def worst(self) -> float:
        """The largest relative deviation."""
        return max((o.deviation for o in self.outcomes), default=0.0)

    @property
    def scope(self) -> str:
        """The problems in words: kinds, sizes, lengths, rewards, discounts, on- or off-policy, groups."""
        found = [batching.problem for batching in self.batchings]
        kinds = Counter(p.kind for p in found)
        ragged = sum(len(set(p.lengths.tolist())) > 1 for p in found)
        per_step = sum(not p.per_sequence for p in found)
        lengths = {int(n) for p in found for n in p.lengths}
        parts = [
            f"{len(found)} problem{'s' if len(found) > 1 else ''} "
            f"({', '.join(f'{n} {kind}' + 's' * (n > 1) for kind, n in kinds.items())})",
            f"|S| = {span(p.S for p in found)}",
            f"|A| = {span(p.A for p in found)}",
            f"T = {span(lengths)}" + (f" (ragged in {ragged})" if ragged else ""),
            f"γ = {' or '.join(sorted({str(p.discount) for p in found}))}",
            _rewards(found) + (f" (per step in {per_step})" if per_step else " (per sequence)" * (max(lengths) > 1)),
            self._on_or_off_policy,
            f"{counted((b.groups for b in self.batchings), 'group', 'groups')} "
            f"of {span(b.group_size for b in self.batchings)}",
        ]
        if "values" in self.tried.names:
            own = sum(p.critic is not None for p in found)
            parts.append("the critic's values are exact" if not own else f"the critic is not exact in {own}")
        return ", ".join(parts)

    @property
    def _on_or_off_policy(self) -> str:
        """Whether samples are on- or off-policy, and the range of the ratios."""
        off = [batching.problem for batching in self.batchings if not batching.problem.on_policy]
        if not off:
            asks = needs.OF_RATIOS[0] in self.tried.needs
            return "ON-POLICY ONLY (all ratios are 1)" if asks else "on-policy"
        ratios = [r for p in off for r in (float(p.weights.min()), float(p.weights.max()))]
        on = len(self.batchings) - len(off)
        words = f"on-policy ({on}) and off-policy" if on else "off-policy"
        return f"{words} (ratios from {min(ratios):.2g} to {max(ratios):.2g})"

    @property
    def not_met(self) -> str:
        """The facets, in words, that no problem showed because the caller's options exclude them."""
        return needs.in_words(self.lacking, self.tried.names)

    @property
    def evidence(self) -> str:
        """The evidence in one line."""
        how = "given" if self.tried.listed else f"drawn by Hypothesis (seed {self.tried.seed})"
        silent = sum(not o.telling and not o.hidden for o in self.outcomes)
        quiet = f", {silent} of them without evidence" if silent else ""
        if blurred := sum(o.hidden for o in self.outcomes):
            quiet += f", {blurred} hidden by rounding"
        return (
            f"problems {how}{quiet}; all samples of each gone through, "
            f"{sum(b.count for b in self.batchings):,} in all; "
            f"float64, equal within {self.tried.rtol:.0e} of lengths, or rounding (worst {self.worst:.1e})"
        )

    def __str__(self) -> str:
        missed = f"\n  not met   {self.not_met}" if self.lacking else ""
        return f"{self.rung}: {self.summary}\n  scope     {self.scope}{missed}\n  evidence  {self.evidence}"

    __repr__ = __str__


def whole(number: object, least: int = 1) -> bool:
    """Whether something is an int (and not a bool) of at least `least`."""
    return isinstance(number, int | np.integer) and not isinstance(number, bool) and bool(number >= least)


def span(numbers: Iterable[int]) -> str:
    """The smallest to the largest of some numbers.

    >>> span([3, 1, 2]), span([2, 2])
    ('1 to 3', '2')
    """
    found = sorted(numbers)
    low, high = found[0], found[-1]
    return str(low) if low == high else f"{low} to {high}"


def _rewards(found: Sequence[Episodes]) -> str:
    """The range of the rewards of some problems."""
    low, high = min(p.rewards.min() for p in found), max(p.rewards.max() for p in found)
    near, far = (f"{float(x):g}".replace("-", "−").replace("e+0", "e") for x in (low, high))
    return f"rewards {near}" if low == high else f"rewards from {near} to {far}"


def counted(numbers: Iterable[int], one: str, several: str) -> str:
    """The smallest to the largest number of some things.

    >>> counted([1, 1], "group", "groups"), counted([1, 2], "group", "groups")
    ('1 group', '1 to 2 groups')
    """
    found = span(numbers)
    return f"{found} {one if found == '1' else several}"


__all__ = ["Drawn", "Options", "Result", "Scope"]
