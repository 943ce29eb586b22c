"""The identities that an audit checks, each with its verdict and the smallest problem where it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from pgsym.errors import EstimatorError
from pgsym.estimators.checks import IsGradient, OrderIgnored, PaddingIgnored, Partition, ShiftIgnored
from pgsym.estimators.checks.samplewise import Samplewise
from pgsym.estimators.comparison import Comparison, Kind, common_factor, number
from pgsym.estimators.exact_moments import row
from pgsym.estimators.problems import Scope
from pgsym.estimators.subject import Subject

if TYPE_CHECKING:
    from pgsym.estimators.measurement import Reading

HOLDS: Final = "holds"
FAILS: Final = "fails"
NOT_SHOWN: Final = "not shown"
NO_PROBLEM: Final = "no problem of the scope shows it"
DRAWN: Final = "samples that are drawn do not show it"
NO_GRADIENT: Final = "no gradient of the scope is other than zero"

AFTER_A_CHANGE: Final = 1e-9
"""The change of an estimate, relative to the longest estimate, up to which it counts as the same."""
LARGEST: Final = 1000
"""The largest number of samples of a problem that are compared one by one."""
GARBAGE: Final = 7.0
"""The number that replaces the zeros in the padding."""

About = tuple[str, str, str]
"""The id, the name and the sentence of an identity."""
PATTERNS: Final[tuple[tuple[str, Callable[[int], Fraction | None]], ...]] = (
    ("({0} − 1)/{0}", lambda n: Fraction(n - 1, n)),
    ("{0}/({0} − 1)", lambda n: Fraction(n, n - 1) if n > 1 else None),
    ("1/{0}", lambda n: Fraction(1, n)),
    ("{0}", lambda n: Fraction(n)),
    ("{0} − 1", lambda n: Fraction(n - 1)),
    ("1/({0} − 1)", lambda n: Fraction(1, n - 1) if n > 1 else None),
)
"""Factors as functions of a size: of the group size G, or of the number of rows R of a batch."""


@dataclass(frozen=True)
class Finding:
    """An identity and its verdict: it holds at all problems of the scope, fails at one, or no problem could show it.

    If it fails, `problem` is the first problem where it does, with its `batch` and `scope`; `detail` says by how much,
    and `numbers` has the numbers found there.
    """

    id: str
    name: str
    summary: str
    verdict: str
    detail: str = ""
    problem: str = ""
    batch: str = ""
    scope: str = ""
    numbers: str = ""

    def record(self) -> dict[str, Any]:
        """The finding as JSON-ready data."""
        return {
            "id": self.id,
            "name": self.name,
            "summary": self.summary,
            "verdict": self.verdict,
            "detail": self.detail,
            "problem": self.problem or None,
            "batch": self.batch or None,
            "scope": self.scope or None,
            "numbers": self.numbers or None,
        }


def findings(subject: Subject, scope: Scope, readings: Sequence[Reading]) -> tuple[Finding, ...]:
    """All identities of an audit, in the order in which they are shown."""
    silent = singles_are_silent(readings, scope)
    done = [r for r in readings if r.found is not None and not (silent and r.batching.rows == 1)] or list(readings)
    done.sort(key=lambda r: r.size)
    asked = [r for r in done if r.asked]
    off = [r for r in done if not r.case.problem.on_policy and r.case.problem.discount == 1]
    late = [r for r in done if r.case.problem.on_policy and r.case.problem.discount != 1]
    gradient = f"∇({scope.objective.name})"
    check = IsGradient(subject.estimator, scope.objective)
    return (
        _unbiased(("unbiased", "unbiased", f"the mean is {gradient}"), check, asked),
        _one_factor(gradient, scope, asked),
        _direction(gradient, replace(check, direction=True), asked),
        _unbiased(("off-policy", "unbiased off-policy", f"the mean is {gradient} off-policy"), check, off),
        _unbiased(("discounted", "unbiased, discounted", f"the mean is {gradient} with a discount"), check, late),
        _single(readings),
        _finite(readings),
        *_unchanged(subject, done),
    )


def _fails(about: About, detail: str, reading: Reading, numbers: str = "") -> Finding:
    found = reading.found
    shown = numbers or ("" if found is None else f"mean {row(found.mean)}, gradient {row(found.target)}")
    scope = "" if found is None else found.scope
    return Finding(*about, FAILS, detail, reading.case.id, _batch(reading), scope, shown)


def _unbiased(about: About, check: IsGradient, readings: Sequence[Reading]) -> Finding:
    if not readings:
        return Finding(*about, NOT_SHOWN, NO_PROBLEM)
    for r in readings:
        if r.found is not None and not (outcome := check.of(r.found)).holds:
            return _fails(about, str(outcome.comparison), r)
    drawn = any(r.found.draws for r in readings if r.found is not None)
    return Finding(*about, HOLDS, f"{_readings(len(readings))}{', no bias seen in draws' if drawn else ''}")


def _one_factor(objective: str, scope: Scope, asked: Sequence[Reading]) -> Finding:
    about = "scaled", "one factor", f"the mean is {objective} times one positive factor for each size of a batch"
    factors: dict[tuple[int, int], Fraction | float] = {}
    for batch in scope.batches:
        at = [r for r in asked if (r.batching.groups, r.batching.group_size) == batch]
        c = common_factor([r.comparison for r in at if r.comparison is not None and not r.comparison.drawn])
        if c is not None:
            factors[batch] = c
            if c <= 0:
                return _fails(about, f"the factor is {number(c)}", at[0])
            continue
        for r in at:
            if r.comparison is not None and r.comparison.kind not in (Kind.EQUAL, Kind.SCALED):
                return _fails(about, str(r.comparison), r)
        if (apart := _two_factors(at)) is not None:
            (first, factor), (second, other) = apart
            return _fails(about, f"{factor} at {first.case.id}, but {other}", second)
    if not factors:
        return Finding(*about, NOT_SHOWN, _why_not_shown(asked))
    return Finding(*about, HOLDS, f"the factor {in_members(factors)}")


def _two_factors(readings: Sequence[Reading]) -> tuple[tuple[Reading, str], tuple[Reading, str]] | None:
    """Two readings whose factors differ, each with its factor."""
    factors = [(r, c) for r in readings if (c := r.comparison) is not None and c.factor is not None and not c.drawn]
    for r, c in factors[1:]:
        if common_factor([factors[0][1], c]) is None:
            return (factors[0][0], number(factors[0][1].factor)), (r, number(c.factor))
    return None


def in_members(factors: Mapping[tuple[int, int], Fraction | float]) -> str:
    """The factors by (groups, group_size) in words: one number, a function of the group size G or
    of the number of rows R; else a list.

    >>> in_members({(1, 2): Fraction(1, 2), (1, 3): Fraction(2, 3)})
    '(G − 1)/G'
    """
    if len({round(float(c), 12) for c in factors.values()}) == 1:
        return number(next(iter(factors.values())))
    for letter, sizes in (("G", [m for _, m in factors]), ("R", [n * m for n, m in factors])):
        if len(set(sizes)) > 1:
            for form, of in PATTERNS:
                if all(c == of(n) for n, c in zip(sizes, factors.values(), strict=True)):
                    return form.format(letter)
    alone = all(n == 1 for n, _ in factors)
    each = ", ".join(f"{number(c)} at {f'G = {m}' if alone else f'{n} × {m}'}" for (n, m), c in factors.items())
    return each if alone else f"{each} (groups × group size)"


def _direction(gradient: str, check: IsGradient, asked: Sequence[Reading]) -> Finding:
    about = "direction", "direction", f"the mean points the way of {gradient}"
    shown: list[tuple[Reading, Comparison]] = []
    turned: list[tuple[Reading, Comparison]] = []
    for r in asked:
        outcome = None if r.found is None else check.of(r.found)
        if outcome is None or (c := outcome.comparison) is None:
            continue
        if c.kind in (Kind.APPEARS, Kind.VANISHES):
            return _fails(about, str(c), r)
        if c.cosine is not None:
            shown.append((r, c))
            turned += [] if outcome.holds else [(r, c)]
    if not shown:
        return Finding(*about, NOT_SHOWN, _why_not_shown(asked))
    if not turned:
        return Finding(*about, HOLDS, _readings(len(shown)))
    worst, lies = max(turned, key=lambda seen: float(f"{seen[1].angle or 0.0:.9g}"))
    at = f"{lies.cosine_in_words} at {worst.case.id}".strip()
    return _fails(about, f"turned by up to {lies.turn()} ({at})", turned[0][0])


def _why_not_shown(asked: Sequence[Reading]) -> str:
    """The reason why no reading shows a factor or a direction."""
    return DRAWN if any(r.comparison is not None and r.comparison.drawn for r in asked) else NO_GRADIENT


def _finite(readings: Sequence[Reading]) -> Finding:
    about = "finite", "finite", "every estimate is a finite number, of a mean that rounding leaves to be seen"
    failed = [r for r in readings if r.failed]
    if not failed:
        return Finding(*about, HOLDS, _readings(sum(r.found is not None for r in readings)))
    r = min(failed, key=lambda r: r.size)
    return _fails(about, f"not at {len(failed)} of {_readings(len(readings))}", r, r.why)


def singles_are_silent(readings: Sequence[Reading], scope: Scope) -> bool:
    """Whether all estimates of single members are zero and nobody chose such batches; then they are no failures."""
    alone = [r for r in readings if r.batching.rows == 1 and r.case.problem.on_policy]
    return not scope.chosen and bool(alone) and all(r.silent for r in alone)


def _single(readings: Sequence[Reading]) -> Finding:
    """The finding whether some estimate of a single member is not zero."""
    about = "single", "single members", "a group of one member teaches something"
    alone = [r for r in readings if r.batching.rows == 1 and r.case.problem.on_policy]
    if not alone:
        return Finding(*about, NOT_SHOWN, "no group of the scope has one member")
    if all(r.silent for r in alone):
        return _fails(
            about, "every estimate is zero" if alone[0].found else "no estimate is finite", alone[0], alone[0].why
        )
    return Finding(*about, HOLDS, _readings(len(alone)))


def _batch(reading: Reading) -> str:
    return (
        f"{reading.batching.groups} group{'s' if reading.batching.groups > 1 else ''} of {reading.batching.group_size}"
    )


def _unchanged(subject: Subject, readings: Sequence[Reading]) -> Iterator[Finding]:
    """The findings about changes that should not change estimates, tried at batches with few rows."""
    estimator, least = subject.estimator, min((r.batching.rows for r in readings), default=0)

    def up_to(rows: int) -> list[Reading]:
        return [r for r in readings if r.batching.rows <= max(rows, least)]

    def shift(of_mean: bool) -> Samplewise:
        return ShiftIgnored(estimator, of_mean, rtol=AFTER_A_CHANGE, beside_longest=True)

    def padding(fills: tuple[float, ...], more: int) -> Samplewise:
        return PaddingIgnored(estimator, fills, more, rtol=AFTER_A_CHANGE, beside_longest=True)

    few, longer = up_to(2), [r for r in up_to(2) if r.case.problem.T > 1]
    several = [r for r in up_to(8) if r.batching.groups > 1]
    in_mean = "the mean does not change when all episodes are paid 1 more"
    yield _change_ignored(("shift-mean", "shift, in the mean", in_mean), shift(of_mean=True), few)
    yield _change_ignored(
        ("shift", "shift of rewards", "no estimate changes when all episodes are paid 1 more"),
        shift(of_mean=False),
        few,
    )
    about = "padding", "padding", "no estimate changes with what stands in the padding"
    found = _change_ignored(about, padding((GARBAGE,), 0), few)
    if found.verdict == HOLDS:
        spreads = _change_ignored(about, padding((float("nan"),), 0), few).verdict == FAILS
        found = replace(found, detail=f"{found.detail}; {'but NaN spreads from it' if spreads else 'NaN too'}")
    yield found
    about = "padding-length", "longer padding", "no estimate changes with one more padded step"
    yield _change_ignored(about, padding((), 1), longer)
    about = "order", "order of members", "no estimate changes with the order of the members"
    yield _change_ignored(about, OrderIgnored(estimator, rtol=AFTER_A_CHANGE, beside_longest=True), up_to(4))
    about = "partition", "micro-batches", "the estimates of micro-batches average to the batch's"
    yield _change_ignored(about, Partition(estimator, rtol=AFTER_A_CHANGE, beside_longest=True), several)


def _change_ignored(about: About, check: Samplewise, readings: Sequence[Reading]) -> Finding:
    """The finding whether a change leaves all estimates the same, where it can be made and samples are few."""
    shown = 0
    for r in readings:
        if r.batching.count > LARGEST or not check.applies(r.batching):
            continue
        try:
            outcome = check.judge(r.batching)
        except EstimatorError:  # there is no estimate before the change
            continue
        if outcome.change is not None and not outcome.holds:
            change = " becomes ".join(map(_short, outcome.change.entry))
            return _fails(about, change, r, f"an entry of {outcome.change.of}: {change}")
        shown += 1
    return Finding(*about, HOLDS, _readings(shown)) if shown else Finding(*about, NOT_SHOWN, NO_PROBLEM)


def _short(value: float) -> str:
    """A float in twelve digits, as a fraction where it is one."""
    return str(value) if not isfinite(value) else number(float(f"{value:.12g}"))


def _readings(count: int) -> str:
    return f"{count} reading{'s' if count != 1 else ''}"


__all__ = ["FAILS", "HOLDS", "NOT_SHOWN", "Finding", "findings", "in_members"]
