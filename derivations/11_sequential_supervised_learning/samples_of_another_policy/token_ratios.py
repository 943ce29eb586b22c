"""Beyond the article: surrogates with one ratio a token, as PPO and GRPO have them, on sequences of several tokens."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Rung
from pgsym.problems import autoregressive
from pgsym.problems.one_step_problem import POLICY
from pgsym.problems.trajectory import START, TRAJECTORY_LAW
from pgsym.terms import (
    INDEX,
    TRAJECTORY,
    Definition,
    Frozen,
    Positive,
    Rounds,
    Symbol,
    Term,
    ThetaFree,
    Variable,
    clip,
    expect,
    grad,
    minimum,
    product_range,
    sum_range,
)

m = autoregressive()
R = m.sequence_reward
gradient = grad(m.expectation(R))
k = Variable("k", INDEX)
one_token = Rounds(Variable("T", INDEX), 1, 1)
WIDTH = Symbol("ε", ())
width = WIDTH()

surrogate = m.over_behaviour(sum_range(m.t, 1, m.T, of=m.ratio(m.t) * R))

ONE_TOKEN_ANEW = Symbol("m", (TRAJECTORY, INDEX, m.theta.sort), outcomes=1)
one_token_anew = Definition.of(
    ONE_TOKEN_ANEW(m.tau, m.t, m.theta),
    START(m.state(1))
    * product_range(k, 1, m.t - 1, of=m.behaviour(k))
    * m.policy(m.t)
    * product_range(k, m.t + 1, m.T, of=m.behaviour(k))
    * product_range(k, 1, m.T - 1, of=m.transition(k)),
)
with_one_token_anew = expect(R, (m.tau, ONE_TOKEN_ANEW.law(m.t, m.theta)))

old_ratio = m.policy(m.t) / POLICY(m.action(m.t), m.state(m.t), m.old)
old_sequence_ratio = product_range(m.t, 1, m.T, of=old_ratio)
at_old = (*m.hypotheses, Frozen(m.old, m.theta))
clipping = (*at_old, ThetaFree(WIDTH), Positive(WIDTH))


def over_old(body: Term) -> Term:
    """The expectation of a term in τ over sequences of the policy as it was."""
    return expect(body, (m.tau, TRAJECTORY_LAW.law(m.old)))


def clipped(ratio: Term) -> Term:
    """min(ρ R, clip(ρ, 1 − ε, 1 + ε) R), the reward being the advantage of every token."""
    return minimum(ratio * R, clip(ratio, 1 - width, 1 + width) * R)


def claims() -> Iterator[Claim]:
    """Away from the old policy, at it, and clipped."""
    yield from away()
    yield from there()


def away() -> Iterator[Claim]:
    """What one ratio a token has the gradient of, away from the policy that wrote the sequences."""
    yield Claim(
        "token-ratios",
        says="With one ratio for each token, the surrogate $\\mathbb{E}_{\\mu}[\\sum_t \\frac{\\pi_\\theta(a_t \\mid "
        "s_t)}{\\mu(a_t \\mid s_t)} R]$ does not in general have the gradient of $\\mathbb{E}[R]$, although it has "
        "for one token.",
        lhs=grad(surrogate),
        rhs=gradient,
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("token-ratios-of-one-token", "token-ratios-at-the-old-policy", "importance-sampling"),
        remark="The other tokens of the sequence are still those of $\\mu$.",
    )
    yield Claim(
        "token-ratios-of-one-token",
        says="For sequences of one token, the surrogate with one ratio for each token has the gradient of "
        "$\\mathbb{E}[R]$.",
        lhs=grad(surrogate),
        rhs=gradient,
        given=(*m.hypotheses, one_token),
        sizes=({"S": 2, "A": 3, "T": 1}, {"S": 3, "A": 2, "T": 1}),
    )
    yield Claim(
        "token-ratios-one-token-anew",
        says="The surrogate with one ratio for each token has the sum over $t$ of the gradients of the mean reward "
        "when $\\pi_\\theta$ writes the token at $t$ and $\\mu$ all others.",
        lhs=grad(surrogate),
        rhs=sum_range(m.t, 1, m.T, of=grad(with_one_token_anew)),
        given=(*m.hypotheses, one_token_anew),
    )


def there() -> Iterator[Claim]:
    """At the policy that wrote the sequences all surrogates agree to first order."""
    yield Claim(
        "token-ratios-at-the-old-policy",
        says="At $\\theta = \\theta'$, where the sequences were drawn, one ratio for each token is right to first "
        "order.",
        lhs=grad(over_old(sum_range(m.t, 1, m.T, of=old_ratio * R)), m.theta),
        rhs=gradient,
        given=at_old,
    )
    yield Claim(
        "token-ratios-clipped",
        says="At $\\theta = \\theta'$, clipping the ratio of every token does not change the gradient.",
        lhs=grad(over_old(sum_range(m.t, 1, m.T, of=clipped(old_ratio))), m.theta),
        rhs=gradient,
        given=clipping,
        sizes=({"S": 1, "A": 2, "T": 2}, {"S": 2, "A": 2, "T": 2}),
        source="J. Schulman, F. Wolski, P. Dhariwal, A. Radford and O. Klimov, Proximal policy optimization "
        "algorithms, arXiv:1707.06347 (2017)",
    )
    yield Claim(
        "token-ratios-sequence-clipped",
        says="At $\\theta = \\theta'$, clipping the ratio of the whole sequence does not change the gradient.",
        lhs=grad(over_old(clipped(old_sequence_ratio)), m.theta),
        rhs=gradient,
        given=clipping,
        sizes=({"S": 1, "A": 2, "T": 2}, {"S": 2, "A": 2, "T": 2}),
    )
