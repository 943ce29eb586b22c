"""A random reward still gives the right gradient on average.

Only its mean matters, and nobody needs to know or estimate that mean: the one reward that was paid is enough.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Rung, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import noisy_rewards
from pgsym.terms import Term, function, grad
from pgsym.terms.sorts import ACTION, OUTCOME, STATE

m = noisy_rewards()


def estimated(reward: Term) -> Term:
    """The mean of a reward times the score, over the state, the answer and chance."""
    return m.expectation(m.over_chance(reward * m.score))


def with_mean_reward() -> Theorem:
    """The mean of the sampled estimator is that of the one with the mean reward."""
    d = Derivation(estimated(m.paid), given=m.hypotheses, name="stochastic-reward-in-the-mean")
    d.apply(
        rules.PullOutConstant,
        at=m.over_chance(m.paid * m.score),
        why="Given the state and the answer, the score is known before the noise is drawn.",
    )
    d.apply(rules.Backwards(rules.Unfold(m.mean_reward), m.reward), why="The mean reward is $r(s, a)$.")
    d.apply(rules.Rearrange(m.reward * m.score), at=m.score * m.reward, why="Reward times score.")
    return d.conclude(m.expectation(m.reward * m.score))


def derive() -> Theorem:
    """From the mean of the sampled estimator to ∇J."""
    d = Derivation(estimated(m.paid), given=m.hypotheses, name="stochastic-reward")
    for step in with_mean_reward().steps:
        d.apply(step.rule, at=step.path, why=step.why)
    d.apply(Lemma(theorem("policy-gradient-one-step"), backwards=True), why="The policy gradient theorem.")
    return d.conclude(grad(m.objective))


def claims() -> Iterator[Claim]:
    """The theorem, with the noise inside the objective too, and with noise of another mean."""
    yield Claim(
        "stochastic-reward",
        says="If the reward $R(s, a, w)$ is random and has the mean $r(s, a)$, the sampled estimator is still "
        "unbiased: $R$ times the score has the mean $\\nabla J$.",
        lhs=estimated(m.paid),
        rhs=grad(m.objective),
        given=m.hypotheses,
        remark="The noise $w$ may depend on the state and the answer in any way. It matters only that $r$ is the "
        "mean reward given both.",
    )
    yield Claim(
        "stochastic-reward-in-the-mean",
        says="The expectation of the sampled estimator is that of the estimator with the mean reward: only the mean "
        "of $R$ matters.",
        lhs=estimated(m.paid),
        rhs=m.expectation(m.reward * m.score),
        given=m.hypotheses,
    )
    noise = function("η", STATE, ACTION, OUTCOME)
    yield Claim(
        "stochastic-reward-of-another-mean",
        says="For a reward $r(s, a) + \\eta(s, a, w)$ whose noise has an arbitrary mean, the sampled estimator need "
        "not be unbiased.",
        lhs=estimated(m.reward + noise(m.s, m.a, m.w)),
        rhs=grad(m.objective),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("stochastic-reward", "low-quality-reward"),
        remark="Noise whose mean depends on the answer acts as a further reward.",
    )


if __name__ == "__main__":
    show(derive())
