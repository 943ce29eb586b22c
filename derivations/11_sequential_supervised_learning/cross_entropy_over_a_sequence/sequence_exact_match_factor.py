"""The exact-match reward: a policy gradient with the probability of the whole sequence as a factor."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example
from pgsym.problems import sequences
from pgsym.problems.trajectory import TRAJECTORY_LAW
from pgsym.terms import grad, indicator, product_range, sum_range

m = sequences()
y = m.gold
is_the_sequence = product_range(
    m.t, 1, m.T, of=indicator(m.state(m.t), m.state(m.t, y)) * indicator(m.action(m.t), m.action(m.t, y))
)
exact_match = m.expectation(is_the_sequence)
ascent = sum_range(m.t, 1, m.T, of=m.score(m.t, y))


def claims() -> Iterator[Claim]:
    """The factor, and how small it is."""
    yield Claim(
        "sequence-exact-match-factor",
        says="If only the sequence $\\tau'$ is rewarded, with one, the policy gradient is the ascent direction of "
        "cross entropy at $\\tau'$ times the probability of $\\tau'$.",
        lhs=grad(exact_match),
        rhs=TRAJECTORY_LAW(y, m.theta) * ascent,
        given=m.hypotheses,
        sizes=({"S": 2, "A": 2, "T": 2}, {"S": 1, "A": 3, "T": 2}, {"S": 1, "A": 2, "T": 4}),
        remark="The factor falls with the length of the sequence. This is the plateau of exact-match rewards.",
        examples=(
            Example(
                "Three independent steps, each token right with probability 1/2: the factor is 1/8.",
                {"ρ": [1], "p": [[[1], [1]]], "π": [["1/2", "1/2"]]},
                ((grad(exact_match), ("3/16", "-3/16")), (ascent, ("3/2", "-3/2"))),
                m.hypotheses,
                at={f"τ'.{name}.{i}": 0 for name in "sa" for i in (1, 2, 3)},
                sizes={"T": 3},
            ),
        ),
    )
