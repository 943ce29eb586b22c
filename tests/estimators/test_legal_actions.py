"""A mask of actions is one of legal actions, and never read as padding."""

from fractions import Fraction

import numpy as np
import pytest

from pgsym.errors import EstimatorError
from pgsym.estimators import bandit, from_advantages, from_torch, moments, tree
from pgsym.estimators.losses.arguments import ALIASES, meanings

F = Fraction
NAMES = """action_mask action_masks legal_actions legal_action_mask valid_actions valid_action_mask avail_actions
available_actions""".split()
PROBLEMS = [bandit([0.5, 0.5], [0.0, 1.0]), bandit([[0.2, 0.3, 0.5]] * 2, [[0, 1, 3]] * 2), tree([0, 1, 3], end=0)]


@pytest.mark.parametrize("name", NAMES)
def test_what_other_libraries_call_legal_actions_is_known(name):
    assert ALIASES.get(name, name) == "legal_actions"


def test_what_may_not_be_taken_is_the_other_way_round():
    def loss(logits, invalid_actions): ...

    assert meanings(loss, {})["invalid_actions"] == "illegal_actions"


def losses():
    torch = pytest.importorskip("torch")

    def loss(z, actions, advantages, mask):
        taken = torch.log_softmax(z, -1).gather(-1, actions[..., None])[..., 0]
        return -(torch.where(mask, taken, 0.0).sum(1) * advantages).mean()

    def by_where(logits, action_mask, actions, advantages, mask):
        return loss(torch.where(action_mask, logits, -1e8), actions, advantages, mask)

    def by_bool(logits, action_masks, actions, advantages, mask):
        return loss(logits.masked_fill(~action_masks.bool(), -torch.inf), actions, advantages, mask)

    def by_log(logits, action_mask, actions, advantages, mask):
        return loss(logits + torch.clamp(torch.log(action_mask), min=-1e9), actions, advantages, mask)

    def by_difference(logits, action_mask, actions, advantages, mask):
        return loss(logits - (1.0 - action_mask) * 1e9, actions, advantages, mask)

    def by_arithmetic(logits, avail_actions, actions, advantages, mask):
        return loss(logits - (1 - avail_actions) * 1e9, actions, advantages, mask)  # no booleans: floats are tried

    def by_invalid(logits, invalid_actions, actions, advantages, mask):
        return loss(torch.where(invalid_actions, -1e8, logits), actions, advantages, mask)

    return [by_where, by_bool, by_log, by_difference, by_arithmetic, by_invalid]


@pytest.mark.extras
@pytest.mark.parametrize("which", range(6))
def test_all_actions_are_legal(which):
    loss = losses()[which]
    for problem in PROBLEMS:
        for sizes in ({}, {"group_size": 2}, {"groups": 2}):
            assert moments(from_torch(loss), problem, **sizes).unbiased, (loss.__name__, str(problem), sizes)


@pytest.mark.extras
def test_one_that_is_padding_is_refused_until_somebody_says_so():
    torch = pytest.importorskip("torch")

    def loss(logp, advantages, action_mask):
        return -((logp * action_mask).sum(1) * advantages).mean()

    for problem in PROBLEMS:
        with pytest.raises(EstimatorError, match=r"if it is the padding.*names=\{'action_mask': 'weights'\}"):
            moments(from_torch(loss), problem)
        assert moments(from_torch(loss, names={"action_mask": "weights"}), problem).unbiased
    assert torch is not None


def test_a_docs_snippet_runs_in_fractions():
    @from_advantages
    def book(to_go, discount, mask):
        return to_go * discount ** np.arange(mask.shape[2])

    @from_advantages
    def by_power(to_go, discount, mask):
        return to_go * np.power(discount, np.arange(mask.shape[2]))

    @from_advantages
    def by_steps(to_go, discount, mask):
        return to_go * np.array([discount**t for t in range(mask.shape[2])])

    @from_advantages
    def by_numpys_steps(to_go, discount, mask):
        return to_go * np.array([discount**t for t in np.arange(mask.shape[2])])

    for discount in (F(1, 2), F(0), F(1), 1):
        p = tree({(0, 0): 0, (0, 1): 1, (1, 0): 2, (1, 1): 4}, discount=discount)
        for estimator in (book, by_power, by_steps, by_numpys_steps):
            found = moments(estimator, p)
            assert found.unbiased
            assert found.problem.exact
            assert moments(estimator, p.floats()).unbiased
