"""Verification: every claim decided afresh, every derivation made again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pgsym.claims.catalogue import Entry, theorem
from pgsym.claims.claim import Claim
from pgsym.decide.decision import Sizes
from pgsym.decide.limits import TIME_LIMIT
from pgsym.decide.verdicts import Evidence, Rung, Verdict
from pgsym.errors import PgsymError, TooLarge, UnknownName
from pgsym.kernel import Theorem


@dataclass(frozen=True)
class Verification:
    """The outcome of a claim: its verdict, the derivation that shows it, if any, and the errors in its examples."""

    entry: Entry
    verdict: Verdict
    derivation: Theorem | None
    slips: tuple[str, ...] = ()

    @property
    def claim(self) -> Claim:
        """The claim that was verified."""
        return self.entry.claim

    @property
    def is_expected(self) -> bool:
        """Whether the verdict is on the claimed rung or a higher one, and the examples are right."""
        if self.slips:
            return False
        if self.claim.expected is Rung.REFUTED:
            return self.verdict.rung is Rung.REFUTED
        if self.claim.expected is Rung.TESTED:
            return self.verdict.is_true or self.verdict.rung is Rung.TESTED
        return self.verdict.is_true

    @property
    def why_not(self) -> str:
        """The reasons why it is not as claimed, on several lines; empty if it is as claimed."""
        if self.is_expected:
            return ""
        lines = [f"{self.claim.id}: claimed to be {self.claim.expected}, but {self.verdict.rung}"]
        if self.verdict.rung is not Rung.DECIDED:
            lines.append(f"  {self.verdict.evidence}")
        if self.verdict.counterexample is not None:
            lines.append(str(self.verdict.counterexample))
        if self.slips:
            lines[0] = f"{self.claim.id}: {self.verdict.rung}, but its examples are wrong"
            lines += [f"  {slip}" for slip in self.slips]
        return "\n".join(lines)

    def record(self) -> dict[str, Any]:
        """The outcome as JSON-ready data."""
        found = self.verdict.counterexample
        return {
            "id": self.claim.id,
            "statement": self.claim.statement,
            "verdict": str(self.verdict.rung),
            "expected": self.is_expected,
            "covers": self.verdict.brief,
            "evidence": self.verdict.evidence.record(),
            "counterexample": None if found is None else found.record(),
            "derivation": None if self.derivation is None else self.entry.script,
            "report": f"pgsym report {self.entry.script or self.entry.home}",
            "tests": list(self.entry.tests),
            "says": self.claim.says,
            "given": [str(h) for h in self.verdict.assumed],
            "remark": self.claim.remark,
            "examples": [example.record() for example in self.claim.examples],
            "slips": list(self.slips),
            "chapter": self.entry.chapter,
            "source": self.claim.source,
            "repaired_by": list(self.claim.repaired_by),
            "steps": None
            if self.derivation is None
            else [
                {
                    "rule": s.title,
                    "verdict": str(s.verdict.rung),
                    "covers": s.verdict.brief,
                    "seconds": round(s.verdict.evidence.seconds, 6),
                }
                for s in self.derivation.steps
            ],
        }


def verify(entry: Entry, sizes: Sizes | None = None, time_limit: float = TIME_LIMIT) -> Verification:
    """The outcome of deciding a claim, at the usual sizes or at others, and of repeating the derivation that proves it.

    Refuted claims, and claims of files without a derivation, have no derivation.  Raises the error of `decide` with the
    id of the claim before it.
    """
    claim = entry.claim
    try:
        verdict = claim.decide(sizes, time_limit)
    except TooLarge as reason:
        evidence = Evidence("none", note=str(reason))
        verdict = Verdict(Rung.UNDECIDED, claim.proposition, evidence)
        return Verification(entry, verdict, None)
    except PgsymError as reason:  # of many claims, the reader must know which
        reason.args = (f"{claim.id}: {reason}", *reason.args[1:])
        raise
    slips = claim.slips()
    if claim.expected is Rung.REFUTED or entry.script is None:
        return Verification(entry, verdict, None, slips)
    derived = theorem(entry.script)
    return Verification(entry, verdict, derived if shows(derived, claim) else None, slips)


def shows(derived: Theorem, claim: Claim) -> bool:
    """Whether a derivation shows the claim, in either direction, or has the claim as one of its lines.

    For a claim with the number of a step, the two statements are not compared.  A derivation or line does not show the
    claim if it assumes more than the claim does.  A derivation that is only tested shows only claims that are expected
    to be tested.  Raises UnknownName for a step that the derivation does not have.
    """
    if derived.rung is Rung.TESTED and claim.expected is not Rung.TESTED:
        return False
    if claim.step is not None:
        if not 1 <= claim.step <= len(derived.steps):
            raise UnknownName(f"{claim.id}: {derived.name} has {len(derived.steps)} steps, and no step {claim.step}")
        return {*derived.steps[claim.step - 1].needs} <= {*claim.given}
    return {derived.lhs, derived.rhs} == {claim.lhs, claim.rhs} and {*derived.given} <= {*claim.given}
