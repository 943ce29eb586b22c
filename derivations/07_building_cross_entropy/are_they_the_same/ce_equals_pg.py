"""The article's sentence again, and the versions that are true of one example, one sample and one state."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.derivations.ce_is_pg_exactly import REPAIRS

from pgsym.claims import Claim, Example, Rung
from pgsym.problems import classification
from pgsym.terms import STATE, HowMany, expect, grad
from pgsym.values import log_linear

m = classification()
policy_gradient, ascent = grad(m.accuracy), -grad(m.cross_entropy)
of_example = expect(m.is_right * m.score, (m.a, m.policy_law))
one_state = (*m.hypotheses, HowMany(STATE, 1))


def claims() -> Iterator[Claim]:
    """The sentence, and its repairs by a weight or a mask."""
    yield Claim(
        "ce-equals-pg",
        says="Ascending the expected reward, with the reward 1 for right answers and 0 for wrong ones, is not the "
        "procedure of cross-entropy training.",
        lhs=policy_gradient,
        rhs=ascent,
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("ce-pg-per-state-factor", "ce-pg-per-sample-mask", *REPAIRS, "ce-pg-true-twin-is-mae"),
        derivation="ce-is-pg-exactly",
        examples=(
            Example(
                "One example, two classes, equal logits: a factor of two.",
                {"D": [1], "π": [["1/2", "1/2"]], "y": [0]},
                ((policy_gradient, ("1/4", "-1/4")), (ascent, ("1/2", "-1/2"))),
                m.hypotheses,
            ),
            Example(
                "One example, two classes, one logit: a factor of two.",
                {"D": [1], "π": log_linear([[1, 0]], 1), "y": [0]},
                ((policy_gradient, "1/4"), (ascent, "1/2")),
                m.hypotheses,
            ),
        ),
    )
    yield Claim(
        "ce-pg-per-state-factor",
        says="For every example, the policy gradient is the ascent direction of cross entropy times $\\pi_\\theta(y "
        "\\mid s)$.",
        lhs=of_example,
        rhs=m.right_mass * m.right_score,
        given=m.hypotheses,
        derivation="ce-pg-weight",
        remark="In the sum over the answers only the term of the right answer is not zero.",
    )
    yield Claim(
        "ce-pg-per-sample-mask",
        says="For every sample, the term of the policy gradient is the term of cross entropy if the answer was "
        "right, and zero if it was wrong.",
        lhs=m.is_right * m.score,
        rhs=m.is_right * m.right_score,
        given=m.hypotheses,
        derivation="ce-per-sample-surrogate",
        remark="In this sense the two procedures look the same.",
    )
    yield Claim(
        "ce-pg-per-sample-mask-mean",
        says="The probability that the sampled answer is right, so that the mask is one, is $\\pi_\\theta(y \\mid s)$.",
        lhs=expect(m.is_right, (m.a, m.policy_law)),
        rhs=m.right_mass,
        given=m.hypotheses,
    )
    yield Claim(
        "ce-pg-collinear-single-state",
        says="With one state the policy gradient and the ascent direction of cross entropy are collinear, with the "
        "factor $\\pi_\\theta(y \\mid s) > 0$.",
        lhs=policy_gradient,
        rhs=-m.over_states(m.right_mass) * grad(m.cross_entropy),
        given=one_state,
        remark="The two flows have the same orbits and different speeds. If every state has logits of its own, this "
        "holds for the block of each state.",
    )
    yield Claim(
        "ce-pg-collinear-single-state-without-one-state",
        says="With several states, the policy gradient need not be the ascent direction of cross entropy times the "
        "average of the states' factors.",
        lhs=policy_gradient,
        rhs=-m.over_states(m.right_mass) * grad(m.cross_entropy),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("ce-pg-collinear-single-state", "ce-pg-per-state-factor"),
    )
    yield Claim(
        "ce-pg-minimal-repair",
        says="The weakest repair of the sentence is this: the policy gradient is the term of cross entropy for every "
        "sample, masked by whether the answer was right, so that a state has the further weight $\\pi_\\theta(y "
        "\\mid s)$.",
        lhs=m.expectation(m.is_right * m.score),
        rhs=m.over_states(m.right_mass * m.right_score),
        given=m.hypotheses,
        derivation="ce-pg-weight",
        remark="The sentence becomes true without a change of words in three cases: the response is drawn from the "
        "label (ce-pg-label-sampled), its reward is divided by its probability (ce-pg-importance-weighted), or the "
        "logarithm of the success probability is maximised (ce-pg-log-objective). The procedure as designed "
        "minimises the mean absolute error (ce-pg-true-twin-is-mae).",
    )
