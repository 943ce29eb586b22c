"""All log-probabilities that a loss is given are from one source: on-policy ratios are 1 to the last bit."""

from fractions import Fraction

import numpy as np
import pytest

from pgsym.estimators import bandit, kl, moments, tree
from pgsym.estimators.losses import from_jax, from_torch

pytestmark = pytest.mark.extras

rng = np.random.default_rng(0)
ROWS = [
    [Fraction(int(w), int(sum(row))) for w in row]
    for row in [
        [1, 3],
        [1, 6],
        *rng.integers(1, 9, (12, 2)),
        *rng.integers(1, 9, (12, 3)),
        *rng.integers(1, 9, (6, 5)),
        [1, 10**6],
        [10**3, 1, 10**6],
    ]
]
PROBLEMS = [bandit(row, list(range(len(row)))) for row in [*ROWS[:2], *ROWS[2::3]]]
PROBLEMS.append(tree([0, 1, 2, 4], policy=[[Fraction(1, 7), Fraction(6, 7)], *ROWS[:2]]))
PROBLEMS.append(tree([0, 1, 3], end=0, policy=ROWS[2:4]))


def same(one, other, mask, where):
    """Whatever weighs the score by 1 where two log-probabilities are the same, and by 0 where they are not."""
    ratio = (one - other).exp() if hasattr(one, "exp") else np_exp(one - other)
    return where((ratio == 1) & mask, ratio, 0.0)


def np_exp(x):
    import jax.numpy as jnp

    return jnp.exp(x)


def unclipped(found, returns):
    return -(found.sum(-1) * returns).mean()


# PyTorch -------------------------------------------------------------------------------------------------------------
def torch_losses():
    torch = pytest.importorskip("torch")

    def taken(table, actions):
        return torch.gather(table, -1, actions[..., None])[..., 0]

    def kept(new, old, returns, mask):
        return unclipped(same(new, old, mask, torch.where), returns)

    def by_logp(logp, old_logp, returns, mask):
        return kept(logp, old_logp, returns, mask)

    def by_logp_and_more(logp, entropies, old_logp, returns, mask):
        return kept(logp, old_logp, returns, mask) + 0 * entropies.sum()

    def by_log_softmax(logits, actions, old_logp, returns, mask):
        return kept(taken(torch.log_softmax(logits, -1), actions), old_logp, returns, mask)

    def by_logsumexp(logits, actions, old_logp, returns, mask):
        return kept(taken(logits, actions) - torch.logsumexp(logits, -1), old_logp, returns, mask)

    def by_cross_entropy(logits, actions, ref_logp, returns, mask):
        lost = torch.nn.functional.cross_entropy(logits.transpose(1, 2), actions, reduction="none")
        return kept(-lost, ref_logp, returns, mask)

    def by_distributions(logits, actions, old_logp, returns, mask):
        law = torch.distributions.Categorical(logits=logits, validate_args=False)
        return kept(law.log_prob(actions), old_logp, returns, mask)

    def by_old_logits(logp, old_logits, actions, returns, mask):
        return kept(logp, taken(torch.log_softmax(old_logits, -1), actions), returns, mask)

    def by_probs(probs, old_probs, actions, returns, mask):
        ratio = taken(probs, actions) / taken(old_probs, actions)
        return unclipped(torch.where((ratio == 1) & mask, ratio, 0.0), returns)

    def by_tables(policy, behaviour, states, actions, returns, mask):
        ratio = policy[states, actions] / behaviour[states, actions]
        return unclipped(torch.where((ratio == 1) & mask, ratio, 0.0), returns)

    def by_ratios(ratios, returns, mask):
        return unclipped(torch.where((ratios == 1) & mask, ratios, 0.0), returns)

    return {name: f for name, f in locals().items() if name.startswith("by_")}


TORCH = (
    "by_logp by_logp_and_more by_log_softmax by_logsumexp by_cross_entropy by_distributions by_old_logits by_probs "
    "by_tables by_ratios"
).split()


@pytest.mark.parametrize("name", TORCH)
def test_on_policy_ratios_are_one_in_torch(name):
    loss = torch_losses()[name]
    for p in PROBLEMS:
        assert moments(from_torch(loss), p).unbiased, p.policy.tolist()


# JAX -----------------------------------------------------------------------------------------------------------------
def jax_losses():
    jax = pytest.importorskip("jax")
    jnp = jax.numpy

    def taken(table, actions):
        return jnp.take_along_axis(table, actions[..., None], -1)[..., 0]

    def kept(new, old, returns, mask):
        return unclipped(same(new, old, mask, jnp.where), returns)

    def by_logp(logp, old_logp, returns, mask):
        return kept(logp, old_logp, returns, mask)

    def by_log_softmax(logits, actions, old_logp, returns, mask):
        return kept(taken(jax.nn.log_softmax(logits, -1), actions), old_logp, returns, mask)

    def by_logsumexp(logits, actions, ref_logp, returns, mask):
        return kept(taken(logits, actions) - jax.nn.logsumexp(logits, -1), ref_logp, returns, mask)

    def by_probs(probs, old_probs, actions, returns, mask):
        ratio = taken(probs, actions) / taken(old_probs, actions)
        return unclipped(jnp.where((ratio == 1) & mask, ratio, 0.0), returns)

    return {name: f for name, f in locals().items() if name.startswith("by_")}


@pytest.mark.parametrize("name", ["by_logp", "by_log_softmax", "by_logsumexp", "by_probs"])
def test_on_policy_ratios_are_one_in_jax(name):
    estimator = from_jax(jax_losses()[name])  # one for all, so that little is compiled
    for p in PROBLEMS[:8]:
        assert moments(estimator, p).unbiased, p.policy.tolist()


# what a right loss is said to be -------------------------------------------------------------------------------------
def test_a_loss_is_the_same_whatever_else_it_asks_for():
    torch = pytest.importorskip("torch")

    def clipped(logp, old_logp, advantages):
        ratios = (logp - old_logp).exp()
        return -(torch.where(ratios <= 1, ratios, 1.0) * advantages[:, None]).mean()

    def more(logp, entropies, old_logp, advantages):
        return clipped(logp, old_logp, advantages) - 0 * entropies.mean()

    def k2(logits, actions, ref_logp):
        logp = torch.log_softmax(logits, -1).gather(-1, actions[..., None])[..., 0]
        return (0.5 * (logp - ref_logp) ** 2).mean()

    for row in ROWS:
        p = bandit(row, list(range(len(row))))
        assert moments(from_torch(clipped), p).unbiased
        assert moments(from_torch(more), p).unbiased
        same_policies = moments(from_torch(k2, sign=1), p, objective=kl)
        assert same_policies.unbiased
        assert not same_policies.mean.any()


def test_a_policy_is_moved_by_no_more_than_roundoff():
    pytest.importorskip("torch")
    estimator = from_torch(torch_losses()["by_logp"])
    for p in PROBLEMS:
        found = estimator.settled(p.floats(), "policy")
        assert np.abs(found.probs - p.policy.astype(float)).max() < 1e-15
        assert np.abs(np.exp(found.logits).sum(axis=1) - 1).max() < 4e-15
