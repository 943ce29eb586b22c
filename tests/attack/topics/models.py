"""Groups, sequences and models that write: theorems, and slips in them."""

from __future__ import annotations

from attack.statements import Book, Fraction
from attack.words import PI, N, T, a, k, r, s, theta
from pgsym.problems import autoregressive, groups, sequences, trajectories
from pgsym.terms import Before, Positive, Rounds, expect, grad, maximum, minimum, product_range, sum_range, variance

BOOK = Book("groups and models")
tr, gr, ar, sq = trajectories(), groups(), autoregressive(), sequences()
half, t = Fraction(1, 2), tr.t


def true(name, lhs, rhs, given=(), **more):
    """A theorem, tried at few worlds: trajectories are many."""
    BOOK.true(name, lhs, rhs, given, **{"worlds": 4, **more})


false, where = BOOK.false, BOOK.where
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
