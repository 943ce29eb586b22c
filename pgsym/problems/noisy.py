"""Random rewards and noisy labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pgsym.problems.classification_problem import Classification, ClassificationSymbols
from pgsym.problems.one_step_problem import OneStep, OneStepSymbols
from pgsym.terms.build import expect, function, indicator, log, sum_over
from pgsym.terms.hypotheses import AtLeastTwo, Definition, Hypothesis, ThetaFree
from pgsym.terms.nodes import Apply, Law, Liftable, Symbol, Term, Variable
from pgsym.terms.sorts import ACTION, OUTCOME, STATE

CHANCE_LAW = Symbol("ν", (OUTCOME, STATE, ACTION), outcomes=1)
PAID = function("R", STATE, ACTION, OUTCOME)
FLIPPED = Symbol("ε", ())
ODDS = Symbol("o", ())
NOISY_LABEL_LAW = Symbol("ỹ", (ACTION, STATE), outcomes=1)


@dataclass(frozen=True)
class NoisyRewardSymbols(OneStepSymbols):
    """The symbols of random rewards."""

    chance_law: Symbol = CHANCE_LAW
    paid: Symbol = PAID


@dataclass(frozen=True)
class NoisyRewards(OneStep):
    """s ~ D, a ~ π_θ(· | s), then w ~ ν(· | s, a) and the reward R(s, a, w), whose mean is r(s, a).

    >>> m = NoisyRewards()
    >>> print(m.over_chance(m.paid))
    E_{w∼ν(· | s, a)}[R(s, a, w)]
    """

    symbols: ClassVar[NoisyRewardSymbols] = NoisyRewardSymbols()
    b: Variable = Variable("b", ACTION)
    w: Variable = Variable("w", OUTCOME)

    @property
    def paid(self) -> Apply:
        """R(s, a, w), the reward that is paid."""
        return PAID(self.s, self.a, self.w)

    @property
    def chance_law(self) -> Law:
        """ν(· | s, a), the law of the random outcome w."""
        return CHANCE_LAW.law(self.s, self.a)

    @property
    def draws(self) -> tuple[tuple[Variable, Law], ...]:
        """The draws of the state and of the action."""
        return ((self.s, self.state_law), (self.a, self.policy_law))

    @property
    def chance(self) -> tuple[Variable, Law]:
        """The draw of w."""
        return self.w, self.chance_law

    def over_chance(self, body: Liftable) -> Term:
        """The expectation of a term in w, given the state and the action."""
        return expect(body, self.chance)

    @property
    def mean_reward(self) -> Definition:
        """r(s, a) is the mean of R(s, a, w) over w."""
        return Definition.of(self.reward, self.over_chance(self.paid))

    @property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """Those of the one-step problem, but ν and R do not depend on θ, and r is defined by them."""
        plain = tuple(h for h in super().hypotheses if h != ThetaFree(self.reward.symbol))
        return (*plain, ThetaFree(CHANCE_LAW), ThetaFree(PAID), self.mean_reward)


@dataclass(frozen=True)
class NoisyLabelSymbols(ClassificationSymbols):
    """The symbols of noisy labels."""

    flipped: Symbol = FLIPPED
    odds: Symbol = ODDS
    noisy_law: Symbol = NOISY_LABEL_LAW


@dataclass(frozen=True)
class NoisyLabels(Classification):
    """Labels y(s), each flipped with probability ε to one of the other classes, all equally likely.

    >>> m = NoisyLabels()
    >>> print(m.noise)
    ỹ(a | s) = (1 − ε) 1{a = y(s)} + [ε/(|A| − 1)] (1 − 1{a = y(s)})
    """

    symbols: ClassVar[NoisyLabelSymbols] = NoisyLabelSymbols()

    @property
    def classes(self) -> Term:
        """|A|, the number of classes."""
        return sum_over(self.b, of=1)

    @property
    def flipped(self) -> Apply:
        """ε, the probability that a label is flipped."""
        return FLIPPED()

    @property
    def odds(self) -> Apply:
        """o, the odds of a flip."""
        return ODDS()

    @property
    def smoothing(self) -> Term:
        """ε |A| / (|A| − 1): redrawing the label uniformly with this probability is the same noise."""
        return (self.flipped * self.classes) / (self.classes - 1)

    @property
    def kept(self) -> Term:
        """1 − ε |A| / (|A| − 1), the probability that the label is not redrawn."""
        return 1 - self.smoothing

    @property
    def noisy_cross_entropy(self) -> Term:
        """CE(θ) for the noisy labels."""
        return -self.over_states(sum_over(self.a, of=self.noisy_mass * log(self.policy)))

    @property
    def noisy_mass(self) -> Apply:
        """ỹ(a | s), the probability that the noisy label is a."""
        return NOISY_LABEL_LAW(self.a, self.s)

    @property
    def noisy_law(self) -> Law:
        """ỹ(· | s)."""
        return NOISY_LABEL_LAW.law(self.s)

    @property
    def noise(self) -> Definition:
        """The law of the noisy label."""
        wrong = self.flipped / (self.classes - 1)
        return Definition.of(self.noisy_mass, (1 - self.flipped) * self.is_right + wrong * (1 - self.is_right))

    @property
    def noise_by_odds(self) -> Definition:
        """The law of the noisy label, written with the odds o = ε/(1 − ε) of a flip."""
        wrong = self.odds / (self.classes - 1)
        return Definition.of(self.noisy_mass, (self.is_right + wrong * (1 - self.is_right)) / (1 + self.odds))

    @property
    def noisy_accuracy(self) -> Term:
        """The expected 0/1 reward of answers that are compared with the noisy label."""
        return self.expectation(expect(indicator(self.a, self.b), (self.b, self.noisy_law)))

    @property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """Those of classification, noise that does not depend on θ, and at least two classes."""
        return (*super().hypotheses, ThetaFree(FLIPPED), self.noise, AtLeastTwo(ACTION))


def noisy_rewards() -> NoisyRewards:
    """The one-step problem with a random reward."""
    return NoisyRewards()


def noisy_labels() -> NoisyLabels:
    """The classification bot with labels that are flipped at random."""
    return NoisyLabels()
