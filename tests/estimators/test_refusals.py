"""What is no estimator is refused in one clear line; what is one at a difficult problem is judged there."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from pgsym.errors import EstimatorError, PgsymError, TooLarge
from pgsym.estimators import Kind, bandit, entropy, expected_return, forward_kl, from_mdp, kl, moments, tree
from pgsym.estimators.episodes import Episodes
from pgsym.mdps import from_arrays

PROBLEM = bandit([0.5, 0.25, 0.25], [0.0, 1.0, 2.0])


def times(weights: Any, total_scores: Any) -> Any:
    return (weights[..., None] * total_scores).mean(axis=1)


def wrong_shape(returns: Any, total_scores: Any) -> Any:
    return returns[..., None] * total_scores


def one_for_all(returns: Any, total_scores: Any) -> Any:
    return times(returns, total_scores).mean(axis=0)


def integers(actions: Any, total_scores: Any) -> Any:
    return np.zeros((len(actions), total_scores.shape[-1]), dtype=int)


def narrow(returns: Any, total_scores: Any) -> Any:
    return times(returns, total_scores).astype(np.float32)


def not_a_number(returns: Any, total_scores: Any) -> Any:
    with np.errstate(all="ignore"):
        return times((returns - returns.mean(axis=1, keepdims=True)) / returns.std(axis=1, keepdims=True), total_scores)


def infinite(returns: Any, total_scores: Any) -> Any:
    return np.where(returns[..., 0, None] > 1, np.inf, times(returns, total_scores))


def noisy(returns: Any, total_scores: Any) -> Any:
    return times(returns + np.random.random(returns.shape), total_scores)


def python_noise(returns: Any, total_scores: Any) -> Any:
    return times(returns * random.random(), total_scores)


def over_the_samples(returns: Any, total_scores: Any) -> Any:
    return times(returns - returns.mean(), total_scores)


def over_the_wrong_axis(returns: Any, total_scores: Any) -> Any:
    return times(returns - returns.mean(axis=0), total_scores)


def ordered(returns: Any, total_scores: Any) -> Any:
    return times(returns - np.roll(returns, 1, axis=1), total_scores)


def unknown_argument(retruns: Any) -> Any:
    return retruns


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (wrong_shape, r"wrong_shape returned shape \(9, 2, 3\): one estimate for every sample is \(N, P\) = \(9, 3\)"),
        (one_for_all, r"returned shape \(3,\)"),
        (integers, "returned int64, not floats"),
        (narrow, "returned float32: estimates must be float64"),
        (not_a_number, "returned nan for the sample: actions"),
        (infinite, r"returned inf for the sample: actions \[2\] with rewards \[2.0\]"),
        (noisy, "draws random numbers itself"),
        (python_noise, "draws random numbers itself"),
        (over_the_samples, "mixes samples"),
        (over_the_wrong_axis, "mixes samples"),
        (lambda returns: [[1.0], [2.0, 3.0]], "not an array"),
        (lambda returns: None, r"returned shape \(\)"),
        (unknown_argument, "did you mean 'returns'"),
    ],
)
def test_no_estimator(function: Callable[..., Any], says: str) -> None:
    with pytest.raises(EstimatorError, match=says) as caught:
        moments(function, PROBLEM, group_size=2)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("group_size", [1, 2, 4])
@pytest.mark.parametrize("exact", [True, False])
def test_mixing_is_seen_where_there_are_few_samples(exact: bool, group_size: int) -> None:
    """Fewer samples than are given a second time: their mean does not change when they are shuffled."""
    problem = bandit([Fraction(1, 2), Fraction(1, 2)], [0, 1])
    with pytest.raises(EstimatorError, match="mixes samples"):
        moments(over_the_samples, problem if exact else problem.floats(), group_size=group_size)


@pytest.mark.parametrize(("groups", "group_size"), [(1, 3), (1, 6), (2, 2), (3, 1)])
def test_an_order_is_seen(groups: int, group_size: int) -> None:
    with pytest.raises(EstimatorError, match="leave out unordered=True"):
        moments(ordered, PROBLEM, groups=groups, group_size=group_size, unordered=True)
    moments(ordered, PROBLEM, groups=groups, group_size=min(group_size, 3))


def test_too_many_samples_are_refused_with_an_estimate() -> None:
    with pytest.raises(TooLarge, match=r"2.06e\+14 samples .* budget .* s or more.*unordered=True \(496 multisets\)"):
        moments(lambda returns, total_scores: times(returns, total_scores), PROBLEM, group_size=30)
    with pytest.raises(TooLarge, match="budget of 100"):
        moments(lambda returns, total_scores: times(returns, total_scores), PROBLEM, group_size=5, budget=100)


def test_what_fractions_cannot_do_is_said() -> None:
    problem = bandit([Fraction(1, 2), Fraction(1, 2)], [0, 1])
    with pytest.raises(EstimatorError, match=r"not_a_number cannot be computed in Fractions .* floats\(\)"):
        moments(not_a_number, problem, group_size=2)
    with pytest.raises(EstimatorError, match=r"logarithm of a probability is not a fraction.*floats\(\)"):
        moments(lambda logp, total_scores: times(logp[..., 0], total_scores), problem)
    with pytest.raises(EstimatorError, match=r"made a float of Fractions|is too \(floats"):
        moments(lambda returns, total_scores: times(returns, total_scores) * 0.5, problem)


def test_an_estimator_that_writes_into_its_arguments_spoils_nothing() -> None:
    def writes(policy: Any, returns: Any, total_scores: Any) -> Any:
        out = times(returns, total_scores)
        policy *= 2
        returns *= 0
        return out

    before = PROBLEM.policy.copy()
    assert moments(writes, PROBLEM).unbiased
    assert (PROBLEM.policy == before).all()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("exact", [True, False])
def test_a_behaviour_policy_that_leaves_actions_out(exact: bool) -> None:
    """What it never does is never weighted: importance sampling is biased, and it is no error to find out."""
    problem = bandit(
        [Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)], [0, 1, 2], behaviour=[Fraction(1, 2), Fraction(1, 2), 0]
    )

    def weighted(returns: Any, ratios: Any, total_scores: Any) -> Any:
        return times(returns * ratios.prod(axis=2), total_scores)

    found = moments(weighted, problem if exact else problem.floats())
    assert found.samples == 2
    assert np.allclose(found.mean.astype(float), [[-1 / 8, 3 / 16, -1 / 16]], rtol=0, atol=1e-15)
    assert found.comparison.kind is Kind.BIASED_DIRECTION


def test_rows_written_with_few_digits_are_distributions() -> None:
    """0.333333333 three times is taken for a third: else every estimator is scaled by 1.000000001."""
    row, matrix = [0.333333333] * 3, [[[0.333333333] * 3] * 3] * 3
    mdp = from_arrays(row, matrix, [[0.0, 1.0, 2.0]] * 3, horizon=2)
    for problem in (
        bandit([row, row], [[0, 1, 2], [2, 1, 0]], starts=[0.4999999999, 0.5]),
        tree(lambda prompt, tokens: sum(tokens), vocabulary=3, policy=row),
        from_mdp(mdp, [row] * 3),
    ):
        found = moments(lambda returns, total_scores: times(returns - 5, total_scores), problem)
        assert abs(found.mass - 1) < 1e-14
        assert found.unbiased
        assert problem.on_policy


@pytest.mark.parametrize("objective", [expected_return, entropy, kl, forward_kl, expected_return - 0.5 * kl], ids=str)
def test_gradients_of_objectives_are_differences_of_their_values(objective: Any) -> None:
    rng = np.random.default_rng(3)
    rows = rng.dirichlet(np.ones(2), size=(3, 4))
    ragged = tree(
        lambda prompt, tokens: prompt - len(tokens) + tokens[-1], length=2, end=1, prompts=2, discount=0.9,
        policy=rows[0], behaviour=rows[1], reference=rows[2], starts=[0.3, 0.7],
    )  # fmt: skip
    mdp = from_arrays([0.2, 0.8], rng.dirichlet(np.ones(2), size=(2, 2)), [[1.0, 0.0], [-1.0, 2.0]], horizon=3)
    for problem in (ragged, from_mdp(mdp, rows[0, :2], reference=rows[2, :2])):
        found = objective.gradient(problem)
        assert np.allclose(found, differences(objective, problem), rtol=0, atol=1e-8)
        assert np.abs(found).max() > 1e-3


def test_a_gradient_that_cancels_in_floats_is_zero() -> None:
    """All rewards are the same: what is left of the gradient is rounding, and an estimate of exactly zero is right."""

    def centred(returns: Any, total_scores: Any) -> Any:
        return times(returns - returns.mean(axis=1, keepdims=True), total_scores)

    for reward in (1, 7, 1e6):
        problem = bandit([1 / 3, 2 / 3], [reward, reward])
        assert problem.gradient.any()  # rounding, not zero
        found = moments(centred, problem, group_size=2)
        assert not found.mean.any()
        assert found.unbiased


def differences(objective: Any, problem: Episodes, h: float = 1e-5) -> Any:
    theta, out = np.log(problem.policy), np.zeros(problem.policy.shape)
    for index in np.ndindex(out.shape):
        ends = []
        for sign in (1, -1):
            moved = theta.copy()
            moved[index] += sign * h
            ends.append(objective.value(problem.with_logits(moved)))
        out[index] = (ends[0] - ends[1]) / (2 * h)
    return out


def test_every_refusal_is_of_the_one_hierarchy() -> None:
    assert issubclass(EstimatorError, PgsymError)
    for bad in (0, -1, 1.5):
        with pytest.raises(EstimatorError, match="group_size must be a positive int"):
            moments(over_the_samples, PROBLEM, group_size=bad)  # type: ignore[arg-type]


def test_too_many_parameters_are_refused_before_memory_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pgsym.mdps.mdp.MEMORY", 10_000)

    def reinforce(returns: Any, total_scores: Any) -> Any:
        return times(returns, total_scores)

    def per_step(to_go: Any, scores: Any) -> Any:
        return (to_go[..., None] * scores).sum(axis=(1, 2))

    with pytest.raises(TooLarge, match=r"the covariance in 62 parameters would take .* fewer contexts"):
        moments(reinforce, tree(lambda prompt, tokens: tokens[0], length=5))
    short = tree(lambda prompt, tokens: tokens[0], length=4)
    moments(reinforce, short)
    with pytest.raises(TooLarge, match="the scores of 16 episodes of 4 steps in 30 parameters"):
        moments(per_step, short)
