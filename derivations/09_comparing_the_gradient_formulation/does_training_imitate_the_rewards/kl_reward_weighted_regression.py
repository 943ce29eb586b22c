"""Reward-weighted regression over all distributions: each round raises the reward by its relative variance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pgsym.claims import Claim, Example, Relation, Rung
from pgsym.problems import one_step
from pgsym.problems.one_step_problem import REWARD
from pgsym.terms import ACTION, INDEX, STATE, Closed, Definition, NonNegative, Symbol, Term, Variable, expect, sum_over
from pgsym.terms import variance as variance_of
from pgsym.terms.nodes import lift

if TYPE_CHECKING:
    import sympy

m = one_step()
s, a, b, k = m.s, m.a, Variable("b", ACTION), Variable("k", INDEX)
NOW, NEXT, FROM_UNIFORM = (Symbol(name, (ACTION, STATE), outcomes=1) for name in ("b", "q", "q"))
UNIFORM = Symbol("u", (ACTION, STATE), outcomes=1)
AFTER = Symbol("p", (ACTION, STATE, INDEX), outcomes=1)
earned = expect(m.reward, (a, NOW.law(s)))
earned_next = expect(m.reward, (a, NEXT.law(s)))
variance = variance_of(m.reward, (a, NOW.law(s)))
one_round = Definition.of(NEXT(a, s), NOW(a, s) * m.reward / earned)
rounds = Definition.of(AFTER(a, s, k), m.reward**k / sum_over(b, of=REWARD(s, b) ** k))
SIZES = tuple({"S": 1, "A": n, "k": rounds} for n, rounds in ((2, 1), (3, 2), (2, 4)))


def after(rounds_: Term | Variable) -> Term:
    """The probability of an answer after some rounds."""
    return AFTER(a, s, rounds_)


def _limit() -> sympy.Expr:
    """The probability of the better of two answers with rewards 2 and 1, after infinitely many rounds."""
    from sympy import Symbol, limit, oo

    n = Symbol("n", positive=True)
    return limit(2**n / (2**n + 1**n), n, oo)


def claims() -> Iterator[Claim]:
    """A round, what it gains, the first from the uniform law, the k-th, and the limit."""
    yield Claim(
        "kl-reward-weighted-regression",
        says="If every distribution can be represented, the round $q \\propto b\\, r$ raises the expected reward by "
        "the variance of the reward divided by its mean.",
        lhs=earned_next - earned,
        rhs=variance / earned,
        given=(NonNegative(REWARD), one_round),
        remark="An answer may be a whole trajectory.",
    )
    yield Claim(
        "kl-reward-weighted-regression-never-loses",
        says="No round of reward-weighted regression earns less than the round before.",
        lhs=earned,
        rhs=earned_next,
        given=(NonNegative(REWARD), one_round),
        relation=Relation.AT_MOST,
        slack=variance / earned,
    )
    from_uniform = Definition.of(FROM_UNIFORM(a, s), UNIFORM(a, s) * m.reward / expect(m.reward, (a, UNIFORM.law(s))))
    yield Claim(
        "kl-reward-weighted-regression-first-round",
        says="The first round of reward-weighted regression, from the uniform distribution, arrives at the "
        "distribution of rewards.",
        lhs=FROM_UNIFORM(a, s),
        rhs=m.reward / sum_over(a, of=m.reward),
        given=(from_uniform, Definition.of(UNIFORM(a, s), 1 / sum_over(b, of=1))),
    )
    reweighed = after(k) * m.reward / expect(m.reward, (a, AFTER.law(s, k)))
    yield Claim(
        "kl-reward-weighted-regression-rounds",
        says="After $k$ rounds of reward-weighted regression from the uniform distribution, the policy is "
        "proportional to the rewards to the power $k$.",
        lhs=reweighed,
        rhs=after(k + 1),
        given=(rounds,),
        sizes=SIZES,
        examples=tuple(
            Example(
                f"Rewards 2 and 1, after {n} round{'s' if n > 1 else ''}.",
                {"r": [[2, 1]]},
                ((after(k), worth),),
                (rounds,),
                at={"s": 0, "a": 0},
                sizes={"k": n},
            )
            for n, worth in ((1, "2/3"), (2, "4/5"), (3, "8/9"))
        ),
    )
    yield Claim(
        "kl-reward-weighted-regression-limit",
        says="In the limit reward-weighted regression gives the best answer only: with the rewards 2 and 1, the "
        "better answer has probability 1.",
        lhs=Closed("lim 2ᵏ/(2ᵏ + 1)", "\\operatorname{lim}_{k \\to \\infty} \\frac{2^k}{2^k + 1}", _limit),
        rhs=lift(1),
        expected=Rung.EXACT,
    )
    yield Claim(
        "kl-reward-weighted-regression-stops",
        says="Reward-weighted regression need not stop at the distribution of rewards.",
        lhs=after(k),
        rhs=after(k + 1),
        given=(rounds, NonNegative(REWARD)),
        sizes=SIZES,
        expected=Rung.REFUTED,
        repaired_by=("kl-reward-weighted-regression-rounds", "kl-reward-weighted-regression-limit"),
    )
