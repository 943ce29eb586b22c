"""What is divided by itself, and vanishes on a thin set."""

from __future__ import annotations

from attack.jets import MP
from attack.statements import Book, Fraction
from attack.words import (
    ACTION,
    MU,
    PI,
    STATE,
    D,
    N,
    P,
    Q,
    R,
    Symbol,
    T,
    a,
    b,
    f,
    function,
    k,
    label,
    m,
    pi,
    r,
    s,
    t,
    theta,
    u,
    v,
    w,
    x,
    y,
)
from pgsym.problems import classification, groups, trajectories
from pgsym.problems.divergence import divergence, entropy
from pgsym.terms import (
    Definition,
    Positive,
    absolute,
    clip,
    covariance,
    exp,
    expect,
    given,
    grad,
    indicator,
    log,
    maximum,
    minimum,
    product_range,
    sum_over,
    sum_range,
    variance,
)  # fmt: skip

BOOK = Book("conditions")
true, where = BOOK.true, BOOK.where
draw = (a, PI.law(s, theta))
tr, gr, cl = trajectories(), groups(), classification()


def itself(name, e, says, hypotheses=(), **more):
    """e/e = 1, which is false where e = 0."""
    where(name, e / e, 1, says, hypotheses, **more)


itself("|x − 1|", absolute(x - 1), "x", pins={"x": 1})
itself("min(r, 1)", minimum(r, 1), "r", pins={"r": 0})
itself("clip(r, 0, 1)", clip(r, 0, 1), "r", pins={"r": -3})
itself("(r − 1)^N", (r - 1) ** N, "r", pins={"r": 1})
itself("a sum of two squares", (x - 1) ** 2 + (y - 2) ** 2, "x", pins={"x": 1, "y": 2})
itself("x² + y²", x**2 + y**2, "x", pins={"x": 0, "y": 0})
itself("|x| + |y|", absolute(x) + absolute(y), "x", pins={"x": 0, "y": 0})
itself("max − min", maximum(x, y) - minimum(x, y), "x", pins={"x": 3, "y": 3})
itself("a determinant", x * y - u * v, "x", pins={"x": 2, "y": 3, "u": 6, "v": 1})
itself("a discriminant", x**2 - 4 * y, "x", pins={"x": 2, "y": 1})
itself("x² − 2, at an irrational", x**2 - 2, "x", pins={"x": MP.sqrt(2)})
itself("x³ − x − 1, at an irrational", x**3 - x - 1, "x", pins={"x": MP.findroot(lambda q: q**3 - q - 1, 1.3)})
itself("e^x − 2", exp(x) - 2, "x", pins={"x": MP.log(2)})
itself("e^x − 1", exp(x) - 1, "x", pins={"x": 0})
itself("e^x − e^y", exp(x) - exp(y), "x", pins={"x": 5, "y": 5})
itself("log x", log(x), "x", pins={"x": 1})
itself("x − |x|", x - absolute(x), "x", pins={"x": 2})
itself("a hinge", maximum(0, 1 - x * y), "x", pins={"x": 2, "y": 2})
itself("the smaller of two squares", minimum(x**2, (x - y) ** 2), "x", pins={"x": 4, "y": 4})
itself("||x| − 1|", absolute(absolute(x) - 1), "x", pins={"x": -1})
itself("1 − π", 1 - pi, "π", pins={"π": [[0, 1], [1, 0], [1, 0]]}, size={"A": 2})
itself("1 − Σπ²", 1 - sum_over(a, of=pi**2), "π", pins={"π": [[0, 1], [1, 0], [1, 0]]}, size={"A": 2})
itself("min(π, ½)", minimum(pi, Fraction(1, 2)), "π", pins={"π": [[0, 1]], "at a": 0}, size={"S": 1, "A": 2})
itself("the accuracy", cl.accuracy, "π|accuracy|E", pins={"π": [[0, 1]], "y": 0}, size={"S": 1, "A": 2})
itself("π at a label", PI(label(s), s, theta), "π", pins={"π": [[0, 1]], "y": 0}, size={"S": 1, "A": 2})
itself("Σ|p − q|", sum_over(a, of=absolute(P(a) - Q(a))), "p|q", pins={"p": [0, 1], "q": [0, 1]}, size={"A": 2})
itself("Σ(p − q)²", sum_over(a, of=(P(a) - Q(a)) ** 2), "p|q", pins={"p": [1, 0], "q": [1, 0]}, size={"A": 2})
itself(
    "a divergence",
    divergence(P.law(), Q.law(), a),
    "log|p|E",
    (Positive(P), Positive(Q)),
    pins={"p": lambda _: 1 / MP.mpf(2), "q": lambda _: 1 / MP.mpf(2)},
    size={"A": 2},
)
itself("an entropy", entropy(m.policy_law, a), "log|π|E", (Positive(PI),), size={"A": 1})
itself("a variance", variance(r, draw), "Var", pins={"r": 4})
itself("a variance of the state alone", variance(f(s), (s, D.law())), "Var", size={"S": 1})
itself("a covariance", covariance(r, w(a), draw), "Cov", pins={"w": 1})
itself("E[r²]", m.expectation(r**2), "E", pins={"r": 0})
itself("Σ_a r²", sum_over(a, of=r**2), "Σ", pins={"r": 0})
itself("E|r − E[r]|", expect(absolute(R(s, b) - expect(r, draw)), (b, PI.law(s, theta))), "E", pins={"r": 2})
itself("1{a = b}", indicator(a, b), "1\\{", pins={"at a": 0, "at b": 1}, size={"A": 2})
itself("1 − 1{a = b}", 1 - indicator(a, b), "1\\{|1 −", pins={"at a": 0, "at b": 0}, size={"A": 2})
itself("|A| − 1", sum_over(a, of=1) - 1, "A", size={"A": 1})
itself("|A| − 3", sum_over(a, of=1) - 3, "A", size={"A": 3})
where("N − 1", 1 / (N - 1) * (N - 1), 1, "N", size={"N": 1})
itself("how many come before t", sum_range(k, 1, tr.t - 1, of=1), "Σ|t", size={"t": 1})
itself("x^T", x**tr.T, "x", pins={"x": 0})
itself("a product of rewards", product_range(t, 1, tr.T, of=tr.reward(t)), "Π|r", pins={"r": 0})
itself("a return", tr.total_reward, "Σ|r", pins={"r": 0})
itself("an objective", m.objective, "E", m.hypotheses, pins={"r": 0})

# through definitions
fr, gr_ = function("F", STATE, ACTION), function("G", STATE, ACTION)
one_more = Definition.of(fr(s, a), 1 + r)
one_over = Definition.of(gr_(s, a), 1 / (1 + r))
nested = (Definition.of(fr(s, a), gr_(s, a) - 4), Definition.of(gr_(s, a), r**2))
itself("a definition", fr(s, a), "F|r", (one_more,), pins={"r": -1})
where("a definition times its inverse", gr_(s, a) * (1 + r), 1, "r", (one_over,), pins={"r": -1})
itself("a definition of a definition", fr(s, a), "F|G|r", nested, pins={"r": -2})
where("a definition that cancels in its body", gr_(s, a), r, "r", (Definition.of(gr_(s, a), r**2 / r),), pins={"r": 0})
where("a definition that is nowhere used but for zero", 0 * gr_(s, a), 0, "r", (one_over,), pins={"r": -1})
baseline = function("B", STATE)
normal = Definition.of(baseline(s), sum_over(b, of=R(s, b) ** 2))
where("an advantage by its scale", r / baseline(s) * baseline(s), r, "B|r", (normal,), pins={"r": 0})
law_of = Symbol("σ", (ACTION, STATE), outcomes=1)
normalised = Definition.of(law_of(a, s), R(s, a) ** 2 / sum_over(b, of=R(s, b) ** 2))
where("a law that normalises rewards", sum_over(a, of=law_of(a, s)), 1, "r|σ", (normalised,), pins={"r": 0})

# inside something else
where("inside an expectation", m.expectation((r - 1) / (r - 1)), 1, "r", pins={"r": 1})
where("inside a sum", sum_over(a, of=pi * absolute(r) / absolute(r)), 1, "r|Σ", pins={"r": 0})
where(
    "inside a gradient",
    grad(absolute(r - 1) * m.objective / absolute(r - 1)),
    grad(m.objective),
    "r",
    m.hypotheses,
    pins={"r": 1},
)
where("under a minimum", minimum(x / x, 2), 1, "x", pins={"x": 0})
where("behind an indicator", indicator(a, b) * (x / x) + (1 - indicator(a, b)), 1, "x", pins={"x": 0})
where("times zero", 0 * (1 / x), 0, "x", pins={"x": 0})
where("an inverse of an inverse", 1 / (1 / x), x, "x", pins={"x": 0})
where("a power of −1", x**-1 * x, 1, "x", pins={"x": 0})
where("in an average over states", expect(f(s) / f(s), (s, D.law())), 1, "f", pins={"f": 0})
where("in an exponent", exp(x / x), exp(x * 0 + 1), "x", pins={"x": 0})
where("in a logarithm", log(absolute(x) / absolute(x)), 0, "x", pins={"x": 0})
where("in a variance", variance(r / r, draw), 0, "r|Var", pins={"r": 0})
where("a geometric sum", sum_range(k, 1, T, of=x ** (k - 1)), (x**T - 1) / (x - 1), "x", pins={"x": 1})
where(
    "a conditional mean",
    expect(1 + x * 0, (a, given(PI.law(s, theta), a, indicator(a, label(s))))),
    1,
    "π|given|1\\{",
    pins={"π": [[0, 1]], "y": 0},
    size={"S": 1, "A": 2},
)
where("the score times π", pi * (grad(pi) / pi), grad(pi), "π", pins={"π": [[0, 1]], "at a": 0}, size={"S": 1, "A": 2})
where(
    "the gradient of log J",
    grad(log(m.objective)),
    grad(m.objective) / m.objective,
    "E|J",
    m.hypotheses,
    pins={"r": -1},
)
where(
    "the gradient of |J|",
    grad(absolute(m.objective)),
    m.objective / absolute(m.objective) * grad(m.objective),
    "E",
    m.hypotheses,
    pins={"r": 0},
)
where("leave one out of one", gr.mean_of_others * (N - 1), gr.others, "N", gr.hypotheses, size={"N": 1, "i": 1})
where(
    "a self-normalised weight",
    expect(MU(a, s) / pi, draw) / expect(MU(a, s) / pi, draw),
    1,
    "μ|E|π",
    pins={"μ": [[1, 0]], "π": [[0, 1]]},
    size={"S": 1, "A": 2},
)

# what never vanishes
for name, e, hypotheses in (
    ("e^x", exp(x), ()),
    ("1 + x²", 1 + x**2, ()),
    ("1 + |x|", 1 + absolute(x), ()),
    ("x² + x + 1", x**2 + x + 1, ()),
    ("max(x, 1)", maximum(x, 1), ()),
    ("clip(x, 1, 2)", clip(x, 1, 2), ()),
    ("2 + 1{a = b}", 2 + indicator(a, b), ()),
    ("1 + π", 1 + pi, ()),
    ("2 − π", 2 - pi, ()),
    ("π > 0", pi, (Positive(PI),)),
    ("Σπ", sum_over(a, of=pi), ()),
    ("|A|", sum_over(a, of=1), ()),
    ("N/x", N * (1 + x**2), ()),
    ("1 + Var[r]", 1 + variance(r, draw), ()),
    ("e^x + e^−x", exp(x) + exp(-x), ()),
    ("1 + E[r²]", 1 + m.expectation(r**2), ()),
    ("the accuracy where π > 0", cl.accuracy, (Positive(PI),)),
    ("Σπ²", sum_over(a, of=pi**2), ()),
    ("x where x > 0", x, (Positive(x),)),
    ("x + y where both are", x + y, (Positive(x), Positive(y))),
    ("1 + a definition that is a square", 1 + fr(s, a), (Definition.of(fr(s, a), r**2),)),
):
    true(f"{name} over itself", e / e, 1, hypotheses)
true("a sum of nothing", sum_range(k, 2, 1, of=1 / x), 0)
true("undefined on both sides alike", 1 / x + 1 / x, 2 / x)
true("a fraction in lowest terms", (x + y) / (x * y * (x + y) ** 2), 1 / (x * y * (x + y)))
true("the definition itself", gr_(s, a), 1 / (1 + r), (one_over,))
true("the softmax over itself", pi / pi, 1, (cl.softmax,))
