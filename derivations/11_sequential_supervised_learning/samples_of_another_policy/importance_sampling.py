"""The samples of another policy, weighted sequence by sequence or decision by decision.

The weight is the product of the tokens' ratios: the behaviour policy's probabilities cancel, and the policy's are left.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Example, Relation, Rung, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems import autoregressive
from pgsym.terms import Term, Variable, grad, sum_range, variance

m = autoregressive()
k = Variable("k", m.t.sort)
R = m.sequence_reward
weight = m.sequence_ratio
scores_so_far = sum_range(k, 1, m.t, of=m.score(k))
decision_by_decision = sum_range(m.t, 1, m.T, of=m.ratio_up_to(m.t) * m.reward(m.t))


SIZES = ({"S": 1, "A": 3, "T": 2}, {"S": 3, "A": 2, "T": 3})
weighted = m.over_behaviour(weight * (R * m.total_score))


def derive() -> Theorem:
    """From the weighted mean over the behaviour policy's sequences to the policy gradient."""
    d = Derivation(weighted, given=m.hypotheses, name="importance-sampling", sizes=SIZES)
    d.apply(rules.WriteExpectationAsSum, why="The behaviour policy writes the sequences.")
    d.apply(rules.Unfold(m.behaviour_factorisation), why="Their probability, factor by factor.")
    d.apply(rules.MergeProducts, why="Multiply the weights by the probabilities of its tokens,")
    d.apply(rules.CancelFraction, why="which cancel: only those of the policy are left.")
    d.apply(rules.Fold(m.factorisation, m.mass), why="That is the probability of the sequence under the policy.")
    d.apply(rules.ReadSumAsExpectation, why="It is therefore a mean over the policy's own sequences,")
    d.apply(
        rules.Backwards(Lemma(theorem("sequence-reward")), grad(m.expectation(R))), at=(), why="the policy gradient."
    )
    return d.conclude(grad(m.expectation(R)))


def spread(value: Term) -> Term:
    """The variance of a term over sequences of the behaviour policy."""
    return variance(value, (m.tau, m.behaviour_law))


def claims() -> Iterator[Claim]:
    """Values and gradients, whole weights and partial ones, and no promise about the variance."""
    yield Claim(
        "importance-sampling",
        says="Sequences of a behaviour policy $\\mu$, each weighted by the product of the ratios $\\pi_\\theta / "
        "\\mu$ of its tokens, give the policy gradient.",
        lhs=weighted,
        rhs=grad(m.expectation(R)),
        given=m.hypotheses,
        source="D. Precup, R. S. Sutton and S. Singh, Eligibility traces for off-policy policy evaluation, ICML (2000)",
    )
    yield Claim(
        "importance-sampling-value",
        says="With the weights, the expected reward of the sequences of $\\mu$ is the policy's expected reward for "
        "every $\\theta$, so that it may be differentiated.",
        lhs=m.over_behaviour(weight * R),
        rhs=m.expectation(R),
        given=m.hypotheses,
    )
    yield Claim(
        "importance-sampling-per-decision",
        says="The reward of the token at $t$ needs only the ratios of the tokens up to $t$.",
        lhs=m.over_behaviour(decision_by_decision),
        rhs=m.objective,
        given=m.hypotheses,
        remark="The later ratios have mean one, given the history.",
        source="D. Precup, R. S. Sutton and S. Singh, Eligibility traces for off-policy policy evaluation, ICML (2000)",
    )
    yield Claim(
        "importance-sampling-per-decision-gradient",
        says="In the gradient, every reward needs only the ratios and the scores up to its own token.",
        lhs=m.over_behaviour(sum_range(m.t, 1, m.T, of=m.ratio_up_to(m.t) * m.reward(m.t) * scores_so_far)),
        rhs=grad(m.objective),
        given=m.hypotheses,
    )
    yield Claim(
        "importance-sampling-weights-up-to-the-token",
        says="For a reward of the finished sequence, it is not in general enough to weight the score of the token at "
        "$t$ by the ratios up to $t$.",
        lhs=m.over_behaviour(sum_range(m.t, 1, m.T, of=m.ratio_up_to(m.t) * R * m.score(m.t))),
        rhs=grad(m.expectation(R)),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("importance-sampling", "importance-sampling-per-decision-gradient"),
        remark="The reward depends on the later tokens, which are still those of the behaviour policy.",
    )
    yield Claim(
        "importance-sampling-variance",
        says="Weights for each decision do not always have at most the variance of weights for the whole sequence, "
        "even for the value alone.",
        lhs=spread(decision_by_decision),
        rhs=spread(weight * m.total_reward),
        given=m.hypotheses,
        relation=Relation.AT_MOST,
        expected=Rung.REFUTED,
        repaired_by=("importance-sampling-per-decision",),
        remark="Rewards may cancel if they have the same weight.",
        examples=(
            Example(
                "The first token pays 1 and the second −1, whatever they are; the second is even, and $\\mu$ writes it "
                "with 1/4 and 3/4.",
                {
                    "ρ": [1, 0],
                    "p": [[[0, 1], [0, 1]], [[0, 1], [0, 1]]],
                    "π": [["1/2", "1/2"], ["1/2", "1/2"]],
                    "μ": [["1/2", "1/2"], ["1/4", "3/4"]],
                    "r": [[1, 1], [-1, -1]],
                },
                ((spread(decision_by_decision), "1/3"), (spread(weight * m.total_reward), 0)),
                m.hypotheses,
                sizes={"T": 2},
            ),
        ),
    )


if __name__ == "__main__":
    show(derive())
