"""Logarithms, exponentials and absolute values where arguments are negative, zero, large or tied."""

from __future__ import annotations

from attack.statements import Book, Fraction
from attack.words import MU, PI, STATE, N, Q, a, b, c, function, g, m, pi, r, s, t, theta, w, x, y
from pgsym.problems import autoregressive, trajectories
from pgsym.terms import (
    Definition,
    NonNegative,
    Positive,
    absolute,
    clip,
    exp,
    expect,
    grad,
    indicator,
    log,
    maximum,
    minimum,
    product_range,
    sum_over,
    sum_range,
)  # fmt: skip

BOOK = Book("logarithms")
true, false, where = BOOK.true, BOOK.false, BOOK.where
tr, ar = trajectories(), autoregressive()
half = Fraction(1, 2)
both = {"x": -2, "y": -3}

# logarithms of squares, of products of negatives, of extremes
where("log x²", log(x**2), 2 * log(x), "x > 0|x", pins={"x": -1})
where("log r²", log(r**2), 2 * log(r), "r", pins={"r": -1})
where("log (−x)²", log((-x) ** 2), 2 * log(x), "x", pins={"x": -3})
where("log (−x)² the other way", log((-x) ** 2), 2 * log(-x), "x", pins={"x": 3})
where("log x⁴", log(x**4), 4 * log(x), "x", pins={"x": -1})
where("log x^N", log(x**N), N * log(x), "x", pins={"x": -1}, size={"N": 2})
where("log of a product of negatives", log((-x) * (-y)), log(x) + log(y), "x", pins=both)
where("log of a product of negatives, negated", log((-x) * (-y)), log(-x) + log(-y), "x|y", pins={"x": 2, "y": 3})
where("log xy", log(x * y), log(x) + log(y), "x|y", pins=both)
where("log x/y", log(x / y), log(x) - log(y), "x|y", pins=both)
where("log xy by absolute values", log(x * y), log(absolute(x)) + log(absolute(y)), "x|y", pins={"x": -2, "y": 3})
where("log |x|", log(absolute(x)), log(x), "x", pins={"x": -1})
where("log min(r, 1)²", log(minimum(r, 1) ** 2), 2 * log(minimum(r, 1)), "r", pins={"r": -2})
where("log (x − 1)²", log((x - 1) ** 2), 2 * log(x - 1), "x", pins={"x": 0})
where("log of a square of a sum", log(x**2 + 2 * x * y + y**2), 2 * log(x + y), "x|y", pins={"x": -5, "y": 1})
where("log of a difference of squares", log(x**2 - y**2), log(x - y) + log(x + y), "x|y", pins={"x": -3, "y": 1})
where("log x³y", log(x**3 * y), 3 * log(x) + log(y), "x|y", pins=both)
where("log of the larger times the smaller", log(x * y), log(maximum(x, y)) + log(minimum(x, y)), "x|y|m", pins=both)
where(
    "log of a product of rewards",
    log(product_range(t, 1, tr.T, of=tr.reward(t))),
    sum_range(t, 1, tr.T, of=log(tr.reward(t))),
    "r",
    pins={"r": -1},
    size={"T": 2},
)
where(
    "log of a definition squared",
    log(function("F", STATE)(s) ** 2),
    2 * log(function("F", STATE)(s)),
    "F|g",
    (Definition.of(function("F", STATE)(s), g(s) - 1),),
    pins={"g": 0},
)
where("log of a squared objective", log(m.objective**2), 2 * log(m.objective), "E", pins={"r": -1})
where(
    "log of a squared gap of policies",
    log((pi - MU(a, s)) ** 2),
    2 * log(pi - MU(a, s)),
    "π|μ",
    pins={"π": [[Fraction(1, 4), Fraction(3, 4)]], "μ": [[half, half]], "at a": 0},
    size={"S": 1, "A": 2},
)
where("½ log of a fourth power", half * log(r**4), 2 * log(r), "r", pins={"r": -2})
where(
    "log of a clipped square",
    log(clip(x, -2, -1) ** 2),
    2 * log(absolute(clip(x, -2, -1))) + log(x) - log(x),
    "x",
    pins={"x": -1},
)
where("exp log", exp(log(x)), x, "x", pins={"x": -1})
where("exp log max", exp(log(maximum(x, -1))), maximum(x, -1), "x", pins={"x": -1})
where("exp(2 log)", exp(2 * log(x)), x**2, "x", pins={"x": -1})
where("exp(½ log x²)", exp(half * log(x**2)), absolute(x), "x", pins={"x": 0})
where("exp log |x|", exp(log(absolute(x))), absolute(x), "x", pins={"x": 0})
where("exp of a difference of logs", exp(log(x) - log(y)), x / y, "x|y", pins=both)
where(
    "exp of a sum of log-ratios",
    exp(ar.log_ratio(t)),
    ar.policy(t) / ar.reference(t),
    "π",
    pins={"π": [[1, 0], [1, 0], [1, 0]], "π_ref": [[half, half]] * 3},
    size={"T": 1, "A": 2, "t": 1},
)
where("log-ratio as a difference", log(x / y), log(absolute(x)) - log(absolute(y)), "x|y", pins={"x": 1, "y": -1})
where(
    "gradient of log r J",
    grad(log(x * m.objective)),
    grad(m.objective) / m.objective,
    "x|E",
    m.hypotheses,
    pins={"x": -1, "r": 1},
)
where(
    "entropy by a sum",
    -sum_over(a, of=pi * log(pi)),
    -expect(log(pi), (a, PI.law(s, theta))),
    "π",
    pins={"π": [[0, 1]]},
    size={"S": 1, "A": 2},
)
where("a logarithm times zero", log(x) * 0, 0, "x", pins={"x": 0})
where("log over log", log(x**2) / log(x), 2, "x", pins={"x": 1})
where(
    "softplus of a reward", log(1 + exp(r)) - log(exp(r)), log((1 + r) * 0 + 1 + exp(-r)) / (r / r), "r", pins={"r": 0}
)

# wrong at defined values
false("log of a sum", log(x + y), log(x) + log(y))
false("log of a square is a square of logs", log(x**2), log(x) ** 2)
false(
    "log |x| with the sign lost", log(x**2), 2 * log(absolute(x)) + indicator(a, a) * (x - absolute(x)), pins={"x": -1}
)
false("exp of a sum of means", exp(expect(w(a), (a, Q.law()))), expect(exp(w(a)), (a, Q.law())))
false("the exponential of a large square", exp(100 * (1 + x**2)) + 1, exp(100 * (1 + x**2)))
false("a tiny gap of exponentials", exp(x) * (1 + Fraction(1, 10**30)), exp(x))
false("a tiny exponential", exp(-70 - x**2), 0)
false("an exponential of an exponential", exp(exp(3 + x**2)) - 1, exp(exp(3 + x**2)), pins={"x": 1})
false("a difference of large exponentials", exp(60 + absolute(x)) + exp(-absolute(x)), exp(60 + absolute(x)))
false("log(1 + tiny)", log(1 + exp(-80 - x**2)), 0)
false("hyperbolic identity with a slip", (exp(x) + exp(-x)) ** 2 - (exp(x) - exp(-x)) ** 2, 4 + exp(-50 - x**2))
false("|x + y| = |x| + |y|", absolute(x + y), absolute(x) + absolute(y))
false("|x| = x", absolute(x), x)
false("|r − 1| = 1 − r, for rewards of bits and beyond", absolute(r - 1), 1 - r, pins={"r": 2})
false("|x y| = x |y|", absolute(x * y), x * absolute(y), pins={"x": -1, "y": 1})
false("||x| − |y|| = |x − y|", absolute(absolute(x) - absolute(y)), absolute(x - y))
false("sign by a quotient", x / absolute(x), absolute(x) / x + 2 * indicator(a, a) * (x - absolute(x)), pins={"x": -1})
false(
    "log-derivative of an absolute value",
    grad(absolute(m.objective)),
    grad(m.objective),
    m.hypotheses,
    pins={"r": lambda s, a: -1 - a},
)
false("log Σ e^z is the max", log(sum_over(a, of=exp(w(a)))), maximum(w(b), w(c)), size={"A": 2})

true("log of a square, by the absolute value", log(x**2), 2 * log(absolute(x)))
true("log x³", log(x**3), 3 * log(x))
true("log 1/x", log(1 / x), -log(x))
true("log e^x", log(exp(x)), x)
true("log of a product of exponentials", log(exp(x) * exp(y)), x + y)
true("log |x|³", log(absolute(x) ** 3), 3 * log(absolute(x)))
true("log x²y²", log(x**2 * y**2), 2 * log(absolute(x * y)))
true("log x⁴ by log x²", log(x**4), 2 * log(x**2))
true("log of a square of a sum, by |x + y|", log(x**2 + 2 * x * y + y**2), 2 * log(absolute(x + y)))
true("log π²", log(pi**2), 2 * log(pi))
true("log πμ", log(pi * MU(a, s)), log(pi) + log(MU(a, s)))
true("log of a positive product", log(x * y), log(x) + log(y), (Positive(x), Positive(y)))
true("log of a product where one is positive", log(x * y), log(x) + log(y), (Positive(x),))
true("log of a quotient of what is not negative", log(x / y), log(x) - log(y), (Positive(x), NonNegative(y)))
true("exp log of what is positive", exp(log(x)), x, (Positive(x),))
true("the gradient of log J²", grad(log(m.objective**2)), 2 * grad(m.objective) / m.objective, m.hypotheses)
true("the score of a square", grad(log(pi**2)), 2 * grad(log(pi)), m.hypotheses)
true("the gradient of e^J", grad(exp(m.objective)), exp(m.objective) * grad(m.objective), m.hypotheses)
true("hyperbolic identity", (exp(x) + exp(-x)) ** 2 - (exp(x) - exp(-x)) ** 2, 4)
true("log-sigmoid", log(1 / (1 + exp(-x))), -log(1 + exp(-x)))
true("softplus", log(1 + exp(x)) - x, log(1 + exp(-x)))
true("a log that cancels", log(x) - log(x), log(x) * 0)
true("log-sum-exp shifts", log(sum_over(a, of=exp(w(a) + x))), x + log(sum_over(a, of=exp(w(a)))))
true("an exponential far away", exp(1000 + x) * exp(-1000), exp(x))
true("|x|²", absolute(x) ** 2, x**2)
true("|x y|", absolute(x * y), absolute(x) * absolute(y))
true("||x||", absolute(absolute(x)), absolute(x))
true("e^|x| by a maximum", exp(absolute(x)), maximum(exp(x), exp(-x)))
true("log of a maximum of what is positive", log(maximum(x, y)), maximum(log(x), log(y)), (Positive(x), Positive(y)))
true("a power of a power", exp(3 * x) ** 2, exp(6 * x))
