"""Verdicts: the answer to a question, its rung, and its evidence."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from pgsym.decide.limits import peak_memory
from pgsym.decide.propositions import Comparison, Relation
from pgsym.decide.sizes import Size, listed
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Term
from pgsym.terms.printers.latex import latex

if TYPE_CHECKING:
    from pgsym.decide.instances.counterexamples import Counterexample


class Rung(StrEnum):
    """The ladder of evidence; no verdict is on a higher rung than its evidence supports."""

    DECIDED = "decided"
    EXACT = "exact"
    TESTED = "tested"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


TESTED_AT = "tested at "
"""The first words of a method that counts instances, as in "tested at 40 instances"."""


@dataclass(frozen=True)
class Condition:
    """A condition under which a verdict holds: a term is not zero, or positive, though its form does not show it.

    `written` is the condition as plain text and `drawn` as LaTeX.
    """

    written: str
    drawn: str

    @classmethod
    def not_zero(cls, term: Term) -> Condition:
        """The condition that a divisor is not zero."""
        return cls(f"{term} ≠ 0", f"{latex(term)} \\neq 0")

    @classmethod
    def positive(cls, term: Term) -> Condition:
        """The condition that the argument of a logarithm is positive."""
        return cls(f"{term} > 0", f"{latex(term)} > 0")

    def __str__(self) -> str:
        return self.written


NO_KINK = Condition(
    "nothing is differentiated at a kink of |·|, max or min",
    "\\text{nothing is differentiated at a kink of } |\\cdot|, \\max \\text{ or } \\min",
)
"""The condition of a verdict that differentiates |x| without knowing x ≠ 0, or max(x, y) without knowing x ≠ y."""


@dataclass(frozen=True)
class Evidence:
    """How a verdict was reached.

    - `sizes`: the sizes that were decided; `sampled`: those of which only a sample was checked; `left_out`: the others
    - `points`: how many random points of each size, over all its `strata` (label functions and patterns of zeros), each
      modulo one of the `primes`
    - `degree`: a bound on the degree of the difference of the sides
    - `log2_error`: the base-2 logarithm of the chance that a false identity would have been accepted
    - `examples`: how many instances were tested, for a proposition that was not decided
    - `conditions`: what must hold besides the hypotheses
    - `slack`: of an order, the term that equals right − left and is never negative
    - `seconds` on the clock, and `memory`, the most bytes that the process has held so far (None if the system
      does not report it); neither counts when evidence is compared
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
    complete: tuple[str, ...] = ()
    """Phrases for what was covered without a gap, such as "all times 1 ≤ t ≤ T"; `note` holds all other remarks."""
    conditions: tuple[Condition, ...] = ()
    sampled: tuple[Size, ...] = ()
    left_out: tuple[Size, ...] = ()
    slack: Term | None = None
    seconds: float = field(default=0.0, compare=False)
    memory: int | None = field(default=None, compare=False)

    def record(self) -> dict[str, object]:
        """The evidence as JSON-ready data."""
        return {
            "method": self.method,
            "sizes": [dict(s.counts) for s in self.sizes],
            "sampled": [dict(s.counts) for s in self.sampled],
            "left_out": [dict(s.counts) for s in self.left_out],
            "primes": list(self.primes),
            "points": self.points,
            "strata": self.strata,
            "degree": self.degree,
            "error_bound": None if self.log2_error is None else f"2^{self.log2_error:.0f}",
            "examples": self.examples,
            "note": self.noted,
            "conditions": [c.written for c in self.conditions],
            "slack": None if self.slack is None else str(self.slack),
            "seconds": round(self.seconds, 6),
            "peak_memory_mb": None if self.memory is None else round(self.memory / 1e6, 1),
        }

    def timed(self, started: float) -> Evidence:
        """The evidence with the time since `started`, by time.perf_counter, and the memory held."""
        return replace(self, seconds=time.perf_counter() - started, memory=peak_memory())

    @property
    def where(self) -> str:
        """The conditions in words, such as "where c − d ≠ 0, c > 0"; empty without conditions."""
        return f"where {', '.join(map(str, self.conditions))}" if self.conditions else ""

    @property
    def chance(self) -> int:
        """The number n such that the chance of error is below 2^-n."""
        return int(-(self.log2_error or 0))

    @property
    def at(self) -> str:
        """The sizes in a few words, such as "at |A| = 2, 3"; empty without sizes."""
        return f"at {', '.join(listed(self.sizes))}" if any(s.counts for s in self.sizes) else ""

    @property
    def how(self) -> str:
        """How it was found, and at which sizes or instances, in a few words that follow the rung."""
        if self.primes:
            return "; ".join(x for x in (self.at, f"chance of error < 2^-{self.chance}") if x)
        if self.method == "none":
            return self.note
        if self.method.startswith(TESTED_AT):
            return self.method.removeprefix("tested ")
        return ": ".join(x for x in (self.at, self.method) if x)

    @property
    def noted(self) -> str:
        """All remarks in one line: what was covered without a gap, and the note."""
        return "; ".join((*self.complete, *([self.note] if self.note else [])))

    @property
    def gaps(self) -> tuple[tuple[str, tuple[Size, ...]], ...]:
        """The requested sizes that were not covered completely, in groups, each with the words that introduce it."""
        sampled = self.sampled if self.primes else ()
        groups = (("only a sample at", sampled), ("left out:", self.left_out))
        return tuple((words, sizes) for words, sizes in groups if sizes)

    @property
    def limits(self) -> tuple[str, ...]:
        """The gaps in words: "only a sample at |S| = 3"."""
        return tuple(f"{words} {', '.join(listed(sizes)) or 'every size'}" for words, sizes in self.gaps)

    @property
    def tally(self) -> str:
        """The number of sizes or instances in a word or two: "4 sizes, 1 sampled"; empty where nothing was counted."""
        if self.primes:
            counted = [len(self.sizes), len(self.sampled), len(self.left_out)]
            more = [f", {n} {what}" for n, what in zip(counted[1:], ("sampled", "left out"), strict=True) if n]
            sizes = f"{counted[0]} size{'s' if counted[0] > 1 else ''}" if any(s.counts for s in self.sizes) else ""
            return "".join((sizes, *more)).removeprefix(", ")
        return f"{self.examples:,} instances" if self.method.startswith(TESTED_AT) else ""

    @property
    def brief(self) -> str:
        """All that it covers in one line, for a table: sizes or instances, what was left out, and the conditions."""
        return "; ".join(x for x in (self.how, *self.limits, self.where) if x)

    def __str__(self) -> str:
        """One line for people, without the time it took."""
        how = "" if self.method == "none" else self.method
        if self.primes:
            at = "; ".join(str(s) for s in self.sizes if s.counts)
            how = (
                f"{at}{': ' if at else ''}{self.points} points modulo {len(self.primes)} primes near 2^31, "
                f"degree ≤ {self.degree}, chance of error < 2^-{self.chance}"
            )
        order = "" if self.slack is None else f"right − left = {self.slack}, which is never negative"
        return "; ".join(x for x in (how, self.where, self.noted, order) if x)


@dataclass(frozen=True)
class Verdict:
    """Whether two terms are equal, or in order, under some hypotheses."""

    rung: Rung
    proposition: Comparison
    evidence: Evidence
    counterexample: Counterexample | None = None

    @property
    def lhs(self) -> Term:
        """The left side."""
        return self.proposition.lhs

    @property
    def rhs(self) -> Term:
        """The right side."""
        return self.proposition.rhs

    @property
    def given(self) -> tuple[Hypothesis, ...]:
        """The hypotheses of the question."""
        return self.proposition.given

    @property
    def relation(self) -> Relation:
        """The relation between the sides that was asked about."""
        return self.proposition.relation

    @property
    def sign(self) -> str:
        """The sign between the sides; the negated sign if the proposition is refuted."""
        return self.relation.sign(self.rung is Rung.REFUTED)

    @property
    def latex_sign(self) -> str:
        """The sign as LaTeX."""
        return self.relation.latex(self.rung is Rung.REFUTED)

    @property
    def is_true(self) -> bool:
        """Whether the identity was decided or shown exactly; a tested one does not count."""
        return self.rung in (Rung.DECIDED, Rung.EXACT)

    @property
    def assumed(self) -> tuple[Hypothesis, ...]:
        """The hypotheses that say something about its two sides."""
        return self.proposition.relevant

    @property
    def brief(self) -> str:
        """The rung and what it covers in one line: "decided at |A| = 2, 3; chance of error < 2^-132; where c ≠ 0"."""
        return standing(self.rung, self.evidence.brief)

    def __str__(self) -> str:
        lines = [f"{self.rung}: {self.lhs} {self.sign} {self.rhs}"]
        lines += [f"  given {'; '.join(map(str, self.assumed))}"] if self.assumed else []
        lines.append(f"  {self.evidence}")
        return "\n".join((*lines, *([str(self.counterexample)] if self.counterexample else [])))

    def _repr_latex_(self) -> str:
        words = covered(self.rung, self.evidence, self.assumed, self.evidence.conditions, self.evidence.limits)
        formula = f"& {latex(self.lhs)} {self.latex_sign} {latex(self.rhs)}"
        return "$\\begin{aligned} " + " \\\\ ".join((formula, *words)) + " \\end{aligned}$"


def refutation(found: Counterexample, instances: int, note: str = "") -> Evidence:
    """The evidence of a counterexample that was found among some instances."""
    method = "exact rational instance" if found.is_rational else "exact instance, compared in ball arithmetic"
    notes = "; ".join(x for x in (note, found.confirmation) if x)
    return Evidence(method, (found.size,), examples=instances, note=notes)


def standing(rung: Rung, brief: str) -> str:
    """The rung with what it covers: "decided at |A| = 2", "exact: closed form, by exact computation"."""
    return f"{rung}{' ' if brief.startswith('at ') else ': '}{brief}" if brief else str(rung)


def covered(
    rung: Rung,
    evidence: Evidence,
    given: Iterable[Hypothesis],
    conditions: Iterable[Condition],
    more: Iterable[str] = (),
) -> tuple[str, ...]:
    """The scope of a statement as lines of LaTeX: hypotheses, conditions, rung, and sizes or instances.

    `more` follows the rung.
    """
    assumed, where = [h.latex() for h in given], [f"${c.drawn}$" for c in conditions]
    lines = [f"given {'; '.join(assumed)}"] if assumed else []
    lines += [f"where {', '.join(where)}"] if where else []
    said = standing(rung, "; ".join(x for x in (evidence.at if evidence.primes else evidence.how, *more) if x))
    guarded = re.sub(r"[{}$]", lambda mark: f"\\{mark[0]}", said.replace("\\", " "))
    return tuple(f"& \\text{{{line}}}" for line in (*lines, guarded))
