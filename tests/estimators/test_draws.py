"""Samples that are drawn show what their interval shows, and it is called tested."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from pgsym.decide import Rung
from pgsym.errors import EstimatorError
from pgsym.estimators import Kind, bandit, from_advantages, moments

PROBLEM = bandit([Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)], [0, 1, 2])


def reinforce(returns: Any) -> Any:
    return returns


def group_mean(returns: Any) -> Any:
    return returns - returns.mean(axis=1, keepdims=True)


def normalised(returns: Any) -> Any:
    return group_mean(returns) / (returns.std(axis=1, keepdims=True) + 1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_the_interval_covers_the_exact_mean(seed: int) -> None:
    exact = moments(from_advantages(group_mean), PROBLEM, group_size=3)
    drawn = moments(from_advantages(group_mean), PROBLEM, group_size=3, draws=5000, seed=seed)
    assert np.all(np.abs(drawn.mean - exact.mean.astype(float)) <= drawn.margin)
    assert np.all(drawn.margin > 0)
    assert abs(drawn.variance / float(exact.variance) - 1) < 0.1
    assert drawn.record()["rung"] == "tested" == str(drawn.rung)
    assert exact.rung is Rung.EXACT
    assert "exact" not in str(drawn)


def test_the_interval_shrinks_as_the_root_of_the_draws() -> None:
    few, many = (moments(from_advantages(reinforce), PROBLEM, draws=n, seed=1) for n in (1000, 100_000))
    assert 8 < few.margin.max() / many.margin.max() < 12
    assert few.unbiased
    assert many.unbiased
    assert "no bias seen" in str(many)


def test_a_factor_that_was_drawn_is_not_called_exact() -> None:
    """The mean of draws is never on the line of the gradient: what they show is a factor within their margin."""
    found = moments(from_advantages(group_mean), PROBLEM, group_size=3, draws=20_000).comparison
    assert (found.kind, found.drawn) == (Kind.SCALED, True)
    assert str(found).startswith("scaled by about 0.6")
    two = bandit([Fraction(1, 2), Fraction(1, 2)], [0, 1])
    assert "exactly" not in str(moments(from_advantages(group_mean), two, group_size=3, draws=20_000))


def test_draws_see_a_turn_and_a_gradient_that_is_lost() -> None:
    found = moments(from_advantages(normalised), PROBLEM, group_size=2, draws=100_000).comparison
    assert (found.kind, found.drawn) == (Kind.BIASED_DIRECTION, True)
    none = moments(from_advantages(lambda returns: returns / returns.clip(1)), bandit([0.5, 0.5], [1, 2]), draws=5000)
    assert none.comparison.kind is Kind.VANISHES
    some = moments(from_advantages(reinforce), bandit([0.5, 0.5], [3, 3], behaviour=[0.9, 0.1]), draws=5000)
    assert some.comparison.kind is Kind.APPEARS


@pytest.mark.parametrize("draws", [-5, 1, 99, 1000.0])
def test_too_few_draws_are_refused(draws: Any) -> None:
    with pytest.raises(EstimatorError, match="at least 100 samples"):
        moments(from_advantages(reinforce), PROBLEM, draws=draws)
