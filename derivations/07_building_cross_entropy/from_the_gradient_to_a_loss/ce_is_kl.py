"""Cross entropy is entropy plus divergence: only the divergence of the model from the labels depends on the model."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Relation
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import classification
from pgsym.problems.classification_problem import LABEL_LAW
from pgsym.problems.divergence import divergence, entropy
from pgsym.terms import Positive, expect, log, sum_over

m = classification()
y, p = m.label_mass, m.policy
at_one_example = -sum_over(m.a, of=y * log(p))
both = entropy(m.label_law, m.a) + divergence(m.label_law, m.policy_law, m.a)
given = m.hypotheses
gap = sum_over(m.a, of=y * (p / y - 1 - log(p / y)))


def derive() -> Theorem:
    """From entropy and divergence to the cross entropy at one example."""
    d = Derivation(both, given=given, name="ce-is-kl")
    d.apply(rules.ExpandLogRatio, why="The logarithm of a fraction; only labels that occur are averaged over.")
    d.apply(rules.DistributeOverAddition, why="Two expectations, of which the first is minus the entropy.")
    minus = expect(-log(p), (m.a, m.label_law))
    d.apply(rules.Rearrange(minus), at=(), why="The entropy and minus the entropy cancel.")
    d.apply(rules.PullOutConstant, at=(), why="Move the sign out.")
    d.apply(rules.WriteExpectationAsSum, why="An expectation over labels, written out.")
    return d.conclude(at_one_example)


def claims() -> Iterator[Claim]:
    """The identity, and what it says of the minimum."""
    yield Claim(
        "ce-is-kl",
        says="For every example the cross entropy is the entropy of the labels plus the KL divergence of the model "
        "from them.",
        lhs=at_one_example,
        rhs=both,
        given=given,
        remark="The entropy of the labels does not depend on the model, so minimising the cross entropy is "
        "minimising the divergence.",
    )
    yield Claim(
        "ce-is-kl-minimum",
        says="No model has a cross entropy smaller than the entropy of the labels.",
        lhs=entropy(m.label_law, m.a),
        rhs=at_one_example,
        given=(*given, Positive(LABEL_LAW)),
        relation=Relation.AT_MOST,
        slack=gap,
    )


if __name__ == "__main__":
    show(derive())
