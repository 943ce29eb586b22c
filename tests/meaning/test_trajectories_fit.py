"""The language has room for trajectories: a law over (s_1, a_1, …, s_T, a_T) is a definition, and that is all."""

from __future__ import annotations

import pytest

from pgsym.decide import Rung, decide
from pgsym.problems.one_step import POLICY, REWARD, THETA
from pgsym.terms import (
    ACTION,
    INDEX,
    PARAMETER,
    STATE,
    Collective,
    Definition,
    Positive,
    Symbol,
    Term,
    ThetaFree,
    Variable,
    expect,
    grad,
    log,
    product_range,
    sum_range,
)

TRAJECTORY = Collective("trajectory", (("s", STATE), ("a", ACTION)), "T")
START = Symbol("ρ", (STATE,), outcomes=1)
STEP = Symbol("p", (STATE, STATE, ACTION), outcomes=1)
LAW = Symbol("p_traj", (TRAJECTORY, PARAMETER), outcomes=1)
STATE_AT = Symbol("s", (TRAJECTORY, INDEX), result=STATE)
ACTION_AT = Symbol("a", (TRAJECTORY, INDEX), result=ACTION)
tau, T = Variable("τ", TRAJECTORY), Variable("T", INDEX)
t, u = Variable("t", INDEX), Variable("u", INDEX)


def state(i: Term | int) -> Term:
    return STATE_AT(tau, i)


def action(i: Term | int) -> Term:
    return ACTION_AT(tau, i)


answers = product_range(t, 1, T, of=POLICY(action(t), state(t), THETA))
moves = product_range(t, 1, T - 1, of=STEP(state(t + 1), state(t), action(t)))
law = Definition.of(LAW(tau, THETA), START(state(1)) * answers * moves)
GIVEN = (law, ThetaFree(START), ThetaFree(STEP), ThetaFree(REWARD), Positive(POLICY))
score = grad(log(POLICY(action(t), state(t), THETA)), THETA)
reward = REWARD(state(u), action(u))
objective = expect(sum_range(u, 1, T, of=reward), (tau, LAW.law(THETA)))
SIZES = [{"S": 2, "A": 2, "T": n} for n in (1, 2, 3)]


def over_trajectories(body: Term) -> Term:
    return expect(body, (tau, LAW.law(THETA)))


@pytest.mark.parametrize(
    ("first", "is_true"), [(1, True), (t, True), (t + 1, False)], ids=["whole return", "reward to go", "off by one"]
)
def test_reinforce_is_decided(first: Term | int, is_true: bool) -> None:
    claimed = over_trajectories(sum_range(t, 1, T, of=score * sum_range(u, first, T, of=reward)))
    if is_true:
        assert decide(grad(objective, THETA), claimed, GIVEN, SIZES).rung is Rung.DECIDED
    else:
        assert not decide(grad(objective, THETA), claimed, GIVEN, SIZES).is_true


def test_it_prints_like_the_board() -> None:
    assert str(objective) == "E_{τ∼p_traj_θ}[Σ_{u=1}^T r(sᵤ, aᵤ)]"
    assert str(moves) == "Π_{t=1}^{T − 1} p(s_{t + 1} | sₜ, aₜ)"
