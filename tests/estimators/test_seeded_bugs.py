"""Plausible slips in right estimators: all are caught, and each gets the hint that names it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from campaigns import share
from seeded_bugs import BUGS, CASES, OFF_POLICY, TREE, Bug, Case, page

from pgsym.estimators import Episodes, Moments, Objective, bandit, expected_return, moments, tree
from pgsym.estimators.catalogue import KNOWN
from pgsym.estimators.diagnosis import Hint, guess
from pgsym.estimators.estimator import Estimator, FromFunction, from_advantages

ANGLES = re.compile(r"\(cosine [^)]*\)|\d+\.\d+")
"""Numbers whose last digits may differ from machine to machine."""


def held(estimator: Estimator, case: Case, problem: Episodes | None = None) -> Moments:
    return moments(
        estimator, problem or case.problem, groups=case.groups, group_size=case.group_size, objective=case.objective
    )


def hinted(estimator: Estimator, case: Case, problem: Episodes | None = None) -> Hint | None:
    found = held(estimator, case, problem)
    return guess(estimator, found.batching, case.objective, found)


@pytest.mark.parametrize("case", CASES.values(), ids=lambda case: case.name)
def test_what_is_right_is_not_flagged_and_gets_no_hint(case: Case) -> None:
    estimator = FromFunction(case.function)
    assert held(estimator, case).unbiased
    assert hinted(estimator, case) is None


@pytest.mark.parametrize("bug", share(BUGS, 3), ids=lambda bug: f"{bug.of}-{bug.hint}")
def test_a_slip_is_caught_and_named(bug: Bug) -> None:
    assert not bug.found().unbiased
    hint = bug.hinted()
    assert hint is not None
    assert hint.pattern == bug.hint


def test_the_page_is_current() -> None:
    """If not: python tests/estimators/seeded_bugs.py docs/seeded-bugs.md."""
    written = Path(__file__).parents[2].joinpath("docs", "seeded-bugs.md").read_text(encoding="utf-8")
    assert ANGLES.sub("", page()) == ANGLES.sub("", written)


def test_there_are_slips_of_many_kinds() -> None:
    assert len(BUGS) >= 40
    assert len({bug.hint for bug in BUGS}) >= 35


CATALOGUE = {
    "reinforce": (None, "importance-weight-missing"),
    "reward-to-go": (None, "importance-weight-missing"),
    "state-baseline": (None, "behaviour-unused"),
    "optimal-baseline": (None, "behaviour-unused"),
    "leave-one-out": (None, "importance-weight-missing"),
    "group-mean": ("group-mean-includes-itself", "importance-weight-missing + group-mean-includes-itself"),
    "group-deviation": ("group-standard-deviation", "importance-weight-missing + group-standard-deviation"),
    "length-mean": ("mean-over-length", "importance-weight-missing + mean-over-length"),
    "grpo": ("mean-over-length + group-standard-deviation", "behaviour-unused"),
    "dr-grpo": (
        "group-mean-includes-itself + mean-over-padded-length",
        "importance-weight-missing + group-mean-includes-itself + mean-over-padded-length",
    ),
    "token-mean": ("mean-over-batch-tokens + group-mean-includes-itself", "behaviour-unused"),
    "importance-trajectory": (None, None),
    "importance-per-decision": (None, None),
    "per-token-ratio": (None, "token-ratio"),
    "clipped": (None, "clipped-token-ratio"),
    "gae": (None, "behaviour-unused"),
    "entropy-held": ("entropy-of-own-step", "token-ratio + entropy-of-own-step"),
    "entropy-whole": (None, "importance-weight-missing"),
    "entropy-samples": ("entropy-as-loss", "importance-weight-missing + entropy-as-loss"),
    "k1-reward": (None, None),
    "k2-reward": ("k2-in-reward", None),
    "k3-reward": ("k3-in-reward", None),
    "k1-loss": ("k1-as-loss", "importance-weight-missing + k1-as-loss"),
    "k2-loss": ("k2-per-token", None),
    "k2-loss-whole": (None, None),
    "k3-loss": ("k3-as-loss", None),
}
"""The hints for estimators of the catalogue, on-policy and off-policy (where the reference is the policy)."""


@pytest.mark.parametrize(("name", "patterns"), share(CATALOGUE.items(), 3, several=True))
def test_estimators_of_the_catalogue(name: str, patterns: tuple[str | None, str | None]) -> None:
    known = KNOWN[name]
    for problem, pattern in zip((TREE, OFF_POLICY), patterns, strict=True):
        case = Case(known.function, problem, objective=known.objective)
        hint = hinted(known.estimator, case)
        assert (hint and hint.pattern) == pattern
        assert held(known.estimator, case).unbiased == (pattern is None)


OTHER_RIGHTS = (
    lambda returns: returns - returns.mean(axis=1, keepdims=True) * 0,
    lambda returns: (returns - returns.mean(axis=1, keepdims=True)) * returns.shape[1] / (returns.shape[1] - 1),
    lambda to_go, values: to_go - values,
)


@pytest.mark.parametrize("function", OTHER_RIGHTS)
def test_other_right_estimators_get_no_hint(function) -> None:
    estimator = from_advantages(function)
    assert hinted(estimator, Case(function, CASES["masked_tokens"].problem)) is None


def test_the_sentence_gives_formula_value_and_remedy() -> None:
    def group_mean(returns):
        return returns - returns.mean(axis=1, keepdims=True)

    estimator = from_advantages(group_mean)
    found = moments(estimator, bandit([[0.25, 0.75]], [[1, 0]]), group_size=3)
    hint = guess(estimator, found.batching, expected_return, found)
    assert str(hint) == (
        "its mean is (G−1)/G = 2/3 of the gradient: it looks like the group's mean includes the sample itself; "
        "leave it out, or scale by G/(G−1)"
    )


def test_at_a_tiny_problem_where_slips_coincide_others_tell_them_apart() -> None:
    """One reward of one at the end: at this problem alone the slips below all have the same mean, a multiple of ∇J."""
    tiny = tree({(0,): 1, (1, 0): 0, (1, 1): 0}, end=0).floats()
    of = {bug.hint: bug for bug in BUGS if bug.of == "masked_tokens"}
    for name in ("mean-over-batch-tokens", "probability-for-logarithm"):
        hint = hinted(of[name].estimator(), of[name].case, tiny)
        assert hint is not None
        assert hint.pattern == name


def test_an_estimator_of_fractions() -> None:
    def own(rewards):
        return rewards

    exact = tree(lambda _, tokens: sum(tokens), length=2, token_reward=lambda _, tokens: 2 * tokens[-1])
    estimator = from_advantages(own)
    found = moments(estimator, exact, groups=2)
    hint = guess(estimator, found.batching, expected_return, found)
    assert hint is not None
    assert hint.pattern == "missing-reward-to-go"


def test_of_draws_only_the_small_problems_speak() -> None:
    def own(rewards):
        return rewards

    estimator = from_advantages(own)
    found = moments(estimator, CASES["masked_tokens"].problem, groups=2, draws=2000)
    hint = guess(estimator, found.batching, expected_return, found)
    assert hint is not None
    assert hint.pattern == "missing-reward-to-go"


def test_an_estimator_that_runs_at_one_problem_alone() -> None:
    problem = CASES["masked_tokens"].problem

    def for_this_alone(rewards, mask, scores):
        assert scores.shape[3] == problem.P
        return (rewards[..., None] * scores).sum(axis=2).mean(axis=1)

    estimator = FromFunction(for_this_alone)
    found = moments(estimator, problem, group_size=2)
    hint = guess(estimator, found.batching, expected_return, found)
    assert hint is not None
    assert hint.pattern == "missing-reward-to-go"
    assert "has the same mean here" in hint.summary


def test_an_objective_that_is_known_at_one_problem_alone() -> None:
    problem = CASES["masked_tokens"].problem
    table = 2.0 * problem.gradient

    def twice(p: Episodes) -> np.ndarray:
        return table + np.zeros((p.S, p.A))

    def right(returns):
        return returns

    estimator, objective = from_advantages(right), Objective("2 J", lambda p: 0.0, twice)
    found = moments(estimator, problem, objective=objective)
    hint = guess(estimator, found.batching, objective, found)
    assert hint is not None
    assert "1/2 of the gradient here (other formulas may give the same number)" in hint.summary


def test_what_no_slip_explains_is_told_by_where_it_is_right() -> None:
    def odd(returns, rewards, lengths):
        return np.where(lengths == 1, 2 * returns, returns)

    estimator = from_advantages(odd)
    found = moments(estimator, CASES["masked_tokens"].problem, group_size=2)
    hint = guess(estimator, found.batching, expected_return, found)
    assert hint is not None
    assert hint.pattern == "wrong-with-ragged-lengths"


@pytest.mark.parametrize(
    ("function", "pattern"),
    [
        (lambda returns, total_scores: total_scores.mean(axis=1) + np.arange(total_scores.shape[2]), "rewards-unused"),
        (
            lambda returns, total_scores: (np.tanh(returns)[..., None] * total_scores).mean(axis=1),
            "not-linear-in-rewards",
        ),
        (
            lambda returns, total_scores: (returns[..., None] * total_scores**3).mean(axis=1),
            "cares-for-a-constant-reward",
        ),
        (
            lambda returns, total_scores: (
                (returns[..., None] * total_scores).mean(axis=1) * np.arange(1, total_scores.shape[2] + 1)
            ),
            None,
        ),
    ],
)
def test_what_nothing_explains_is_told_by_what_it_does_with_rewards(function, pattern) -> None:
    found = moments(FromFunction(function), bandit([[0.25, 0.75]], [[1, 0]]))
    hint = guess(FromFunction(function), found.batching, expected_return, found)
    assert (hint and hint.pattern) == pattern
