"""Statements that are false only for many actions, states, outcomes, steps or members, or only for one."""

from __future__ import annotations

from math import prod

from attack.statements import Book, Fraction
from attack.words import PI, D, N, R, T, Variable, a, b, c, f, i, k, m, pi, r, s, s2, t, theta, w, x, y
from pgsym.problems import autoregressive, classification, groups, noisy_rewards, sequences, trajectories
from pgsym.problems.one_step_problem import SAMPLES
from pgsym.terms import (
    ACTION,
    AtLeastTwo,
    Before,
    HowMany,
    Rounds,
    grad,
    indicator,
    maximum,
    product_range,
    sum_over,
    sum_range,
    variance,
)  # fmt: skip

BOOK = Book("sizes")
true, false, where = BOOK.true, BOOK.false, BOOK.where
tr, gr, cl, nr, ar, sq = trajectories(), groups(), classification(), noisy_rewards(), autoregressive(), sequences()
draw = (a, PI.law(s, theta))
HOW_MANY = {"A": sum_over(a, of=1), "S": sum_over(s, of=1)}


def vanishing(n, *roots):
    """A polynomial that is zero at some whole numbers."""
    return prod((n - k for k in roots), start=1 + 0 * x)


A1 = sum_over(b, of=1)
S1 = sum_over(s2, of=1)
false("|A| = 2 by a polynomial", vanishing(A1, 1, 2), 0, size={"A": 3}, pins={"x": 0})
false("|A| ≤ 3 by a polynomial", vanishing(A1, 1, 2, 3), 0, size={"A": 4}, pins={"x": 0})
false("|A| ≤ 4 by a polynomial", vanishing(A1, 1, 2, 3, 4), 0, size={"A": 5}, asked=({"A": 5},), pins={"x": 0})
false("|A| = 3, 4, 5 alone", vanishing(A1, 1, 2, 6), 0, size={"A": 3}, pins={"x": 0})
false(
    "|S| ≤ 3 by a polynomial, times a reward",
    vanishing(S1, 1, 2, 3) * r,
    0,
    size={"S": 4},
    asked=({"S": 4, "A": 2},),
    pins={"x": 0},
)
false("|S| ≥ 3 with |A| ≥ 3", (S1 - 1) * (S1 - 2) * (A1 - 1) * (A1 - 2) * f(s), 0, size={"S": 3, "A": 3})
false("|S| ≥ 2 with |A| = 4", (S1 - 1) * (A1 - 1) * (A1 - 2) * (A1 - 3) * r, 0, size={"S": 2, "A": 4})
false("T ≥ 3", (T - 1) * (T - 2) * tr.objective, 0, tr.hypotheses, size={"S": 1, "A": 1, "T": 3})
false(
    "T ≥ 4",
    (T - 1) * (T - 2) * (T - 3) * tr.objective,
    0,
    tr.hypotheses,
    size={"S": 1, "A": 1, "T": 4},
    asked=({"S": 2, "A": 2, "T": 4},),
)
false("T ≥ 5", product_range(k, 1, 4, of=(T - k) * x), 0, size={"T": 5}, asked=({"T": 5},))
false(
    "T ≥ 3 with |A| ≥ 3",
    (T - 1) * (T - 2) * (A1 - 1) * (A1 - 2) * tr.objective,
    0,
    tr.hypotheses,
    size={"S": 1, "A": 3, "T": 3},
)
false(
    "N ≥ 3",
    (N - 1) * (N - 2) * m.over_batches(m.average(R(m.s_i, m.a_i))),
    0,
    m.hypotheses,
    size={"N": 3, "S": 1, "A": 2},
)
false("N ≥ 3, without a polynomial", sum_range(i, 1, N, of=i) * x, (2 * N - 1) * x, size={"N": 3})
false(
    "sums of squares of times", sum_range(t, 1, T, of=x * t * t), (5 * T - 5) * x + x * indicator(a, a), size={"T": 3}
)
false(
    "T! against 2^(T−1)",
    product_range(t, 1, T, of=t),
    2**1 * product_range(t, 2, T, of=2 + 0 * x) / 2,
    size={"T": 3},
    pins={"x": 0},
)
false(
    "Var of a mean, of two",
    variance(m.average(f(m.s_i)), (m.batch, SAMPLES.law(theta))),
    variance(f(s), (s, D.law())) * (3 - N) / 2,
    m.hypotheses,
    size={"N": 3, "S": 2, "A": 1},
)
false(
    "|W| ≥ 3", (sum_over(nr.w, of=1) - 1) * (sum_over(nr.w, of=1) - 2) * nr.objective, 0, nr.hypotheses, size={"W": 3}
)
false("|W| = 1 hides a variance", variance(nr.paid, nr.chance), 0, size={"W": 2})
false("|A| = 1 hides a gradient", grad(m.objective), 0, m.hypotheses, size={"A": 2})
false(
    "|A| = 1 alone: Σπ² < 1",
    maximum(sum_over(a, of=pi**2), Fraction(1, 10)),
    sum_over(a, of=pi**2) + 0 * x,
    size={"A": 11},
    asked=({"S": 1, "A": 11},),
    pins={"π": lambda *_: Fraction(1, 11)},
)
false("|A| = 1 against Laplace", 1 / A1, 1 - pi, size={"A": 1})
false(
    "two classes: 1 − π is the other's",
    1 - pi,
    PI(b, s, theta) * (1 - indicator(a, b)) + (1 - pi) * indicator(a, b),
    size={"A": 3},
)
false(
    "two actions: the other's score",
    sum_over(b, of=(1 - indicator(a, b)) * grad(PI(b, s, theta))),
    -grad(pi) * (3 - A1),
    m.hypotheses,
    size={"A": 3},
)
false(
    "two actions: π(1 − π) is half of Gini",
    pi * (1 - pi),
    (1 - sum_over(b, of=PI(b, s, theta) ** 2)) / 2,
    size={"A": 3},
)
false(
    "two actions: a variance of rewards",
    variance(r, draw),
    sum_over(a, b, of=pi * PI(b, s, theta) * (r - R(s, b)) ** 2) * (A1 - 1) / 2,
    size={"A": 3},
)
false(
    "three actions: e₂ of policies",
    sum_over(a, b, of=pi * PI(b, s, theta) * (1 - indicator(a, b))),
    2 * sum_over(a, of=pi * (1 - pi)) * (4 - A1) / 2,
    size={"A": 4},
)
true(
    "an antisymmetric sum",
    sum_over(a, b, c, of=(w(a) - w(b)) * (w(b) - w(c)) * (w(c) - w(a)) * (w(a) - w(b)) * (A1 - 2)),
    0,
)
false(
    "a Vandermonde of three",
    sum_over(a, b, c, of=(w(a) - w(b)) ** 2 * (w(b) - w(c)) ** 2 * (w(c) - w(a)) ** 2),
    0,
    size={"A": 3},
)
d4 = Variable("d", ACTION)
false(
    "a Vandermonde of four",
    sum_over(
        a,
        b,
        c,
        d4,
        of=(w(a) - w(b)) ** 2
        * (w(b) - w(c)) ** 2
        * (w(c) - w(a)) ** 2
        * (w(a) - w(d4)) ** 2
        * (w(b) - w(d4)) ** 2
        * (w(c) - w(d4)) ** 2,
    ),
    0,
    size={"A": 4},
)
false(
    "rewards before and after t are all",
    tr.expectation(sum_range(t, 1, 2, of=tr.reward(t))),
    tr.objective,
    (*tr.hypotheses, Rounds(T, 2)),
    size={"S": 1, "A": 1, "T": 3},
)
false(
    "what is true of T = 1",
    grad(tr.objective),
    tr.expectation(tr.reward(1) * tr.total_score),
    tr.hypotheses,
    size={"S": 1, "A": 2, "T": 2},
)
false(
    "what is true of T ≤ 2",
    tr.objective,
    tr.expectation(tr.reward(1) + (T - 1) * tr.reward(T)),
    tr.hypotheses,
    size={"S": 2, "A": 1, "T": 3},
)
false(
    "a Markov chain forgets in two steps",
    tr.expectation(tr.reward(3)),
    tr.expectation(tr.reward(2)),
    (*tr.hypotheses, Rounds(T, 3)),
    size={"S": 2, "A": 1, "T": 3},
)
false(
    "scores of three steps multiply",
    tr.expectation(product_range(t, 1, T, of=tr.reward(t))),
    tr.expectation(tr.reward(1)) ** 1 * tr.expectation(tr.reward(T)),
    tr.hypotheses,
    size={"S": 1, "A": 1, "T": 3},
)
false(
    "sequence ratio as a sum",
    ar.sequence_ratio,
    sum_range(t, 1, T, of=ar.ratio(t)) / T,
    ar.hypotheses,
    size={"S": 1, "A": 2, "T": 2},
)
false(
    "pairs before: u < t at T = 2",
    tr.reward(t) * 0 + t * x,
    (i + 1) * x,
    (*tr.hypotheses, Before(i, t)),
    size={"T": 3, "i": 1, "t": 3},
)
false("a hypothesis of five steps is no hypothesis of four", (T - 4) * x, 0, (Rounds(T, 4, 5),), size={"T": 5})
false(
    "a horizon of at least four",
    tr.objective * (T - 4) * (T - 5),
    0,
    (*tr.hypotheses, Rounds(T, 4, 6)),
    size={"S": 1, "A": 1, "T": 6},
    asked=({"S": 1, "A": 2, "T": 6},),
)
false(
    "a group of four",
    gr.over_groups(gr.average(gr.paid(gr.i))) * (N - 3),
    gr.objective,
    (*gr.hypotheses, Rounds(N, 3, 4)),
    size={"S": 1, "A": 2, "N": 3},
)
false("|A| = 3 by a hypothesis", A1, 4 + 0 * x, (HowMany(ACTION, 3),), size={"A": 3}, pins={"x": 0})
false("at least two, but not three", vanishing(A1, 2), 0, (AtLeastTwo(ACTION),), size={"A": 3}, pins={"x": 0})
false(
    "leave-one-out with a wrong scale, right for N = 2",
    gr.over_groups(gr.estimate(gr.paid(gr.i) - gr.group_mean)),
    grad(gr.objective) / 2,
    (*gr.hypotheses, Rounds(N, 2)),
    size={"S": 1, "A": 2, "N": 3},
)
where("Bessel's correction", variance(r, draw) * N / (N - 1) * (N - 1), variance(r, draw) * N, "N", size={"N": 1})
where(
    "smoothing among the others",
    (A1 - 1) * ((1 - indicator(a, b)) / (A1 - 1)),
    1 - indicator(a, b),
    "A|Σ",
    size={"A": 1},
)

true("|A|", A1 * (A1 - 1), sum_over(a, b, of=1 - indicator(a, b)))
true("triangular numbers", sum_range(t, 1, T, of=x * t), x * T * (T + 1) / 2)
true("pairs of times", sum_range(t, 1, T, of=sum_range(k, 1, t - 1, of=x)), x * T * (T - 1) / 2)
true("a telescope", sum_range(t, 1, T, of=x**t - x ** (t - 1)), x**T - 1)
true(
    "an exchange of sums over a triangle",
    sum_range(t, 1, T, of=sum_range(k, t, T, of=x**t * y**k)),
    sum_range(k, 1, T, of=sum_range(t, 1, k, of=x**t * y**k)),
)
true("variance of pairs", variance(r, draw), sum_over(a, b, of=pi * PI(b, s, theta) * (r - R(s, b)) ** 2) / 2)
true(
    "two actions by hypothesis",
    pi * (1 - pi),
    (1 - sum_over(b, of=PI(b, s, theta) ** 2)) / 2 * indicator(a, a),
    (HowMany(ACTION, 2),),
)
true(
    "two steps by hypothesis",
    tr.objective,
    tr.expectation(tr.reward(1) + tr.reward(2)),
    (*tr.hypotheses, Rounds(T, 2, 2)),
)
true("Σ over all members", gr.paid(gr.i) + gr.others, N * gr.group_mean, gr.hypotheses, worlds=6)
true(
    "scale of a group's mean as baseline",
    gr.over_groups(gr.estimate(gr.paid(gr.i) - gr.group_mean)),
    (N - 1) * grad(gr.objective) / N,
    gr.hypotheses,
    worlds=5,
)
true(
    "leave one out",
    gr.over_groups(gr.estimate(gr.paid(gr.i) - gr.mean_of_others)),
    grad(gr.objective),
    (*gr.hypotheses, Rounds(N, 2)),
    worlds=5,
)
true("powers of sums over actions", sum_over(a, of=w(a)) ** 3, sum_over(a, b, c, of=w(a) * w(b) * w(c)))
true("a Vandermonde of two actions", sum_over(a, b, c, of=(w(a) - w(b)) * (w(b) - w(c)) * (w(c) - w(a))), 0)
