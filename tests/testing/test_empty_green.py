"""A pass has met what its subject asks for, or it is a failure that says what was never met."""

import re
from fractions import Fraction

import numpy as np
import pytest
from campaigns import share

from pgsym.estimators import bandit, from_advantages, from_torch, tree
from pgsym.estimators.batches import Batching
from pgsym.testing import (
    assert_direction,
    assert_partition_invariant,
    assert_same_gradient,
    assert_unbiased,
    needs,
)
from pgsym.testing.drawing import judge_any, judge_each
from pgsym.testing.estimator_problems import Demands, demanded
from pgsym.testing.settings import options


def failure(assertion, *arguments, **told):
    with pytest.raises(AssertionError) as caught:
        assertion(*arguments, **told)
    return str(caught.value)


def weighted(weigh):
    """An estimator that weighs scores per step by a function of the ratios and the returns."""

    def estimator(ratios, returns, mask, scores):
        weights = np.where(mask, weigh(ratios, returns[..., None] + 0 * ratios), 0)
        return (weights[..., None] * scores).sum(axis=2).mean(axis=1)

    return estimator


def kept(ratios, returns):
    """Whether a clipped surrogate has a gradient."""
    return np.where(returns >= 0, ratios <= 1.2, ratios >= 0.8)


plain = weighted(lambda ratios, returns: ratios * returns)
clipped = weighted(lambda ratios, returns: kept(ratios, returns) * ratios * returns)
the_larger = weighted(lambda ratios, returns: kept(ratios, -returns) * ratios * returns)
inverted = weighted(lambda ratios, returns: returns / ratios)
cut_at_two = weighted(lambda ratios, returns: (abs(np.log(ratios)) <= 2) * ratios * returns)
no_gradient_below = weighted(lambda ratios, returns: (ratios > 0.7) * ratios * returns)


@pytest.mark.parametrize(
    "wrong", share([the_larger, plain, inverted, no_gradient_below], 2), ids=lambda f: f.__qualname__
)
def test_what_differs_off_policy_alone_is_told_apart_without_being_asked(wrong):
    assert "does not have the same mean as" in failure(assert_same_gradient, wrong, clipped)


def test_a_log_ratio_cut_far_from_zero_is_seen():
    assert "does not have the same mean as" in failure(assert_same_gradient, cut_at_two, plain, kinds="bandit")


def test_what_is_unbiased_on_policy_alone_is_so_where_that_is_said_and_the_scope_says_it_aloud():
    text = failure(assert_unbiased, clipped, kinds="bandit", examples=20)
    assert re.search(r"on-policy +it holds at 20 on-policy problems; .* say off_policy=False", text)
    held = assert_unbiased(clipped, off_policy=False)
    assert "ON-POLICY ONLY (all ratios are 1)" in held.scope
    assert "ratios above 1.5 with a positive return" in held.not_met
    assert "  not met   " in str(held)
    with options(off_policy=False):
        assert "ON-POLICY ONLY" in assert_unbiased(clipped, examples=6).scope
    twice = weighted(lambda ratios, returns: 2 * returns)
    assert "on-policy  it holds" not in failure(assert_unbiased, twice, kinds="bandit")


@from_advantages
def over_length(returns, lengths, mask):
    return (returns / lengths)[..., None] * mask


def test_samples_that_are_too_many_do_not_shrink_problems_to_one_step_unsaid():
    text = failure(assert_direction, over_length, groups=1, group_size=10)
    assert text.startswith(
        "it is not shown that over_length points along ∇(J): no problem had what its arguments need\n"
    )
    assert "episodes of different lengths, rows of different lengths in a batch (it asks for lengths, mask)" in text
    assert "the smallest such problem has 59,049 samples, more than 10,000: take unordered=True (66 multisets)" in text
    assert "turned by" in failure(assert_direction, over_length, groups=1, group_size=10, unordered=True, kinds="tree")


def test_ragged_rows_are_met_where_few_problems_have_them():
    assert "do not give its whole" in failure(assert_partition_invariant, over_length, weights="tokens", group_size=4)


def test_what_the_caller_left_out_is_said_and_no_failure():
    held = assert_direction(over_length, kinds="bandit")
    assert held.not_met.startswith("episodes of several steps that repeat an action; episodes of different lengths")
    assert "lengths, mask" in held.not_met
    given = assert_unbiased(over_length, problems=[bandit([0.5, 0.5], [0, 1])])
    assert "episodes of different lengths" in str(given)
    assert "not met" not in str(assert_unbiased(from_advantages(lambda returns: returns)))


def test_the_scope_names_sizes_rewards_and_the_discount():
    def reinforce(returns, total_scores, discount):
        return (returns[..., None] * total_scores).mean(axis=1)

    scope = assert_unbiased(reinforce).scope
    assert re.search(r"\|S\| = 1 to \d+, \|A\| = 2 to [45], T = 1 to [45] \(ragged in \d+\), γ = 1 or 1/2,", scope)
    assert re.search(r"rewards from −\de6 to \de6 \(per step in \d+\), on-policy, 1 to 2 groups of 1 to 5$", scope)


def only_from(size, at):
    """Right below a size, and nothing from it on."""

    def estimator(returns, probs, mask, group_size, total_scores):
        sizes = {"actions": probs.shape[3], "steps": mask.shape[2], "group_size": group_size}
        return (returns[..., None] * total_scores).mean(axis=1) * (1.0 if sizes[size] < at else 0.5)

    return estimator


@pytest.mark.parametrize(("size", "seed"), share([("actions", 0), ("steps", 1), ("group_size", 2)], 3, several=True))
def test_what_is_wrong_from_four_on_alone_is_seen(size, seed):
    wrong, few = only_from(size, 4), {"kinds": "tree", "examples": 24}
    assert "does not estimate ∇(J)" in failure(assert_unbiased, wrong, seed=seed, **few)


def far_rewards_clipped(returns, total_scores):
    return (np.clip(returns, -10, 10)[..., None] * total_scores).mean(axis=1)


def test_rewards_that_are_clipped_at_ten_are_seen():
    assert "does not estimate ∇(J)" in failure(assert_unbiased, far_rewards_clipped)


def test_a_discount_is_drawn_where_it_is_asked_for():
    def undiscounted(rewards, total_scores, discount):
        return (rewards.sum(axis=2)[..., None] * total_scores).mean(axis=1)

    assert "discount 1/2" in failure(assert_unbiased, undiscounted, kinds="tree", extreme=False, examples=12)
    assert "γ = 1," in assert_unbiased(undiscounted, discounts=[1], examples=12).scope


def test_what_is_needed_is_read_off_the_arguments():
    pytest.importorskip("torch")

    def loss(logp, old_logps, ref_logp, advantages, completion_mask, num_generations): ...

    found = needs.needed(needs.asked(from_torch(loss)))
    assert set(found) == {*needs.FACETS} - {"discounted"}
    grouped = from_torch(lambda logp, advantages: logp, advantages="leave_one_out")
    assert {"unequal"} == set(needs.needed(needs.asked(grouped))) - {"steps"}


def test_facets_are_shown_by_what_has_them():
    third = Fraction(1, 3)
    ragged = tree({(0,): 1, (1, 0): 0, (1, 1): -1}, end=0, behaviour=[1 - third, third], policy=[third, 1 - third])
    seen = needs.shown(Batching(ragged, 2, 2), needs.FACETS)
    assert seen == {"steps", "ragged", "ragged-rows", "above-charged", "below-paid", "unequal", "groups"}
    assert needs.shown(Batching(ragged, 1, 1), needs.FACETS) == seen - {"ragged-rows", "unequal", "groups"}
    far = Fraction(1, 100)
    apart = bandit([far, 1 - far], [-1, 1], behaviour=[1 - far, far], reference=[far, 1 - far])
    assert needs.shown(Batching(apart), needs.FACETS) == {"above-paid", "below-charged", "far-above", "far-below"}
    flat = Batching(bandit([0.5, 0.5], [1, 1]), 1, 1)
    assert needs.shown(flat, needs.FACETS) == frozenset()


def test_demands_are_kept():
    found = []
    demands = Demands(actions=3, length=2, ragged=True, apart=True, reference=True, unequal=True)
    judge_each(demanded(("tree", "mdp"), demands, off_policy=True), found.append, 20, 0)
    assert {p.A for p in found} == {3}
    assert {p.T for p in found} <= {2, 3}
    assert all((p.policy / p.behaviour).max() >= 10 for p in found)
    assert all((p.policy / p.behaviour).min() <= 1 / 10 for p in found)


def test_a_draw_that_finds_nothing_is_no_error():
    from hypothesis import strategies as st

    found = []
    judge_any(st.integers(0, 3).filter(lambda n: n > 5), found.append, 5, 0)
    assert found == []
