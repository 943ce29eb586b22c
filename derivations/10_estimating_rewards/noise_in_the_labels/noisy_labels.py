"""How policy gradient and cross entropy react to labels that are wrong now and then."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims.claim import Claim, Example
from pgsym.decide.verdicts import Rung
from pgsym.problems import noisy_labels
from pgsym.problems.noisy import FLIPPED, NOISY_LABEL_LAW
from pgsym.terms import (
    ACTION,
    PARAMETER,
    STATE,
    Definition,
    HowMany,
    Hypothesis,
    Symbol,
    ThetaFree,
    expect,
    function,
    grad,
    indicator,
    log,
    sum_over,
    variance,
)
from pgsym.terms.nodes import Term, lift

m = noisy_labels()
gradient, clean = grad(m.noisy_accuracy), grad(m.accuracy)
classes = m.classes


def with_rate(rate: Term) -> tuple[Hypothesis, ...]:
    """The hypotheses, with a probability of a flip that is given."""
    return (*(h for h in m.hypotheses if h != ThetaFree(FLIPPED)), Definition.of(m.flipped, rate))


def claims() -> Iterator[Claim]:
    """Noisy labels as random rewards, thresholds, other noise, variance and other losses."""
    label_law = m.label_law
    yield Claim(
        "noisy-labels-are-middle-ground",
        says="A noisy label $b \\sim y(\\cdot \\mid s)$ is a random reward $\\mathbf{1}\\{a = b\\}$ of mean $y(a \\mid "
        "s)$: comparing the sampled answer with it gives the policy gradient for that mean.",
        lhs=m.expectation(expect(indicator(m.a, m.b) * m.score, (m.b, label_law))),
        rhs=grad(m.expectation(m.label_mass)),
        given=m.hypotheses,
        remark="In this sense noisy labels stand between supervised learning and reinforcement learning. The two "
        "procedures react differently to the noise: see noisy-label-pg and noisy-label-ce.",
    )
    yield Claim(
        "symmetric-noise-threshold",
        says="With $\\varepsilon = (K - 1)/K$ the noisy label says nothing, and the policy gradient is zero.",
        lhs=gradient,
        rhs=lift(0),
        given=with_rate((classes - 1) / classes),
    )
    yield Claim(
        "symmetric-noise-past-the-threshold",
        says="With more noise than that the direction is reversed: labels that are always wrong, $\\varepsilon = 1$, "
        "give $-\\frac{1}{K - 1} \\nabla J$.",
        lhs=gradient,
        rhs=-1 * (clean / (classes - 1)),
        given=with_rate(lift(1)),
        remark="The factor $1 - \\frac{\\varepsilon K}{K - 1}$ is positive below $(K - 1)/K$, negative above.",
    )
    bit = grad(m.expectation((1 - m.flipped) * m.is_right + m.flipped * (1 - m.is_right)))
    yield Claim(
        "reward-flip-noise",
        says="If the reward is flipped with probability $\\varepsilon$, and not the label, the factor is $1 - 2 "
        "\\varepsilon$ for every number of classes.",
        lhs=bit,
        rhs=(1 - 2 * m.flipped) * clean,
        given=m.hypotheses,
    )
    yield Claim(
        "reward-flip-is-label-flip",
        says="It makes no difference whether the reward is flipped or the label.",
        lhs=bit,
        rhs=gradient,
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("reward-flip-noise", "noisy-label-pg", "reward-flip-two-classes"),
    )
    yield Claim(
        "reward-flip-two-classes",
        says="For two classes it makes no difference whether the reward is flipped or the label.",
        lhs=bit,
        rhs=gradient,
        given=(*m.hypotheses, HowMany(ACTION, 2)),
    )
    yield from uneven_noise()
    noisy_reward = indicator(m.a, m.b) * m.score
    yield Claim(
        "symmetric-noise-variance",
        says="On one example the variance of the estimator with noisy labels is $\\mathbb{E}_a[\\tilde y(a \\mid s)\\, "
        "g^2] - c^2 (\\nabla \\pi_\\theta(y \\mid s))^2$, $g$ the score and $c$ the factor of noisy-label-pg.",
        lhs=variance(noisy_reward, (m.a, m.policy_law), (m.b, m.noisy_law)),
        rhs=expect(m.noisy_mass * m.score**2, (m.a, m.policy_law)) - (m.kept * grad(m.right_mass)) ** 2,
        given=m.hypotheses,
        remark="Coordinate by coordinate; summed up, the trace of the covariance.",
    )
    yield from other_losses()


def uneven_noise() -> Iterator[Claim]:
    """Noise that depends on the example, or on the class."""
    rate = function("ε", STATE)(m.s)
    share = rate / (classes - 1)
    by_state = Definition.of(m.noisy_mass, (1 - rate) * m.is_right + share * (1 - m.is_right))
    kept = 1 - (rate * classes) / (classes - 1)
    mean_kept = m.over_states(kept)
    uneven = (*(h for h in m.hypotheses if h not in (m.noise, ThetaFree(FLIPPED))), ThetaFree(rate.symbol), by_state)
    weight, feature = Symbol("w", (PARAMETER,)), function("x", STATE, ACTION)
    tied = (
        *uneven,
        ThetaFree(feature),
        m.softmax,
        Definition.of(m.logit, weight(m.theta) * feature(m.s, m.a)),
    )
    yield Claim(
        "asymmetric-noise",
        says="If examples are flipped with probabilities $\\varepsilon(s)$ of their own, each keeps a factor of its "
        "own, $1 - \\frac{\\varepsilon(s) K}{K - 1}$.",
        lhs=gradient,
        rhs=m.over_states(kept * grad(m.right_mass)),
        given=uneven,
        remark="Examples that share parameters can then outvote each other: the gradient may even be reversed.",
        examples=(
            Example(
                "One shared parameter, two pictures with the features 1 and -1 and the weights 2/5 and 3/5; a quarter "
                "of the labels of the second is flipped.",
                tables={
                    "D": ["2/5", "3/5"],
                    "x": [["1", "0"], ["-1", "0"]],
                    "w": "0",
                    "y": [0, 0],
                    "ε": ["0", "1/4"],
                },
                given=tied,
                worth=((clean, ("-1/20",)), (gradient, ("1/40",))),
            ),
        ),
    )
    yield Claim(
        "asymmetric-noise-only-scales",
        says="It only scales the gradient, by the mean of these factors.",
        lhs=gradient,
        rhs=mean_kept * clean,
        given=uneven,
        expected=Rung.REFUTED,
        repaired_by=("asymmetric-noise", "noisy-label-pg"),
    )
    right = NOISY_LABEL_LAW(m.label, m.s)
    arbitrary = (*(h for h in m.hypotheses if h not in (m.noise, ThetaFree(FLIPPED))), ThetaFree(NOISY_LABEL_LAW))
    yield Claim(
        "asymmetric-noise-within-an-example",
        says="The same for noise that mistakes some classes for others more often: each example only gets a factor.",
        lhs=gradient,
        rhs=m.over_states((right - (1 - right) / (classes - 1)) * grad(m.right_mass)),
        given=arbitrary,
        expected=Rung.REFUTED,
        repaired_by=("asymmetric-noise", "noisy-labels-are-middle-ground"),
        remark="For two classes it is true; with three the direction changes within one example. The reward's "
        "maximiser survives while the label stays the most likely noisy label.",
    )


def other_losses() -> Iterator[Claim]:
    """Which losses symmetric noise only rescales."""
    LOSS = Symbol("L", (STATE, ACTION, PARAMETER))
    loss, of_label = LOSS(m.s, m.b, m.theta), LOSS(m.s, m.label, m.theta)
    share = m.flipped / (classes - 1)
    yield Claim(
        "noise-robust-losses",
        says="For any loss $L_\\theta(s, k)$ of a label $k$, uniform noise gives the clean gradient times $1 - "
        "\\frac{\\varepsilon K}{K - 1}$ and $\\frac{\\varepsilon}{K - 1}$ times the gradient of $\\sum_k L_\\theta(s, "
        "k)$.",
        lhs=grad(expect(loss, (m.b, m.noisy_law))),
        rhs=m.kept * grad(of_label) + share * grad(sum_over(m.b, of=loss)),
        given=m.hypotheses,
        remark="So the noise only scales a loss whose sum over the labels does not depend on $\\theta$.",
    )
    pi_b = m.policy.symbol(m.b, m.s, m.theta)
    yield Claim(
        "noise-robust-losses-absolute-error",
        says="The absolute error $1 - \\pi_\\theta(k \\mid s)$, which policy gradient descends, is such a loss.",
        lhs=grad(sum_over(m.b, of=1 - pi_b)),
        rhs=lift(0),
        given=m.hypotheses,
        remark="Its sum is $K - 1$.",
    )
    yield Claim(
        "noise-robust-losses-cross-entropy",
        says="The cross entropy $-\\log \\pi_\\theta(k \\mid s)$ is such a loss, too.",
        lhs=grad(sum_over(m.b, of=-log(pi_b))),
        rhs=lift(0),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("noise-robust-losses", "noise-robust-losses-absolute-error"),
    )
