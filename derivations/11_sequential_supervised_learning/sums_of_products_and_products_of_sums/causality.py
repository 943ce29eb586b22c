"""Causality: rewards earned before an action are uncorrelated with its score.

Given the history up to $s_t$, the earlier reward is a known number, and the score of the action that comes next has
mean zero.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Rung, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import trajectories
from pgsym.terms import Before, expect, grad, log
from pgsym.terms.nodes import lift

m = trajectories()
in_order = (*m.hypotheses, Before(m.u, m.t))
correlation = m.expectation(m.reward(m.u) * m.score(m.t))
given_the_history = expect(grad(log(m.policy_at(m.t, m.h)), m.theta), (m.a, m.policy_law_at(m.t, m.h)))
towered = m.over_histories(m.reward(m.u, m.h) * given_the_history)


def derive() -> Theorem:
    """From the correlation of an earlier reward with a score to zero."""
    d = Derivation(correlation, given=in_order, name="causality")
    d.apply(
        rules.Tower(m.factorisation, m.histories, m.t, m.h, m.a),
        why="Average over the next action first: the reward at $u < t$ is known by then.",
    )
    d.apply(Lemma(theorem("score-zero-mean")), why="In every state the score has mean zero.")
    d.apply(rules.DropZeros, at=(), why="A known number times zero is zero, and so is its mean.")
    return d.conclude(lift(0))


def claims() -> Iterator[Claim]:
    """The tower rule, causality, and that it ends at the action itself."""
    yield Claim(
        "tower-rule",
        says="Conditional on the history up to $t$, the functions of that history are constants, and the next action "
        "can be averaged over first.",
        lhs=correlation,
        rhs=towered,
        given=in_order,
        step=1,
    )
    yield Claim(
        "causality",
        says="A reward earned before an action is uncorrelated with its score.",
        lhs=correlation,
        rhs=lift(0),
        given=in_order,
    )
    yield Claim(
        "causality-at-the-same-time",
        says="The expectation of the score times the reward of the action itself, or of a later one, need not be zero.",
        lhs=correlation,
        rhs=lift(0),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("causality",),
        remark="The reward $r(s_t, a_t)$ is paid for the same action whose score it multiplies.",
    )


if __name__ == "__main__":
    show(derive())
