"""Nothing false is shown as true: what could hide a bias, an order, or a law that is none."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from pgsym.errors import InstanceError
from pgsym.estimators import bandit, moments
from pgsym.estimators.enumeration import Plan
from pgsym.estimators.problem import Problem

H, T = Fraction(1, 2), Fraction(1, 3)


def reinforce(returns: Any, total_scores: Any) -> Any:
    return (returns[..., None] * total_scores).mean(axis=1)


@pytest.mark.parametrize("exact", [True, False])
def test_multisets_of_large_groups_have_all_the_mass(exact: bool) -> None:
    """Multinomial coefficients leave the range of integers at some 65 members, and that of floats at 1030."""
    p = bandit([T, 1 - T], [0, 1])
    for members in (70, 1500) if not exact else (70,):
        plan = Plan(p if exact else p.floats(), members=members, unordered=True)
        mass = sum(weights.sum() for _, weights in plan.chunks(4096))
        assert mass == 1 if exact else abs(mass - 1) < 1e-11


def test_the_variance_of_a_large_group_is_that_of_one_over_its_size() -> None:
    p = bandit([0.25, 0.75], [0, 1])
    one, many = (moments(reinforce, p, members=m, unordered=True) for m in (1, 100))
    assert many.variance == pytest.approx(one.variance / 100, rel=1e-9)
    assert np.allclose(many.mean, one.mean)


@pytest.mark.parametrize("twice", [True, False])
def test_episodes_that_are_listed_twice_or_not_at_all_are_no_problem(twice: bool) -> None:
    """Such a list is made by hand: `unbiased` would be said of the wrong law."""
    listed = [[0], [1], [1]] if twice else [[1]]
    p = Problem(
        "bandit",
        starts=np.zeros(len(listed), dtype=np.int64),
        states=np.zeros((len(listed), 1), dtype=np.int64),
        actions=np.array(listed),
        rewards=np.array(listed, dtype=np.float64),
        mask=np.ones((len(listed), 1), dtype=bool),
        chance=np.ones(len(listed)),
        policy=np.array([[0.5, 0.5]]),
    )
    with pytest.raises(InstanceError, match="the episodes have policy probabilities that sum to (1.5|0.5), not to 1"):
        moments(reinforce, p)
