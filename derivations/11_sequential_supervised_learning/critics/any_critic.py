"""Temporal differences with any critic: its values telescope, and the one that remains is a baseline.

What a step earns, and what the critic expects after it, is compared with what the critic expected before.  The sum of
these differences to the end is the return less one guess, whatever the critic is.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import critics
from pgsym.terms import grad, sum_range
from pgsym.terms.nodes import Add, Term

m = critics()
t, u, T = m.t, m.u, m.T
estimate = m.estimate(m.advantage(m.critic, 1, 1))
gradient = grad(m.objective)
SIZES = tuple({"S": s, "A": a, "T": n} for s, a, n in ((1, 3, 1), (2, 2, 2), (2, 2, 4)))
score, guess, guess_then = m.score(t), m.critic(t), m.critic(u)


def over(first: Term, last: Term, of: Term) -> Term:
    """A sum over the times u."""
    return sum_range(u, first, last, of=of)


def derive() -> Theorem:
    """From the temporal differences to the gradient."""
    rewards, last_reward = over(t, T - 1, m.reward(u)), over(T, T, m.reward(u))
    guesses, last_guess = over(t, T - 1, guess_then), over(T, T, guess_then)
    later = over(t + 1, T, guess_then)
    d = Derivation(estimate, given=m.hypotheses, name="any-critic", sizes=SIZES)
    d.apply(
        rules.DistributeOverAddition,
        at=over(t, T - 1, m.temporal_difference(m.critic, 1, u)),
        why="The three terms are the reward, the next value and the current value.",
    )
    d.apply(rules.ShiftRange(1), at=over(t, T - 1, m.critic(u + 1)), why="The next time is $t + 1$; shift the index.")
    d.apply(rules.PullOutConstant, at=over(t, T - 1, -guess_then), why="Move the sign out.")
    for one, last in ((m.reward(T), last_reward), (m.critic(T), last_guess)):
        d.apply(rules.Backwards(rules.WriteOutRange(), last), at=one, why="The last step is a sum of one term:")
    d.apply(
        rules.Rearrange(Add((rewards + last_reward, later, -(guesses + last_guess)))),
        at=(1, 1, 1),
        why="it belongs to the others.",
    )
    for parts, whole in ((rewards + last_reward, m.reward_to_go), (guesses + last_guess, over(t, T, guess_then))):
        d.apply(rules.Backwards(rules.SplitRange(T), whole), at=parts, why="From $t$ to the end.")
    d.apply(
        rules.SplitRange(t + 1),
        at=over(t, T, guess_then),
        why="Split the critic's values into that at $t$ and the later ones:",
    )
    d.apply(rules.WriteOutRange, why="one,")
    d.apply(
        rules.Rearrange(m.reward_to_go - guess),
        at=Add((m.reward_to_go, later, -(guess + later))),
        why="and those cancel.",
    )
    d.apply(
        rules.Rearrange(score * m.reward_to_go - guess * score),
        at=score * (m.reward_to_go - guess),
        why="Multiply out.",
    )
    d.apply(rules.DistributeOverAddition, at=(1,), why="Two sums over $t$.")
    d.apply(rules.DistributeOverAddition, why="Two expectations.")
    d.apply(rules.ExchangeWithSum, at=(1,), why="The second, time by time.")
    d.apply(rules.PullOutConstant, at=(1, 1), why="Move the sign out.")
    d.apply(
        rules.Tower(m.factorisation, m.histories, t, m.h, m.a),
        at=m.expectation(guess * score),
        why="The critic's value at $s_t$ is known before the action,",
    )
    d.apply(Lemma(theorem("score-zero-mean")), why="whose score has mean zero.")
    d.apply(rules.DropZeros, at=(), why="The critic therefore drops out.")
    d.apply(Lemma(theorem("reward-to-go"), backwards=True), why="The policy gradient, by reward-to-go.")
    return d.conclude(gradient)


def claims() -> Iterator[Claim]:
    """That every critic will do, if its guesses are not mixed."""
    yield Claim(
        "any-critic",
        says="With $\\lambda = 1$ the sum of the temporal differences to the end is an unbiased advantage, for every "
        "critic $\\hat V(s)$.",
        lhs=estimate,
        rhs=gradient,
        given=m.hypotheses,
        remark="All values cancel except the value at $t$, which is a baseline. The critic may be any function of "
        "the state and may depend on $\\theta$, because it is not differentiated.",
    )


if __name__ == "__main__":
    show(derive())
