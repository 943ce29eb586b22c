"""Random well-sorted terms over trajectories, histories and futures, the same for the same seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from pgsym.problems import trajectories
from pgsym.problems.one_step_problem import POLICY
from pgsym.problems.trajectory import FUTURE_LAW, HISTORY_LAW, START, TRAJECTORY_LAW, TRANSITION
from pgsym.terms import (
    ACTION,
    INDEX,
    PARAMETER,
    STATE,
    TRAJECTORY,
    Sort,
    Term,
    ThetaFree,
    Variable,
    expect,
    function,
    given,
    grad,
    indicator,
    log,
    product_range,
    sum_over,
    sum_range,
)
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Law, lift

m = trajectories()
OLD = Variable("θ'", PARAMETER)
F = function("f", STATE, ACTION)
BASELINE = function("b", STATE)
Q = function("q", STATE, ACTION, PARAMETER)
GAMMA = Variable("γ")
FIXED = (START, TRANSITION, m.reward(1).symbol, F, BASELINE)
GIVEN: tuple[Hypothesis, ...] = (*map(ThetaFree, FIXED), m.factorisation, m.histories, m.futures)


@dataclass(frozen=True)
class Draw:
    """A trajectory that is in scope: the span in which it has states and actions, times inside, states beyond."""

    variable: Variable
    first: Term
    last: Term
    pairs: tuple[Term, ...]
    states: tuple[Term, ...] = ()


@dataclass(frozen=True)
class InScope:
    """What a term may speak of."""

    draws: tuple[Draw, ...] = ()
    states: tuple[Term, ...] = ()
    actions: tuple[Term, ...] = ()
    times: tuple[Term, ...] = ()

    @property
    def all_states(self) -> list[Term]:
        """Every state."""
        return [*self.states, *(m.state(t, d.variable) for d in self.draws for t in (*d.pairs, *d.states))]

    @property
    def all_actions(self) -> list[Term]:
        """Every action."""
        return [*self.actions, *(m.action(t, d.variable) for d in self.draws for t in d.pairs)]

    def with_draw(self, draw: Draw) -> InScope:
        """Another trajectory is drawn."""
        return replace(self, draws=(*self.draws, draw))

    def with_time(self, of: Draw, t: Variable) -> InScope:
        """Another time inside a draw's span."""
        draws = tuple(replace(d, pairs=(*d.pairs, t)) if d == of else d for d in self.draws)
        return replace(self, draws=draws, times=(*self.times, t))


@dataclass
class Writer:
    """Writes closed terms; `draws_left` and `gradients_left` bound the nesting, which is what enumeration pays for."""

    rng: random.Random
    horizon: int
    draws_left: int = 2
    gradients_left: int = 2
    logs: bool = False
    fresh: int = 0

    def _variable(self, letter: str, sort: Sort) -> Variable:
        self.fresh += 1
        return Variable(f"{letter}{self.fresh}", sort)

    # leaves -----------------------------------------------------------------------------------------------------
    def masses(self, x: InScope) -> list[Term]:
        """Probabilities: never negative."""
        s, a = x.all_states, x.all_actions
        out: list[Term] = [START(self.rng.choice(s))] if s else []
        if s and a:
            state, action = self.rng.choice(s), self.rng.choice(a)
            out += [POLICY(action, state, m.theta)] * 2
            out += [POLICY(action, state, OLD), TRANSITION(self.rng.choice(s), state, action)]
        for d in x.draws:
            if (d.first, d.last) == (lift(1), m.T):
                out += [TRAJECTORY_LAW(d.variable, m.theta), TRAJECTORY_LAW(d.variable, OLD)]
        return out

    def leaf(self, x: InScope) -> Term:
        """A number, a probability, a reward, an indicator, a time."""
        s, a = x.all_states, x.all_actions
        out: list[Term] = [lift(self.rng.randint(-2, 3)), GAMMA, *x.times]
        if s:
            out += [BASELINE(self.rng.choice(s)), indicator(self.rng.choice(s), self.rng.choice(s))]
        if a:
            out.append(indicator(self.rng.choice(a), self.rng.choice(a)))
        if s and a:
            state, action = self.rng.choice(s), self.rng.choice(a)
            out += [m.reward(1).symbol(state, action)] * 3 + [F(state, action), Q(state, action, m.theta)] * 2
        return self.rng.choice([*out, *self.masses(x), *self.masses(x)])

    def positive(self, x: InScope, depth: int) -> Term:
        """A term that is never negative, so that it vanishes in every number system or in none."""
        masses = self.masses(x) or [lift(2)]
        match self.rng.randrange(5 if depth else 2):
            case 0 | 1:
                return self.rng.choice(masses)
            case 2:
                return self.positive(x, depth - 1) + self.leaf(x) ** 2
            case 3 if x.draws:
                return self.over_times(x, depth, self.positive, product=self.rng.random() < 0.5)
        return self.positive(x, depth - 1) * self.positive(x, depth - 1)

    # times ------------------------------------------------------------------------------------------------------
    def over_times(self, x: InScope, depth: int, body: object, product: bool = False) -> Term:
        """A sum or product over a range of times inside a draw's span."""
        d = self.rng.choice(x.draws)
        t = self._variable("t", INDEX)
        u, v = (self.rng.choice(d.pairs) if d.pairs else None for _ in range(2))
        ranges: list[tuple[Term, Term]] = [(d.first, d.last)] * 2
        if u is not None and v is not None:
            ranges += [(u, d.last), (d.first, u), (u + 1, d.last), (d.first, u - 1), (u, v)]
        first, last = self.rng.choice(ranges)
        inside = body(x.with_time(d, t), depth - 1)  # type: ignore[operator]
        return (product_range if product else sum_range)(t, first, last, of=inside)

    # draws ------------------------------------------------------------------------------------------------------
    def expectation(self, x: InScope, depth: int, body: object) -> Term:
        """An expectation over an action, a state, a trajectory, a history or a future."""
        kinds = ["action", "successor"] if x.all_states else ["start"]
        if self.draws_left:
            kinds += ["trajectory"] * 3 + ["history"] * 2
            if x.all_states and x.all_actions:
                kinds += ["future"] * 2
        theta = OLD if self.rng.random() < 0.2 else m.theta
        kind = self.rng.choice(kinds)
        sub = lambda y: body(y, depth - 1)  # type: ignore[operator]  # noqa: E731
        if kind in ("trajectory", "history", "future"):
            self.draws_left -= 1
        match kind:
            case "trajectory":
                tau = self._variable("τ", TRAJECTORY)
                d = Draw(tau, lift(1), m.T, (lift(1), m.T))
                return expect(sub(x.with_draw(d)), (tau, TRAJECTORY_LAW.law(theta)))
            case "history":
                h = self._variable("h", TRAJECTORY)
                t = self._time(x)
                d = Draw(h, lift(1), t - 1, (), (lift(1), t))
                return expect(sub(x.with_draw(d)), (h, HISTORY_LAW.law(t, theta)))
            case "future":
                tau, t = self._variable("τ", TRAJECTORY), self._time(x)
                d = Draw(tau, t, m.T, (t, m.T))
                s, a = self.rng.choice(x.all_states), self.rng.choice(x.all_actions)
                return expect(sub(x.with_draw(d)), (tau, FUTURE_LAW.law(s, a, t, theta)))
            case "action":
                a, s = self._variable("a", ACTION), self.rng.choice(x.all_states)
                inside = sub(replace(x, actions=(*x.actions, a)))
                law: object = POLICY.law(s, theta)
                if x.all_actions and self.rng.random() < 0.3:
                    law = given(POLICY.law(s, theta), a, indicator(a, self.rng.choice(x.all_actions)) + F(s, a) ** 2)
                return expect(inside, (a, law))  # type: ignore[arg-type]
        s = self._variable("s", STATE)
        law_of_s: Law = START.law()
        if kind == "successor" and x.all_actions:
            law_of_s = TRANSITION.law(self.rng.choice(x.all_states), self.rng.choice(x.all_actions))
        return expect(sub(replace(x, states=(*x.states, s))), (s, law_of_s))

    def _time(self, x: InScope) -> Term:
        """A time between 1 and T."""
        times = [t for d in x.draws for t in d.pairs if d.last == m.T]
        return self.rng.choice([lift(1), m.T, lift(self.rng.randint(1, self.horizon)), *times])

    # terms ------------------------------------------------------------------------------------------------------
    def real(self, x: InScope, depth: int) -> Term:
        """A real term."""
        if depth <= 0:
            return self.leaf(x)
        kinds = ["add", "subtract", "multiply", "multiply", "expect", "expect", "expect", "ratio", "power", "all"]
        if x.draws:
            kinds += ["sum"] * 4 + ["product"] * 2 + ["importance"]
        if x.times and x.all_states and x.all_actions:
            kinds += ["discount"] * 4
        if self.logs and self.masses(x):
            kinds += ["log"] * 3
        match self.rng.choice(kinds):
            case "add":
                return self.real(x, depth - 1) + self.real(x, depth - 1)
            case "subtract":
                return self.real(x, depth - 1) - self.real(x, depth - 2)
            case "multiply":
                return self.real(x, depth - 1) * self.real(x, depth - 2)
            case "expect":
                return self.expectation(x, depth, self.real)
            case "ratio":
                return self.real(x, depth - 2) / self.positive(x, 1)
            case "power":
                return self.real(x, depth - 2) ** self.rng.choice([0, 2, 2, 3])
            case "all":
                v = self._variable(*self.rng.choice([("s", STATE), ("a", ACTION)]))
                more = replace(x, states=(*x.states, v)) if v.sort == STATE else replace(x, actions=(*x.actions, v))
                return sum_over(v, of=self.real(more, depth - 1))
            case "sum":
                return self.over_times(x, depth, self.real)
            case "product":
                return self.over_times(x, depth, self.real, product=True)
            case "importance":
                d, t = self.rng.choice(x.draws), self._variable("t", INDEX)
                ratio = m.policy(t, d.variable) / POLICY(m.action(t, d.variable), m.state(t, d.variable), OLD)
                return product_range(t, d.first, d.last, of=ratio) * self.real(x, depth - 1)
            case "discount":
                base = self.rng.choice([GAMMA, GAMMA, m.reward(1).symbol(x.all_states[0], x.all_actions[0])])
                return base ** (self.rng.choice(x.times) - 1) * self.real(x, depth - 1)
            case "log":
                return self.real(x, depth - 2) * log(self.positive(x, 1))
        return self.leaf(x)

    def score(self, x: InScope) -> Term:
        """∇ log of a probability."""
        return grad(log(self.rng.choice(self.masses(x) or [lift(2)])), m.theta)

    def vector(self, x: InScope, depth: int) -> Term:
        """A gradient."""
        kinds = ["score", "score", "scaled"] if x.all_actions else []
        if self.gradients_left:
            kinds += ["gradient"] * 2
        if depth > 0:
            kinds += ["expect"] * 3 + (["sum"] * 3 if x.draws else []) + (["add", "ratio"] if x.all_actions else [])
        match self.rng.choice(kinds or ["score"]):
            case "gradient":
                return self.gradient(x, depth, self.real)
            case "scaled":
                return self.real(x, depth - 1) * self.score(x)
            case "expect":
                return self.expectation(x, depth, self.vector)
            case "sum":
                return self.over_times(x, depth, self.vector)
            case "add":
                return self.vector(x, depth - 1) + self.real(x, depth - 1) * self.score(x)
            case "ratio":
                return self.vector(x, depth - 1) / self.positive(x, 1)
        return self.score(x)

    def gradient(self, x: InScope, depth: int, body: object) -> Term:
        """∇ of a term, now and then by the other parameter."""
        self.gradients_left -= 1
        by = OLD if self.rng.random() < 0.1 else m.theta
        return grad(body(x, depth - 1), by)  # type: ignore[operator]

    def matrix(self, x: InScope, depth: int) -> Term:
        """A gradient of a gradient."""
        match self.rng.randrange(4):
            case 0 if depth > 1:
                return self.expectation(x, depth, self.matrix)
            case 1:
                return self.real(x, 1) * self.gradient(x, depth, self.vector)
        return self.gradient(x, depth, self.vector)
