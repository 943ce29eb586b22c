"""What the policy-gradient losses of rlax do on average, exactly; docs/audits-of-libraries.md tells it."""

from fractions import Fraction

import numpy as np
import pytest
from library_audits import (
    HALF,
    OFF_POLICY,
    ONE_STEP,
    QUARTER,
    RAGGED,
    SAME_ENTROPY,
    TWO_STEPS,
    Finding,
    Section,
    agrees,
    at_states,
    divergence_gradients,
    kinds,
    score_function,
)

from pgsym.estimators import Samples, bandit, entropy, from_jax, moments
from pgsym.estimators.samples import Padding

jax = pytest.importorskip("jax")
rlax = pytest.importorskip("rlax")
jnp = jax.numpy
pytestmark = pytest.mark.extras


def policy_gradient(logits, actions, token_advantages, weights):
    return jax.vmap(rlax.policy_gradient_loss)(logits, actions, token_advantages, weights).mean()


def policy_gradient_unweighted(logits, actions, returns):
    advantages = jnp.broadcast_to(returns[:, None], actions.shape)
    return jax.vmap(rlax.policy_gradient_loss)(logits, actions, advantages, jnp.ones(actions.shape)).mean()


def policy_gradient_of_each_length(logits, actions, token_advantages, weights, lengths):
    w = weights * weights.shape[1] / lengths[:, None]  # the mean over T becomes the one over the episode's own steps
    return jax.vmap(rlax.policy_gradient_loss)(logits, actions, token_advantages, w).mean()


def policy_gradient_with_its_baseline(logits, actions, token_advantages, weights):
    def each(z, a, adv, w):
        return rlax.policy_gradient_loss(z, a, adv, w, use_stop_gradient=False)

    value = jax.nn.softmax(logits)[..., 1]  # Σ_a π(a) r(a), where the actions pay 0 and 1
    return jax.vmap(each)(logits, actions, token_advantages - value, weights).mean()


def entropy_at_states(logits, weights):
    return jax.vmap(rlax.entropy_loss)(logits, weights).mean()


def clipped(ratios, token_advantages):
    def each(ratio, adv):
        return rlax.clipped_surrogate_pg_loss(ratio, adv, 0.25)

    return jax.vmap(each)(ratios, token_advantages).mean()


def clipped_at_the_edge(logp, actions, behaviour, token_advantages):
    now = jnp.array([0.5, 0.25, 0.25]) / behaviour[0]  # ratios of which the first is 5/4 to the last digit
    return clipped(now[actions] * jnp.exp(logp - jax.lax.stop_gradient(logp)), token_advantages)


def three_actions(*behaviour):
    return bandit([HALF, QUARTER, QUARTER], [1, 2, 4], behaviour=[Fraction(*b) for b in behaviour])


def surrogate(problem, epsilon=QUARTER, at_edge=HALF):
    """What the clipped surrogate is on average: the ratio times the advantage (all are positive), unless clipped."""
    ratios = problem.taken(problem.policy) / problem.taken(problem.behaviour)
    free = np.where(ratios < 1 + epsilon, 1, np.where(ratios > 1 + epsilon, 0, at_edge))
    return score_function(problem, ratios * free * problem.returns[:, np.newaxis]) / problem.T


NEAR = three_actions((5, 11), (3, 11), (3, 11))
FAR = three_actions((1, 4), (3, 8), (3, 8))
EDGE = three_actions((2, 5), (3, 10), (3, 10))
H = -(0.25 * np.log(0.25) + 0.75 * np.log(0.75))
PADDED = HALF * 2 * np.array([[HALF, -HALF], [0, 0]])  # the sequence 1 (probability 1/2) earns 2, times a score
PG = from_jax(policy_gradient)

SECTIONS = (
    Section(
        "rlax.policy_gradient_loss",
        "The loss of one sequence is −(1/T) Σ_t w_t A_t log π(a_t|s_t), with advantages held fixed.",
        "jax",
        (
            policy_gradient,
            policy_gradient_unweighted,
            policy_gradient_of_each_length,
            policy_gradient_with_its_baseline,
        ),
        (
            Finding("one step", "T = 1.", PG, ONE_STEP, score_function(ONE_STEP, ONE_STEP.returns)),
            Finding(
                "two steps, A = return",
                "The mean over T = 2 steps.",
                PG,
                TWO_STEPS,
                score_function(TWO_STEPS, TWO_STEPS.returns) / 2,
            ),
            Finding(
                "two steps, A = reward-to-go",
                "Likewise.",
                from_jax(policy_gradient, advantages="to_go"),
                TWO_STEPS,
                score_function(TWO_STEPS, TWO_STEPS.to_go) / 2,
            ),
            Finding(
                "two steps, A = reward of the step",
                "What the first action brings later is not credited to it.",
                from_jax(policy_gradient, advantages="rewards"),
                TWO_STEPS,
                score_function(TWO_STEPS, TWO_STEPS.rewards) / 2,
            ),
            Finding(
                "ragged, w = mask",
                "The mean is over the padded length, the same for all episodes.",
                PG,
                RAGGED,
                score_function(RAGGED, RAGGED.returns) / 2,
            ),
            Finding(
                "ragged, each episode cut to its own length",
                "The mean is over its own length: short episodes count for more.",
                from_jax(policy_gradient_of_each_length),
                RAGGED,
                score_function(RAGGED, RAGGED.returns / RAGGED.lengths),
            ),
            Finding(
                "ragged, w = 1, A = return in the padding too",
                "The padded step counts like any other.",
                from_jax(policy_gradient_unweighted),
                RAGGED,
                (score_function(RAGGED, RAGGED.returns) + PADDED) / 2,
            ),
            Finding(
                "two steps, off-policy",
                "There is no importance weight.",
                PG,
                OFF_POLICY,
                score_function(OFF_POLICY, OFF_POLICY.returns) / 2,
            ),
            Finding(
                "one step, A = r(a) − Σ_b π(b) r(b), use_stop_gradient=False",
                "The gradient flows through the baseline too, which adds H(π) ∇J: the factor is 1 + H(π).",
                from_jax(policy_gradient_with_its_baseline),
                ONE_STEP,
                (1 + H) * ONE_STEP.gradient.astype(float),
            ),
        ),
    ),
    Section(
        "rlax.entropy_loss",
        "The loss of one sequence is −(1/T) Σ_t w_t H(π(·|s_t)) at the states that were sampled, held against the\n"
        "entropy of the whole sequence, −E[Σ_t log π(a_t|s_t)].",
        "jax",
        (entropy_at_states,),
        (
            Finding(
                "one step",
                "The state does not depend on the policy.",
                from_jax(entropy_at_states),
                ONE_STEP,
                -at_states(ONE_STEP, divergence_gradients(ONE_STEP)),
                entropy,
            ),
            Finding(
                "two steps",
                "Which context the second entropy is taken in depends on the first action, and nothing flows through "
                "that: the first context lacks Σ_a ∇π(a) H(π(·|a)).",
                from_jax(entropy_at_states),
                TWO_STEPS,
                -at_states(TWO_STEPS, divergence_gradients(TWO_STEPS)) / 2,
                entropy,
            ),
            Finding(
                "two steps, all second contexts of one entropy",
                "Then it makes no difference which is reached; the mean over T = 2 is left.",
                from_jax(entropy_at_states),
                SAME_ENTROPY,
                -at_states(SAME_ENTROPY, divergence_gradients(SAME_ENTROPY)) / 2,
                entropy,
            ),
            Finding(
                "ragged, w = mask",
                "As for two steps: to end early is to forgo entropy.",
                from_jax(entropy_at_states),
                RAGGED,
                -at_states(RAGGED, divergence_gradients(RAGGED)) / 2,
                entropy,
            ),
        ),
    ),
    Section(
        "rlax.clipped_surrogate_pg_loss",
        "The loss of one sequence is −(1/T) Σ_t min(ρ_t A_t, clip(ρ_t, 1−ε, 1+ε) A_t), with the ratio\n"
        "ρ_t = π(a_t|s_t) / behaviour(a_t|s_t), A_t = return held fixed, and here ε = 1/4. It takes no weights:\n"
        "padded steps are left out by A_t = 0.",
        "jax",
        (clipped, clipped_at_the_edge),
        (
            Finding(
                "two steps, on-policy",
                "All ratios are 1; the mean over T = 2.",
                from_jax(clipped),
                TWO_STEPS,
                surrogate(TWO_STEPS),
            ),
            Finding("ragged, on-policy", "Likewise.", from_jax(clipped), RAGGED, surrogate(RAGGED)),
            Finding(
                "one step, samples from (5/11, 3/11, 3/11): all ratios within 1 ± ε",
                "Unclipped, it is the importance-weighted gradient.",
                from_jax(clipped),
                NEAR,
                surrogate(NEAR),
            ),
            Finding(
                "two steps, off-policy: all ratios within 1 ± ε",
                "A step is weighted by its own ratio, not by that of the whole sequence.",
                from_jax(clipped),
                OFF_POLICY,
                surrogate(OFF_POLICY),
            ),
            Finding(
                "one step, samples from (1/4, 3/8, 3/8): ρ = 2 for the first action",
                "The first action pays 1 > 0 and is clipped: it adds nothing.",
                from_jax(clipped),
                FAR,
                surrogate(FAR),
            ),
            Finding(
                "one step, samples from (2/5, 3/10, 3/10): ρ = 5/4 = 1 + ε for the first action",
                "At the edge itself the gradient of a tie is halved: the first action counts half.",
                from_jax(clipped_at_the_edge),
                EDGE,
                surrogate(EDGE),
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
        [equal, scaled, scaled, turned, scaled, turned, turned, turned, scaled],
        [equal, turned, scaled, turned],
        [scaled, scaled, equal, turned, turned, turned],
    ]


def test_what_the_entropy_loss_lacks():
    """∇H(sequence) − E[Σ_t ∇H(π(·|s_t))] = Σ_a ∇π(a) H(π(·|a)), in the row of the first context."""
    p = TWO_STEPS.policy.astype(float)
    later = -(p[1:] * np.log(p[1:])).sum(axis=1)
    lacks = entropy.gradient(TWO_STEPS.floats()) + at_states(TWO_STEPS, divergence_gradients(TWO_STEPS))
    assert np.allclose(lacks, [p[0] * (later - p[0] @ later), [0, 0], [0, 0]], atol=1e-15)


def test_cutting_an_episode_is_weighting_it_by_its_length():
    problem = RAGGED.floats()
    for e in range(problem.E):
        n = int(problem.lengths[e])
        states, actions = problem.states[e, :n], jnp.asarray(problem.actions[e, :n])

        def cut(theta, states=states, actions=actions, paid=problem.returns[e], n=n):
            advantages = jnp.full(n, paid, dtype=jnp.float32)
            return rlax.policy_gradient_loss(theta[states], actions, advantages, jnp.ones(n))

        slope = jax.jit(jax.grad(cut))(jnp.log(jnp.asarray(problem.policy, dtype=jnp.float32)))
        whole = from_jax(policy_gradient_of_each_length)(Samples(problem, np.array([[e]])))
        assert np.allclose(whole.reshape(-1), -np.asarray(slope).reshape(-1), atol=1e-6)


def test_a_weight_of_zero_does_not_hide_an_advantage_that_is_nan():
    """w_t multiplies the loss of a step: zero times NaN is NaN."""
    samples = Samples(RAGGED.floats(), np.array([[2]]), padding=Padding(np.nan))
    loss = from_jax(policy_gradient, advantages="to_go")
    with pytest.raises(Exception, match="policy_gradient is nan for the sample"):
        loss(samples)


def test_batches_change_nothing():
    for loss in (policy_gradient, entropy_at_states, clipped):
        one, two = (moments(from_jax(loss), TWO_STEPS, groups=n) for n in (1, 2))
        assert np.allclose(one.mean, two.mean, 1e-12, 1e-14)
