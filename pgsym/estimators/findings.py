"""The identities that an audit looks at, each with its verdict and the smallest problem where it fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import acos, degrees, isfinite
from typing import TYPE_CHECKING, Any, Final

from pgsym.estimators import invariance
from pgsym.estimators.invariance import Moved, compare
from pgsym.estimators.matching import Kind, common_factor, number
from pgsym.estimators.moments import row
from pgsym.estimators.subject import Subject
from pgsym.estimators.suite import Scope

if TYPE_CHECKING:
    from pgsym.estimators.audit import Reading

HOLDS: Final = "holds"
FAILS: Final = "fails"
NOT_SHOWN: Final = "not shown"

PATTERNS: Final[tuple[tuple[str, Callable[[int], Fraction | None]], ...]] = (
    ("({0} − 1)/{0}", lambda n: Fraction(n - 1, n)),
    ("{0}/({0} − 1)", lambda n: Fraction(n, n - 1) if n > 1 else None),
    ("1/{0}", lambda n: Fraction(1, n)),
    ("{0}", lambda n: Fraction(n)),
    ("{0} − 1", lambda n: Fraction(n - 1)),
    ("1/({0} − 1)", lambda n: Fraction(1, n - 1) if n > 1 else None),
)
"""Factors as functions of a size: of G, the members of a group, or R, the rows of a batch."""


@dataclass(frozen=True)
class Finding:
    """An identity: whether it holds at all problems of the scope, fails at one, or no problem could show it."""

    id: str
    says: str
    verdict: str
    detail: str = ""
    problem: str = ""  # the smallest at which it fails
    scope: str = ""

    def record(self) -> dict[str, Any]:
        """The finding as JSON-ready data."""
        return {
            "id": self.id,
            "says": self.says,
            "verdict": self.verdict,
            "detail": self.detail,
            "problem": self.problem or None,
            "scope": self.scope or None,
        }


def findings(subject: Subject, scope: Scope, readings: Sequence[Reading]) -> tuple[Finding, ...]:
    """All identities of an audit, in the order in which they are shown."""
    silent = singles_are_silent(readings, scope)
    done = [r for r in readings if r.found is not None and not (silent and r.plan.rows == 1)] or list(readings)
    done.sort(key=lambda r: r.size)
    asked = [r for r in done if r.asked]
    off = [r for r in done if not r.case.problem.on_policy and r.case.problem.discount == 1]
    late = [r for r in done if r.case.problem.on_policy and r.case.problem.discount != 1]
    objective = f"∇({scope.objective.name})"
    return (
        _unbiased("unbiased", f"the mean is {objective}", asked),
        _one_factor(objective, scope, asked),
        _direction(objective, asked),
        _unbiased("off-policy", "so it is off-policy", off),
        _unbiased("discounted", "so it is with a discount", late),
        _single(readings),
        _finite(readings),
        *_invariances(subject, done),
    )


def _unbiased(id_: str, says: str, readings: Sequence[Reading]) -> Finding:
    if not readings:
        return Finding(id_, says, NOT_SHOWN, "no problem of the scope shows it")
    drawn = any(r.found.draws for r in readings if r.found is not None)
    for r in readings:
        if r.found is not None and not r.found.unbiased:
            told = f"{r.found.match}: mean {row(r.found.mean)}, gradient {row(r.found.target)}"
            return Finding(id_, says, FAILS, told, r.case.id, r.found.scope)
    return Finding(id_, says, HOLDS, f"{_readings(len(readings))}{', no bias seen in draws' if drawn else ''}")


def _one_factor(objective: str, scope: Scope, asked: Sequence[Reading]) -> Finding:
    says = f"the mean is one positive multiple of {objective}"
    factors: dict[tuple[int, int], Fraction | float] = {}
    for batch in scope.batches:
        at = [r for r in asked if (r.plan.groups, r.plan.members) == batch]
        c = common_factor([r.match for r in at if r.match is not None and not r.match.drawn])
        if c is not None:
            factors[batch] = c
            if c <= 0:
                return Finding("scaled", says, FAILS, f"it is {number(c)} times the gradient", at[0].case.id)
            continue
        for r in at:
            if r.found is not None and r.found.match.kind not in (Kind.EQUAL, Kind.SCALED):
                return Finding("scaled", says, FAILS, str(r.found.match), r.case.id, r.found.scope)
        if (apart := _two_factors(at)) is not None:
            first, second = apart
            assert first.match is not None
            assert second.match is not None
            here, there = number(first.match.factor), number(second.match.factor)
            told = f"{here} times at {first.case.id}, {there} times at {second.case.id}"
            return Finding("scaled", says, FAILS, told, second.case.id, second.found.scope if second.found else "")
    if not factors:
        return Finding("scaled", says, NOT_SHOWN, "no gradient of the scope is other than zero")
    return Finding("scaled", says, HOLDS, in_members(factors))


def _two_factors(readings: Sequence[Reading]) -> tuple[Reading, Reading] | None:
    """Two readings whose factors differ."""
    told = [r for r in readings if r.match is not None and r.match.factor is not None and not r.match.drawn]
    for r in told[1:]:
        assert r.match is not None
        assert told[0].match is not None
        if common_factor([told[0].match, r.match]) is None:
            return told[0], r
    return None


def in_members(factors: Mapping[tuple[int, int], Fraction | float]) -> str:
    """The factors by (groups, members) in words: one number, a function of G, the members of a group, or
    of R, the rows of a batch; else a list.

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
    return ", ".join(f"{number(c)} at {f'G = {m}' if alone else f'{n} × {m}'}" for (n, m), c in factors.items())


def _direction(objective: str, asked: Sequence[Reading]) -> Finding:
    says = f"the mean points the way of {objective}"
    shown = [r for r in asked if r.match is not None and r.match.cosine is not None]
    if not shown:
        return Finding("direction", says, NOT_SHOWN, "no gradient of the scope is other than zero")
    for r in asked:
        if r.match is not None and r.match.kind is Kind.APPEARS and r.found is not None:
            return Finding("direction", says, FAILS, str(r.match), r.case.id, r.found.scope)
    worst = min(shown, key=lambda r: round(_cosine(r), 9))
    first = next(
        r for r in shown if (r.match is not None and (r.match.kind is Kind.TURNED or _cosine(r) < 0)) or r is worst
    )
    if _cosine(worst) == 1.0:
        return Finding("direction", says, HOLDS, _readings(len(shown)))
    told = f"turned by up to {degrees(acos(max(-1.0, _cosine(worst)))):.4g}° (cosine {_cosine(worst):.12g})"
    return Finding("direction", says, FAILS, told, first.case.id, first.found.scope if first.found else "")


def _cosine(reading: Reading) -> float:
    """The cosine of the angle to the gradient, 1 exactly where it is parallel."""
    return 1.0 if reading.match is None or reading.match.cosine is None else reading.match.cosine


def _finite(readings: Sequence[Reading]) -> Finding:
    says = "every estimate is a finite number"
    failed = [r for r in readings if r.failed]
    if not failed:
        return Finding("finite", says, HOLDS, _readings(sum(r.found is not None for r in readings)))
    r = min(failed, key=lambda r: r.size)
    return Finding("finite", says, FAILS, r.why, r.case.id, _batch(r))


def singles_are_silent(readings: Sequence[Reading], scope: Scope) -> bool:
    """Whether single members teach nothing and nobody asked for them: they are told of, but not held against it."""
    alone = [r for r in readings if r.plan.rows == 1 and r.case.problem.on_policy]
    return not scope.chosen and bool(alone) and all(r.silent for r in alone)


def _single(readings: Sequence[Reading]) -> Finding:
    """Whether groups of one member teach anything."""
    says = "a group of one member teaches something"
    alone = [r for r in readings if r.plan.rows == 1 and r.case.problem.on_policy]
    if not alone:
        return Finding("single", says, NOT_SHOWN, "no group of the scope has one member")
    if all(r.silent for r in alone):
        r = alone[0]
        return Finding("single", says, FAILS, "every estimate is zero" if r.found else "none is finite", r.case.id)
    return Finding("single", says, HOLDS, _readings(len(alone)))


def _batch(reading: Reading) -> str:
    return f"{reading.plan.groups} group{'s' if reading.plan.groups > 1 else ''} of {reading.plan.members}"


INVARIANCES: Final[tuple[tuple[str, str, invariance.Change, int], ...]] = (
    ("shift", "no estimate changes when all episodes are paid 1 more", invariance.rewards_shifted, 2),
    ("padding", "no estimate changes with what stands in the padding", invariance.padding_filled, 2),
    ("padding-length", "no estimate changes with one more padded step", invariance.padding_longer, 2),
    ("order", "no estimate changes with the order of the members", invariance.members_reordered, 4),
    ("partition", "the estimates of micro-batches average to the batch's", invariance.micro_batches, 8),
)
"""What should change nothing, and the most rows of a batch where it is tried (if all have more, in the smallest)."""


def _invariances(subject: Subject, readings: Sequence[Reading]) -> tuple[Finding, ...]:
    out: list[Finding] = []
    for id_, says, change, rows in INVARIANCES:
        least = max(rows, min((r.plan.rows for r in readings), default=0))
        at = [r for r in readings if r.plan.rows <= least]
        seen = [(r, m) for r in at if (m := compare(subject.estimator, r.plan, change)) is not None]
        if id_ == "shift":
            out.append(
                _invariant("shift-mean", "the mean does not change when all episodes are paid 1 more", seen, True)
            )
        found = _invariant(id_, says, seen)
        if id_ == "padding" and found.verdict == HOLDS:
            found = _with_nan(found, subject, [r for r, _ in seen])
        out.append(found)
    return tuple(out)


def _invariant(id_: str, says: str, seen: Sequence[tuple[Reading, Moved]], of_mean: bool = False) -> Finding:
    if not seen:
        return Finding(id_, says, NOT_SHOWN, "no problem of the scope shows it")
    for r, m in seen:
        scope = r.found.scope if r.found is not None else ""
        if of_mean and m.mean_moved:
            told = f"an entry of the mean is {_short(m.mean_before)} and becomes {_short(m.mean_after)}"
            return Finding(id_, says, FAILS, told, r.case.id, scope)
        if m.moved and not of_mean:
            told = f"{_short(m.before)} becomes {_short(m.after)}, {m.said}"
            return Finding(id_, says, FAILS, told, r.case.id, scope)
    return Finding(id_, says, HOLDS, _readings(len(seen)))


def _short(value: float) -> str:
    """A float in twelve digits, as a fraction where it is one."""
    return str(value) if not isfinite(value) else number(float(f"{value:.12g}"))


def _with_nan(found: Finding, subject: Subject, readings: Sequence[Reading]) -> Finding:

    seen = [
        m for r in readings if (m := compare(subject.estimator, r.plan, invariance.padding_not_a_number)) is not None
    ]
    also = "NaN spreads from it" if any(m.moved for m in seen) else "NaN too"
    return replace(found, detail=f"{found.detail}; {also}")


def _readings(count: int) -> str:
    return f"{count} reading{'s' if count != 1 else ''}"


__all__ = ["FAILS", "HOLDS", "NOT_SHOWN", "Finding", "findings", "in_members"]
