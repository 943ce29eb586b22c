"""What the catalogue states, judged by the oracle, which shares nothing with the evaluator.

`PGSYM_SIZES=n` looks at n worlds of every claim (`make sizes`); by default at one of some claims.
"""

from __future__ import annotations

import os

import pytest

from attack.registered import shown_worlds, statements_of, values_of, wrong
from pgsym.claims import catalogue
from pgsym.claims.claim import Claim
from pgsym.decide import Rung

EACH = int(os.environ.get("PGSYM_SIZES", "0"))
SHARE = 1 if EACH else 6
CLAIMS = [e.claim for e in catalogue.entries().values()]
TRUE = [c for c in CLAIMS if c.expected is not Rung.REFUTED and c.is_about_instances]
REFUTED = [c for c in CLAIMS if c.expected is Rung.REFUTED and c.is_about_instances]
CLOSED = [c for c in CLAIMS if not c.is_about_instances]


@pytest.mark.parametrize("claim", TRUE[::SHARE], ids=lambda c: c.id)
def test_a_true_claim_holds_wherever_it_is_looked_at(claim: Claim) -> None:
    """At random instances of all kinds, most of them larger than those at which it is decided by default."""
    for statement in statements_of(claim):
        assert not wrong(statement, EACH or 1)


@pytest.mark.parametrize("claim", REFUTED[::SHARE], ids=lambda c: c.id)
def test_a_counterexample_is_one(claim: Claim) -> None:
    found = claim.decide().counterexample
    assert found is not None
    statement, worlds = shown_worlds(found)
    assert any(statement.at(world) in ("differs", "half") for world in worlds)


@pytest.mark.parametrize("claim", CLOSED[::SHARE], ids=lambda c: c.id)
def test_closed_forms_have_the_values_that_are_claimed(claim: Claim) -> None:
    assert all(values_of(claim)) != (claim.expected is Rung.REFUTED)
