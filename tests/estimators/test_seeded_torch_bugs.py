"""The same for losses in PyTorch, where autodiff makes slips of its own: what should have been detached."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from seeded_bugs import CLIPPED, OFF_POLICY, TREE

from pgsym.estimators import Episodes, Objective, entropy, expected_return, kl, moments
from pgsym.estimators.diagnosis import guess

torch = pytest.importorskip("torch")

from pgsym.estimators.losses import from_torch  # noqa: E402

PENALISED = expected_return - 0.5 * kl
ENTROPIC = expected_return + 0.5 * entropy


def policy_gradient(logp, row_advantages, mask):
    return -(logp * row_advantages[:, None] * mask).sum(1).mean()


def upside_down(logp, row_advantages, mask):
    return (logp * row_advantages[:, None] * mask).sum(1).mean()


def over_tokens(logp, row_advantages, mask):
    return -(logp * row_advantages[:, None] * mask).sum() / mask.sum()


def over_own_length(logp, row_advantages, mask):
    return -((logp * row_advantages[:, None] * mask).sum(1) / mask.sum(1)).mean()


def mask_forgotten(logits, actions, row_advantages):
    logp = torch.log_softmax(logits, -1).gather(2, actions[..., None])[..., 0]
    return -(logp * row_advantages[:, None]).sum(1).mean()


def softmax_twice(logits, actions, row_advantages, mask):
    logp = torch.log_softmax(torch.softmax(logits, -1), -1).gather(2, actions[..., None])[..., 0]
    return -(logp * row_advantages[:, None] * mask).sum(1).mean()


def probabilities(probs, actions, row_advantages, mask):
    taken = probs.gather(2, actions[..., None])[..., 0]
    return -(taken * row_advantages[:, None] * mask).sum(1).mean()


def detached_ratio(logp, old_logp, returns, mask):
    ratio = ((logp - old_logp) * mask).sum(1).exp().detach()
    return -(ratio * (logp * mask).sum(1) * returns).mean()


def moving_ratio(logp, old_logp, returns, mask):
    ratio = ((logp - old_logp) * mask).sum(1).exp()
    return -(ratio * (logp * mask).sum(1) * returns).mean()


def surrogate(ratios, returns, mask):
    return -(torch.where(mask, ratios, 1.0).prod(1) * returns).mean()


def surrogate_of_tokens(ratios, returns, mask):
    return -(ratios * returns[:, None] * mask).sum(1).mean()


def detached_advantage(logp, ref_logp, returns, mask):
    penalty = ((logp - ref_logp) * mask).sum(1).detach()
    return -((returns - 0.5 * penalty) * (logp * mask).sum(1)).mean()


def moving_advantage(logp, ref_logp, returns, mask):
    penalty = ((logp - ref_logp) * mask).sum(1)
    return -((returns - 0.5 * penalty) * (logp * mask).sum(1)).mean()


def k3_loss(logp, ref_logp, returns, mask):
    k3 = (ref_logp - logp).exp() - 1 - (ref_logp - logp)
    return -((returns[:, None] * logp - 0.5 * k3) * mask).sum(1).mean()


def k1_loss(logp, ref_logp, returns, mask):
    return -((returns[:, None] * logp - 0.5 * (logp - ref_logp)) * mask).sum(1).mean()


def clipped(ratios, row_advantages, mask):
    A = row_advantages[:, None]
    return -(torch.minimum(ratios * A, ratios.clamp(0.8, 1.2) * A) * mask).sum(1).mean()


def clipped_the_larger(ratios, row_advantages, mask):
    A = row_advantages[:, None]
    return -(torch.maximum(ratios * A, ratios.clamp(0.8, 1.2) * A) * mask).sum(1).mean()


def clipped_alone(ratios, row_advantages, mask):
    return -(ratios.clamp(0.8, 1.2) * row_advantages[:, None] * mask).sum(1).mean()


def entropy_of_states(logp, entropies, returns, mask):
    return -((returns[:, None] * logp + 0.5 * entropies) * mask).sum(1).mean()


def entropy_subtracted(logp, entropies, returns, mask):
    return -((returns[:, None] * logp - 0.5 * entropies) * mask).sum(1).mean()


LOSSES: tuple[tuple[Callable[..., object], Episodes, Objective, str | None], ...] = (
    (policy_gradient, TREE, expected_return, None),
    (upside_down, TREE, expected_return, "wrong-sign"),
    (over_tokens, TREE, expected_return, "mean-over-batch-tokens"),
    (over_own_length, TREE, expected_return, "mean-over-length"),
    (mask_forgotten, TREE, expected_return, "mask-ignored"),
    (softmax_twice, TREE, expected_return, "softmax-twice"),
    (probabilities, TREE, expected_return, "probability-for-logarithm"),
    (detached_ratio, OFF_POLICY, expected_return, None),
    (moving_ratio, OFF_POLICY, expected_return, "gradient-through-ratio"),
    (surrogate, OFF_POLICY, expected_return, None),
    (surrogate_of_tokens, OFF_POLICY, expected_return, "token-ratio"),
    (detached_advantage, TREE, PENALISED, None),
    (moving_advantage, TREE, PENALISED, "divergence-not-detached"),
    (k3_loss, TREE, PENALISED, "k3-as-loss"),
    (k1_loss, TREE, PENALISED, "k1-as-loss"),
    (clipped, OFF_POLICY, CLIPPED, None),
    (clipped_the_larger, OFF_POLICY, CLIPPED, "clip-takes-the-larger"),
    (clipped_alone, OFF_POLICY, CLIPPED, "clip-without-min"),
    (entropy_of_states, TREE, ENTROPIC, "entropy-of-own-step"),
    (entropy_subtracted, TREE, ENTROPIC, "entropy-of-own-step + entropy-wrong-sign"),
)


@pytest.mark.parametrize(("loss", "problem", "objective", "pattern"), LOSSES)
def test_a_loss_is_named_for_its_slip_or_let_pass(loss, problem, objective, pattern) -> None:
    estimator = from_torch(loss)
    found = moments(estimator, problem, group_size=2, objective=objective)
    assert found.unbiased == (pattern is None)
    hint = guess(estimator, found.batching, objective, found)
    assert (hint and hint.pattern) == pattern
