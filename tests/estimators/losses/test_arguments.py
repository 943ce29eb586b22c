"""What the arguments of a loss mean, and what is said where a framework is missing; neither framework is needed."""

import re
import subprocess
import sys

import numpy as np
import pytest

from pgsym.errors import EstimatorError
from pgsym.estimators import Samples, from_jax, from_torch, tree
from pgsym.estimators.losses.advantages import RULES, rule
from pgsym.estimators.losses.arguments import ALIASES, HELD, MEANINGS, axes, meanings
from pgsym.estimators.losses.arrays import gathered
from pgsym.estimators.losses.loss import FromLoss
from pgsym.extras import install

RAGGED = tree([0, 1, 2], end=0).floats()
SAMPLES = Samples(RAGGED, np.array([[0, 1, 2, 2], [1, 1, 0, 2]]), groups=2)


def test_neither_framework_is_imported_before_it_is_asked_for():
    code = "import sys, pgsym.estimators; print({'torch', 'jax'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"


@pytest.mark.parametrize(("adapter", "extra"), [(from_torch, "torch"), (from_jax, "jax")])
def test_a_missing_framework_is_named_with_the_remedy(adapter, extra, monkeypatch):
    monkeypatch.setitem(sys.modules, extra, None)
    monkeypatch.delitem(sys.modules, f"pgsym.estimators.losses.in_{extra}", raising=False)
    with pytest.raises(EstimatorError, match=re.escape(install(extra))):
        adapter(lambda logp: logp.sum())


def test_every_alias_means_something_and_hides_nothing():
    assert set(ALIASES.values()) <= set(MEANINGS)
    assert not set(ALIASES) & set(MEANINGS)


def test_names_go_before_aliases_and_may_be_aliases():
    def loss(logprobs, entropy, kick, coefficient=0.1): ...

    found = meanings(loss, {"entropy": "rewards", "kick": "adv"})
    assert found == {"logprobs": "logp", "entropy": "rewards", "kick": "advantages"}


def numpy_formulas(logits):
    return [np.exp(logits), logits]


NumPyLoss = type(  # a framework of which nothing is asked but what it is given
    "NumPyLoss",
    (FromLoss,),
    dict.fromkeys(FromLoss.__abstractmethods__, lambda *given: True)
    | {"framework": "NumPy", "array": "an array", "formulas": staticmethod(numpy_formulas)},
)


@pytest.mark.parametrize("meaning", HELD)
def test_what_is_held_has_the_shape_it_says(meaning):
    sizes = {"R": 4, "T": 2, "A": 2}
    loss = NumPyLoss(lambda logits, x: None, {"x": meaning})
    found = loss.batch(SAMPLES)[meaning]
    assert found.shape == (2, *(sizes[x] for x in axes(meaning)))
    assert found.dtype.kind == ("i" if "ints" in MEANINGS[meaning] else "b" if "bool" in MEANINGS[meaning] else "f")


def test_advantages_by_rule():
    returns = np.array([[0, 1, 2, 2], [1, 1, 0, 2]])
    off = np.array([[-1, 1, 0, 0], [0, 0, -2, 2]])
    assert np.array_equal(rule("returns")(SAMPLES), returns)
    assert np.array_equal(rule("group_mean")(SAMPLES), off / 2)
    assert np.array_equal(rule("leave_one_out")(SAMPLES), off)
    assert np.allclose(rule("group_standardised")(SAMPLES), np.sign(off))
    assert rule("to_go")(SAMPLES).shape == rule("rewards")(SAMPLES).shape == (2, 4, 2)
    assert set(RULES) == {"returns", "to_go", "rewards", "group_mean", "leave_one_out", "group_standardised"}


def test_advantages_by_a_function():
    assert np.array_equal(rule(lambda returns: returns > 0)(SAMPLES), [[0, 1, 1, 1], [1, 1, 0, 1]])
    with pytest.raises(EstimatorError, match=r"float64 of shape \(4,\): return numbers of shape \(N, R\) = \(2, 4\)"):
        rule(lambda returns: returns[0])(SAMPLES)
    with pytest.raises(EstimatorError, match="did you mean 'leave_one_out'"):
        rule("leave_one")
    with pytest.raises(EstimatorError, match="or a function, not 3"):
        rule(3)
    with pytest.raises(EstimatorError, match="at least two members"):
        rule("leave_one_out")(Samples(RAGGED, np.array([[0], [1]])))


def test_gradients_of_the_logits_are_added_up_by_state():
    rng = np.random.default_rng(0)
    states, rises = rng.integers(0, 3, (5, 2, 4)), rng.normal(size=(5, 2, 4, 2))
    by_hand = np.zeros((5, 3, 2))
    for n, r, t in np.ndindex(states.shape):
        by_hand[n, states[n, r, t]] += rises[n, r, t]
    assert np.allclose(gathered(rises, (states,), 3, 2), by_hand)
    actions = rng.integers(0, 2, states.shape)
    by_hand = np.zeros((5, 3, 2))
    for n, r, t in np.ndindex(states.shape):
        by_hand[n, states[n, r, t], actions[n, r, t]] += rises[n, r, t, 0]
    assert np.allclose(gathered(rises[..., 0], (states, actions), 3, 2), by_hand)
