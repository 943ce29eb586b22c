"""Derivatives by whole tables: against jets along every direction, and against a dynamic program of its own."""

from __future__ import annotations

import numpy as np
import pytest

from pgsym.errors import OutsideNumberSystem, SortError
from pgsym.meaning.adjoint import adjoint
from pgsym.meaning.evaluator import evaluate
from pgsym.meaning.instances import TableInstance
from pgsym.meaning.numbers.base import Float64, Rational
from pgsym.problems import trajectories
from pgsym.problems.one_step_problem import POLICY, REWARD
from pgsym.problems.trajectory import START, TRANSITION
from pgsym.terms import ACTION, STATE, grad, log

m = trajectories()


def random_instance(seed: int, S: int = 4, A: int = 3, T: int = 5) -> TableInstance:
    rng = np.random.default_rng(seed)
    policy, direction = rng.dirichlet(np.ones(A), S).T, rng.normal(size=(A, S))
    tables = {
        START: rng.dirichlet(np.ones(S)),
        TRANSITION: np.moveaxis(rng.dirichlet(np.full(S, 0.3), (S, A)), -1, 0),
        POLICY: policy,
        REWARD: rng.normal(size=(S, A)),
    }
    moved = direction - direction.mean(axis=0)
    return TableInstance(Float64(), {STATE: S, ACTION: A}, tables, {POLICY: moved[np.newaxis]}, {"T": T}, m.hypotheses)


def by_dynamic_program(instance: TableInstance) -> tuple[float, np.ndarray, np.ndarray]:
    """J, and its derivatives by π(a | s) and r(s, a): Σ_t d_t(s) Q_t(s, a), and Σ_t d_t(s) π(a | s)."""
    rho, p, pi, r = (np.asarray(instance.tables[s]) for s in (START, TRANSITION, POLICY, REWARD))
    T = instance.lengths["T"]
    values, later = [np.zeros(len(rho))], np.zeros(len(rho))
    for _ in range(T):
        later = ((r + np.einsum("xsa,x->sa", p, later)) * pi.T).sum(axis=1)
        values.append(later)
    seen, by_policy, by_reward = rho, np.zeros_like(pi), np.zeros_like(r)
    for t in range(T):
        q = r + np.einsum("xsa,x->sa", p, values[T - 1 - t])
        by_policy += (seen[:, None] * q).T
        by_reward += seen[:, None] * pi.T
        seen = np.einsum("s,as,xsa->x", seen, pi, p)
    return float(rho @ values[T]), by_policy, by_reward


def centred(by_policy: np.ndarray) -> np.ndarray:
    """What matters for rows that keep their sum: off the simplex, futures may have another mass than one."""
    return by_policy - by_policy.mean(axis=0)


@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_a_dynamic_program(seed: int) -> None:
    instance = random_instance(seed)
    found = adjoint(m.objective, instance, POLICY, REWARD)
    value, by_policy, by_reward = by_dynamic_program(instance)
    assert found.value == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(centred(found.by[POLICY]), centred(by_policy), rtol=1e-11)
    np.testing.assert_allclose(found.by[REWARD], by_reward, rtol=1e-11)


@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_jets(seed: int) -> None:
    instance = random_instance(seed)
    along = instance.tangents[POLICY][0]
    found = adjoint(m.objective, instance, POLICY, parameter=m.theta)
    assert found.along == pytest.approx(evaluate(grad(m.objective), instance).array[0], rel=1e-11)
    assert found.along == pytest.approx((found.by[POLICY] * along).sum(), rel=1e-11)


def test_second_derivatives_agree_with_differences() -> None:
    instance = random_instance(0)
    found = adjoint(m.objective, instance, POLICY, parameter=m.theta)
    step, along = 1e-5, instance.tangents[POLICY][0]
    sides = []
    for sign in (1, -1):
        there = TableInstance(
            Float64(),
            instance.sizes,
            {**instance.tables, POLICY: instance.tables[POLICY] + sign * step * along},
            {},
            instance.lengths,
            m.hypotheses,
        )
        sides.append(adjoint(m.objective, there, POLICY).by[POLICY])
    np.testing.assert_allclose(found.along_by[POLICY], (sides[0] - sides[1]) / (2 * step), rtol=1e-7)


def test_what_it_does_not_do_is_refused() -> None:
    instance = random_instance(0)
    for term in (grad(m.objective), m.expectation(log(m.policy(1)))):
        with pytest.raises(OutsideNumberSystem, match="derivatives by whole tables"):
            adjoint(term, instance, POLICY)
    with pytest.raises(SortError, match=r"a, s is free"):
        adjoint(REWARD(m.s, m.a), instance, POLICY)
    exact = TableInstance(Rational(), instance.sizes, instance.tables)
    with pytest.raises(OutsideNumberSystem, match="float64, not rational"):
        adjoint(m.objective, exact, POLICY)
