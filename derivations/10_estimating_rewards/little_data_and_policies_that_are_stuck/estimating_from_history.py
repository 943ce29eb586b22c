"""Estimating rewards from history: when averages are unbiased, and when history never shows a reward."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

from pgsym.claims.claim import Claim
from pgsym.decide.verdicts import Rung
from pgsym.problems import one_step
from pgsym.problems.one_step_problem import REWARD
from pgsym.terms import Closed, Number
from pgsym.terms.nodes import lift

if TYPE_CHECKING:
    import sympy

m = one_step()


def never_visited(rounds: sympy.Expr) -> sympy.Expr:
    """The probability that an arm drawn with probability 1/n² in round n = 2, 3, … is not drawn up to a round."""
    import sympy

    n = sympy.Symbol("n", integer=True, positive=True)
    return sympy.product((1 - 1 / n) * (1 + 1 / n), (n, 2, rounds))


def never_visited_by_round() -> sympy.Expr:
    """The probability that the arm is not drawn up to round N."""
    import sympy

    return sympy.gammasimp(never_visited(sympy.Symbol("N", integer=True, positive=True)))


def never_visited_ever() -> sympy.Expr:
    """The probability that the arm is never drawn."""
    import sympy

    N = sympy.Symbol("N", integer=True, positive=True)
    return sympy.limit(sympy.gammasimp(never_visited(N)), N, sympy.oo)


def never_visited_when_bounded_below() -> sympy.Expr:
    """The limit of (1 − p)^N, the odds of p being a positive number."""
    import sympy

    odds, N = sympy.Symbol("o", positive=True), sympy.Symbol("N", positive=True)
    return sympy.limit(sympy.exp(-N * sympy.log(1 + odds)), N, sympy.oo)


def closed_ratio() -> sympy.Expr:
    """(N + 1) / (2N)."""
    import sympy

    N = sympy.Symbol("N", integer=True, positive=True)
    return (N + 1) / (2 * N)


def average_after_a_greedy_pull() -> Fraction:
    """The mean of the average of arm 1, by enumeration: one fair coin each, then the arm ahead once more."""
    half, total = Fraction(1, 2), Fraction(0)
    for first, second, third, tie in product((0, 1), repeat=4):
        arm = 1 if first > second or (first == second and tie) else 2
        average = Fraction(first + third, 2) if arm == 1 else Fraction(first)
        total += half**4 * average
    return total


def claims() -> Iterator[Claim]:
    """Visits that end, visits that go on, a fixed number of rewards, and one that depends on them."""
    yield Claim(
        "long-run-average",
        says="In the long run history need not show the average reward of every answer: an arm drawn in round $n "
        "\\ge 2$ with the probability $1/n^2$ may never be drawn.",
        lhs=Closed(
            "Π_{n≥2} (1 − 1/n²)", "\\prod_{n=2}^{\\infty} \\left( 1 - \\frac{1}{n^2} \\right)", never_visited_ever
        ),
        rhs=lift(0),
        expected=Rung.REFUTED,
        repaired_by=("long-run-average-with-visits", "long-run-average-up-to-a-round"),
        remark="The product is the probability that the arm is never drawn, and it is 1/2: half of all histories "
        "contain no reward of the arm.",
    )
    yield Claim(
        "long-run-average-up-to-a-round",
        says="An arm drawn in round $n \\ge 2$ with the probability $1/n^2$ is not drawn up to round $N$ with the "
        "probability $\\frac{N + 1}{2N}$.",
        lhs=Closed(
            "Π_{n=2}^N (1 − 1/n²)", "\\prod_{n=2}^{N} \\left( 1 - \\frac{1}{n^2} \\right)", never_visited_by_round
        ),
        rhs=Closed("(N + 1)/(2N)", "\\frac{N + 1}{2 N}", closed_ratio),
        expected=Rung.EXACT,
    )
    yield Claim(
        "long-run-average-with-visits",
        says="An arm whose probability stays above some $p > 0$ is drawn at some time with probability one.",
        lhs=Closed("lim (1 − p)^N", "\\operatorname{lim}_{N \\to \\infty} (1 - p)^N", never_visited_when_bounded_below),
        rhs=lift(0),
        expected=Rung.EXACT,
        remark="It is then drawn infinitely often, so the law of large numbers applies. Here $1 - p = 1 / (1 + o)$ "
        "with odds $o > 0$.",
    )
    paid = REWARD(m.s_i, m.a_i)
    yield Claim(
        "short-run-fixed-number",
        says="The average of a fixed number $N$ of independent rewards is unbiased, however small $N$ is.",
        lhs=m.over_batches(m.average(paid)),
        rhs=m.objective,
        given=m.hypotheses,
        remark="It is decided for $N = 1, 2, 3$.",
    )
    yield Claim(
        "short-run-unstable",
        says="The average of a fixed number $N$ of independent rewards is unstable: its variance is that of one "
        "reward divided by $N$.",
        lhs=m.over_batches(m.average(paid) ** 2) - m.over_batches(m.average(paid)) ** 2,
        rhs=(1 / m.N) * (m.expectation(m.reward**2) - m.objective**2),
        given=m.hypotheses,
    )
    greedy = Closed("E[average of arm 1]", "\\mathbb{E}[\\hat r_1]", average_after_a_greedy_pull)
    yield Claim(
        "short-run-unstable-and-biased",
        says="If earlier rewards decide which arm is tried next, the average of a small sample is biased: for two "
        "fair coins with one toss each, then a toss of the coin that is ahead (ties by a fair coin), the expected "
        "average of the first coin is 7/16.",
        lhs=greedy,
        rhs=Number(Fraction(7, 16)),
        expected=Rung.EXACT,
        remark="An arm that starts badly is not tried again, so its low average remains. For a fixed number of "
        "rewards there is no bias.",
    )
    yield Claim(
        "short-run-adaptive-is-unbiased",
        says="If earlier rewards decide which coin is tossed next, the expected average of the first coin is not 1/2.",
        lhs=greedy,
        rhs=Number(Fraction(1, 2)),
        expected=Rung.REFUTED,
        repaired_by=("short-run-unstable-and-biased", "short-run-fixed-number"),
    )
