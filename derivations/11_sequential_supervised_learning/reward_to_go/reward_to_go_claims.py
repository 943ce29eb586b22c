"""Reward-to-go: its mean, its reading, its variance, and the family it belongs to."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Relation, Rung
from pgsym.problems import sequences
from pgsym.problems.trajectory import FUTURE_LAW
from pgsym.terms import Term, expect, grad, indicator, sum_range
from pgsym.terms.nodes import lift

m = sequences()
here = indicator(m.state(m.t), m.s) * indicator(m.action(m.t), m.a)
value = expect(m.reward_to_go, (m.tau, FUTURE_LAW.law(m.s, m.a, m.t, m.theta)))


def between(weight: Term) -> Term:
    """Σ_t ∇ log π_t Σ_{u≥t} c^{u−t} r_u."""
    weighted = sum_range(m.u, m.t, m.T, of=weight ** (m.u - m.t) * m.reward(m.u))
    return m.expectation(sum_range(m.t, 1, m.T, of=m.score(m.t) * weighted))


def claims() -> Iterator[Claim]:
    """Unbiased, the value of a state and an action, and no promise about the variance."""
    yield Claim(
        "reward-to-go-unbiased",
        says="Reward-to-go is an unbiased estimate of the policy gradient.",
        lhs=m.expectation(m.to_go),
        rhs=grad(m.objective),
        given=m.hypotheses,
        derivation="reward-to-go",
    )
    yield Claim(
        "reward-to-go-future",
        says="The expected rewards from $t$ on, given the state and the action at $t$, are their value $Q_t(s, a)$: "
        "the mean over futures that begin there.",
        lhs=m.expectation(here * m.reward_to_go),
        rhs=m.expectation(here) * value,
        given=m.hypotheses,
        remark="The equation is multiplied by the probability of being there, so that it also holds where that "
        "probability is zero.",
    )
    yield Claim(
        "reward-to-go-variance",
        says="Reward-to-go need not lower the variance.",
        lhs=m.variance(m.to_go),
        rhs=m.variance(m.full),
        given=m.hypotheses,
        relation=Relation.AT_MOST,
        expected=Rung.REFUTED,
        repaired_by=("reward-to-go-unbiased",),
        remark="The past return can act as a baseline, and it may happen to be the best one.",
        examples=(
            Example(
                "Signs: a first step that pays −1/2 whatever is done, then a state whose second action pays 1. In that "
                "state's logits the whole return makes no scatter.",
                {
                    "ρ": [1, 0],
                    "p": [[[0, 1], [0, 1]], [[0, 1], [0, 1]]],
                    "π": [["1/2", "1/2"], ["1/2", "1/2"]],
                    "r": [["-1/2", "-1/2"], [0, 1]],
                },
                ((m.variance(m.full), ("1/16", "1/16", 0, 0)), (m.variance(m.to_go), ("1/16", "1/16", "1/16", "1/16"))),
                m.hypotheses,
                sizes={"T": 2},
            ),
            Example(
                "Rewards of one sign: the second action ends with reward 5, the first stays with reward 1, and the "
                "policy ends with probability 3/4: more scatter in the logits of the state where it matters.",
                {
                    "ρ": [1, 0],
                    "p": [[[1, 0], [0, 1]], [[0, 1], [0, 1]]],
                    "π": [["1/4", "3/4"], ["1/2", "1/2"]],
                    "r": [[1, 5], [0, 0]],
                },
                (
                    (m.variance(m.full), ("867/256", "867/256", "75/16", "75/16")),
                    (m.variance(m.to_go), ("879/256", "879/256", 0, 0)),
                ),
                m.hypotheses,
                sizes={"T": 2},
            ),
        ),
    )
    yield Claim(
        "rtg-shares-flavour",
        says="If the reward $k$ steps later is weighted by $c^k$, the case $c = 0$ is the pairwise form.",
        lhs=between(lift(0)),
        rhs=m.expectation(m.pairwise),
        given=m.hypotheses,
    )
    yield Claim(
        "rtg-shares-flavour-to-go",
        says="If the reward $k$ steps later is weighted by $c^k$, the case $c = 1$ is reward-to-go.",
        lhs=between(lift(1)),
        rhs=grad(m.objective),
        given=m.hypotheses,
    )
    yield Claim(
        "rtg-shares-flavour-unbiased",
        says="The pairwise form and reward-to-go need not have the same expectation, although both only drop terms.",
        lhs=between(lift(0)),
        rhs=between(lift(1)),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("rtg-shares-flavour", "rtg-shares-flavour-to-go"),
        remark="Reward-to-go drops terms of mean zero. The pairwise form also drops terms whose mean is not zero.",
    )
