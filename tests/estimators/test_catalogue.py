"""The catalogue's facts hold over its grid, in Fractions too, and its functions are the gradients of their losses."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from campaigns import share

from pgsym.claims import catalogue
from pgsym.estimators import moments, tree
from pgsym.estimators.batches import Batching
from pgsym.estimators.catalogue import KNOWN, KnownEstimator, gae
from pgsym.estimators.catalogue.facts import example, fact
from pgsym.estimators.catalogue.grid import grid
from pgsym.estimators.catalogue.importance import CLIP
from pgsym.estimators.estimator import FromFunction
from pgsym.estimators.samples import Samples
from pgsym.report.pages.estimators import page

entry = pytest.mark.parametrize("known", KNOWN.values(), ids=KNOWN)


@entry
def test_every_factor_holds_over_the_grid(known: KnownEstimator) -> None:
    found = fact(known)
    assert not found.broken
    assert found.true
    assert found.held + found.open == sum(known.applies(p.floats) for p in grid()) > 400


@entry
def test_another_factor_does_not_hold(known: KnownEstimator) -> None:
    """The check can fail: half the claimed factor is refused wherever there is a gradient."""
    points = [p for p in grid()[::10] if known.applies(p.floats) and known.factor(p.floats)]
    for point in points:
        if np.abs(known.objective.gradient(point.floats.problem)).max() > 1e-9:
            assert not point.agrees(known, known.factor(point.floats) / 2)


@pytest.mark.parametrize("known", share([k for k in KNOWN.values() if not k.floats], 3), ids=lambda k: k.id)
def test_factors_are_exact_in_fractions(known: KnownEstimator) -> None:
    points = [p for p in grid()[::29] if known.applies(p.exact) and known.factor(p.exact) is not None]
    assert points
    for point in points:
        batching = point.exact
        found = moments(known.estimator, batching.problem, group_size=batching.group_size, objective=known.objective)
        assert (found.mean == known.factor(batching) * found.target).all()


@entry
def test_the_example_is_no_special_case(known: KnownEstimator) -> None:
    found = example(known)
    assert found is not None
    factor = known.factor(found.batching)
    assert factor is None or found.comparison.factor == factor
    assert float(found.variance) > 0


def test_variances_at_the_example() -> None:
    """What is said of variances: baselines help here, the optimal one most, importance weights cost."""
    variance = {k.id: m.variance for k in KNOWN.values() if (m := example(k)) is not None}
    assert variance["reinforce"] == Fraction(164, 729)
    assert variance["optimal-baseline"] == Fraction(232, 3645) < variance["constant-baseline"] == Fraction(47, 729)
    assert variance["group-mean"] == variance["leave-one-out"] * Fraction(9, 16)
    off = {k.id: m for k in KNOWN.values() if (m := example(k, off_policy=True)) is not None}
    assert off["importance-trajectory"].unbiased
    assert off["importance-trajectory"].variance == Fraction(86, 243) > variance["reinforce"]


def test_the_claims_exist() -> None:
    known = catalogue.entries()
    assert [c for k in KNOWN.values() for c in k.claims if c not in known] == []


def test_the_page_is_current() -> None:
    """If not: pgsym estimators --md > docs/estimators.md."""
    assert (Path(__file__).parents[2] / "docs" / "estimators.md").read_text(encoding="utf-8") == page() + "\n"


# the score forms are the gradients of the losses they are called after


def surrogate(ratio: Any, gain: Any, **_: Any) -> Any:
    return (ratio * gain).sum(axis=1)


def clipped(ratio: Any, gain: Any, **_: Any) -> Any:
    return np.minimum(ratio * gain, np.clip(ratio, 1 - float(CLIP), 1 + float(CLIP)) * gain).sum(axis=1)


def entropy(table: Any, states: Any, mask: Any, **_: Any) -> Any:
    return (-(table * np.log(table)).sum(axis=-1)[states] * mask).sum(axis=1)


def k1(log_ratio: Any, **_: Any) -> Any:
    return log_ratio.sum(axis=1)


def k2(log_ratio: Any, **_: Any) -> Any:
    return (log_ratio**2 / 2).sum(axis=1)


def k2_whole(log_ratio: Any, **_: Any) -> Any:
    return log_ratio.sum(axis=1) ** 2 / 2


def k3(log_ratio: Any, **_: Any) -> Any:
    return (np.exp(-log_ratio) - 1 + log_ratio).sum(axis=1)


@pytest.mark.parametrize(
    ("name", "loss"),
    [
        ("per-token-ratio", surrogate),
        ("clipped", clipped),
        ("entropy-held", entropy),
        ("k1-loss", k1),
        ("k2-loss", k2),
        ("k2-loss-whole", k2_whole),
        ("k3-loss", k3),
    ],
)
def test_a_loss_has_the_gradient_of_the_entry(name: str, loss: Callable[..., Any]) -> None:
    """For every episode, by differences in the logits; on and off policy, with rewards of both signs."""
    problem = tree(
        [2.0, -1.0, 3.0, -2.0], length=3, end=1, policy=lambda p, t: [0.3 + 0.1 * len(t), 0.7 - 0.1 * len(t)],
        behaviour=[0.45, 0.55], reference=[0.6, 0.4],
    )  # fmt: skip
    known = KNOWN[name]
    estimates = known.estimator(Samples(problem, np.arange(problem.E)[:, None]))
    assert np.allclose(estimates.reshape(problem.E, -1), differences(problem, loss), rtol=0, atol=1e-8)


def differences(problem: Any, loss: Callable[..., Any], h: float = 1e-6) -> Any:
    theta = np.log(problem.policy)
    out = np.zeros((problem.E, problem.P))

    def at(moved: Any) -> Any:
        p = problem.with_logits(moved)
        taken, old, ref = (p.taken(t) for t in (p.policy, p.behaviour, p.reference))
        return loss(
            ratio=np.where(p.mask, taken / old, 0), gain=p.returns[:, None], log_ratio=np.log(taken / ref),
            table=p.policy, states=p.states, mask=p.mask,
        )  # fmt: skip

    for k, index in enumerate(np.ndindex(theta.shape)):
        up, down = theta.copy(), theta.copy()
        up[index] += h
        down[index] -= h
        out[:, k] = (at(up) - at(down)) / (2 * h)
    return out


@pytest.mark.parametrize("lam", [Fraction(0), Fraction(1, 3), Fraction(1)])
def test_gae_is_its_weighted_sum_of_differences(lam: Fraction) -> None:
    """Σ_l (γλ)^l δ_{t+l}, written out step by step."""
    gamma = Fraction(3, 4)
    critic = [1, Fraction(1, 2), 3]
    policy = [Fraction(1, 3), Fraction(2, 3)]
    problem = tree([1, 0, 2, 5], length=3, end=1, discount=gamma, critic=critic, policy=policy)
    estimates = FromFunction(gae(lam))(Samples(problem, np.arange(problem.E)[:, None]))
    for e in range(problem.E):
        n = int(problem.lengths[e])
        states, paid = problem.states[e, :n].tolist(), problem.rewards[e, :n].tolist()
        values = [critic[s] for s in states] + [0]
        deltas = [paid[t] + gamma * values[t + 1] - values[t] for t in range(n)]
        wanted = sum(
            gamma**t * sum((gamma * lam) ** k * deltas[t + k] for k in range(n - t)) * problem.scores[e, t]
            for t in range(n)
        )
        assert (estimates[e] == wanted).all()


def test_an_entry_says_where_it_applies() -> None:
    problem = tree([1, 0, 2], length=2, end=0)
    assert not KNOWN["leave-one-out"].applies(Batching(problem, group_size=1))
    assert not KNOWN["grpo"].applies(Batching(problem, group_size=2))
    assert KNOWN["grpo"].applies(Batching(problem.floats(), group_size=2))
