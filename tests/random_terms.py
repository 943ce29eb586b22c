"""Random well-sorted one-step terms, the same for the same seed."""

from __future__ import annotations

import random
from dataclasses import dataclass

from pgsym.problems import classification
from pgsym.terms import (
    ACTION,
    STATE,
    Positive,
    Term,
    ThetaFree,
    Variable,
    expect,
    function,
    grad,
    indicator,
    log,
    sum_over,
)
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Number, lift

m = classification()
F = function("f", STATE, ACTION)
G = function("g", STATE)
GIVEN: tuple[Hypothesis, ...] = (*m.hypotheses, ThetaFree(F), ThetaFree(G), Positive(m.label_mass.symbol))


@dataclass
class Writer:
    """Writes terms about a state s and an action a; bound names clash on purpose."""

    rng: random.Random
    s: Variable = m.s
    a: Variable = m.a

    def leaf(self) -> Term:
        """A number, a probability, a reward or an indicator."""
        s, a = self.s, self.a
        return self.rng.choice(
            [
                lift(self.rng.randint(1, 3)),
                m.policy,
                m.reward,
                F(s, a),
                G(s),
                m.state_mass,
                m.label_mass,
                m.is_right,
                indicator(a, m.label),
                Variable("c"),
            ]
        )

    def real(self, depth: int) -> Term:
        """A real term."""
        if depth == 0:
            return self.leaf()
        kind = self.rng.choice(
            ["leaf", "add", "multiply", "subtract", "quotient", "power", "sum", "expect", "nested", "log"]
        )
        sub = lambda: self.real(depth - 1)  # noqa: E731
        match kind:
            case "add":
                return sub() + sub()
            case "subtract":
                return sub() - sub()
            case "multiply":
                return sub() * sub()
            case "quotient":
                return sub() / m.policy
            case "power":
                return m.policy ** self.rng.choice([2, 3, -1])
            case "sum":
                return sum_over(self.rng.choice([self.a, self.s]), of=sub())
            case "expect":
                return expect(sub(), (self.a, self.rng.choice([m.policy_law, m.label_law])))
            case "nested":
                return m.expectation(sub())
            case "log":
                return log(self.rng.choice([m.policy, m.policy * m.label_mass, m.policy / 2, m.right_mass]))
        return self.leaf()

    def vector(self, depth: int) -> Term:
        """A gradient."""
        kind = self.rng.choice(["grad", "score", "scaled", "expect"])
        match kind:
            case "grad":
                return grad(self.real(depth), m.theta)
            case "scaled":
                return self.real(max(depth - 1, 0)) * m.score
            case "expect":
                return m.expectation(self.real(max(depth - 1, 0)) * m.score)
        return m.score

    def rewritten(self, term: Term) -> Term:
        """An equal term that looks different."""
        c, one = Variable("c"), Number(lift(1).value)  # type: ignore[attr-defined]
        match self.rng.randrange(6):
            case 0:
                return (term * 3 - term) / 2 if self.rng.random() < 0.5 else 2 * term - term
            case 1:
                return term * m.policy / m.policy
            case 2:
                return term * sum_over(Variable("b", ACTION), of=m.policy.symbol(Variable("b", ACTION), m.s, m.theta))
            case 3:
                return (c + 1) * term - c * term
            case 4:
                return (one / m.policy) * (m.policy * term)
        return term * expect(1, (m.a, m.policy_law))

    def perturbed(self, term: Term) -> Term:
        """A term that is nearly always another."""
        match self.rng.randrange(5):
            case 0:
                return 2 * term
            case 1:
                return -term
            case 2:
                return term * m.policy
            case 3:
                return term * m.reward
        return term * (1 + m.state_mass)
