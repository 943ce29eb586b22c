"""The core is held to plain loops over all batches in Fractions, and refuses what is no estimator."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import brute_force as brute
import numpy as np
import pytest
from brute_force import Walk, summed

from pgsym.estimators import bandit, enumeration, from_advantages, from_mdp, moments, tree
from pgsym.estimators.batches import Batching
from pgsym.estimators.episodes import Episodes
from pgsym.mdps import derivatives, from_arrays
from pgsym.mdps.softmax import TabularSoftmax

H, T = Fraction(1, 2), Fraction(1, 3)
DISCOUNT = Fraction(2, 3)
REWARD = [[Fraction(1), Fraction(0), Fraction(2)], [Fraction(3), Fraction(-1), Fraction(0)]]
RHO = [Fraction(1, 4), Fraction(3, 4)]
POLICY = [[T, T, T], [H, Fraction(1, 6), T]]
OTHER = [[H, Fraction(1, 4), Fraction(1, 4)], [Fraction(1, 5), Fraction(2, 5), Fraction(2, 5)]]
TREE_POLICY = [[T, 2 * T], [Fraction(1, 4), Fraction(3, 4)], [H, H], [Fraction(2, 5), Fraction(3, 5)]]
TREE_OTHER = [[H, H], [T, 2 * T], [Fraction(3, 4), Fraction(1, 4)], [Fraction(1, 5), Fraction(4, 5)]]
MOVES = [[[H, H], [Fraction(1), Fraction(0)]], [[T, 2 * T], [Fraction(1, 4), Fraction(3, 4)]]]
STEP = [[Fraction(1), Fraction(-2)], [Fraction(0), Fraction(3)]]


def finished(prompt: int, tokens: tuple[int, ...]) -> Fraction:
    return Fraction(2 * prompt - 1 + sum((k + 1) * v for k, v in enumerate(tokens)), len(tokens))


def per_token(prompt: int, tokens: tuple[int, ...]) -> Fraction:
    return Fraction(tokens[-1] * len(tokens) - prompt, 3)


def one_step() -> tuple[Episodes, list[Walk], Any, Fraction]:
    """Two states, three actions, off-policy."""
    found = bandit(POLICY, REWARD, starts=RHO, behaviour=OTHER)
    return found, brute.one_step(REWARD, RHO), (POLICY, OTHER), Fraction(1)


def ragged() -> tuple[Episodes, list[Walk], Any, Fraction]:
    """Two prompts, lengths 1 and 2, rewards per token besides, discounted, off-policy."""
    found = tree(
        finished, length=2, end=1, prompts=2, policy=TREE_POLICY, behaviour=TREE_OTHER, token_reward=per_token,
        starts=RHO, discount=DISCOUNT,
    )  # fmt: skip
    return found, brute.sentences(finished, per_token, 2, 2, 1, RHO), (TREE_POLICY, TREE_OTHER), DISCOUNT


def process() -> tuple[Episodes, list[Walk], Any, Fraction]:
    """Two states, two actions, two steps, on-policy."""
    policy = TREE_POLICY[:2]
    found = from_mdp(from_arrays(RHO, MOVES, STEP, horizon=2), policy)
    return found, brute.trajectories(RHO, MOVES, STEP, 2), (policy, policy), Fraction(1)


PROBLEMS = {p.__name__: p for p in (one_step, ragged, process)}


@pytest.fixture(params=PROBLEMS)
def case(request: pytest.FixtureRequest) -> tuple[Episodes, list[Walk], Any, Fraction]:
    return PROBLEMS[request.param]()


def flat(table: Any) -> list[Fraction]:
    return list(np.ravel(table))


def reinforce(returns: Any, total_scores: Any) -> Any:
    return (returns[..., None] * total_scores).mean(axis=1)


def weighted(returns: Any, ratios: Any, total_scores: Any) -> Any:
    return (returns[..., None] * ratios.prod(axis=2)[..., None] * total_scores).mean(axis=1)


def group_mean(returns: Any, total_scores: Any, group_size: int) -> Any:
    grouped = returns.reshape(len(returns), -1, group_size)
    advantages = (grouped - grouped.mean(axis=2, keepdims=True)).reshape(returns.shape)
    return (advantages[..., None] * total_scores).mean(axis=1)


def previous(returns: Any, total_scores: Any) -> Any:
    """Cares for the order: the baseline is the row before."""
    return ((returns - np.roll(returns, 1, axis=1))[..., None] * total_scores).mean(axis=1)


def plain(name: str, policy: Any, behaviour: Any, discount: Fraction) -> Any:
    """The same estimators on lists of groups of walks."""

    def estimate(groups: list[list[Walk]]) -> list[Fraction]:
        rows = [w for g in groups for w in g]
        paid = [w.total(discount) for w in rows]
        R = len(rows)
        if name == "reinforce":
            weights = paid
        elif name == "weighted":
            weights = [r * w.probability(policy) / w.probability(behaviour) for r, w in zip(paid, rows, strict=True)]
        elif name == "previous":
            weights = [paid[i] - paid[i - 1] for i in range(R)]
        else:
            means = [sum((w.total(discount) for w in g), start=Fraction(0)) / len(g) for g in groups for _ in g]
            weights = [r - m for r, m in zip(paid, means, strict=True)]
        return summed([(a / R, w.score(policy)) for a, w in zip(weights, rows, strict=True)])

    return estimate


def test_the_gradient_is_the_product_rule(case: Any) -> None:
    problem, walks, (policy, _), discount = case
    assert flat(problem.gradient) == brute.gradient(walks, policy, discount)
    assert problem.value == sum(w.probability(policy) * w.total(discount) for w in walks)


@pytest.mark.parametrize(
    ("estimator", "groups", "group_size"),
    [(reinforce, 1, 1), (weighted, 1, 1), (weighted, 2, 1), (group_mean, 1, 2), (previous, 1, 2), (group_mean, 2, 1)],
)
def test_moments_are_those_of_plain_loops(case: Any, estimator: Any, groups: int, group_size: int) -> None:
    problem, walks, (policy, behaviour), discount = case
    name = estimator.__name__
    mean, covariance, count = brute.moments(
        plain(name, policy, behaviour, discount), walks, behaviour, groups, group_size
    )
    found = moments(estimator, problem, groups=groups, group_size=group_size)
    assert flat(found.mean) == mean
    assert found.covariance.tolist() == covariance
    assert (found.samples, found.mass) == (count, 1)
    assert found.variance == sum(covariance[i][i] for i in range(len(mean)))
    floats = moments(estimator, problem.floats(), groups=groups, group_size=group_size)
    assert np.allclose(floats.mean.ravel(), np.array(mean, dtype=float), rtol=0, atol=1e-13)
    assert np.allclose(floats.covariance, np.array(covariance, dtype=float), rtol=0, atol=1e-13)


def test_moments_of_groups_of_members() -> None:
    """Two groups of two members from prompts of their own."""
    problem = bandit(POLICY, REWARD, starts=RHO)
    walks = brute.one_step(REWARD, RHO)
    mean, covariance, count = brute.moments(plain("group_mean", POLICY, POLICY, Fraction(1)), walks, POLICY, 2, 2)
    found = moments(group_mean, problem, groups=2, group_size=2)
    assert (flat(found.mean), found.covariance.tolist(), found.samples) == (mean, covariance, count)
    assert found.comparison.factor == H


@pytest.mark.parametrize(("groups", "group_size"), [(1, 3), (2, 2), (3, 1)])
def test_multisets_give_what_all_orders_give(case: Any, groups: int, group_size: int) -> None:
    problem = case[0].floats()
    every, sets = (
        moments(group_mean, problem, groups=groups, group_size=group_size, unordered=u) for u in (False, True)
    )
    assert sets.samples < every.samples
    assert np.allclose(sets.mean, every.mean, rtol=0, atol=1e-14)
    assert np.allclose(sets.covariance, every.covariance, rtol=0, atol=1e-13)


def test_multisets_are_exact_in_fractions() -> None:
    problem = ragged()[0]
    every, sets = (moments(group_mean, problem, group_size=3, unordered=u) for u in (False, True))
    assert (every.mean == sets.mean).all()
    assert (every.covariance == sets.covariance).all()


@pytest.mark.parametrize("unordered", [False, True])
@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_chunks_are_the_same_samples(size: int, unordered: bool) -> None:
    batching = Batching(one_step()[0], groups=2, group_size=2, unordered=unordered)
    seen = [(e.tolist(), p) for episodes, mass in batching.chunks(size) for e, p in zip(episodes, mass, strict=True)]
    assert all(len(episodes) <= size for episodes, _ in batching.chunks(size))
    assert len(seen) == batching.count == len({tuple(e) for e, _ in seen})
    assert sum(p for _, p in seen) == 1
    whole = [(e.tolist(), p) for episodes, mass in batching.chunks(10**6) for e, p in zip(episodes, mass, strict=True)]
    assert seen == whole


def test_moments_do_not_depend_on_the_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = one_step()[0].floats()
    whole = moments(group_mean, problem, groups=2, group_size=2)
    monkeypatch.setattr(enumeration, "CHUNK", 1)  # the fewest at once, 32
    parts = moments(group_mean, problem, groups=2, group_size=2)
    assert parts.samples == whole.samples > 64
    assert np.allclose(parts.mean, whole.mean, rtol=0, atol=1e-15)
    assert np.allclose(parts.covariance, whole.covariance, rtol=0, atol=1e-14)


def test_episodes_are_those_of_plain_loops(case: Any) -> None:
    problem, walks, (_, behaviour), _ = case
    listed = sorted(
        (int(problem.starts[e]), p, tuple(zip(s[m].tolist(), a[m].tolist(), r[m].tolist(), strict=True)))
        for e, (p, s, a, r, m) in enumerate(
            zip(
                problem.mass(problem.behaviour),
                problem.states,
                problem.actions,
                problem.rewards,
                problem.mask,
                strict=True,
            )
        )
    )
    assert listed == sorted((w.start, w.probability(behaviour), w.steps) for w in walks)


@pytest.mark.parametrize("seed", [0, 1])
def test_an_mdp_has_the_gradient_of_its_recursion(seed: int) -> None:
    """With a state that ends the episode, against the adjoint of the evaluation of J."""
    rng = np.random.default_rng(seed)
    moves = rng.dirichlet(np.ones(3), size=(3, 2))
    moves[2] = [[0, 0, 1], [0, 0, 1]]
    reward = rng.normal(size=(3, 2))
    reward[2] = 0
    mdp = from_arrays(rng.dirichlet(np.ones(3)), moves, reward, horizon=4)
    policy = TabularSoftmax(rng.normal(size=(3, 2)))
    problem = from_mdp(mdp, policy)
    wanted = derivatives.gradient(mdp, policy)
    assert np.allclose(problem.gradient, wanted, rtol=0, atol=1e-13 * np.abs(wanted).max())
    assert abs(problem.value - derivatives.objective(mdp, policy)) < 1e-13


def test_exact_values_are_those_of_the_recursion() -> None:
    """In a tree the context is the whole past; in a process the value depends on the time too."""
    problem = ragged()[0]

    def value(prompt: int, tokens: tuple[int, ...]) -> Fraction:
        total = Fraction(0)
        for v, p in enumerate(TREE_POLICY[2 * prompt + len(tokens)]):
            after = (*tokens, v)
            ended = v == 1 or len(after) == 2
            paid = per_token(prompt, after)
            total += p * (paid + (finished(prompt, after) if ended else DISCOUNT * value(prompt, after)))
        return total

    for e in range(problem.E):
        tokens = tuple(problem.actions[e][problem.mask[e]].tolist())
        wanted = [value(int(problem.starts[e]), tokens[:t]) for t in range(len(tokens))]
        assert problem.exact_values[e].tolist() == wanted + [0] * (2 - len(tokens))

    problem, policy = process()[0], TREE_POLICY[:2]
    last = [sum(policy[s][a] * STEP[s][a] for a in range(2)) for s in range(2)]
    first = [
        last[s] + sum(policy[s][a] * MOVES[s][a][z] * last[z] for a, z in product(range(2), repeat=2)) for s in range(2)
    ]
    for e in range(problem.E):
        assert problem.exact_values[e].tolist() == [first[problem.states[e, 0]], last[problem.states[e, 1]]]
        assert (problem.values[e] == problem.exact_values[e]).all()


def test_advantages_per_step_and_per_row() -> None:
    problem = ragged()[0]
    by_row = moments(from_advantages(lambda returns: returns), problem, group_size=2)
    by_step = moments(
        from_advantages(lambda returns, mask: returns[..., None] * np.ones(mask.shape[2], dtype=int)),
        problem,
        group_size=2,
    )
    assert (by_row.mean == by_step.mean).all()
    assert (by_row.covariance == by_step.covariance).all()
    assert (by_row.mean == moments(reinforce, problem, group_size=2).mean).all()
