"""Where the article is right: on a rewarded sample, the surrogate is exactly the cross-entropy term."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import classification
from pgsym.terms import log

m = classification()
term = -(m.is_right * log(m.policy))
target = -(m.is_right * log(m.right_mass))


def derive() -> Theorem:
    """From the surrogate's term to the masked cross-entropy term."""
    d = Derivation(term, given=m.hypotheses, name="ce-per-sample-surrogate")
    d.apply(rules.UseIndicator, why="Unless the answer is the label, both sides are zero.")
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """One sample, rewarded or not."""
    yield Claim(
        "ce-per-sample-surrogate",
        says="For one sample, $-r \\log \\pi_\\theta(a \\mid s)$ is the cross-entropy term of its example if the "
        "answer was right, and zero if it was wrong.",
        lhs=term,
        rhs=target,
        given=m.hypotheses,
        remark="The mask is one with the probability $\\pi_\\theta(y \\mid s)$, which is the weight in ce-pg-weight.",
    )


if __name__ == "__main__":
    show(derive())
