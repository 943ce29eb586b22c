"""The policy gradient where the state is hidden: the policy sees an observation of it.

An episode is drawn as $s_1 \\sim \\rho$, $o_t \\sim \\omega(\\cdot \\mid s_t)$,
$a_t \\sim \\pi_\\theta(\\cdot \\mid o_t)$ and $s_{t+1} \\sim p(\\cdot \\mid s_t, a_t)$, and every step
pays $r(s_t, a_t)$.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from pgsym import rules, show
from pgsym.claims import Claim, Rung
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.terms import (
    ACTION,
    INDEX,
    PARAMETER,
    STATE,
    Collective,
    Definition,
    Finite,
    Positive,
    Symbol,
    Term,
    ThetaFree,
    Variable,
    expect,
    grad,
    log,
    product_range,
    sum_range,
)

# What there is: observations beside states and actions, and episodes made of all three.
OBSERVATION = Finite("observation", letter="O")
EPISODE = Collective("episode", (("s", STATE), ("o", OBSERVATION), ("a", ACTION)), length="T", letter="τ")

# The symbols.  `outcomes=1` makes a symbol a probability of its first argument, given the others.
start = Symbol("ρ", (STATE,), outcomes=1)
sight = Symbol("ω", (OBSERVATION, STATE), outcomes=1)
policy = Symbol("π", (ACTION, OBSERVATION, PARAMETER), outcomes=1)
move = Symbol("p", (STATE, STATE, ACTION), outcomes=1)
reward = Symbol("r", (STATE, ACTION))
episode = Symbol("p", (EPISODE, PARAMETER), outcomes=1)
s = Symbol("s", (EPISODE, INDEX), result=STATE)
o = Symbol("o", (EPISODE, INDEX), result=OBSERVATION)
a = Symbol("a", (EPISODE, INDEX), result=ACTION)

theta, tau = Variable("θ", PARAMETER), Variable("τ", EPISODE)
t, T = Variable("t", INDEX), Variable("T", INDEX)

# The law of episodes, and what is assumed.
factorisation = Definition.of(
    episode(tau, theta),
    start(s(tau, 1))
    * product_range(t, 1, T, of=sight(o(tau, t), s(tau, t)))
    * product_range(t, 1, T, of=policy(a(tau, t), o(tau, t), theta))
    * product_range(t, 1, T - 1, of=move(s(tau, t + 1), s(tau, t), a(tau, t))),
)
hypotheses = (
    ThetaFree(start),
    ThetaFree(sight),
    ThetaFree(move),
    ThetaFree(reward),
    Positive(policy),
    factorisation,
)


def mean(body: Term) -> Term:
    """The expectation of a term over episodes."""
    return expect(body, (tau, episode.law(theta)))


def score(at: Term | int) -> Term:
    """∇ log π_θ(a_t | o_t)."""
    return grad(log(policy(a(tau, at), o(tau, at), theta)))


rewards = sum_range(t, 1, T, of=reward(s(tau, t), a(tau, t)))
scores = sum_range(t, 1, T, of=score(t))
gradient = grad(mean(rewards))
target = mean(rewards * scores)


@cache
def episode_score() -> Theorem:
    """The gradient of the probability of an episode is the probability times the sum of the scores."""
    d = Derivation(grad(episode(tau, theta)), given=hypotheses, name="episode-score")
    d.apply(rules.Unfold(factorisation), why="A start; then a sight, an answer and a move at every step.")
    d.apply(rules.MoveGradientInside, why="Neither the start nor the sights nor the moves depend on $\\theta$.")
    d.apply(rules.MultiplyByOne, why="The policy's own factors are positive: multiply and divide by them.")
    d.apply(rules.LogDerivative, why="The chain rule, from right to left.")
    d.apply(rules.ExpandLog, why="The logarithm of a product is a sum.")
    d.apply(rules.MoveGradientInside, why="Differentiate term by term.")
    d.apply(rules.Fold(factorisation, episode(tau, theta)), why="The factors in front are $p_\\theta(\\tau)$ again.")
    return d.conclude(episode(tau, theta) * scores)


@cache
def derive() -> Theorem:
    """From ∇J to the return times the scores, which an agent knows that sees no state."""
    d = Derivation(gradient, given=hypotheses, name="pomdp")
    d.apply(rules.WriteExpectationAsSum, why="An expectation is a probability-weighted sum, here over episodes.")
    d.apply(rules.MoveGradientInside, why="The sum is finite, and rewards do not depend on $\\theta$.")
    d.apply(Lemma(episode_score()), why="The world drops out of $\\nabla p_\\theta(\\tau)$, what is hidden included.")
    d.apply(rules.ReadSumAsExpectation, why="A sum weighted by probabilities is an expectation again.")
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """The theorem, and that no score may be left out."""
    yield Claim(
        "pomdp",
        says="The gradient of the expected return is the expectation of the return "
        "times the scores of the observations.",
        lhs=gradient,
        rhs=target,
        given=hypotheses,
    )
    yield Claim(
        "pomdp-first-score",
        says="The score of the first answer is enough.",
        lhs=gradient,
        rhs=mean(rewards * score(1)),
        given=hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("pomdp",),
    )


if __name__ == "__main__":
    show(derive())
