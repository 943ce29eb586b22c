"""The score of a trajectory is the sum of the scores of its answers if the environment does not depend on θ."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Rung
from pgsym.problems import trajectories
from pgsym.problems.trajectory import START, TRANSITION
from pgsym.terms import Positive, ThetaFree, grad, log, sum_range

m = trajectories()
everywhere = (*m.hypotheses, Positive(START), Positive(TRANSITION))
score = grad(log(m.mass))
gradient = grad(m.objective)
by_scores = m.expectation(m.total_reward * m.total_score)
moving = tuple(h for h in m.hypotheses if h not in (ThetaFree(START), ThetaFree(TRANSITION)))


def claims() -> Iterator[Claim]:
    """The decomposition, the theorem that it yields, and what both become when the world moves."""
    yield Claim(
        "score-decomposition",
        says="The gradient of the log-probability of a trajectory is the sum of the scores.",
        lhs=score,
        rhs=m.total_score,
        given=everywhere,
        derivation="dynamics-drop-out",
        remark="This needs starts and transitions of positive probability; dynamics-drop-out has the cases.",
    )
    after_one_answer = {
        "ρ": ["1", "0"],
        "p": [[["1/2", "1/2"]], [["1/2", "1/2"]]],
        "π": [["1"], ["1"]],
        "r": [[0], [1]],
    }
    dice = Example(
        "One answer, and a second state that pays 1 and is reached with probability 1/2, a logistic function of "
        "$\\theta$: the expected reward moves, the answers have no score.",
        after_one_answer,
        (
            (gradient, ("-1/4", "1/4", 0, 0, 0, 0)),
            (by_scores, (0, 0, 0, 0, 0, 0)),
        ),
        tuple(h for h in m.hypotheses if h != ThetaFree(TRANSITION)),
        sizes={"T": 2},
    )
    yield Claim(
        "score-decomposition-needs-theta-free-dynamics",
        says="If the transitions depend on $\\theta$, the gradient of the log-probability of a trajectory need not "
        "be the sum of the scores of the policy.",
        lhs=score,
        rhs=m.total_score,
        given=tuple(h for h in everywhere if h != ThetaFree(TRANSITION)),
        expected=Rung.REFUTED,
        repaired_by=("score-decomposition", "score-decomposition-of-a-moving-world"),
        examples=(dice,),
    )
    starts = grad(log(START(m.state(1))), m.theta)
    moves = sum_range(m.t, 1, m.T - 1, of=grad(log(m.transition(m.t)), m.theta))
    yield Claim(
        "score-decomposition-of-a-moving-world",
        says="If starts and transitions depend on $\\theta$, they have scores as well, and REINFORCE holds if these "
        "scores are included.",
        lhs=gradient,
        rhs=m.expectation(m.total_reward * (starts + m.total_score + moves)),
        given=(*moving, Positive(START), Positive(TRANSITION)),
        remark="The environment acts like one further policy.",
    )
    yield Claim(
        "pg-trajectory",
        says="The policy gradient is the expected product of the sum of the scores and the sum of the rewards.",
        lhs=gradient,
        rhs=by_scores,
        given=m.hypotheses,
        derivation="reinforce",
        remark="This follows from the definition of the expectation, linearity, the derivative of the logarithm and "
        "the logarithm of a product.",
    )
