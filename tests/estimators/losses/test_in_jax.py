"""Losses in JAX: their gradients by grad, vmap and jit, held to the same in NumPy and to what is known of them."""

import numpy as np
import pytest

from pgsym.errors import EstimatorError
from pgsym.estimators import bandit, forward_kl, kl, moments, tree
from pgsym.estimators.losses import from_jax

jax = pytest.importorskip("jax")
import jax.numpy as jnp  # noqa: E402

pytestmark = pytest.mark.extras

ON = tree([0, 1, 2], end=0)  # sequences 0, 10 and 11
OFF = tree([0.5, -1, 2], end=0, policy=[[0.3, 0.7], [0.6, 0.4]], behaviour=[[0.5, 0.5], [0.25, 0.75]])


def reinforce(logprobs, advantages, mask):
    return -(logprobs * advantages * mask).sum() / len(mask)


def per_row(logprobs, advantages, response_mask):
    return -(logprobs * advantages[:, None] * response_mask).sum(1).mean()


@pytest.mark.parametrize("loss", [reinforce, per_row])
def test_the_shape_of_advantages_is_found(loss):
    found = moments(from_jax(loss, advantages="group_mean"), ON, groups=2, group_size=2)
    assert found.comparison.factor == pytest.approx(0.5)
    assert moments(from_jax(loss, advantages="leave_one_out"), ON, group_size=3).unbiased


def test_sizes_that_are_not_those_compiled_for():
    estimator = from_jax(per_row)
    assert [moments(estimator, ON, groups=n).unbiased for n in (1, 4, 7)] == [True] * 3  # 3, 81 and 2,187 samples
    assert [c.sizes for c in estimator.kept.values()] == [[64], [81], [2187, 64]]


def test_ppo_clip():
    def ppo(ratio, adv, w_t):
        return -(jnp.minimum(ratio * adv, jnp.clip(ratio, 0.8, 1.2) * adv) * w_t).sum() / w_t.sum()

    def by_hand(returns, ratios, scores, mask):
        a = returns[:, :, None]
        weights = a * ratios * np.where(a > 0, ratios < 1.2, ratios > 0.8) * mask / mask.sum((1, 2), keepdims=True)
        return (weights[..., None] * scores).sum(axis=(1, 2))

    one, two = (moments(f, OFF, groups=2) for f in (from_jax(ppo), by_hand))
    assert np.allclose(one.mean, two.mean, 1e-12, 1e-12)
    assert np.allclose(one.covariance, two.covariance, 1e-12, 1e-12)


def test_k3_as_a_loss_has_the_gradient_of_the_other_divergence():
    def k3(logp, ref_logp):
        return (jnp.exp(ref_logp - logp) - (ref_logp - logp) - 1).mean()

    one = bandit([0.3, 0.2, 0.5], [0, 0, 0], reference=[0.25, 0.5, 0.25])
    assert moments(from_jax(k3, sign=1), one, objective=forward_kl).unbiased
    assert moments(from_jax(k3, sign=1), one, objective=kl).comparison.kind.name == "BIASED_DIRECTION"


def test_by_the_table_of_the_policy():
    found = moments(from_jax(lambda policy: policy[0, 1] * (policy[1, 0] + 2 * policy[1, 1]), sign=1), ON)
    assert found.unbiased
    assert found.variance == pytest.approx(0, abs=1e-15)


def test_without_a_time_axis():
    def flat(logits, actions, adv):
        return -(jnp.take_along_axis(jax.nn.log_softmax(logits), actions[:, None], 1)[:, 0] * adv).mean()

    problem = bandit([[0.2, 0.8], [0.5, 0.5]], [[0, 1], [3, 1]])
    assert moments(from_jax(flat, time_axis=False), problem, groups=2).unbiased


def test_advantages_computed_in_jax():
    def standardised(rewards):
        returns = rewards.sum(1)
        return (returns - returns.mean()) / (returns.std() + 1e-6)

    def in_numpy(rewards):
        returns = rewards.sum(axis=2)
        return (returns - returns.mean(1, keepdims=True)) / (returns.std(1, keepdims=True) + 1e-6)

    # The gradient of a standard deviation of equal rewards is NaN, but nothing of θ flows through it.
    traced = moments(from_jax(per_row, advantages=standardised, traced=True), ON, group_size=3)
    given = moments(from_jax(per_row, advantages=in_numpy), ON, group_size=3)
    assert np.allclose(traced.mean, given.mean, 1e-12, 1e-12)


def test_other_discounts_are_compiled_for_anew():
    def loss(logp, rewards, mask, discount):
        paid = (rewards * discount ** jnp.arange(rewards.shape[1])).sum(1)
        return -((logp * mask).sum(1) * paid).mean()

    estimator = from_jax(loss)
    assert all(moments(estimator, tree([0, 1, 2], end=0, discount=d)).unbiased for d in (1.0, 0.5))


def failing(loss, problem=ON, **how):
    with pytest.raises(EstimatorError) as caught:
        moments(from_jax(loss, **how), problem)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_is_refused():
    assert "none of its arguments depends on the policy" in failing(lambda rewards: rewards.sum())
    assert "none flows back to the policy" in failing(lambda logp: jax.lax.stop_gradient(logp).sum())
    assert "returned shape (1, 2), not one number" in failing(lambda logp: logp)
    assert "return the loss alone" in failing(lambda logp: (logp.sum(), 1))
    assert "returned int64" in failing(lambda logp: logp.sum().astype(int))
    assert "returned float32" in failing(lambda logp: logp.sum().astype("float32"))
    assert "is nan for the sample" in failing(lambda logp: logp.sum() + jnp.nan)
    assert "raised TypeError" in failing(lambda logp: jnp.zeros(2) @ jnp.zeros(3) * logp.sum())
    assert "never takes action 1" in failing(lambda logp: logp.sum(), bandit([1, 0], [0, 1]))


def test_a_gradient_that_is_zero_because_of_a_constant_reward_is_one():
    assert not moments(from_jax(per_row, advantages="group_mean"), tree([1, 1, 1], end=0), group_size=2).mean.any()


def test_losses_random_by_themselves():
    rng = np.random.default_rng()
    assert "draws random numbers itself" in failing(lambda logp: logp.sum() * rng.random())


def test_a_loss_that_looks_at_its_numbers_is_differentiated_one_by_one():
    def loss(logp, rewards, mask):
        if rewards.sum() == 0:
            return 0 * logp.sum()
        return -(rewards.sum(1) * (logp * mask).sum(1)).mean()

    with pytest.warns(RuntimeWarning, match="loss is differentiated sample by sample, slowly"):
        assert moments(from_jax(loss), ON).unbiased


@pytest.mark.parametrize("wide", [False, True])
def test_the_users_settings_stay(wide):
    enable = jax.enable_x64 if hasattr(jax, "enable_x64") else jax.experimental.enable_x64
    with enable(wide):
        assert moments(from_jax(per_row), ON).unbiased
        assert jnp.zeros(1).dtype == (jnp.float64 if wide else jnp.float32)
