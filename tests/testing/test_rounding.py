"""The running error bound encloses the true error, and is not idle."""

from fractions import Fraction

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pgsym.meaning.evaluator import evaluate
from pgsym.meaning.tables import problem, value
from pgsym.problems import one_step
from pgsym.terms import Variable, exp, grad, log
from pgsym.testing.rounding import UNIT, Rounding
from pgsym.testing.strategies import one_step_problems

m = one_step()
R = Rounding()
c, d = Variable("c"), Variable("d")
reals = st.floats(-1e3, 1e3, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-6)
few = settings(max_examples=100, deadline=None, derandomize=True, database=None)


@few
@given(reals, reals)
def test_encloses_the_exact_value(x, y):
    """Fractions compute what the floats approximate."""
    for term in (c + d, c * d - d, (c + d) * (c - d), (c * c - d * d) / (1 + c * c), (c + d) ** 3):
        exact = value(term, problem({"c": Fraction(x), "d": Fraction(y)}, [c, d]))
        (near,) = evaluate(term, problem({"c": x, "d": y}, [c, d], numbers=R)).array
        assert abs(Fraction(near.real) - exact) <= Fraction(UNIT * near.imag) + Fraction(1, 2**1000)


@few
@given(one_step_problems(zeros=False))
def test_is_small_where_nothing_cancels(drawn):
    (near,) = evaluate(m.objective, drawn.instance([m.objective], m.hypotheses, R)).array
    assert near.imag <= 100 * np.abs(drawn.reward).max()


@few
@given(reals)
def test_functions(x):
    assume(x != 0)
    (near,) = evaluate(log(exp(c / 100) * 1), problem({"c": x}, [c], numbers=R)).array
    assert abs(near.real - x / 100) <= 2 * UNIT * near.imag


def test_exact_zeros_are_poles_and_rounded_ones_are_not():
    x = R.array([0.0, 0.1])
    assert R.is_zero(x).tolist() == [True, False]
    tenth = R.array([0.1])
    difference = R.add(tenth, R.multiply(R.constant(Fraction(-1)), tenth))
    assert difference.real == 0
    assert not R.is_zero(difference).any()
    assert R.reciprocal(difference)[0].imag == np.inf


def test_gradients_near_a_certain_answer_keep_their_digits():
    """π(1 − π) at π = 1 − 10^-9, where 1 − π cancels."""
    small = 1e-9
    tables = {"D": [1.0], "π": [[1 - small, small]], "r": [[1.0, 0.0]]}
    gradient = value(grad(m.objective), problem(tables, [m.objective], m.hypotheses))
    np.testing.assert_allclose(gradient, [small * (1 - small), -small * (1 - small)], rtol=1e-12)


def test_an_exponential_outside_the_range_of_floats_is_not_known() -> None:
    numbers = Rounding()
    values = numbers.exp(numbers.array([-800.0, 800.0, 1.0]))
    assert np.isinf(values.imag).tolist() == [True, True, False]
    assert not numbers.is_zero(values).any()
