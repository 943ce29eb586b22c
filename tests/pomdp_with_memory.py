"""The policy gradient where the policy has a memory: what it saw before, in one of finitely many values.

At every step the memory is drawn as $m_t \\sim \\mu_\\theta(\\cdot \\mid o_t, m_{t-1})$ and the answer as
$a_t \\sim \\pi_\\theta(\\cdot \\mid m_t)$: a finite-state controller. Both are learned.
"""

from __future__ import annotations

from collections.abc import Iterator

from pomdp import OBSERVATION, move, reward, sight, start, t, theta

from pgsym.claims import Claim, Rung
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

MEMORY = Finite("memory", letter="M")
RUN = Collective("run", (("s", STATE), ("o", OBSERVATION), ("m", MEMORY), ("a", ACTION)), length="T", letter="τ")

first = Symbol("μ", (MEMORY, OBSERVATION, PARAMETER), outcomes=1)
remember = Symbol("μ", (MEMORY, OBSERVATION, MEMORY, PARAMETER), outcomes=1)
policy = Symbol("π", (ACTION, MEMORY, PARAMETER), outcomes=1)
run = Symbol("p", (RUN, PARAMETER), outcomes=1)
s = Symbol("s", (RUN, INDEX), result=STATE)
o = Symbol("o", (RUN, INDEX), result=OBSERVATION)
m = Symbol("m", (RUN, INDEX), result=MEMORY)
a = Symbol("a", (RUN, INDEX), result=ACTION)
tau, T = Variable("τ", RUN), Variable("T", INDEX)

begins = first(m(tau, 1), o(tau, 1), theta)
memory = remember(m(tau, t), o(tau, t), m(tau, t - 1), theta)
answer = policy(a(tau, t), m(tau, t), theta)
factorisation = Definition.of(
    run(tau, theta),
    start(s(tau, 1))
    * product_range(t, 1, T, of=sight(o(tau, t), s(tau, t)))
    * begins
    * product_range(t, 2, T, of=memory)
    * product_range(t, 1, T, of=answer)
    * product_range(t, 1, T - 1, of=move(s(tau, t + 1), s(tau, t), a(tau, t))),
)
hypotheses = (
    *map(ThetaFree, (start, sight, move, reward)),
    *map(Positive, (first, remember, policy)),
    factorisation,
)


def mean(body: Term) -> Term:
    """The expectation of a term over runs."""
    return expect(body, (tau, run.law(theta)))


rewards = sum_range(t, 1, T, of=reward(s(tau, t), a(tau, t)))
of_answers = sum_range(t, 1, T, of=grad(log(answer)))
of_memories = grad(log(begins)) + sum_range(t, 2, T, of=grad(log(memory)))


def claims() -> Iterator[Claim]:
    """Answers and memories are scored alike; the answers' scores alone do not make the gradient."""
    yield Claim(
        "pomdp-with-memory",
        says="The gradient of the expected return is the expectation of the return "
        "times the scores of answers and memories.",
        lhs=grad(mean(rewards)),
        rhs=mean(rewards * (of_answers + of_memories)),
        given=hypotheses,
    )
    yield Claim(
        "pomdp-without-scores-of-memory",
        says="The scores of the answers are enough.",
        lhs=grad(mean(rewards)),
        rhs=mean(rewards * of_answers),
        given=hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("pomdp-with-memory",),
    )
