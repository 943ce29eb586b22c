"""Statements about free times: decided at all of them, in the order that is assumed, at long enough horizons."""

from __future__ import annotations

import pytest

from pgsym.decide import Rung, Size, decide
from pgsym.errors import InstanceError
from pgsym.problems import trajectories
from pgsym.terms import Before, Term, sum_range
from pgsym.terms.nodes import lift
from pgsym.terms.record import hypothesis_from_record, to_record

m = trajectories()
t, u, T = m.t, m.u, m.T
product = m.expectation(m.reward(u) * m.score(t))
NAMES = ("S", "A", "T", "t", "u")


def test_a_free_time_runs_to_the_horizon_in_the_order_assumed() -> None:
    size = Size.of(S=1, A=2, T=3)
    assert len(size.instances(NAMES)) == 9
    in_order = size.instances(NAMES, [Before(u, t)])
    assert [(s.lengths["u"], s.lengths["t"]) for s in in_order] == [(1, 2), (1, 3), (2, 3)]
    assert not Size.of(S=1, A=2, T=1).instances(NAMES, [Before(u, t)])
    with pytest.raises(InstanceError, match="does not say t, u"):
        Size.of(S=1, A=2).instances(("S", "A", "t", "u"))


def test_the_evidence_says_which_times() -> None:
    known = (*m.hypotheses, Before(u, t))
    assert "all times 1 ≤ u < t ≤ T" in decide(product, lift(0), known).evidence.noted
    assert "all times 1 ≤ t ≤ T" in decide(m.expectation(m.score(t)), lift(0), m.hypotheses).evidence.noted


@pytest.mark.parametrize("order", [(), (Before(t, u),), (Before(u, t + 1),)], ids=["none", "reversed", "or equal"])
def test_without_the_order_it_is_refuted(order: tuple[Before, ...]) -> None:
    verdict = decide(product, lift(0), (*m.hypotheses, *order))
    assert verdict.rung is Rung.REFUTED
    assert verdict.counterexample is not None
    size = verdict.counterexample.size.lengths
    assert size["u"] >= size["t"]


def test_an_order_that_no_horizon_allows_decides_nothing() -> None:
    both = (*m.hypotheses, Before(u, t), Before(t, u))
    assert decide(product, lift(0), both).rung is Rung.UNDECIDED


def test_a_slip_that_shows_at_four_steps_first_is_seen() -> None:
    steps = sum_range(t, 1, T, of=m.expectation(m.reward(t)))
    slip = sum_range(t, 4, T, of=m.expectation(m.reward(t)))
    verdict = decide(m.objective, steps + slip, m.hypotheses)
    assert verdict.rung is Rung.REFUTED
    assert decide(m.objective, steps + slip, m.hypotheses, [{"S": 2, "A": 2, "T": 3}]).is_true


@pytest.mark.parametrize("order", [Before(u, t), Before(u + 1, T)])
def test_an_order_is_recorded(order: Before) -> None:
    assert hypothesis_from_record(to_record(order)) == order


def test_times_are_shown_as_on_the_board() -> None:
    def drawn(earlier: Term, later: Term) -> tuple[str, str]:
        return str(Before(earlier, later)), Before(earlier, later).latex()

    assert drawn(u, t + 1) == ("u < t + 1", "$u < t + 1$")
