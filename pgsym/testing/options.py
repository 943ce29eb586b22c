"""Where an assertion about an estimator is tried: at which problems, with what samples, and what came of it."""

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
"""How many samples a drawn problem may have: larger groups are tried at problems with fewer episodes."""
EPISODES: Final = 64
DISCOUNTS: Final = (1, Fraction(1, 2))
"""What is drawn from where the subject asks for a discount."""
TOLERANCE: Final = 1e-12
"""How far apart, relative to their lengths, gradients in float64 may lie: policies that are nearly deterministic cost
a loss some digits of what `moments` promises."""


class Drawn(TypedDict, total=False):
    """What problems are drawn: the largest sizes, and what else.

    `states` bounds states and prompts (2), `actions` actions and tokens (3), `length` steps (3), `episodes` how many
    episodes there are (64).  `off_policy` says whether the behaviour differs from the policy (False; None: in some).
    With `extreme` (True) policies are nearly deterministic, log-ratios and rewards far outside the usual range in some.
    With `critic` (False) they have a value function of their own, not the exact one.  `discounts` are drawn from.
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
    """Where an assertion is tried; the pytest plugin's marker and options set defaults for all of it.

    `problems` to be tried in place of drawn ones: one, several, or a Hypothesis strategy.  `kinds` of problems that are
    drawn ("bandit", "tree", "mdp").  A sample has one of the numbers of `groups`, each of one of the `group_size`.
    `examples` problems are drawn (60), always the same for one `seed` (0), of at most `samples` samples each (10,000).
    `unordered` goes through multisets only.  `names` says what a function's arguments mean.  In float64, gradients are
    equal within `rtol` of their lengths (1e-12), or than rounding may leave.
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
    """The options of an assertion, read; raises EstimatorError for one that is none."""

    groups: tuple[int, ...]
    group_size: tuple[int, ...]
    problems: Any = None
    drawn: Mapping[str, Any] = field(default_factory=dict)
    examples: int = settings.EXAMPLES
    seed: int = settings.SEED
    samples: int = SAMPLES
    unordered: bool = False
    rtol: float = TOLERANCE

    names: frozenset[str] = frozenset()  # of what the subject asks for
    told: frozenset[str] = frozenset()  # the options that were given

    @classmethod
    def of(
        cls,
        given: Mapping[str, Any],
        groups: Iterable[int] = (1, 2),
        group_size: Iterable[int] = (1, 2),
        names: Iterable[str] = (),
    ) -> Scope:
        """The scope of an assertion that is told some options, with its own `groups` and `group_size` where it is not.

        `names` are those of all that its subject asks for: where they ask for it, and nothing else was said, some
        problems are off-policy, and some are discounted.
        """
        asked: dict[str, Any] = {"groups": groups, "group_size": group_size}
        own = {**settings.current(), **given}
        if needed := needs.needed(names):
            asked |= {"off_policy": None} if needs.OF_RATIOS[0] in needed else {}
            asked |= {"discounts": DISCOUNTS} if "discounted" in needed else {}
        told = {**asked, **own}
        for name in told:
            if name not in OPTIONS:
                raise EstimatorError(f"there is no option {name!r}: an option is one of {', '.join(OPTIONS)}")
        drawn = {k: told.pop(k) for k in ("kinds", *Drawn.__annotations__) if k in told}
        told.pop("names", None)
        for name in ("groups", "group_size"):
            several = told[name]
            told[name] = tuple(several) if isinstance(several, Iterable) else (several,)
        if isinstance(told.get("problems"), Episodes):
            told["problems"] = (told["problems"],)
        elif isinstance(told.get("problems"), Iterable):
            told["problems"] = tuple(told["problems"])
        return cls(drawn=drawn, names=frozenset(names), told=frozenset(own), **told)

    def __post_init__(self) -> None:
        for name in ("groups", "group_size"):
            numbers = getattr(self, name)
            if not (numbers and all(map(whole, numbers))):
                raise EstimatorError(f"{name} is a positive int or several, not {numbers!r}")
        for name in ("examples", "samples"):
            if not whole(getattr(self, name)):
                raise EstimatorError(f"{name} is a positive int, not {getattr(self, name)!r}")
        if not (isinstance(self.rtol, int | float) and 0 < self.rtol < 1):
            raise EstimatorError(f"rtol is a number between 0 and 1, not {self.rtol!r}")
        if self.problems is None or hasattr(self.problems, "example"):  # a strategy
            return
        wrong = [p for p in self.problems if not isinstance(p, Episodes)] if self.listed else [self.problems]
        if wrong:
            raise EstimatorError(
                f"problems are an Episodes object, several or a strategy, not a {type(wrong[0]).__name__}"
            )

    @property
    def listed(self) -> bool:
        """Whether the problems were given one by one."""
        return isinstance(self.problems, tuple)

    def sizes(self) -> list[tuple[int, int]]:
        """(groups, group_size) of the samples, the fewest rows first."""
        return sorted(product(self.groups, self.group_size), key=lambda size: (size[0] * size[1], size))

    def batchings(self) -> Iterator[Batching]:
        """Every problem that was given with every size of samples."""
        for problem in self.problems:
            for groups, group_size in self.sizes():
                yield Batching(problem, groups, group_size, self.unordered)

    @property
    def needs(self) -> tuple[str, ...]:
        """What must be met: the facets that the subject asks for."""
        return needs.needed(self.names)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of problems that are drawn."""
        kinds = self.drawn.get("kinds", KINDS)
        return (kinds,) if isinstance(kinds, str) else tuple(kinds)

    @property
    def possible(self) -> Drawn:
        """What is drawn, whatever its kind, with as many episodes as there may be."""
        found = {k: v for k, v in self.drawn.items() if k != "kinds"}
        return {"episodes": EPISODES, **found}  # type: ignore[typeddict-item]

    def episodes(self, groups: int, group_size: int) -> int:
        """How many episodes a problem may have for so many samples at most."""
        most = EPISODES
        while most > 1 and self.count(most, groups, group_size) > self.samples:
            most -= 1
        return min(most, self.possible["episodes"])

    def count(self, episodes: int, groups: int, group_size: int, unordered: bool | None = None) -> int:
        """How many samples there are of so many episodes from one start."""

        def ways(kinds: int, places: int) -> int:
            some = self.unordered if unordered is None else unordered
            return comb(kinds + places - 1, places) if some else kinds**places

        return ways(ways(episodes, group_size), groups)


@dataclass(frozen=True, repr=False)
class Result:
    """What an assertion holds of: the problems and sizes at which it was tried."""

    summary: str
    tried: Scope
    batchings: tuple[Batching, ...]
    outcomes: tuple[Outcome, ...]
    lacking: tuple[str, ...] = ()

    @property
    def rung(self) -> Rung:
        """Exact at problems that were given, tested where they were drawn."""
        return Rung.EXACT if self.tried.listed else Rung.TESTED

    @property
    def worst(self) -> float:
        """The largest relative deviation met."""
        return max((o.deviation for o in self.outcomes), default=0.0)

    @property
    def scope(self) -> str:
        """Where it holds: kinds, sizes, lengths, rewards, discounts, whose samples, groups."""
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
            self._whose,
            f"{counted((b.groups for b in self.batchings), 'group', 'groups')} "
            f"of {span(b.group_size for b in self.batchings)}",
        ]
        if "values" in self.tried.names:
            own = sum(p.critic is not None for p in found)
            parts.append("the critic's values are exact" if not own else f"a critic of its own in {own}")
        return ", ".join(parts)

    @property
    def _whose(self) -> str:
        """Whose samples they are, and how far from one the ratios are."""
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
        """What the subject asks for and none of the problems had, as the caller wished; in words, or nothing."""
        return needs.in_words(self.lacking, self.tried.names)

    @property
    def evidence(self) -> str:
        """How it was found, in a line."""
        how = "given" if self.tried.listed else f"drawn by Hypothesis (seed {self.tried.seed})"
        silent = sum(not o.telling and not o.hidden for o in self.outcomes)
        quiet = f", {silent} of them with nothing to see" if silent else ""
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
    """Whether something is an int, but no bool, and not below the least."""
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
