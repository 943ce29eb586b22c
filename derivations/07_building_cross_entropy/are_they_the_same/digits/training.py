"""The classification bot trained on real handwritten digits, by cross entropy and by policy gradients.

A linear softmax policy π(a|s) = softmax(W s + b) names the digit a on an 8x8 image s and is rewarded with
r(s, a) = 1{a = y(s)}. Every method ascends θ ← θ + α g with the whole batch, from one initialisation; they differ
in the law a is drawn from and in the weight its score ∇log π(a|s) is given:

    cross entropy          no sampling                    g = −∇CE = E_s[∇log π(y|s)]
    label sampled          a ~ y(·|s), weight 1           E[g] = −∇CE, and one-hot labels leave nothing to chance
    policy gradient        a ~ π(·|s), weight r(s, a)     E[g] = ∇J = E_s[π(y|s) ∇log π(y|s)]
    importance weighted    a ~ π(·|s), weight y/π, fixed  E[g] = −∇CE

Shapes: N images, K = 10 answers, D = 65 features (64 pixels in [0, 1], then a constant 1 that carries the bias),
θ of shape (D, K). The score in the logits is e_a − π(·|s), so its gradient in θ is features ⊗ (e_a − π).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pgsym.extras import install

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
ANSWERS: Final = 10


@dataclass(frozen=True, eq=False)
class DigitsData:
    """Images to train on and images held out; each state stands for itself, D(s) = 1/N."""

    features: Floats  # (N, 65): pixels in [0, 1], then 1
    labels: Ints  # (N,), 0..9
    held_out_features: Floats  # (M, 65)
    held_out_labels: Ints  # (M,)

    @cached_property
    def label_law(self) -> Floats:
        """y(a|s), one-hot, of shape (N, K)."""
        return np.asfortranarray(np.eye(ANSWERS)[self.labels])


@dataclass(frozen=True)
class Method:
    """A way to update θ: tables made of (π, y), both of shape (N, K)."""

    name: str
    law: Callable[[Floats, Floats], Floats]  # (N, K): what a is drawn from
    weight: Callable[[Floats, Floats], Floats]  # (N, K): what the score of a is multiplied with
    factor: Callable[[Floats, Floats], Floats]  # (N, 1): the weight that −∇CE of each image has in E[g]
    sampled: bool  # whether a is drawn, or E[g] taken


def _right_answer(policy: Floats, y: Floats) -> Floats:
    """π(y|s), in a column."""
    return np.asarray(np.sum(policy * y, axis=1, keepdims=True))


_FROM_LABEL: Final = (lambda pi, y: y, lambda pi, y: np.ones_like(y), lambda pi, y: np.ones((len(y), 1)))
_ON_POLICY: Final = (lambda pi, y: pi, lambda pi, y: y, _right_answer)
_WEIGHTED: Final = (lambda pi, y: pi, lambda pi, y: y / pi, lambda pi, y: np.ones((len(y), 1)))

METHODS: Final = (
    Method("cross entropy", *_FROM_LABEL, sampled=False),
    Method("label sampled", *_FROM_LABEL, sampled=True),
    Method("policy gradient", *_ON_POLICY, sampled=True),
    Method("exact policy gradient", *_ON_POLICY, sampled=False),
    Method("importance weighted", *_WEIGHTED, sampled=True),
)


@dataclass(frozen=True, eq=False)
class Curve:
    """One method's training: U updates, seen at U + 1 parameters (the last after the final update)."""

    name: str
    parameters: Floats  # (U + 1, 65, 10)
    accuracy: Floats  # (U + 1,): share of training images whose likeliest answer is right, in [0, 1]
    held_out_accuracy: Floats  # (U + 1,): the same on the images held out
    expected_accuracy: Floats  # (U + 1,): J(θ), the mean of π(y|s), in (0, 1)
    cross_entropy: Floats  # (U + 1,): CE(θ) in nats
    gradient_norm: Floats  # (U,): Euclidean length of the direction g taken
    expected_norm: Floats  # (U,): Euclidean length of E[g]
    noise: Floats  # (U,): exact standard deviation of g, sqrt(trace Cov g); 0 to rounding where nothing is drawn
    deviation: Floats  # (U,): largest |E[g] summed over all actions − E[g] as weighted CE gradients|


@dataclass(frozen=True, eq=False)
class DigitsRun:
    """All methods from one start, with what made them."""

    data: DigitsData
    updates: int
    step: float
    seed: int
    prejudice: float
    cross_entropy: Curve
    label_sampled: Curve
    policy_gradient: Curve
    exact_policy_gradient: Curve
    importance_weighted: Curve

    @property
    def curves(self) -> tuple[Curve, ...]:
        """The five curves, cross entropy first."""
        on_policy = (self.policy_gradient, self.exact_policy_gradient, self.importance_weighted)
        return (self.cross_entropy, self.label_sampled, *on_policy)

    @property
    def label_sampled_gap(self) -> Floats:
        """Largest |θ_label-sampled − θ_cross-entropy| at each of the U + 1 parameters."""
        gap = self.label_sampled.parameters - self.cross_entropy.parameters
        return np.asarray(np.abs(gap).max(axis=(1, 2)))

    @property
    def worst_deviation(self) -> float:
        """The largest disagreement met anywhere: zero but for rounding if the ledger's identities hold."""
        return float(max(self.label_sampled_gap.max(), *(curve.deviation.max() for curve in self.curves)))


def load() -> DigitsData:
    """The 1,797 digits bundled with scikit-learn (Alpaydin and Kaynak, 1998), every fifth one held out.

    Raises ModuleNotFoundError, naming the extra to install, where scikit-learn is missing.

    >>> load().features.shape, load().held_out_features.shape
    ((1438, 65), (359, 65))
    """
    try:
        from sklearn.datasets import load_digits
    except ModuleNotFoundError:
        raise ModuleNotFoundError(f"the digits need scikit-learn: {install('data')}", name="sklearn") from None
    pixels, labels = load_digits(return_X_y=True)
    features = np.column_stack([np.asarray(pixels, dtype=np.float64) / 16, np.ones(len(pixels))])
    held_out = np.arange(len(labels)) % 5 == 4
    return DigitsData(features[~held_out], labels[~held_out], features[held_out], labels[held_out])


def initialise(seed: int = 0, prejudice: float = 0.0) -> Floats:
    """θ of shape (65, 10): normal with deviation 0.01, and `prejudice` added to the bias of answer 0.

    With prejudice c the true class of every other digit starts near 1/(e^c + 9): the bot answers 0 to everything.

    >>> initialise(seed=0, prejudice=6.0)[-1].argmax().item()
    0
    """
    theta = 0.01 * np.random.default_rng(seed).standard_normal((65, ANSWERS))
    theta[-1, 0] += prejudice
    return theta


def log_policy(theta: Floats, features: Floats) -> Floats:
    """log π(a|s) of shape (N, K), by the shifted log-sum-exp.

    >>> log_policy(np.zeros((65, 10)), np.ones((1, 65))).round(4)[0, :3].tolist()
    [-2.3026, -2.3026, -2.3026]
    """
    logits = (theta.T @ features.T).T  # columns contiguous: sums over answers, the short axis, are fast
    logits -= logits.max(axis=1, keepdims=True)
    return np.asarray(logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)))


def weighted_ascent(data: DigitsData, policy: Floats, factor: Floats) -> Floats:
    """−∇CE with each image weighted: (1/N) Σ_s factor(s) features ⊗ (e_y − π), of shape (D, K).

    `policy` is (N, K) and `factor` (N, 1): 1 gives −∇CE, π(y|s) gives ∇J (ledger: ce-pg-weight). Computed as the
    labels' feature totals minus the model's, the gradient of logit_y − log Σ exp logit.
    """
    totals = data.features.T @ (factor * data.label_law) - data.features.T @ (factor * policy)
    return np.asarray(totals / len(data.labels))


def score_ascent(data: DigitsData, policy: Floats, law: Floats, weight: Floats) -> Floats:
    """(1/N) Σ_s Σ_a law(a|s) weight(s, a) ∇log π(a|s), of shape (D, K); `policy`, `law` and `weight` are (N, K).

    With the law a is drawn from this is E[g], with the draw's one-hot rows it is g; weights are not differentiated.
    Law π and weight r give the policy gradient (Williams 1992), here CE's gradients weighted by π = 1/10:

    >>> data = load()
    >>> pi, y = np.full((1438, 10), 0.1), data.label_law
    >>> bool(np.allclose(score_ascent(data, pi, pi, y), weighted_ascent(data, pi, 0.1 * np.ones((1438, 1)))))
    True
    """
    share = law * weight
    total = share - share.sum(axis=1, keepdims=True) * policy  # Σ_a share(a) (e_a − π), the scores in the logits
    return np.asarray(data.features.T @ total / len(data.labels))


def update_noise(data: DigitsData, policy: Floats, law: Floats, weight: Floats) -> float:
    """sqrt(trace Cov g) for a ~ law, exactly: the images' draws are independent, their actions enumerated.

    >>> update_noise(load(), np.full((1438, 10), 0.1), load().label_law, np.ones((1438, 10))) < 1e-8  # no chance left
    True
    """
    square_score = 1 - 2 * policy + np.sum(policy**2, axis=1, keepdims=True)  # ‖e_a − π‖²
    share = law * weight
    mean = share - share.sum(axis=1, keepdims=True) * policy
    variance = np.sum(share * weight * square_score, axis=1) - np.sum(mean**2, axis=1)
    return float(np.sqrt(np.maximum(variance, 0.0) @ np.sum(data.features**2, axis=1)) / len(data.labels))


@dataclass(frozen=True, eq=False)
class ExampleGradients:
    """Gradient lengths in the logits at one θ, one per training image: (N,) each."""

    probability: Floats  # π(y|s)
    cross_entropy: Floats  # ‖∇CE‖ = ‖π − e_y‖, in [0, √2)
    policy_gradient: Floats  # ‖∇J‖ from ∂J/∂logit_a = π_a (r_a − J), in [0, √2/4]


def example_gradients(data: DigitsData, theta: Floats) -> ExampleGradients:
    """Each training image's gradient length in the logits at θ, for −CE and for J.

    >>> at_start = example_gradients(load(), np.zeros((65, 10)))     # ten answers, equally likely
    >>> float(at_start.cross_entropy[0].round(4)), float(at_start.policy_gradient[0].round(4))
    (0.9487, 0.0949)
    """
    policy, y = np.exp(log_policy(theta, data.features)), data.label_law
    probability = _right_answer(policy, y)
    descent, ascent = policy - y, policy * (y - probability)
    return ExampleGradients(probability[:, 0], np.linalg.norm(descent, axis=1), np.linalg.norm(ascent, axis=1))


def sample(law: Floats, rng: np.random.Generator) -> Floats:
    """One action per row of an (N, K) table of probabilities, as one-hot rows.

    >>> sample(np.eye(3), np.random.default_rng(0)).argmax(axis=1).tolist()
    [0, 1, 2]
    """
    below = np.cumsum(law, axis=1)[:, :-1] <= rng.random((len(law), 1))  # inverts the distribution function
    return np.asfortranarray(np.eye(law.shape[1])[below.sum(axis=1)])


def train(
    updates: int = 500,
    step: float = 0.5,
    seed: int = 0,
    prejudice: float = 0.0,
    data: DigitsData | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> DigitsRun:
    """Train the bot from one start by every method, measuring the ledger's identities at every update.

    `step` is α > 0; `prejudice` in [0, 30] is the logit by which the start prefers answer 0 (6 shows the plateau);
    `data` defaults to `load()`; `progress(done, total)` is called after each method. Ledger: ce-pg-weight,
    ce-from-label-sampling, ce-from-importance-weights. Raises ValueError for an argument out of range, and where a
    step is so long that some π(y|s) leaves float64.

    >>> train(updates=5).worst_deviation < 1e-12
    True
    """
    for name, number, least in (("updates", updates, 1), ("seed", seed, 0)):
        if isinstance(number, bool) or not isinstance(number, int) or number < least:
            raise ValueError(f"{name} must be a whole number, {least} or more, not {number!r}")
    if not (np.isfinite(step) and step > 0):
        raise ValueError(f"step must be positive and finite, not {step!r}")
    if not 0 <= prejudice <= 30:
        raise ValueError(f"prejudice must lie between 0 and 30, not {prejudice!r}")
    data, start = load() if data is None else data, initialise(seed, prejudice)
    curves = []
    with _one_thread():
        for index, method in enumerate(METHODS, start=1):
            # A stream each, so that no method's draws depend on another's.
            curves.append(_follow(method, data, start, updates, step, np.random.default_rng([seed, index])))
            if progress is not None:
                progress(index, len(METHODS))
    return DigitsRun(data, updates, step, seed, prejudice, *curves)


def _one_thread() -> AbstractContextManager[object]:
    """Products of matrices by one thread: of ones as small as here, several would mostly wait for each other."""
    try:
        from threadpoolctl import threadpool_limits
    except ModuleNotFoundError:  # it comes with scikit-learn, which data of one's own do without
        return nullcontext()
    limited: AbstractContextManager[object] = threadpool_limits(1, "blas")
    return limited


def _follow(
    method: Method, data: DigitsData, start: Floats, updates: int, step: float, rng: np.random.Generator
) -> Curve:
    y = data.label_law
    parameters = np.tile(start, (updates + 1, 1, 1))
    seen, taken = np.empty((4, updates + 1)), np.empty((4, updates))
    for u, theta in enumerate(parameters):
        log_pi = log_policy(theta, data.features)
        policy = np.exp(log_pi)
        right = _right_answer(policy, y)
        if not np.all(right > 0):  # NaN included
            raise ValueError(f"{method.name}: π(y|s) left float64 at update {u}; take a smaller step than {step!r}")
        correct = np.mean(policy.argmax(axis=1) == data.labels)
        held_out = np.mean((data.held_out_features @ theta).argmax(axis=1) == data.held_out_labels)
        seen[:, u] = correct, held_out, right.mean(), -np.mean(log_pi[y == 1])
        if u == updates:
            break
        law, weight = method.law(policy, y), method.weight(policy, y)
        expected = weighted_ascent(data, policy, method.factor(policy, y))
        deviation = np.max(np.abs(score_ascent(data, policy, law, weight) - expected))
        ascent = score_ascent(data, policy, sample(law, rng), weight) if method.sampled else expected
        noise = update_noise(data, policy, law, weight) if method.sampled else 0.0
        taken[:, u] = np.linalg.norm(ascent), np.linalg.norm(expected), noise, deviation
        parameters[u + 1] = theta + step * ascent
    return Curve(method.name, parameters, *seen, *taken)
