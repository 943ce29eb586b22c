"""Beyond the article: the entropy of whole sequences, and bonuses made of the next token's entropy."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Rung
from pgsym.problems import autoregressive
from pgsym.problems.trajectory import TRAJECTORY_LAW
from pgsym.terms import INDEX, Frozen, Rounds, Term, Variable, expect, grad, log, sum_range
from pgsym.terms.nodes import lift

m = autoregressive()
entropy = -m.expectation(m.log_likelihood())
gradient = grad(entropy)
one_token = Rounds(Variable("T", INDEX), 1, 1)
entropies_to_come = sum_range(m.u, m.t + 1, m.T, of=m.entropy_at(m.u))


def token_by_token(term: Term) -> Term:
    """The mean over sequences of the policy of the sum over t of a term in t."""
    return m.expectation(sum_range(m.t, 1, m.T, of=term))


bonus = token_by_token(grad(m.entropy_at(m.t)))
with_contexts_fixed = grad(
    expect(sum_range(m.t, 1, m.T, of=m.entropy_at(m.t)), (m.tau, TRAJECTORY_LAW.law(m.old))), m.theta
)


def claims() -> Iterator[Claim]:
    """The entropy, the bonus, what it lacks, and the bonus that teaches nothing."""
    yield Claim(
        "entropy-of-sequences",
        says="The entropy of the tokens of a sequence, given its prompt and contexts, is the expected sum of the "
        "entropies of the next token.",
        lhs=entropy,
        rhs=token_by_token(m.entropy_at(m.t)),
        given=m.hypotheses,
    )
    yield Claim(
        "entropy-of-sequences-bonus",
        says="The usual bonus, the entropy of the next token differentiated in every visited context, does not in "
        "general have the gradient of the entropy of sequences.",
        lhs=bonus,
        rhs=gradient,
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=(
            "entropy-of-sequences-bonus-of-one-token",
            "entropy-of-sequences-bonus-gap",
            "entropy-regularised-gradient",
        ),
        remark="A token also determines the later contexts and their entropies.",
        examples=(open_later(),),
    )
    yield Claim(
        "entropy-of-sequences-bonus-of-one-token",
        says="For sequences of one token, the usual entropy bonus has the gradient of the entropy of sequences.",
        lhs=bonus,
        rhs=gradient,
        given=(*m.hypotheses, one_token),
        sizes=({"S": 2, "A": 3, "T": 1}, {"S": 3, "A": 2, "T": 1}),
    )
    yield Claim(
        "entropy-of-sequences-bonus-gap",
        says="The usual entropy bonus lacks the products of every score with the later entropies.",
        lhs=gradient - bonus,
        rhs=token_by_token(m.score(m.t) * entropies_to_come),
        given=m.hypotheses,
    )
    yield Claim(
        "entropy-of-sequences-bonus-is-a-semi-gradient",
        says="The usual entropy bonus has the gradient of the entropies with the distribution of the contexts held "
        "fixed.",
        lhs=bonus,
        rhs=with_contexts_fixed,
        given=(*m.hypotheses, Frozen(m.old, m.theta)),
    )
    yield Claim(
        "entropy-of-sequences-of-samples",
        says="The bonus $-\\log \\pi_\\theta(a_t \\mid s_t)$ of the sampled tokens, differentiated, does not in "
        "general have the gradient of the entropy, although its mean is the entropy.",
        lhs=token_by_token(grad(-log(m.policy(m.t)))),
        rhs=gradient,
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("entropy-of-sequences-of-samples-is-nothing", "entropy-of-sequences-bonus-of-one-token"),
    )
    yield Claim(
        "entropy-of-sequences-of-samples-is-nothing",
        says="The bonus $-\\log \\pi_\\theta(a_t \\mid s_t)$ of the sampled tokens teaches nothing: its gradient has "
        "mean zero.",
        lhs=token_by_token(grad(-log(m.policy(m.t)))),
        rhs=lift(0),
        given=m.hypotheses,
    )


def open_later() -> Example:
    """Both gradients where one first token leaves more open than the other."""
    from sympy import log

    late, open_, settled = 3 * log(3) / 32, log(2), 2 * log(2) - 3 * log(3) / 4
    early = (open_ - settled) / 4
    return Example(
        "A prompt and two tokens; after the first token the second is even, after the second it is written with 3/4 "
        "and 1/4. The entropy's gradient prefers the first one, that of the bonus does not.",
        {
            "ρ": [1, 0, 0],
            "p": [[[0, 1, 0], [0, 0, 1]], [[0, 1, 0], [0, 1, 0]], [[0, 0, 1], [0, 0, 1]]],
            "π": [["1/2", "1/2"], ["1/2", "1/2"], ["3/4", "1/4"]],
        },
        (
            (bonus, (0, 0, 0, 0, -late, late)),
            (gradient, (early, -early, 0, 0, -late, late)),
        ),
        m.hypotheses,
        sizes={"T": 2},
        numbers="symbolic",
    )
