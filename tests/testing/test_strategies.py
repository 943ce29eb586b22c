"""What the strategies draw, and what they shrink to."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis.errors import NoSuchExample

from pgsym.decide.sizes import Size
from pgsym.errors import InstanceError
from pgsym.meaning.tables import value
from pgsym.problems import classification
from pgsym.terms import Positive, Variable, grad, log
from pgsym.testing.strategies import (
    OneStepProblem,
    labels,
    one_step_problems,
    parameters,
    problems,
    rewards,
    rows,
    simplex,
    sizes,
)

m = classification()
few = settings(max_examples=60, deadline=None, derandomize=True, database=None)
search = settings(max_examples=1000, deadline=None, derandomize=True, database=None)


@few
@given(simplex(4, exact=True))
def test_exact_rows_sum_to_one(row):
    assert row.shape == (4,)
    assert row.sum() == 1
    assert all(isinstance(p, Fraction) and p >= 0 for p in row)


@few
@given(simplex(4))
def test_float_rows_sum_to_one(row):
    assert row.dtype == np.float64
    assert abs(row.sum() - 1) < 1e-12
    assert ((row == 0) | (row >= 1e-7)).all()


@few
@given(simplex(3, zeros=False))
def test_positive_rows_stay_away_from_zero(row):
    assert (row >= 1e-6).all()


@pytest.mark.parametrize("exact", [True, False])
def test_zeros_and_ones_are_drawn(exact):
    assert find(simplex(3, exact=exact), lambda row: 1 in row, settings=search).tolist() == [1, 0, 0]
    assert 0 in find(simplex(3, exact=exact), lambda row: 0 in row and 1 not in row, settings=search)
    with pytest.raises(NoSuchExample):
        find(simplex(3, zeros=False, exact=exact), lambda row: 0 in row, settings=few)


def test_rows_shrink_to_simple_fractions():
    assert find(simplex(2, zeros=False, exact=True), lambda row: True, settings=search).tolist() == [Fraction(1, 2)] * 2
    assert find(simplex(2, exact=True), lambda row: 0 < row[0] < row[1], settings=search).tolist() == [
        Fraction(1, 3),
        Fraction(2, 3),
    ]


@few
@given(rows((2, 3), 2), rows(2, (2, 2), exact=True))
def test_tables_of_rows_have_conditions_first(floats, exacts):
    assert floats.shape == (2, 3, 2)
    np.testing.assert_allclose(floats.sum(axis=2), 1)
    assert exacts.shape == (2, 2, 2)
    assert set(exacts.sum(axis=(1, 2))) == {1}


@few
@given(rewards((2, 2)), parameters(3), rewards(2, exact=True), labels((2, 2), 3))
def test_ranges(reward, parameter, exact, label):
    assert reward.shape == (2, 2)
    assert (abs(reward) <= 10).all()
    assert (abs(parameter) <= 5).all()
    assert all(isinstance(x, Fraction) for x in exact)
    assert label.dtype == np.int64
    assert set(label.ravel()) <= {0, 1, 2}


def test_sizes_reach_their_bounds_and_shrink_to_one():
    assert find(sizes(), lambda _: True, settings=search) == Size.of(S=1, A=1, N=1, T=1)
    assert find(sizes(4, 5, 3), lambda s: s == Size.of(S=4, A=5, N=3, T=3), settings=search)


@few
@given(one_step_problems(exact=True))
def test_exact_problems_have_exact_values(drawn):
    reached = value(m.objective, drawn.instance([m.objective], m.hypotheses[:2]))
    assert isinstance(reached, Fraction)
    assert reached == sum((drawn.state_law[:, None] * drawn.policy * drawn.reward).ravel())


@few
@given(one_step_problems(zeros=False))
def test_float_problems_are_instances(drawn):
    """∂J/∂θ_sa = D(s) π(a | s) (r(s, a) − J(s)), by plain NumPy."""
    instance = drawn.instance([m.objective, m.accuracy], m.hypotheses)
    baseline = (drawn.policy * drawn.reward).sum(axis=1, keepdims=True)
    expected = drawn.state_law[:, None] * drawn.policy * (drawn.reward - baseline)
    np.testing.assert_allclose(value(grad(m.objective), instance), expected.ravel(), rtol=1e-9, atol=1e-12)
    right = drawn.policy[np.arange(len(drawn.label)), drawn.label]
    assert value(m.accuracy, instance) == pytest.approx((drawn.state_law * right).sum())


def test_both_labels_at_once():
    drawn = OneStepProblem(
        np.array([1.0]), np.array([[0.25, 0.75]]), np.zeros((1, 2)), np.array([1]), np.array([[1.0, 0.0]]), 2
    )
    instance = drawn.instance([m.soft_cross_entropy, m.cross_entropy])
    assert value(m.soft_cross_entropy, instance) == -np.log(0.25)
    assert value(m.cross_entropy, instance) == -np.log(0.75)


def test_a_symbol_that_one_step_problems_lack():
    drawn = find(one_step_problems(exact=True, states=1), lambda _: True, settings=few)
    with pytest.raises(InstanceError, match=r"no table for z\[s\]\[a\]"):
        drawn.instance([grad(m.logit)])


@few
@given(problems((m.over_states(m.label_mass * log(m.policy)) * Variable("c"),), (Positive(m.policy.symbol),)))
def test_problems_have_what_the_terms_mention(drawn):
    assert set(drawn.tables) == {"D(s)", "π_θ(a | s)", "y(a | s)", "c"}
    assert (drawn.tables["π_θ(a | s)"] > 0).all()
    assert drawn.tables["y(a | s)"].shape == drawn.tables["π_θ(a | s)"].shape
