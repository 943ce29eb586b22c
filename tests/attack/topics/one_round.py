"""The one-step problem, noisy rewards and labels, softmax policies and divergences: theorems, and slips in them."""

from __future__ import annotations

from attack.statements import Book, Fraction
from attack.words import MU, PI, D, N, P, Q, R, a, b, f, g, h, m, pi, r, s, theta, w
from pgsym.problems import classification, noisy_rewards
from pgsym.problems.divergence import divergence, entropy
from pgsym.problems.one_step_problem import SAMPLES
from pgsym.terms import (
    ACTION,
    PARAMETER,
    STATE,
    Positive,
    Symbol,
    ThetaFree,
    absolute,
    covariance,
    exp,
    expect,
    grad,
    log,
    maximum,
    outer,
    sum_over,
    transpose,
    variance,
)  # fmt: skip

BOOK = Book("one round")
true, false, where = BOOK.true, BOOK.false, BOOK.where
draw, states = (a, PI.law(s, theta)), (s, D.law())
H = m.hypotheses
cl, nr = classification(), noisy_rewards()
half = Fraction(1, 2)
fixed = (ThetaFree(MU), Positive(MU))
off = lambda body: expect(body, states, (a, MU.law(s)))  # noqa: E731
E = m.expectation

# the policy gradient and its slips
true("the theorem", grad(m.objective), E(r * m.score), H)
true("a baseline of the state", grad(m.objective), E((r - f(s)) * m.score), (*H, ThetaFree(f)))
true("a baseline that moves", grad(m.objective), E((r - f(s)) * m.score), H)
true("the mean score", E(m.score), 0, H)
true("by actions", grad(m.objective), expect(sum_over(a, of=r * grad(pi)), states), H)
true("rewards that move", grad(m.objective), E(r * m.score + grad(r)), (ThetaFree(D), Positive(PI)))
true("off-policy", grad(m.objective), off(pi / MU(a, s) * r * m.score), (*H, *fixed))
true("two baselines of one sum", E((r - expect(R(s, b), (b, PI.law(s, theta)))) * m.score), grad(m.objective), H)
true("batches", m.over_batches(m.average(R(m.s_i, m.a_i))), m.objective, H, worlds=7)
true(
    "the variance of a batch's mean",
    variance(m.average(R(m.s_i, m.a_i)), (m.batch, SAMPLES.law(theta))) * N,
    variance(r, states, draw),
    H,
    worlds=6,
)
true("Fisher's two forms", E(outer(m.score, m.score)), -E(grad(m.score)), H)
true("the Hessian", grad(grad(m.objective)), E(r * (outer(m.score, m.score) + grad(m.score))), H)
true("a symmetric Hessian", grad(grad(m.objective)), transpose(grad(grad(m.objective))))
true("the gradient of a square", grad(m.objective**2), 2 * m.objective * grad(m.objective), H)
true(
    "a quotient's gradient",
    grad(1 / (1 + m.objective**2)),
    -2 * m.objective * grad(m.objective) / (1 + m.objective**2) ** 2,
    H,
)
true("the gradient of the entropy", grad(entropy(m.policy_law, a)), -expect(log(pi) * m.score, draw), H)
true(
    "the gradient of the entropy, with one more",
    grad(entropy(m.policy_law, a)),
    -expect((log(pi) + 1) * m.score, draw),
    H,
)
true("log-derivative of a power", grad(pi**3), 3 * pi**3 * m.score, H)
true("covariance with the score", covariance(r, r, draw), variance(r, draw))
true(
    "a gradient as a covariance of reward and π'/π",
    expect(r * m.score, draw),
    expect((r - expect(R(s, b), (b, PI.law(s, theta)))) * m.score, draw),
    H,
)
true("maximum entropy's gradient", grad(E(r - log(pi))), E((r - log(pi)) * m.score), H)
true(
    "the law of total variance",
    variance(r, states, draw),
    expect(variance(r, draw), states) + variance(expect(r, draw), states),
)
true("the joint's mass", m.joint, D(s) * pi, H)

false("rewards move unnoticed", grad(m.objective), E(r * m.score), (ThetaFree(D), Positive(PI)))
false("states move unnoticed", grad(m.objective), E(r * m.score), (ThetaFree(R), Positive(PI)))
false("a baseline of the action", grad(m.objective), E((r - w(a)) * m.score), H)
false("a baseline that uses the reward", grad(m.objective), E((r - r**2) * m.score), H)
false("the score dropped", grad(m.objective), E(r * grad(pi)), H)
false("a mean score of other states' actions", off(m.score), 0, (*H, *fixed))
false("off-policy without weights", grad(m.objective), off(r * m.score), (*H, *fixed))
false("weights turned around", grad(m.objective), off(MU(a, s) / pi * r * m.score), (*H, *fixed))
false("weights squared", grad(m.objective), off((pi / MU(a, s)) ** 2 * r * m.score), (*H, *fixed))
false("rewards squared", grad(m.objective), E(r**2 * m.score), H)
false("the absolute reward", grad(m.objective), E(absolute(r) * m.score), H)
false("positive rewards only", grad(m.objective), E(maximum(r, 0) * m.score), H)
false(
    "a sum for an average",
    m.over_batches(N * m.average(R(m.s_i, m.a_i))),
    m.objective,
    H,
    size={"N": 2, "S": 1, "A": 1},
)
false(
    "the variance of a batch's mean does not shrink",
    variance(m.average(R(m.s_i, m.a_i)), (m.batch, SAMPLES.law(theta))),
    variance(r, states, draw),
    H,
    size={"N": 2, "S": 1, "A": 2},
)
false("Fisher's sign", E(outer(m.score, m.score)), E(grad(m.score)), H)
false("the Hessian by scores' outer products alone", grad(grad(m.objective)), E(r * outer(m.score, m.score)), H)
false("the Hessian by scores' gradients alone", grad(grad(m.objective)), E(r * grad(m.score)), H)
false("Fisher is the Hessian", E(outer(m.score, m.score)), grad(grad(m.objective)), H)
false(
    "the outer product commutes",
    outer(grad(m.objective), grad(expect(w(a), draw))),
    outer(grad(expect(w(a), draw)), grad(m.objective)),
    (*H, ThetaFree(w)),
)
false("a score's Jacobian vanishes", grad(m.score), 0 * outer(m.score, m.score), H)
false(
    "a product's gradient",
    grad(m.objective * expect(w(a), draw)),
    m.objective * grad(expect(w(a), draw)),
    (*H, ThetaFree(w)),
)
false(
    "a quotient's gradient, sign",
    grad(1 / (1 + m.objective**2)),
    2 * m.objective * grad(m.objective) / (1 + m.objective**2) ** 2,
    H,
)
false("the entropy's gradient, sign", grad(entropy(m.policy_law, a)), expect(log(pi) * m.score, draw), H)
false("the entropy's gradient without its weight", grad(entropy(m.policy_law, a)), -expect(m.score, draw), H)
false("maximum entropy forgets a factor", grad(E(r - 2 * log(pi))), E((r - log(pi)) * m.score), H)
false("E[r²] = E[r]²", E(r**2), m.objective**2, H)
false("expectations of products", E(r * w(a)), m.objective * E(w(a)), H)
false("independence of state and action", E(f(s) * w(a)), expect(f(s), states) * E(w(a)), H)
false("total variance without the second part", variance(r, states, draw), expect(variance(r, draw), states))
false(
    "total variance with a mean of squares",
    variance(r, states, draw),
    expect(variance(r, draw), states) + expect(expect(r, draw) ** 2, states),
)
false(
    "covariances are symmetric in pairs alone",
    covariance(f(s) * g(s), h(s), states),
    covariance(f(s), g(s) * h(s), states),
)
false("a variance of a product", variance(f(s) * g(s), states), variance(f(s), states) * variance(g(s), states))
false("a variance scales by its factor", variance(3 * r, draw), 3 * variance(r, draw))
false("a variance of a sum", variance(r + w(a), draw), variance(r, draw) + variance(w(a), draw))
false("order of draws", expect(r, (s, D.law()), (a, Q.law())) * E(f(s)), expect(r * f(s), (a, Q.law()), (s, D.law())))
false("states' law in place of a sum", expect(f(s), states), sum_over(s, of=f(s)) / sum_over(s, of=1), size={"S": 2})
false("the second moment of a gradient", variance(r * m.score, states, draw), E(r**2 * m.score**2), H)
false("a joint that is no product", expect(r, draw) * D(s), sum_over(a, of=m.joint * r), (Positive(PI),))
false(
    "∇ and a square root of a square",
    grad(m.objective**2),
    2 * absolute(m.objective) * grad(m.objective),
    H,
    pins={"r": lambda s, a: -1 - a},
)

# rewards and labels with noise
true("a mean reward", nr.objective, nr.expectation(nr.over_chance(nr.paid)), nr.hypotheses)
true("a noisy gradient", grad(nr.objective), expect(nr.paid * nr.score, *nr.draws, nr.chance), nr.hypotheses)
true(
    "noise adds variance",
    variance(nr.paid, *nr.draws, nr.chance),
    variance(nr.reward, *nr.draws) + nr.expectation(variance(nr.paid, nr.chance)),
    nr.hypotheses,
)
true("noise and mean", nr.over_chance(nr.paid - nr.reward), 0, nr.hypotheses)
true("two draws of noise are independent", nr.over_chance(nr.paid) ** 2, nr.reward**2, nr.hypotheses)
false("the mean of a square", nr.over_chance(nr.paid**2), nr.reward**2, nr.hypotheses)
false("the mean of a maximum", nr.over_chance(maximum(nr.paid, 0)), maximum(nr.reward, 0), nr.hypotheses)
false("noise adds no variance", variance(nr.paid, *nr.draws, nr.chance), variance(nr.reward, *nr.draws), nr.hypotheses)
false("noise at another action", nr.over_chance(nr.paid), R(s, b), nr.hypotheses)
false("a noisy exponential", nr.over_chance(exp(nr.paid)), exp(nr.reward), nr.hypotheses)
false(
    "noise that moves",
    grad(nr.objective),
    expect(nr.paid * nr.score, *nr.draws, nr.chance),
    tuple(t for t in nr.hypotheses if "ν" not in str(t) or not isinstance(t, ThetaFree)),
)

# softmax
Z = Symbol("z", (STATE, ACTION, PARAMETER))
soft, z_a = (cl.softmax,), cl.logit
fixed_soft = (*soft,)
lse = log(sum_over(b, of=exp(Z(s, b, theta))))
true("the score of a softmax", grad(log(pi)), grad(z_a) - expect(grad(Z(s, b, theta)), (b, PI.law(s, theta))), soft)
true("log π of a softmax", log(pi), z_a - lse, soft)
true("the gradient of log-sum-exp", grad(lse), expect(grad(Z(s, b, theta)), (b, PI.law(s, theta))), soft)
true("a softmax sums to one", sum_over(a, of=pi), 1, soft)
true("log-odds of a softmax", log(pi / PI(b, s, theta)), z_a - Z(s, b, theta), soft)
true("the entropy of a softmax", entropy(m.policy_law, a), lse - expect(z_a, draw), soft)
false("the score of a softmax without its mean", grad(log(pi)), grad(z_a), soft)
false(
    "the score of a softmax with a uniform mean",
    grad(log(pi)),
    grad(z_a) - sum_over(b, of=grad(Z(s, b, theta))) / sum_over(b, of=1),
    soft,
)
false("π by its logit", pi, exp(z_a), soft)
false("a softmax at a temperature", pi**2 / sum_over(b, of=PI(b, s, theta) ** 2), pi, soft)
false("the entropy of a softmax, sign", entropy(m.policy_law, a), expect(z_a, draw) - lse, soft)
false("a softmax of what is tied", pi, 1 / sum_over(b, of=1), soft)

# divergences
KL = divergence(P.law(), Q.law(), a)
pq = (Positive(P), Positive(Q))
moves = (Positive(PI), ThetaFree(MU), Positive(MU))
true("KL by cross entropy", KL, -expect(log(Q(a)), (a, P.law())) - entropy(P.law(), a), pq)
true("KL with itself", divergence(P.law(), P.law(), a), 0)
true("KL by an added mean", KL, expect(Q(a) / P(a) - 1 - log(Q(a) / P(a)), (a, P.law())), pq)
true(
    "the symmetric divergence",
    KL + divergence(Q.law(), P.law(), a),
    sum_over(a, of=(P(a) - Q(a)) * log(P(a) / Q(a))),
    pq,
)
true(
    "the gradient of KL",
    grad(divergence(PI.law(s, theta), MU.law(s), a)),
    expect(log(pi / MU(a, s)) * grad(log(pi)), draw),
    moves,
)
true(
    "the gradient of the reversed KL",
    grad(divergence(MU.law(s), PI.law(s, theta), a)),
    -expect(grad(log(pi)), (a, MU.law(s))),
    moves,
)
true("χ²", expect((P(a) / Q(a) - 1) ** 2, (a, Q.law())), expect(P(a) / Q(a), (a, P.law())) - 1, pq)
false("KL is symmetric", KL, divergence(Q.law(), P.law(), a), pq, size={"A": 3})
false("KL's triangle", KL + divergence(Q.law(), MU.law(s), a), divergence(P.law(), MU.law(s), a), (*pq, Positive(MU)))
false("k2 is KL", expect(half * log(P(a) / Q(a)) ** 2, (a, P.law())), KL, pq)
false(
    "the gradient of k3 under a fixed sample",
    grad(expect(MU(a, s) / pi - 1 - log(MU(a, s) / pi), (a, MU.law(s)))),
    grad(divergence(PI.law(s, theta), MU.law(s), a)),
    moves,
)
false(
    "the gradient of KL, by a square",
    grad(divergence(PI.law(s, theta), MU.law(s), a)),
    expect(half * grad(log(pi / MU(a, s)) ** 2), (a, MU.law(s))),
    moves,
)
false("the entropy of a mixture", entropy(P.law(), a), -sum_over(a, of=Q(a) * log(P(a))), pq)
false("a divergence of what is swapped", KL, expect(log(Q(a) / P(a)), (a, P.law())), pq)
false(
    "χ² is a variance of the other ratio", variance(P(a) / Q(a), (a, Q.law())), variance(Q(a) / P(a), (a, P.law())), pq
)
where(
    "KL without support",
    KL,
    sum_over(a, of=P(a) * (log(P(a)) - log(Q(a)))),
    "p|q",
    pins={"p": [0, 1], "q": [half, half]},
    size={"A": 2},
)
where(
    "a gradient of log π by rows with zeros",
    sum_over(a, of=pi * grad(log(pi))),
    expect(grad(log(pi)), draw),
    "π",
    pins={"π": [[0, 1]]},
    size={"S": 1, "A": 2},
)
