"""The loss k2, summed over the tokens, lacks the products of every score with the log-ratios of later tokens.

The gradient of the divergence pairs a score with the log-ratios to go; the loss pairs it with its own alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pgsym.derivations.kl_of_sequences import SIZES, cross_terms, gradient, k2_loss, later, m

from pgsym import rules, show
from pgsym.claims import Claim, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.terms import grad

score, own = m.score(m.t), m.log_ratio(m.t)


def derive() -> Theorem:
    """From the difference of the two gradients to the cross terms."""
    d = Derivation(gradient - k2_loss, given=m.hypotheses, name="kl-of-sequences-k2-loss-gap", sizes=SIZES)
    d.apply(Lemma(theorem("kl-sequence-to-go")), why="The one pairs every score with the log-ratios to go,")
    d.apply(rules.MoveGradientInside, at=grad(m.k2(m.t)), why="in the other")
    d.apply(rules.DifferentiatePower, why="the square brings down")
    d.apply(Lemma(theorem("kl-log-ratio")), why="the score,")
    halves = Fraction(1, 2) * (2 * own * score)
    d.apply(rules.Rearrange(score * own), at=halves, why="times the log-ratio of the same token.")
    d.apply(rules.SplitRange(m.t + 1), why="What is to go is that one, too,")
    d.apply(rules.WriteOutRange, why="and those to come.")
    d.apply(rules.Rearrange(score * own + score * later), at=score * (own + later), why="Multiply out.")
    d.apply(rules.DistributeOverAddition, at=(0, 1), why="Two sums over $t$,")
    d.apply(rules.DistributeOverAddition, at=(0,), why="two expectations,")
    d.apply(rules.Rearrange(cross_terms), at=(), why="of which one cancels.")
    return d.conclude(cross_terms)


def claims() -> Iterator[Claim]:
    """The theorem."""
    yield Claim(
        "kl-of-sequences-k2-loss-gap",
        says="The loss $k_2$, summed over the tokens, lacks the products of every score with the log-ratios of all "
        "later tokens.",
        lhs=gradient - k2_loss,
        rhs=cross_terms,
        given=m.hypotheses,
    )


if __name__ == "__main__":
    show(derive())
