"""A hint names a slip only where the slip has the estimator's own means, and else tells what is seen as it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from seeded_bugs import BANDIT, TREE

from pgsym.estimators import Episodes, Objective, bandit, entropy, expected_return, from_advantages, kl, moments, tree
from pgsym.estimators.batches import Batching
from pgsym.estimators.diagnosis import Hint, different, guess, observe_all
from pgsym.estimators.diagnosis.symptoms import symptom
from pgsym.estimators.estimator import Estimator, as_estimator

Arrays = Any


def hinted(
    estimator: Estimator,
    problem: Episodes,
    groups: int = 1,
    group_size: int = 2,
    objective: Objective = expected_return,
) -> Hint | None:
    found = moments(estimator, problem, groups=groups, group_size=group_size, objective=objective)
    assert not found.unbiased
    return guess(estimator, found.batching, objective, found)


def gae(rewards: Arrays, values: Arrays, mask: Arrays) -> Arrays:
    r, v = np.where(mask, rewards, 0), np.where(mask, values, 0)
    out = r + np.concatenate([v[..., 1:], 0 * v[..., :1]], axis=2) - v
    for t in reversed(range(out.shape[2] - 1)):
        out[..., t] = out[..., t] + 0.5 * out[..., t + 1]
    return out


def test_what_a_critic_does_is_no_matter_of_the_numbers() -> None:
    own = tree({(0,): 1, (1, 0): 0, (1, 1): 2}, end=0, critic=[1, 3]).floats()
    hint = hinted(from_advantages(gae), own)
    assert hint is not None
    assert hint.pattern == "wrong-with-a-critic + wrong-with-several-steps"
    assert "check the use of the critic" in hint.summary


@from_advantages
def less_its_own_mean(to_go: Arrays, mask: Arrays, lengths: Arrays) -> Arrays:
    return to_go - (np.where(mask, to_go, 0).sum(axis=2) / lengths)[..., None]


@pytest.mark.parametrize("problem", [BANDIT, TREE], ids=["one step", "several"])
def test_a_mean_of_zero_at_one_step_does_not_say_that_no_reward_arrives(problem: Episodes) -> None:
    hint = hinted(less_its_own_mean, problem)
    assert hint is not None
    assert hint.pattern == "own-episode-baseline"


def test_a_mean_of_zero_everywhere_is_told_as_it_is() -> None:
    hint = hinted(from_advantages(lambda returns: returns - returns), TREE)
    assert str(hint).startswith("its mean is zero at all ")
    assert str(hint).endswith("problems tried: every estimate is zero here")
    odd = from_advantages(lambda rewards: np.sign(rewards[..., 0] * 0 + 1))
    assert "no reward reaches the gradient" in str(hinted(odd, TREE))  # which is sample for sample what it does


def entropy_of_the_chosen(logp: Arrays, mask: Arrays, scores: Arrays) -> Arrays:
    """What differentiating −p log p of the chosen actions makes."""
    weights = np.where(mask, -np.exp(logp) * (1 + logp), 0)
    return (weights[..., None] * scores).sum(axis=2).mean(axis=1)


@pytest.mark.parametrize("problem", [BANDIT, TREE], ids=["one step", "several"])
def test_an_entropy_of_the_chosen_action_has_no_importance_weight(problem: Episodes) -> None:
    hint = hinted(as_estimator(entropy_of_the_chosen), problem, objective=entropy)
    assert hint is not None
    assert hint.pattern == "entropy-of-the-chosen"


def test_the_same_of_a_divergence() -> None:
    def chosen(logp: Arrays, ref_logp: Arrays, mask: Arrays, scores: Arrays) -> Arrays:
        weights = np.where(mask, np.exp(logp) * (1 + logp - ref_logp), 0)
        return (weights[..., None] * scores).sum(axis=2).mean(axis=1)

    hint = hinted(as_estimator(chosen), TREE, objective=kl)
    assert hint is not None
    assert hint.pattern == "divergence-of-the-chosen"


def test_no_gradient_flows_through_a_ratio_that_is_not_asked_for() -> None:
    def with_logarithm(returns: Arrays, logp: Arrays, total_scores: Arrays) -> Arrays:
        return ((returns * (1 + logp.sum(axis=2)))[..., None] * total_scores).mean(axis=1)

    def of_ratio(returns: Arrays, logp: Arrays, old_logp: Arrays, total_scores: Arrays) -> Arrays:
        ratio = np.exp((logp - old_logp).sum(axis=2))
        return ((returns * ratio * (1 + logp.sum(axis=2)))[..., None] * total_scores).mean(axis=1)

    assert "ratio" not in str(hinted(as_estimator(with_logarithm), TREE))
    assert "importance weight" not in str(hinted(as_estimator(with_logarithm), TREE))
    assert getattr(hinted(as_estimator(of_ratio), TREE), "pattern", "") == "gradient-through-ratio"


def over_tokens(eps: float) -> Estimator:
    """Whitened over all tokens of the batch."""

    def whitened(returns: Arrays, mask: Arrays) -> Arrays:
        a, n = returns[..., None] * mask, mask.sum(axis=(1, 2))[:, None, None]
        mean = a.sum(axis=(1, 2), keepdims=True) / (n + eps)
        variance = (((a - mean) * mask) ** 2).sum(axis=(1, 2), keepdims=True) / np.maximum(n - 1, 1)
        return (a - mean) / np.sqrt(variance + eps) * mask

    return from_advantages(whitened)


def over_group(eps: float, how: str = "added") -> Estimator:
    def whitened(returns: Arrays, group_size: int) -> Arrays:
        g = returns.reshape(len(returns), -1, group_size)
        spread = g.std(axis=2, keepdims=True)
        by = {"added": spread + eps, "inside": np.sqrt(spread**2 + eps), "least": np.maximum(spread, eps)}[how]
        return ((g - g.mean(axis=2, keepdims=True)) / by).reshape(returns.shape)

    return from_advantages(whitened)


@pytest.mark.parametrize("groups", [1, 2])
def test_whitening_over_the_batch_is_not_blamed_on_the_group(groups: int) -> None:
    hint = hinted(over_tokens(1e-8), TREE, groups=groups)
    assert hint is not None
    assert hint.pattern == "batch-token-sample-standard-deviation"
    assert "with 1e-08 added to the count and the variance" in hint.summary


@pytest.mark.parametrize(("eps", "how"), [(1e-4, "added"), (1e-6, "inside"), (1e-3, "least")])
def test_a_small_constant_is_found_and_not_passed_over(eps: float, how: str) -> None:
    hint = hinted(over_group(eps, how), TREE, groups=2)
    assert hint is not None
    assert hint.pattern == "group-standard-deviation"
    assert how == "least" or f"with {eps:g} added" in hint.summary


def test_what_fits_but_for_a_little_is_not_named() -> None:
    assert "standard deviation" not in str(hinted(over_group(1.7e-4), TREE, groups=2))


def test_a_slip_that_fits_here_is_not_named_where_it_was_seen_not_to_fit() -> None:
    """Upside down at two or three actions, and right at four."""

    def of_few(returns: Arrays, probs: Arrays, total_scores: Arrays) -> Arrays:
        return (returns[..., None] * total_scores).mean(axis=1) * (1 if probs.shape[3] > 3 else -1)

    estimator = as_estimator(of_few)
    found = moments(estimator, TREE)
    assert getattr(guess(estimator, found.batching, expected_return, found), "pattern", "") == "wrong-sign"
    also = observe_all(estimator, [Batching(bandit([0.1, 0.2, 0.3, 0.4], [3, 1, -1, 2]))], expected_return)
    assert "sign" not in str(guess(estimator, found.batching, expected_return, found, also))


def test_several_groups_that_were_seen_tell_the_batch_from_the_group() -> None:
    def batch_mean(returns: Arrays) -> Arrays:
        return returns - returns.mean(axis=1, keepdims=True)

    estimator = from_advantages(batch_mean)
    found = moments(estimator, BANDIT, group_size=2)
    also = observe_all(estimator, [Batching(BANDIT, 2, 2)], expected_return)
    hint = guess(estimator, found.batching, expected_return, found, also)
    assert hint is not None
    assert hint.pattern == "batch-mean-includes-itself"


def test_what_is_right_at_every_problem_tried_is_not_called_wrong_there() -> None:
    def odd(returns: Arrays, total_scores: Arrays) -> Arrays:
        return np.where(returns == 7, 0, returns)[..., None] * total_scores

    estimator = as_estimator(lambda returns, total_scores: odd(returns, total_scores).mean(axis=1))
    problem = tree([9, 1, 0, 7]).floats()
    found = moments(estimator, problem)
    seen = observe_all(estimator, [Batching(BANDIT)], expected_return)
    assert all(o.right for o in seen)
    told = symptom(estimator, expected_return, found, seen, {}, [])
    assert told is not None
    assert "looks like" not in told[1]


def test_few_different_problems_are_looked_at_again() -> None:
    batchings = [
        Batching(BANDIT),
        Batching(BANDIT, 1, 2),
        Batching(BANDIT),
        Batching(TREE),
        Batching(tree([10**6, 0, 1, 2]).floats()),
    ]
    assert different(batchings) == [batchings[0], batchings[1], batchings[3]]


def test_a_factor_that_is_another_where_lengths_differ_is_no_coefficient():
    @from_advantages
    def barely_less(returns, lengths, mask):
        return (returns / (lengths + 1e-8))[..., None] * mask

    hint = hinted(barely_less, bandit([0.5, 0.5], [0, 1]), group_size=1)
    assert hint is not None
    assert "not with ragged lengths" in hint.summary
    assert "coefficient" not in hint.summary
