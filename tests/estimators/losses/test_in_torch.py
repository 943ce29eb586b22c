"""Losses in PyTorch: their gradients by autograd, held to the same in NumPy and to what is known of them."""

import warnings

import numpy as np
import pytest

from pgsym.errors import EstimatorError
from pgsym.estimators import bandit, expected_return, forward_kl, from_advantages, kl, moments, tree
from pgsym.estimators.losses import from_torch

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.extras

ON = tree([0, 1, 2], end=0)  # sequences 0, 10 and 11
OFF = tree(
    [0.5, -1, 2],
    end=0,
    policy=[[0.3, 0.7], [0.6, 0.4]],
    behaviour=[[0.5, 0.5], [0.25, 0.75]],
    reference=[[0.4, 0.6], [0.2, 0.8]],
)


def same(loss, other, problem, **how):
    """Whether two estimators have the same mean and the same covariance."""
    one, two = (moments(f, problem.floats(), **how) for f in (loss, other))
    return np.allclose(one.mean, two.mean, 1e-12, 1e-12) and np.allclose(one.covariance, two.covariance, 1e-12, 1e-12)


def masked_mean(x, mask):
    return (x * mask).sum() / mask.sum()


# REINFORCE, and where advantages come from ------------------------------------------------------------------------
def reinforce(logprobs, advantages, mask):
    return -((logprobs * advantages) * mask).sum() / len(mask)


def reinforce_per_row(logprobs, advantages, response_mask):
    return -(logprobs * advantages.unsqueeze(1) * response_mask).sum(1).mean()


@pytest.mark.parametrize("loss", [reinforce, reinforce_per_row])
@pytest.mark.parametrize(("advantages", "factor"), [("returns", 1), ("group_mean", 0.5), ("leave_one_out", 1)])
def test_the_shape_of_advantages_is_found(loss, advantages, factor):
    found = moments(from_torch(loss, advantages=advantages), ON, groups=2, group_size=2)
    assert np.allclose(found.mean, factor * found.target, 1e-12, 1e-12)


def test_reward_to_go():
    dense = tree([0, 1, 2], end=0, token_reward=lambda prompt, tokens: len(tokens) + tokens[-1])
    assert moments(from_torch(reinforce, advantages="to_go"), dense, groups=2).unbiased
    assert not moments(from_torch(reinforce, advantages="rewards"), dense, groups=2).unbiased


@pytest.mark.parametrize("loss", [reinforce, reinforce_per_row])
def test_advantages_of_a_users_function(loss):
    def leave_one_out(returns):
        total = returns.sum(axis=1, keepdims=True)
        return returns - (total - returns) / (returns.shape[1] - 1)

    assert same(from_torch(loss, advantages=leave_one_out), from_advantages(leave_one_out), ON, group_size=3)


def test_advantages_computed_in_tensors_let_gradients_through_if_they_are_not_detached():
    def advantages(rewards, logits):
        baseline = (torch.softmax(logits, -1)[..., 1] - 0.5).sum(-1)
        return rewards.sum(-1) - baseline

    def detached(rewards, logits):
        return advantages(rewards, logits).detach()

    kept, cut = (moments(from_torch(reinforce_per_row, advantages=a, traced=True), ON) for a in (advantages, detached))
    assert not np.allclose(kept.mean, cut.mean)


def test_by_logits_and_actions():
    def loss(logits, actions, rewards, mask):
        taken = torch.log_softmax(logits, -1).gather(-1, actions[..., None])[..., 0]
        return -(rewards.sum(1) * (taken * mask).sum(1)).mean()

    assert moments(from_torch(loss), ON, groups=2).unbiased


def test_by_the_table_of_the_policy():
    def value(policy):  # the expected return itself
        p, q = policy[0], policy[1]
        return -(p[1] * q[0] + 2 * p[1] * q[1])

    found = moments(from_torch(value), ON)
    assert found.unbiased
    assert found.variance == pytest.approx(0, abs=1e-15)


def test_without_a_time_axis():
    def flat(logits, actions, adv):
        return torch.nn.functional.cross_entropy(logits, actions, reduction="none").mul(adv).mean()

    assert moments(
        from_torch(flat, time_axis=False), bandit([[0.2, 0.8], [0.5, 0.5]], [[0, 1], [3, 1]]), groups=2
    ).unbiased
    whole = tree([0, 1, 2, 5])
    assert moments(from_torch(flat, time_axis=False), whole).comparison.factor == pytest.approx(
        0.5
    )  # the mean over steps
    with pytest.raises(EstimatorError, match="some are padded"):
        moments(from_torch(flat, time_axis=False), ON)


def test_logits_and_advantages_may_be_changed_in_place():
    def loss(logits, actions, row_advantages, weights):
        logits.div_(0.5)  # a temperature
        row_advantages -= row_advantages.mean()
        taken = torch.log_softmax(logits, -1).gather(-1, actions[..., None])[..., 0]
        return -(row_advantages * (taken * weights).sum(1)).mean()

    def outside(logits, actions, row_advantages, weights):
        taken = torch.log_softmax(logits / 0.5, -1).gather(-1, actions[..., None])[..., 0]
        return -((row_advantages - row_advantages.mean()) * (taken * weights).sum(1)).mean()

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert same(from_torch(loss), from_torch(outside), ON, group_size=3)


def test_groups_are_known():
    def loss(logp, rewards, mask, group_ids, group_size):
        returns = rewards.sum(1)
        means = torch.stack([returns[group_ids == g].mean() for g in torch.unique(group_ids)])
        off = (returns - means[group_ids]) * group_size / (group_size - 1)
        return -((logp * mask).sum(1) * off).mean()

    with warnings.catch_warnings():
        warnings.simplefilter("error")  # group_ids are the same for all samples: vmap does not see them
        assert moments(from_torch(loss), ON, groups=2, group_size=2).unbiased


def test_a_mask_that_is_forgotten_shows():
    def loss(logp, returns):
        return -(logp.sum(1) * returns).mean()

    found = moments(from_torch(loss), tree([1, -1, 2], end=0))
    assert found.comparison.kind.name == "BIASED_DIRECTION"
    assert moments(from_torch(loss), tree([0, 1, 2, 3])).unbiased  # nothing is padded


# the losses in use ------------------------------------------------------------------------------------------------
def test_ppo_clip():
    epsilon = 0.2

    def ppo(log_prob, old_log_prob, advantages, mask):
        ratio = torch.exp(log_prob - old_log_prob)
        return masked_mean(-torch.min(ratio * advantages, ratio.clamp(1 - epsilon, 1 + epsilon) * advantages), mask)

    def by_hand(returns, ratios, scores, mask):
        a = returns[:, :, None]
        free = np.where(a > 0, ratios < 1 + epsilon, ratios > 1 - epsilon) & mask
        weights = a * ratios * free / mask.sum(axis=(1, 2), keepdims=True)
        return (weights[..., None] * scores).sum(axis=(1, 2))

    assert same(from_torch(ppo), by_hand, OFF, groups=2)
    assert not moments(from_torch(ppo), OFF).unbiased


def aggregated(kind):
    def grpo(per_token_logps, old_per_token_logps, advantages, completion_mask):
        ratio = torch.exp(per_token_logps - old_per_token_logps)
        each = -torch.min(ratio * advantages[:, None], ratio.clamp(0.8, 1.2) * advantages[:, None])
        match kind:
            case "sequence":  # GRPO
                return ((each * completion_mask).sum(1) / completion_mask.sum(1)).mean()
            case "token":  # DAPO
                return (each * completion_mask).sum() / completion_mask.sum()
            case _:  # Dr. GRPO, by the largest length
                return (each * completion_mask).sum() / each.numel()

    return grpo


@pytest.mark.parametrize("kind", ["sequence", "token", "fixed"])
def test_grpo(kind):
    def by_hand(returns, scores, lengths, mask):
        deviation = returns.std(axis=1, keepdims=True)
        off = returns - returns.mean(axis=1, keepdims=True)
        weights = np.where(deviation > 0, off / np.where(deviation > 0, deviation, 1), 0)
        sums = scores.sum(axis=2)
        _, R, T = mask.shape
        if kind == "sequence":
            return ((weights / lengths)[..., None] * sums).mean(axis=1)
        total = (weights[..., None] * sums).sum(axis=1)
        return total / (mask.sum(axis=(1, 2))[:, None] if kind == "token" else R * T)

    assert same(from_torch(aggregated(kind), advantages="group_standardised"), by_hand, ON, group_size=3)


def test_dr_grpo_is_unbiased_but_for_the_length_and_the_group_mean():
    found = moments(from_torch(aggregated("fixed"), advantages="group_mean"), ON, group_size=3)
    assert found.comparison.factor == pytest.approx(2 / 3 / 2)


def k1(logp, ref_logp, mask):
    return ((logp - ref_logp) * mask).sum(1).mean()


def k2(logp, ref_logp, mask):
    return ((logp - ref_logp).square() / 2 * mask).sum(1).mean()


def k3(logp, ref_logp, mask):
    off = ref_logp - logp
    return ((torch.exp(off) - off - 1) * mask).sum(1).mean()


ONE = bandit([0.3, 0.2, 0.5], [0, 0, 0], reference=[0.25, 0.5, 0.25])
TWO = tree([0] * 4, policy=[[0.3, 0.7], [0.6, 0.4], [0.2, 0.8]], reference=[[0.5, 0.5], [0.25, 0.75], [0.4, 0.6]])


def test_k1_as_a_loss_has_no_gradient_on_average():
    assert np.allclose(moments(from_torch(k1, sign=1), TWO, objective=kl).mean, 0, atol=1e-15)


def test_k2_as_a_loss_has_the_gradient_of_kl_for_one_token_and_not_for_two():
    assert moments(from_torch(k2, sign=1), ONE, objective=kl).unbiased
    found = moments(from_torch(k2, sign=1), TWO, objective=kl)
    assert found.comparison.kind.name == "BIASED_DIRECTION"
    # What is missing: the first token's score times what the divergence is from the second token on.
    p, q = TWO.policy, TWO.reference
    later = (p[1:] * np.log(p[1:] / q[1:])).sum(axis=1)
    first = p[0] * (later - p[0] @ later)
    assert np.allclose(found.bias, [-first, [0, 0], [0, 0]], atol=1e-15)


def test_k3_as_a_loss_has_the_gradient_of_the_other_divergence():
    found = moments(from_torch(k3, sign=1), ONE, objective=kl)
    assert found.comparison.kind.name == "BIASED_DIRECTION"
    assert moments(from_torch(k3, sign=1), ONE, objective=forward_kl).unbiased
    assert not moments(from_torch(k3, sign=1), TWO, objective=forward_kl).unbiased


def test_k1_in_the_reward():
    def loss(logp, ref_logp, rewards, mask):
        penalty = ((logp - ref_logp) * mask).sum(1).detach()
        return -((rewards.sum(1) - penalty) * (logp * mask).sum(1)).mean()

    assert moments(from_torch(loss), TWO, objective=expected_return - kl).unbiased


# what is refused --------------------------------------------------------------------------------------------------
def failing(loss, problem=ON, **how):
    with pytest.raises(EstimatorError) as caught:
        moments(from_torch(loss, **how), problem)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_losses_without_a_gradient():
    assert failing(lambda returns: returns.mean()).startswith(
        "<lambda> has no gradient: none of its arguments depends on the policy"
    )
    assert "none flows back to the policy" in failing(lambda logp, returns: (logp.detach() * returns[:, None]).sum())

    @torch.no_grad()
    def off(logp):
        return logp.sum()

    assert "has no gradient" in failing(off)
    assert "returned a float, not a tensor: it has no gradient" in failing(lambda logp: logp.sum().item())


def test_losses_that_are_no_number():
    assert "returned shape (1, 2), not one number" in failing(lambda logp: -logp)
    assert "return the loss alone" in failing(lambda logp: (logp.sum(), {}))
    assert "returned int64" in failing(lambda logp: logp.sum().long())
    assert "returned float32: a loss must be float64" in failing(lambda logp: logp.float().sum())
    assert "is nan for the sample: actions [0]" in failing(lambda logp: logp.sum() * torch.nan)


def test_arguments_that_mean_nothing():
    assert "nothing is called 'advantagez': did you mean 'advantages'?" in failing(lambda logp, advantagez: logp.sum())
    assert moments(from_torch(lambda logp, kick: (logp[..., None] * 0).sum(), names={"kick": "adv"}), ON).bias.any()
    assert "nothing is called 'mean'" in failing(lambda logp, advantages: logp.sum(), advantages="mean")


def test_a_loss_that_raises():
    def loss(logp):
        raise ValueError("no such thing\nat all")

    assert failing(loss) == "loss raised ValueError: no such thing"


def test_losses_random_by_themselves():
    def loss(logp, mask):
        return (torch.nn.functional.dropout(logp, 0.5) * mask).sum()

    torch.manual_seed(0)
    with pytest.warns(RuntimeWarning, match="sample by sample"):
        assert "draws random numbers itself" in failing(loss)


def test_a_policy_with_a_zero_and_fractions_asked_for_directly():
    assert "never takes action 1 in state 0" in failing(reinforce, bandit([1, 0], [0, 1]))
    from pgsym.estimators import Samples

    with pytest.raises(EstimatorError, match="not in Fractions: use problem"):
        from_torch(reinforce)(Samples(ON, np.array([[0]])))


def test_a_loss_that_looks_at_its_numbers_is_differentiated_one_by_one():
    def loss(logp, rewards, mask):
        if rewards.sum().item() == 0:
            return torch.tensor(0.0)
        return -(rewards.sum(1) * (logp * mask).sum(1)).mean()

    with pytest.warns(RuntimeWarning, match="loss is differentiated sample by sample, slowly: vmap refused it"):
        assert moments(from_torch(loss), ON, groups=2).unbiased


def test_what_says_something_else_of_many_samples_is_differentiated_one_by_one():
    count = []

    def loss(logp, returns, mask):
        count.append(1)
        return -(returns * (logp * mask).sum(1)).mean() * (1 if len(count) > 1 else 2)

    estimator = from_torch(loss)
    with pytest.warns(RuntimeWarning, match="the result for one sample differs from the result in a batch"):
        estimator(next(iter(all_samples(ON))))


def all_samples(problem):
    from pgsym.estimators.batches import Batching
    from pgsym.estimators.enumeration import sampled

    return sampled(Batching(problem.floats()))


def test_the_users_settings_stay():
    before = torch.get_default_dtype(), torch.get_num_threads()

    def loss(logp, returns, mask):
        assert torch.tensor(0.1).dtype == torch.float64
        return -(returns * (logp * mask).sum(1)).mean()

    with torch.no_grad():
        assert moments(from_torch(loss), ON).unbiased
        assert not torch.is_grad_enabled()
    assert (torch.get_default_dtype(), torch.get_num_threads()) == before
