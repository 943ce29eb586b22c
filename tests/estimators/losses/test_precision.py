"""What computes in float32 inside is told so, where that matters; it is not called wrong."""

import numpy as np
import pytest

from pgsym.errors import EstimatorError
from pgsym.estimators import bandit, from_advantages, from_jax, from_torch, moments, tree
from pgsym.testing import assert_unbiased

PROBLEMS = [bandit([0.3, 0.7], [0.1, 1.3]), tree([0.1, 1, 2.7], end=0, policy=[[0.3, 0.7], [0.6, 0.4]])]
TOLD = r"computes in float32 or less inside .*compute in float64"


def torch_losses():
    torch = pytest.importorskip("torch")

    def by_float(logp, returns, mask):
        return -((logp.float() * mask).sum(1) * returns.float()).mean().double()

    def by_to(logp, returns, mask):
        return -((logp.to(torch.float32) * mask).sum(1) * returns).mean()

    def by_half(logp, returns, mask):
        return -((logp * mask).sum(1) * returns.bfloat16()).mean()

    def by_a_constant(logp, returns, mask):
        return -((logp * mask).sum(1) * returns).mean() * (torch.tensor(0.7, dtype=torch.float32).double() / 0.7)

    def mask_alone(logp, returns, mask):
        return -((logp * mask.float()).sum(1) * returns).sum() / mask.float()[:, 0].sum()

    def none(logp, returns, mask):
        return -((logp * mask).sum(1) * returns).mean()

    return {f.__name__: f for f in (by_float, by_to, by_half, by_a_constant, mask_alone, none)}


@pytest.mark.extras
@pytest.mark.parametrize("name", ["by_float", "by_to", "by_half", "by_a_constant"])
def test_a_right_loss_with_float32_inside_is_told_so(name):
    loss = torch_losses()[name]
    for p in PROBLEMS:
        with pytest.raises(EstimatorError, match=TOLD):
            moments(from_torch(loss), p)
        with pytest.raises(EstimatorError, match=TOLD):
            assert_unbiased(from_torch(loss), problems=[p])


@pytest.mark.extras
@pytest.mark.parametrize("name", ["mask_alone", "none"])
def test_float32_that_is_no_matter_is_let_through(name):
    for p in PROBLEMS:
        for group_size in (1, 2):
            assert moments(from_torch(torch_losses()[name]), p, group_size=group_size).unbiased


@pytest.mark.extras
def test_a_right_loss_in_jax_with_float32_inside_is_told_so():
    jnp = pytest.importorskip("jax").numpy

    def by_float(logp, returns, mask):
        return -((logp.astype(jnp.float32) * mask).sum(1) * returns).mean()

    def by_division(logp, returns, mask):
        share = 1 / (3 * mask.astype(jnp.float32)[:, 0])
        return -((logp * mask).sum(1) * returns * 3 * share).mean()

    def mask_alone(logp, returns, mask):
        return -((logp * mask.astype(jnp.float32)).sum(1) * returns).sum() / mask.astype(jnp.float32)[:, 0].sum()

    p = PROBLEMS[1]
    for loss in (by_float, by_division):
        with pytest.raises(EstimatorError, match=TOLD):
            moments(from_jax(loss), p)
    assert moments(from_jax(mask_alone), p).unbiased


@pytest.mark.parametrize("kind", [np.float32, np.float16])
def test_advantages_in_float32_are_told_so(kind):
    def narrow(returns):
        return (returns - 0.1).astype(kind)

    with pytest.raises(EstimatorError, match=f"{kind.__name__}: advantages must be float64"):
        moments(from_advantages(narrow), PROBLEMS[0])


@pytest.mark.extras
def test_advantages_of_a_loss_in_float32_are_told_so():
    pytest.importorskip("torch")

    def loss(logp, advantages):
        return -(logp.sum(1) * advantages).mean()

    estimator = from_torch(loss, advantages=lambda returns: returns.astype(np.float32))
    with pytest.raises(EstimatorError, match="the advantages are float32"):
        moments(estimator, PROBLEMS[0])
