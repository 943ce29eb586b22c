"""Whatever a failure prints to reproduce it runs, and fails in the same way, or says what is to be put in."""

import textwrap
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgsym.estimators import bandit, entropy, expected_return, forward_kl, from_advantages, from_torch, kl, tree
from pgsym.estimators import objectives as known
from pgsym.estimators.batches import Batching
from pgsym.estimators.estimator import FromFunction
from pgsym.testing import assert_gradient_of, assert_same_gradient, assert_scaled, assert_unbiased
from pgsym.testing.drawing import drawn
from pgsym.testing.reproduction import Script

F = Fraction
PROBLEM = bandit([F(1, 3), F(2, 3)], [1, 0], reference=[F(1, 4), F(3, 4)])


def opposite(returns, total_scores):
    return -3 * (returns[..., None] * total_scores).mean(axis=1)


def problem(returns, total_scores):
    """Its name is one that a reproduction uses itself."""
    return opposite(returns, total_scores)


def longest(p):
    return p.lengths


def shown(assertion, *arguments, **options):
    with pytest.raises(AssertionError) as caught:
        assertion(*arguments, **options)
    message = str(caught.value)
    said, _, script = message.partition("\n\nTo reproduce it")
    return said, script.partition(":\n\n")[2]


def run(script):
    """What the test in a file says when it fails, or asks to be put in."""
    space: dict = {}
    exec(compile(textwrap.dedent(script), "test_reproduced.py", "exec"), space)
    try:
        space["test_reproduced"]()
    except AssertionError as error:
        return str(error).partition("\n\nTo reproduce it")[0]
    except NotImplementedError as error:
        return None if "put your own" in str(error) else str(error)
    raise RuntimeError("it does not fail")


def same(assertion, *arguments, **options):
    said, script = shown(assertion, *arguments, problems=[PROBLEM], groups=1, group_size=1, **options)
    again = run(script)
    assert again is None or again == said
    return again is not None


OBJECTIVES = {
    "a sum": expected_return - 0.1 * kl,
    "a fraction": F(1, 3) * entropy + expected_return,
    "nested": 2 * (expected_return - 0.5 * (kl - entropy)),
    "minus": -(expected_return + kl),
    "minus in a difference": expected_return - (-entropy),
    "less a sum": expected_return - (kl + 0.25 * forward_kl),
    "numpy's": np.float64(0.5) * entropy,
    "an expectation": known.expectation('E[length]\n"quoted" \u2028', longest) + expected_return,
}


@pytest.mark.parametrize("name", OBJECTIVES)
def test_an_objective_is_written_with_its_parts(name):
    assert same(assert_gradient_of, FromFunction(opposite), OBJECTIVES[name])
    assert same(assert_scaled, FromFunction(opposite), 2, OBJECTIVES[name])


parts = st.sampled_from([expected_return, entropy, kl, forward_kl])
factors = st.one_of(
    st.integers(-3, 3), st.fractions(-2, 2, max_denominator=9), st.floats(-2, 2).map(lambda x: x or 1.0)
)
sums = st.recursive(
    parts,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda x: x[0] + x[1]),
        st.tuples(inner, inner).map(lambda x: x[0] - x[1]),
        st.tuples(factors, inner).map(lambda x: x[0] * x[1]),
        inner.map(lambda x: -x),
    ),
    max_leaves=4,
)


@settings(max_examples=40, deadline=None, database=None, derandomize=True)
@given(sums)
def test_any_sum_of_objectives_is_the_same_when_it_is_read_back(objective):
    script = Script()
    written = script.objective(objective)
    space: dict = {}
    exec(script._head(), space)
    again = eval(written, space)
    assert again.name == objective.name
    assert np.allclose(again.gradient(PROBLEM.floats()), objective.gradient(PROBLEM.floats()))


def test_an_objective_of_ones_own_that_nobody_can_import_is_asked_for():
    own = known.Objective("mine", lambda p: p.value, lambda p: 2 * p.gradient)
    _, script = shown(assert_gradient_of, opposite, own, problems=[PROBLEM], groups=1, group_size=1)
    assert run(script) is None
    assert "objective = None" not in script


def test_names_that_a_file_uses_itself_are_imported_by_others():
    assert same(assert_unbiased, problem)


def test_two_functions_of_one_name_are_two():
    first, second = (from_advantages(f) for f in ((lambda returns: 2 * returns), (lambda returns: 3 * returns)))
    _, script = shown(assert_same_gradient, first, second, problems=[PROBLEM], groups=1, group_size=1)
    assert run(script) is None
    assert "def your_function(returns):" in script
    assert "def your_function_(returns):" in script


def test_parameters_of_any_kind_are_written():
    def own(returns, /, *rest, other: "no type" = None, **more):  # noqa: F722
        return returns

    script = Script()
    script._function(own)
    for text in script.missing.values():
        compile(text, "x", "exec")


@settings(max_examples=60, deadline=None, database=None, derandomize=True)
@given(st.text(max_size=12))
def test_any_name_of_an_estimator_runs(name):
    class Own:
        def __init__(self):
            self.name = name

        def __call__(self, samples):
            return opposite(samples["returns"], samples["total_scores"])

    script = Script()
    text = script.text(Batching(PROBLEM), f"assert_unbiased({script.estimator(Own())}")
    assert run(text) is None


@pytest.mark.extras
@settings(max_examples=25, deadline=None, database=None, derandomize=True)
@given(st.text(max_size=12))
def test_any_name_of_a_loss_runs(name):
    pytest.importorskip("torch")
    script = Script()
    own = from_torch(by_logp, name=name, names={"lp": "logp"}, sign=-2.5)
    text = script.text(Batching(PROBLEM), f"assert_unbiased({script.estimator(own)}")
    assert run(text).splitlines()[0].startswith((name or "by_logp").splitlines()[0][:5])


def by_logp(lp, returns):
    return -(lp.sum(1) * returns).mean()


@pytest.mark.parametrize("seed", range(3))
def test_any_problem_is_written_so_that_it_runs(seed):
    """All kinds, sizes and policies that are drawn, with groups and multisets."""
    for k, p in enumerate(drawn(18, seed=seed, off_policy=None, critic=bool(seed % 2), discounts=(1, F(1, 2)))):
        batching = Batching(p, groups=1 + k % 2, group_size=1 + k % 3, unordered=k % 2 == 0)
        text = Script().text(batching, 'assert_unbiased(given["estimator"]')
        space: dict = {"given": {"estimator": None}}
        exec(compile(text.replace("    assert_unbiased(", "    return dict(x="), "x", "exec"), space)
        (again,) = space["test_reproduced"]()["problems"]
        assert str(again) == str(p)
        assert np.array_equal(again.gradient, p.gradient)


def test_a_problem_too_long_to_be_written_is_asked_for(monkeypatch):
    monkeypatch.setattr("pgsym.testing.reproduction.LONGEST", 10)
    _, script = shown(assert_unbiased, opposite, problems=[tree([0, 1, 2, 4])], groups=1, group_size=1)
    assert run(script) is None
    assert "problem_of_the_failure = None" not in script


def test_a_function_called_like_an_assertion_gets_another_name():
    assert Script().imported("my_losses", "assert_loss") == "_assert_loss"
