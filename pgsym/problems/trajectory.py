"""The problem of several steps (an MDP with a finite horizon): trajectories with a reward at every step.

Times count from 1 to the horizon T.  A history up to t is (s_1, a_1, …, s_{t−1}, a_{t−1}, s_t); a future from t is
(s_t, a_t, …, s_T, a_T) given its first pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from pgsym.problems.one_step_problem import POLICY, REWARD, THETA
from pgsym.terms.build import expect, grad, indicator, log, product_range, sum_range, variance
from pgsym.terms.hypotheses import Definition, Hypothesis, Positive, ThetaFree
from pgsym.terms.nodes import Apply, Law, Liftable, Symbol, Term, Variable, lift
from pgsym.terms.sorts import ACTION, INDEX, PARAMETER, STATE, TRAJECTORY

START = Symbol("ρ", (STATE,), outcomes=1)
TRANSITION = Symbol("p", (STATE, STATE, ACTION), outcomes=1)
TRAJECTORY_LAW = Symbol("p", (TRAJECTORY, PARAMETER), outcomes=1)
HISTORY_LAW = Symbol("p", (TRAJECTORY, INDEX, PARAMETER), outcomes=1)
FUTURE_LAW = Symbol("p", (TRAJECTORY, STATE, ACTION, INDEX, PARAMETER), outcomes=1)
ACTION_VALUE = Symbol("Q", (STATE, ACTION, INDEX, PARAMETER))
STATE_VALUE = Symbol("V", (STATE, INDEX, PARAMETER))
ADVANTAGE = Symbol("A", (STATE, ACTION, INDEX, PARAMETER))
STATE_AT = Symbol("s", (TRAJECTORY, INDEX), result=STATE)
ACTION_AT = Symbol("a", (TRAJECTORY, INDEX), result=ACTION)


@dataclass(frozen=True)
class TrajectorySymbols:
    """The symbols of the problem of several steps, to apply to arguments of your own: m.symbols.policy(a, s, theta)."""

    policy: Symbol = POLICY
    reward: Symbol = REWARD
    start: Symbol = START
    transition: Symbol = TRANSITION
    trajectory_law: Symbol = TRAJECTORY_LAW
    history_law: Symbol = HISTORY_LAW
    future_law: Symbol = FUTURE_LAW
    action_value: Symbol = ACTION_VALUE
    state_value: Symbol = STATE_VALUE
    advantage: Symbol = ADVANTAGE
    state_at: Symbol = STATE_AT
    action_at: Symbol = ACTION_AT


@dataclass(frozen=True)
class Trajectories:
    """s_1 ~ ρ, a_t ~ π_θ(· | s_t), s_{t+1} ~ p(· | s_t, a_t), reward r(s_t, a_t), for t = 1, …, T.

    >>> m = Trajectories()
    >>> print(m.objective)
    E_{τ∼p_θ}[Σ_{t=1}^T r(sₜ, aₜ)]
    """

    symbols: ClassVar[TrajectorySymbols] = TrajectorySymbols()
    theta: Variable = THETA
    tau: Variable = Variable("τ", TRAJECTORY)
    h: Variable = Variable("h", TRAJECTORY)
    s: Variable = Variable("s", STATE)
    a: Variable = Variable("a", ACTION)
    t: Variable = Variable("t", INDEX)
    u: Variable = Variable("u", INDEX)
    T: Term = Variable("T", INDEX)

    def state(self, time: Liftable, of: Variable | None = None) -> Apply:
        """s_t of the trajectory τ, or of the trajectory `of`."""
        return STATE_AT(of or self.tau, time)

    def action(self, time: Liftable, of: Variable | None = None) -> Apply:
        """a_t of the trajectory τ, or of the trajectory `of`."""
        return ACTION_AT(of or self.tau, time)

    def policy(self, time: Liftable, of: Variable | None = None) -> Apply:
        """π_θ(a_t | s_t)."""
        return POLICY(self.action(time, of), self.state(time, of), self.theta)

    def transition(self, time: Liftable, of: Variable | None = None) -> Apply:
        """p(s_{t+1} | s_t, a_t)."""
        return TRANSITION(self.state(lift(time) + 1, of), self.state(time, of), self.action(time, of))

    def reward(self, time: Liftable, of: Variable | None = None) -> Apply:
        """r(s_t, a_t)."""
        return REWARD(self.state(time, of), self.action(time, of))

    def score(self, time: Liftable, of: Variable | None = None) -> Term:
        """∇ log π_θ(a_t | s_t)."""
        return grad(log(self.policy(time, of)), self.theta)

    def log_likelihood(self, of: Variable | None = None) -> Term:
        """Σ_t log π_θ(a_t | s_t), the logarithm of the policy's part of the trajectory's probability."""
        return sum_range(self.t, 1, self.T, of=log(self.policy(self.t, of)))

    @property
    def mass(self) -> Apply:
        """p_θ(τ), the probability of the trajectory."""
        return TRAJECTORY_LAW(self.tau, self.theta)

    @property
    def law(self) -> Law:
        """p_θ, the law of trajectories."""
        return TRAJECTORY_LAW.law(self.theta)

    def expectation(self, body: Liftable) -> Term:
        """The expectation of a term in τ over the policy's trajectories."""
        return expect(body, (self.tau, self.law))

    def variance(self, body: Liftable) -> Term:
        """The variance of a term in τ; of a gradient, coordinate by coordinate."""
        return variance(body, (self.tau, self.law))

    def over_histories(self, body: Liftable) -> Term:
        """The expectation of a term in h, a history up to t."""
        return expect(body, (self.h, HISTORY_LAW.law(self.t, self.theta)))

    @property
    def total_reward(self) -> Term:
        """R(τ), the sum of all rewards."""
        return sum_range(self.t, 1, self.T, of=self.reward(self.t))

    @property
    def objective(self) -> Term:
        """J(θ), the expected sum of rewards."""
        return self.expectation(self.total_reward)

    @property
    def total_score(self) -> Term:
        """The sum of all scores."""
        return sum_range(self.t, 1, self.T, of=self.score(self.t))

    @property
    def reward_to_go(self) -> Term:
        """The sum of the rewards from t on."""
        return sum_range(self.u, self.t, self.T, of=self.reward(self.u))

    def policy_at(self, time: Liftable, of: Variable | None = None) -> Apply:
        """π_θ(a | s_t) for a free action a."""
        return POLICY(self.a, self.state(time, of), self.theta)

    def policy_law_at(self, time: Liftable, of: Variable | None = None) -> Law:
        """π_θ(· | s_t)."""
        return POLICY.law(self.state(time, of), self.theta)

    @property
    def answer(self) -> Apply:
        """π_θ(a | s) for a free state s and a free action a."""
        return POLICY(self.a, self.s, self.theta)

    @property
    def policy_law(self) -> Law:
        """π_θ(· | s)."""
        return POLICY.law(self.s, self.theta)

    # assumptions ----------------------------------------------------------------------------------------------
    @cached_property
    def factorisation(self) -> Definition:
        """p_θ(τ) = ρ(s_1) Π_t π_θ(a_t | s_t) Π_t p(s_{t+1} | s_t, a_t)."""
        t, T = self.t, self.T
        answers = product_range(t, 1, T, of=self.policy(t))
        moves = product_range(t, 1, T - 1, of=self.transition(t))
        return Definition.of(self.mass, START(self.state(1)) * answers * moves)

    @cached_property
    def histories(self) -> Definition:
        """The definition of the law of a history up to t."""
        k = Variable("k", INDEX)
        step = self.policy(k, self.h) * self.transition(k, self.h)
        head = HISTORY_LAW(self.h, self.t, self.theta)
        return Definition.of(head, START(self.state(1, self.h)) * product_range(k, 1, self.t - 1, of=step))

    @cached_property
    def futures(self) -> Definition:
        """The definition of the law of a future from t that begins with s, a."""
        k, t, f = Variable("k", INDEX), self.t, self.tau
        begins = indicator(self.state(t), self.s) * indicator(self.action(t), self.a)
        moved = TRANSITION(self.state(k), self.state(k - 1), self.action(k - 1))
        step = moved * self.policy(k)
        head = FUTURE_LAW(f, self.s, self.a, t, self.theta)
        return Definition.of(head, begins * product_range(k, t + 1, self.T, of=step))

    @property
    def action_values(self) -> Definition:
        """Q_{t,θ}(s, a), the expected sum of rewards from t on, given s and a at t."""
        earned = expect(self.reward_to_go, (self.tau, FUTURE_LAW.law(self.s, self.a, self.t, self.theta)))
        return Definition.of(ACTION_VALUE(self.s, self.a, self.t, self.theta), earned)

    @property
    def state_values(self) -> Definition:
        """V_{t,θ}(s), the mean of Q over the policy's actions."""
        mean = expect(ACTION_VALUE(self.s, self.a, self.t, self.theta), (self.a, self.policy_law))
        return Definition.of(STATE_VALUE(self.s, self.t, self.theta), mean)

    @property
    def advantages(self) -> Definition:
        """A_{t,θ}(s, a) = Q_{t,θ}(s, a) − V_{t,θ}(s)."""
        value = STATE_VALUE(self.s, self.t, self.theta)
        head = ADVANTAGE(self.s, self.a, self.t, self.theta)
        return Definition.of(head, ACTION_VALUE(self.s, self.a, self.t, self.theta) - value)

    @property
    def values(self) -> tuple[Definition, ...]:
        """The definitions of Q, V and A."""
        return (self.action_values, self.state_values, self.advantages)

    @property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """The standard assumptions, which textbooks often leave unsaid."""
        return (
            ThetaFree(START),
            ThetaFree(TRANSITION),
            ThetaFree(REWARD),
            Positive(POLICY),
            self.factorisation,
            self.histories,
            self.futures,
        )


def trajectories(horizon: int | None = None) -> Trajectories:
    """The problem of several steps, with a free horizon T or a given one.

    >>> print(trajectories(horizon=1).objective)
    E_{τ∼p_θ}[Σ_{t=1}^1 r(sₜ, aₜ)]
    """
    return Trajectories() if horizon is None else Trajectories(T=lift(horizon))
