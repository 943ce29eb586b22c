"""The article's sentence once more, and what is true of one example, of one sample and of one state."""

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
        says="Rewarding right answers with 1, wrong ones with 0, and ascending the expected reward is the exact "
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
                "The same with one logit.",
                {"D": [1], "π": log_linear([[1, 0]], 1), "y": [0]},
                ((policy_gradient, "1/4"), (ascent, "1/2")),
                m.hypotheses,
            ),
        ),
    )
    yield Claim(
        "ce-pg-per-state-factor",
        says="Example by example, the policy gradient is the cross entropy's direction times $\\pi_\\theta(y \\mid "
        "s)$.",
        lhs=of_example,
        rhs=m.right_mass * m.right_score,
        given=m.hypotheses,
        derivation="ce-pg-weight",
        remark="Only the right answer is left of the sum over the answers.",
    )
    yield Claim(
        "ce-pg-per-sample-mask",
        says="Sample by sample, the policy gradient's term is the cross entropy's if the answer was right, and zero "
        "if not.",
        lhs=m.is_right * m.score,
        rhs=m.is_right * m.right_score,
        given=m.hypotheses,
        derivation="ce-per-sample-surrogate",
        remark="This is the sense in which the two look the same.",
    )
    yield Claim(
        "ce-pg-per-sample-mask-mean",
        says="The mask is one with the probability $\\pi_\\theta(y \\mid s)$.",
        lhs=expect(m.is_right, (m.a, m.policy_law)),
        rhs=m.right_mass,
        given=m.hypotheses,
    )
    yield Claim(
        "ce-pg-collinear-single-state",
        says="With one state the two directions are collinear, with the factor $\\pi_\\theta(y \\mid s) > 0$.",
        lhs=policy_gradient,
        rhs=-m.over_states(m.right_mass) * grad(m.cross_entropy),
        given=one_state,
        remark="The same orbits, at different speeds; so it is, block by block, where every state has logits of its "
        "own.",
    )
    yield Claim(
        "ce-pg-collinear-single-state-without-one-state",
        says="With several states the factor is the average of theirs.",
        lhs=policy_gradient,
        rhs=-m.over_states(m.right_mass) * grad(m.cross_entropy),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("ce-pg-collinear-single-state", "ce-pg-per-state-factor"),
    )
    yield Claim(
        "ce-pg-minimal-repair",
        says="The weakest repair: the policy gradient is the cross entropy's term of every sample, masked by whether "
        "the answer was right, so that a state enters with the further weight $\\pi_\\theta(y \\mid s)$.",
        lhs=m.expectation(m.is_right * m.score),
        rhs=m.over_states(m.right_mass * m.right_score),
        given=m.hypotheses,
        derivation="ce-pg-weight",
        remark="The sentence becomes true as it stands if the response is drawn from the label (ce-pg-label-sampled), "
        "or its reward divided by its probability (ce-pg-importance-weighted), or the logarithm of the success "
        "probability maximised (ce-pg-log-objective). As designed, the procedure trains the mean absolute error "
        "(ce-pg-true-twin-is-mae).",
    )
