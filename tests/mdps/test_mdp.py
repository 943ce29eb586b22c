"""Finite MDPs: their tables checked, their values held to a second reading written another way."""

from __future__ import annotations

import re
import subprocess
import sys
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

import gymnasium
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgsym.errors import InstanceError, TooLarge
from pgsym.extras import install
from pgsym.mdps import (
    LinearSoftmax,
    TabularSoftmax,
    from_arrays,
    from_gymnasium,
    gradient,
    hessian_vector,
    objective,
)
from pgsym.meaning.evaluator import evaluate
from pgsym.problems import trajectories
from pgsym.terms import grad

m = trajectories()
HALF = Fraction(1, 2)
ENVIRONMENTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("FrozenLake-v1", {}),
    ("FrozenLake-v1", {"is_slippery": False}),
    ("FrozenLake-v1", {"success_rate": 0.7}),
    ("CliffWalking-v1", {}),
    ("CliffWalkingSlippery-v1", {}),
    ("Taxi-v4", {}),
    ("Taxi-v4", {"is_rainy": True}),
)


# a second reading ----------------------------------------------------------------------------------------------------
class Episodes:
    """Episodes of an environment, followed forwards through its own table as long as they are alive; complex-safe."""

    def __init__(self, environment: Any):
        bare = environment.unwrapped
        self.rho = np.asarray(bare.initial_state_distrib)
        S, A = len(bare.P), len(bare.P[0])
        self.alive, self.pay = np.zeros((S, A, S)), np.zeros((S, A))
        for s, a in product(range(S), range(A)):
            for p, successor, reward, terminated in bare.P[s][a]:
                self.pay[s, a] += p * reward
                self.alive[s, a, successor] += 0 if terminated else p

    def objective(self, pi: np.ndarray, T: int) -> Any:
        total, alive = 0, self.rho.astype(pi.dtype)
        for _ in range(T):
            taken = alive[:, None] * pi
            total = total + (taken * self.pay).sum()
            alive = np.tensordot(taken, self.alive, 2)
        return total

    def gradient(self, theta: np.ndarray, T: int) -> np.ndarray:
        """By forward sensitivities: how the mass alive moves with every logit, all at once."""
        pi = softmax(theta)
        S, A = pi.shape
        dpi = np.zeros((S, A, S, A), dtype=pi.dtype)  # logit (s, b) moves π(a | s)
        for s in range(S):
            dpi[s, :, s, :] = np.diag(pi[s]) - np.outer(pi[s], pi[s])
        dpi = dpi.reshape(S * A, S, A)
        total = np.zeros(S * A, dtype=pi.dtype)
        alive, moved = self.rho.astype(pi.dtype), np.zeros((S * A, S), dtype=pi.dtype)
        for _ in range(T):
            taken = alive[:, None] * pi
            dtaken = moved[:, :, None] * pi + alive[:, None] * dpi
            total += dtaken.reshape(S * A, -1) @ self.pay.ravel()
            alive = np.tensordot(taken, self.alive, 2)
            moved = dtaken.reshape(S * A, -1) @ self.alive.reshape(S * A, S)
        return total.reshape(S, A)


class Tables:
    """Just enough of an environment: tables, and nothing to simulate."""

    def __init__(self, P: Any, rho: Any):
        self.P, self.initial_state_distrib = P, rho
        self.unwrapped = self


def softmax(theta: np.ndarray) -> np.ndarray:
    """Rows of exponentials, without a shift: complex logits keep their derivative."""
    e = np.exp(theta)
    return e / e.sum(axis=1, keepdims=True)


def relative(x: np.ndarray, y: np.ndarray) -> float:
    """The largest deviation in units of the largest entry."""
    return float(np.abs(np.asarray(x) - y).max() / np.abs(y).max())


def richardson(f: Any, h: float = 0.2, levels: int = 6) -> float:
    """The derivative at 0 by central differences, extrapolated from halved steps."""
    row = [(f(h / 2**k) - f(-h / 2**k)) / (2 * h / 2**k) for k in range(levels)]
    for order in range(1, levels):
        row = [(4**order * fine - coarse) / (4**order - 1) for coarse, fine in pairwise(row)]
    return row[0]


# values --------------------------------------------------------------------------------------------------------------
def test_frozen_lake_8x8_at_horizon_100_to_nine_digits() -> None:
    environment = gymnasium.make("FrozenLake-v1", map_name="8x8")
    mdp, episodes = from_gymnasium(environment, 100), Episodes(environment)
    rng = np.random.default_rng(0)
    policy = TabularSoftmax(rng.standard_normal((64, 4)))
    v = rng.standard_normal((64, 4))
    found = gradient(mdp, policy)
    assert relative(found, episodes.gradient(policy.theta, 100)) < 1e-9
    assert relative(objective(mdp, policy), episodes.objective(policy.table, 100)) < 1e-12
    slope = evaluate(grad(m.objective), mdp.instance(policy, [policy.jvp(v)])).array[0]
    assert relative((found * v).sum(), slope) < 1e-9
    complex_step = episodes.objective(softmax(policy.theta + 1e-30j * v), 100).imag / 1e-30
    assert relative((found * v).sum(), complex_step) < 1e-9
    central = richardson(lambda h: objective(mdp, TabularSoftmax(policy.theta + h * v)))
    assert relative((found * v).sum(), central) < 1e-9
    second = episodes.gradient(policy.theta + 1e-30j * v, 100).imag / 1e-30
    assert relative(hessian_vector(mdp, policy, v), second) < 1e-9


@pytest.mark.parametrize(("name", "options"), ENVIRONMENTS, ids=lambda x: str(x))
def test_every_environment_agrees_with_its_own_episodes(name: str, options: dict[str, Any]) -> None:
    environment = gymnasium.make(name, **options)
    mdp, episodes, T = from_gymnasium(environment, 12), Episodes(environment), 12
    rng = np.random.default_rng(1)
    theta = rng.standard_normal((mdp.S, mdp.A))
    policy = TabularSoftmax(theta)
    assert objective(mdp, policy) == pytest.approx(episodes.objective(policy.table, T), rel=1e-12)
    v = rng.standard_normal((mdp.S, mdp.A))
    complex_step = episodes.objective(softmax(theta + 1e-30j * v), T).imag / 1e-30
    assert (gradient(mdp, policy) * v).sum() == pytest.approx(complex_step, rel=1e-10)


@pytest.mark.parametrize(("name", "options"), ENVIRONMENTS[:4], ids=lambda x: str(x))
def test_the_gradient_as_a_term_is_the_gradient_by_going_back(name: str, options: dict[str, Any]) -> None:
    mdp = from_gymnasium(name, 8, **options)
    rng = np.random.default_rng(2)
    policy = TabularSoftmax(rng.standard_normal((mdp.S, mdp.A)))
    v = rng.standard_normal((mdp.S, mdp.A))
    slope = evaluate(grad(m.objective), mdp.instance(policy, [policy.jvp(v)])).array[0]
    assert (gradient(mdp, policy) * v).sum() == pytest.approx(slope, rel=1e-10)


def test_linear_softmax_is_the_chain_rule_through_its_features() -> None:
    mdp = from_gymnasium("FrozenLake-v1", 10)
    rng = np.random.default_rng(3)
    features, theta, v = rng.standard_normal((16, 4, 3)), rng.standard_normal(3), rng.standard_normal(3)
    policy, tabular = LinearSoftmax(features, theta), TabularSoftmax(features @ theta)
    assert np.allclose(policy.table, tabular.table, rtol=1e-14)
    by_logits = gradient(mdp, tabular)
    assert relative(gradient(mdp, policy), np.einsum("sad,sa->d", features, by_logits)) < 1e-12
    second = np.einsum("sad,sa->d", features, hessian_vector(mdp, tabular, features @ v))
    assert relative(hessian_vector(mdp, policy, v), second) < 1e-12


def test_the_hessian_is_symmetric() -> None:
    mdp = from_gymnasium("CliffWalking-v1", 8)
    rng = np.random.default_rng(4)
    policy = TabularSoftmax(rng.standard_normal((48, 4)))
    v, w = rng.standard_normal((2, 48, 4))
    assert (hessian_vector(mdp, policy, v) * w).sum() == pytest.approx((hessian_vector(mdp, policy, w) * v).sum())


def test_extreme_logits_neither_overflow_nor_vanish() -> None:
    assert TabularSoftmax([[1e300, 0.0]]).table.tolist() == [[1.0, 0.0]]
    with pytest.raises(InstanceError, match="not finite"):
        _ = LinearSoftmax([[[1e300], [0.0]]], [1e300]).table


@st.composite
def tables(draw: st.DrawFn) -> Tables:
    """Small environments: repeated and impossible successors, and states entered with and without an end."""
    S, A = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    weight, reward = st.integers(0, 3), st.integers(-3, 3)

    def row() -> list[tuple[float, int, int, bool]]:
        entries = draw(
            st.lists(st.tuples(weight, st.integers(0, S - 1), reward, st.booleans()), min_size=1, max_size=4)
        )
        total = sum(w for w, *_ in entries)
        return [(w / total, *rest) for w, *rest in entries] if total else [(1.0, *entries[0][1:])]

    start = [draw(weight) for _ in range(S)]
    rho = np.array(start) / sum(start) if sum(start) else np.eye(S)[0]
    return Tables({s: {a: row() for a in range(A)} for s in range(S)}, rho)


@given(tables(), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_any_table_agrees_with_its_own_episodes(table: Tables, T: int, seed: int) -> None:
    exact = from_gymnasium(table, T, rationalise=True)
    episodes, S = Episodes(table), len(table.P)
    theta = np.random.default_rng(seed).standard_normal((exact.S, exact.A))
    policy = TabularSoftmax(theta)
    expected = episodes.objective(policy.table[:S], T)
    assert np.isclose(objective(exact, policy), expected, rtol=1e-12, atol=1e-12)
    assert np.isclose(objective(from_gymnasium(table, T), policy), expected, rtol=1e-12, atol=1e-12)
    assert np.allclose(gradient(exact, policy)[:S], episodes.gradient(theta[:S], T), rtol=1e-10, atol=1e-12)
    assert np.allclose(gradient(exact, policy)[S:], 0, atol=1e-13)


# reading tables ------------------------------------------------------------------------------------------------------
def test_a_terminated_transition_pays_and_nothing_after_it_does() -> None:
    P = {0: {0: [(1.0, 1, 5.0, True)]}, 1: {0: [(1.0, 0, 100.0, False)]}}
    mdp = from_gymnasium(Tables(P, [1.0, 0.0]), 3)
    assert (mdp.S, mdp.ends.tolist()) == (2, [False, True])
    assert objective(mdp, TabularSoftmax([[0.0], [0.0]])) == 5


def test_a_state_that_also_goes_on_gets_a_copy_in_which_the_episode_has_ended() -> None:
    P = {0: {0: [(0.5, 1, 1.0, True), (0.5, 1, 0.0, False)]}, 1: {0: [(1.0, 1, 10.0, False)]}}
    mdp = from_gymnasium(Tables(P, [1.0, 0.0]), 3)
    assert mdp.S == 3
    assert mdp.states == ("0", "1", "1 (ended)")
    assert objective(mdp, TabularSoftmax(np.zeros((3, 1)))) == pytest.approx(0.5 + 0.5 * 20)


def test_repeated_successors_are_merged_and_thirds_become_thirds() -> None:
    mdp = from_gymnasium("FrozenLake-v1", 4, rationalise=True)
    row = mdp.P[0, 0].tolist()
    assert mdp.exact
    assert (row[0], row[4], sum(row)) == (Fraction(2, 3), Fraction(1, 3), 1)
    assert mdp.r[14, 1] == Fraction(1, 3)
    uniform = np.full((16, 4), Fraction(1, 4), dtype=object)
    value = evaluate(m.objective, mdp.instance(uniform)).array[0]
    assert isinstance(value, Fraction)
    assert float(value) == pytest.approx(objective(mdp, TabularSoftmax(np.zeros((16, 4)))))


def test_an_exact_mdp_and_its_floats_have_the_same_tables() -> None:
    exact = from_gymnasium("CliffWalkingSlippery-v1", 4, rationalise=True)
    floats = exact.floats()
    assert not floats.exact
    assert np.array_equal(floats.P, exact.P.astype(float))
    assert floats.rationalised().P.tolist() == exact.P.tolist()


def test_rewards_on_transitions_become_their_expectations() -> None:
    P = [[[HALF, HALF], [0, 1]], [[1, 0], [0, 1]]]
    r = [[[1, 2], [7, 3]], [[0, 9], [9, 1]]]
    mdp = from_arrays([1, 0], P, r, 2)
    assert mdp.r.tolist() == [[Fraction(3, 2), 3], [0, 1]]
    assert not from_arrays([1.0, 0], P, r, 2).exact


# what is refused -----------------------------------------------------------------------------------------------------
GOOD: dict[str, Any] = {"rho": [1, 0], "P": [[[HALF, HALF]], [[0, 1]]], "r": [[1], [0]], "horizon": 2}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"horizon": 0}, "the horizon is 0: an episode has at least one step"),
        ({"horizon": -3}, "the horizon is -3"),
        ({"horizon": 2.0}, "the horizon must be a positive int, not 2.0"),
        ({"horizon": True}, "the horizon must be a positive int, not True"),
        ({"P": [[[HALF, HALF]], [[0, 0.9]]]}, r"P\[1\]\[0\] sums to 0.9, which is 0.1 less than 1: state 1, action 0"),
        ({"P": [[[HALF, 1]], [[0, 2]]]}, r"P\[0\]\[0\] sums to 3/2, which is 1/2 more than 1.*\(2 rows"),
        ({"P": [[[1.5, -0.5]], [[0, 1]]]}, r"P\[0\]\[0\]\[1\] = -0.5: a probability is at least 0"),
        ({"P": [[[float("nan"), 1]], [[0, 1]]]}, r"P\[0\]\[0\]\[0\] is nan"),
        (
            {"P": np.array([[[np.nan, 1.0]], [[0, 1.0]]])},
            r"P\[0\]\[0\]\[0\] is nan: every entry must be finite",
        ),
        ({"P": [[HALF, HALF], [0, 1]]}, r"P has shape \(2, 2\), not \(S, A, S\)"),
        ({"P": [[[1, 0]], [[1]]]}, "P is ragged"),
        ({"P": np.ones((2, 1, 2), dtype=complex)}, "P is an array of complex128"),
        ({"rho": [1, 0, 0]}, r"rho has shape \(3,\), but P has shape \(2, 1, 2\)"),
        ({"rho": [HALF, 0]}, "rho sums to 1/2, which is 1/2 less than 1"),
        ({"rho": [2, -1]}, r"rho\[1\] = -1 is negative"),
        ({"r": [1, 0]}, r"r has shape \(2,\), but P has shape \(2, 1, 2\)"),
        ({"r": np.array([[np.inf], [0]])}, r"r\[0\]\[0\] is inf"),
        ({"r": [["x"], [0]]}, r"r\[0\]\[0\] = 'x' is not a number"),
    ],
)
def test_wrong_tables_are_named(changed: dict[str, Any], message: str) -> None:
    from_arrays(**GOOD)
    with pytest.raises(InstanceError, match=message):
        from_arrays(**(GOOD | changed))


def test_a_wrong_row_of_an_environment_is_named() -> None:
    environment = gymnasium.make("FrozenLake-v1")
    environment.unwrapped.P[3][1] = [(0.7, 2, 0.0, False)]  # type: ignore[attr-defined]
    with pytest.raises(InstanceError, match=r"P\[3\]\[1\] sums to 0.7, which is 0.3 less than 1: state 3, action 1"):
        from_gymnasium(environment, 5)


def test_a_row_that_no_fractions_make_sum_to_one_is_named() -> None:
    p = 2**-0.5
    P = {0: {0: [(p, 0, 0.0, False), (1 - p, 1, 1.0, False)]}, 1: {0: [(1.0, 1, 0.0, False)]}}
    assert from_gymnasium(Tables(P, [1.0, 0.0]), 3).S == 2
    P[0][0][1] = (1 - p + 1e-13, 1, 1.0, False)
    with pytest.raises(InstanceError, match=r"P\[0\]\[0\] sums to .* more than 1"):
        from_gymnasium(Tables(P, [1.0, 0.0]), 3, rationalise=True)


@pytest.mark.parametrize(
    ("P", "rho", "message"),
    [
        ({0: {0: [(1.0, 1, 0.0, False)]}}, [1.0], "leads to state 1, but there are 1"),
        ({0: {0: [(-1.0, 0, 0.0, False)]}}, [1.0], "has the probability -1.0"),
        ({0: {0: [(np.nan, 0, 0.0, False)]}}, [1.0], "not finite"),
        ({0: {0: [("1", 0, 0.0, False)]}}, [1.0], "probability, state and reward must be numbers"),
        ({0: {0: [(1.0, 0.5, 0.0, False)]}}, [1.0], "probability, state and reward must be numbers"),
        ({0: {0: [(1.0, 0)]}}, [1.0], r"is \(1.0, 0\), not \(probability, state, reward, terminated\)"),
        ({0: {0: []}}, [1.0], r"P\[0\]\[0\] sums to 0"),
        ({0: {1: [(1.0, 0, 0.0, False)]}}, [1.0], r"has no P\[0\]\[0\]"),
        ({1: {0: [(1.0, 0, 0.0, False)]}}, [1.0], r"has no P\[0\]"),
        ({0: {0: [(1.0, 0, 0.0, False)]}}, [0.5, 0.5], r"initial_state_distrib of Tables has shape \(2,\)"),
        ({0: {0: [(1.0, 0, 0.0, False)]}}, [0.5], "rho sums to 0.5"),
        ({0: {0: [(1.0, 0, 0.0, False)]}}, None, "does not say where it starts"),
        (None, [1.0], "has no table P"),
    ],
)
def test_a_wrong_table_of_an_environment_is_named(P: Any, rho: Any, message: str) -> None:
    with pytest.raises(InstanceError, match=message):
        from_gymnasium(Tables(P, rho), 2)


@pytest.mark.parametrize(
    ("name", "horizon", "options", "message"),
    [
        ("FrozenLak-v1", 5, {}, "no environment FrozenLak-v1: did you mean FrozenLake-v1?"),
        ("FrozenLake-v1", 0, {}, "the horizon is 0"),
        ("FrozenLake-v1", 101, {}, "cuts its episodes after 100 steps.*max_episode_steps=101"),
        ("FrozenLake-v1", 5, {"map_name": "9x9"}, "FrozenLake-v1 cannot be made: "),
        ("FrozenLake-v1", 5, {"colour": "red"}, "FrozenLake-v1 cannot be made: .*colour"),
        ("Taxi-v3", 5, {}, "Please use `Taxi-v4` instead"),
        ("Blackjack-v1", 5, {}, "has no table P"),
        ("CartPole-v1", 5, {}, r"continuous observations \(a Box of shape \(4,\)\)"),
    ],
)
def test_what_cannot_be_read_says_why(name: str, horizon: int, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InstanceError, match=message) as raised:
        from_gymnasium(name, horizon, **options)
    assert "\n" not in str(raised.value)


def test_the_time_limit_is_the_wrappers() -> None:
    environment = gymnasium.make("FrozenLake-v1", max_episode_steps=300)
    assert from_gymnasium(environment, 300).horizon == 300
    assert type(from_gymnasium(gymnasium.make("FrozenLake-v1").unwrapped, np.int64(300)).horizon) is int


def test_nothing_heavy_is_imported_before_it_is_used() -> None:
    code = "import sys, pgsym.mdps.forms; print([m for m in ('gymnasium', 'matplotlib') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_missing_gymnasium_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gymnasium", None)
    with pytest.raises(InstanceError, match=re.escape(install("gym"))):
        from_gymnasium("FrozenLake-v1", 5)


def test_what_cannot_fit_is_refused_before_it_is_made() -> None:
    class Space:
        n, start = 10**9, 0

    environment = Tables({}, np.ones(1))
    environment.observation_space = environment.action_space = Space()  # type: ignore[attr-defined]
    with pytest.raises(TooLarge, match=r"1000000000 states and 1000000000 actions .* GB"):
        from_gymnasium(environment, 5)
    with pytest.raises(TooLarge, match=r"20000 states and 4 actions would take 12\.8 GB.*sparse"):
        from_arrays([1], [[[1]]], [[0]], 1).transitions.dense(20_000, 4)
    long = from_arrays([1], [[[1]]], [[0]], 10**9)
    with pytest.raises(TooLarge, match="shorten the horizon"):
        gradient(long, TabularSoftmax([[0.0]]))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: TabularSoftmax([0.0]), r"θ must have shape \(S, A\), not \(1,\)"),
        (lambda: TabularSoftmax([[np.nan, 0.0]]), r"θ is nan at \(0, 0\)"),
        (lambda: TabularSoftmax([["x"]]), "θ must be an array of numbers"),
        (lambda: TabularSoftmax(np.zeros((2, 0))), "θ must have shape"),
        (lambda: LinearSoftmax(np.zeros((2, 1, 3)), np.zeros(2)), r"θ has shape \(2,\), but the features have 3"),
        (lambda: TabularSoftmax([[0.0, 0.0]]).jvp([[1.0]]), r"the direction must have θ's shape \(1, 2\)"),
        (lambda: gradient(from_arrays(**GOOD), TabularSoftmax([[0.0]])), r"the policy has shape \(1, 1\), but MDP"),
        (lambda: from_arrays(**GOOD).instance([[0.5], [1]]), r"π\[0\] sums to 0.5"),
        (lambda: from_arrays(**GOOD).instance([[1], [1]], [[[0.0]]]), r"tangents have shape \(1, 1, 1\)"),
    ],
)
def test_wrong_policies_are_named(make: Any, message: str) -> None:
    with pytest.raises(InstanceError, match=message):
        make()
