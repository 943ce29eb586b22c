"""The one-step problem, or contextual bandit: a state is drawn, the policy draws an action, a reward is paid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pgsym.terms.build import expect, function, grad, log, product_range, sum_range
from pgsym.terms.hypotheses import Definition, Hypothesis, Positive, ThetaFree
from pgsym.terms.nodes import Apply, Law, Liftable, Symbol, Term, Variable
from pgsym.terms.sorts import ACTION, BATCH, INDEX, PARAMETER, STATE

THETA = Variable("θ", PARAMETER)
STATE_LAW = Symbol("D", (STATE,), outcomes=1)
POLICY = Symbol("π", (ACTION, STATE, PARAMETER), outcomes=1)
JOINT = Symbol("P", (STATE, ACTION, PARAMETER), outcomes=2)
REWARD = function("r", STATE, ACTION)
SAMPLES = Symbol("P^N", (BATCH, PARAMETER), outcomes=1)
STATE_OF = Symbol("s", (BATCH, INDEX), result=STATE)
ACTION_OF = Symbol("a", (BATCH, INDEX), result=ACTION)


@dataclass(frozen=True)
class OneStepSymbols:
    """The symbols of the one-step problem, to apply to arguments of your own: m.symbols.policy(a, s, theta)."""

    state_law: Symbol = STATE_LAW
    policy: Symbol = POLICY
    joint: Symbol = JOINT
    reward: Symbol = REWARD
    batch_law: Symbol = SAMPLES
    state_of: Symbol = STATE_OF
    action_of: Symbol = ACTION_OF


@dataclass(frozen=True)
class OneStep:
    """The contextual bandit s ~ D, a ~ π_θ(· | s), with reward r(s, a), and N independent rounds of it.

    >>> m = OneStep()
    >>> print(m.objective)
    E_{s∼D, a∼π_θ(· | s)}[r(s, a)]
    """

    symbols: ClassVar[OneStepSymbols] = OneStepSymbols()
    theta: Variable = THETA
    s: Variable = Variable("s", STATE)
    a: Variable = Variable("a", ACTION)
    i: Variable = Variable("i", INDEX)
    N: Variable = Variable("N", INDEX)
    batch: Variable = Variable("B", BATCH)

    @property
    def state_mass(self) -> Apply:
        """D(s), the probability of the state s."""
        return STATE_LAW(self.s)

    @property
    def policy(self) -> Apply:
        """π_θ(a | s), the probability of the action a in the state s."""
        return POLICY(self.a, self.s, self.theta)

    @property
    def joint(self) -> Apply:
        """P_θ(s, a), the joint probability of the state s and the action a."""
        return JOINT(self.s, self.a, self.theta)

    @property
    def reward(self) -> Apply:
        """r(s, a)."""
        return REWARD(self.s, self.a)

    @property
    def score(self) -> Term:
        """∇ log π_θ(a | s)."""
        return grad(log(self.policy), self.theta)

    @property
    def state_law(self) -> Law:
        """D, the law of states."""
        return STATE_LAW.law()

    @property
    def policy_law(self) -> Law:
        """π_θ(· | s), the law of actions in the state s."""
        return POLICY.law(self.s, self.theta)

    def expectation(self, body: Liftable, policy: Law | None = None) -> Term:
        """The expectation of a term in s and a, with a drawn from π_θ(· | s), or from `policy` if one is given."""
        return expect(body, (self.s, self.state_law), (self.a, policy or self.policy_law))

    def over_states(self, body: Liftable) -> Term:
        """The expectation of a term in s."""
        return expect(body, (self.s, self.state_law))

    @property
    def objective(self) -> Term:
        """J(θ), the expected reward."""
        return self.expectation(self.reward)

    # N rounds --------------------------------------------------------------------------------------------------
    @property
    def s_i(self) -> Apply:
        """The state of round i."""
        return STATE_OF(self.batch, self.i)

    @property
    def a_i(self) -> Apply:
        """The action of round i."""
        return ACTION_OF(self.batch, self.i)

    def average(self, body: Liftable) -> Term:
        """(1/N) Σ_i x_i for a term x_i in i."""
        return (1 / self.N) * sum_range(self.i, 1, self.N, of=body)

    def over_batches(self, body: Liftable) -> Term:
        """The expectation over N independent rounds."""
        return expect(body, (self.batch, SAMPLES.law(self.theta)))

    # assumptions ----------------------------------------------------------------------------------------------
    @property
    def on_policy(self) -> Definition:
        """Actions are drawn from the policy itself: P(s, a) = D(s) π(a | s)."""
        return Definition.of(self.joint, self.state_mass * self.policy)

    @property
    def independent_rounds(self) -> Definition:
        """The N rounds are independent and identically distributed."""
        draw = STATE_LAW(self.s_i) * POLICY(self.a_i, self.s_i, self.theta)
        return Definition.of(SAMPLES(self.batch, self.theta), product_range(self.i, 1, self.N, of=draw))

    @property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """The standard assumptions, which textbooks often leave unsaid."""
        return (
            ThetaFree(STATE_LAW),
            ThetaFree(REWARD),
            Positive(POLICY),
            self.on_policy,
            self.independent_rounds,
        )


def one_step() -> OneStep:
    """The one-step problem, or contextual bandit."""
    return OneStep()
