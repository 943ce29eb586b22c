"""The update that the article announces: an average over trajectories estimates the gradient without bias."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pgsym.claims import Claim, Rung
from pgsym.problems import trajectories
from pgsym.terms import TRAJECTORY, Term, Variable, expect, grad, sum_range

m = trajectories()
SIZES = ({"S": 1, "A": 3, "T": 2}, {"S": 2, "A": 2, "T": 3})


def draw(i: int) -> Variable:
    """The i-th trajectory."""
    return Variable(f"τ_{i}", TRAJECTORY)


def one(i: int) -> Term:
    """The total score of the i-th trajectory times its total reward."""
    tau = draw(i)
    scores = sum_range(m.t, 1, m.T, of=m.score(m.t, tau))
    return scores * sum_range(m.t, 1, m.T, of=m.reward(m.t, tau))


def average(n: int) -> Term:
    """The average over n independent trajectories, in the mean."""
    total = sum((one(i) for i in range(2, n + 1)), one(1))
    return expect(Fraction(1, n) * total, *((draw(i), m.law) for i in range(1, n + 1)))


def claims() -> Iterator[Claim]:
    """The average over two trajectories and over three, and over trajectories of another policy."""
    for n, tail in ((2, ""), (3, "-three")):
        yield Claim(
            f"pg-preview-gradient{tail}",
            says=f"The average over $N = {n}$ independent trajectories of the total score times the total reward has "
            "the mean $\\nabla J$.",
            lhs=average(n),
            rhs=grad(m.objective),
            given=m.hypotheses,
            sizes=SIZES,
            remark="By linearity this holds for every $N$. The case of one trajectory is the theorem, see reinforce."
            if n == 2
            else "",
        )
    theta_then = Variable("θ'", m.theta.sort)
    yield Claim(
        "pg-preview-gradient-stale",
        says="Trajectories that an earlier policy $\\pi_{\\theta'}$ drew do not give $\\nabla J$ on average.",
        lhs=expect(one(1), (draw(1), type(m)(theta=theta_then).law)),
        rhs=grad(m.objective),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("pg-preview-gradient", "history-reuse-reweighted"),
        remark="The samples must come from the policy that is being differentiated, or be reweighted.",
    )
