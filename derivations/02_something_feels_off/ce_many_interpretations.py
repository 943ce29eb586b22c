"""The cross entropy is an entropy plus a divergence, and minus an expected log-likelihood."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim
from pgsym.problems import classification
from pgsym.problems.classification_problem import LABEL_LAW
from pgsym.terms import Positive, expect, log, sum_over

m = classification()
y = m.label_mass
cross = -sum_over(m.a, of=y * log(m.policy))


def claims() -> Iterator[Claim]:
    """Both readings, in every state."""
    given = (*m.hypotheses, Positive(LABEL_LAW))
    yield Claim(
        "ce-many-interpretations",
        says="Cross entropy is the entropy of the labels plus the KL divergence of the model from them.",
        lhs=cross,
        rhs=-sum_over(m.a, of=y * log(y)) + sum_over(m.a, of=y * log(y / m.policy)),
        given=given,
    )
    yield Claim(
        "ce-many-interpretations-likelihood",
        says="Cross entropy is minus the expected log-likelihood of a label.",
        lhs=cross,
        rhs=-expect(log(m.policy), (m.a, m.label_law)),
        given=m.hypotheses,
    )
