"""Problems as Python: what is written builds the same problem."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgsym.estimators import bandit, from_mdp, tree
from pgsym.estimators.writing import NAMES, python
from pgsym.mdps import from_arrays
from pgsym.python_source import literal
from pgsym.testing.estimator_problems import problems

NAMESPACE = {name: value for name, (_, value) in NAMES.items()}
HALF = Fraction(1, 2)
EVERYTHING = ("kind", "starts", "states", "actions", "rewards", "mask", "chance", "policy", "behaviour", "reference")


@settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=[*HealthCheck])
@given(problems(off_policy=None, critic=True, discounts=[1, HALF]), st.booleans())
def test_what_is_written_builds_the_problem_again(problem, floats):
    wanted = problem.floats() if floats else problem
    written = python(wanted)
    assert written.partition("(")[0] == {"MDP": "from_mdp"}.get(wanted.kind, wanted.kind)
    found = eval(written, NAMESPACE)
    for key in EVERYTHING:
        assert np.array_equal(getattr(found, key), getattr(wanted, key)), key
    assert (found.exact, found.discount) == (wanted.exact, wanted.discount)
    assert np.array_equal(found.critic, wanted.critic)


def test_lines_are_short():
    problem = tree(lambda prompt, tokens: Fraction(sum(tokens), 7), vocabulary=3, length=3, end=0, prompts=2)
    assert max(map(len, python(problem).splitlines())) <= 105


def test_what_no_builder_makes_is_written_as_arrays():
    m = from_arrays([HALF, HALF], [[[1, 0], [0, 1]]] * 2, [[0, 1], [1, 2]], horizon=2)
    p = from_mdp(m, [[HALF, HALF]] * 2)
    written = python(replace(p, source=None))
    assert written.startswith("Episodes(")
    assert np.array_equal(eval(written, NAMESPACE).gradient, p.gradient)


@pytest.mark.parametrize("value", [Fraction(1, 3), 2, 0.1, -1e-30, np.float64(2.5)])
def test_numbers_are_read_back_the_same(value):
    assert eval(literal(value), {"Fraction": Fraction}) == value


def test_the_shortest_form_is_written():
    assert python(bandit([HALF, HALF], [0, 1])) == "bandit(policy=[[Fraction(1, 2), Fraction(1, 2)]], reward=[[0, 1]])"
