"""Why sampled REINFORCE of a softmax does not commit as natural steps do: each wrong draw changes it less."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims.claim import Claim
from pgsym.decide import Relation
from pgsym.terms import Positive, Symbol, log

ODDS, BASE = Symbol("v", ()), Symbol("B", ())


def claims() -> Iterator[Claim]:
    """How much the odds of the right arm fall when the wrong one is drawn."""
    v, base = ODDS(), BASE()
    right, wrong = v / (1 + v), 1 / (1 + v)  # the probabilities of the two arms
    mean = (base * v + 1) / (1 + v)
    yield Claim(
        "committal-vanilla",
        says="A wrong draw that pays 1 divides the odds $v$ of the right arm by $B^x$, where $x = v / (1 + v)$ and "
        "$B = e^{2 \\alpha}$, and $B^x \\le 1 + x (B - 1)$. The inequality is written in logarithms.",
        lhs=right * log(base),
        rhs=log(mean),
        relation=Relation.AT_MOST,
        given=(Positive(ODDS), Positive(BASE)),
        slack=right * (base / mean - 1 - log(base / mean)) + wrong * (1 / mean - 1 - log(1 / mean)),
        remark="The logarithm is concave. Each draw therefore increases $1/v$ by at most $B - 1$, the odds fall no "
        "faster than $1/t$, their sum diverges, and the right arm is drawn at some time with probability one.",
    )
