"""Estimators of the gradients of entropies and divergences, in rewards and as losses.

With L_t = log π(a_t|s_t)/ref(a_t|s_t), the estimators of the divergence are k1 = L, k2 = L²/2 and k3 = e^{−L} − 1 + L
(Schulman, 2020), summed over the tokens.  In a reward they are numbers, multiplied by the score of the episode; as a
loss they are differentiated token by token, which gives 1, L and 1 − e^{−L} times the token's score.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from pgsym.estimators.catalogue.known import KnownEstimator, on_policy, one, single_step
from pgsym.estimators.catalogue.returns import per_row, per_step
from pgsym.estimators.objectives import entropy, forward_kl, kl
from pgsym.estimators.samples import Samples
from pgsym.meaning.numbers.base import Array


def entropy_held(probs: Array, states: Array, mask: Array, policy: Array) -> Array:
    """Σ_t ∇ H(π(·|s_t)) at fixed contexts, as an entropy bonus is differentiated."""
    with np.errstate(divide="ignore"):
        surprise = np.where(probs > 0, np.log(probs), 0)
    moved = -probs * (surprise - (probs * surprise).sum(axis=-1, keepdims=True))  # −π (log π + H)
    own = (states[..., np.newaxis] == np.arange(len(policy))) & mask[..., np.newaxis]
    return np.asarray(np.einsum("nrts,nrta->nsa", own.astype(np.float64), moved) / states.shape[1])


def entropy_whole(logp: Array, total_scores: Array) -> Array:
    """−(Σ_t log π(a_t|s_t)) Σ_t ∇ log π(a_t|s_t)."""
    return per_row(-logp.sum(axis=2), total_scores)


def entropy_samples(total_scores: Array) -> Array:
    """−∇ Σ_t log π(a_t|s_t)."""
    return -k1_loss(total_scores)


def k1_reward(logp: Array, ref_logp: Array, total_scores: Array) -> Array:
    """Σ_t L_t times the score of the episode."""
    return per_row((logp - ref_logp).sum(axis=2), total_scores)


def k2_reward(logp: Array, ref_logp: Array, total_scores: Array) -> Array:
    """Σ_t L_t²/2 times the score of the episode."""
    return per_row(((logp - ref_logp) ** 2).sum(axis=2) / 2, total_scores)


def k3_reward(logp: Array, ref_logp: Array, total_scores: Array) -> Array:
    """Σ_t (e^{−L_t} − 1 + L_t) times the score of the episode."""
    log_ratio = logp - ref_logp
    return per_row((np.expm1(-log_ratio) + log_ratio).sum(axis=2), total_scores)


def k1_loss(total_scores: Array) -> Array:
    """∇ Σ_t L_t."""
    return np.asarray(total_scores.sum(axis=1) / total_scores.shape[1])


def k2_loss(logp: Array, ref_logp: Array, scores: Array) -> Array:
    """∇ Σ_t L_t²/2."""
    return per_step(logp - ref_logp, scores)


def k2_loss_whole(logp: Array, ref_logp: Array, total_scores: Array) -> Array:
    """∇ (Σ_t L_t)²/2, of the whole episode at once."""
    return per_row((logp - ref_logp).sum(axis=2), total_scores)


def k3_loss(samples: Samples) -> Array:
    """∇ Σ_t (e^{−L_t} − 1 + L_t); without logarithms, so in Fractions too."""
    p = samples.problem
    drawn = p.taken(p.policy)
    never = np.asarray(drawn == 0, dtype=bool)
    factors = 1 - np.where(never, 1, p.taken(p.reference)) / np.where(never, 1, drawn)
    return per_step(factors[samples.episodes], samples["scores"])


FORWARD_LESS = kl - forward_kl
"""KL(π‖ref) − KL(ref‖π)."""

ENTRIES = (
    KnownEstimator(
        "entropy-held",
        "Entropy bonus at fixed contexts",
        "The entropy of the next token is differentiated at the sampled contexts.",
        entropy_held,
        "unbiased for one step, turned for sequences, because the contexts depend on the policy too",
        single_step,
        entropy,
        floats=True,
        claims=("entropy-of-sequences-bonus", "entropy-of-sequences-bonus-of-one-token"),
    ),
    KnownEstimator(
        "entropy-whole",
        "Entropy as a reward",
        "The score of the episode is weighted by minus its log-probability.",
        entropy_whole,
        "unbiased on-policy",
        one,
        entropy,
        floats=True,
        claims=("entropy-of-sequences",),
    ),
    KnownEstimator(
        "entropy-samples",
        "Entropy of the sampled tokens, as a loss",
        "Minus the log-probability of the sampled tokens is differentiated.",
        entropy_samples,
        "zero on average",
        on_policy(lambda batching: Fraction(0)),
        entropy,
        floats=True,
        claims=("entropy-of-sequences-of-samples", "entropy-of-sequences-of-samples-is-nothing"),
    ),
    KnownEstimator(
        "k1-reward",
        "k1 in the reward",
        "The log-ratio of the episode is a penalty in the reward.",
        k1_reward,
        "unbiased on-policy",
        one,
        kl,
        floats=True,
        claims=("kl-estimators-k1-as-reward", "kl-of-sequences-gradient"),
    ),
    KnownEstimator(
        "k2-reward",
        "k2 in the reward",
        "Half the squared log-ratio of every token is a penalty in the reward.",
        k2_reward,
        "turned: for one token it is the gradient of E[L²/2] − KL(π‖ref)",
        lambda batching: None,
        kl,
        floats=True,
    ),
    KnownEstimator(
        "k3-reward",
        "k3 in the reward",
        "k3 of every token is a penalty in the reward.",
        k3_reward,
        "turned: for one token it is the gradient of KL(π‖ref) − KL(ref‖π)",
        lambda batching: None,
        kl,
        floats=True,
        claims=("kl-estimators-k3-as-reward-alone",),
    ),
    KnownEstimator(
        "k3-reward-difference",
        "k3 in the reward, compared with the difference of both divergences",
        "The same estimator, compared with the gradient of KL(π‖ref) − KL(ref‖π).",
        k3_reward,
        "unbiased for one token, turned for sequences",
        single_step,
        FORWARD_LESS,
        floats=True,
        claims=("kl-estimators-k3-as-reward",),
    ),
    KnownEstimator(
        "k1-loss",
        "k1 as a loss",
        "The log-ratio is differentiated.",
        k1_loss,
        "zero on average",
        on_policy(lambda batching: Fraction(0)),
        kl,
        floats=True,
        claims=("kl-estimators-k1-loss", "kl-of-sequences-k1-loss"),
    ),
    KnownEstimator(
        "k2-loss",
        "k2 as a loss, token by token",
        "Half the squared log-ratio of every token is differentiated.",
        k2_loss,
        "unbiased for one token, turned for sequences: the effect of a token on later contexts is lost",
        single_step,
        kl,
        floats=True,
        claims=("kl-estimators-k2-loss", "kl-of-sequences-k2-loss", "kl-of-sequences-k2-loss-gap"),
    ),
    KnownEstimator(
        "k2-loss-whole",
        "k2 as a loss, of the whole episode",
        "Half the squared log-ratio of the whole episode is differentiated.",
        k2_loss_whole,
        "unbiased on-policy",
        one,
        kl,
        floats=True,
        claims=("kl-of-sequences-k2-of-the-whole",),
    ),
    KnownEstimator(
        "k3-loss",
        "k3 as a loss",
        "k3 of every token is differentiated.",
        k3_loss,
        "turned: for one token it is the gradient of KL(ref‖π) instead",
        lambda batching: None,
        kl,
        floats=True,
        claims=("kl-estimators-k3-loss-as-kl",),
    ),
    KnownEstimator(
        "k3-loss-forward",
        "k3 as a loss, compared with KL(ref‖π)",
        "The same estimator, compared with the divergence in the other direction.",
        k3_loss,
        "unbiased for one token, turned for sequences",
        single_step,
        forward_kl,
        claims=("kl-estimators-k3-loss", "kl-of-sequences-k3-loss"),
    ),
)

__all__ = ["ENTRIES"]
