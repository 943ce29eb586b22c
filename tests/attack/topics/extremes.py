"""Minima, maxima, clips and absolute values at ties, and orders among them."""

from __future__ import annotations

from attack.statements import Book, Fraction
from attack.words import MU, PI, P, Q, a, b, m, pi, r, s, theta, u, v, x, y
from pgsym.terms import NonNegative, Positive, absolute, clip, exp, grad, indicator, log, maximum, minimum, sum_over

BOOK = Book("extremes")
true, false, where = BOOK.true, BOOK.false, BOOK.where
ratio = pi / MU(a, s)
half = Fraction(1, 2)

false(
    "a clip that is idempotent at other ends",
    clip(clip(x, 0, 2), 1, 3),
    clip(x, 1, 2) + absolute(x - 5) - absolute(5 - x) + maximum(x, 9) - maximum(x, 10),
)
false(
    "max for min in PPO",
    minimum(v * x, clip(v, half, Fraction(3, 2)) * x),
    maximum(v * x, clip(v, half, Fraction(3, 2)) * x),
)
false(
    "a clip alone is PPO",
    minimum(v * x, clip(v, half, Fraction(3, 2)) * x),
    clip(v, half, Fraction(3, 2)) * x,
)
false("clips commute with negation", clip(-x, 0, 1), -clip(x, 0, 1))
false("a clip with its ends exchanged", clip(x, 1, 0), clip(x, 0, 1))
false("min distributes over +", minimum(x, y) + u, minimum(x + u, y))
false("min distributes over ·", u * minimum(x, y), minimum(u * x, u * y), pins={"u": -1})
false("the middle of three", maximum(minimum(x, y), u), minimum(maximum(x, y), u))
false(
    "median by the wrong formula",
    x + y + u - maximum(x, maximum(y, u)) - minimum(x, minimum(y, u)),
    maximum(minimum(x, y), minimum(y, u)),
)
false(
    "max of four by pairs that overlap",
    maximum(maximum(x, y), maximum(u, v)),
    maximum(maximum(x, y), maximum(y, u)),
    pins={"v": 50},
)
false("max(x, 0) − max(−x, 0) = |x|", maximum(x, 0) - maximum(-x, 0), absolute(x))
false("far away only", minimum(absolute(x), 10**6), absolute(x), pins={"x": 10**7})
false("far away only, by a hinge", maximum(x, 10**9) - 10**9, 0, pins={"x": 2 * 10**9})
false("near zero only", maximum(Fraction(1, 10**9) - absolute(x), 0), 0, pins={"x": Fraction(1, 10**10)})
false("on a thin slab only", maximum(1 - 10**6 * absolute(x - Fraction(1, 3)), 0), 0, pins={"x": Fraction(1, 3)})
false("at one tie only", maximum(0, 1 - 10**4 * absolute(x - y)), 0, pins={"x": Fraction(7, 5), "y": Fraction(7, 5)})
false("for a reward beyond ten", clip(r, -10, 10), r, pins={"r": 11})
false("beyond a million", clip(x, -(10**6), 10**6), x, pins={"x": 10**6 + 1})
false(
    "a ratio clipped from below",
    minimum(ratio, 2),
    ratio,
    (Positive(MU),),
    pins={"μ": [[Fraction(1, 10), Fraction(9, 10)]], "π": [[half, half]], "at a": 0},
    size={"S": 1, "A": 2},
)
false(
    "a ratio clipped far away",
    minimum(ratio, 1000),
    ratio,
    (Positive(MU), Positive(PI)),
    pins={"μ": [[Fraction(1, 10**4), 1 - Fraction(1, 10**4)]], "π": [[half, half]], "at a": 0},
    size={"S": 1, "A": 2},
)
false(
    "only where the policy is certain",
    maximum(pi, 1 - Fraction(1, 10**9)),
    1 - Fraction(1, 10**9) + 0 * x,
    pins={"π": [[1, 0]], "at a": 0, "x": 1},
    size={"S": 1, "A": 2},
)
false(
    "only where the policy is nearly uniform",
    maximum(0, Fraction(1, 10**8) - sum_over(b, of=absolute(PI(a, s, theta) - PI(b, s, theta)))),
    0,
    size={"S": 1, "A": 3},
    pins={"π": lambda *_: Fraction(1, 3)},
)
false(
    "the gradient of a clip",
    grad(clip(m.objective, 0, 1)),
    grad(m.objective),
    m.hypotheses,
    pins={"r": lambda s, a: 2 + a},
)
false("the gradient of a smaller one", grad(minimum(pi, half)), half * grad(pi), m.hypotheses, size={"A": 2})
where(
    "the gradient of a clip by an indicator of ranges",
    grad(maximum(m.objective, 0)),
    grad(m.objective) * (1 + m.objective / absolute(m.objective)) / 2,
    "E",
    m.hypotheses,
    pins={"r": 0},
)
where(
    "x / max(x, y) + y / max(x, y)", (x + y) / maximum(x, y) * maximum(x, y), x + y, "x|y|max", pins={"x": 0, "y": -1}
)
where("one over a hinge", maximum(x, 0) / maximum(x, 0), 1, "x", pins={"x": -2})
where("log of a hinge", exp(log(maximum(x, 0))), maximum(x, 0), "x", pins={"x": -2})

true("min + max", minimum(x, y) + maximum(x, y), x + y)
true("max − min", maximum(x, y) - minimum(x, y), absolute(x - y))
true("a clip is idempotent", clip(clip(x, 0, 1), 0, 1), clip(x, 0, 1))
true("a clip within a clip", clip(clip(x, 0, 3), 1, 2), clip(x, 1, 2))
true("a clip the other way around", clip(x, 0, 1), maximum(minimum(x, 1), 0))
true("positive parts", maximum(x, 0) - maximum(-x, 0), x)
true("positive parts add to |x|", maximum(x, 0) + maximum(-x, 0), absolute(x))
true("min is max with signs", minimum(x, y), -maximum(-x, -y))
true("min over a shift", minimum(x + u, y + u), minimum(x, y) + u)
true("min over a scale", u * minimum(x, y), minimum(u * x, u * y), (NonNegative(u),))
true("max is associative", maximum(maximum(x, y), u), maximum(x, maximum(y, u)))
true("distributive lattice", minimum(x, maximum(y, u)), maximum(minimum(x, y), minimum(x, u)))
true("absorption", minimum(x, maximum(x, y)), x)
true(
    "median by two formulas",
    maximum(minimum(x, y), minimum(maximum(x, y), u)),
    minimum(maximum(x, y), maximum(minimum(x, y), u)),
)
true(
    "PPO for an advantage that is positive",
    minimum(v * x, clip(v, half, Fraction(3, 2)) * x),
    x * minimum(v, Fraction(3, 2)),
    (NonNegative(x),),
)
true(
    "PPO as in the paper's other form",
    minimum(x * u, clip(x, half, 2) * u),
    minimum(x, 2) * maximum(u, 0) - maximum(x, half) * maximum(-u, 0),
)
true("the policy is clipped at 1 for nothing", minimum(pi, 1), pi)
true("π is not negative", maximum(pi, 0), pi)
true("an indicator is its own square", indicator(a, b) ** 2, indicator(a, b))
true("an indicator as a maximum", maximum(indicator(a, b), 0), indicator(a, b))
true("squares under max", maximum(x, y) ** 2 + minimum(x, y) ** 2, x**2 + y**2)
true("max times min", maximum(x, y) * minimum(x, y), x * y)
true("|x| by a maximum", absolute(x), maximum(x, -x))
true(
    "total variation by positive parts",
    sum_over(a, of=absolute(P(a) - Q(a))),
    2 * sum_over(a, of=maximum(P(a) - Q(a), 0)),
)
true("total variation by the overlap", 1 - sum_over(a, of=minimum(P(a), Q(a))), sum_over(a, of=maximum(P(a) - Q(a), 0)))
true("a clip of what is 0 or 1", clip(indicator(a, b), 0, 1), indicator(a, b))
