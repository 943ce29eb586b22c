"""The gradient of the divergence of sequences: the log-ratio of the whole, times the scores of all tokens.

As for one token, that the log-ratio moves with θ makes no difference: what it adds are scores, which have mean zero.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.derivations.kl_of_sequences import SIZES, gradient, m, whole

from pgsym import rules, show
from pgsym.claims import Claim, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.terms import grad

target = m.expectation(whole * m.total_score)


def derive() -> Theorem:
    """From the gradient of the divergence to the log-ratio times the scores."""
    d = Derivation(gradient, given=m.hypotheses, name="kl-of-sequences-gradient", sizes=SIZES)
    d.apply(rules.WriteExpectationAsSum, why="A probability-weighted sum over sequences.")
    d.apply(rules.MoveGradientInside, why="It is finite.")
    d.apply(rules.ProductRule, why="Both the probability of a sequence and its log-ratio depend on $\\theta$.")
    d.apply(Lemma(theorem("trajectory-score")), why="The gradient of the probability gives all scores,")
    d.apply(rules.MoveGradientInside, at=grad(whole), why="the gradient of the log-ratio is a sum over the tokens,")
    d.apply(Lemma(theorem("kl-log-ratio")), why="as the scores do.")
    d.apply(rules.DistributeOverAddition, why="Two sums over sequences,")
    d.apply(rules.ReadSumAsExpectation, at=(0,), why="which are means again.")
    d.apply(rules.ReadSumAsExpectation, at=(1,), why="The second term has the scores alone:")
    d.apply(rules.ExchangeWithSum, at=m.expectation(m.total_score), why="at every step")
    d.apply(
        rules.Tower(m.factorisation, m.histories, m.t, m.h, m.a),
        at=m.expectation(m.score(m.t)),
        why="the history is given, and the next token is drawn;",
    )
    d.apply(Lemma(theorem("score-zero-mean")), why="in every context its score has mean zero.")
    d.apply(rules.DropZeros, at=(), why="The term is therefore zero.")
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """The theorem."""
    yield Claim(
        "kl-of-sequences-gradient",
        says="The gradient of the divergence of sequences is the expectation of the log-ratio of the whole sequence, "
        "held fixed, times the sum of the scores of all tokens.",
        lhs=gradient,
        rhs=target,
        given=m.hypotheses,
    )


if __name__ == "__main__":
    show(derive())
