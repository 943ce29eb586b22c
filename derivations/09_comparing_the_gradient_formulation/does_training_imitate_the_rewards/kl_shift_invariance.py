"""A constant added to all rewards changes the distribution of rewards but no policy gradient."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Rung
from pgsym.problems import one_step, trajectories
from pgsym.problems.one_step_problem import REWARD
from pgsym.terms import NonNegative, Positive, Variable, grad, sum_over

m, bandit = trajectories(), one_step()
c = Variable("c")


def claims() -> Iterator[Claim]:
    """What stays and what does not."""
    yield Claim(
        "kl-shift-invariance",
        says="The returns $R$ and $R + c$ have the same policy gradient.",
        lhs=grad(m.expectation(m.total_reward + c)),
        rhs=grad(m.objective),
        given=m.hypotheses,
        remark="The direction of the update therefore cannot depend on the distribution of rewards alone.",
    )
    share = bandit.reward / sum_over(bandit.a, of=bandit.reward)
    shifted = (bandit.reward + c) / sum_over(bandit.a, of=bandit.reward + c)
    yield Claim(
        "kl-shift-invariance-of-the-target",
        says="The returns $R$ and $R + c$ need not have the same distribution of rewards.",
        lhs=share,
        rhs=shifted,
        given=(Positive(REWARD), NonNegative(c)),
        expected=Rung.REFUTED,
        repaired_by=("kl-shift-invariance",),
        examples=(
            Example(
                "Rewards 2 and 1, and 3 and 2.",
                {"r": [[2, 1]], "c": "1"},
                ((share, "2/3"), (shifted, "3/5")),
                at={"s": 0, "a": 0},
            ),
        ),
        remark="A negative constant can even make some of the shares negative.",
    )
