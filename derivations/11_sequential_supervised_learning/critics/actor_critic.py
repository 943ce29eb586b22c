"""Beyond the article: the exact values in the place of the rewards to go."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Relation, Rung
from pgsym.problems import trajectories
from pgsym.problems.trajectory import ACTION_VALUE, ADVANTAGE
from pgsym.terms import Term, grad, sum_range
from pgsym.values import log_linear

m = trajectories()
given = (*m.hypotheses, *m.values)
here = (m.state(m.t), m.action(m.t), m.t, m.theta)


def by_step(credit: Term) -> Term:
    """The sum of the scores, each times what it is credited with."""
    return sum_range(m.t, 1, m.T, of=m.score(m.t) * credit)


def claims() -> Iterator[Claim]:
    """Values, advantages, and that neither need scatter less than what is sampled."""
    yield Claim(
        "actor-critic",
        says="The rewards to go may be replaced by their mean $Q_t(s_t, a_t)$ given the state and the action.",
        lhs=m.expectation(by_step(ACTION_VALUE(*here))),
        rhs=grad(m.objective),
        given=given,
        source="R. S. Sutton, D. McAllester, S. Singh and Y. Mansour, Policy gradient methods for reinforcement "
        "learning with function approximation, NIPS (1999)",
    )
    yield Claim(
        "actor-critic-advantage",
        says="The rewards to go may be replaced by the advantage $Q_t(s_t, a_t) - V_t(s_t)$.",
        lhs=m.expectation(by_step(ADVANTAGE(*here))),
        rhs=grad(m.objective),
        given=given,
    )
    yield Claim(
        "exact-critic-can-hurt",
        says="Replacing the rewards to go by the exact $Q$ can raise the variance.",
        lhs=m.variance(by_step(ACTION_VALUE(*here))),
        rhs=m.variance(by_step(m.reward_to_go)),
        given=given,
        relation=Relation.AT_MOST,
        expected=Rung.REFUTED,
        repaired_by=("actor-critic", "all-action-rao-blackwell"),
        remark="Each term has a smaller variance. But a parameter that acts at several steps adds several terms, and "
        "the sampled terms may cancel where their means do not.",
        examples=(
            Example(
                "One parameter at zero: the first action decides where the second is taken, once with the score that "
                "it had itself, once with the opposite one, and only the second pays.",
                {
                    "ρ": [1, 0, 0],
                    "p": [[[0, 1, 0], [0, 0, 1]], [[0, 1, 0], [0, 1, 0]], [[0, 0, 1], [0, 0, 1]]],
                    "π": log_linear([[0, 1], [0, 1], [0, -1]], 1),
                    "r": [[0, 0], [0, 1], [0, 1]],
                },
                (
                    (m.variance(by_step(m.reward_to_go)), (0,)),
                    (m.variance(by_step(ACTION_VALUE(*here))), ("1/16",)),
                ),
                given,
                sizes={"T": 2},
            ),
        ),
    )
