"""The evaluator against plain enumeration on random terms and problems, in every number system, poles included."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
import sympy
from campaigns import share
from flint import arb, fmpq
from random_trajectories import BASELINE, FIXED, GAMMA, GIVEN, OLD, Draw, F, InScope, Q, Writer, m

from pgsym.decide.confirmation.enumeration import Walk
from pgsym.decide.confirmation.environment import Drawn
from pgsym.decide.confirmation.jets import FRACTIONS, Opaque, Scalars, Undefined
from pgsym.errors import OutsideNumberSystem, UndefinedValue
from pgsym.meaning.evaluator import evaluate_with_poles
from pgsym.meaning.instances import Instance
from pgsym.meaning.numbers.base import Ball, Float64, Numbers, Rational, Symbolic
from pgsym.meaning.numbers.prime_field import PrimeField
from pgsym.problems.one_step_problem import POLICY, REWARD
from pgsym.problems.trajectory import HISTORY_LAW, START, TRAJECTORY_LAW, TRANSITION
from pgsym.terms import (
    ACTION,
    STATE,
    TRAJECTORY,
    Symbol,
    Term,
    Variable,
    covariance,
    expect,
    grad,
    indicator,
    log,
    outer,
    product_range,
    sum_over,
    sum_range,
    transpose,
    variance,
)
from pgsym.terms.hypotheses import Definition
from pgsym.terms.nodes import lift
from pgsym.terms.structure import free

P = 2_147_483_629
KINDS = ("rational", "float64", "prime field", "SymPy", "ball arithmetic")


class Residue:
    """An integer modulo a prime."""

    __slots__ = ("n", "p")

    def __init__(self, n: int, p: int):
        self.n, self.p = n % p, p

    def __add__(self, other: Any) -> Any:
        return Residue(self.n + other.n, self.p) if isinstance(other, Residue) else NotImplemented

    def __mul__(self, other: Any) -> Any:
        return Residue(self.n * other.n, self.p) if isinstance(other, Residue) else NotImplemented

    def __truediv__(self, other: Any) -> Any:
        return self * Residue(pow(other.n, -1, self.p), self.p) if isinstance(other, Residue) else NotImplemented

    def __neg__(self) -> Residue:
        return Residue(-self.n, self.p)

    def __eq__(self, other: object) -> bool:
        return self.n == (other.n if isinstance(other, Residue) else other)

    __hash__ = None  # type: ignore[assignment]


SCALARS = {
    "rational": FRACTIONS,
    "float64": Scalars("float64", float, lambda x: float(np.log(x))),
    "prime field": Scalars("prime field", lambda x: Residue(x.numerator * pow(x.denominator, -1, P), P), ordered=False),
    "SymPy": Scalars("SymPy", lambda x: sympy.Rational(x.numerator, x.denominator), sympy.log),
}
NUMBERS: dict[str, Numbers] = {
    "rational": Rational(),
    "float64": Float64(),
    "prime field": PrimeField([P]),
    "SymPy": Symbolic(),
    "ball arithmetic": Ball(),
}
LEVELS = ((), (0,), (1,), (0, 1))
SYMBOLS: dict[Symbol, tuple[str | None, ...]] = {
    START: (None,),
    TRANSITION: (None,),
    POLICY: ("θ", "θ'"),
    REWARD: (None,),
    F: (None,),
    BASELINE: (None,),
    Q: ("θ",),
}


@dataclass(frozen=True)
class Shape:
    """The sizes of a problem, and how many of its probabilities are zero."""

    states: int
    actions: int
    horizon: int
    sparsity: float
    policy_zeros: bool

    @property
    def trajectories(self) -> int:
        """How many there are."""
        return (self.states * self.actions) ** self.horizon

    @property
    def sizes(self) -> dict[Any, int]:
        """The sizes of the sorts."""
        return {STATE: self.states, ACTION: self.actions}


def tables(shape: Shape, rng: random.Random, random_residues: bool = False) -> dict[Any, Any]:
    """Tables and derivatives by (symbol, parameter, directions): rows sum to one, their derivatives to zero.

    A derivative at a probability that is zero may or may not vanish.
    """

    def number() -> Fraction:
        return Fraction(rng.randrange(1, P)) if random_residues else Fraction(rng.randint(-4, 4), rng.randint(1, 3))

    out: dict[Any, Any] = {}
    for symbol, parameters in SYMBOLS.items():
        axes = [shape.sizes[s] for s in symbol.arguments if s in shape.sizes]
        for parameter, levels in product(parameters, LEVELS):
            if levels and (symbol in FIXED or (parameter == "θ'" and rng.random() < 0.2)):
                continue
            table = np.empty(axes, dtype=object)
            if not symbol.outcomes:
                for place in np.ndindex(*axes):
                    table[place] = number()
                out[symbol, parameter, levels] = table
                continue
            sparse = 0.0 if symbol == POLICY and not shape.policy_zeros else shape.sparsity
            for row in np.ndindex(*axes[1:]):
                if levels:
                    base = out[symbol, parameter, ()]
                    column = [
                        number() if base[(i, *row)] or rng.random() < 0.3 else Fraction(0) for i in range(axes[0])
                    ]
                    column[rng.randrange(axes[0])] -= sum(column)
                else:
                    weights = [rng.randint(1, 4) * (rng.random() >= sparse) for _ in range(axes[0])]
                    weights[rng.randrange(axes[0])] += not any(weights)
                    if random_residues:
                        weights = [w and rng.randrange(1, P) for w in weights]
                    column = [Fraction(w, sum(weights)) for w in weights]
                for i, x in enumerate(column):
                    table[(i, *row)] = x
            out[symbol, parameter, levels] = table
    return out


class Tables(Instance):
    """Given tables, with second derivatives, in a number system."""

    def __init__(self, shape: Shape, exact: Mapping[Any, Any], numbers: Numbers, gamma: Fraction):
        super().__init__(shape.sizes, {"T": shape.horizon}, GIVEN)
        self.numbers, self.exact, self.gamma = numbers, exact, gamma

    def table(self, symbol: Symbol, parameter: str | None, directions: tuple[int, ...]) -> Any:
        found = self.exact.get((symbol, parameter, directions))
        return None if found is None else self.numbers.array(found[np.newaxis])

    def choices(self, symbol: Symbol) -> Any:
        raise KeyError(symbol)

    def constant(self, variable: Variable) -> Any:
        return self.numbers.constant({GAMMA: self.gamma}[variable])


def loose(term: Term, shape: Shape) -> tuple[tuple[Variable, ...], list[tuple[tuple[int, ...], dict[str, Any]]]]:
    """The free variables of a term, and every way to give them values: as an index of an array, and by name."""
    variables = tuple(sorted((v for v in free(term) if v.sort in (STATE, ACTION, TRAJECTORY)), key=lambda v: v.name))
    spaces: list[list[tuple[tuple[int, ...], Any]]] = []
    for v in variables:
        if v.sort != TRAJECTORY:
            spaces.append([((i,), i) for i in range(shape.sizes[v.sort])])
            continue
        steps = [(name, t) for t in range(1, shape.horizon + 1) for name in ("s", "a")]
        sizes = [range(shape.states if name == "s" else shape.actions) for name, _ in steps]
        spaces.append([(drawn, Drawn(dict(zip(steps, drawn, strict=True)))) for drawn in product(*sizes)])
    names = [v.name for v in variables]
    chosen = product(*spaces)
    return variables, [(sum((i for i, _ in c), ()), dict(zip(names, (x for _, x in c), strict=True))) for c in chosen]


def evaluated(term: Term, instance: Instance, shape: Shape) -> list[Any]:
    """The evaluator's value for all values of the free variables; "undefined" or "outside" where it has none."""
    axes, places = loose(term, shape)
    try:
        factor = evaluate_with_poles(term, instance, axes)
    except (UndefinedValue, OutsideNumberSystem) as reason:
        return ["undefined" if isinstance(reason, UndefinedValue) else "outside"] * len(places)
    poles = np.broadcast_to(False if factor.poles is None else factor.poles, factor.array.shape)
    return ["undefined" if poles[(0, *i)] else factor.array[(0, *i)] for i, _ in places]


def walked(term: Term, shape: Shape, exact: Mapping[Any, Any], kind: str, gamma: Fraction) -> list[Any]:
    """The same by enumeration."""
    scalars = SCALARS[kind]
    converted: dict[Any, dict[tuple[int, ...], Any]] = {
        key: {place: scalars.of(table[place]) for place in np.ndindex(*table.shape)} for key, table in exact.items()
    }

    def entry(symbol: Symbol, parameter: str | None, levels: tuple[int, ...], place: tuple[int, ...]) -> Any:
        table = converted.get((symbol, parameter, levels))
        return None if table is None else table[place]

    definitions = {h.symbol: h for h in GIVEN if isinstance(h, Definition)}
    walk = Walk(scalars, shape.sizes, {"T": shape.horizon}, definitions, entry, {"γ": scalars.of(gamma)})

    def value(free_values: dict[str, Any]) -> Any:
        walk.free = free_values
        try:
            found = walk.value(term)
        except Undefined:
            return "undefined"
        return "outside" if isinstance(found, Opaque) else found

    return [value(values) for _, values in loose(term, shape)[1]]


def agree(kind: str, mine: Any, theirs: Any) -> bool:
    """Whether the evaluator's value is the enumerated one: to 1e-9 in floats, else exactly."""
    if kind == "float64":
        return bool(abs(mine - theirs) <= 1e-9 * max(1.0, abs(theirs)))
    if kind == "prime field":
        return bool(mine == theirs.n)
    if kind == "ball arithmetic":
        return bool(mine.overlaps(arb(fmpq(theirs.numerator, theirs.denominator))) and mine.rad() < 1e-30)
    if kind == "SymPy":
        return bool(mine == theirs or sympy.expand(sympy.expand_log(mine - theirs, force=True)) == 0)
    return bool(mine == theirs)


def compare(term: Term, shape: Shape, seed: int, kinds: tuple[str, ...] = KINDS) -> Counter[tuple[str, str]]:
    """How many values, undefined places and values outside the numbers were compared in each number system.

    AssertionError where the readings differ.  Only a logarithm can lie outside the numbers; the evaluator may say so
    of a whole table where the enumeration meets none of its logarithms.
    """
    gamma = Fraction(2, 3)
    exact = tables(shape, random.Random(seed))
    seen: Counter[tuple[str, str]] = Counter()
    for kind in kinds:
        used = exact if kind != "prime field" else tables(shape, random.Random(seed), random_residues=True)
        expected = walked(term, shape, used, "rational" if kind == "ball arithmetic" else kind, gamma)
        found = evaluated(term, Tables(shape, used, NUMBERS[kind], gamma), shape)
        assert len(found) == len(expected)
        for mine, theirs in zip(found, expected, strict=True):
            if theirs == "outside" or (isinstance(mine, str) and mine == "outside" and "log" in str(term)):
                seen[kind, "outside"] += 1
                continue
            where = f"{kind}, seed {seed}, {shape}: {term}\n  evaluator   {mine}\n  enumeration {theirs}"
            if isinstance(mine, str) or isinstance(theirs, str):
                assert str(mine) == str(theirs), where
                seen[kind, "undefined"] += 1
            else:
                assert agree(kind, mine, theirs), where
                seen[kind, "value"] += 1
    return seen


def random_problem(seed: int) -> tuple[Term, Shape]:
    """A random term, and the sizes and sparsity of a random problem."""
    rng = random.Random(seed)
    shape = Shape(
        rng.randint(1, 4), rng.randint(1, 4), rng.randint(1, 4), rng.choice([0, 0.3, 0.6]), rng.random() < 0.5
    )
    if shape.trajectories > 100:
        shape = replace(shape, states=2, actions=2, horizon=rng.randint(1, 3))
    draws = 1 + (shape.trajectories <= 9)
    writer = Writer(rng, shape.horizon, draws, logs=seed % 16 == 7)
    scope = InScope()
    if seed % 5 == 0:
        scope = InScope(states=(m.s,), actions=(m.a,))
    elif seed % 17 == 0 and shape.trajectories <= 16:
        scope = scope.with_draw(Draw(m.tau, lift(1), m.T, (lift(1), m.T)))
    while True:  # until something is drawn
        writer.gradients_left = 2
        term = (writer.real, writer.vector, writer.vector, writer.matrix)[seed % 4](scope, 4)
        if writer.draws_left < draws:
            return term, shape


CHUNKS, EACH = 26, 15


@pytest.mark.parametrize("chunk", share(range(CHUNKS), 6))
def test_the_evaluator_agrees_with_enumeration(chunk: int) -> None:
    """390 pairs of a term and a problem: nothing is skipped but logarithms that a number system does not hold."""
    compared: Counter[str] = Counter()
    for seed in range(chunk * EACH, (chunk + 1) * EACH):
        seen = compare(*random_problem(seed), seed)
        compared.update({kind for kind, outcome in seen if outcome != "outside"})
    assert compared["float64"] == compared["SymPy"] == EACH
    assert min(compared[kind] for kind in KINDS) >= 12  # 26 chunks: more than 300 pairs in every number system


@pytest.mark.campaign
def test_the_campaign_meets_what_it_should() -> None:
    """Zeros and poles, second derivatives, products over times, ratios, histories and futures occur often enough."""
    written = [str(random_problem(seed)[0]) for seed in range(CHUNKS * EACH)]
    for mark, least in {
        "τ": 150, "^(": 10, "h": 80, "Π_": 50, "Σ_{t": 80, "∇_θ ∇_θ": 15, "∇_θ": 200, "∇_{θ'}": 8, "π_{θ'}": 60,
        "log": 100, "1{": 60, "(· | s, a)": 1, " | 1{": 10, "/": 60, "²": 20,
    }.items():  # fmt: skip
        assert sum(mark in text for text in written) >= least, (mark, sum(mark in text for text in written))
    undefined = [compare(*random_problem(seed), seed, ("prime field",)) for seed in range(200)]
    assert sum(bool(seen["prime field", "undefined"]) for seen in undefined) >= 5


old = POLICY(m.action(m.t), m.state(m.t), OLD)
SCORES = sum_range(m.t, 1, m.T, of=m.score(m.t))
TO_GO = sum_range(m.t, 1, m.T, of=m.score(m.t) * sum_range(m.u, m.t, m.T, of=m.reward(m.u)))
WEIGHT = product_range(m.t, 1, m.T, of=m.policy(m.t) / old)
ON_ZEROS = Shape(2, 2, 2, 0.5, policy_zeros=True)


@pytest.mark.parametrize(
    ("term", "undefined"),
    share(
        [
            (m.expectation(SCORES * m.total_reward), False),  # a score is averaged over the support only
            (grad(m.expectation(SCORES)), True),  # but not differentiated there: what moves away from zero counts
            (sum_over(m.s, m.a, of=m.policy(1).symbol(m.a, m.s, m.theta) * grad(log(POLICY(m.a, m.s, m.theta)))), True),
            (expect(WEIGHT * m.total_reward, (m.tau, TRAJECTORY_LAW.law(OLD))), False),
            (m.expectation(m.total_reward / TRAJECTORY_LAW(m.tau, OLD)), True),  # π_old does not cover π
            (m.expectation(m.total_reward / m.mass), False),  # the sum of the rewards of all that can happen
            (m.expectation((m.total_reward / m.mass) ** 0), False),
            (m.expectation(0 * (lift(1) / TRAJECTORY_LAW(m.tau, OLD))), True),  # zero times something undefined
            (m.expectation((lift(1) / TRAJECTORY_LAW(m.tau, OLD)) ** 0), True),  # nor is its zeroth power 1
        ],
        2,
        several=True,
    ),
    ids=str,
)
def test_what_does_not_exist_on_zero_probabilities(term: Term, undefined: bool) -> None:
    outcomes: set[str] = set()
    for seed in range(12):
        outcomes |= {outcome for _, outcome in compare(term, ON_ZEROS, seed)}
    assert ("undefined" in outcomes) == undefined


reward_to_go = m.score(1) * m.total_reward
over_trajectories = (m.tau, TRAJECTORY_LAW.law(m.theta))
hessian = grad(m.expectation(m.score(1) * m.total_reward))


@pytest.mark.parametrize(
    "term",
    [
        variance(m.total_reward, over_trajectories),
        variance(reward_to_go, over_trajectories),
        covariance(m.total_reward, m.reward(1), over_trajectories),
        covariance(SCORES, reward_to_go, over_trajectories),
        grad(variance(m.total_reward, over_trajectories)),
        m.expectation(outer(m.score(1), SCORES)),
        transpose(m.expectation(outer(m.score(1), SCORES * m.total_reward))),
        hessian,
        transpose(hessian),
        hessian - transpose(hessian),
        grad(grad(m.objective)),
    ],
    ids=str,
)
def test_moments_and_matrices(term: Term) -> None:
    shape = Shape(2, 2, 2, 0.3, policy_zeros=False)
    for seed in range(3):
        assert compare(term, shape, seed) == {(kind, "value"): 1 for kind in KINDS}


@pytest.mark.parametrize(
    ("term", "shape", "kind"),
    share(
        [
            (m.expectation(SCORES * m.total_reward), Shape(3, 3, 4, 0, False), "float64"),
            (grad(m.objective), Shape(2, 3, 5, 0.4, False), "prime field"),
            (m.expectation(TO_GO), Shape(5, 2, 4, 0.6, True), "float64"),
            (expect(WEIGHT, (m.tau, TRAJECTORY_LAW.law(OLD))), Shape(1, 3, 7, 0, False), "rational"),
        ],
        4,
        several=True,
    ),
    ids=["REINFORCE", "gradient", "reward to go", "importance weights"],
)
def test_many_trajectories(term: Term, shape: Shape, kind: str) -> None:
    """Thousands of trajectories, up to 10 000, each walked."""
    assert 2_000 < shape.trajectories < 100_000
    assert compare(term, shape, 0, (kind,)) == {(kind, "value"): 1}


@pytest.mark.parametrize(
    ("term", "value"),
    [
        (sum_over(m.tau, of=1), 64),  # every trajectory counts, whatever the body mentions
        (sum_over(m.tau, of=indicator(m.state(1), m.state(m.T))), 32),
        (sum_over(m.tau, of=m.mass), 1),
        (expect(1, (m.h, HISTORY_LAW.law(lift(2), m.theta))), 1),
    ],
    ids=str,
)
def test_a_sum_over_trajectories_meets_each(term: Term, value: int) -> None:
    shape = Shape(2, 2, 3, 0, False)
    assert compare(term, shape, 0) == {(kind, "value"): 1 for kind in KINDS}
    exact = tables(shape, random.Random(0))
    assert evaluated(term, Tables(shape, exact, NUMBERS["rational"], Fraction(1)), shape) == [value]


def test_a_slip_would_be_noticed() -> None:
    """A wrong evaluator, value or pole, fails the comparison."""
    shape = Shape(2, 2, 2, 0, False)
    exact = tables(shape, random.Random(0))
    for kind in KINDS:
        used = tables(shape, random.Random(0), random_residues=True) if kind == "prime field" else exact
        (right,) = evaluated(m.objective, Tables(shape, used, NUMBERS[kind], Fraction(1)), shape)
        (other,) = walked(2 * m.objective, shape, used, "rational" if "ball" in kind else kind, Fraction(1))
        assert not agree(kind, right, other)
