"""The gradient of a token's log-ratio is the token's score, because the reference is fixed."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import autoregressive
from pgsym.terms import grad, log

m = autoregressive()
reference = log(m.reference(m.t))
slope = grad(m.log_ratio(m.t))


def derive() -> Theorem:
    """From the gradient of the log-ratio to the score."""
    d = Derivation(slope, given=m.hypotheses, name="kl-log-ratio")
    d.apply(rules.ExpandLog, why="The logarithm of a fraction,")
    d.apply(rules.MoveGradientInside, why="term by term.")
    d.apply(rules.GradientOfConstant, at=grad(-reference, m.theta), why="The reference does not depend on $\\theta$.")
    d.apply(rules.DropZeros, at=(), why="The score remains.")
    return d.conclude(m.score(m.t))


def claims() -> Iterator[Claim]:
    """The theorem."""
    yield Claim(
        "kl-log-ratio",
        says="The gradient of a token's log-ratio is its score, for every reference.",
        lhs=slope,
        rhs=m.score(m.t),
        given=m.hypotheses,
    )


if __name__ == "__main__":
    show(derive())
