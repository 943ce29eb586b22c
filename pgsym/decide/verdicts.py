"""Verdicts: what was found, on which rung of evidence, and how."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from pgsym.decide.sizes import Size
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.latex import latex
from pgsym.terms.nodes import Term

if TYPE_CHECKING:
    from pgsym.decide.counterexamples import Counterexample


class Rung(StrEnum):
    """The ladder of evidence; nothing is reported on a higher rung than was climbed."""

    DECIDED = "decided"
    EXACT = "exact"
    TESTED = "tested"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


class Relation(StrEnum):
    """What a claim says of its two sides; of gradients, coordinate by coordinate."""

    EQUAL = "="
    AT_MOST = "≤"

    def sign(self, refuted: bool = False) -> str:
        """The sign between the sides, or the one that says that it does not hold."""
        return {"=": "≠", "≤": "≰"}[self] if refuted else str(self)

    def latex(self, refuted: bool = False) -> str:
        """The sign as LaTeX."""
        return {"=": "=", "≠": "\\neq", "≤": "\\le", "≰": "\\nleq"}[self.sign(refuted)]


@dataclass(frozen=True)
class Condition:
    """Where a verdict holds: something is not zero, or positive, which the form of the statement does not show.

    `written` is what the terminal shows and `drawn` its LaTeX.
    """

    written: str
    drawn: str

    @classmethod
    def not_zero(cls, term: Term) -> Condition:
        """The condition that a term that is divided by is not zero."""
        return cls(f"{term} ≠ 0", f"{latex(term)} \\neq 0")

    @classmethod
    def positive(cls, term: Term) -> Condition:
        """The condition that a term whose logarithm is taken is positive."""
        return cls(f"{term} > 0", f"{latex(term)} > 0")

    def __str__(self) -> str:
        return self.written


@dataclass(frozen=True)
class Evidence:
    """How a verdict was reached.

    `sizes` where it was decided; `points` random points a size (over all `strata`: label functions and patterns of
    zeros), modulo `primes`; `degree` the largest degree of the difference of the two sides; `log2_error` the base-2
    logarithm of the chance that a false identity would have been accepted; `examples` how many instances were
    tested where it was not decided; `conditions` where it holds; `seconds` wall-clock time and `memory` the most bytes the process has held so far
    (None where the system does not say), which are not part of equality.
    """

    method: str
    sizes: tuple[Size, ...] = ()
    primes: tuple[int, ...] = ()
    points: int = 0
    strata: int = 1
    degree: int = 0
    log2_error: float | None = None
    examples: int = 0
    note: str = ""
    conditions: tuple[Condition, ...] = ()
    seconds: float = field(default=0.0, compare=False)
    memory: int | None = field(default=None, compare=False)

    def record(self) -> dict[str, object]:
        """The evidence as JSON-ready data."""
        return {
            "method": self.method,
            "sizes": [dict(s.counts) for s in self.sizes],
            "primes": list(self.primes),
            "points": self.points,
            "strata": self.strata,
            "degree": self.degree,
            "error_bound": None if self.log2_error is None else f"2^{self.log2_error:.0f}",
            "examples": self.examples,
            "note": self.note,
            "conditions": [c.written for c in self.conditions],
            "seconds": round(self.seconds, 6),
            "peak_memory_mb": None if self.memory is None else round(self.memory / 1e6, 1),
        }

    @property
    def where(self) -> str:
        """The conditions in words, "where c − d ≠ 0, c > 0"; empty where there are none."""
        return f"where {', '.join(map(str, self.conditions))}" if self.conditions else ""

    @property
    def brief(self) -> str:
        """A few words for a table."""
        how = self.method
        if self.primes:
            how = f"{len(self.sizes)} sizes, chance of error < 2^-{int(-(self.log2_error or 0))}"
        elif self.method == "none":
            how = self.note
        return "; ".join(x for x in (how, self.where) if x)

    def __str__(self) -> str:
        """One line for people, without the time it took."""
        how = "" if self.method == "none" else self.method
        if self.primes:
            how = (
                f"{'; '.join(map(str, self.sizes)) or 'no sizes'}: {self.points} points modulo {len(self.primes)} "
                f"primes near 2^31, degree ≤ {self.degree}, chance of error < 2^{-int(-(self.log2_error or 0))}"
            )
        return "; ".join(x for x in (how, self.where, self.note) if x)


@dataclass(frozen=True)
class Verdict:
    """Whether two terms are equal, or in order, under some hypotheses."""

    rung: Rung
    lhs: Term
    rhs: Term
    given: tuple[Hypothesis, ...]
    evidence: Evidence
    counterexample: Counterexample | None = None
    relation: Relation = Relation.EQUAL

    @property
    def sign(self) -> str:
        """The sign between the sides, as it was found."""
        return self.relation.sign(self.rung is Rung.REFUTED)

    @property
    def latex_sign(self) -> str:
        """The sign as LaTeX."""
        return self.relation.latex(self.rung is Rung.REFUTED)

    @property
    def is_true(self) -> bool:
        """Whether the identity was decided or shown exactly; a tested one does not count."""
        return self.rung in (Rung.DECIDED, Rung.EXACT)

    def __str__(self) -> str:
        line = f"{self.rung}: {self.lhs} {self.sign} {self.rhs}\n  {self.evidence}"
        return f"{line}\n{self.counterexample}" if self.counterexample else line

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {latex(self.lhs)} {self.latex_sign} {latex(self.rhs)} \\quad \\text{{({self.rung})}}$"
