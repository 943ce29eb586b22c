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
        says="A noisy label $b \\sim y(\\cdot \\mid s)$ gives a random reward $\\mathbf{1}\\{a = b\\}$ with the mean "
        "$y(a \\mid s)$. Comparing the sampled answer with the noisy label gives the policy gradient for that mean.",
        lhs=m.expectation(expect(indicator(m.a, m.b) * m.score, (m.b, label_law))),
        rhs=grad(m.expectation(m.label_mass)),
        given=m.hypotheses,
        remark="In this sense noisy labels are between supervised learning and reinforcement learning. The two "
        "procedures react differently to the noise: see noisy-label-pg and noisy-label-ce.",
    )
    yield Claim(
        "symmetric-noise-threshold",
        says="If $\\varepsilon = (K - 1)/K$, the noisy label carries no information, and the policy gradient is zero.",
        lhs=gradient,
        rhs=lift(0),
        given=with_rate((classes - 1) / classes),
    )
    yield Claim(
        "symmetric-noise-past-the-threshold",
        says="If $\\varepsilon$ is larger than $(K - 1)/K$, the direction is reversed: labels that are always wrong, "
        "$\\varepsilon = 1$, give $-\\frac{1}{K - 1} \\nabla J$.",
        lhs=gradient,
        rhs=-1 * (clean / (classes - 1)),
        given=with_rate(lift(1)),
        remark="The factor $1 - \\frac{\\varepsilon K}{K - 1}$ is positive below $(K - 1)/K$ and negative above.",
    )
    bit = grad(m.expectation((1 - m.flipped) * m.is_right + m.flipped * (1 - m.is_right)))
    yield Claim(
        "reward-flip-noise",
        says="If the reward and not the label is flipped with probability $\\varepsilon$, the factor is $1 - 2 "
        "\\varepsilon$ for every number of classes.",
        lhs=bit,
        rhs=(1 - 2 * m.flipped) * clean,
        given=m.hypotheses,
    )
    yield Claim(
        "reward-flip-is-label-flip",
        says="With more than two classes, flipping the reward is not equivalent to changing the label.",
        lhs=bit,
        rhs=gradient,
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("reward-flip-noise", "noisy-label-pg", "reward-flip-two-classes"),
    )
    yield Claim(
        "reward-flip-two-classes",
        says="With two classes, flipping the reward is equivalent to flipping the label.",
        lhs=bit,
        rhs=gradient,
        given=(*m.hypotheses, HowMany(ACTION, 2)),
    )
    yield from uneven_noise()
    noisy_reward = indicator(m.a, m.b) * m.score
    yield Claim(
        "symmetric-noise-variance",
        says="For one example the variance of the estimator with noisy labels is $\\mathbb{E}_a[\\tilde y(a \\mid "
        "s)\\, g^2] - c^2 (\\nabla \\pi_\\theta(y \\mid s))^2$, where $g$ is the score and $c$ the factor of "
        "noisy-label-pg.",
        lhs=variance(noisy_reward, (m.a, m.policy_law), (m.b, m.noisy_law)),
        rhs=expect(m.noisy_mass * m.score**2, (m.a, m.policy_law)) - (m.kept * grad(m.right_mass)) ** 2,
        given=m.hypotheses,
        remark="The formula holds coordinate by coordinate; the sum over the coordinates is the trace of the "
        "covariance.",
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
        says="If the label of each example is changed with its own probability $\\varepsilon(s)$, the gradient of "
        "each example is scaled by its own factor, $1 - \\frac{\\varepsilon(s) K}{K - 1}$.",
        lhs=gradient,
        rhs=m.over_states(kept * grad(m.right_mass)),
        given=uneven,
        remark="The weights of examples that share parameters then change, and the gradient may even be reversed.",
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
        says="If the label of each example is changed with its own probability, the gradient is not in general "
        "scaled by the mean of the factors.",
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
        says="If some classes are mistaken for others more often, the noise need not scale the gradient of each "
        "example by a factor.",
        lhs=gradient,
        rhs=m.over_states((right - (1 - right) / (classes - 1)) * grad(m.right_mass)),
        given=arbitrary,
        expected=Rung.REFUTED,
        repaired_by=("asymmetric-noise", "noisy-labels-are-middle-ground"),
        remark="With two classes it does; with three the direction within one example changes. The maximiser of the "
        "reward stays the same while the label is the most likely noisy label.",
    )


def other_losses() -> Iterator[Claim]:
    """Which losses symmetric noise only rescales."""
    LOSS = Symbol("L", (STATE, ACTION, PARAMETER))
    loss, of_label = LOSS(m.s, m.b, m.theta), LOSS(m.s, m.label, m.theta)
    share = m.flipped / (classes - 1)
    yield Claim(
        "noise-robust-losses",
        says="For any loss $L_\\theta(s, k)$ of a label $k$, uniform noise gives $1 - \\frac{\\varepsilon K}{K - 1}$ "
        "times the clean gradient plus $\\frac{\\varepsilon}{K - 1}$ times the gradient of $\\sum_k L_\\theta(s, "
        "k)$.",
        lhs=grad(expect(loss, (m.b, m.noisy_law))),
        rhs=m.kept * grad(of_label) + share * grad(sum_over(m.b, of=loss)),
        given=m.hypotheses,
        remark="The noise therefore only scales the gradient of a loss whose sum over the labels does not depend on "
        "$\\theta$.",
    )
    pi_b = m.policy.symbol(m.b, m.s, m.theta)
    yield Claim(
        "noise-robust-losses-absolute-error",
        says="The absolute error $1 - \\pi_\\theta(k \\mid s)$, which policy gradient descends, has a sum over the "
        "labels that does not depend on $\\theta$.",
        lhs=grad(sum_over(m.b, of=1 - pi_b)),
        rhs=lift(0),
        given=m.hypotheses,
        remark="Its sum is $K - 1$.",
    )
    yield Claim(
        "noise-robust-losses-cross-entropy",
        says="The cross entropy $-\\log \\pi_\\theta(k \\mid s)$ has a sum over the labels that depends on $\\theta$ "
        "in general.",
        lhs=grad(sum_over(m.b, of=-log(pi_b))),
        rhs=lift(0),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("noise-robust-losses", "noise-robust-losses-absolute-error"),
    )
