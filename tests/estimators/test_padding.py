"""Samples whose padding holds something: what is filled, and what must not care."""

import numpy as np
import pytest

from pgsym.errors import NotFinite
from pgsym.estimators import Samples, from_advantages, moments, tree
from pgsym.estimators.samples import COLUMNS, FILLED, Padding

RAGGED = tree([0, 1, 2], end=0).floats()
EPISODES = np.arange(3).reshape(-1, 1)


@pytest.mark.parametrize("name", COLUMNS)
def test_only_the_padding_is_filled(name):
    plain, filled = (Samples(RAGGED, EPISODES, padding=p)[name] for p in (None, Padding(np.nan, 1, 1)))
    here = RAGGED.mask[EPISODES]
    inside = here if plain.shape[2:3] == (RAGGED.T,) else np.ones(plain.shape[:2], dtype=bool)
    assert np.array_equal(plain[inside], filled[inside])
    left = {"states": 1, "actions": 1}.get(name, np.nan)
    assert np.array_equal(filled[~inside], np.broadcast_to(left if name in FILLED else 0, filled[~inside].shape), True)


def test_some_of_the_samples_keep_their_padding():
    assert np.isnan(Samples(RAGGED, EPISODES, padding=Padding(np.nan)).at([0])["rewards"][0, 0, 1])


def test_advantages_in_the_padding_weigh_nothing():
    found = from_advantages(lambda rewards: rewards)(Samples(RAGGED, EPISODES, padding=Padding(np.inf)))
    assert np.array_equal(found, from_advantages(lambda rewards: rewards)(Samples(RAGGED, EPISODES)))


def test_what_is_not_finite_has_an_error_of_its_own():
    with pytest.raises(NotFinite, match=r"returned nan for the sample: actions \[0\]"):
        moments(lambda scores: np.nan * scores[:, 0, 0], RAGGED)


@pytest.mark.parametrize("critic", [None, [1, 2], [[1, 2], [3, 4]]])
def test_more_padding_is_more_of_the_same(critic):
    problem = tree([0, 1, 2], end=0, critic=critic)
    longer = problem.longer(2)
    assert longer.T == problem.T + 2
    assert np.array_equal(longer.values[:, :2], problem.values)
    assert not longer.values[:, 2:].any()
    assert np.array_equal(longer.gradient, problem.gradient)
    assert longer.exact
