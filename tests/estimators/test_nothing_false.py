"""Nothing false is shown as true: what could hide a bias, an order, or a law that is none."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from pgsym.errors import EstimatorError, InstanceError, TooLarge
from pgsym.estimators import bandit, entropy, expected_return, forward_kl, from_torch, kl, moments, tree
from pgsym.estimators.batches import Batching
from pgsym.estimators.comparison import Kind, compare, number
from pgsym.estimators.episodes import Episodes
from pgsym.testing import assert_same_gradient, assert_scaled, assert_unbiased

H, T = Fraction(1, 2), Fraction(1, 3)


def reinforce(returns: Any, total_scores: Any) -> Any:
    return (returns[..., None] * total_scores).mean(axis=1)


@pytest.mark.parametrize("exact", [True, False])
def test_multisets_of_large_groups_have_all_the_mass(exact: bool) -> None:
    """Multinomial coefficients leave the range of integers at some 65 members, and that of floats at 1030."""
    p = bandit([T, 1 - T], [0, 1])
    for group_size in (70, 1500) if not exact else (70,):
        batching = Batching(p if exact else p.floats(), group_size=group_size, unordered=True)
        mass = sum(weights.sum() for _, weights in batching.chunks(4096))
        assert mass == 1 if exact else abs(mass - 1) < 1e-11


def test_the_variance_of_a_large_group_is_that_of_one_over_its_size() -> None:
    p = bandit([0.25, 0.75], [0, 1])
    one, many = (moments(reinforce, p, group_size=m, unordered=True) for m in (1, 100))
    assert many.variance == pytest.approx(one.variance / 100, rel=1e-9)
    assert np.allclose(many.mean, one.mean)


@pytest.mark.parametrize("twice", [True, False])
def test_episodes_that_are_listed_twice_or_not_at_all_are_no_problem(twice: bool) -> None:
    """Such a list is made by hand: `unbiased` would be said of the wrong law."""
    listed = [[0], [1], [1]] if twice else [[1]]
    p = Episodes(
        "bandit",
        starts=np.zeros(len(listed), dtype=np.int64),
        states=np.zeros((len(listed), 1), dtype=np.int64),
        actions=np.array(listed),
        rewards=np.array(listed, dtype=np.float64),
        mask=np.ones((len(listed), 1), dtype=bool),
        chance=np.ones(len(listed)),
        policy=np.array([[0.5, 0.5]]),
    )
    with pytest.raises(InstanceError, match=r"the episodes have policy probabilities that sum to (1.5|0.5), not to 1"):
        moments(reinforce, p)


def test_the_name_of_an_objective_says_what_it_is() -> None:
    """A sign before a sum is before all of it."""
    J = expected_return
    assert str(-(J + kl)) == "−(J + KL(π‖ref))"
    assert str(2 * (J - kl)) == "2 · (J − KL(π‖ref))"
    assert str(J - (kl + entropy)) == "J − (KL(π‖ref) + H(π))"
    assert str(J - 2 * kl) == "J − 2 · KL(π‖ref)"
    assert str(J * 2) == "2 · J"


def test_counts_beyond_floats_are_refused_in_one_line() -> None:
    """They can be said, but not computed with in floats."""
    p = bandit([0.5, 0.5], [0, 1])
    with pytest.raises(
        TooLarge, match=r"1\.23e\+903 samples are more than the budget of 20,000,000 \(about 1\.95e\+889 years"
    ):
        moments(reinforce, p, group_size=3000)
    with pytest.raises(TooLarge, match=r"up to 1\.41e\+1505 sequences"):
        tree(lambda prompt, tokens: 0, length=5000)


def test_an_infinite_forward_divergence_has_no_gradient() -> None:
    p = bandit([0.0, 1.0], [0, 1], reference=[0.5, 0.5])
    with pytest.raises(EstimatorError, match="the policy never does what the reference does"):
        forward_kl.gradient(p)


def drowned(total_scores: Any) -> Any:
    """No gradient at all, in much noise."""
    return 1e14 * total_scores.mean(axis=1)


def test_a_bias_below_the_rounding_of_long_estimates_is_not_called_unbiased() -> None:
    """Their mean is known up to what float64 leaves of them; in fractions it is known."""
    p = bandit([0.3, 0.7], [0, 1])
    found = moments(drowned, p)
    assert found.comparison.kind is Kind.HIDDEN
    assert not found.unbiased
    assert "hidden by rounding" in str(found)
    exact = moments(lambda total_scores: 10**14 * total_scores.mean(axis=1), bandit([T, 1 - T], [0, 1]))
    assert exact.comparison.kind is Kind.VANISHES


def test_what_equal_means_is_said_where_rounding_is_coarser() -> None:
    p = bandit([0.3, 0.7], [0, 1])
    assert "equal means within 1e-12 of the length" in moments(reinforce, p).evidence
    far = moments(lambda returns, total_scores: reinforce(returns + 3000, total_scores), p)
    assert far.unbiased
    assert "equal means within 5e-11 of the length" in far.evidence


def test_zero_is_no_mean_of_a_gradient_that_is_barely_seen() -> None:
    """What is less than rounding away is not told apart, though only one of them is below the rounding."""
    assert compare(np.array([0.9, 0.0]), np.array([1.5, 0.0]), noise=1.0).equal
    assert compare(np.array([0.4, 0.0]), np.array([1.5, 0.0]), noise=1.0).kind is Kind.VANISHES


def test_assertions_do_not_pass_what_rounding_hides() -> None:
    p = bandit([0.3, 0.7], [0, 1])
    with pytest.raises(EstimatorError, match="rounding hides the mean"):
        assert_unbiased(drowned, problems=p, group_size=1, groups=1)
    with pytest.raises(EstimatorError, match="rounding hides the mean"):
        assert_same_gradient(drowned, reinforce, problems=p, group_size=1, groups=1)


class Named:
    """A plain function of arrays that has a name of its own."""

    name = "mine"

    def __call__(self, returns: Any, total_scores: Any) -> Any:
        return reinforce(returns, total_scores)


def test_a_function_with_a_name_is_a_function_still() -> None:
    assert moments(Named(), bandit([T, 1 - T], [0, 1])).unbiased


def test_what_is_no_array_is_refused_in_one_line() -> None:
    class Tensor:
        """It refuses, as a tensor with a gradient does."""

        def __array__(self, *_: Any, **__: Any) -> Any:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad.")

    with pytest.raises(EstimatorError, match=r"<lambda> returned a Tensor, not an array: return shape \(N, P\)"):
        moments(lambda returns: Tensor(), bandit([0.5, 0.5], [0, 1]))


def test_an_order_is_seen_where_it_hardly_ever_matters() -> None:
    """It does for one pair of ten thousand, which samples at random miss."""

    def first_of_the_rare(returns: Any, total_scores: Any, actions: Any) -> Any:
        first = (actions[:, 0, 0] == 0) & (actions[:, 1, 0] == 1)
        return np.where(first, 3.0, 1.0)[:, None] * reinforce(returns, total_scores)

    p = bandit([1e-5, 1 - 1e-5], [1, 0])
    with pytest.raises(EstimatorError, match="depends on the order of the members"):
        moments(first_of_the_rare, p, group_size=2, unordered=True)


def test_the_same_of_nothing_is_not_shown() -> None:
    def nothing(total_scores: Any) -> Any:
        return 0 * total_scores.mean(axis=1)

    with pytest.raises(AssertionError, match="there was no evidence: every estimate was zero at every problem"):
        assert_same_gradient(nothing, nothing, examples=6)


def test_a_loss_at_a_nearly_deterministic_policy_is_unbiased_up_to_its_rounding() -> None:
    """Autodiff has 1 − π(a|s) from π(a|s), up to a rounding of one; what that hides is said to be hidden."""
    torch = pytest.importorskip("torch")

    def loss(logits: Any, actions: Any, returns: Any) -> Any:
        taken = torch.log_softmax(logits, -1).gather(-1, actions[..., None])[..., 0]
        return -(taken.sum(-1) * returns).mean()

    assert moments(from_torch(loss), bandit([1e-9, 1 - 1e-9], [0, 1])).unbiased
    assert moments(from_torch(loss), bandit([1e-13, 1 - 1e-13], [0, 1])).comparison.kind is Kind.HIDDEN
    for sign in (0, float("nan"), "-"):
        with pytest.raises(EstimatorError, match="sign must be -1 for a loss, 1 for an objective"):
            from_torch(loss, sign=sign)  # type: ignore[arg-type]


def test_draws_that_missed_what_is_rare_do_not_speak_against_an_estimator() -> None:
    """A hundred draws in which nothing was paid have no variance, which makes no interval of length zero."""
    found = moments(reinforce, bandit([1e-5, 1 - 1e-5], [1000, 0]), draws=100)
    assert np.allclose(found.mean, 0)
    assert found.unbiased
    assert np.all(found.margin >= np.abs(found.target) * (1 - 1e-9))
    twice = moments(
        lambda returns, total_scores: 2 * reinforce(returns, total_scores), bandit([0.3, 0.7], [0, 1]), draws=1000
    )
    assert not twice.unbiased
    with pytest.raises(EstimatorError, match="seed=-1: a seed must be an int of at least 0"):
        moments(reinforce, bandit([0.5, 0.5], [0, 1]), draws=100, seed=-1)


def test_small_numbers_are_not_shown_as_zero_where_rounding_is_smaller() -> None:
    """Nor rounding as a number, nor a factor of floats as exact."""
    small = str(moments(reinforce, bandit([0.5, 0.5], [0, 1e-9])))
    assert "variance  1.25e-19 (trace), mean squared error 1.25e-19" in small
    assert "mean      [-2.5e-17, 2.5e-17]" in str(moments(reinforce, bandit([0.5, 0.5], [0, 1e-16])))
    least = moments(lambda returns, total_scores: 1e-13 * reinforce(returns, total_scores), bandit([0.3, 0.7], [0, 1]))
    assert "variance  0 (trace)" in str(least)
    off = moments(
        lambda returns, total_scores: 1.0000001 * reinforce(returns, total_scores), bandit([0.3, 0.7], [0, 1])
    )
    assert re.match(r"scaled by 1\.0000001", str(off.comparison))


def test_an_estimator_may_write_into_the_ids_of_its_groups() -> None:
    def counting_from_one(returns: Any, total_scores: Any, group_ids: Any) -> Any:
        group_ids += 1
        return reinforce(returns, total_scores) * group_ids[0]

    assert moments(counting_from_one, bandit([0.3, 0.7], [0, 1]), groups=2).unbiased


@pytest.mark.parametrize(
    ("reward", "says"),
    [
        (lambda prompt, tokens: None, r"the reward of prompt 0 with the tokens \(0, 0\) is None, which is no number"),
        (lambda prompt, tokens: "1", "is '1', which is no number"),
        (3, "the reward is a function, a mapping or a list, not 3"),
    ],
)
def test_a_reward_that_is_none_is_named(reward: Any, says: str) -> None:
    with pytest.raises(InstanceError, match=says):
        tree(reward)
    if callable(reward):
        with pytest.raises(InstanceError, match="which is no number"):
            tree([0, 0, 0, 0], token_reward=reward)


def test_an_objective_is_multiplied_by_a_finite_number() -> None:
    for factor in (float("nan"), float("inf"), "2"):
        with pytest.raises(EstimatorError, match="an objective can be multiplied by a finite number"):
            factor * expected_return


def test_a_large_number_is_not_read_as_any_fraction() -> None:
    """Every float of some size is near a fraction with a denominator below a thousand."""
    assert number(1234567.8912345) == "1234567.8912345"
    assert number(5e200) == "5e+200"
    assert number(1e6 + 0.5) == "2000001/2"
    assert number(float("inf")) == "inf"
    far = moments(
        lambda returns, total_scores: 7654321.1234567 * reinforce(returns, total_scores), bandit([0.3, 0.7], [0, 1])
    )
    assert "exactly" not in str(far.comparison)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"problem": None}, "a problem must be made by bandit, tree or from_mdp, not None"),
        ({"objective": "J"}, r"an objective must be one of pgsym\.estimators, .* not 'J'"),
        ({"budget": "a"}, "budget='a': a budget must be a number of samples"),
    ],
)
def test_what_moments_are_not_of_is_named(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(EstimatorError, match=says):
        moments(**{"estimator": reinforce, "problem": bandit([0.5, 0.5], [0, 1]), **wrong})


def test_a_number_too_large_for_floats_is_named() -> None:
    assert bandit([H, H], [10**400, 0]).value == Fraction(10**400, 2)
    with pytest.raises(InstanceError, match=r"reward\[0\]\[0\] is too large for float64"):
        bandit([0.5, 0.5], [10**400, 0.5])


def test_what_is_remembered_of_earlier_samples_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Returns that are kept by their shape: right in the first chunk, and those of the first in all others."""
    kept: dict[tuple[int, ...], Any] = {}

    def remembering(returns: Any, total_scores: Any) -> Any:
        return reinforce(kept.setdefault(returns.shape, returns), total_scores)

    monkeypatch.setattr("pgsym.estimators.enumeration.CHUNK", 2000)
    with pytest.raises(
        EstimatorError, match="remembering gives two estimates for one sample: it depends on earlier calls"
    ):
        moments(remembering, bandit([0.3, 0.7], [0, 1]), group_size=10)


def twice(returns: Any, total_scores: Any) -> Any:
    return 2 * reinforce(returns, total_scores)


def test_a_factor_may_be_a_float_where_the_problem_is_in_fractions() -> None:
    """The exact means are not held to the roundoff of a factor: 0.1 is 1/10, and √2 is compared in floats."""
    p = bandit([T, 1 - T], [0, 1])
    with pytest.raises(AssertionError, match=r"does not estimate 1/10 × ∇\(J\): scaled by exactly 20"):
        assert_scaled(twice, by=0.1, problems=p)
    far = 10**9

    def tenth(returns: Any, total_scores: Any) -> Any:  # cancels, so that a look in Fractions decides
        return (reinforce(returns + far, total_scores) - reinforce(returns * 0 + far, total_scores)) / 10

    assert_scaled(tenth, by=0.1, problems=p)
    with pytest.raises(AssertionError, match=r"does not estimate 1\.41421356237\d+ ×"):
        assert_scaled(twice, by=2**0.5, problems=p)


def test_objects_that_are_floats_are_compared_as_floats() -> None:
    one = np.array([0.1 + 0.2, -0.3], dtype=object)
    assert compare(one, np.array([Fraction(3, 10), Fraction(-3, 10)])).equal


def test_the_name_of_a_loss_is_quoted_in_what_reproduces_a_failure() -> None:
    torch = pytest.importorskip("torch")

    def loss(logits: Any, actions: Any, returns: Any) -> Any:
        taken = torch.log_softmax(logits, -1).gather(-1, actions[..., None])[..., 0]
        return -2 * (taken.sum(-1) * returns).mean()

    with pytest.raises(AssertionError) as caught:
        assert_unbiased(from_torch(loss, name='a "b"\nc'), problems=bandit([T, 1 - T], [0, 1]), groups=1, group_size=1)
    assert r'name="a \"b\"\nc"' in str(caught.value)


def test_a_module_is_known_by_what_its_forward_asks_for() -> None:
    torch = pytest.importorskip("torch")

    class Loss(torch.nn.Module):  # type: ignore[misc, name-defined]
        def forward(self, logits: Any, actions: Any, returns: Any) -> Any:
            taken = torch.log_softmax(logits, -1).gather(-1, actions[..., None])[..., 0]
            return -(taken.sum(-1) * returns).mean()

    assert moments(from_torch(Loss()), bandit([0.3, 0.7], [0, 1])).unbiased
