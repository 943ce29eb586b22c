"""The classification bot: a contextual bandit whose reward may be 1 for the right label and 0 for a wrong one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pgsym.problems.one_step_problem import POLICY, REWARD, OneStep, OneStepSymbols
from pgsym.terms.build import choice, exp, grad, indicator, log, sum_over
from pgsym.terms.hypotheses import Definition, Hypothesis, ThetaFree
from pgsym.terms.nodes import Apply, Law, Symbol, Term, Variable
from pgsym.terms.sorts import ACTION, PARAMETER, REAL, STATE

LABEL = choice("y", STATE)
LABEL_LAW = Symbol("y", (ACTION, STATE), outcomes=1)
LOGIT = Symbol("z", (STATE, ACTION, PARAMETER), result=REAL)


@dataclass(frozen=True)
class ClassificationSymbols(OneStepSymbols):
    """The symbols of the classification bot."""

    label: Symbol = LABEL
    label_law: Symbol = LABEL_LAW
    logit: Symbol = LOGIT


@dataclass(frozen=True)
class Classification(OneStep):
    """s ~ D is an example with the label y(s), or with a label distribution y(· | s); K = |A| classes.

    >>> m = Classification()
    >>> print(m.cross_entropy)
    −E_{s∼D}[log π_θ(y(s) | s)]
    """

    symbols: ClassVar[ClassificationSymbols] = ClassificationSymbols()
    b: Variable = Variable("b", ACTION)

    @property
    def label(self) -> Apply:
        """y(s), the right answer."""
        return LABEL(self.s)

    @property
    def label_mass(self) -> Apply:
        """y(a | s), the probability of the label a."""
        return LABEL_LAW(self.a, self.s)

    @property
    def label_law(self) -> Law:
        """y(· | s)."""
        return LABEL_LAW.law(self.s)

    @property
    def is_right(self) -> Apply:
        """1 if the answer is the label, else 0."""
        return indicator(self.a, self.label)

    @property
    def right_mass(self) -> Apply:
        """π_θ(y(s) | s), the probability of the right answer."""
        return POLICY(self.label, self.s, self.theta)

    @property
    def accuracy(self) -> Term:
        """J(θ) with the 0/1 reward: the expected accuracy of sampled answers."""
        return self.expectation(self.is_right)

    @property
    def cross_entropy(self) -> Term:
        """CE(θ) for the labels y(s)."""
        return -self.over_states(log(self.right_mass))

    @property
    def soft_cross_entropy(self) -> Term:
        """CE(θ) for label distributions y(· | s)."""
        return -self.over_states(sum_over(self.a, of=self.label_mass * log(self.policy)))

    @property
    def logit(self) -> Apply:
        """z_θ(s, a), the logit of the answer a."""
        return LOGIT(self.s, self.a, self.theta)

    @property
    def right_score(self) -> Term:
        """∇ log π_θ(y(s) | s), the score of the right answer."""
        return grad(log(self.right_mass), self.theta)

    @property
    def zero_one_reward(self) -> Definition:
        """r(s, a) = 1 for the right answer, 0 for a wrong one."""
        return Definition.of(self.reward, self.is_right)

    @property
    def one_hot(self) -> Definition:
        """One-hot labels: y(a | s) = 1{a = y(s)}."""
        return Definition.of(self.label_mass, self.is_right)

    @property
    def softmax(self) -> Definition:
        """π is the softmax of the logits z."""
        z_b = LOGIT(self.s, self.b, self.theta)
        return Definition.of(self.policy, exp(self.logit) / sum_over(self.b, of=exp(z_b)))

    @property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """Those of the one-step problem, and a label distribution that does not depend on θ."""
        return (*super().hypotheses, ThetaFree(LABEL_LAW))


def classification() -> Classification:
    """The classification bot."""
    return Classification()


__all__ = ["LABEL", "LABEL_LAW", "LOGIT", "REWARD", "Classification", "classification"]
