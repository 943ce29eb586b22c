"""Is on-policy policy gradient with the 0/1 reward the cross-entropy procedure?  Not as stated; six repairs are exact.

The claim is refuted by the smallest instance there is; what holds is that each example is weighted by the model's
own probability of its label.  Any one of six changes makes the claim exact.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import show
from pgsym.claims import Claim, Rung, theorem
from pgsym.kernel import Theorem
from pgsym.problems import classification
from pgsym.terms import grad

m = classification()

REPAIRS = (
    "ce-from-label-sampling",
    "ce-from-importance-weights",
    "ce-from-all-actions",
    "ce-from-log-objective",
    "ce-from-success-filter",
    "ce-per-sample-surrogate",
)


def derive() -> Theorem:
    """What is true instead."""
    return theorem("ce-pg-weight")


def claims() -> Iterator[Claim]:
    """The article's sentence."""
    yield Claim(
        "ce-is-pg-exactly",
        says="On-policy policy gradient with the 0/1 reward is not the cross-entropy procedure.",
        lhs=grad(m.accuracy),
        rhs=-grad(m.cross_entropy),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("ce-pg-weight", *REPAIRS, "pg-is-mae"),
        remark="Two answers with equal logits are enough: the policy gradient is half of the ascent direction of "
        "cross entropy.",
        source="T. Chen, Understand Policy Gradient by Building Cross Entropy from Scratch (2023)",
    )


if __name__ == "__main__":
    show(derive())
