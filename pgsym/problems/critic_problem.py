"""Critics: estimates of a state's value, and the advantages computed with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from pgsym.problems.trajectory import FUTURE_LAW, STATE_VALUE, Trajectories, TrajectorySymbols
from pgsym.terms.build import expect, function, sum_range
from pgsym.terms.hypotheses import Definition
from pgsym.terms.nodes import Apply, Liftable, Symbol, Term, Variable, lift
from pgsym.terms.sorts import ACTION, INDEX, PARAMETER, REAL, STATE

CRITIC = function("V̂", STATE)
DISCOUNTED_ACTION_VALUE = Symbol("Q", (STATE, ACTION, INDEX, PARAMETER, REAL))
DISCOUNTED_VALUE = Symbol("V", (STATE, INDEX, PARAMETER, REAL))

ZERO, ONE = lift(0), lift(1)

Value: TypeAlias = Callable[[Liftable], Term]
"""A function from a time t to the term that stands for the value of s_t."""


@dataclass(frozen=True)
class CriticSymbols(TrajectorySymbols):
    """The symbols of trajectories with a critic."""

    critic: Symbol = CRITIC
    discounted_action_value: Symbol = DISCOUNTED_ACTION_VALUE
    discounted_value: Symbol = DISCOUNTED_VALUE


@dataclass(frozen=True)
class Critics(Trajectories):
    """Trajectories with a discount γ, the λ of generalised advantage estimation, and a critic V̂ of states.

    A state may include its time, so V̂ may depend on time.  After the last step the value is 0.

    >>> m = Critics()
    >>> print(m.temporal_difference(m.critic))
    r(sₜ, aₜ) + γ V̂(s_{t + 1}) − V̂(sₜ)
    """

    symbols: ClassVar[CriticSymbols] = CriticSymbols()
    gamma: Variable = Variable("γ")
    lam: Variable = Variable("λ")
    w: Variable = Variable("w", INDEX)

    def critic(self, time: Liftable) -> Apply:
        """V̂(s_t)."""
        return CRITIC(self.state(time))

    def exact(self, time: Liftable) -> Apply:
        """V_{t,θ}(s_t), the expected sum of rewards from t on."""
        return STATE_VALUE(self.state(time), time, self.theta)

    def exact_discounted(self, time: Liftable) -> Apply:
        """V_{t,θ}(s_t, γ), the expected discounted sum of rewards from t on."""
        return DISCOUNTED_VALUE(self.state(time), time, self.theta, self.gamma)

    def temporal_difference(self, value: Value, gamma: Liftable | None = None, at: Term | None = None) -> Term:
        """δ_t = r(s_t, a_t) + γ V(t + 1) − V(t), the temporal difference at a time before the last step."""
        t, discount = self.t if at is None else at, lift(self.gamma if gamma is None else gamma)
        following = value(t + 1) if discount == ONE else discount * value(t + 1)
        return self.reward(t) + following - value(t)

    def advantage(self, value: Value, gamma: Liftable | None = None, lam: Liftable | None = None) -> Term:
        """Generalised advantage estimation: the sum of (γλ)^(u−t) δ_u for u = t, …, T."""
        discount = lift(self.gamma if gamma is None else gamma)
        mixed = lift(self.lam if lam is None else lam)
        last = self.reward(self.T) - value(self.T)
        differences = self.temporal_difference(value, discount, self.u)
        weight = mixed if discount == ONE or mixed == ZERO else discount if mixed == ONE else discount * mixed
        if weight != ONE:
            differences = weight ** (self.u - self.t) * differences
            last = weight ** (self.T - self.t) * last
        return sum_range(self.u, self.t, self.T - 1, of=differences) + last

    def discounted_to(self, time: Term) -> Term:
        """The sum of the rewards from t up to a time, discounted from t on."""
        return sum_range(self.u, self.t, time, of=self.gamma ** (self.u - self.t) * self.reward(self.u))

    def n_step(self, value: Value) -> Term:
        """The advantage from the rewards at t, …, w − 1 and the value at w: Σ_u γ^(u−t) r_u + γ^(w−t) V(w) − V(t)."""
        return self.discounted_to(self.w - 1) + self.gamma ** (self.w - self.t) * value(self.w) - value(self.t)

    def estimate(self, advantage: Term) -> Term:
        """The expected sum of the scores, each times the advantage at t."""
        return self.expectation(sum_range(self.t, 1, self.T, of=self.score(self.t) * advantage))

    @property
    def discounted_objective(self) -> Term:
        """J(θ) with the rewards discounted from the first step on."""
        return self.expectation(sum_range(self.t, 1, self.T, of=self.gamma ** (self.t - 1) * self.reward(self.t)))

    @property
    def discounted_values(self) -> tuple[Definition, ...]:
        """The definitions of Q and V for discounted rewards."""
        s, a, t, theta, gamma = self.s, self.a, self.t, self.theta, self.gamma
        of_action = DISCOUNTED_ACTION_VALUE(s, a, t, theta, gamma)
        earned = expect(self.discounted_to(self.T), (self.tau, FUTURE_LAW.law(s, a, t, theta)))
        mean = expect(of_action, (a, self.policy_law))
        return Definition.of(of_action, earned), Definition.of(DISCOUNTED_VALUE(s, t, theta, gamma), mean)


def critics() -> Critics:
    """The problem of several steps with a critic."""
    return Critics()
