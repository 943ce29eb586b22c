"""What the score-function surrogate of torch.distributions does on average; docs/audits-of-libraries.md tells it."""

import re
from pathlib import Path

import numpy as np
import pytest
from library_audits import (
    HALF,
    OFF_POLICY,
    ONE_STEP,
    RAGGED,
    TWO_STEPS,
    Finding,
    Section,
    agrees,
    at_states,
    divergence_gradients,
    every_section,
    kinds,
    page,
    score_function,
)

from pgsym.estimators import bandit, entropy, from_torch, kl

torch = pytest.importorskip("torch")
Categorical, Independent = torch.distributions.Categorical, torch.distributions.Independent
kl_divergence = torch.distributions.kl_divergence
pytestmark = [pytest.mark.extras, pytest.mark.filterwarnings("ignore:.*sample by sample:RuntimeWarning")]


def surrogate(logits, actions, row_advantages):
    m = Categorical(logits=logits[:, 0])
    return (-m.log_prob(actions[:, 0]) * row_advantages).mean()


def surrogate_summed(logits, actions, row_advantages):
    m = Categorical(logits=logits[:, 0])
    return (-m.log_prob(actions[:, 0]) * row_advantages).sum()


def surrogate_of_probabilities(probs, actions, row_advantages):
    m = Categorical(probs=probs[:, 0])
    return (-m.log_prob(actions[:, 0]) * row_advantages).mean()


def surrogate_of_sequences(logits, actions, token_advantages, weights):
    m = Categorical(logits=logits)
    return (-m.log_prob(actions) * token_advantages * weights).sum(1).mean()


def surrogate_of_each_length(logits, actions, token_advantages, weights, lengths):
    m = Categorical(logits=logits)
    return ((-m.log_prob(actions) * token_advantages * weights).sum(1) / lengths).mean()


def surrogate_of_independent_steps(logits, actions, row_advantages):
    m = Independent(Categorical(logits=logits), 1)
    return (-m.log_prob(actions) * row_advantages).mean()


def entropy_at_states(logits, weights):
    return -(Categorical(logits=logits).entropy() * weights).sum(1).mean()


def kl_at_states(logits, ref_logits, weights):
    each = kl_divergence(Categorical(logits=logits), Categorical(logits=ref_logits))
    return (each * weights).sum(1).mean()


RARE = bandit([1e-17, 0.5, 0.5 - 1e-17], [1e17, 0, 1])
PADDED = HALF * 2 * np.array([[HALF, -HALF], [0, 0]])  # the sequence 1 (probability 1/2) earns 2, times a score

SECTIONS = (
    Section(
        "torch.distributions: −m.log_prob(action) · reward",
        "The score-function surrogate that the documentation of torch.distributions shows, for one step and for\n"
        "sequences.",
        "torch",
        (
            surrogate,
            surrogate_summed,
            surrogate_of_probabilities,
            surrogate_of_sequences,
            surrogate_of_each_length,
            surrogate_of_independent_steps,
        ),
        (
            Finding(
                "one step, the mean over 3 episodes",
                "The policy gradient.",
                from_torch(surrogate),
                ONE_STEP,
                ONE_STEP.gradient,
                groups=3,
            ),
            Finding(
                "one step, the sum over 3 episodes",
                "The sum over the batch.",
                from_torch(surrogate_summed),
                ONE_STEP,
                3 * ONE_STEP.gradient,
                groups=3,
            ),
            Finding(
                "one step, Categorical(probs=π)",
                "The same distribution, by its probabilities.",
                from_torch(surrogate_of_probabilities),
                ONE_STEP,
                ONE_STEP.gradient,
            ),
            Finding(
                "one step, Categorical(probs=π) with π = (10⁻¹⁷, 1/2, 1/2), which pay 10¹⁷, 0 and 1",
                "Probabilities below the machine epsilon (2.2·10⁻¹⁶; in float32 1.2·10⁻⁷) are clamped to it before the "
                "logarithm, so that of the rare action has no gradient.",
                from_torch(surrogate_of_probabilities),
                RARE,
                np.array([[0, -0.25, 0.25]]),
            ),
            Finding(
                "the same, Categorical(logits=log π)",
                "Logits are not clamped.",
                from_torch(surrogate),
                RARE,
                np.array([[1, -0.75, -0.25]]),
            ),
            Finding(
                "two steps, each times the return",
                "The policy gradient.",
                from_torch(surrogate_of_sequences),
                TWO_STEPS,
                TWO_STEPS.gradient,
            ),
            Finding(
                "two steps, each times its reward-to-go",
                "Likewise.",
                from_torch(surrogate_of_sequences, advantages="to_go"),
                TWO_STEPS,
                TWO_STEPS.gradient,
            ),
            Finding(
                "two steps, each times its own reward",
                "What the first action brings later is not credited to it.",
                from_torch(surrogate_of_sequences, advantages="rewards"),
                TWO_STEPS,
                score_function(TWO_STEPS, TWO_STEPS.rewards),
            ),
            Finding(
                "two steps, Independent(m, 1)",
                "The sum over the steps.",
                from_torch(surrogate_of_independent_steps),
                TWO_STEPS,
                TWO_STEPS.gradient,
            ),
            Finding(
                "ragged, times the mask",
                "The policy gradient.",
                from_torch(surrogate_of_sequences),
                RAGGED,
                RAGGED.gradient,
            ),
            Finding(
                "ragged, Independent(m, 1), no mask",
                "The padded step counts like any other.",
                from_torch(surrogate_of_independent_steps),
                RAGGED,
                RAGGED.gradient + PADDED,
            ),
            Finding(
                "ragged, the mean over each episode's length",
                "Short episodes count for more.",
                from_torch(surrogate_of_each_length),
                RAGGED,
                score_function(RAGGED, RAGGED.returns / RAGGED.lengths),
            ),
            Finding(
                "two steps, off-policy",
                "There is no importance weight.",
                from_torch(surrogate_of_sequences),
                OFF_POLICY,
                score_function(OFF_POLICY, OFF_POLICY.returns),
            ),
        ),
    ),
    Section(
        "torch.distributions: m.entropy() and kl_divergence(m, ref) at sampled states",
        "Summed over the steps of a sequence, and held against the entropy, and KL(π‖reference), of the whole\n"
        "sequence. The estimate of KL's gradient is +∇ of the loss.",
        "torch",
        (entropy_at_states, kl_at_states),
        (
            Finding(
                "entropy, one step",
                "The state does not depend on the policy.",
                from_torch(entropy_at_states),
                ONE_STEP,
                -at_states(ONE_STEP, divergence_gradients(ONE_STEP)),
                entropy,
            ),
            Finding(
                "entropy, two steps",
                "Through the choice of the second context nothing flows: the first lacks Σ_a ∇π(a) H(π(·|a)).",
                from_torch(entropy_at_states),
                TWO_STEPS,
                -at_states(TWO_STEPS, divergence_gradients(TWO_STEPS)),
                entropy,
            ),
            Finding(
                "KL, one step",
                "The state does not depend on the policy.",
                from_torch(kl_at_states, sign=1),
                ONE_STEP,
                at_states(ONE_STEP, divergence_gradients(ONE_STEP, ONE_STEP.reference)),
                kl,
            ),
            Finding(
                "KL, two steps",
                "Likewise: the first context lacks Σ_a ∇π(a) KL(π(·|a)‖ref(·|a)).",
                from_torch(kl_at_states, sign=1),
                TWO_STEPS,
                at_states(TWO_STEPS, divergence_gradients(TWO_STEPS, TWO_STEPS.reference)),
                kl,
            ),
        ),
    ),
)


@pytest.mark.parametrize("finding", [f for section in SECTIONS for f in section.findings], ids=str)
def test_findings(finding):
    assert agrees(finding)


def test_verdicts():
    equal, scaled, turned = "equal", "scaled", "turned"
    assert kinds(SECTIONS) == [
        [equal, scaled, equal, turned, equal, equal, equal, turned, equal, equal, turned, turned, turned],
        [equal, turned, equal, turned],
    ]


def test_what_the_divergence_at_states_lacks():
    """∇KL(sequence) − E[Σ_t ∇KL(π(·|s_t)‖ref(·|s_t))] = Σ_a ∇π(a) KL(π(·|a)‖ref(·|a)), in the first context's row."""
    p, q = (x.astype(float) for x in (TWO_STEPS.policy, TWO_STEPS.reference))
    later = (p[1:] * np.log(p[1:] / q[1:])).sum(axis=1)
    lacks = kl.gradient(TWO_STEPS.floats()) - at_states(TWO_STEPS, divergence_gradients(TWO_STEPS, TWO_STEPS.reference))
    assert np.allclose(lacks, [p[0] * (later - p[0] @ later), [0, 0], [0, 0]], atol=1e-15)


def test_the_page_is_what_is_found():
    pytest.importorskip("rlax")
    written = Path(__file__).parents[2].joinpath("docs", "audits-of-libraries.md").read_text(encoding="utf-8")
    versions = re.compile(r"rlax [\d.]+ and PyTorch [\d.]+\d")
    assert versions.sub("", written) == versions.sub("", page(every_section()))
