"""The update in words: along the score of each trajectory, weighted by its return; and the return as a label."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Relation, Rung
from pgsym.problems import trajectories
from pgsym.problems.divergence import divergence
from pgsym.problems.one_step_problem import REWARD
from pgsym.problems.trajectory import START, TRANSITION
from pgsym.terms import TRAJECTORY, Definition, NonNegative, Positive, Symbol, Term, Variable, grad, log, sum_over
from pgsym.terms import variance as variance_of

m = trajectories()
c = Variable("c")
score = grad(log(m.mass))
TARGET = Symbol("q", (TRAJECTORY,), outcomes=1)
normaliser = sum_over(m.tau, of=m.total_reward)
as_law = Definition.of(TARGET(m.tau), m.total_reward / normaliser)
SIZES = ({"S": 2, "A": 2, "T": 2}, {"S": 1, "A": 3, "T": 2}, {"S": 1, "A": 2, "T": 3}, {"S": 3, "A": 2, "T": 1})


def variance(weight: Term) -> Term:
    """The variance of a weight times the score."""
    return variance_of(weight * score, (m.tau, m.law))


def claims() -> Iterator[Claim]:
    """The weight's zero point, and what the return is a label of."""
    moved = m.total_reward + c
    yield Claim(
        "direction-in-words",
        says="Each trajectory contributes its score, weighted by its return. On average only differences of returns "
        "matter, because adding a constant to all returns does not change the gradient.",
        lhs=m.expectation(moved * score),
        rhs=grad(m.objective),
        given=m.hypotheses,
    )
    yield Claim(
        "direction-in-words-per-sample",
        says="Adding a constant to all returns can change the variance of a sample, although it does not change the "
        "mean.",
        lhs=variance(moved),
        rhs=variance(m.total_reward),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        relation=Relation.AT_MOST,
        repaired_by=("direction-in-words", "baseline"),
        examples=(
            Example(
                "Two answers with equal logits that both pay 1: the estimate scatters, and does not with $c = -1$.",
                {"ρ": ["1"], "p": [[["1"], ["1"]]], "π": [["1/2", "1/2"]], "r": [[1, 1]], "c": "-1"},
                ((variance(m.total_reward), ("1/4", "1/4")), (variance(moved), (0, 0))),
                m.hypotheses,
                sizes={"T": 1},
            ),
        ),
    )
    fit = divergence(TARGET.law(), m.law, m.tau)
    everywhere = (*m.hypotheses, NonNegative(REWARD), Positive(START), Positive(TRANSITION), as_law)
    yield Claim(
        "return-as-label",
        says="Ascending the expected return is not in general fitting the model to $q = R / Z$ by cross entropy, "
        "even up to the factor $Z$.",
        lhs=grad(m.objective) / normaliser,
        rhs=-grad(fit),
        given=everywhere,
        sizes=SIZES,
        expected=Rung.REFUTED,
        repaired_by=("return-as-label-per-sample", "kl-forward-identity", "kl-frozen-behaviour"),
        remark="The fit gives all trajectories the same weight; the policy gradient also weights each by its "
        "probability.",
    )
    yield Claim(
        "return-as-label-per-sample",
        says="For a single trajectory the return does act as a soft label: the return times the score is the "
        "gradient of the log-likelihood weighted by the return.",
        lhs=m.total_reward * score,
        rhs=grad(m.total_reward * log(m.mass)),
        given=(*m.hypotheses, Positive(START), Positive(TRANSITION)),
    )
