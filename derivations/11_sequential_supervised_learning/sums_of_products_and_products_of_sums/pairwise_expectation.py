"""The pairwise form against the product of sums, in expectation."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Rung
from pgsym.problems import sequences
from pgsym.terms import grad, sum_range
from pgsym.terms.nodes import lift

m = sequences()
later = m.expectation(sum_range(m.t, 1, m.T, of=m.score(m.t) * sum_range(m.u, m.t + 1, m.T, of=m.reward(m.u))))
earlier = m.expectation(sum_range(m.t, 1, m.T, of=m.score(m.t) * sum_range(m.u, 1, m.t - 1, of=m.reward(m.u))))
pair, full = m.expectation(m.pairwise), m.expectation(m.full)


def claims() -> Iterator[Claim]:
    """What the pairwise form leaves out, when that is nothing, and an instance where it is all there is."""
    yield Claim(
        "pairwise-versus-product",
        says="In expectation, the product of sums is more than the pairwise form by the scores with all later rewards.",
        lhs=full - pair,
        rhs=later,
        given=m.hypotheses,
        derivation="pairwise-form",
        remark="Of the $T^2$ terms of the product, $T$ are kept by the pairwise form, $T(T-1)/2$ are zero in "
        "expectation "
        "and $T(T-1)/2$, of the later rewards, are not.",
    )
    yield Claim(
        "pairwise-versus-product-earlier",
        says="The scores with all earlier rewards are zero in expectation.",
        lhs=earlier,
        rhs=lift(0),
        given=m.hypotheses,
    )
    yield Claim(
        "pairwise-biased-delayed-reward",
        says="The pairwise form is an unbiased estimate of the policy gradient, whenever the reward comes.",
        lhs=pair,
        rhs=grad(m.objective),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("pairwise-versus-product", "pairwise-equal-in-expectation"),
        examples=(
            Example(
                "Two steps: the first action chooses the second state, which pays 1 or 0 whatever is done there. The "
                "pairwise form is zero.",
                {
                    "ρ": [1, 0, 0],
                    "p": [[[0, 1, 0], [0, 0, 1]], [[0, 1, 0], [0, 1, 0]], [[0, 0, 1], [0, 0, 1]]],
                    "π": [["1/2", "1/2"]] * 3,
                    "r": [[0, 0], [0, 0], [1, 1]],
                },
                ((grad(m.objective), ("-1/4", "1/4", 0, 0, 0, 0)), (pair, (0, 0, 0, 0, 0, 0))),
                m.hypotheses,
                sizes={"T": 2},
            ),
        ),
    )
    yield Claim(
        "pairwise-equal-in-expectation",
        says="Where the states do not depend on the actions, the product of sums and the pairwise form have the same "
        "expectation.",
        lhs=full,
        rhs=pair,
        given=m.with_exogenous_states,
        remark="Gold contexts are such states.",
    )
    yield Claim(
        "pairwise-equal-in-expectation-without-exogenous-states",
        says="The same in any MDP.",
        lhs=full,
        rhs=pair,
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("pairwise-equal-in-expectation",),
    )
    yield Claim(
        "pairwise-product-label-sampled",
        says="Where every answer is the label and every reward is one, the product of sums is $T$ times the pairwise "
        "form, for every sequence.",
        lhs=sum_range(m.t, 1, m.T, of=1) * m.total_score,
        rhs=m.T * m.total_score,
        given=m.hypotheses,
        sizes=({"S": 2, "A": 2, "T": 2}, {"S": 1, "A": 2, "T": 4}),
        remark="Nothing is removed: for the cross entropy itself, pairing changes the step size and no relative "
        "variance.",
    )
