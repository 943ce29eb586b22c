"""The identities that an audit looks at, each with its verdict and the smallest problem where it fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from pgsym.estimators import invariance
from pgsym.estimators.comparison import Kind, common_factor, number
from pgsym.estimators.exact_moments import row
from pgsym.estimators.invariance import Moved, compare
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
    """An identity: whether it holds at all problems of the scope, fails at one, or no problem could show it.

    `detail` says by how much, `problem` where first, with which `batch` and in which `scope`, and
    `numbers` what was found there.
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
    objective = f"∇({scope.objective.name})"
    return (
        _unbiased("unbiased", "unbiased", f"the mean is {objective}", asked),
        _one_factor(objective, scope, asked),
        _direction(objective, asked),
        _unbiased("off-policy", "unbiased off-policy", f"the mean is {objective} off-policy", off),
        _unbiased("discounted", "unbiased, discounted", f"the mean is {objective} with a discount", late),
        _single(readings),
        _finite(readings),
        *_invariances(subject, done),
    )


def _fails(about: tuple[str, str, str], detail: str, reading: Reading, numbers: str = "") -> Finding:
    found = reading.found
    told = numbers or ("" if found is None else f"mean {row(found.mean)}, gradient {row(found.target)}")
    scope = "" if found is None else found.scope
    return Finding(*about, FAILS, detail, reading.case.id, _batch(reading), scope, told)


def _unbiased(id_: str, name: str, summary: str, readings: Sequence[Reading]) -> Finding:
    about = id_, name, summary
    if not readings:
        return Finding(*about, NOT_SHOWN, NO_PROBLEM)
    for r in readings:
        if r.found is not None and not r.found.unbiased:
            return _fails(about, str(r.comparison), r)
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
            first, second = apart
            return _fails(about, f"{_factor(first)} at {first.case.id}, but {_factor(second)}", second)
    if not factors:
        return Finding(*about, NOT_SHOWN, _silence(asked))
    return Finding(*about, HOLDS, f"the factor {in_members(factors)}")


def _factor(reading: Reading) -> str:
    assert reading.comparison is not None
    return number(reading.comparison.factor)


def _two_factors(readings: Sequence[Reading]) -> tuple[Reading, Reading] | None:
    """Two readings whose factors differ."""
    told = [
        r for r in readings if r.comparison is not None and r.comparison.factor is not None and not r.comparison.drawn
    ]
    for r in told[1:]:
        assert r.comparison is not None
        assert told[0].comparison is not None
        if common_factor([told[0].comparison, r.comparison]) is None:
            return told[0], r
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


def _direction(objective: str, asked: Sequence[Reading]) -> Finding:
    about = "direction", "direction", f"the mean points the way of {objective}"
    for r in asked:
        if r.comparison is not None and r.comparison.kind in (Kind.APPEARS, Kind.VANISHES):
            return _fails(about, str(r.comparison), r)
    shown = [r for r in asked if r.comparison is not None and r.comparison.cosine is not None]
    if not shown:
        return Finding(*about, NOT_SHOWN, _silence(asked))
    turned = [r for r in shown if _angle(r) > 0.0]
    if not turned:
        return Finding(*about, HOLDS, _readings(len(shown)))
    worst = max(turned, key=lambda r: float(f"{_angle(r):.9g}"))
    assert worst.comparison is not None
    at = f"{worst.comparison.cosine_told} at {worst.case.id}".strip()
    return _fails(about, f"turned by up to {worst.comparison.turn()} ({at})", turned[0])


def _silence(asked: Sequence[Reading]) -> str:
    """Why no reading tells of a factor, or of a direction."""
    return DRAWN if any(r.comparison is not None and r.comparison.drawn for r in asked) else NO_GRADIENT


def _angle(reading: Reading) -> float:
    """The angle to the gradient in degrees, 0 exactly where it is parallel."""
    m = reading.comparison
    if m is None or m.angle is None or (m.kind is not Kind.BIASED_DIRECTION and m.angle < 90):
        return 0.0
    return m.angle


def _finite(readings: Sequence[Reading]) -> Finding:
    about = "finite", "finite", "every estimate is a finite number, of a mean that rounding leaves to be seen"
    failed = [r for r in readings if r.failed]
    if not failed:
        return Finding(*about, HOLDS, _readings(sum(r.found is not None for r in readings)))
    r = min(failed, key=lambda r: r.size)
    return _fails(about, f"not at {len(failed)} of {_readings(len(readings))}", r, r.why)


def singles_are_silent(readings: Sequence[Reading], scope: Scope) -> bool:
    """Whether single members teach nothing and nobody asked for them: they are told of, but not held against it."""
    alone = [r for r in readings if r.batching.rows == 1 and r.case.problem.on_policy]
    return not scope.chosen and bool(alone) and all(r.silent for r in alone)


def _single(readings: Sequence[Reading]) -> Finding:
    """Whether groups of one member teach anything."""
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


INVARIANCES: Final[tuple[tuple[tuple[str, str, str], invariance.Change, int], ...]] = (
    (
        ("shift", "shift of rewards", "no estimate changes when all episodes are paid 1 more"),
        invariance.rewards_shifted,
        2,
    ),
    (("padding", "padding", "no estimate changes with what stands in the padding"), invariance.padding_filled, 2),
    (
        ("padding-length", "longer padding", "no estimate changes with one more padded step"),
        invariance.padding_longer,
        2,
    ),
    (
        ("order", "order of members", "no estimate changes with the order of the members"),
        invariance.members_reordered,
        4,
    ),
    (
        ("partition", "micro-batches", "the estimates of micro-batches average to the batch's"),
        invariance.micro_batches,
        8,
    ),
)
"""What should change nothing, and the most rows of a batch where it is tried (if all have more, in the smallest)."""
MEAN_SHIFT: Final = ("shift-mean", "shift, in the mean", "the mean does not change when all episodes are paid 1 more")


def _invariances(subject: Subject, readings: Sequence[Reading]) -> tuple[Finding, ...]:
    out: list[Finding] = []
    for about, change, rows in INVARIANCES:
        least = max(rows, min((r.batching.rows for r in readings), default=0))
        at = [r for r in readings if r.batching.rows <= least]
        seen = [(r, m) for r in at if (m := compare(subject.estimator, r.batching, change)) is not None]
        if about[0] == "shift":
            out.append(_invariant(MEAN_SHIFT, seen, of_mean=True))
        found = _invariant(about, seen)
        if about[0] == "padding" and found.verdict == HOLDS:
            found = _with_nan(found, subject, [r for r, _ in seen])
        out.append(found)
    return tuple(out)


def _invariant(about: tuple[str, str, str], seen: Sequence[tuple[Reading, Moved]], of_mean: bool = False) -> Finding:
    if not seen:
        return Finding(*about, NOT_SHOWN, NO_PROBLEM)
    for r, m in seen:
        if of_mean and m.mean_moved:
            change = f"{_short(m.mean_before)} becomes {_short(m.mean_after)}"
            return _fails(about, change, r, f"an entry of the mean: {change}")
        if m.moved and not of_mean:
            change = f"{_short(m.before)} becomes {_short(m.after)}"
            return _fails(about, change, r, f"an entry of the estimate, {m.said}: {change}")
    return Finding(*about, HOLDS, _readings(len(seen)))


def _short(value: float) -> str:
    """A float in twelve digits, as a fraction where it is one."""
    return str(value) if not isfinite(value) else number(float(f"{value:.12g}"))


def _with_nan(found: Finding, subject: Subject, readings: Sequence[Reading]) -> Finding:
    change = invariance.padding_not_a_number
    seen = [m for r in readings if (m := compare(subject.estimator, r.batching, change)) is not None]
    also = "but NaN spreads from it" if any(m.moved for m in seen) else "NaN too"
    return replace(found, detail=f"{found.detail}; {also}")


def _readings(count: int) -> str:
    return f"{count} reading{'s' if count != 1 else ''}"


__all__ = ["FAILS", "HOLDS", "NOT_SHOWN", "Finding", "findings", "in_members"]
