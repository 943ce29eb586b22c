"""Matrices at concrete instances, and policies with tied parameters, against SymPy's own derivatives."""

import random
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
import sympy
from campaigns import share
from reference import Problem, moved_table, values_of

from pgsym.errors import InstanceError, OutsideNumberSystem
from pgsym.meaning.concrete import Concrete
from pgsym.meaning.instances import TableInstance
from pgsym.meaning.numbers.base import Ball, Float64, Numbers, Rational, Symbolic
from pgsym.meaning.parametrisations import log_linear
from pgsym.meaning.tables import printed, problem, value
from pgsym.problems import one_step, trajectories
from pgsym.problems.one_step_problem import POLICY, REWARD, STATE_LAW
from pgsym.problems.trajectory import START, TRANSITION
from pgsym.terms import ACTION, PARAMETER, STATE, Variable, covariance, grad, log, outer, transpose
from pgsym.terms.nodes import Symbol, Term

F = Fraction
m, o = trajectories(), one_step()
pairwise = m.expectation(m.score(1) * m.reward(1) + m.score(2) * m.reward(2))
draws = ((o.s, o.state_law), (o.a, o.policy_law))
MATRICES: dict[str, Term] = {
    "a Hessian": grad(grad(o.objective)),
    "a transposed Hessian": transpose(grad(grad(o.objective))),
    "the Jacobian of a field": grad(o.expectation(grad(o.policy))),
    "a transposed Jacobian": transpose(grad(o.policy * grad(o.objective))),
    "an outer product": outer(grad(o.objective), grad(o.expectation(o.reward**2))),
    "the Fisher information": o.expectation(outer(o.score, o.score)),
    "a covariance": covariance(o.score, o.reward * o.score, *draws),
    "a sum": grad(grad(o.objective)) + outer(o.score, grad(o.objective)),
    "zero": grad(grad(o.reward)),
    "of a logarithm": grad(grad(log(o.policy))),
}
FIELDS: dict[str, Term] = {"pairwise": grad(pairwise), "of J": transpose(grad(grad(m.objective)))}
SYSTEMS: list[Numbers] = [Rational(), Float64(), Symbolic(), Ball()]


def law(rng: random.Random, outcomes: int, *rows: int, zeros: bool = False) -> np.ndarray:  # type: ignore[type-arg]
    out = np.empty((outcomes, *rows), dtype=object)
    for row in np.ndindex(rows):
        weights = [rng.randint(1, 5) for _ in range(outcomes)]
        weights[0] = 0 if zeros else weights[0]
        out[(slice(None), *row)] = [F(w, sum(weights)) for w in weights]
    return out


def tables(seed: int, S: int = 2, A: int = 3, zeros: bool = False) -> dict[Symbol, np.ndarray]:  # type: ignore[type-arg]
    rng = random.Random(seed)
    rewards = np.array([F(rng.randint(-4, 4), rng.randint(1, 3)) for _ in range(S * A)], dtype=object).reshape(S, A)
    return {
        START: law(rng, S),
        STATE_LAW: law(rng, S),
        TRANSITION: law(rng, S, S, A),
        POLICY: law(rng, A, S, zeros=zeros),
        REWARD: rewards,
    }


def in_sympy(ts: dict[Symbol, np.ndarray], moved: dict[Symbol, bool], sizes: dict) -> Problem:  # type: ignore[type-arg]
    """The tables with those that move as SymPy expressions in coordinates of their own."""
    coordinates: list[sympy.Symbol] = []

    def fresh() -> sympy.Symbol:
        coordinates.append(sympy.Symbol(f"t{len(coordinates)}", real=True))
        return coordinates[-1]

    exact = {
        s: np.vectorize(lambda v: sympy.Rational(v.numerator, v.denominator), otypes=[object])(t) for s, t in ts.items()
    }
    for symbol, softmax in moved.items():
        exact[symbol] = moved_table(exact[symbol], symbol, softmax, fresh)
    return Problem({STATE: sizes["S"], ACTION: sizes["A"]}, {"T": 2}, exact, coordinates, m.hypotheses, {})


def same(mine: list, theirs: tuple, numbers: Numbers) -> None:  # type: ignore[type-arg]
    assert len(mine) in (1, len(theirs))
    for x, y in zip(mine * (len(theirs) if len(mine) == 1 else 1), theirs, strict=True):
        if isinstance(numbers, Ball):
            assert (x - numbers.scalar(F(int(y.p), int(y.q)))).contains(0)
        elif isinstance(numbers, Float64):
            assert abs(x - float(y)) < 1e-12 * (1 + abs(float(y)))
        else:
            assert sympy.nsimplify(x - y) == 0


@pytest.mark.parametrize("numbers", SYSTEMS, ids=lambda n: n.name)
@pytest.mark.parametrize("parameter", ["softmax", "entries", "both"])
@pytest.mark.parametrize("name", share(MATRICES, 3))
def test_matrices_are_what_sympy_finds(name: str, parameter: str, numbers: Numbers) -> None:
    term, ts = MATRICES[name], tables(3, S=1, zeros=parameter == "entries")
    if parameter == "entries" and "log" in name:
        pytest.skip("the logarithm of zero")
    concrete = Concrete(ts, tuple(moved(parameter)))
    instance = concrete.instance(numbers, {STATE: 1, ACTION: 3}, {}, o.hypotheses)
    mine = value(term, instance, {"s": 0, "a": 2}, undefined="?")
    flat = [x for row in mine for x in row]  # type: ignore[union-attr]
    assert len(flat) == len(concrete.coordinates) ** 2
    theirs = by_sympy(name, parameter)
    same(flat, theirs * (len(flat) // len(theirs)), numbers)


def moved(parameter: str) -> dict[Symbol, bool]:
    return {POLICY: parameter != "entries"} | ({REWARD: False} if parameter == "both" else {})


@cache
def by_sympy(name: str, parameter: str) -> tuple:  # type: ignore[type-arg]
    ts = tables(3, S=1, zeros=parameter == "entries")
    return values_of(MATRICES[name], in_sympy(ts, moved(parameter), {"S": 1, "A": 3}), {"s": 0, "a": 2})


@pytest.mark.parametrize("name", share(FIELDS, 2))
def test_jacobians_over_trajectories_are_what_sympy_finds(name: str) -> None:
    term, ts = FIELDS[name], tables(7, A=2)
    instance = Concrete(ts, (POLICY,)).instance(Rational(), {STATE: 2, ACTION: 2}, {"T": 2}, m.hypotheses)
    flat = [x for row in value(term, instance) for x in row]  # type: ignore[union-attr]
    same(flat, values_of(term, in_sympy(ts, {POLICY: True}, {"S": 2, "A": 2}), {}), Rational())
    assert any(flat)


class TestConventions:
    """Row i of ∇F is ∂_i F, row i of x yᵀ is x_i y."""

    instance = problem({"D": [1], "π": [["1/3", "2/3"]], "r": [[0, 1]]}, [o.objective], o.hypotheses)

    def test_rows_of_an_outer_product(self) -> None:
        left, right = o.policy * grad(o.objective), grad(o.expectation(o.policy * o.reward))
        x, y = (value(t, self.instance, {"s": 0, "a": 0}) for t in (left, right))
        rows = tuple(tuple(a * b for b in y) for a in x)  # type: ignore[union-attr]
        assert value(outer(left, right), self.instance, {"s": 0, "a": 0}) == rows

    def test_rows_of_a_jacobian(self) -> None:
        """π_1 ∇π_2 is no gradient: its Jacobian has the rows ∂_i π_1 ∇π_2 + π_1 ∂_i ∇π_2."""
        b = Variable("b", ACTION)
        p, q, at = (POLICY(o.a, o.s, o.theta), POLICY(b, o.s, o.theta), {"s": 0, "a": 0, "b": 1})
        instance = problem({"π": [["1/2", "1/4", "1/4"]]}, [p, q])
        dp, dq = (value(grad(t), instance, at) for t in (p, q))
        ddq = value(grad(grad(q)), instance, at)
        expected = tuple(tuple(dp[i] * dq[j] + F(1, 2) * ddq[i][j] for j in range(3)) for i in range(3))
        assert value(grad(p * grad(q)), instance, at) == expected
        assert value(transpose(grad(p * grad(q))), instance, at) == tuple(zip(*expected, strict=True))
        assert expected != tuple(zip(*expected, strict=True))

    def test_a_vector_at_the_same_instance(self) -> None:
        value(grad(grad(o.objective)), self.instance)
        assert value(grad(o.objective), self.instance) == (F(-2, 9), F(2, 9))

    def test_what_does_not_move(self) -> None:
        assert value(grad(grad(o.reward)), self.instance, {"s": 0, "a": 0}) == ((0, 0), (0, 0))

    def test_a_number_that_moves(self) -> None:
        """w², for a symbol without axes: the slope 2w and the curvature 2."""
        w = Symbol("w", (PARAMETER,))(o.theta)
        instance = problem({"w": 3}, [w])
        assert instance.coordinates == ("w",)
        assert [value(t, instance) for t in (grad(w * w), grad(grad(w * w)))] == [(6,), ((2,),)]

    def test_printed(self) -> None:
        assert printed(((F(1), F(2)), (F(3), F(4)))) == "((1, 2), (3, 4))"
        assert printed(((F(1),),)) == "1"

    def test_tables_without_a_policy_class(self) -> None:
        plain = TableInstance(
            Rational(), {STATE: 1, ACTION: 2}, {POLICY: tables(1, S=1, A=2)[POLICY]}, {POLICY: np.zeros((2, 2, 1))}
        )
        with pytest.raises(OutsideNumberSystem, match="policy class"):
            value(grad(grad(o.policy)), plain, {"s": 0, "a": 0})


class TestLogLinear:
    x = (((1, 0, 0), (0, 2, -1)), ((0, 0, 0), (1, 1, 0)))
    u = (F(2), F(1, 3))

    def in_sympy(self) -> tuple[Problem, dict]:  # type: ignore[type-arg]
        """π as SymPy has it, with θ_j = log u_j + t_j, and the other tables."""
        t = sympy.symbols("t0 t1", real=True)
        ts = tables(11)
        exact = {
            s: np.vectorize(lambda v: sympy.Rational(v.numerator, v.denominator), otypes=[object])(a)
            for s, a in ts.items()
        }
        pi = np.empty((3, 2), dtype=object)
        for s in range(2):
            w = [
                sympy.prod((sympy.Rational(str(u)) * sympy.exp(t[j])) ** self.x[j][s][a] for j, u in enumerate(self.u))
                for a in range(3)
            ]
            pi[:, s] = [v / sum(w) for v in w]
        exact[POLICY] = pi
        return Problem({STATE: 2, ACTION: 3}, {"T": 2}, exact, list(t), m.hypotheses, {}), ts

    @pytest.mark.parametrize(
        "term", share([grad(pairwise), m.objective, grad(m.objective), grad(grad(m.objective))], 2)
    )
    def test_values_and_derivatives_are_what_sympy_finds(self, term: Term) -> None:
        exact, ts = self.in_sympy()
        listed = {
            "ρ": ts[START].tolist(),
            "p": np.moveaxis(ts[TRANSITION], 0, -1).tolist(),
            "r": ts[REWARD].tolist(),
            "π": log_linear(self.x, self.u),
        }
        instance = problem(listed, [m.objective], m.hypotheses, T=2)
        assert instance.coordinates == ("θ1", "θ2")
        flat = np.array(value(term, instance), dtype=object).ravel().tolist()
        same(flat, values_of(term, exact, {}), Rational())

    def test_a_softmax_is_one_with_a_feature_an_entry(self) -> None:
        features = [[[int((s, a) == (i, j)) for a in range(2)] for s in range(2)] for i in range(2) for j in range(2)]
        tied = log_linear(features, [1, 3, 2, 5])
        given = {"D": ["1/3", "2/3"], "r": [[1, 2], [3, -4]]}
        own, untied = (problem({**given, "π": p}, [o.objective], o.hypotheses) for p in (tied, tied.table))
        for term in (o.objective, grad(o.objective), grad(grad(o.objective))):
            assert value(term, own) == value(term, untied)

    def test_one_parameter(self) -> None:
        """π = σ(θ) in one state and σ(−θ) in the other: a derivative by one number."""
        instance = problem({"π": log_linear([[0, 1], [0, -1]], F(3))}, [o.policy])
        assert [value(grad(o.policy), instance, {"s": s, "a": 1}) for s in (0, 1)] == [(F(3, 16),), (F(-3, 16),)]
        assert value(grad(grad(o.policy)), instance, {"s": 0, "a": 1}) == ((F(3, 16) * F(-1, 2),),)

    def test_floats(self) -> None:
        instance = problem({"π": log_linear([[0, 1]], 3.0)}, [o.policy])
        assert value(grad(o.policy), instance, {"s": 0, "a": 1}) == (pytest.approx(0.1875),)

    def test_what_does_not_move_is_a_table(self) -> None:
        instance = problem({"D": [1], "π": log_linear([[0, 1]], 3), "r": [[0, 1]]}, [o.objective], o.hypotheses)
        assert instance.concrete.parametrisation == "the logits of π are linear in θ1"
        assert value(o.objective, instance) == F(3, 4)

    @pytest.mark.parametrize(
        ("features", "u", "message"),
        [
            ([[0, F(1, 2)]], 2, "the feature Fraction(1, 2) is not an integer, so π would not be rational"),
            ([[0, 1]], 0, "the weights u = 0 must be positive numbers, one for each parameter"),
            ([[[0, 1]]], [2, 3], "features of shape (1, 1, 2) for 2 weights: give x[j][s][a], one x_j for each weight"),
        ],
    )
    def test_refused(self, features: object, u: object, message: str) -> None:
        with pytest.raises(InstanceError) as caught:
            log_linear(features, u)  # type: ignore[arg-type]
        assert str(caught.value) == message

    def test_refused_for_what_is_no_policy(self) -> None:
        with pytest.raises(InstanceError, match=r"^r is not a policy"):
            problem({"r": log_linear([[0, 1]], 2)}, [o.reward])
