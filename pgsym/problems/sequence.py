"""The problem of sequences: contexts, tokens and labels, drawn from a data set of gold sequences or from the model.

A context is a state: the prompt and the tokens so far.  A token is an action, and the next context follows the context
and the token.  Every law of labelled sequences factorises into laws of the next label given the context, so gold
sequences are drawn as the model's are, with y in place of π.  They do not depend on θ; this is teacher forcing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pgsym.problems.classification_problem import LABEL, LABEL_LAW
from pgsym.problems.trajectory import START, TRANSITION, Trajectories, TrajectorySymbols
from pgsym.terms.build import expect, indicator, log, product_range, sum_over, sum_range
from pgsym.terms.hypotheses import Definition, Hypothesis, ThetaFree
from pgsym.terms.nodes import Apply, Law, Liftable, Symbol, Term, Variable
from pgsym.terms.sorts import INDEX, STATE, TRAJECTORY

GOLD_LAW = Symbol("q", (TRAJECTORY,), outcomes=1)
GOLD_HISTORY_LAW = Symbol("q", (TRAJECTORY, INDEX), outcomes=1)


@dataclass(frozen=True)
class SequenceSymbols(TrajectorySymbols):
    """The symbols of sequences with labels."""

    label: Symbol = LABEL
    label_law: Symbol = LABEL_LAW
    gold_law: Symbol = GOLD_LAW
    gold_history_law: Symbol = GOLD_HISTORY_LAW


@dataclass(frozen=True)
class Sequences(Trajectories):
    """s_1 ~ ρ is a prompt, a_t ~ π_θ(· | s_t) the model's tokens; in gold sequences a_t ~ y(· | s_t) are the labels.

    >>> m = Sequences()
    >>> print(m.teacher_forcing)
    −E_{τ∼q}[Σ_{t=1}^T log π_θ(aₜ | sₜ)]
    """

    symbols: ClassVar[SequenceSymbols] = SequenceSymbols()
    gold: Variable = Variable("τ'", TRAJECTORY)

    @property
    def gold_law(self) -> Law:
        """q, the law of gold sequences."""
        return GOLD_LAW.law()

    def over_gold(self, body: Liftable, of: Variable | None = None) -> Term:
        """The expectation of a term in τ, or in the sequence `of`, over gold sequences."""
        return expect(body, (of or self.tau, self.gold_law))

    def label_mass(self, time: Liftable, of: Variable | None = None) -> Apply:
        """y(a_t | s_t), the probability of the token a_t in the data, given the context s_t."""
        return LABEL_LAW(self.action(time, of), self.state(time, of))

    def is_right(self, time: Liftable, of: Variable | None = None) -> Apply:
        """1 if the token a_t is the label y(s_t), else 0."""
        return indicator(self.action(time, of), LABEL(self.state(time, of)))

    @property
    def teacher_forcing(self) -> Term:
        """The cross entropy of gold sequences: every token is predicted from its gold context."""
        return -self.over_gold(self.log_likelihood())

    def cross_entropy_at(self, time: Liftable) -> Term:
        """−Σ_a y(a | s_t) log π_θ(a | s_t), the cross entropy in the context s_t."""
        answer = self.policy_at(time)
        return -sum_over(self.a, of=LABEL_LAW(self.a, self.state(time)) * log(answer))

    @property
    def pairwise(self) -> Term:
        """Σ_t r(s_t, a_t) ∇ log π_θ(a_t | s_t): each reward times the score of its own step."""
        return sum_range(self.t, 1, self.T, of=self.reward(self.t) * self.score(self.t))

    @property
    def full(self) -> Term:
        """(Σ_t r(s_t, a_t)) (Σ_t ∇ log π_θ(a_t | s_t)): each reward times all scores."""
        return self.total_reward * self.total_score

    @property
    def to_go(self) -> Term:
        """Σ_t ∇ log π_θ(a_t | s_t) Σ_{u≥t} r(s_u, a_u): each reward times the scores up to its step."""
        return sum_range(self.t, 1, self.T, of=self.score(self.t) * self.reward_to_go)

    # assumptions ----------------------------------------------------------------------------------------------
    @property
    def gold_factorisation(self) -> Definition:
        """q(τ) = ρ(s_1) Π_t y(a_t | s_t) Π_t p(s_{t+1} | s_t, a_t)."""
        labels = product_range(self.t, 1, self.T, of=self.label_mass(self.t))
        moves = product_range(self.t, 1, self.T - 1, of=self.transition(self.t))
        return Definition.of(GOLD_LAW(self.tau), START(self.state(1)) * labels * moves)

    @property
    def gold_histories(self) -> Definition:
        """The definition of the law of a gold history up to t."""
        k = Variable("k", INDEX)
        step = self.label_mass(k, self.h) * self.transition(k, self.h)
        head = GOLD_HISTORY_LAW(self.h, self.t)
        return Definition.of(head, START(self.state(1, self.h)) * product_range(k, 1, self.t - 1, of=step))

    @property
    def exogenous_states(self) -> Definition:
        """The next state does not depend on the action: p(s' | s, a) = κ(s' | s)."""
        after, s, a = Variable("s'", STATE), self.s, self.a
        return Definition.of(TRANSITION(after, s, a), Symbol("κ", (STATE, STATE), outcomes=1)(after, s))

    @property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """Those of trajectories, and gold sequences whose law does not depend on θ."""
        return (*super().hypotheses, ThetaFree(LABEL_LAW), self.gold_factorisation, self.gold_histories)

    @property
    def with_exogenous_states(self) -> tuple[Hypothesis, ...]:
        """The hypotheses, with states that do not depend on actions."""
        kappa = Symbol("κ", (STATE, STATE), outcomes=1)
        rest = tuple(h for h in self.hypotheses if h != ThetaFree(TRANSITION))
        return (*rest, self.exogenous_states, ThetaFree(kappa))


def sequences() -> Sequences:
    """The problem of sequences, with a free length T."""
    return Sequences()


__all__ = ["GOLD_HISTORY_LAW", "GOLD_LAW", "Sequences", "sequences"]
