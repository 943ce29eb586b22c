"""Audits: a user's loss or estimator is compared with the exact gradient at many small problems."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pgsym.errors import EstimatorError, TooLarge, UnusableOption
from pgsym.estimators.asked import RATIOS, asked
from pgsym.estimators.batches import Batching
from pgsym.estimators.comparison import Kind, common_factor, number
from pgsym.estimators.diagnosis import different, guess, observed
from pgsym.estimators.findings import Finding, findings, in_members, singles_are_silent
from pgsym.estimators.measurement import Reading, reading_of
from pgsym.estimators.peers import Rival, known_estimators, rivals
from pgsym.estimators.problems import Scope, cases
from pgsym.estimators.subject import Subject

if TYPE_CHECKING:
    from pgsym.estimators.catalogue import KnownEstimator

EXPECTED: Final = ("unbiased", "scaled", "turned")
SCHEMA: Final = 2
"""The version of the JSON record; it changes if a field is dropped or changes its meaning, not if one is added."""


@dataclass(frozen=True, eq=False)
class LossAudit:
    """The result of an audit: the readings, smallest first, and the identities that hold or fail."""

    subject: Subject
    scope: Scope
    expected: str
    readings: tuple[Reading, ...]
    identities: tuple[Finding, ...]
    hint: tuple[str, str] | None  # the pattern's id, and a sentence
    rivals: tuple[Rival, ...]

    @property
    def name(self) -> str:
        """The estimator's name."""
        return self.subject.estimator.name

    @cached_property
    def asked(self) -> tuple[Reading, ...]:
        """The readings that the verdict depends on."""
        return tuple(r for r in self.readings if r.asked and r.found is not None)

    @property
    def left_out(self) -> tuple[Reading, ...]:
        """The readings without moments; each says why."""
        return tuple(r for r in self.readings if r.found is None)

    @property
    def factors(self) -> dict[tuple[int, int], Fraction | float]:
        """The common factor of all means by (groups, group_size), for those batches that have one."""
        out = {}
        for batch in self.scope.batches:
            at = [
                r.comparison
                for r in self.asked
                if r.comparison is not None and not r.comparison.drawn and r.batch == batch
            ]
            if at and (c := common_factor(at)) is not None:
                out[batch] = c
        return out

    @property
    def verdict(self) -> str:
        """unbiased, scaled (by a positive factor for each batch), turned (by less than 90°, if at all) or wrong."""
        matches = [r.found.comparison for r in self.asked if r.found is not None]
        if any(r.asked and r.failed for r in self.readings):
            return "wrong"
        if all(m.equal for m in matches):
            return "unbiased"
        if self._parallel and all(c > 0 for c in self.factors.values()):
            return "scaled"
        upwards = all(m.equal or m.kind is Kind.APPEARS or (m.cosine or 0) > 0 for m in matches)
        return "turned" if upwards else "wrong"

    @property
    def _parallel(self) -> bool:
        """Whether each batch has one factor for all means; it may be negative or zero."""
        tell = {r.batch for r in self.asked if r.comparison is not None and r.comparison.factor is not None}
        appears = any(
            r.comparison is not None and r.comparison.kind in (Kind.APPEARS, Kind.BIASED_DIRECTION) for r in self.asked
        )
        return not appears and tell <= set(self.factors)

    @property
    def worst(self) -> Reading | None:
        """The smallest reading that is biased; None if there is none."""
        biased = [r for r in self.asked if r.found is not None and not r.found.unbiased]
        return min(biased, key=lambda r: r.size, default=None)

    @property
    def as_expected(self) -> bool:
        """Whether the verdict is the expected one; unbiased also counts if scaled is expected."""
        allowed = {"unbiased": ("unbiased",), "scaled": ("unbiased", "scaled"), "turned": ("turned",)}
        return self.verdict in allowed[self.expected]

    @property
    def samples(self) -> int:
        """The number of samples that were enumerated or drawn."""
        return sum(r.found.samples for r in self.readings if r.found is not None)

    @property
    def rung(self) -> str:
        """The rung of evidence: tested if any samples were drawn, else exact."""
        return "tested" if any(r.found.draws for r in self.readings if r.found is not None) else "exact"

    @property
    def sizes(self) -> str:
        """The range of the verdict in words: on- or off-policy, numbers of actions, steps and members, rewards."""
        found = [r.batching for r in self.asked] or [r.batching for r in self.readings]
        problems = [batching.problem for batching in found]
        low, high = min(p.rewards.min() for p in problems), max(p.rewards.max() for p in problems)
        discounts = sorted({str(p.discount) for p in problems} - {"1"})
        parts = [
            "on- and off-policy" if not all(p.on_policy for p in problems) else "on-policy",
            f"|A| = {_span(p.A for p in problems)}",
            f"T = {_span(n for p in problems for n in p.lengths.tolist())}",
            f"groups of {_span(batching.group_size for batching in found)}",
            f"rewards from {number(low)} to {number(high)}".replace("-", "−"),
            *([f"γ = 1 or {' or '.join(discounts)}"] if discounts else []),
        ]
        return ", ".join(parts)

    @property
    def summary(self) -> str:
        """The verdict in a sentence."""
        of = f"∇({self.scope.objective.name})"
        many = sum(r.asked for r in self.readings)
        at = f"at all {many} readings asked for ({self.sizes})"
        if len(self.asked) < many:
            at = f"at {len(self.asked)} of {many} readings asked for ({self.sizes})"
        if self.rung == "tested":
            at = f"as far as {len(self.asked)} readings show, some of them with drawn samples ({self.sizes})"
        if self.verdict == "unbiased":
            return f"the mean is {of} {at}"
        if self.verdict == "turned":
            flat = sum(r.comparison is not None and r.comparison.kind is Kind.APPEARS for r in self.asked)
            beside = f"; at {flat} of them the gradient is zero but the mean is not" if flat else ""
            return f"the mean is not {of}, but stays less than 90° from it {at}{beside}"
        if any(r.asked and r.failed for r in self.readings):
            failed = sum(r.asked and r.failed for r in self.readings)
            return f"there is no estimate to judge at {failed} of {many} readings asked for"
        if self._parallel:
            return f"the mean is {of} times {in_members(self.factors)} {at}"
        return f"the mean is not {of}, and does not always point in its direction"

    def record(self) -> dict[str, Any]:
        """The audit as JSON-ready data, fractions as strings; the fields of version 2:

        schema, estimator, reference, kind, objective, expected, verdict, as_expected, rung, samples
        scope        what was asked: problems, batches, length, vocabulary, end, off_policy, discount, …
        identities   id, name, summary, verdict (holds, fails, not shown), detail, and problem, batch, scope,
                     numbers of the smallest that fails
        factors      groups, group_size, factor: the exact multiple of the gradient that the mean is
        hint         pattern, summary; null without one
        smallest     the smallest reading that is biased, with gradient, mean and bias; null if none is
        readings     every problem with every batch: problem, groups, group_size, asked, comparison, mean, gradient, …
        variances    problem, estimator, variance, mean_squared_error, comparison: the estimator beside known ones
        """
        return {
            "schema": SCHEMA,
            "estimator": self.name,
            "reference": self.subject.reference,
            "kind": self.subject.kind,
            "objective": self.scope.objective.name,
            "expected": self.expected,
            "verdict": self.verdict,
            "as_expected": self.as_expected,
            "rung": self.rung,
            "samples": self.samples,
            "scope": self.scope.record(),
            "identities": [i.record() for i in self.identities],
            "factors": [{"groups": n, "group_size": m, "factor": number(c)} for (n, m), c in self.factors.items()],
            "hint": None if self.hint is None else dict(zip(("pattern", "summary"), self.hint, strict=True)),
            "smallest": None if self.worst is None else self.worst.record(),
            "readings": [r.record() for r in self.readings],
            "variances": [r.record() for r in self.rivals],
        }


def audit_loss(
    subject: Subject,
    scope: Scope,
    expected: str = "unbiased",
    known: Sequence[KnownEstimator] | None = None,
    watched: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> LossAudit:
    """The audit of an estimator at all problems of a scope.

    `known` are the estimators whose variances are compared, by default those of the catalogue; `watched` may show the
    progress.  Raises EstimatorError if the estimator fails at every problem, and TooLarge if a batch that was asked
    for has too many samples at every problem.

    >>> from pgsym.estimators import from_advantages
    >>> from pgsym.estimators.subject import Subject
    >>> def group_mean(returns):
    ...     return returns - returns.mean(axis=1, keepdims=True)
    >>> scope = Scope(kinds=("bandit",), batches=((1, 2), (1, 3)))
    >>> print(audit_loss(Subject(from_advantages(group_mean), "advantages", "group_mean", True), scope, known=()).summary)
    the mean is ∇(J) times (G − 1)/G at all 14 readings asked for (on-policy, |A| = 2 to 5, T = 1, groups of 2 to 3, rewards from −40 to 1000)
    """  # noqa: E501
    if expected not in EXPECTED:
        raise UnusableOption(f"the expected verdict must be one of {', '.join(EXPECTED)}, not {expected!r}")
    if scope.off_policy is None:
        scope = replace(scope, off_policy=not RATIOS.isdisjoint(asked(subject.estimator)))
    batchings = [(c, Batching(c.problem, *batch)) for c in cases(scope) for batch in scope.batches]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        readings = tuple(reading_of(subject, scope, case, batching) for case, batching in watched(batchings))
        _check_readings(readings, scope)
        readings = _without_silent_batches(readings, scope)
        compared = rivals(subject, scope, readings, known_estimators() if known is None else known)
        found = LossAudit(subject, scope, expected, readings, findings(subject, scope, readings), None, compared)
        return _with_hint(found)


def _span(numbers: Iterable[int]) -> str:
    found = sorted(numbers)
    return str(found[0]) if found[0] == found[-1] else f"{found[0]} to {found[-1]}"


def _check_readings(readings: Sequence[Reading], scope: Scope) -> None:
    """Raise an error if there is no reading at all, or none of a batch that the caller chose."""
    for batch in scope.batches:
        at = [r for r in readings if r.asked and r.batch == batch]
        large = next((r for r in at if r.too_large), None)
        if scope.chosen and large is not None and all(r.found is None for r in at):
            raise TooLarge(f"at {large.case.summary}: {large.why}")
    asked = sorted((r for r in readings if r.asked), key=lambda r: (r.batching.rows == 1, r.size))
    if all(r.found is None for r in asked):
        raise EstimatorError(asked[0].why)


def _without_silent_batches(readings: tuple[Reading, ...], scope: Scope) -> tuple[Reading, ...]:
    """The readings; single members do not count if all their estimates are zero and nobody chose them."""
    if not singles_are_silent(readings, scope) or all(r.batching.rows == 1 for r in readings):
        return readings
    return tuple(replace(r, asked=r.asked and r.batching.rows > 1) for r in readings)


def _with_hint(audit: LossAudit) -> LossAudit:
    """The audit with a hint at the mistake, if a known pattern fits."""
    if audit.worst is None or audit.worst.found is None:
        return audit
    found = {id(r.batching): r.found for r in audit.asked if r.found is not None and not r.found.draws}
    also = [
        observed(found[id(batching)])
        for batching in different(r.batching for r in audit.asked if id(r.batching) in found)
    ]
    hint = guess(audit.subject.estimator, audit.worst.batching, audit.scope.objective, audit.worst.found, also)
    return audit if hint is None else replace(audit, hint=(hint.pattern, hint.summary))


__all__ = ["LossAudit", "audit_loss"]
