r"""Reward to go with a discount: every reward keeps the discount of its own time.

The discounted objective has a policy gradient like any other.  A reward that is paid at the time $u$ counts
$\gamma^{u - 1}$ times, whichever action it is credited to.  Implementations that count from the action drop the factor
$\gamma^{t - 1}$, and what they follow is not the gradient of this objective.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Rung, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import trajectories
from pgsym.terms import REAL, Term, Variable, grad, sum_range

m = trajectories()
gamma = Variable("γ", REAL)
worth = gamma ** (m.u - 1) * m.reward(m.u)
objective = m.expectation(sum_range(m.u, 1, m.T, of=worth))
gradient = grad(objective, m.theta)
score = m.score(m.t)
whole, earlier, to_go = (sum_range(m.u, first, last, of=worth) for first, last in ((1, m.T), (1, m.t - 1), (m.t, m.T)))


def credited(credit: Term) -> Term:
    """The expected sum of the scores, each times what it is credited with."""
    return m.expectation(sum_range(m.t, 1, m.T, of=score * credit))


def derive() -> Theorem:
    """From ∇J to the scores times the discounted rewards to go."""
    d = Derivation(gradient, given=m.hypotheses, name="discounted-reward-to-go")
    d.apply(rules.WriteExpectationAsSum, why="An expectation is a probability-weighted sum, here over trajectories.")
    d.apply(rules.MoveGradientInside, why="The sum is finite, and neither rewards nor discounts depend on $\\theta$.")
    d.apply(Lemma(theorem("trajectory-score")), why="The dynamics drop out.")
    d.apply(rules.ReadSumAsExpectation, why="A sum weighted by probabilities is an expectation again.")
    d.apply(
        rules.Backwards(rules.PullOutConstant(), sum_range(m.t, 1, m.T, of=score * whole)),
        at=whole * m.total_score,
        why="Every score is multiplied by the whole return.",
    )
    d.apply(rules.SplitRange(m.t), at=whole, why="Split the rewards into those before $t$ and those from $t$ on.")
    d.apply(
        rules.Rearrange(score * earlier + score * to_go),
        at=score * (earlier + to_go),
        why="Multiply out.",
    )
    d.apply(rules.DistributeOverAddition, at=(1,), why="Two sums over $t$.")
    d.apply(rules.DistributeOverAddition, why="Two expectations.")
    d.apply(rules.ExchangeWithSum, at=(0,), why="The first, time by time.")
    d.apply(
        rules.Tower(m.factorisation, m.histories, m.t, m.h, m.a),
        at=(0, 1),
        why="The rewards before $t$ are known before the action is drawn, discounted or not.",
    )
    d.apply(Lemma(theorem("score-zero-mean")), why="In every state the score has mean zero.")
    d.apply(rules.DropZeros, at=(), why="The terms of the past are zero.")
    return d.conclude(credited(to_go))


def claims() -> Iterator[Claim]:
    """The theorem, its factored form, and the discount that implementations drop."""
    since = sum_range(m.u, m.t, m.T, of=gamma ** (m.u - m.t) * m.reward(m.u))
    yield Claim(
        "discounted-reward-to-go",
        says="With a discount, every score is multiplied by the rewards from its own time on, each discounted from "
        "the first step.",
        lhs=gradient,
        rhs=credited(to_go),
        given=m.hypotheses,
    )
    yield Claim(
        "discounted-from-the-action",
        says="If the rewards are discounted from the time of the action instead, the score keeps the factor "
        "$\\gamma^{t - 1}$.",
        lhs=gradient,
        rhs=m.expectation(sum_range(m.t, 1, m.T, of=gamma ** (m.t - 1) * score * since)),
        given=m.hypotheses,
    )
    yield Claim(
        "dropped-discount",
        says="If the factor $\\gamma^{t - 1}$ is dropped, as implementations do, the result is not in general the "
        "gradient of the discounted return.",
        lhs=gradient,
        rhs=credited(since),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("discounted-reward-to-go", "discounted-from-the-action"),
        remark="It is an estimator of another quantity, which gives late actions more weight than the objective does.",
        source="C. Nota and P. S. Thomas, Is the policy gradient a gradient?, AAMAS (2020)",
    )


if __name__ == "__main__":
    show(derive())
