"""Maximising the expected 0/1 reward is being right as often as possible, if answers are sampled."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pgsym.claims import Claim, Example, Relation, Rung
from pgsym.problems import classification
from pgsym.problems.classification_problem import LABEL
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import ACTION, PARAMETER, HowMany, Number, Term, Variable, absolute

m = classification()
other = Variable("θ'", PARAMETER)
two_answers = (HowMany(ACTION, 2),)
half = Fraction(1, 2)


def accuracy(theta: Variable) -> Term:
    """How often a sampled answer is right."""
    return m.over_states(POLICY(LABEL(m.s), m.s, theta))


def greedy_accuracy(theta: Variable) -> Term:
    """How often the likelier of two answers is right: (1 + sign(2 π(y | s) − 1)) / 2 on average, ties apart."""
    margin = 2 * POLICY(LABEL(m.s), m.s, theta) - 1
    return m.over_states(half * (1 + absolute(margin) / margin))


def claims() -> Iterator[Claim]:
    """The objective as an accuracy, and that it is not the one of the likeliest answer."""
    yield Claim(
        "objective-is-expected-accuracy",
        says="With the 0/1 reward, $J(\\theta)$ is the probability that a sampled answer is right.",
        lhs=m.objective,
        rhs=accuracy(m.theta),
        given=(*m.hypotheses, m.zero_one_reward),
        derivation="objective-one-step",
    )
    sampled, greedy = accuracy(m.theta), greedy_accuracy(m.theta)
    cases = (
        ("3/5", "3/5", "3/5", "1"),
        ("99/100", "49/100", "37/50", "1/2"),
    )
    examples = tuple(
        Example(
            f"Two equally likely pictures; the right answers have the probabilities {p} and {q}.",
            {"D": ["1/2", "1/2"], "π": [[p, str(1 - Fraction(p))], [q, str(1 - Fraction(q))]], "y": [0, 0]},
            worth=((sampled, worth), (greedy, greedy_worth)),
        )
        for p, q, worth, greedy_worth in cases
    )
    yield Claim(
        "sampled-versus-argmax-accuracy",
        says="$J$ can be smaller than the accuracy of the trained classifier when it gives its likelier answer.",
        lhs=greedy,
        rhs=sampled,
        relation=Relation.AT_MOST,
        expected=Rung.REFUTED,
        repaired_by=("objective-is-expected-accuracy",),
        given=two_answers,
        examples=examples,
        remark="There are two answers, and the likelier one is right where $2\\, \\pi(y \\mid s) - 1$ is positive.",
    )
    yield Claim(
        "sampled-versus-argmax-accuracy-order",
        says="Of two classifiers, the one with the larger $J$ need not have the larger accuracy of its likelier "
        "answers.",
        lhs=Number(Fraction(0)),
        rhs=(sampled - accuracy(other)) * (greedy - greedy_accuracy(other)),
        relation=Relation.AT_MOST,
        expected=Rung.REFUTED,
        repaired_by=("objective-is-expected-accuracy",),
        given=two_answers,
        remark="The examples of sampled-versus-argmax-accuracy reverse the order: $J$ is 3/5 and 37/50, but the "
        "accuracies are 1 and 1/2.",
    )
