"""Orders that fail at ties, at poles, at negative values, far away; and orders that hold."""

from __future__ import annotations

from attack.statements import Book, Fraction
from attack.words import MU, PI, STATE, D, N, P, Q, R, a, b, f, function, g, m, pi, r, s, t, theta, w, x, y
from pgsym.problems import autoregressive, trajectories
from pgsym.problems.divergence import divergence, entropy
from pgsym.terms import (
    Definition,
    NonNegative,
    Positive,
    absolute,
    clip,
    covariance,
    exp,
    expect,
    grad,
    indicator,
    log,
    maximum,
    minimum,
    sum_over,
    variance,
)  # fmt: skip

BOOK = Book("orders")
yes, no = BOOK.at_most, BOOK.not_at_most
draw = (a, PI.law(s, theta))
half = Fraction(1, 2)
F = function("F", STATE)

no("x ≤ 5", x, 5)
no("x ≤ 10⁹", x, 10**9, pins={"x": 10**10})
no("x ≤ x²", x, x**2, pins={"x": half})
no("x² ≤ 10⁶ + x", x**2, 10**6 + x, pins={"x": 2000})
no("0 ≤ max(x, −1)", 0, maximum(x, -1), pins={"x": -3}, slack=exp(log(maximum(x, -1))), says="x")
no("0 ≤ max(r, −1)", 0, maximum(r, -1), pins={"r": -1}, slack=exp(log(maximum(r, -1))), says="r")
no("0 ≤ min(x, 1)", 0, minimum(x, 1), pins={"x": -1}, slack=exp(log(minimum(x, 1))), says="x")
no("0 ≤ x by exp log", 0, x, pins={"x": -1}, slack=exp(log(x)), says="x")
no("0 ≤ x³ by a square root", 0, x**3, pins={"x": -1}, slack=exp(3 * log(x)), says="x")
no("0 ≤ x by a half logarithm", 0, x, pins={"x": -1}, slack=exp(Fraction(1, 2) * log(x**2)), says="x")
no(
    "0 ≤ Cov",
    0,
    covariance(r, w(a), draw),
    slack=exp(log(covariance(r, w(a), draw))),
    pins={"r": lambda s, a: a, "w": lambda a: -a},
    size={"A": 2},
    says="Cov",
)
no("0 ≤ J", 0, m.objective, pins={"r": -1}, slack=exp(log(m.objective)), says="E")
no("0 ≤ J by |J|²/|J|", 0, m.objective, pins={"r": -1}, slack=absolute(m.objective))
no("1 ≤ x/x + x", 1, x / x + x, pins={"x": -1})
no("0 ≤ x by x²/x", 0, x, pins={"x": -1}, slack=x**2 / absolute(x), says="x")
no("x ≤ |x| − 10⁻⁹", x, absolute(x) - Fraction(1, 10**9))
no("log x ≤ x − 2", log(x), x - 2, pins={"x": 1})
no("1 + x ≤ e^x − tiny", 1 + x + exp(-80 - x**2), exp(x) - exp(-80 - x**2), pins={"x": 0})
no("e^x ≤ 10⁶ (1 + x²)", exp(x), 10**6 * (1 + x**2), pins={"x": 40})
no("x^N ≤ 1 + x²", x**N, 1 + x**2, pins={"x": 3}, size={"N": 3})
no(
    "xy ≤ ¼(x + y)² − a sliver",
    x * y + maximum(0, Fraction(1, 10**6) - (x - y) ** 2),
    Fraction(1, 4) * (x + y) ** 2,
    pins={"x": 2, "y": 2},
)
no("|x + y| ≤ |x|", absolute(x + y), absolute(x))
no("triangle the wrong way", absolute(x) + absolute(y), absolute(x + y))
no("max(x, y) ≤ x + y", maximum(x, y), x + y, pins={"x": -1, "y": -1})
no("max(x, y) ≤ x + y of one sign", maximum(x, y), x + y, (NonNegative(x),), pins={"x": 1, "y": -1})
no("π ≤ π²", pi, pi**2)
no("π ≤ 999/1000", pi, Fraction(999, 1000), pins={"π": [[1, 0]], "at a": 0}, size={"S": 1, "A": 2})
no(
    "π ≤ 1 − 10⁻⁹, positive",
    pi,
    1 - Fraction(1, 10**9),
    (Positive(PI),),
    pins={"π": [[1 - Fraction(1, 10**10), Fraction(1, 10**10)]], "at a": 0},
    size={"S": 1, "A": 2},
)
no(
    "10⁻⁹ ≤ π",
    Fraction(1, 10**9),
    pi,
    (Positive(PI),),
    pins={"π": [[1 - Fraction(1, 10**10), Fraction(1, 10**10)]], "at a": 1},
    size={"S": 1, "A": 2},
)
no(
    "π ≤ ½, of the less likely of two",
    minimum(pi, PI(b, s, theta)),
    Fraction(2, 5),
    pins={"π": [[half, half]]},
    size={"S": 1, "A": 2},
)
no("½ ≤ Σπ²", half, sum_over(a, of=pi**2), size={"A": 3}, pins={"π": lambda *_: Fraction(1, 3)})
no(
    "¼ ≤ Σπ², false for five",
    Fraction(1, 4),
    sum_over(a, of=pi**2),
    size={"A": 5},
    pins={"π": lambda *_: Fraction(1, 5)},
    asked=({"S": 1, "A": 5},),
)
no("Jensen the wrong way", m.expectation(r**2), m.objective**2)
no(
    "Jensen the wrong way, for logs",
    log(expect(w(a), (a, Q.law()))),
    expect(log(w(a)), (a, Q.law())),
    (Positive(w(a).symbol),),
)
no(
    "Cauchy–Schwarz without squares",
    absolute(m.expectation(r * w(a))),
    m.expectation(r**2) * half + m.expectation(w(a) ** 2) * Fraction(1, 3),
    pins={"r": 1, "w": 1},
)
no("Var ≤ E|r|", variance(r, draw), expect(absolute(r), draw))
no(
    "Var[r] ≤ 100",
    variance(r, draw),
    100,
    pins={"r": lambda s, a: 1000 * a, "π": lambda *_: half},
    size={"S": 1, "A": 2},
)
no(
    "Var[f + g] ≤ Var[f] + Var[g]",
    variance(f(s) + g(s), (s, D.law())),
    variance(f(s), (s, D.law())) + variance(g(s), (s, D.law())),
)
no("Var[r − b] ≤ Var[r]", variance(r - w(a), draw), variance(r, draw))
no("a covariance is at most a variance", covariance(f(s), g(s), (s, D.law())), variance(f(s), (s, D.law())))
no("variance grows with the reward", variance(r, draw), variance(R(s, a) + w(a), draw))
no(
    "importance weights lower the variance",
    variance(MU(a, s) / pi * r, draw),
    variance(r, (a, MU.law(s))),
    (Positive(PI), Positive(MU)),
)
no(
    "KL ≤ 1",
    divergence(P.law(), Q.law(), a),
    1,
    (Positive(P), Positive(Q)),
    pins={"p": [half, half], "q": [Fraction(1, 1000), Fraction(999, 1000)]},
    size={"A": 2},
)
no(
    "KL is symmetric, one way",
    divergence(P.law(), Q.law(), a),
    divergence(Q.law(), P.law(), a),
    (Positive(P), Positive(Q)),
    pins={"p": [half, half], "q": [Fraction(1, 1000), Fraction(999, 1000)]},
    size={"A": 2},
)
no(
    "KL ≤ Σ|p − q|",
    divergence(P.law(), Q.law(), a),
    sum_over(a, of=absolute(P(a) - Q(a))),
    (Positive(P), Positive(Q)),
    pins={"p": [half, half], "q": [Fraction(1, 1000), Fraction(999, 1000)]},
    size={"A": 2},
)
no("entropy ≤ ½", entropy(m.policy_law, a), half, size={"A": 2}, pins={"π": lambda *_: half})
no(
    "entropy ≤ log 3",
    entropy(m.policy_law, a),
    log(1 + 2 * exp(0 * x)),
    size={"A": 4},
    pins={"π": lambda *_: Fraction(1, 4)},
    asked=({"S": 1, "A": 4},),
)
no("0 ≤ ∇J", 0, grad(m.objective), m.hypotheses)
no("0 ≤ (∇J) J", 0, m.objective * grad(m.objective), m.hypotheses)
no(
    "a squared gradient at most the square of scores",
    grad(m.objective) ** 2,
    m.expectation(m.score**2),
    m.hypotheses,
    pins={"r": lambda s, a: 1000 * a},
    size={"S": 1, "A": 2},
)
no("rewards of trajectories are positive", 0, trajectories().total_reward)
no(
    "ratio ≤ 10⁶",
    pi / MU(a, s),
    10**6,
    (Positive(MU),),
    pins={"μ": [[Fraction(1, 10**7), 1 - Fraction(1, 10**7)]], "π": [[half, half]], "at a": 0},
    size={"S": 1, "A": 2},
)
no("k2 ≤ k3", half * log(x) ** 2, x - 1 - log(x), (Positive(x),), pins={"x": Fraction(1, 10)})
no("k3 ≤ k2", x - 1 - log(x), half * log(x) ** 2, (Positive(x),), pins={"x": 10})
no(
    "a definition that is not negative where it has a logarithm",
    0,
    F(s),
    (Definition.of(F(s), g(s) - 1),),
    pins={"g": 0},
    slack=exp(log(F(s))),
    says="F|g",
)
no("0 ≤ 1/x", 0, 1 / x, pins={"x": -1}, slack=exp(-log(x)), says="x")
no("1/x ≤ 1", 1 / x, 1, (Positive(x),), pins={"x": half})
no("a hinge that opens far away", maximum(x - 10**5, 0), 0, pins={"x": 10**6})
no("a sliver between integers", maximum(0, Fraction(1, 16) - (x - half) ** 2), 0, pins={"x": half})
no(
    "a polynomial that dips between 1 and 2",
    0,
    (x - Fraction(7, 5)) * (x - Fraction(3, 2)),
    pins={"x": Fraction(29, 20)},
)
no(
    "Motzkin with a sliver off",
    Fraction(1, 10**4),
    x**4 * y**2 + x**2 * y**4 - 3 * x**2 * y**2 + 1,
    pins={"x": 1, "y": 1},
)

yes("0 ≤ x²", 0, x**2, slack=x**2)
yes("2xy ≤ x² + y²", 2 * x * y, x**2 + y**2, slack=(x - y) ** 2)
yes("x ≤ |x|", x, absolute(x), slack=absolute(x) - x)
yes("triangle", absolute(x + y), absolute(x) + absolute(y))
yes("π² ≤ π", pi**2, pi, slack=pi * (1 - pi))
yes("J² ≤ E[r²]", m.objective**2, m.expectation(r**2), m.hypotheses, slack=variance(r, (s, D.law()), draw))
yes("0 ≤ e^x", 0, exp(x), slack=exp(x))
yes(
    "0 ≤ KL by x − 1 − log x",
    0,
    divergence(P.law(), Q.law(), a),
    (Positive(P), Positive(Q)),
    slack=expect(Q(a) / P(a) - 1 - log(Q(a) / P(a)), (a, P.law())),
)
yes("0 ≤ H", 0, entropy(m.policy_law, a), slack=expect(-log(pi), draw))
yes("|E[r]| ≤ E|r|", absolute(m.objective), m.expectation(absolute(r)), m.hypotheses)
yes("min ≤ max", minimum(x, y), maximum(x, y), slack=absolute(x - y))
yes("x ≤ max", x, maximum(x, y))
yes("0 ≤ max(x, 0)", 0, maximum(x, 0), slack=half * (absolute(x) + x))
yes("clip ≤ its end", clip(x, 0, 1), 1)
yes("0 ≤ 1{a = b}", 0, indicator(a, b), slack=indicator(a, b))
yes("the larger of squares", x**2, maximum(x**2, y**2))
yes("Σπ² ≤ 1", sum_over(a, of=pi**2), 1, slack=sum_over(a, of=pi * (1 - pi)))
yes(
    "(E f)² ≤ E f²",
    expect(f(s), (s, D.law())) ** 2,
    expect(f(s) ** 2, (s, D.law())),
    slack=variance(f(s), (s, D.law())),
)
yes("1 ≤ |A|", 1, sum_over(a, of=1), slack=sum_over(a, of=1) - 1)
yes("1 + x ≤ e^x", 1 + x, exp(x), slack=exp(x) - 1 - log(exp(x)))
yes("0 ≤ xy of what is not negative", 0, x * y, (NonNegative(x), NonNegative(y)), slack=x * y)
yes(
    "0 ≤ k3",
    0,
    autoregressive().k3(t),
    autoregressive().hypotheses,
    slack=(q := autoregressive().reference(t) / autoregressive().policy(t)) - 1 - log(q),
    worlds=5,
)
yes(
    "(∇J)² ≤ E of the squared estimate",
    grad(m.objective) ** 2,
    m.expectation((r * m.score) ** 2),
    m.hypotheses,
    slack=variance(r * m.score, (s, D.law()), draw),
)
