"""What the strategies for estimators draw, and what they shrink to."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import Phase, find, settings

from pgsym.errors import EstimatorError
from pgsym.testing.drawing import judge_each
from pgsym.testing.estimator_problems import bandits, mdps, problems, trees

search = settings(
    max_examples=1000, deadline=None, derandomize=True, database=None, phases=[Phase.generate, Phase.shrink]
)


def drawn(strategy, count=200):
    """The first problems that a strategy gives."""
    found = []
    judge_each(strategy, found.append, count, seed=0)
    return found


@pytest.fixture(scope="module")
def many():
    return drawn(problems(off_policy=None))


def constant(problem):
    return len(set(problem.returns.tolist())) == 1


def ratios(problem):
    return problem.policy / problem.behaviour


SEEN = {
    "bandit": lambda p: p.kind == "bandit",
    "tree": lambda p: p.kind == "tree" and p.T > 1,
    "MDP": lambda p: p.kind == "MDP" and p.T > 1,
    "single token": lambda p: p.T == 1,
    "three tokens": lambda p: p.T == 3,
    "ragged tree": lambda p: p.kind == "tree" and len(set(p.lengths.tolist())) > 1,
    "ragged MDP": lambda p: p.kind == "MDP" and len(set(p.lengths.tolist())) > 1,
    "several starts": lambda p: len(set(p.starts.tolist())) > 1,
    "constant rewards": lambda p: constant(p) and p.returns[0] != 0,
    "zero rewards": lambda p: not p.rewards.any(),
    "rewards per token": lambda p: p.kind == "tree" and np.any(p.rewards[:, 0] != 0) and p.T > 1,
    "far rewards": lambda p: abs(p.returns).max() >= 10**5,
    "nearly deterministic": lambda p: p.policy.max() > 0.999,
    "on-policy": lambda p: p.on_policy,
    "off-policy": lambda p: not p.on_policy,
    "edge above": lambda p: Fraction(6, 5) in ratios(p),
    "edge below": lambda p: Fraction(4, 5) in ratios(p),
    "far ratios": lambda p: ratios(p).max() > 1000,
    "reference": lambda p: np.any(p.reference != p.policy),
}


@pytest.mark.parametrize("what", SEEN)
def test_everything_is_seen(many, what):
    assert any(map(SEEN[what], many))


def test_policies_are_positive_and_tables_exact(many):
    for p in many:
        assert p.exact
        assert all((table > 0).all() for table in (p.policy, p.behaviour, p.reference))
        assert p.mass(p.behaviour).sum() == 1
        assert (p.lengths > 0).all()


def test_sizes_are_kept():
    for p in drawn(problems(states=1, actions=2, length=2, episodes=3, off_policy=True), 40):
        assert p.E <= 3
        assert (p.A, len(set(p.starts.tolist()))) == (2, 1)
        assert p.T <= 2
        assert not p.on_policy


def test_without_extremes_nothing_is_far_out():
    for p in drawn(problems(off_policy=True, extreme=False), 40):
        assert ratios(p).max() < 10
        assert abs(p.returns).max() < 20


def test_critics_and_discounts_are_drawn_where_asked():
    half = Fraction(1, 2)
    assert all(p.critic is not None and p.discount == half for p in drawn(trees(critic=True, discounts=[half]), 5))


def test_shrinking_ends_at_the_simplest():
    simplest = find(problems(off_policy=True), lambda p: True, settings=search)
    assert simplest.kind == "bandit"
    assert (simplest.S, simplest.A) == (1, 2)
    two_steps = find(mdps(), lambda p: p.T > 1 and p.gradient.any(), settings=search)
    assert (two_steps.S, two_steps.A, two_steps.T) == (1, 2, 2)
    assert find(bandits(), lambda p: p.S > 1, settings=search).rewards.tolist() == [[0]] * 4


def test_what_cannot_be_is_refused():
    with pytest.raises(EstimatorError, match="a kind of problem is one of bandit, tree, mdp, not 'maze'"):
        problems(("maze",))
    with pytest.raises(EstimatorError, match="every tree has more than 1 episodes"):
        trees(episodes=1)
    with pytest.raises(EstimatorError, match="'lenght' is not an option of problems"):
        problems(lenght=2)
