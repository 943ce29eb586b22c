"""Label functions, their fixed points and coincidences, and rows with zeros."""

from __future__ import annotations

from math import prod

from attack.jets import Jet
from attack.statements import Book, Fraction
from attack.words import MU, PI, D, R, a, b, c, label, pi, r, s, s2, theta, w
from pgsym.problems import classification, noisy_labels
from pgsym.terms import (
    ACTION,
    STATE,
    HowMany,
    Positive,
    ThetaFree,
    choice,
    expect,
    given,
    grad,
    indicator,
    log,
    maximum,
    sum_over,
    variance,
)  # fmt: skip

BOOK = Book("labels")
true, false, where = BOOK.true, BOOK.false, BOOK.where
cl, nl = classification(), noisy_labels()
G, H = choice("g", ACTION), choice("h", ACTION)
A1, S1 = sum_over(b, of=1), sum_over(s, of=1)
is_label = indicator(a, label(s))
half = Fraction(1, 2)
draw = (a, PI.law(s, theta))


def zero_at(n, *roots):
    """A product that is zero where a number is one of some."""
    return prod((n - k for k in roots), start=1)


fixed = sum_over(a, of=indicator(a, G(a)))
agree = sum_over(s, s2, of=indicator(label(s), label(s2)))
hits = sum_over(s, of=indicator(label(s), a))
image = sum_over(a, of=maximum(0, 1 - sum_over(s, of=indicator(label(s), a))))  # how many labels nobody has

false(
    "no function of two actions is the identity",
    zero_at(fixed, 0, 1),
    0,
    (HowMany(ACTION, 2),),
    pins={"g": lambda a: a},
    size={"A": 2},
)
false(
    "no function of three actions is the identity",
    zero_at(fixed, 0, 1, 2),
    0,
    (HowMany(ACTION, 3),),
    pins={"g": lambda a: a},
    size={"A": 3},
)
false(
    "no function of four actions has four fixed points",
    zero_at(fixed, 0, 1, 2, 3),
    0,
    (HowMany(ACTION, 4),),
    pins={"g": lambda a: a},
    size={"A": 4},
)
false(
    "no function of four actions has three fixed points",
    zero_at(fixed, 0, 1, 2, 4),
    0,
    (HowMany(ACTION, 4),),
    pins={"g": [0, 1, 2, 0]},
    size={"A": 4},
)
false(
    "no function of five actions has five fixed points",
    zero_at(fixed, 0, 1, 2, 3, 4),
    0,
    asked=({"A": 5},),
    pins={"g": lambda a: a},
    size={"A": 5},
)
false(
    "two functions of actions are not inverse",
    sum_over(a, of=indicator(a, G(H(a)))) * zero_at(sum_over(a, of=indicator(a, G(H(a)))), 1, 2),
    0,
    (HowMany(ACTION, 3),),
    pins={"g": lambda a: a, "h": lambda a: a},
    size={"A": 3},
)
false(
    "no function of three actions is a cycle",
    zero_at(sum_over(a, of=indicator(a, G(G(G(a))))), 0, 1, 2) * (1 - indicator(G(b), b)),
    0,
    (HowMany(ACTION, 3),),
    pins={"g": [1, 2, 0]},
    size={"A": 3},
)
false(
    "no function of four actions is an involution without fixed points",
    sum_over(a, of=indicator(a, G(G(a))))
    * zero_at(sum_over(a, of=indicator(a, G(G(a)))), 1, 2, 3)
    * zero_at(fixed, 1, 2, 3, 4),
    0,
    (HowMany(ACTION, 4),),
    pins={"g": [1, 0, 3, 2]},
    size={"A": 4},
)
false("every function is onto", image, 0, pins={"y": 0}, size={"S": 2, "A": 2})
false(
    "no labels of three states are all alike",
    zero_at(agree, 3, 5),
    0,
    (HowMany(STATE, 3),),
    pins={"y": 0},
    size={"S": 3, "A": 2},
)
false(
    "no labels of three states all differ",
    zero_at(agree, 5, 9),
    0,
    (HowMany(STATE, 3), HowMany(ACTION, 3)),
    pins={"y": [0, 1, 2]},
    size={"S": 3, "A": 3},
)
false(
    "no labels of four states all differ",
    zero_at(agree, 6, 8, 10, 16),
    0,
    asked=({"S": 4, "A": 4},),
    pins={"y": [0, 1, 2, 3]},
    size={"S": 4, "A": 4},
)
false(
    "the label of one state is another's",
    indicator(label(s), label(s2)),
    1,
    pins={"y": [0, 1], "at s": 0, "at s'": 1},
    size={"S": 2, "A": 2},
)
false("labels and rewards commute", R(s, label(s2)), R(s2, label(s)))
false("a label's reward is the mean", R(s, label(s)), expect(r, draw))
false("labels' policies sum to one", sum_over(s, of=PI(label(s), s, theta)), 1)
false(
    "one minus the accuracy is at another label",
    1 - PI(label(s), s, theta),
    PI(G(label(s)), s, theta),
    size={"A": 2},
    pins={"g": 0, "y": 0},
)
false("a zero-one reward is its label's", cl.accuracy, cl.expectation(r), cl.hypotheses)
false("accuracy is a cross entropy", grad(cl.accuracy), -grad(cl.cross_entropy), cl.hypotheses)
false("one-hot labels for all", cl.soft_cross_entropy, cl.cross_entropy, cl.hypotheses)
false("cross entropy squared", variance(log(PI(label(s), s, theta)), (s, D.law())), 0, (Positive(PI),), size={"S": 2})
false(
    "flips keep the accuracy", nl.noisy_accuracy, nl.kept * nl.accuracy, nl.hypotheses, pins={"ε": half}, size={"A": 2}
)
false(
    "flips to the same class", nl.noisy_mass, 1 - nl.flipped, nl.hypotheses, pins={"ε": Fraction(1, 3)}, size={"A": 2}
)
false(
    "noise drops no class",
    sum_over(a, of=nl.noisy_mass * indicator(a, label(s))),
    1,
    nl.hypotheses,
    pins={"ε": half},
    size={"A": 2},
)
false(
    "the gradient of the noisy cross entropy scales",
    grad(nl.noisy_cross_entropy),
    nl.kept * grad(nl.cross_entropy),
    nl.hypotheses,
    pins={"ε": half},
    size={"A": 2},
)

# zeros in rows
zero_row = {"π": [[0, 1]], "at a": 0}
one_two = {"S": 1, "A": 2}
supported = sum_over(a, of=maximum(0, 1 - 10**9 * pi))  # near the number of actions without probability
false("every action has some probability", supported, 0, pins={"π": [[0, 1]]}, size=one_two)
false(
    "not three of four are impossible",
    zero_at(sum_over(a, of=maximum(0, 1 - 10**30 * PI(a, s, theta))), 3) * 0
    + maximum(0, sum_over(a, of=maximum(0, 1 - 10**9 * pi)) - 2),
    0,
    (HowMany(ACTION, 4),),
    pins={"π": [[0, 0, 1, 0]]},
    size={"S": 1, "A": 4},
)
false(
    "weights at other support",
    expect(pi / MU(a, s) * r, (a, MU.law(s))),
    expect(r, draw),
    pins={"μ": [[0, 1]], "π": [[1, 0]], "r": [[1, 0]]},
    size=one_two,
)
false(
    "weights of a gradient at other support",
    expect(grad(pi) / MU(a, s) * r, (a, MU.law(s))),
    grad(expect(r, draw)),
    (ThetaFree(R), ThetaFree(MU)),
    pins={"μ": [[0, 1]], "π": [[half, half]], "r": [[1, 0]]},
    size=one_two,
)
false(
    "total mass of weights",
    expect(pi / MU(a, s), (a, MU.law(s))),
    1,
    pins={"μ": [[0, 1]], "π": [[half, half]]},
    size=one_two,
)
false(
    "a reverse divergence of weights",
    expect(MU(a, s) / pi, draw),
    1,
    pins={"π": [[0, 1]], "μ": [[half, half]]},
    size=one_two,
)
where("0/0 of the impossible", sum_over(a, of=pi * (r / pi)), sum_over(a, of=r), "π", pins=zero_row, size=one_two)
where(
    "the score of the impossible",
    sum_over(a, of=pi * grad(log(pi))),
    grad(sum_over(a, of=pi)),
    "π",
    cl.hypotheses[:2],
    pins=zero_row,
    size=one_two,
)
where(
    "the score of a label",
    PI(label(s), s, theta) * cl.right_score,
    grad(PI(label(s), s, theta)),
    "π",
    cl.hypotheses[:2],
    pins={"π": [[0, 1]], "y": 0},
    size=one_two,
)
where(
    "a conditional law",
    expect(r, (a, given(PI.law(s, theta), a, is_label))),
    R(s, label(s)),
    "π|1\\{",
    pins={"π": [[0, 1]], "y": 0},
    size=one_two,
)
where(
    "cross entropy at a wrong certainty",
    -log(PI(label(s), s, theta)) + log(PI(label(s), s, theta)),
    0,
    "π",
    pins={"π": [[0, 1]], "y": 0},
    size=one_two,
)
where("an action value by weights", pi * R(s, a) / PI(a, s, theta), R(s, a), "π", pins=zero_row, size=one_two)
where("odds", pi / (1 - pi) * (1 - pi), pi, "π", pins={"π": [[1, 0]], "at a": 0}, size=one_two)

true("fixed points are at most all", maximum(fixed, A1), A1)
true("one label a state", sum_over(a, of=is_label), 1)
true("the label's mass", sum_over(a, of=pi * is_label), PI(label(s), s, theta))
true("an expectation at a label", expect(r * is_label, draw), PI(label(s), s, theta) * R(s, label(s)))
true("accuracy by masses", cl.accuracy, expect(PI(label(s), s, theta), (s, D.law())), cl.hypotheses)
true("the gradient of the accuracy", grad(cl.accuracy), cl.over_states(cl.right_mass * cl.right_score), cl.hypotheses)
true("labels are idempotent indicators", is_label * is_label, is_label)
true("indicators are transitive", indicator(a, b) * indicator(b, c), indicator(a, b) * indicator(a, c))
true(
    "labels coincide symmetrically",
    indicator(label(s), label(s2)),
    sum_over(a, of=indicator(label(s), a) * indicator(label(s2), a)),
)
true("hits add up to the states", sum_over(a, of=hits), S1)
true("a function of a function", sum_over(a, of=indicator(a, G(b)) * w(a)), w(G(b)))
true("one-hot labels by hypothesis", cl.soft_cross_entropy, cl.cross_entropy, (*cl.hypotheses, cl.one_hot))
true("zero-one rewards by hypothesis", cl.objective, cl.accuracy, (*cl.hypotheses, cl.zero_one_reward))
true(
    "flipped labels' accuracy",
    nl.noisy_accuracy,
    nl.kept * nl.accuracy + nl.flipped / (nl.classes - 1),
    nl.hypotheses,
    pins={"ε": Fraction(1, 4)},
)
true("the noisy law is one", sum_over(a, of=nl.noisy_mass), 1, nl.hypotheses, pins={"ε": Fraction(1, 4)})
true("weights with support", expect(pi / MU(a, s) * r, (a, MU.law(s))), expect(r, draw), (Positive(MU),))
true("a law given its whole space", expect(r, (a, given(PI.law(s, theta), a, indicator(a, a)))), expect(r, draw))
true("total probability by labels", expect(r, draw), expect(r * is_label, draw) + expect(r * (1 - is_label), draw))
true(
    "a conditional law with support",
    expect(r, (a, given(PI.law(s, theta), a, is_label))),
    R(s, label(s)),
    (Positive(PI),),
)
true("expectations see the support alone", expect(pi / pi, draw), 1)
# one-sided derivatives at the edge of the simplex are derivatives: an answer of no probability may gain some
false(
    "scores by the support alone",
    expect(grad(log(pi)), draw),
    0,
    pins={"π": lambda *at: Jet({(): Fraction(at[-1] == 0), (("θ", 0),): Fraction(2 * at[-1] - 1)})},
    size={"S": 1, "A": 2},
)
true("scores by the support alone, of positive policies", expect(grad(log(pi)), draw), 0, (Positive(PI),))
true("mean log-ratios by the support alone", expect(log(pi) - log(pi), draw), 0)
