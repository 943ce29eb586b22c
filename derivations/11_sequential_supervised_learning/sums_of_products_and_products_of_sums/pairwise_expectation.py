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
        says="In expectation, the product of sums exceeds the pairwise form by the products of the scores with all "
        "later rewards.",
        lhs=full - pair,
        rhs=later,
        given=m.hypotheses,
        derivation="pairwise-form",
        remark="The product has $T^2$ terms: the pairwise form keeps $T$ of them, $T(T-1)/2$ have expectation zero, "
        "and $T(T-1)/2$, those of the later rewards, have not.",
    )
    yield Claim(
        "pairwise-versus-product-earlier",
        says="The products of the scores with all earlier rewards have expectation zero.",
        lhs=earlier,
        rhs=lift(0),
        given=m.hypotheses,
    )
    yield Claim(
        "pairwise-biased-delayed-reward",
        says="If a reward is delayed, the pairwise form need not be an unbiased estimate of the policy gradient.",
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
        says="If the states do not depend on the actions, the product of sums and the pairwise form have the same "
        "expectation.",
        lhs=full,
        rhs=pair,
        given=m.with_exogenous_states,
        remark="Gold contexts are such states.",
    )
    yield Claim(
        "pairwise-equal-in-expectation-without-exogenous-states",
        says="In an MDP, whose states depend on the actions, the product of sums and the pairwise form need not have "
        "the same expectation.",
        lhs=full,
        rhs=pair,
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("pairwise-equal-in-expectation",),
    )
    yield Claim(
        "pairwise-product-label-sampled",
        says="If every answer is the label and every reward is one, the product of sums is $T$ times the pairwise "
        "form, for every sequence.",
        lhs=sum_range(m.t, 1, m.T, of=1) * m.total_score,
        rhs=m.T * m.total_score,
        given=m.hypotheses,
        sizes=({"S": 2, "A": 2, "T": 2}, {"S": 1, "A": 2, "T": 4}),
        remark="No term is removed: for the cross entropy itself, pairing changes the step size and not the relative "
        "variance.",
    )
