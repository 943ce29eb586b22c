"""Beyond the article: scores divided by the length of the sequence, and what that does to rewards and baselines."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pgsym.claims import Claim, Example, Rung
from pgsym.problems import autoregressive
from pgsym.terms import Variable, grad, sum_range
from pgsym.terms.nodes import lift

m = autoregressive()
b = Variable("b")
R = m.sequence_reward
scores = sum_range(m.t, 1, m.T, of=m.alive(m.t) * m.network_score(m.t))
per_token = (R - b) / m.length
gradient = grad(m.expectation(R))
SMALL = ({"S": 2, "A": 2, "T": 2}, {"S": 3, "A": 2, "T": 2}, {"S": 2, "A": 2, "T": 3})


def claims() -> Iterator[Claim]:
    """The other objective, the baseline that is free no more, and the constant that repairs both."""
    yield Claim(
        "length-normalisation",
        says="Scores divided by the length $|o|$ of their sequence give the gradient of another objective: $R - b$ "
        "per token, including the baseline $b$.",
        lhs=m.expectation(per_token * scores),
        rhs=grad(m.expectation(per_token)),
        given=m.ragged,
        sizes=SMALL,
        source="Z. Liu et al., Understanding R1-Zero-like training: a critical perspective (2025)",
        examples=(lengths_one_and_two(1), lengths_one_and_two(-1)),
    )
    yield Claim(
        "length-normalisation-is-harmless",
        says="Even without a baseline, scores divided by the length of their sequence do not in general give the "
        "policy gradient on average.",
        lhs=m.expectation(R / m.length * scores),
        rhs=gradient,
        given=m.ragged,
        sizes=SMALL,
        expected=Rung.REFUTED,
        repaired_by=("length-normalisation", "length-normalisation-by-a-constant"),
    )
    yield Claim(
        "length-normalisation-baseline",
        says="If scores are divided by the length of their sequence, a baseline can change the mean.",
        lhs=m.expectation(b / m.length * scores),
        rhs=lift(0),
        given=m.ragged,
        sizes=SMALL,
        expected=Rung.REFUTED,
        repaired_by=("length-normalisation", "length-normalisation-by-a-constant"),
        remark="The change is $b$ times the gradient of $\\mathbb{E}[1 / |o|]$: if the baseline is subtracted from "
        "the reward, sequences become longer.",
    )
    yield Claim(
        "length-normalisation-by-a-constant",
        says="If scores are divided by a constant, such as the greatest length $T$, they give the policy gradient "
        "divided by that constant, and a baseline does not change the mean.",
        lhs=m.expectation((R - b) / m.T * scores),
        rhs=gradient / m.T,
        given=m.ragged,
        sizes=SMALL,
        source="Z. Liu et al., Understanding R1-Zero-like training: a critical perspective (2025)",
    )


def lengths_one_and_two(reward: int) -> Example:
    """The gradient where every sequence is paid the same, and the first token says whether there is a second."""
    longer = Fraction(-reward, 8)
    words = "shorter" if reward > 0 else "longer"
    return Example(
        f"The first token goes on with probability 1/2, else the sequence ends. All are paid ${reward}$, whatever "
        f"their length, and they are made {words}.",
        {
            "D": ["1/2", "1/2"],
            "κ": [[[1, 0], [0, 1]], [[0, 1], [0, 1]]],
            "f": [["1/2", "1/2"], ["1/2", "1/2"]],
            "c": ["1/2", "1/2"],
            "R": [[[[reward] * 2] * 2] * 2] * 2,
            "e": 1,
            "b": 0,
        },
        ((m.expectation(per_token * scores), (longer, -longer, 0, 0)),),
        m.ragged,
        sizes={"T": 2},
    )
