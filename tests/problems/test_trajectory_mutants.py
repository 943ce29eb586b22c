"""Slips in time: mutants of REINFORCE, of the reward to go and of what the laws of trajectories sum to."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from mutants import mutants, spread
from random_trajectories import BASELINE
from test_mutants import Equation, outcome

from pgsym.decide import Size
from pgsym.problems import trajectories
from pgsym.problems.trajectory import FUTURE_LAW, HISTORY_LAW
from pgsym.terms import Law, Term, ThetaFree, Variable, expect, grad, sum_over, sum_range
from pgsym.terms.nodes import lift

m = trajectories()
HORIZONS = tuple(Size.of(S=2, A=2, T=n) for n in (1, 2, 3))
s, a = Variable("s", m.s.sort), Variable("a", m.a.sort)


def reinforce(first: Term | int) -> Term:
    """E[Σ_t ∇ log π(a_t | s_t) Σ_{u ≥ first} r(s_u, a_u)]."""
    rewards = sum_range(m.u, first, m.T, of=m.reward(m.u))
    return m.expectation(sum_range(m.t, 1, m.T, of=m.score(m.t) * rewards))


mass = m.factorisation.unfold((m.tau, m.theta))
EQUATIONS = (
    Equation("REINFORCE", grad(m.objective), reinforce(1), m.hypotheses, HORIZONS),
    Equation("reward to go", grad(m.objective), reinforce(m.t), m.hypotheses, HORIZONS),
    Equation("factorisation", m.objective, sum_over(m.tau, of=mass * m.total_reward), m.hypotheses, HORIZONS),
    Equation("factorisation sums to one", lift(1), sum_over(m.tau, of=mass), m.hypotheses, HORIZONS),
)
TIME = {
    "first time off by one", "last time off by one", "score of the wrong step", "wrong step",
    "initial distribution dropped", "transition dropped", "transition reversed",
}  # fmt: skip
MOST = {"REINFORCE": 20, "reward to go": 40, "factorisation": 20, "factorisation sums to one": 45}
CASES = [(e, kind, mutant) for e in EQUATIONS for kind, mutant in spread(e.rhs, MOST[e.name])]


@pytest.mark.parametrize(
    ("equation", "mutant"),
    [pytest.param(e, mutant, id=f"{e.name} {i}: {kind}") for i, (e, kind, mutant) in enumerate(CASES)],
)
def test_no_slip_in_time_gets_through(equation: Equation, mutant: Term) -> None:
    assert outcome(equation, mutant) in ("refused", "refuted", "equal", "meaningless")


def test_every_kind_of_slip_is_made() -> None:
    made = Counter(kind for _, kind, _ in CASES)
    assert len(CASES) >= 100
    assert set(made) >= TIME
    assert {kind for e in EQUATIONS for kind, _ in mutants(e.rhs)} >= TIME


def test_slips_that_are_equal_at_one_step_are_refuted_at_more() -> None:
    """Σ_{u>t}, and the score of the step before: both vanish into the truth where T is small."""
    for rhs in (reinforce(m.t + 1), sum_range(m.t, 2, m.T, of=m.expectation(m.score(m.t) * m.reward(m.t)))):
        assert outcome(Equation("", grad(m.objective), rhs, m.hypotheses, HORIZONS), rhs) == "refuted"
    first = m.expectation(sum_range(m.t, 1, m.T, of=m.score(m.t) * sum_range(m.u, 1, m.t, of=m.reward(m.u))))
    equation = Equation("", grad(m.objective), first, m.hypotheses)
    assert outcome(replace(equation, sizes=HORIZONS[:1]), first) == "equal"
    assert outcome(replace(equation, sizes=HORIZONS[:2]), first) == "refuted"


@pytest.mark.parametrize(
    ("law", "named"), [(HISTORY_LAW.law(m.t, m.theta), m.h), (FUTURE_LAW.law(s, a, m.t, m.theta), m.tau)]
)
def test_mutants_over_histories_and_futures(law: Law, named: Variable) -> None:
    """The reference draws what a history or a future draws, and nothing else."""
    worth = m.reward(m.t, named) if named == m.tau else BASELINE(m.state(m.t, named))
    term = expect(worth, (named, law))
    sizes = tuple(Size.of(S=2, A=2, T=2, t=t) for t in (1, 2))
    given = (*m.hypotheses, ThetaFree(BASELINE))
    outcomes = Counter(outcome(Equation("", term, term, given, sizes), x) for _, x in spread(term, 12))
    assert outcomes["refuted"] >= 2
    assert set(outcomes) <= {"refused", "refuted", "equal", "meaningless"}
