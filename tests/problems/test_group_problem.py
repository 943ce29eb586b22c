"""Groups and critics against plain Python: every group, every trajectory, one after the other."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import prod

import pytest

from pgsym.meaning.tables import problem, value
from pgsym.problems import critics, groups
from pgsym.problems.critic_problem import CRITIC
from pgsym.terms import Term, ThetaFree

PI = [[Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)], [Fraction(1, 5), Fraction(3, 5), Fraction(1, 5)]]
R = [[3, 1, -2], [0, 5, 1]]
D = [Fraction(1, 4), Fraction(3, 4)]


def score(s: int, a: int) -> list[Fraction]:
    """∇ log π(a | s) in the logits of all rows."""
    return [(Fraction(int(a == b)) - PI[s][b]) * (s == row) for row in range(2) for b in range(3)]


@pytest.mark.parametrize("size", [2, 3])
@pytest.mark.parametrize("kind", ["others", "whole"])
def test_a_group_is_n_independent_answers_to_one_question(size: int, kind: str) -> None:
    m = groups()
    baseline: Term = m.mean_of_others if kind == "others" else m.group_mean
    term = m.over_groups(m.estimate(m.paid(m.i) - baseline))
    found = value(term, problem({"D": D, "π": PI, "r": R}, [term], m.hypotheses, N=size))
    expected = [Fraction(0)] * 6
    for s in range(2):
        for group in product(range(3), repeat=size):
            mass = D[s] * prod(PI[s][a] for a in group)
            paid = [R[s][a] for a in group]
            for i, a in enumerate(group):
                compared = [r for j, r in enumerate(paid) if kind == "whole" or j != i]
                advantage = paid[i] - Fraction(sum(compared), len(compared))
                expected = [x + mass * g * advantage / size for x, g in zip(expected, score(s, a), strict=True)]
    assert found == tuple(expected)


def test_advantages_are_the_backward_recursion() -> None:
    """A_t = δ_t + γλ A_{t+1}, with nothing after the last step, here averaged over trajectories of three steps."""
    m = critics()
    start, critic, gamma, lam = [Fraction(1, 3), Fraction(2, 3)], [2, -1], Fraction(1, 2), Fraction(2, 3)
    moves = [[[Fraction(1, 2)] * 2, [0, 1], [Fraction(1, 4), Fraction(3, 4)]], [[1, 0]] * 3]
    term = m.estimate(m.advantage(m.critic))
    tables = {"ρ": start, "p": moves, "π": PI, "r": R, "V̂": critic, "γ": gamma, "λ": lam}
    found = value(term, problem(tables, [term], (*m.hypotheses, ThetaFree(CRITIC)), T=3))
    expected = [Fraction(0)] * 6
    for states in product(range(2), repeat=3):
        for actions in product(range(3), repeat=3):
            steps = list(zip(states, actions, strict=True))
            mass = start[states[0]] * prod(PI[s][a] for s, a in steps)
            mass *= prod(moves[s][a][then] for (s, a), then in zip(steps[:-1], states[1:], strict=True))
            advantage, following = Fraction(0), 0
            for s, a in reversed(steps):
                advantage = R[s][a] + gamma * following - critic[s] + gamma * lam * advantage
                following = critic[s]
                expected = [x + mass * g * advantage for x, g in zip(expected, score(s, a), strict=True)]
    assert found == tuple(expected)
