"""Repair by the objective, once more: the logarithm of the success probability, inside the average over the states."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.derivations.ce_from_log_objective import m, objective

from pgsym.claims import Claim, Rung
from pgsym.terms import grad, log

outside = log(m.accuracy)


def claims() -> Iterator[Claim]:
    """Its value, its gradient, and the logarithm in the wrong place."""
    yield Claim(
        "ce-pg-log-objective",
        says="The average over the examples of the logarithm of the expected reward has the gradient that cross "
        "entropy ascends.",
        lhs=grad(objective),
        rhs=-grad(m.cross_entropy),
        given=m.hypotheses,
        derivation="ce-from-log-objective",
        remark="$\\nabla \\log J(s) = \\nabla J(s) / J(s)$: the division removes the factor $\\pi_y$.",
    )
    yield Claim(
        "ce-pg-log-objective-value",
        says="The average over the examples of the logarithm of the expected reward is the negative cross entropy.",
        lhs=objective,
        rhs=m.over_states(log(m.right_mass)),
        given=m.hypotheses,
    )
    yield Claim(
        "ce-pg-log-objective-outside",
        says="The logarithm of the average over the examples of the expected reward does not have the gradient that "
        "cross entropy ascends.",
        lhs=outside,
        rhs=m.over_states(log(m.right_mass)),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("ce-pg-log-objective-value", "ce-pg-jensen"),
    )
