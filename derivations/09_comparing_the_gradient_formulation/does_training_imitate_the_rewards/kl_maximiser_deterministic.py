"""The expected reward is largest at the best answers only, if the policy can tell the states apart."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Relation
from pgsym.problems import classification
from pgsym.problems.one_step_problem import REWARD
from pgsym.problems.trajectory import TRANSITION
from pgsym.terms import (
    ACTION,
    PARAMETER,
    STATE,
    Definition,
    Law,
    NonNegative,
    Symbol,
    Term,
    ThetaFree,
    Variable,
    exp,
    expect,
    function,
    grad,
    sum_over,
    variance,
)
from pgsym.terms.nodes import lift

m = classification()
s, a = m.s, m.a
BEST, GAP, X = function("v", STATE), function("g", STATE, ACTION), function("x", STATE, ACTION)
W = Symbol("w", (PARAMETER,))
LAMBDA = Symbol("λ", ())
FIRST, SECOND, OTHER, MIXED = (Symbol(name, (ACTION, STATE), outcomes=1) for name in ("b", "c", "d", "m"))
best_is_label = Definition.of(m.reward, BEST(s) - (1 - m.is_right) * GAP(s, a))
softmax = Definition.of(
    m.policy, exp(W(m.theta) * m.reward + X(s, a)) / sum_over(m.b, of=exp(W(m.theta) * REWARD(s, m.b) + X(s, m.b)))
)


def two_steps(first: Symbol, second: Symbol) -> Term:
    """The expected rewards of two steps from s, with a policy for each time."""
    after, then = Variable("s'", STATE), Variable("a'", ACTION)
    draws: tuple[tuple[Variable, Law], ...] = (
        (a, first.law(s)),
        (after, TRANSITION.law(s, a)),
        (then, second.law(after)),
    )
    return expect(m.reward + REWARD(after, then), *draws)


def claims() -> Iterator[Claim]:
    """The maximum, why it is at a vertex, and that no softmax reaches it."""
    bandit = expect(m.reward, (a, m.policy_law))
    yield Claim(
        "kl-maximiser-deterministic",
        says="No policy earns more than the policy that always gives the best answer $y(s)$.",
        lhs=bandit,
        rhs=REWARD(s, m.label),
        given=(best_is_label, NonNegative(GAP)),
        relation=Relation.AT_MOST,
        slack=expect((1 - m.is_right) * GAP(s, a), (a, m.policy_law)),
        remark="The reward of another answer is below the best by $g(s, a) \\ge 0$.",
    )
    mixed = Definition.of(MIXED(a, s), LAMBDA() * FIRST(a, s) + (1 - LAMBDA()) * SECOND(a, s))
    yield Claim(
        "kl-maximiser-deterministic-linear-now",
        says="For two steps with one policy each, the expected reward is linear in the first policy.",
        lhs=two_steps(MIXED, OTHER),
        rhs=LAMBDA() * two_steps(FIRST, OTHER) + (1 - LAMBDA()) * two_steps(SECOND, OTHER),
        given=(mixed,),
    )
    yield Claim(
        "kl-maximiser-deterministic-linear-later",
        says="For two steps with one policy each, the expected reward is linear in the second policy.",
        lhs=two_steps(OTHER, MIXED),
        rhs=LAMBDA() * two_steps(OTHER, FIRST) + (1 - LAMBDA()) * two_steps(OTHER, SECOND),
        given=(mixed,),
        remark="A linear function has its maximum at a vertex, so with a policy for each time some deterministic "
        "policy is best.",
    )
    yield Claim(
        "kl-maximiser-deterministic-softmax",
        says="No softmax policy is stationary unless the reward is constant: moving its logits along the rewards "
        "raises the expected reward at the rate of the variance of the reward.",
        lhs=grad(bandit, m.theta),
        rhs=variance(m.reward, (a, m.policy_law)) * grad(W(m.theta)),
        given=(ThetaFree(REWARD), ThetaFree(X), softmax),
    )
    yield Claim(
        "kl-maximiser-deterministic-constant",
        says="Where the reward is constant, every policy is stationary.",
        lhs=grad(bandit, m.theta),
        rhs=lift(0),
        given=(Definition.of(m.reward, BEST(s)), ThetaFree(BEST)),
    )
