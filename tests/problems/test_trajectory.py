"""Trajectories, histories and futures: laws given by definitions, decided and printed like any other."""

from __future__ import annotations

import pytest

from pgsym.decide import Rung, decide
from pgsym.errors import SortError
from pgsym.problems import trajectories
from pgsym.problems.trajectory import FUTURE_LAW, HISTORY_LAW
from pgsym.terms import REAL, Term, Variable, expect, grad, sum_range
from pgsym.terms.nodes import lift

m = trajectories()
SIZES = [{"S": 2, "A": 2, "T": n} for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("first", "is_true"), [(1, True), (m.t, True), (m.t + 1, False)], ids=["whole return", "reward to go", "off by one"]
)
def test_reinforce_is_decided(first: Term | int, is_true: bool) -> None:
    rewards = sum_range(m.u, first, m.T, of=m.reward(m.u))
    claimed = m.expectation(sum_range(m.t, 1, m.T, of=m.score(m.t) * rewards))
    verdict = decide(grad(m.objective), claimed, m.hypotheses, SIZES)
    assert verdict.rung is (Rung.DECIDED if is_true else Rung.REFUTED)


def test_a_discount_is_a_power_of_a_free_number() -> None:
    gamma = Variable("γ", REAL)
    worth = gamma ** (m.t - 1)
    assert str(worth) == "γ^(t − 1)"
    objective = m.expectation(sum_range(m.t, 1, m.T, of=worth * m.reward(m.t)))
    later = sum_range(m.u, m.t, m.T, of=gamma ** (m.u - 1) * m.reward(m.u))
    dropped = sum_range(m.u, m.t, m.T, of=gamma ** (m.u - m.t) * m.reward(m.u))  # as implementations do
    for rewards, is_true in ((later, True), (worth * dropped, True), (dropped, False)):
        claimed = m.expectation(sum_range(m.t, 1, m.T, of=m.score(m.t) * rewards))
        verdict = decide(grad(objective), claimed, m.hypotheses, SIZES)
        assert verdict.rung is (Rung.DECIDED if is_true else Rung.REFUTED)


def test_a_symbolic_exponent_counts_from_zero() -> None:
    gamma = Variable("γ", REAL)
    with pytest.raises(SortError, match=r"the exponent .* is -1 here"):
        decide(sum_range(m.t, 1, m.T, of=gamma ** (m.t - 2)), lift(0), (), [{"T": 2}])


def test_every_law_sums_to_one() -> None:
    assert decide(m.expectation(1), lift(1), m.hypotheses, SIZES).is_true
    for t in (1, 2, 3):
        size = [{"S": 2, "A": 2, "T": 3, "t": t}]
        assert decide(m.over_histories(1), lift(1), m.hypotheses, size).is_true
        future = expect(1, (m.tau, FUTURE_LAW.law(m.s, m.a, m.t, m.theta)))
        assert decide(future, lift(1), m.hypotheses, size).is_true


def test_a_law_is_read_at_any_time() -> None:
    """A history up to 1, up to t + 1: the time of a law may be a number or a sum, as anywhere else."""
    for time in (lift(1), m.t + 1):
        history = expect(1, (m.h, HISTORY_LAW.law(time, m.theta)))
        assert decide(history, lift(1), m.hypotheses, [{"S": 2, "A": 2, "T": 3, "t": 2}]).is_true


def test_it_prints_like_the_board() -> None:
    assert str(m.objective) == "E_{τ∼p_θ}[Σ_{t=1}^T r(sₜ, aₜ)]"
    assert str(m.factorisation) == ("p_θ(τ) = ρ(s₁) [Π_{t=1}^T π_θ(aₜ | sₜ)] Π_{t=1}^{T − 1} p(s_{t + 1} | sₜ, aₜ)")
    assert str(HISTORY_LAW.law(m.t, m.theta).mass(m.h)) == "p_{t,θ}(h)"
