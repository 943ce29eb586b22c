"""The assertions about estimators accept what is right, refuse what is wrong, and show the smallest problem."""

import re
import subprocess
import sys
import textwrap
from fractions import Fraction

import numpy as np
import pytest
from campaigns import share
from hypothesis import given, settings

from pgsym.errors import EstimatorError, TooLarge
from pgsym.estimators import bandit, entropy, expected_return, from_advantages, from_torch, kl, tree
from pgsym.extras import install
from pgsym.testing import (
    assert_direction,
    assert_gradient_of,
    assert_lower_variance,
    assert_padding_ignored,
    assert_partition_invariant,
    assert_same_gradient,
    assert_scaled,
    assert_unbiased,
)
from pgsym.testing.estimator_problems import trees

half = Fraction(1, 2)


def grouped(values, group_size):
    return values.reshape(len(values), -1, group_size)


# right ones ---------------------------------------------------------------------------------------------------------
def reinforce(returns, total_scores):
    return (returns[..., None] * total_scores).mean(axis=1)


def reward_to_go(rewards, mask, scores):
    paid = np.where(mask, rewards, 0)
    to_go = paid[..., ::-1].cumsum(axis=-1)[..., ::-1]
    return (to_go[..., None] * scores).sum(axis=2).mean(axis=1)


def per_decision(ratios, mask, rewards, scores):
    """Each reward weighted by the ratios up to it."""
    weighted = np.where(mask, rewards * np.where(mask, ratios, 1).cumprod(axis=2), 0)
    to_go = weighted[..., ::-1].cumsum(axis=-1)[..., ::-1]
    return (to_go[..., None] * scores).sum(axis=2).mean(axis=1)


@from_advantages
def leave_one_out(returns, group_size):
    g = grouped(returns, group_size)
    others = (g.sum(axis=2, keepdims=True) - g) / (group_size - 1)
    return (g - others).reshape(returns.shape)


@from_advantages
def group_mean(returns, group_size):
    g = grouped(returns, group_size)
    return (g - g.mean(axis=2, keepdims=True)).reshape(returns.shape)


def token_mean(rewards, mask, scores):
    """The mean over all tokens of the batch."""
    returns = np.where(mask, rewards, 0).sum(axis=2)
    return (returns[..., None, None] * scores).sum(axis=(1, 2)) / mask.sum(axis=(1, 2))[:, None]


def exact_baseline(rewards, mask, values, scores):
    paid = np.where(mask, rewards, 0)
    to_go = paid[..., ::-1].cumsum(axis=-1)[..., ::-1]
    return (np.where(mask, to_go - values, 0)[..., None] * scores).sum(axis=2).mean(axis=1)


def entropy_score(logp, mask, total_scores):
    return -(np.where(mask, logp, 0).sum(axis=2)[..., None] * total_scores).mean(axis=1)


def kl_score(logp, ref_logp, total_scores):
    return ((logp - ref_logp).sum(axis=2)[..., None] * total_scores).mean(axis=1)


# wrong ones ---------------------------------------------------------------------------------------------------------
def wrong_sign(returns, total_scores):
    return -reinforce(returns, total_scores)


def summed(returns, total_scores):
    return (returns[..., None] * total_scores).sum(axis=1)


def first_reward_only(rewards, total_scores):
    return (rewards[..., 0, None] * total_scores).mean(axis=1)


def past_rewards(rewards, scores):
    return (rewards.cumsum(axis=2)[..., None] * scores).sum(axis=2).mean(axis=1)


def no_ratio(returns, total_scores):
    return reinforce(returns, total_scores)


@from_advantages
def normalised(returns, group_size):
    g = grouped(returns, group_size)
    return ((g - g.mean(axis=2, keepdims=True)) / (g.std(axis=2, keepdims=True) + 1e-8)).reshape(returns.shape)


@from_advantages
def over_batch_std(returns):
    return returns / (returns.std(axis=1, keepdims=True) + 1)


@from_advantages
def unmasked_sum(rewards):
    return rewards.sum(axis=2)


@from_advantages
def times_mask(rewards, mask):
    """Zero times NaN is NaN."""
    return (rewards * mask).sum(axis=2)


@from_advantages
def mean_over_padded_length(rewards, mask):
    return np.where(mask, rewards, 0).mean(axis=2)


def last_token_rewarded(actions, scores):
    """Pays for the token that stands at the end of the array."""
    return (actions[..., -1, None, None] * scores).sum(axis=2).mean(axis=1)


def failure(assertion, *arguments, **options):
    """What an assertion says when it fails."""
    with pytest.raises(AssertionError) as caught:
        assertion(*arguments, **options)
    return str(caught.value)


few = {"examples": 12}


@pytest.mark.parametrize(
    ("estimator", "options"),
    [
        (reinforce, {}),
        (reward_to_go, {}),
        (exact_baseline, {}),
        (leave_one_out, {"groups": 1, "group_size": (2, 3)}),
        (leave_one_out, {"groups": 2, "group_size": 2}),
        (per_decision, {"off_policy": None}),
    ],
)
def test_unbiased_estimators_are(estimator, options):
    held = assert_unbiased(estimator, **few, **options)
    assert len(held.batchings) == 12
    assert held.worst <= 1e-9
    assert {batching.problem.T for batching in held.batchings} > {1}


@pytest.mark.parametrize(
    ("estimator", "options", "lies"),
    [
        (wrong_sign, {}, "the opposite (scaled by exactly -1)"),
        (summed, {"groups": 2, "group_size": 1}, "scaled by exactly 2"),
        (group_mean, {"groups": 1, "group_size": 3}, "scaled by exactly 2/3"),
        (first_reward_only, {"length": 2}, "zero where it should not be"),
        (past_rewards, {"length": 2}, None),
        (no_ratio, {"off_policy": True}, None),
        (normalised, {"groups": 1, "group_size": 2}, None),
        (over_batch_std, {"groups": 2, "group_size": 1}, None),
    ],
)
def test_biased_estimators_are_not(estimator, options, lies):
    text = failure(assert_unbiased, estimator, **few, **options)
    assert text.startswith(
        f"{estimator.name if hasattr(estimator, 'name') else estimator.__name__} does not estimate ∇(J)"
    )
    if lies:
        assert f"which is  {lies}" in re.sub(" {2,}", "  ", text)


SMALLEST = """\
group_mean does not estimate ∇(J): scaled by exactly 2/3

The problem, the smallest that Hypothesis found (seed 0):
  sizes     1 state, 2 actions, length 1, on-policy
  a sample  1 group of 3
  policy    [1/2, 1/2]
  episodes  0 pays 0; 1 pays 1

  ∇(J)           [-1/4, 1/4]
  E[group_mean]  [-1/6, 1/6]
  which is       scaled by exactly 2/3
  evidence       all 8 samples gone through, in fractions
  a guess        """


def test_the_smallest_problem_is_shown_with_both_gradients_and_a_guess():
    text = failure(assert_unbiased, group_mean, groups=1, group_size=3)
    assert text.startswith(SMALLEST)
    guess = text.removeprefix(SMALLEST).split("\n\nTo reproduce it:")[0]
    assert "(G−1)/G" in guess
    assert "the sample itself" in " ".join(guess.split())


def test_normalising_by_the_group_turns_the_gradient_where_three_actions_pay_differently():
    problem = bandit([half, half / 2, half / 2], [0, 1, 3])
    text = failure(assert_unbiased, normalised, problems=problem, groups=1, group_size=2)
    assert re.search(r"which is +turned by 13\.\d+° \(cosine 0\.97", text)


def test_the_group_mean_is_scaled_by_g_minus_1_over_g_for_every_g():
    held = assert_scaled(
        group_mean,
        by=lambda group_size: Fraction(group_size - 1, group_size),
        groups=(1, 2),
        group_size=(1, 2, 3, 4),
        samples=2000,
    )
    assert {batching.group_size for batching in held.batchings} == {1, 2, 3, 4}
    assert held.summary.startswith("group_mean is an estimate of (0, 1/2, 2/3, 3/4 for group_size = 1, 2, 3, 4) × ∇(J)")
    text = failure(
        assert_scaled, group_mean, by=lambda group_size: Fraction(group_size, group_size + 1), groups=1, group_size=2
    )
    assert "does not estimate 2/3 × ∇(J)" in text
    assert "by=Fraction(2, 3)" in text


def test_a_factor_may_be_a_number_or_of_the_groups():
    assert_scaled(summed, by=lambda groups, group_size: groups * group_size, **few)
    assert_scaled(wrong_sign, by=-1, **few)
    with pytest.raises(EstimatorError, match="nothing is called 'gruops'"):
        assert_scaled(summed, by=lambda gruops: gruops)


def test_gradients_of_other_objectives():
    assert_gradient_of(entropy_score, entropy, **few)
    assert_gradient_of(kl_score, kl, **few)
    text = failure(assert_gradient_of, kl_score, entropy, **few)
    assert "assert_gradient_of(kl_score, entropy, problems=[problem]" in text
    text = failure(assert_gradient_of, kl_score, expected_return - kl, **few)
    assert "kl_score does not estimate ∇(J − KL(π‖ref))" in text
    assert "assert_gradient_of(kl_score, expected_return - kl, problems=[problem]" in text


def test_directions():
    held = assert_direction(group_mean, groups=1, group_size=(2, 3), **few)
    assert held.summary == "group_mean points along ∇(J)"
    assert held.worst < 1e-9
    two_actions = {"kinds": ["bandit"], "states": 1, "actions": 2, "extreme": False}
    assert assert_direction(normalised, groups=1, group_size=2, **two_actions, **few)
    text = failure(assert_direction, normalised, groups=1, group_size=2)
    assert text.startswith("normalised does not point along ∇(J): turned by ")
    assert failure(assert_direction, wrong_sign, **few).startswith("wrong_sign does not point along ∇(J): the opposite")
    assert "zero where it should not be" in failure(assert_direction, group_mean, groups=1, **few)
    assert_direction(entropy_score, entropy, **few)


def test_the_same_gradient():
    held = assert_same_gradient(reinforce, reward_to_go, **few)
    assert held.summary == "reinforce and reward_to_go have the same gradient"
    text = failure(assert_same_gradient, summed, reinforce, **few)
    assert text.startswith("summed does not have the same mean as reinforce: scaled by exactly 2\n")


def test_lower_variance():
    never_negative = [tree([0, 1, 1, 2]), bandit([half, half], [1, 2])]
    held = assert_lower_variance(exact_baseline, than=reinforce, problems=never_negative, groups=1, group_size=1)
    assert [outcome.telling for outcome in held.outcomes] == [True, True]
    text = failure(assert_lower_variance, leave_one_out, than=reinforce, groups=1, group_size=2)
    assert text.startswith("leave_one_out has a higher variance than reinforce: ")
    assert "assert_lower_variance(leave_one_out, than=reinforce, problems=[problem], groups=1, group_size=2)" in text
    with pytest.raises(AssertionError, match="the variance was never lower"):
        assert_lower_variance(reinforce, than=reinforce, **few)


def test_a_shrunken_gradient_has_a_lower_variance_for_nothing():
    def shrunken(returns, total_scores):
        return reinforce(returns, total_scores) / 2

    text = failure(assert_lower_variance, shrunken, than=reinforce, **few)
    assert text.startswith(
        "the variances of shrunken and reinforce cannot be compared, because their means differ: scaled by exactly"
    )
    assert_lower_variance(shrunken, than=reinforce, same_mean=False, **few)


@pytest.mark.parametrize(
    ("estimator", "options"),
    [
        (reinforce, {}),
        (leave_one_out, {"groups": (2, 3), "group_size": 2}),
        (summed, {"weights": "sum"}),
        (token_mean, {"weights": "tokens"}),
    ],
)
def test_parts_add_up_to_the_whole(estimator, options):
    assert assert_partition_invariant(estimator, **few, **options).worst < 1e-9


@pytest.mark.parametrize(
    ("estimator", "options", "guess"),
    [
        (over_batch_std, {}, None),
        (token_mean, {}, 'weights="tokens" holds at this problem'),
        (summed, {}, 'weights="sum" holds at this problem'),
        (group_mean, {"groups": 1, "group_size": 2}, None),
    ],
)
def test_parts_that_do_not_add_up(estimator, options, guess):
    text = failure(assert_partition_invariant, estimator, **few, **options)
    assert ", joined by episodes, do not give its whole estimate" in text
    assert all(word in text for word in ("the sample ", "part 1 ", "part 2 ", "the whole "))
    assert guess is None or guess in text


def test_equal_parts_hide_what_ragged_parts_show():
    """A mean of the parts' means is the whole's where all parts are of one size."""
    assert_partition_invariant(reinforce, weights="parts", groups=2, **few)
    text = failure(assert_partition_invariant, reinforce, weights="parts", groups=3, **few)
    assert re.search(r"cut into +parts of (2, 1|1, 2) groups", text)


@pytest.mark.parametrize("estimator", [reinforce, reward_to_go, token_mean, exact_baseline])
def test_padding_is_ignored(estimator):
    held = assert_padding_ignored(estimator, **few)
    assert sum(outcome.telling for outcome in held.outcomes) >= 5


@pytest.mark.parametrize(
    ("estimator", "padding", "through"),
    [
        (unmasked_sum, "nan (and other tokens) in the padding", "rewards"),
        (times_mask, "nan (and other tokens) in the padding", "rewards"),
        (mean_over_padded_length, "1 more step of padding", None),
        (last_token_rewarded, "1 more step of padding", None),
    ],
)
def test_padding_that_matters(estimator, padding, through):
    text = failure(assert_padding_ignored, estimator, **few)
    assert f"depends on the padding: {padding} changes the estimate" in text
    assert ("through the arrays" in text) == (through is not None)
    assert through is None or re.search(rf"through the arrays +{through}\n", text)


def test_what_padding_holds_is_the_callers():
    assert_padding_ignored(times_mask, fills=[1e30, -1.0], **few)
    assert_padding_ignored(mean_over_padded_length, more=0, **few)
    assert 'fills=[float("inf")], more=2' in failure(assert_padding_ignored, unmasked_sum, fills=[np.inf], more=2)


def test_nan_is_a_failure_that_shrinks_and_groups_of_one_are_named():
    text = failure(assert_unbiased, leave_one_out, groups=1)
    assert text.startswith("leave_one_out returned nan for the sample: actions [0] with rewards [0.0]\n")
    assert "the group has one member: if your groups always have more, say group_size=2" in text


def test_the_scope_is_named():
    held = assert_unbiased(reinforce, problems=trees(length=2, states=1), groups=1, group_size=(1, 2), examples=25)
    assert re.fullmatch(
        r"tested: reinforce is an unbiased estimate of ∇\(J\)\n"
        r"  scope     25 problems \(25 trees\), \|S\| = 1 to \d, \|A\| = 2 to 3, T = 1 to 2 \(ragged in \d+\), γ = 1, "
        r"rewards from −\S+ to \S+ \(per step in \d+\), on-policy, 1 group of 1 to 2\n"
        r"  evidence  problems drawn by Hypothesis \(seed 0\), \d+ of them without evidence; all samples of each "
        r"gone through, [\d,]+ in all; float64, equal within 1e-12 of lengths, or rounding \(worst .*\)",
        str(held),
    )
    given = assert_unbiased(reinforce, problems=[bandit([half, half], [0, 1])])
    assert str(given).startswith("exact: ")
    assert "problems given" in given.evidence


def test_the_same_seed_draws_the_same_and_another_others():
    first, again, other = (assert_unbiased(reinforce, seed=s, examples=15).scope for s in (1, 1, 2))
    assert first == again != other


def test_a_tiny_error_is_seen():
    def off_by_a_millionth(returns, total_scores):
        return reinforce(returns, total_scores) * (1 + 1e-6)

    assert "scaled by 1.000001" in failure(assert_unbiased, off_by_a_millionth, **few)


def test_a_second_look_in_fractions_decides_what_rounding_blurs():
    def far_baseline(returns, total_scores):
        return reinforce(returns + 10**9, total_scores) - reinforce(returns * 0 + 10**9, total_scores)

    problem = bandit([Fraction(2, 5), Fraction(3, 5)], [1, 1])
    assert_unbiased(far_baseline, problems=problem)
    assert "not zero where it should be" in failure(assert_unbiased, far_baseline, problems=problem.floats())


def test_mistakes_in_the_call_are_one_line():
    with pytest.raises(EstimatorError, match="there is no option 'exmaples': the options are actions, critic"):
        assert_unbiased(reinforce, exmaples=3)
    with pytest.raises(EstimatorError, match="weights must be one of episodes, tokens, parts, sum, not 'rows'"):
        assert_partition_invariant(reinforce, weights="rows")
    with pytest.raises(TooLarge, match="every problem has more than 10,000 samples: take fewer, unordered=True"):
        assert_unbiased(reinforce, group_size=16)
    with pytest.raises(AssertionError, match="there was no evidence: no sample could be cut"):
        assert_partition_invariant(reinforce, groups=1, group_size=1, **few)
    for wrong, says in (
        ({"group_size": ()}, r"group_size must be a positive int or several, not \(\)"),
        ({"groups": 1.5}, r"groups must be a positive int or several, not \(1\.5,\)"),
        ({"examples": 0}, "examples must be a positive int, not 0"),
        ({"rtol": 0}, "rtol must be a number between 0 and 1, not 0"),
        ({"rtol": -1}, "rtol must be a number between 0 and 1, not -1"),
        ({"problems": [1]}, "problems must be an Episodes object, several or a strategy, not a int"),
        ({"length": 0}, "must be an int of at least 1, not 0"),
        ({"discounts": 0.9}, "discounts must be a list of numbers from 0 to 1, not 0.9"),
    ):
        with pytest.raises(EstimatorError, match=says):
            assert_unbiased(reinforce, **wrong)
    for by, says in (
        (float("nan"), "by must be a finite number, not nan"),
        (lambda group_size: None, r"by\(group_size\) must be a finite number"),
    ):
        with pytest.raises(EstimatorError, match=says):
            assert_scaled(reinforce, by=by)
    with pytest.raises(EstimatorError, match=r"an objective must be one of pgsym\.estimators"):
        assert_gradient_of(reinforce, 3)
    with pytest.raises(EstimatorError, match="one estimate for every sample") as caught:
        assert_unbiased(lambda returns: returns.mean())
    assert caught.value.__notes__[0].startswith("at 1 state, 2 actions")


def test_what_would_hold_of_nothing_is_not_said_of_given_problems():
    """A variance that is lower nowhere, samples that cannot be cut, no padding."""
    given = {"problems": [bandit([Fraction(1, 3), Fraction(2, 3)], [0, 1])]}
    assert "there was no evidence: the variance was never lower" in failure(
        assert_lower_variance, reinforce, than=reinforce, **given
    )
    assert "no sample could be cut" in failure(assert_partition_invariant, reinforce, groups=1, group_size=1, **given)
    assert "no sample had padding" in failure(assert_padding_ignored, reinforce, more=0, **given)
    assert_unbiased(reinforce, problems=[bandit([Fraction(1, 3), Fraction(2, 3)], [0, 0])])  # zero, as it should be


def test_larger_groups_by_multisets():
    assert assert_unbiased(leave_one_out, groups=1, group_size=12, unordered=True, **few).batchings[0].group_size == 12


def test_an_error_of_the_estimator_comes_through():
    def broken(returns):
        raise IndexError("mine")

    with pytest.raises(IndexError, match="mine"):
        assert_unbiased(broken)


# what is printed runs -----------------------------------------------------------------------------------------------
REPRODUCED = {
    "unbiased": (assert_unbiased, (group_mean,), {"groups": 1, "group_size": 2}),
    "off-policy": (assert_unbiased, (no_ratio,), {"off_policy": True}),
    "scaled": (assert_scaled, (summed, lambda group_size: Fraction(group_size, group_size + 1)), {"groups": 2}),
    "direction": (assert_direction, (normalised,), {"groups": 1, "group_size": 2}),
    "direction of another": (assert_direction, (kl_score, entropy), {}),
    "gradient": (assert_gradient_of, (kl_score, entropy), {}),
    "same": (assert_same_gradient, (summed, reinforce), {}),
    "variance": (assert_lower_variance, (leave_one_out, reinforce), {"groups": 1, "group_size": 2}),
    "parts": (assert_partition_invariant, (token_mean,), {}),
    "padding": (assert_padding_ignored, (unmasked_sum,), {}),
    "wider": (assert_padding_ignored, (mean_over_padded_length,), {"fills": [1.0], "more": 2}),
    "nan": (assert_unbiased, (leave_one_out,), {}),
    "multisets": (assert_unbiased, (group_mean,), {"groups": 1, "group_size": 2, "unordered": True}),
    "mdp": (assert_unbiased, (wrong_sign,), {"kinds": ["mdp"]}),
}


@pytest.mark.parametrize("name", share(REPRODUCED, 3))
def test_the_printed_test_fails_in_the_same_way(name):
    assertion, arguments, options = REPRODUCED[name]
    said, script = failure(assertion, *arguments, **options, **few).split("\n\nTo reproduce it:\n\n")
    namespace = {}
    exec(textwrap.dedent(script), namespace)
    again, _ = failure(namespace["test_reproduced"]).split("\n\nTo reproduce it:\n\n")
    said = said.partition("\n\n  a guess  the group has one member")[0]
    said = said.replace("the smallest that Hypothesis found (seed 0)", "as given")
    tried = re.compile(r"at all \d+ problems tried")  # a guess has seen what else was drawn
    assert tried.sub("", " ".join(again.split())) == tried.sub("", " ".join(said.split()))


def test_what_cannot_be_imported_is_named_plainly():
    said = failure(assert_unbiased, from_advantages(lambda returns: 2 * returns))
    assert "\nTo reproduce it, once the missing parts are filled in:\n" in said
    assert "    # PUT YOUR OWN HERE: a lambda cannot be imported\n    def your_function(returns):\n" in said
    assert "assert_unbiased(from_advantages(your_function), problems=[problem]" in said


def test_names_of_arguments_are_written():
    said = failure(assert_unbiased, from_advantages(times, r="returns"))
    assert 'assert_unbiased(from_advantages(times, r="returns"), problems=[problem]' in said
    said = failure(assert_unbiased, plain_times, names={"r": "returns", "g": "total_scores"})
    assert 'assert_unbiased(FromFunction(plain_times, dict(r="returns", g="total_scores")), problems' in said


def times(r):
    return 2 * r


def plain_times(r, g):
    return (r[..., None] * g).sum(axis=1) * 3


@settings(max_examples=5, deadline=None, database=None, derandomize=True)
@given(trees(length=2))
def test_a_property_of_ones_own(problem):
    assert_unbiased(reinforce, problems=problem)


def test_without_hypothesis_problems_of_ones_own_are_tried_and_the_extra_is_named():
    script = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "from pgsym.estimators import bandit\n"
        "from pgsym.testing import assert_unbiased\n"
        "def f(returns, total_scores):\n    return (returns[..., None] * total_scores).mean(axis=1)\n"
        "print(assert_unbiased(f, problems=bandit([0.5, 0.5], [0, 1])).rung)\n"
        "try:\n    assert_unbiased(f)\n"
        "except ModuleNotFoundError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == f"exact\nproblems are drawn by Hypothesis: {install('testing')}\n", done.stderr


def summed_surrogate(logp, advantages):
    return -(logp.sum(dim=1) * advantages).sum()


def test_a_loss_of_a_framework_is_written_with_its_arguments():
    pytest.importorskip("torch")
    text = failure(assert_unbiased, from_torch(summed_surrogate, advantages="returns", name="mine"), groups=2, **few)
    assert text.startswith("mine does not estimate ∇(J): scaled by exactly 2\n")
    assert 'assert_unbiased(from_torch(summed_surrogate, name="mine"), problems=[problem]' in text
    namespace = {}
    exec(textwrap.dedent(text.split("\n\nTo reproduce it:\n\n")[1]), namespace)
    assert failure(namespace["test_reproduced"]).startswith("mine does not estimate ∇(J): scaled by exactly 2\n")
