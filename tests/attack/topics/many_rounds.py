"""Trajectories, critics, groups, sequences and models that write: theorems, and slips in them."""

from __future__ import annotations

from attack.statements import Book, Fraction
from attack.words import PI, N, T, a, f, i, j, k, r, s, t, theta, u, w
from pgsym.problems import autoregressive, critics, groups, sequences, trajectories
from pgsym.problems.trajectory import ACTION_VALUE, ADVANTAGE, START, STATE_VALUE, TRANSITION
from pgsym.terms import (
    Before,
    Positive,
    Rounds,
    ThetaFree,
    expect,
    grad,
    log,
    maximum,
    minimum,
    outer,
    product_range,
    sum_range,
    variance,
)  # fmt: skip

BOOK = Book("many rounds")
tr, cr, gr, ar, sq = trajectories(), critics(), groups(), autoregressive(), sequences()
half = Fraction(1, 2)
FEW = {"worlds": 4}
E, H, t, u = tr.expectation, tr.hypotheses, tr.t, tr.u
VALUES = (*H, *tr.values)


def true(name, lhs, rhs, given=(), **more):
    """A theorem, tried at few worlds: trajectories are many."""
    BOOK.true(name, lhs, rhs, given, **{"worlds": 4, **more})


false, where = BOOK.false, BOOK.where


def per_step(body):
    """The expected sum over steps."""
    return E(sum_range(t, 1, T, of=body))


def q(at):
    """Q of the pair at a time."""
    return ACTION_VALUE(tr.state(at), tr.action(at), at, theta)


def value(at):
    """V of the state at a time."""
    return STATE_VALUE(tr.state(at), at, theta)


early = (*H, Before(u, t))
# trajectories
true("REINFORCE", grad(tr.objective), E(tr.total_reward * tr.total_score), H)
true("rewards to go", grad(tr.objective), per_step(tr.score(t) * tr.reward_to_go), H)
true("rewards before", E(tr.reward(u) * tr.score(t)), 0, early)
true("two scores", E(tr.score(t) * tr.reward(u)), 0, early)
true(
    "a baseline of the state",
    grad(tr.objective),
    per_step(tr.score(t) * (tr.reward_to_go - f(tr.state(t)))),
    (*H, ThetaFree(f)),
)
true("by Q", grad(tr.objective), per_step(tr.score(t) * q(t)), VALUES)
true("by A", grad(tr.objective), per_step(tr.score(t) * ADVANTAGE(tr.state(t), tr.action(t), t, theta)), VALUES)
true("V of the start", tr.objective, expect(STATE_VALUE(s, 1, theta), (s, START.law())), VALUES)
true("the score of a trajectory", E(grad(log(tr.mass))), 0, H)
true(
    "the score of a trajectory, by steps",
    E(tr.total_reward * grad(log(tr.mass))),
    E(tr.total_reward * tr.total_score),
    H,
)
true("the mass of everything", E(1 + 0 * tr.total_reward), 1, H)
true("the mean of A", expect(ADVANTAGE(s, a, 1, theta), (a, PI.law(s, theta))), 0, VALUES)
true("Bellman at the end", E(q(T)), E(tr.reward(T)), VALUES)
true("rewards one by one", tr.objective, sum_range(t, 1, T, of=E(tr.reward(t))), H)
true("telescoped values", per_step(q(t) - value(t)), 0, VALUES)

false(
    "rewards from t + 1",
    grad(tr.objective),
    per_step(tr.score(t) * sum_range(u, t + 1, T, of=tr.reward(u))),
    H,
    size={"S": 1, "A": 2, "T": 2},
)
false(
    "rewards up to t",
    grad(tr.objective),
    per_step(tr.score(t) * sum_range(u, 1, t, of=tr.reward(u))),
    H,
    size={"S": 2, "A": 2, "T": 2},
)
false("rewards at t alone", grad(tr.objective), per_step(tr.score(t) * tr.reward(t)), H, size={"S": 2, "A": 2, "T": 2})
false(
    "a baseline of the action",
    grad(tr.objective),
    per_step(tr.score(t) * (tr.reward_to_go - w(tr.action(t)))),
    (*H, ThetaFree(w)),
    size={"S": 1, "A": 2, "T": 1},
)
false(
    "a baseline of the next state",
    grad(tr.objective),
    E(sum_range(t, 1, T - 1, of=tr.score(t) * (tr.reward_to_go - f(tr.state(t + 1)))) + tr.score(T) * tr.reward(T)),
    (*H, ThetaFree(f)),
    size={"S": 2, "A": 2, "T": 2},
)
false(
    "a baseline of all rewards",
    grad(tr.objective),
    per_step(tr.score(t) * (tr.reward_to_go - tr.total_reward)),
    H,
    size={"S": 1, "A": 2, "T": 1},
)
false(
    "later rewards have no score",
    E(tr.reward(t) * tr.score(u)),
    0,
    early,
    size={"S": 2, "A": 2, "T": 2, "u": 1, "t": 2},
)
false(
    "transitions move unnoticed",
    grad(tr.objective),
    E(tr.total_reward * tr.total_score),
    tuple(x for x in H if x != ThetaFree(TRANSITION)),
    size={"S": 2, "A": 1, "T": 2},
)
false(
    "starts move unnoticed",
    grad(tr.objective),
    E(tr.total_reward * tr.total_score),
    tuple(x for x in H if x != ThetaFree(START)),
    size={"S": 2, "A": 1, "T": 1},
)
false(
    "Q without the first reward",
    E(q(t)),
    E(sum_range(u, t + 1, T, of=tr.reward(u))),
    VALUES,
    size={"S": 1, "A": 1, "T": 2, "t": 1},
)
false("Q is V", q(t), value(t), VALUES, size={"S": 1, "A": 2, "T": 1, "t": 1})
false("V does not move", grad(STATE_VALUE(s, 1, theta)), 0, VALUES, size={"S": 1, "A": 2, "T": 1})
false("V at all times alike", STATE_VALUE(s, 1, theta), STATE_VALUE(s, T, theta), VALUES, size={"S": 1, "A": 1, "T": 2})
false(
    "a product of means of rewards",
    E(tr.reward(1) * tr.reward(T)),
    E(tr.reward(1)) * E(tr.reward(T)),
    H,
    size={"S": 1, "A": 2, "T": 1},
)
false(
    "the variance of a sum of rewards",
    variance(tr.total_reward, (tr.tau, tr.law)),
    sum_range(t, 1, T, of=variance(tr.reward(t), (tr.tau, tr.law))),
    H,
    size={"S": 2, "A": 1, "T": 2},
)
false("states by their start", E(f(tr.state(T))), expect(f(s), (s, START.law())), H, size={"S": 2, "A": 1, "T": 2})
false(
    "the score of a trajectory at its last step",
    E(tr.total_reward * tr.total_score),
    E(tr.total_reward * tr.score(T)),
    H,
    size={"S": 1, "A": 2, "T": 2},
)
false(
    "squared scores add",
    E(tr.total_score**2) * 1,
    E(sum_range(t, 1, T, of=tr.score(t) ** 2)) / T,
    H,
    size={"S": 1, "A": 2, "T": 2},
)
false(
    "the Hessian by total scores",
    grad(grad(tr.objective)),
    E(tr.total_reward * outer(tr.total_score, tr.total_score)),
    H,
    size={"S": 1, "A": 2, "T": 1},
)
where("a mean return by itself", tr.objective / tr.objective, 1, "E", H, pins={"r": 0})
where("a return's weight", E(tr.total_reward / tr.total_reward), 1, "r|Σ", H, pins={"r": 0})
where("a step's share", per_step(tr.reward(t) / tr.total_reward), 1, "r|Σ", H, pins={"r": 0})

# critics
gamma, lam = cr.gamma, cr.lam
CH = cr.hypotheses
true("GAE with γ = λ = 1", cr.estimate(cr.advantage(cr.critic, 1, 1)), grad(cr.objective), CH)
true("GAE with the true values", cr.estimate(cr.advantage(cr.exact, 1, lam)), grad(cr.objective), (*CH, *cr.values))
true(
    "GAE with λ = 1 and a discount",
    cr.estimate(cr.advantage(cr.critic, gamma, 1)),
    cr.estimate(cr.discounted_to(T)),
    CH,
)
true(
    "temporal differences telescope",
    sum_range(t, 1, T - 1, of=cr.critic(t) - cr.critic(t + 1)),
    cr.critic(1) - cr.critic(T),
)
true("one step by λ = 0", cr.advantage(cr.critic, 1, 0) * 0, 0 * cr.critic(t))
false(
    "GAE with any λ",
    cr.estimate(cr.advantage(cr.critic, 1, lam)),
    grad(cr.objective),
    CH,
    size={"S": 2, "A": 2, "T": 2},
)
false(
    "a critic of one step",
    cr.estimate(cr.advantage(cr.critic, 1, half)),
    cr.estimate(cr.advantage(cr.critic, 1, 1)),
    CH,
    size={"S": 2, "A": 2, "T": 2},
)
false(
    "a discount is no bias",
    cr.estimate(cr.advantage(cr.critic, gamma, 1)),
    grad(cr.objective),
    CH,
    size={"S": 2, "A": 2, "T": 2},
)
false(
    "discounted from t, not from the start",
    cr.estimate(cr.discounted_to(T)),
    grad(cr.discounted_objective),
    CH,
    size={"S": 2, "A": 2, "T": 2},
)
false("a discount of the return", cr.discounted_objective, gamma * cr.objective, CH, size={"S": 1, "A": 1, "T": 2})
false(
    "a discount's exponent",
    cr.discounted_objective,
    cr.expectation(sum_range(t, 1, T, of=gamma**t * cr.reward(t))),
    CH,
    size={"S": 1, "A": 1, "T": 1},
)
where(
    "an average discount", sum_range(t, 1, T, of=gamma ** (t - 1)) * (1 - gamma) / (1 - gamma**T), 1, "γ", pins={"γ": 1}
)
where("a discounted horizon", (1 - gamma) * (1 / (1 - gamma)), 1, "γ", pins={"γ": 1})

# groups
GH, i, j = gr.hypotheses, gr.i, gr.j
two = (*GH, Rounds(N, 2))
pair = (*GH, Before(i, j))
paid = gr.paid
mean = expect(r, (a, PI.law(s, theta)))
true("one of a group", gr.over_group(paid(i)), mean, GH)
true("two of a group", gr.over_group(paid(i) * paid(j)), mean**2, pair)
true(
    "an unbiased variance",
    gr.over_group(sum_range(i, 1, N, of=(paid(i) - gr.group_mean) ** 2)) / (N - 1),
    variance(r, (a, PI.law(s, theta))),
    two,
)
true(
    "a biased variance",
    gr.over_group(sum_range(i, 1, N, of=(paid(i) - gr.group_mean) ** 2)),
    (N - 1) * variance(r, (a, PI.law(s, theta))),
    GH,
)
true(
    "half of squared differences", gr.over_group((paid(i) - paid(j)) ** 2) / 2, variance(r, (a, PI.law(s, theta))), pair
)
true("passes", gr.over_group(1 - product_range(i, 1, N, of=1 - paid(i))), 1 - (1 - mean) ** N, GH)
true("centred rewards", sum_range(i, 1, N, of=paid(i) - gr.group_mean), 0, GH)
false(
    "two of a group, in all questions",
    gr.over_groups(paid(i) * paid(j)),
    gr.objective**2,
    pair,
    size={"S": 2, "A": 1, "N": 2, "i": 1, "j": 2},
)
false("a member with itself", gr.over_group(paid(i) * paid(i)), mean**2, GH, size={"S": 1, "A": 2, "N": 1, "i": 1})
false(
    "an unbiased variance by N",
    gr.over_group(sum_range(i, 1, N, of=(paid(i) - gr.group_mean) ** 2)) / N,
    variance(r, (a, PI.law(s, theta))),
    two,
    size={"S": 1, "A": 2, "N": 2},
)
false(
    "passes by counting",
    gr.over_group(1 - product_range(i, 1, N, of=1 - paid(i))),
    N * mean,
    GH,
    size={"S": 1, "A": 1, "N": 2},
)
false(
    "passes of two tries by a square",
    gr.over_group(1 - product_range(i, 1, N, of=1 - paid(i))),
    mean**N,
    GH,
    size={"S": 1, "A": 1, "N": 2},
)
false("the best of a group", gr.over_group(maximum(paid(1), paid(N))), mean, GH, size={"S": 1, "A": 2, "N": 2})
false(
    "members share their score",
    gr.over_groups(gr.score_of(i) * paid(j)),
    grad(gr.objective),
    pair,
    size={"S": 1, "A": 2, "N": 2, "i": 1, "j": 2},
)
false(
    "the mean as a baseline is unbiased",
    gr.over_groups(gr.estimate(paid(i) - gr.group_mean)),
    grad(gr.objective),
    GH,
    size={"S": 1, "A": 2, "N": 1},
)
false("centred squares are the mean's", gr.over_group(gr.group_mean**2), mean**2, GH, size={"S": 1, "A": 2, "N": 2})
false(
    "a group's ratio of means",
    gr.over_group(paid(1) / (1 + gr.group_mean**2)),
    mean / (1 + mean**2),
    GH,
    size={"S": 1, "A": 2, "N": 2},
)
where("rewards over the group's mean", sum_range(i, 1, N, of=paid(i) / gr.group_mean), N, "r|Σ", GH, pins={"r": 0})
where(
    "whitened rewards",
    sum_range(i, 1, N, of=(paid(i) - gr.group_mean) ** 2 / (sum_range(k, 1, N, of=(paid(k) - gr.group_mean) ** 2))),
    1,
    "r|Σ",
    GH,
    pins={"r": 2},
)

# models that write
AH = ar.hypotheses
by_pi, by_mu = ar.expectation, ar.over_behaviour
true("sequences by their ratio", by_mu(ar.sequence_ratio * ar.sequence_reward), by_pi(ar.sequence_reward), AH)
true("ratios up to t", by_mu(ar.ratio_up_to(ar.t) * ar.reward(ar.t)), by_pi(ar.reward(ar.t)), AH)
true("KL by tokens", ar.kl, by_pi(sum_range(ar.t, 1, ar.T, of=ar.kl_at(ar.t))), AH)
true("KL by log-ratios", ar.kl, by_pi(ar.sequence_log_ratio()), AH)
true("k3 has the mean of k1", by_pi(ar.k3(1)), by_pi(ar.k1(1)), AH)
true("the gradient of KL", grad(ar.kl), by_pi(ar.sequence_log_ratio() * ar.total_score), AH)
true("the mean ratio", by_mu(ar.sequence_ratio), 1, AH)
false(
    "sequences by their last ratio",
    by_mu(ar.ratio(ar.T) * ar.sequence_reward),
    by_pi(ar.sequence_reward),
    AH,
    size={"S": 1, "A": 2, "T": 2},
)
false(
    "ratios after t",
    by_mu(product_range(k, ar.t, ar.T, of=ar.ratio(k)) * ar.reward(ar.t)),
    by_pi(ar.reward(ar.t)),
    AH,
    size={"S": 2, "A": 2, "T": 2, "t": 2},
)
false(
    "one token's ratio",
    by_mu(ar.ratio(ar.t) * ar.reward(ar.t)),
    by_pi(ar.reward(ar.t)),
    AH,
    size={"S": 2, "A": 2, "T": 2, "t": 2},
)
false("k2 has the mean of k1", by_pi(ar.k2(1)), by_pi(ar.k1(1)), AH, size={"S": 1, "A": 2, "T": 1})
false("k1 of the behaviour's tokens", by_mu(ar.k1(1)), by_pi(ar.k1(1)), AH, size={"S": 1, "A": 2, "T": 1})
false("KL is symmetric", ar.kl, ar.reversed_kl, AH, size={"S": 1, "A": 3, "T": 1})
false("KL by the first token", ar.kl, by_pi(ar.kl_at(1)), AH, size={"S": 1, "A": 2, "T": 2})
false(
    "the gradient of KL without its weight",
    grad(ar.kl),
    by_pi(ar.total_score * ar.log_ratio(1)),
    AH,
    size={"S": 1, "A": 2, "T": 2},
)
false(
    "clipped ratios are unbiased",
    by_mu(minimum(ar.ratio(1), 1) * ar.sequence_reward),
    by_pi(ar.sequence_reward),
    AH,
    size={"S": 1, "A": 2, "T": 1},
)
false(
    "the entropy of a token is a sequence's",
    by_pi(ar.entropy_at(1)) * T,
    -by_pi(ar.log_likelihood()),
    AH,
    size={"S": 2, "A": 2, "T": 2},
)
false(
    "a reward of sequences is a sum",
    by_pi(ar.sequence_reward),
    by_pi(ar.total_reward),
    AH,
    size={"S": 1, "A": 1, "T": 1},
)

# sequences with labels
SH = sq.hypotheses
true("teacher forcing by histories of one", sq.teacher_forcing, -sq.over_gold(sq.log_likelihood()), SH)
true("pairwise at one step", sq.expectation(sq.pairwise), grad(sq.objective), (*SH, Rounds(T, 1, 1)))
true("the full form", sq.expectation(sq.full), sq.expectation(sq.to_go), SH)
true("the gradient of teacher forcing", grad(sq.teacher_forcing), -sq.over_gold(sq.total_score), SH)
true("states that actions do not move", sq.expectation(sq.pairwise), sq.expectation(sq.to_go), sq.with_exogenous_states)
false("pairwise at all steps", sq.expectation(sq.pairwise), grad(sq.objective), SH, size={"S": 2, "A": 2, "T": 2})
false(
    "teacher forcing on the model's own",
    sq.teacher_forcing,
    -sq.expectation(sq.log_likelihood()),
    SH,
    size={"S": 1, "A": 2, "T": 1},
)
false(
    "teacher forcing is the reward's gradient",
    grad(sq.objective),
    -grad(sq.teacher_forcing),
    SH,
    size={"S": 1, "A": 2, "T": 1},
)
false(
    "cross entropy at the model's contexts",
    sq.teacher_forcing,
    sq.expectation(sum_range(t, 1, T, of=sq.cross_entropy_at(t))),
    (*SH, Positive(PI)),
    size={"S": 2, "A": 2, "T": 2},
)
false(
    "gold sequences move",
    grad(sq.over_gold(sq.total_reward)),
    sq.over_gold(sq.total_reward * sq.total_score),
    SH,
    size={"S": 1, "A": 2, "T": 1},
)
