"""Trajectories and critics: theorems, and slips in them."""

from __future__ import annotations

from attack.statements import Book, Fraction
from attack.words import PI, T, a, f, s, theta, w
from pgsym.problems import critics, trajectories
from pgsym.problems.trajectory import ACTION_VALUE, ADVANTAGE, START, STATE_VALUE, TRANSITION
from pgsym.terms import Before, ThetaFree, expect, grad, log, outer, sum_range, variance

BOOK = Book("trajectories")
tr, cr = trajectories(), critics()
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
