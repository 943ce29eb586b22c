"""Several parameters, what is held fixed, laws that are defined, hypotheses that contradict or say nothing."""

from __future__ import annotations

from attack.statements import Book, Fraction
from attack.words import MU, PI, D, Q, R, Variable, a, b, c, f, m, phi, pi, r, s, theta, w, x, y
from pgsym.terms import (
    ACTION,
    PARAMETER,
    STATE,
    Definition,
    Frozen,
    NonNegative,
    Positive,
    Symbol,
    ThetaFree,
    absolute,
    exp,
    expect,
    function,
    grad,
    indicator,
    log,
    maximum,
    outer,
    sum_over,
    transpose,
    variance,
)  # fmt: skip

BOOK = Book("parameters")
true, false, where, vacuous = BOOK.true, BOOK.false, BOOK.where, BOOK.vacuous
old = Variable("θ'", PARAMETER)
half = Fraction(1, 2)
P1 = Symbol("p₁", (ACTION, STATE, PARAMETER), outcomes=1)
P2 = Symbol("p₂", (ACTION, STATE, PARAMETER), outcomes=1)
both = function("r", STATE, ACTION, ACTION)
PP = (ThetaFree(D), ThetaFree(both), Positive(P1), Positive(P2))
J2 = expect(both(s, b, c), (s, D.law()), (b, P1.law(s, theta)), (c, P2.law(s, phi)))
shared = expect(both(s, b, c), (s, D.law()), (b, P1.law(s, theta)), (c, P2.law(s, theta)))
score1, score2 = grad(log(P1(b, s, theta)), theta), grad(log(P2(c, s, theta)), theta)
over2 = lambda body: expect(body, (s, D.law()), (b, P1.law(s, theta)), (c, P2.law(s, theta)))  # noqa: E731
H = m.hypotheses
held = Frozen(old, theta)
pi_old = PI(a, s, old)
draw = (a, PI.law(s, theta))
draw_old = (a, PI.law(s, old))
states = (s, D.law())

# two policies
true("two policies that share θ", grad(shared), over2(both(s, b, c) * (score1 + score2)), PP)
true(
    "the gradient by the first parameter",
    grad(J2, theta),
    expect(both(s, b, c) * score1, (s, D.law()), (b, P1.law(s, theta)), (c, P2.law(s, phi))),
    PP,
)
true("no θ in what depends on φ", grad(expect(w(c), (c, P2.law(s, phi))), theta), 0, (ThetaFree(w),))
true("a policy alike at both", grad(J2, theta) + 0 * grad(J2, theta), grad(J2, theta), PP)
false(
    "two policies that share θ, the first alone", grad(shared), over2(both(s, b, c) * score1), PP, size={"S": 1, "A": 2}
)
false("two policies that share θ are alike", P1(a, s, theta), P2(a, s, theta), size={"A": 2})
false("the same policy at two parameters", PI(a, s, theta), PI(a, s, phi), size={"A": 2})
false("a team's gradient, doubled", grad(J2, theta), 2 * grad(J2, theta), PP, size={"S": 1, "A": 2})
false("a team's gradient is zero", grad(J2, theta), 0, PP, size={"S": 1, "A": 2})
false(
    "a team's gradient by the other",
    grad(J2, theta),
    expect(both(s, b, c) * score1, (s, D.law()), (b, P1.law(s, theta)), (c, P1.law(s, theta))),
    PP,
    size={"S": 1, "A": 2},
)
false("ratios of two parameters", pi / PI(a, s, phi), 1, (Positive(PI),), size={"A": 2})

# what is held fixed
true("the surrogate at θ' = θ", grad(expect(pi / pi_old * r, states, draw_old), theta), grad(m.objective), (*H, held))
true("the surrogate's value", expect(pi / pi_old * r, states, draw_old), m.objective, (*H, held))
true("what is held fixed does not move", grad(expect(r, states, draw_old), theta), 0, (*H, held))
true(
    "a gradient of half a square of the critic",
    grad((expect(r, draw) - expect(r, draw_old)) ** 2, theta),
    0,
    (*H, held),
)
true("KL from what is held fixed has no slope", grad(expect(log(pi / pi_old), draw), theta), 0, (*H, held))
true(
    "the curvature of KL is Fisher's",
    grad(grad(expect(log(pi_old / pi), draw_old), theta), theta),
    expect(outer(m.score, m.score), draw),
    (*H, held),
)
true("the surrogate's gradient at any θ'", grad(expect(pi / pi_old * r, states, draw_old), theta), grad(m.objective), H)
false(
    "what is not held fixed does not move", grad(expect(r, states, draw), theta), 0, (*H, held), size={"S": 1, "A": 2}
)
false("both held and not: a product", grad(pi * pi_old, theta), grad(pi**2, theta), (*H, held), size={"A": 2})
false("a ratio at its own gradient", grad(pi / pi_old, theta), 0, (*H, held), size={"A": 2})
false(
    "the curvature of the surrogate's log",
    grad(grad(log(pi / pi_old), theta), theta),
    0 * outer(m.score, m.score),
    (*H, held),
    size={"A": 2},
)
false(
    "the reversed KL's slope of another",
    grad(expect(log(pi / PI(a, s, phi)), draw), theta),
    0,
    H,
    size={"S": 1, "A": 2},
)
false(
    "baselines may move where they are held",
    grad(expect((r - expect(R(s, b), (b, PI.law(s, theta)))) * pi, draw_old), theta),
    grad(expect(r * pi, draw_old), theta),
    (*H, held),
    size={"S": 1, "A": 2},
)
false(
    "a critic's whole gradient",
    grad((r - expect(R(s, b), (b, PI.law(s, theta)))) ** 2, theta),
    -2 * (r - expect(R(s, b), (b, PI.law(s, theta)))) * grad(expect(R(s, b), (b, PI.law(s, old))), theta),
    (*H, held),
    size={"S": 1, "A": 2},
)
where("a ratio to what is held", pi / pi_old, 1, "π", (held,), pins={"π": [[0, 1]], "at a": 0}, size={"S": 1, "A": 2})

# second derivatives
true(
    "the Jacobian of a gradient",
    grad(grad(m.objective * expect(w(a), draw))),
    transpose(grad(grad(m.objective * expect(w(a), draw)))),
    (*H, ThetaFree(w)),
)
true(
    "products twice",
    grad(grad(pi * PI(b, s, theta))),
    pi * grad(grad(PI(b, s, theta)))
    + PI(b, s, theta) * grad(grad(pi))
    + outer(grad(pi), grad(PI(b, s, theta)))
    + outer(grad(PI(b, s, theta)), grad(pi)),
    H,
)
true("a log twice", grad(grad(log(pi))), grad(grad(pi)) / pi - outer(m.score, m.score), H)
true("rows' second derivatives sum to zero", sum_over(a, of=grad(grad(pi))), 0, H)
true(
    "an outer product's transpose",
    transpose(outer(grad(pi), grad(PI(b, s, theta)))),
    outer(grad(PI(b, s, theta)), grad(pi)),
    H,
)
false(
    "products twice, a cross term lost",
    grad(grad(pi * PI(b, s, theta))),
    pi * grad(grad(PI(b, s, theta))) + PI(b, s, theta) * grad(grad(pi)),
    H,
    size={"A": 2},
)
false(
    "products twice, one cross term",
    grad(grad(pi * PI(b, s, theta))),
    pi * grad(grad(PI(b, s, theta))) + PI(b, s, theta) * grad(grad(pi)) + 2 * outer(grad(pi), grad(PI(b, s, theta))),
    H,
    size={"A": 3},
)
false("a log twice, sign", grad(grad(log(pi))), grad(grad(pi)) / pi + outer(m.score, m.score), H, size={"A": 2})
false(
    "a field's Jacobian is symmetric",
    grad(pi * grad(PI(b, s, theta))),
    transpose(grad(pi * grad(PI(b, s, theta)))),
    H,
    size={"A": 3},
)
false("policies are linear in θ", grad(grad(pi)), 0 * outer(grad(pi), grad(pi)), H, size={"A": 2})
false("log-policies are linear in θ", grad(grad(log(pi))), -outer(m.score, m.score), H, size={"A": 2})

# laws by definitions
SIG = Symbol("σ", (ACTION, STATE), outcomes=1)
NOW = Symbol("ς", (STATE,), outcomes=1)
mixed = Definition.of(SIG(a, s), half * MU(a, s) + half * Q(a))
true(
    "a mixture's mean",
    expect(r, (a, SIG.law(s))),
    half * expect(r, (a, MU.law(s))) + half * expect(r, (a, Q.law())),
    (mixed,),
)
true("a mixture is a law", sum_over(a, of=SIG(a, s)), 1, (mixed,))
true(
    "a tilted law",
    expect(r, (a, SIG.law(s))),
    expect(r * exp(w(a)), (a, MU.law(s))) / expect(exp(w(a)), (a, MU.law(s))),
    (Definition.of(SIG(a, s), MU(a, s) * exp(w(a)) / sum_over(b, of=MU(b, s) * exp(w(b)))),),
)
true(
    "a uniform law",
    expect(w(a), (a, SIG.law(s))),
    sum_over(a, of=w(a)) / sum_over(a, of=1) * indicator(s, s),
    (Definition.of(SIG(a, s), 1 / sum_over(b, of=1) + 0 * indicator(s, s) * indicator(a, a)),),
)
false(
    "a mixture's variance",
    variance(r, (a, SIG.law(s))),
    half * variance(r, (a, MU.law(s))) + half * variance(r, (a, Q.law())),
    (mixed,),
    size={"A": 2},
)
false(
    "a mixture's weights turned around", expect(r, (a, SIG.law(s))), expect(r, (a, MU.law(s))), (mixed,), size={"A": 2}
)
false(
    "a tilted law without its normaliser",
    expect(r, (a, SIG.law(s))),
    expect(r * exp(w(a)), (a, MU.law(s))),
    (Definition.of(SIG(a, s), MU(a, s) * exp(w(a)) / sum_over(b, of=MU(b, s) * exp(w(b)))),),
    size={"A": 2},
)
vacuous(
    "a law that is 2",
    expect(1 + 0 * x, (a, SIG.law(s))),
    2 * indicator(s, s),
    (Definition.of(SIG(a, s), 2 + 0 * w(a) * f(s)),),
)
vacuous(
    "a law that is 2, and a variance",
    0,
    variance(f(s), (s, NOW.law())),
    (Definition.of(NOW(s), 2 + 0 * f(s)),),
    relation="≤",
)
vacuous(
    "a law that sums to two",
    expect(r, (a, SIG.law(s))),
    2 * expect(r, (a, MU.law(s))),
    (Definition.of(SIG(a, s), 2 * MU(a, s)),),
)
vacuous(
    "a policy that is ½",
    grad(expect(r, draw)),
    0,
    (Definition.of(pi, half + 0 * w(a) * f(s)), ThetaFree(R)),
    size={"A": 3, "S": 1},
    asked=({"S": 1, "A": 3},),
)
false("a law that is 2 has a bounded mean", expect(w(a), (a, Q.law())), 2 * expect(w(a), (a, Q.law())), size={"A": 2})

# hypotheses that contradict, or are needed
false("signs of one are not another's", absolute(x * y), x * y, (Positive(x),), pins={"y": -1})
false("not negative is not positive", x / absolute(x + y) * absolute(x + y), 2 * x, (NonNegative(x),), pins={"x": 1})
false("a positive reward is at least one", maximum(r, 1), r, (Positive(R),), pins={"r": half})
false("positive probabilities are at most a half", maximum(pi, half), half, (Positive(PI),), size={"A": 1})
where("not negative, and divided by", x / x, 1, "x", (NonNegative(x),), pins={"x": 0})
where("not negative, and a logarithm", exp(log(x)), x, "x", (NonNegative(x),), pins={"x": 0})
where(
    "a law without zeros, another with",
    MU(a, s) / pi * pi,
    MU(a, s),
    "π",
    (Positive(MU),),
    pins={"π": [[0, 1]], "at a": 0},
    size={"S": 1, "A": 2},
)
where(
    "positive states, not actions",
    D(s) * pi / (D(s) * pi),
    1,
    "π",
    (Positive(D),),
    pins={"π": [[0, 1]], "at a": 0},
    size={"S": 1, "A": 2},
)
true("positive, and divided by", x / x, 1, (Positive(x),))
true("a positive reward's absolute value", absolute(r), r, (NonNegative(R),))
true("a positive table in a denominator", f(s) / (r + f(s)) + r / (r + f(s)), 1, (Positive(R), Positive(f)))
true("a sum of positive rewards", sum_over(a, of=r) / sum_over(a, of=r), 1, (Positive(R),))
