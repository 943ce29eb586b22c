"""The loss of a sequence is minus the logarithm of its probability."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim
from pgsym.problems import sequences
from pgsym.terms import log, product_range

m = sequences()


def claims() -> Iterator[Claim]:
    """The chain rule of probability, in logarithms."""
    yield Claim(
        "sequence-ce-loss",
        says="The cross entropies of all tokens, each given the tokens before it, sum to the negative "
        "log-probability of the whole sequence.",
        lhs=-m.log_likelihood(),
        rhs=-log(product_range(m.t, 1, m.T, of=m.policy(m.t))),
        given=m.hypotheses,
        remark="This is the chain rule of probability: $p_\\theta(y \\mid x) = \\prod_t \\pi_\\theta(y_t \\mid x, "
        "y_{<t})$.",
        sizes=({"S": 2, "A": 2, "T": 2}, {"S": 1, "A": 2, "T": 3}),
    )
