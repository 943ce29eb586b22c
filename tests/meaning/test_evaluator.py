"""One evaluator, several number systems: each agrees with plain enumeration in SymPy."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product
from math import prod

import numpy as np
import pytest
import sympy
from random_terms import GIVEN, F, G, Writer, m
from reference import UNDEFINED, Problem, moved_table, values_of

from pgsym.decide.agreement.degree_bounds import DegreeBound
from pgsym.decide.primes import is_prime
from pgsym.decide.sizes import Size
from pgsym.errors import OutsideNumberSystem, TooLarge, UndefinedValue
from pgsym.meaning.concrete import Concrete
from pgsym.meaning.evaluator import evaluate, evaluate_with_poles
from pgsym.meaning.numbers.base import Ball, Float64, Numbers, Rational, Symbolic
from pgsym.meaning.numbers.bounds import Bounds, interval
from pgsym.meaning.numbers.prime_field import PrimeField
from pgsym.problems.classification_problem import LABEL, LABEL_LAW
from pgsym.problems.one_step_problem import POLICY, REWARD, STATE_LAW
from pgsym.terms import ACTION, STATE, Term, Variable, expect, grad, log, sum_over
from pgsym.terms.nodes import lift

S, A = 2, 2
SIZES = {STATE: S, ACTION: A}


def tables(seed: int) -> dict:  # type: ignore[type-arg]
    """Random exact tables, probabilities with small denominators."""
    rng = random.Random(seed)

    def row(n: int) -> list[Fraction]:
        weights = [rng.randint(1, 4) for _ in range(n)]
        return [Fraction(w, sum(weights)) for w in weights]

    def law(outcomes: int, rows: int) -> np.ndarray:  # type: ignore[type-arg]
        return np.array([row(outcomes) for _ in range(rows)], dtype=object).T

    def real(*shape: int) -> np.ndarray:  # type: ignore[type-arg]
        out = np.empty(shape, dtype=object)
        for i in np.ndindex(shape):
            out[i] = Fraction(rng.randint(-3, 3), rng.randint(1, 2))
        return out

    return {
        STATE_LAW: law(S, 1)[:, 0],
        POLICY: law(A, S),
        LABEL_LAW: law(A, S),
        REWARD: real(S, A),
        F: real(S, A),
        G: real(S),
        LABEL: np.array([rng.randrange(A) for _ in range(S)]),
    }


def both(term: Term, seed: int, numbers: Numbers, at: tuple[int, int]) -> tuple[list, tuple]:  # type: ignore[type-arg]
    """The evaluator's values (one for each coordinate), and the reference's."""
    ts = tables(seed)
    concrete = Concrete(ts, (POLICY,), constants={"c": Fraction(2)})
    found = evaluate_with_poles(term, concrete.instance(numbers, SIZES, {}, GIVEN), (m.a, m.s))
    coordinates: list[sympy.Symbol] = []

    def fresh() -> sympy.Symbol:
        coordinates.append(sympy.Symbol(f"t{len(coordinates)}", real=True))
        return coordinates[-1]

    exact = {
        k: t if k == LABEL else np.vectorize(lambda v: sympy.Rational(v.numerator, v.denominator), otypes=[object])(t)
        for k, t in ts.items()
    }
    exact[POLICY] = moved_table(exact[POLICY], POLICY, True, fresh)
    problem = Problem(SIZES, {}, exact, coordinates, GIVEN, {"c": sympy.Integer(2)})
    mine = list(found.array[(slice(None), *at)])
    if found.poles is not None:
        holes = np.broadcast_to(found.poles, found.array.shape)[(slice(None), *at)]
        mine = [UNDEFINED if h else v for v, h in zip(mine, holes, strict=True)]
    return mine, values_of(term, problem, {"a": at[0], "s": at[1]})


def term_of(seed: int) -> Term:
    writer = Writer(random.Random(1000 + seed))
    return writer.vector(2) if seed % 2 else writer.real(3)


SYSTEMS: list[Numbers] = [Rational(), Float64(), Symbolic(), Ball()]


@pytest.mark.parametrize("numbers", SYSTEMS, ids=lambda n: n.name)
@pytest.mark.parametrize("seed", range(30))
def test_number_systems_agree_with_enumeration(seed: int, numbers: Numbers) -> None:
    term, at = term_of(seed), (seed % A, seed % S)
    try:
        mine, theirs = both(term, seed, numbers, at)
    except OutsideNumberSystem:
        assert isinstance(numbers, Rational | Ball)
        return
    theirs = theirs * (len(mine) if len(theirs) == 1 else 1)
    mine = mine * (len(theirs) if len(mine) == 1 else 1)
    for x, y in zip(mine, theirs, strict=True):
        if UNDEFINED in (x, y):
            assert x == y
        elif isinstance(numbers, Ball):
            assert bool((x - Ball().scalar(Fraction(0))).contains(0)) or abs(float(x) - float(y)) < 1e-12 * (
                1 + abs(float(y))
            )
        elif isinstance(numbers, Float64):
            assert abs(float(x) - float(y)) <= 1e-9 * (1 + abs(float(y)))
        else:
            assert sympy.simplify(sympy.sympify(x) - y) == 0


@pytest.mark.parametrize("seed", range(20))
def test_a_prime_field_holds_the_residues(seed: int) -> None:
    """The value modulo p is the rational value's residue, wherever the latter has no logarithm in it."""
    term = term_of(seed)
    concrete = Concrete(tables(seed), (POLICY,), constants={"c": Fraction(2)})
    try:
        exact = evaluate(term, concrete.instance(Rational(), SIZES, {}, GIVEN), (m.a, m.s)).array
    except (OutsideNumberSystem, UndefinedValue):
        return
    p = 2_147_483_629
    field = PrimeField([p] * len(concrete.coordinates))
    instance = concrete.instance(field, SIZES, {}, GIVEN)
    instance.tables = {  # residues: a rational has one for each prime
        s: t if s == LABEL else field.array(np.broadcast_to(t, (len(field.primes), *t.shape)))
        for s, t in concrete.tables.items()
    }
    instance.table = lambda s, _, d: instance.tangents.get(s) if d else instance.tables[s]  # type: ignore[method-assign]
    instance.tangents = {s: field.array(t) for s, t in concrete.tangents().items()}
    instance.choices = lambda s: np.asarray(concrete.tables[s])[np.newaxis]  # type: ignore[method-assign]
    instance.constant = lambda _: field.constant(Fraction(2))  # type: ignore[method-assign]
    residues = np.broadcast_to(evaluate(term, instance, (m.a, m.s)).array, (len(field.primes), A, S))
    for at in product(range(len(field.primes)), range(A), range(S)):
        value = np.broadcast_to(exact, residues.shape)[at]
        assert residues[at] == value.numerator * pow(value.denominator, -1, p) % p


def test_expectation_is_over_the_support() -> None:
    """1/π averaged under π counts the answers that can be drawn; summed with weights π it does not exist."""
    concrete = Concrete({POLICY: np.array([[Fraction(1)], [Fraction(0)]], dtype=object)}, ())
    instance = concrete.instance(Rational(), {STATE: 1, ACTION: 2}, {}, ())
    assert evaluate(expect(1 / m.policy, (m.a, m.policy_law)), instance, (m.s,)).array.item() == 1
    with pytest.raises(UndefinedValue):
        evaluate(sum_over(m.a, of=m.policy * (1 / m.policy)), instance, (m.s,))


def test_logarithms_expand_alike_in_every_number_system() -> None:
    concrete = Concrete({POLICY: np.array([[Fraction(1, 4)], [Fraction(3, 4)]], dtype=object)}, ())
    for numbers in (Float64(), Symbolic()):
        instance = concrete.instance(numbers, {STATE: 1, ACTION: 2}, {}, ())
        left = evaluate(log(m.policy**2 / 4), instance, (m.a, m.s)).array
        right = evaluate(2 * log(m.policy) - 2 * log(2), instance, (m.a, m.s)).array
        assert all(abs(float(x - y)) < 1e-14 for x, y in zip(left.flat, right.flat, strict=True))


def test_intervals_enclose_and_know_signs() -> None:
    bounds = Bounds()
    rng = np.random.default_rng(0)
    ends = np.sort(rng.normal(size=(2, 50, 2)), axis=-1)
    x, y = (interval(e[:, 0], e[:, 1]) for e in ends)
    for operation, exact in ((bounds.add, lambda p, q: p + q), (bounds.multiply, lambda p, q: p * q)):
        out = operation(x, y)
        for weight in (0.0, 0.3, 1.0):
            p, q = (e[:, 0] * (1 - weight) + e[:, 1] * weight for e in ends)
            value = exact(p, q)
            assert ((out.real <= value + 1e-12) & (value - 1e-12 <= out.imag)).all()
    with pytest.raises(OutsideNumberSystem, match="sign"):
        bounds.signs(interval([-1.0], [1.0]))


def test_primes_are_primes() -> None:
    rng = random.Random(0)
    numbers = [rng.randrange(2**31) for _ in range(400)] + list(range(200)) + [2047, 1373653, 25326001, 3215031751 - 2]
    assert all(is_prime(n) == sympy.isprime(n) for n in numbers)


def test_the_logarithm_of_a_fraction_of_entries_counts_as_theirs() -> None:
    """The evaluator expands it, so that it has as many different logarithms as the tables have entries."""
    size = Size.of(S=3, A=2)
    counts = []
    for term in (log(m.policy / m.state_mass), log(m.policy) - log(m.state_mass)):
        bound = DegreeBound(size, {})
        assert bound.real(bound.read(term)).numerator == 1
        counts.append((bound.count.all_values, bound.count.degree))
    assert counts == [(6 + 3, 1)] * 2
    bound = DegreeBound(size, {})
    bound.read(log(m.policy / (m.state_mass + m.reward)))  # a sum is no entry
    assert bound.count.arguments == 1
    bound.read(log(m.policy + m.state_mass * m.reward))
    assert (bound.count.arguments, bound.count.degree) == (2, 2)


@pytest.mark.parametrize(
    ("term", "true_degree"),
    [
        (m.policy * m.policy, 2),
        (sum_over(m.a, of=m.policy * m.reward), 2),
        (m.expectation(m.reward**3), 5),
        (grad(m.policy * m.policy), 2),
    ],
)
def test_the_degree_bound_is_one(term: Term, true_degree: int) -> None:
    bound = DegreeBound(Size.of(S=2, A=2), {})
    assert bound.real(bound.read(term)).numerator >= true_degree


@pytest.mark.parametrize("actions", [3, 5000])
def test_a_product_of_many_sums_under_a_sum_is_not_opened(actions: int) -> None:
    """Its 2^40 summands would take years; so would those of one that stands beside another summand."""
    product_of_sums = lift(1)
    for k in range(40):
        product_of_sums = product_of_sums * (m.reward - k)
    rewards = [Fraction(2 * (n % 3) + 1, 2) for n in range(actions)]
    instance = _rewarded(rewards).instance(Rational(), {STATE: 1, ACTION: actions}, {}, ())
    right = sum(r + prod([r - k for k in range(40)]) for r in rewards)
    assert evaluate(sum_over(m.a, of=m.reward + product_of_sums), instance, (m.s,)).array.item() == right


def test_a_product_of_sums_that_is_too_large_both_ways_is_refused() -> None:
    others = [Variable(f"b_{k}", ACTION) for k in range(30)]
    product_of_sums = lift(1)
    for b in others:
        product_of_sums = product_of_sums * (m.reward + REWARD(m.s, b))
    instance = _rewarded([Fraction(1)] * 3).instance(Rational(), {STATE: 1, ACTION: 3}, {}, ())
    with pytest.raises(TooLarge, match="more than 1048576 summands: take smaller sizes"):
        evaluate(sum_over(m.a, of=product_of_sums), instance, (m.s, *others))


def _rewarded(rewards: list[Fraction]) -> Concrete:
    return Concrete({REWARD: np.array([rewards], dtype=object)}, ())
