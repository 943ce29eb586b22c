"""Shortcuts of the arithmetic: each gives what the long way gives."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from pgsym.decide.agreement.degree_bounds import DegreeBound
from pgsym.decide.primes import random_primes
from pgsym.decide.sizes import Size
from pgsym.meaning.concrete import Concrete
from pgsym.meaning.evaluator import evaluate, evaluate_with_poles
from pgsym.meaning.generic import GenericInstance
from pgsym.meaning.numbers.base import Array, Float64, Numbers, Rational
from pgsym.meaning.numbers.prime_field import PrimeField
from pgsym.problems import one_step, trajectories
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import ACTION, STATE, Term, Variable, grad, log, outer, product_range, sum_range
from pgsym.terms.nodes import lift
from pgsym.terms.structure import substitute

m, tau = one_step(), trajectories()
t, T, gamma = tau.t, tau.T, Variable("γ")


@pytest.mark.parametrize("entries", range(1, 12))
def test_every_entry_is_inverted(entries: int) -> None:
    field = PrimeField([2_147_483_629, 1_073_741_827])
    x = np.random.default_rng(entries).integers(1, field.primes[:, np.newaxis], size=(2, entries))
    x[0, -1] = 0
    inverses, poles = field.reciprocal(x)
    assert poles.tolist() == (x == 0).tolist()
    assert field.multiply(x, inverses).tolist() == (x != 0).astype(int).tolist()


@pytest.mark.parametrize("function", ["log", "reciprocal"])
def test_a_table_that_all_points_share_may_have_zeros(function: str) -> None:
    """Such as that of an indicator, whose logarithm is 0 where it is 1."""
    field = PrimeField([2_147_483_629, 1_073_741_827])
    identity = np.eye(3, dtype=np.int64)[np.newaxis]
    values, poles = getattr(field, function)(identity)
    assert poles.tolist() == (identity == 0).tolist()
    worth = identity if function == "reciprocal" else np.zeros_like(identity)
    assert (values == worth).all()


def test_three_products_of_the_largest_residues_do_not_overflow() -> None:
    field = PrimeField([2_147_483_629])
    largest = field.primes[:, np.newaxis] - 1
    jets = dict.fromkeys(range(4), largest)
    out = field.contract(jets, ("a",), jets, ("a",), ("a",), 0)
    assert {mask: int(array[0, 0]) for mask, array in out.items()} == {0: 1, 1: 2, 2: 2, 3: 4}


@pytest.mark.parametrize("numbers", [Rational(), Float64()], ids=lambda n: n.name)
def test_no_logarithm_has_no_gradient(numbers: Numbers) -> None:
    """∇ log(π − 1/2) exists where π > 1/2, and is ∇π / (π − 1/2) there."""
    policy = np.array([[Fraction(1, 4), Fraction(1, 2)], [Fraction(3, 4), Fraction(1, 2)]])
    instance = Concrete({POLICY: policy}, (POLICY,)).instance(numbers, {STATE: 2, ACTION: 2}, {}, ())
    found = evaluate_with_poles(grad(log(m.policy - Fraction(1, 2))), instance, (m.a, m.s))
    assert found.poles is not None
    assert found.poles[0].tolist() == [[True, True], [False, True]]
    moved = evaluate(grad(m.policy) * 4, instance, (m.a, m.s))
    assert (found.array[:, 1, 0] == moved.array[:, 1, 0]).all()


def test_second_derivatives_of_a_logarithm() -> None:
    instance = GenericInstance({STATE: 2, ACTION: 3}, {}, (), random_primes(2, seed=0))

    def worth(term: Term) -> Array:
        return evaluate(term, instance, (m.a, m.s)).array

    hessian, bent = worth(grad(grad(log(m.policy)))), grad(grad(m.policy)) / m.policy
    assert (hessian == worth(bent - outer(m.score, m.score))).all()
    assert not (hessian == worth(bent)).any()


@pytest.mark.parametrize(
    ("body", "once"), [(tau.policy(t), True), (tau.policy(t) / tau.reward(t), True), (gamma ** (t - 1), False)], ids=str
)
@pytest.mark.parametrize("binder", [sum_range, product_range])
def test_a_body_that_is_as_large_at_all_times_is_read_once(binder: object, body: Term, once: bool) -> None:
    """Its degree is that of the terms written out."""
    reads: list[Term] = []

    class Counting(DegreeBound):
        def apply(self, symbol, arguments, environment):  # type: ignore[no-untyped-def]
            reads.append(symbol)
            return super().apply(symbol, arguments, environment)

    def bound(term: Term) -> tuple[int, int]:
        reads.clear()
        degree = Counting(Size.of(S=2, A=3, T=4), {}).read(term)
        return degree.total, len(reads)

    at = [substitute(body, {t: lift(k)}) for k in range(1, 5)]
    written = at[0] + at[1] + at[2] + at[3] if binder is sum_range else at[0] * at[1] * at[2] * at[3]
    degree, mine = bound(binder(t, 1, T, of=body))  # type: ignore[operator]
    expected, theirs = bound(written)
    assert degree == expected
    assert (mine < theirs) == once
