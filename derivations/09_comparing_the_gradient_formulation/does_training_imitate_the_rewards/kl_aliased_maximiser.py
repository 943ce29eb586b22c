"""If two times look the same, the best policy is random, and still is not the distribution of rewards."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

from pgsym.claims import Claim, Relation, Rung
from pgsym.terms import Closed
from pgsym.terms.nodes import lift

if TYPE_CHECKING:
    import sympy

REWARDED = (1, 0)
"""The answers of the two times that are paid: the only ones."""


def _probability(answers: tuple[int, ...], p: sympy.Expr | int) -> sympy.Expr | int:
    """The probability of some answers, each of them 1 with the probability p, for want of another observation."""
    from sympy import prod

    return prod([p if x else 1 - p for x in answers])


def _objective(p: sympy.Expr | int) -> sympy.Expr | int:
    """J(p), by enumeration of the trajectories."""
    return sum(_probability(answers, p) for answers in product((0, 1), repeat=2) if answers == REWARDED)


def _best_probability() -> sympy.Expr:
    """The p in [0, 1] at which J(p) is largest."""
    from sympy import Interval, Symbol, diff, solveset

    p = Symbol("p", real=True)
    stationary = solveset(diff(_objective(p), p), p, Interval(0, 1))
    return max((*stationary, 0, 1), key=_objective)


def _largest() -> sympy.Expr:
    return _objective(_best_probability())


def _largest_without_chance() -> sympy.Expr:
    return max(_objective(0), _objective(1))


def _rewarded_at_best() -> sympy.Expr:
    return _probability(REWARDED, _best_probability())


def _share_of_reward() -> Fraction:
    """q(τ) of the rewarded trajectory: its reward over the sum of all rewards."""
    rewards = {answers: int(answers == REWARDED) for answers in product((0, 1), repeat=2)}
    return Fraction(rewards[REWARDED], sum(rewards.values()))


def claims() -> Iterator[Claim]:
    """The best policy, what it gains by chance, and how far it is from the law of the rewards."""
    attained = Closed("max J(p)", "\\max_p J(p)", _largest)
    yield Claim(
        "kl-aliased-maximiser",
        says="For two times with one observation, and a reward for answering 1 and then 0, $J(p) = p (1 - p)$ is "
        "largest if 1 is answered with probability 1/2.",
        lhs=Closed("argmax J(p)", "\\operatorname{argmax}_p J(p)", _best_probability),
        rhs=lift(Fraction(1, 2)),
        expected=Rung.EXACT,
        remark="With one policy for both times $J$ is not linear in the policy.",
    )
    yield Claim(
        "kl-aliased-maximiser-without-chance",
        says="If one policy acts at both times and answering 1 and then 0 is rewarded, no deterministic policy "
        "reaches the maximum of $J$.",
        lhs=attained,
        rhs=Closed("max J over p = 0, 1", "\\max_{p \\in \\{0, 1\\}} J(p)", _largest_without_chance),
        expected=Rung.REFUTED,
        relation=Relation.AT_MOST,
        repaired_by=("kl-aliased-maximiser", "kl-maximiser-deterministic-linear-now"),
        remark="The maximum is 1/4, and a deterministic policy earns 0.",
    )
    yield Claim(
        "kl-aliased-maximiser-is-the-reward",
        says="If one policy acts at both times and only the trajectory $\\tau_1$ is rewarded, the best policy does "
        "not have the probability at $\\tau_1$ that the distribution of rewards has.",
        lhs=Closed("p(τ₁) at the best p", "p_\\theta(\\tau_1)", _rewarded_at_best),
        rhs=Closed("q(τ₁)", "q(\\tau_1)", _share_of_reward),
        expected=Rung.REFUTED,
        repaired_by=("kl-aliased-maximiser",),
        remark="Under the best policy all four trajectories have the probability 1/4, but all of the reward is paid "
        "for one of them.",
    )
