"""The bot on real digits: what each update is on average, against explicit sums and finite differences."""

import doctest
import importlib
import itertools
import math
import re
import subprocess
import sys

import numpy as np
import pytest
from pgsym.derivations.digits.training import (
    METHODS,
    DigitsData,
    Method,
    example_gradients,
    initialise,
    load,
    log_policy,
    sample,
    score_ascent,
    train,
    update_noise,
    weighted_ascent,
)

from pgsym.extras import install

pytest.importorskip("sklearn")

CLOSE = 1e-12
SAMPLED = [method for method in METHODS if method.sampled]


@pytest.fixture(scope="module")
def run():
    return train(updates=40)


@pytest.fixture(scope="module")
def stuck():
    return train(updates=60, prejudice=6.0)


@pytest.fixture(scope="module")
def dozen():
    """Twelve images, few enough for loops in plain Python."""
    data = load()
    return DigitsData(data.features[:12], data.labels[:12], data.features[12:15], data.labels[12:15])


def policy_by_hand(theta, features):
    """π(a|s) as nested lists, without a shift and without NumPy's reductions."""
    rows = []
    for state in features:
        odds = [math.exp(math.fsum(x * w for x, w in zip(state, column, strict=True))) for column in theta.T]
        rows.append([odd / math.fsum(odds) for odd in odds])
    return rows


def expected_by_hand(theta, data, share):
    """(1/N) Σ_s Σ_a share(π, a, y) ∇log π(a|s), one image, one action, one class at a time."""
    total = np.zeros_like(theta)
    for pi, state, y in zip(policy_by_hand(theta, data.features), data.features, data.labels, strict=True):
        for a, k in itertools.product(range(10), repeat=2):
            total[:, k] += share(pi, a, y) * ((a == k) - pi[k]) * state
    return total / len(data.labels)


BY_HAND = {
    "cross entropy": lambda pi, a, y: float(a == y),
    "label sampled": lambda pi, a, y: float(a == y),
    "policy gradient": lambda pi, a, y: pi[a] * (a == y),
    "exact policy gradient": lambda pi, a, y: pi[a] * (a == y),
    "importance weighted": lambda pi, a, y: pi[a] * ((a == y) / pi[a]),
}


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_expected_update_is_the_sum_over_actions_at_every_step(dozen, method):
    small = train(updates=8, step=1.0, data=dozen)
    curve = next(curve for curve in small.curves if curve.name == method.name)
    y = dozen.label_law
    for u in range(8):
        theta = curve.parameters[u]
        by_hand = expected_by_hand(theta, dozen, BY_HAND[method.name])
        pi = np.exp(log_policy(theta, dozen.features))
        by_actions = score_ascent(dozen, pi, method.law(pi, y), method.weight(pi, y))
        np.testing.assert_allclose(by_actions, by_hand, rtol=0, atol=CLOSE)
        np.testing.assert_allclose(weighted_ascent(dozen, pi, method.factor(pi, y)), by_hand, rtol=0, atol=CLOSE)
        assert curve.expected_norm[u] == pytest.approx(np.linalg.norm(by_hand), abs=CLOSE)
        if not method.sampled:
            np.testing.assert_allclose(curve.parameters[u + 1] - theta, 1.0 * by_hand, rtol=0, atol=CLOSE)


def test_sampling_the_label_is_cross_entropy_at_every_step(run, stuck):
    for each in (run, stuck):
        assert each.label_sampled_gap.shape == (each.updates + 1,)
        np.testing.assert_allclose(each.label_sampled.parameters, each.cross_entropy.parameters, rtol=0, atol=CLOSE)
        assert each.label_sampled.noise.max() < 1e-8  # the root of a difference that is 0 but for rounding


def test_measured_deviations_are_rounding_only(run, stuck):
    for each in (run, stuck):
        for curve in each.curves:
            assert curve.deviation.shape == (each.updates,)
            assert curve.deviation.max() < CLOSE
        assert 0 < each.worst_deviation < CLOSE


def test_a_method_that_claims_the_wrong_mean_is_caught(dozen, monkeypatch):
    on_policy = next(method for method in METHODS if method.name == "exact policy gradient")
    claim = Method("claim", on_policy.law, on_policy.weight, lambda pi, y: np.ones((len(y), 1)), sampled=False)
    monkeypatch.setattr(
        "pgsym.derivations.digits.training.METHODS", (METHODS[0], METHODS[1], METHODS[2], claim, METHODS[4])
    )
    assert train(updates=1, data=dozen).worst_deviation > 0.01  # "policy gradient is cross entropy", refuted


@pytest.mark.parametrize(
    ("objective", "factor"),
    [
        (lambda pi: np.mean(np.log(pi)), lambda pi: np.ones_like(pi)),  # −CE
        (lambda pi: np.mean(pi), lambda pi: pi),  # J
    ],
    ids=["cross entropy", "expected accuracy"],
)
def test_gradient_is_the_slope_of_its_objective(run, objective, factor):
    data, theta = run.data, run.policy_gradient.parameters[-1]
    rows = np.arange(len(data.labels))

    def right(at):
        odds = np.exp(data.features @ at)
        return (odds / odds.sum(axis=1, keepdims=True))[rows, data.labels]

    gradient = weighted_ascent(data, np.exp(log_policy(theta, data.features)), factor(right(theta))[:, None])
    rng = np.random.default_rng(1)
    for _ in range(12):
        direction = rng.standard_normal(theta.shape)
        h = 1e-5
        slope = (objective(right(theta + h * direction)) - objective(right(theta - h * direction))) / (2 * h)
        assert slope == pytest.approx(np.sum(gradient * direction), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("method", SAMPLED, ids=lambda method: method.name)
def test_mean_and_noise_by_enumerating_every_draw(method):
    """Two images, a hundred joint draws: E[g] and trace Cov g with no sampling and no independence assumed."""
    full = load()
    pair = DigitsData(full.features[:2], full.labels[:2], full.features[:1], full.labels[:1])
    pi = np.exp(log_policy(initialise(seed=3, prejudice=2.0), pair.features))
    y = pair.label_law
    law, weight = method.law(pi, y), method.weight(pi, y)
    mean, square = np.zeros((65, 10)), 0.0
    for draw in itertools.product(range(10), repeat=2):
        chance = law[0, draw[0]] * law[1, draw[1]]
        g = np.zeros((65, 10))
        for s, a in enumerate(draw):
            g += weight[s, a] * np.outer(pair.features[s], np.eye(10)[a] - pi[s]) / 2
        np.testing.assert_allclose(score_ascent(pair, pi, np.eye(10)[list(draw)], weight), g, rtol=0, atol=CLOSE)
        mean += chance * g
        square += chance * np.sum(g**2)
    claimed = expected_by_hand(initialise(seed=3, prejudice=2.0), pair, BY_HAND[method.name])
    np.testing.assert_allclose(mean, claimed, rtol=0, atol=CLOSE)
    if method.name == "importance weighted":  # unbiased for cross entropy, although a ~ π
        np.testing.assert_allclose(mean, weighted_ascent(pair, pi, np.ones((2, 1))), rtol=0, atol=CLOSE)
    variance = square - np.sum(mean**2)
    assert update_noise(pair, pi, law, weight) ** 2 == pytest.approx(variance, rel=1e-9, abs=1e-12)


def test_importance_weights_cost_variance(run):
    # At the start π(y|s) is close to 1/10, so the weights are close to 10 and so is the ratio of deviations.
    assert run.importance_weighted.noise[0] / run.policy_gradient.noise[0] == pytest.approx(10, rel=0.02)
    assert np.all(run.importance_weighted.noise > 2 * run.policy_gradient.noise)


def test_every_method_takes_the_same_start_and_the_step_asked_for(run):
    for curve in run.curves:
        np.testing.assert_array_equal(curve.parameters[0], initialise(run.seed, run.prejudice))
        lengths = np.linalg.norm(np.diff(curve.parameters, axis=0), axis=(1, 2))
        np.testing.assert_allclose(lengths, run.step * curve.gradient_norm, rtol=1e-9)


def test_curves_measure_what_they_say(run):
    rows = np.arange(len(run.data.labels))
    for curve in run.curves:
        logits = run.data.features @ curve.parameters[-1]
        right = (np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True))[rows, run.data.labels]
        assert curve.expected_accuracy[-1] == pytest.approx(right.mean(), abs=CLOSE)
        assert curve.cross_entropy[-1] == pytest.approx(-np.log(right).mean(), abs=CLOSE)
        assert curve.accuracy[-1] == np.mean(logits.argmax(axis=1) == run.data.labels)
        answers = (run.data.held_out_features @ curve.parameters[-1]).argmax(axis=1)
        assert curve.held_out_accuracy[-1] == np.mean(answers == run.data.held_out_labels)
        assert curve.expected_accuracy[-1] >= math.exp(-curve.cross_entropy[-1])  # ledger: ce-pg-jensen


def test_lengths_per_image_obey_the_factor_and_the_sharp_bound(stuck):
    theta = stuck.policy_gradient.parameters[-1]
    found = example_gradients(stuck.data, theta)
    p = found.probability
    np.testing.assert_allclose(found.policy_gradient, p * found.cross_entropy, rtol=0, atol=CLOSE)
    assert np.all(found.policy_gradient <= math.sqrt(2) * p * (1 - p) + CLOSE)
    assert np.all(found.cross_entropy >= 1 - p - CLOSE)
    for s in range(0, len(p), 300):  # the definition: slopes of log π_y and of π_y in the logits
        logits, y, h = stuck.data.features[s] @ theta, stuck.data.labels[s], 1e-6
        up, down = (
            np.array([np.exp(z[y]) / np.exp(z).sum() for z in logits + sign * h * np.eye(10)]) for sign in (1, -1)
        )
        assert found.policy_gradient[s] == pytest.approx(np.linalg.norm(up - down) / (2 * h), rel=1e-5, abs=1e-9)
        assert found.cross_entropy[s] == pytest.approx(np.linalg.norm(np.log(up / down)) / (2 * h), rel=1e-5)


def test_policy_gradient_waits_on_the_plateau_that_cross_entropy_leaves(stuck):
    ce, pg = stuck.cross_entropy, stuck.exact_policy_gradient
    assert ce.expected_norm[0] > 100 * pg.expected_norm[0]
    assert ce.expected_accuracy[-1] > 0.5
    assert pg.expected_accuracy[-1] < pg.expected_accuracy[0] + 0.01


def test_prejudice_makes_the_other_answers_unlikely():
    data = load()
    right = np.exp(log_policy(initialise(seed=0, prejudice=6.0), data.features))[np.arange(1438), data.labels]
    assert np.median(right[data.labels != 0]) == pytest.approx(1 / (math.exp(6) + 9), rel=0.1)


class Grid:
    """Stands in for a generator: evenly spread uniforms, 0 included."""

    def random(self, shape):
        return (np.arange(shape[0]) / shape[0])[:, None]


def test_draws_have_the_frequencies_of_the_law():
    law = np.array([0.0, 0.25, 0.0, 0.5, 0.25, 0.0])
    drawn = sample(np.tile(law, (400, 1)), Grid())
    np.testing.assert_array_equal(drawn.sum(axis=0), 400 * law)
    np.testing.assert_array_equal(drawn.sum(axis=1), 1)


def test_same_seed_same_bytes_other_seed_other_draws(dozen):
    first, again, other = (train(updates=5, seed=seed, data=dozen) for seed in (0, 0, 1))
    for one, two, three in zip(first.curves, again.curves, other.curves, strict=True):
        assert one.parameters.tobytes() == two.parameters.tobytes()
        assert one.parameters.tobytes() != three.parameters.tobytes()
    streams = {curve.parameters[1].tobytes() for curve in first.curves if "sampled" not in curve.name}
    assert len(streams) == 4


def test_progress_is_told_of_each_method(dozen):
    told = []
    train(updates=1, data=dozen, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"updates": 0}, "updates must be a whole number, 1 or more, not 0"),
        ({"updates": 2.5}, "updates must be a whole number, 1 or more, not 2.5"),
        ({"updates": True}, "updates must be a whole number, 1 or more, not True"),
        ({"seed": -1}, "seed must be a whole number, 0 or more, not -1"),
        ({"step": 0.0}, "step must be positive and finite, not 0.0"),
        ({"step": -0.5}, "step must be positive and finite, not -0.5"),
        ({"step": math.nan}, "step must be positive and finite, not nan"),
        ({"step": math.inf}, "step must be positive and finite, not inf"),
        ({"prejudice": -1.0}, "prejudice must lie between 0 and 30, not -1.0"),
        ({"prejudice": math.nan}, "prejudice must lie between 0 and 30, not nan"),
    ],
)
def test_arguments_out_of_range_are_named(arguments, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (the whole message is compared below)
        train(**arguments)
    assert str(caught.value) == message


def test_a_step_that_leaves_float64_is_reported(dozen):
    with pytest.raises(ValueError, match=r"^cross entropy: .* at update 1; take a smaller step than 100000.0$"):
        train(updates=3, step=1e5, data=dozen)


def test_missing_scikit_learn_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ModuleNotFoundError, match=f"^the digits need scikit-learn: {re.escape(install('data'))}$"):
        train(updates=1)


def test_importing_the_module_imports_no_extra():
    code = "import sys, pgsym.derivations.digits.training; sys.exit(bool({'sklearn', 'matplotlib'} & {*sys.modules}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", ["training", "figures", "wrong_labels"])
def test_the_examples_of_the_docstrings_hold(name: str) -> None:
    pytest.importorskip("matplotlib")
    found = doctest.testmod(importlib.import_module(f"pgsym.derivations.digits.{name}"))
    assert found.attempted
    assert not found.failed
