"""The divergence of sequences, to go: a token's score needs its own log-ratio and the later ones.

The log-ratios of earlier tokens are known when the token is drawn, and its score has mean zero.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.derivations.kl_of_sequences import SIZES, gradient, m

from pgsym import rules, show
from pgsym.claims import Claim, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.terms import sum_range

score = m.score(m.t)
whole = m.log_ratio_to_go(1)
earlier = sum_range(m.u, 1, m.t - 1, of=m.log_ratio(m.u))
target = m.expectation(sum_range(m.t, 1, m.T, of=score * m.log_ratio_to_go()))


def derive() -> Theorem:
    """From the gradient of the divergence to the scores times the log-ratios to go."""
    d = Derivation(gradient, given=m.hypotheses, name="kl-of-sequences-to-go", sizes=SIZES)
    d.apply(Lemma(theorem("kl-sequence-gradient")), why="The log-ratio of the whole times all scores.")
    d.apply(
        rules.Backwards(rules.PullOutConstant(), sum_range(m.t, 1, m.T, of=score * whole)),
        at=whole * m.total_score,
        why="Every score is multiplied by the whole log-ratio.",
    )
    d.apply(
        rules.SplitRange(m.t),
        at=whole,
        why="Split the log-ratio into the tokens before $t$ and the tokens from $t$ on.",
    )
    d.apply(
        rules.Rearrange(score * earlier + score * m.log_ratio_to_go()),
        at=score * (earlier + m.log_ratio_to_go()),
        why="Multiply out.",
    )
    d.apply(rules.DistributeOverAddition, at=(1,), why="Two sums over $t$.")
    d.apply(rules.DistributeOverAddition, why="Two expectations.")
    d.apply(rules.ExchangeWithSum, at=(0,), why="Move the expectation inside the first sum over $t$ …")
    d.apply(
        rules.Backwards(rules.PullOutConstant(), sum_range(m.u, 1, m.t - 1, of=m.log_ratio(m.u) * score)),
        at=score * earlier,
        why="… where the score joins every earlier log-ratio …",
    )
    d.apply(rules.ExchangeWithSum, at=(0, 1), why="… and inside the sum over $u$.")
    d.apply(
        rules.Tower(m.factorisation, m.histories, m.t, m.h, m.a),
        why="$u < t$: the log-ratio is known before the token,",
    )
    d.apply(Lemma(theorem("score-zero-mean")), why="whose score has mean zero.")
    d.apply(rules.DropZeros, at=(), why="The terms of the past are zero.")
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """The theorem."""
    yield Claim(
        "kl-of-sequences-to-go",
        says="In the gradient of the divergence of sequences, every score needs only the log-ratios from its own "
        "token on.",
        lhs=gradient,
        rhs=target,
        given=m.hypotheses,
    )


if __name__ == "__main__":
    show(derive())
