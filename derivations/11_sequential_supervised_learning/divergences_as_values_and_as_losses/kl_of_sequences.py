"""Beyond the article: the divergence of whole sequences, its gradient, and losses made of single tokens."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pgsym.claims import Claim, Example, Rung
from pgsym.problems import autoregressive
from pgsym.problems.trajectory import TRAJECTORY_LAW
from pgsym.terms import INDEX, Frozen, Rounds, Term, Variable, expect, grad, product_range, sum_range
from pgsym.terms.nodes import lift

m = autoregressive()
HALF = Fraction(1, 2)
SIZES = ({"S": 3, "A": 2, "T": 1}, {"S": 1, "A": 3, "T": 2}, {"S": 1, "A": 2, "T": 3}, {"S": 2, "A": 2, "T": 2})
"""Where the derivations' lines are decided; the claims are at more."""
TREE = {
    "ρ": [1, 0, 0],
    "p": [[[0, 1, 0], [0, 0, 1]], [[0, 1, 0], [0, 1, 0]], [[0, 0, 1], [0, 0, 1]]],
    "π": [["1/2", "1/2"], ["1/2", "1/2"], ["1/2", "1/2"]],
    "π_ref": [["1/2", "1/2"], ["1/2", "1/2"], ["3/4", "1/4"]],
}
"""A prompt and two tokens: an even policy, and a reference that differs after the second token only."""

whole = m.sequence_log_ratio()
gradient = grad(m.expectation(whole))
reversed_gradient = grad(m.over_reference(-whole))
whole_k2 = HALF * whole**2
whole_ratio = product_range(m.t, 1, m.T, of=m.reference(m.t) / m.policy(m.t))
whole_k3 = whole_ratio - 1 + whole
later = m.log_ratio_to_go(m.t + 1)


def token_by_token(term: Term) -> Term:
    """The mean over sequences of the policy of the sum over t of a term in t."""
    return m.expectation(sum_range(m.t, 1, m.T, of=term))


k2_loss = token_by_token(grad(m.k2(m.t)))
k3_loss = token_by_token(grad(m.k3(m.t)))
cross_terms = token_by_token(m.score(m.t) * later)
with_contexts_fixed = grad(expect(sum_range(m.t, 1, m.T, of=m.kl_at(m.t)), (m.tau, TRAJECTORY_LAW.law(m.old))), m.theta)
one_token = Rounds(Variable("T", INDEX), 1, 1)


def claims() -> Iterator[Claim]:
    """The divergence, and its three estimates token by token and sequence by sequence."""
    yield from values()
    yield from token_losses()
    yield from sequence_losses()


def values() -> Iterator[Claim]:
    """The divergence of sequences as that of their tokens."""
    yield Claim(
        "kl-of-sequences",
        says="The divergence of whole sequences is the expected sum of the log-ratios of their tokens: the factors "
        "of the prompts and contexts are the same for both models and cancel.",
        lhs=m.kl,
        rhs=m.expectation(whole),
        given=m.hypotheses,
    )
    yield Claim(
        "kl-of-sequences-reversed",
        says="The reversed divergence of whole sequences is the expected sum of the reversed log-ratios of tokens of "
        "the reference.",
        lhs=m.reversed_kl,
        rhs=m.over_reference(-whole),
        given=m.hypotheses,
    )
    yield Claim(
        "kl-of-sequences-by-contexts",
        says="The divergence of whole sequences is the expected sum of the divergences of the next token, in the "
        "contexts that the policy itself writes.",
        lhs=m.expectation(whole),
        rhs=token_by_token(m.kl_at(m.t)),
        given=m.hypotheses,
    )
    yield Claim(
        "kl-of-sequences-k3-value",
        says="As a value, the sum of $k_3$ over the tokens is an unbiased estimate of the divergence of sequences.",
        lhs=token_by_token(m.k3(m.t)),
        rhs=m.expectation(whole),
        given=m.hypotheses,
    )


def token_losses() -> Iterator[Claim]:
    """Losses summed over tokens: what they have, and exactly what they lack."""
    yield Claim(
        "kl-of-sequences-k1-loss",
        says="As a loss over sequences, $k_1$ teaches nothing: its gradient has mean zero.",
        lhs=token_by_token(grad(m.k1(m.t))),
        rhs=lift(0),
        given=m.hypotheses,
    )
    yield Claim(
        "kl-of-sequences-k2-loss",
        says="As a loss, $k_2$ summed over the tokens of a sequence does not in general have the gradient of the "
        "divergence of sequences, although it has for one token.",
        lhs=k2_loss,
        rhs=gradient,
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=(
            "kl-of-sequences-k2-loss-of-one-token",
            "kl-of-sequences-k2-loss-gap",
            "kl-of-sequences-k2-of-the-whole",
        ),
        remark="A token also determines the later contexts, and the distance of the policy from the reference there; "
        "a sum over tokens ignores this.",
        examples=(lost_in_the_sum(),),
    )
    yield Claim(
        "kl-of-sequences-k2-loss-of-one-token",
        says="For sequences of one token, the loss $k_2$ has the gradient of the divergence of sequences.",
        lhs=k2_loss,
        rhs=gradient,
        given=(*m.hypotheses, one_token),
        sizes=({"S": 2, "A": 3, "T": 1}, {"S": 1, "A": 4, "T": 1}),
    )
    yield Claim(
        "kl-of-sequences-k2-loss-is-a-semi-gradient",
        says="The loss $k_2$, summed over the tokens, has the gradient of the next tokens' divergences with the "
        "distribution of the contexts held fixed.",
        lhs=k2_loss,
        rhs=with_contexts_fixed,
        given=(*m.hypotheses, Frozen(m.old, m.theta)),
        remark="This is the difference between the pairwise form and the policy gradient, with the log-ratio as the "
        "reward: see open-question-stop-gradient.",
    )
    yield Claim(
        "kl-of-sequences-k3-loss",
        says="As a loss, $k_3$ summed over the tokens does not in general have the gradient of the reversed "
        "divergence of sequences, although it has for one token.",
        lhs=k3_loss,
        rhs=reversed_gradient,
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("kl-of-sequences-k3-loss-of-one-token", "kl-of-sequences-k3-of-the-whole"),
        remark="Its contexts come from the policy, and those of the reversed divergence come from the reference.",
    )
    yield Claim(
        "kl-of-sequences-k3-loss-of-one-token",
        says="For sequences of one token, the loss $k_3$ has the gradient of the reversed divergence of sequences.",
        lhs=k3_loss,
        rhs=reversed_gradient,
        given=(*m.hypotheses, one_token),
        sizes=({"S": 2, "A": 3, "T": 1}, {"S": 1, "A": 4, "T": 1}),
    )


def lost_in_the_sum() -> Example:
    """Both gradients where the models differ in one late context."""
    from sympy import Rational, log

    late, early = log(3) / 8, log(Rational(4, 3)) / 8
    return Example(
        "A prompt and two tokens; the reference differs from the even policy after the second token alone. The "
        "divergence's gradient tells the first token to avoid it; that of the sum of $k_2$ does not.",
        TREE,
        (
            (k2_loss, (0, 0, 0, 0, -late, late)),
            (gradient, (-early, early, 0, 0, -late, late)),
        ),
        m.hypotheses,
        sizes={"T": 2},
        numbers="symbolic",
    )


def sequence_losses() -> Iterator[Claim]:
    """Losses made of the log-ratio of the whole sequence."""
    yield Claim(
        "kl-of-sequences-k3-of-the-whole",
        says="As a loss, $k_3$ of the whole sequence has the gradient of the reversed divergence.",
        lhs=m.expectation(grad(whole_k3)),
        rhs=reversed_gradient,
        given=m.hypotheses,
    )
    yield Claim(
        "kl-of-sequences-k3-of-the-whole-value",
        says="As a value, $k_3$ of the whole sequence is an unbiased estimate of the divergence.",
        lhs=m.expectation(whole_k3),
        rhs=m.expectation(whole),
        given=m.hypotheses,
    )
