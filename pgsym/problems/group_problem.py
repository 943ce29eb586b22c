"""Groups of answers: every question is answered several times, and each answer is compared with the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pgsym.problems.one_step_problem import POLICY, REWARD, OneStep, OneStepSymbols
from pgsym.terms.build import expect, grad, log, product_range, sum_range
from pgsym.terms.hypotheses import Definition, Hypothesis
from pgsym.terms.nodes import Apply, Law, Liftable, Symbol, Term, Variable
from pgsym.terms.sorts import ACTION, GROUP, INDEX, PARAMETER, STATE

GROUP_LAW = Symbol("π^N", (GROUP, STATE, PARAMETER), outcomes=1)
MEMBER = Symbol("a", (GROUP, INDEX), result=ACTION)


@dataclass(frozen=True)
class GroupSymbols(OneStepSymbols):
    """The symbols of groups of answers."""

    group_law: Symbol = GROUP_LAW
    member: Symbol = MEMBER


@dataclass(frozen=True)
class Groups(OneStep):
    """s ~ D, then N independent answers a_1, …, a_N ~ π_θ(· | s) to the same question, paid r(s, a_i).

    >>> m = Groups()
    >>> print(m.over_groups(m.average(m.paid(m.i))))
    E_{s∼D, G∼π^N_θ(· | s)}[[1/N] Σ_{i=1}^N r(s, aᵢ)]
    """

    symbols: ClassVar[GroupSymbols] = GroupSymbols()
    j: Variable = Variable("j", INDEX)
    group: Variable = Variable("G", GROUP)

    def answer(self, member: Liftable) -> Apply:
        """a_i, the answer of member i of the group."""
        return MEMBER(self.group, member)

    def paid(self, member: Liftable) -> Apply:
        """r(s, a_i), the reward of member i."""
        return REWARD(self.s, self.answer(member))

    def score_of(self, member: Liftable) -> Term:
        """∇ log π_θ(a_i | s)."""
        return grad(log(POLICY(self.answer(member), self.s, self.theta)), self.theta)

    @property
    def group_law(self) -> Law:
        """π_θ^N(· | s), the law of a group."""
        return GROUP_LAW.law(self.s, self.theta)

    def over_group(self, body: Liftable) -> Term:
        """The expectation of a term over the group, given the question s."""
        return expect(body, (self.group, self.group_law))

    def over_groups(self, body: Liftable) -> Term:
        """The expectation of a term over the question and the group."""
        return expect(body, (self.s, self.state_law), (self.group, self.group_law))

    @property
    def group_mean(self) -> Term:
        """The mean of all rewards of the group."""
        return (1 / self.N) * sum_range(self.j, 1, self.N, of=self.paid(self.j))

    @property
    def others(self) -> Term:
        """The sum of the rewards of all members but i."""
        before = sum_range(self.j, 1, self.i - 1, of=self.paid(self.j))
        return before + sum_range(self.j, self.i + 1, self.N, of=self.paid(self.j))

    @property
    def mean_of_others(self) -> Term:
        """The mean of the rewards of all members but i."""
        return (1 / (self.N - 1)) * self.others

    def estimate(self, advantage: Liftable) -> Term:
        """The mean over the group of score times advantage, the advantage being a term in the member i."""
        return self.average(self.score_of(self.i) * advantage)

    @property
    def independent_answers(self) -> Definition:
        """The members answer independently of each other."""
        answers = product_range(self.i, 1, self.N, of=POLICY(self.answer(self.i), self.s, self.theta))
        return Definition.of(GROUP_LAW(self.group, self.s, self.theta), answers)

    @property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """Those of the one-step problem, and independent answers."""
        return (*super().hypotheses, self.independent_answers)


def groups() -> Groups:
    """The problem of groups of answers."""
    return Groups()
