"""Every claim that is decided holds at sizes that nobody chose for it: larger ones than it names, and random ones.

`PGSYM_SIZES=n` tries n random sizes of every claim, and all larger ones (`make sizes`); by default some claims and few.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cached_property
from zlib import crc32

import numpy as np
import pytest
from campaigns import share

from pgsym.claims import catalogue
from pgsym.claims.claim import Claim
from pgsym.decide import AtMost, Equal, Rung, Size
from pgsym.decide.agreement.points import differs_at
from pgsym.decide.sizes import DECISION_HORIZONS, DECISION_SIZES
from pgsym.terms import ACTION, HowMany, Hypothesis
from pgsym.terms.hypotheses import Counted, Rounds
from pgsym.terms.sorts import LETTERS

EACH = int(os.environ.get("PGSYM_SIZES", "0"))
SHARE = 1 if EACH else 8  # of the claims that name no sizes, one in so many is tried by default
LARGEST = {"S": 4, "A": 4, "W": 4, "N": 3, "T": 3}
MOST_TRAJECTORIES = 2**16 if EACH else 2**7
MOST_DRAWS = 40


@dataclass(frozen=True)
class Statement:
    """The equation that is true wherever a claim is; that of an order is rhs − lhs = slack."""

    claim: Claim

    @cached_property
    def equation(self) -> Equal:
        stated = self.claim.proposition
        return (stated.shown_by if isinstance(stated, AtMost) else None) or stated.as_equation

    @property
    def names(self) -> tuple[str, ...]:
        return self.equation.size_names

    @property
    def given(self) -> tuple[Hypothesis, ...]:
        return self.equation.relevant

    def sizes(self, how_many: int) -> list[Size]:
        """Random sizes that the hypotheses allow and nobody has chosen, the same every time."""
        rng = np.random.default_rng(crc32(self.claim.id.encode()))
        known = {s.only(self.names) for s in (*DECISION_SIZES, *DECISION_HORIZONS)}
        known |= {Size.of(s).only(self.names) for s in self.claim.sizes or ()}
        found: dict[Size, None] = {}
        for _ in range(MOST_DRAWS):
            size = self._drawn(rng)
            if size not in known and self.fits(size):
                found[size] = None
            if len(found) == how_many:
                break
        return list(found)

    def fits(self, size: Size) -> bool:
        """Whether a size is allowed, and small enough to look at."""
        outcomes = float(np.prod([1, *size.sorts.values()]))
        small = outcomes ** max(size.lengths.values(), default=1) <= MOST_TRAJECTORIES
        return small and bool(size.instances(self.names, self.given))

    def _drawn(self, rng: np.random.Generator) -> Size:
        said = {}
        for name in self.names:
            fixed = [h for h in self.given if isinstance(h, Counted) and LETTERS.get(name) == h.sort]
            rounds = [h for h in self.given if isinstance(h, Rounds) and h.length.name == name]
            least = max((h.least for h in rounds), default=1)
            allowed = [
                n
                for n in range(1, LARGEST.get(name, 3) + least)
                if all(h.allows(n) for h in fixed) and all(h.allows(n) for h in rounds)
            ]
            if name in {*LETTERS, "T", "N"} or not {"T", "N"} & {*self.names}:
                said[name] = int(rng.choice(allowed))
        return Size.of(said)

    def larger(self) -> list[Size]:
        """Sizes larger than those that the claim names, by one state, action or round each."""
        named = [dict(Size.of(s).only(self.names).counts) for s in self.claim.sizes or ()]
        larger = [Size.of({**s, name: s[name] + 1}) for s in named for name in s]
        return [s for s in dict.fromkeys(larger) if self.fits(s)]


STATEMENTS = {
    e.claim.id: Statement(e.claim)
    for e in catalogue.entries().values()
    if e.claim.expected is Rung.DECIDED and e.claim.is_about_instances
}
NAMED = [name for name, s in STATEMENTS.items() if s.claim.sizes]
OTHERS = [name for name, s in STATEMENTS.items() if not s.claim.sizes]


def assert_holds(statement: Statement, sizes: list[Size]) -> None:
    for size in sizes:
        if differs_at(statement.equation, size):
            raise AssertionError(f"{statement.claim.id} is false at {size}: {statement.claim.decide([size])}")


@pytest.mark.parametrize("name", share(NAMED, 1 if EACH else 6))
def test_a_claim_that_names_its_sizes_holds_at_larger_ones(name: str) -> None:
    """What it needs to be true is a hypothesis; the sizes are named for their cost alone."""
    statement = STATEMENTS[name]
    larger = statement.larger()
    rng = np.random.default_rng(crc32(name.encode()))
    few = larger if EACH else [larger[i] for i in rng.permutation(len(larger))[:1]]
    assert_holds(statement, [*few, *statement.sizes(EACH)])


@pytest.mark.parametrize("name", OTHERS[::SHARE])
def test_a_claim_holds_at_random_sizes(name: str) -> None:
    assert_holds(STATEMENTS[name], STATEMENTS[name].sizes(EACH or 1))


@pytest.mark.parametrize(
    "name",
    ["stuck-policy-two-classes", "reward-flip-two-classes", "open-question-single-decision-state-two-actions"],
)
def test_sizes_cannot_hide_what_a_claim_needs(name: str) -> None:
    """What is true of two actions and false of three is refuted, also where a claim names sizes of two alone."""
    claim = STATEMENTS[name].claim
    assert HowMany(ACTION, 2) in claim.given
    without = tuple(h for h in claim.given if h != HowMany(ACTION, 2))
    verdict = replace(claim, given=without, sizes=({"S": 1, "A": 2},)).decide()
    assert verdict.counterexample is not None
    assert verdict.counterexample.size.sorts[ACTION] == 3
    assert verdict.evidence.note.startswith("the sides differ")
