"""What a decision covers: the sizes where all was looked at, where a sample was, and what was left out and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pgsym.decide.sizes import Size, listed
from pgsym.decide.verdicts import NO_KINK, Evidence
from pgsym.decide.zero_patterns import Strata
from pgsym.errors import PgsymError, UndefinedValue

METHOD = "random points of prime fields"
SAMPLED = f"{METHOD} in a sample of label functions and zero patterns"


@dataclass
class Coverage:
    """The sizes at which two sides agree, filled in one by one; a size may stand for several, one per time."""

    seen: dict[Size, None] = field(default_factory=dict)
    sampled: dict[Size, Strata] = field(default_factory=dict)
    refused: dict[Size, PgsymError] = field(default_factory=dict)
    primes: set[int] = field(default_factory=set)
    points: int = 0
    most_points: int = 0
    most_strata: int = 1
    degree: int = 0
    log2_error: float = -float("inf")
    has_kinks: bool = False

    def refuse(self, base: Size, reason: PgsymError) -> None:
        """Note that a size is left out."""
        self.refused.setdefault(base, reason)

    def add(self, base: Size, kinds: Strata, primes: Iterable[int], degree: int, log2_error: float) -> None:
        """Note that the sides agree at random points of some strata of a size."""
        primes = tuple(primes)
        self.seen[base] = None
        self.points += len(primes) * len(kinds.kinds)
        if not kinds.complete:
            self.sampled.setdefault(base, kinds)
            return
        self.primes.update(primes)
        self.most_points = max(self.most_points, len(primes))
        self.most_strata = max(self.most_strata, len(kinds.kinds))
        self.degree, self.log2_error = max(self.degree, degree), max(self.log2_error, log2_error)

    @property
    def whole(self) -> tuple[Size, ...]:
        """The sizes at which nothing was left out."""
        return tuple(s for s in self.seen if s not in self.sampled and s not in self.refused)

    def evidence(self, complete: Iterable[str]) -> Evidence:
        """The evidence: decided at the sizes that were looked at as a whole, or tested at samples.

        `complete` says what else was covered without a gap.  If every size was left out, raises the reason for one of
        them.
        """
        whole, words, where = self.whole, list(complete), (NO_KINK,) if self.has_kinks else ()
        if not whole and not self.sampled:
            reasons = sorted(self.refused.values(), key=lambda reason: isinstance(reason, UndefinedValue))
            raise reasons[0]
        sampled = [f"{size or 'every size'}: {kinds.words}" for size, kinds in self.sampled.items()]
        left_out = [f"{size or 'the size'} is left out: {reason}" for size, reason in self.refused.items()]
        if not whole:
            note = "; ".join((*sampled, *left_out))
            sizes = tuple(self.sampled)
            method = f"tested at {self.points:,} {SAMPLED}, at {', '.join(listed(sizes)) or 'every size'}"
            missing = tuple(self.refused)
            return Evidence(
                method,
                sizes,
                examples=self.points,
                note=note,
                complete=tuple(words),
                conditions=where,
                sampled=sizes,
                left_out=missing,
            )
        if self.most_strata > 1:
            words.append(f"all label functions and zero patterns, at most {self.most_strata:,} up to renaming")
        return Evidence(
            METHOD,
            whole,
            tuple(sorted(self.primes)),
            self.most_points,
            self.most_strata,
            self.degree,
            self.log2_error,
            note="; ".join((*(f"not decided at {x}" for x in sampled), *left_out)),
            complete=tuple(words),
            sampled=tuple(self.sampled),
            left_out=tuple(self.refused),
            conditions=where,
        )
