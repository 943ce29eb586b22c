"""With two answers a wrong one shows the right one, so the sampled term can equal the term of cross entropy."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Rung
from pgsym.problems import classification
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import (
    ACTION,
    STATE,
    HowMany,
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
from pgsym.terms.nodes import lift

m = classification()
two = (*m.hypotheses, HowMany(ACTION, 2))
wrong = 1 - m.is_right
penalised = (m.is_right - wrong * (m.policy / (1 - m.policy))) * m.score
score_of_b = grad(log(POLICY(m.b, m.s, m.theta)), m.theta)
counterfactual = m.is_right * m.score + wrong * sum_over(m.b, of=(1 - indicator(m.b, m.a)) * score_of_b)

LENGTH = function("n", STATE, ACTION)
length, baseline = LENGTH(m.s, m.a), Variable("b")
weight = m.is_right / m.policy


def over_answers(body: Term) -> Term:
    """E_a of a term, the state given."""
    return expect(body, (m.a, m.policy_law))


def surely(term: Term) -> Term:
    """The mean square, over the answers, of how far a sample's term is from the cross entropy's."""
    return over_answers((term - m.right_score) ** 2)


best = LENGTH(m.s, m.label) / over_answers(length)


def claims() -> Iterator[Claim]:
    """A penalty for wrong answers, the other answer's score, and what two answers have that three have not."""
    yield Claim(
        "ce-pg-wrong-answer-penalty",
        says="With two answers, let the reward be $1$ for the right answer and $-\\pi_\\theta(a \\mid s) / (1 - "
        "\\pi_\\theta(a \\mid s))$ for a wrong one. The term of every sample is then the term of cross entropy, "
        "$\\nabla \\log \\pi_\\theta(y \\mid s)$.",
        lhs=surely(penalised),
        rhs=lift(0),
        given=two,
    )
    yield Claim(
        "ce-pg-wrong-answer-penalty-without-two-answers",
        says="With more than two answers, the reward $-\\pi_\\theta(a \\mid s) / (1 - \\pi_\\theta(a \\mid s))$ for "
        "a wrong answer does not make the term of every sample the term of cross entropy.",
        lhs=surely(penalised),
        rhs=lift(0),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("ce-pg-wrong-answer-penalty", "ce-pg-wrong-answer-penalty-baseline"),
        remark="A wrong answer among three does not show which answer is right.",
    )
    yield Claim(
        "ce-pg-wrong-answer-penalty-baseline",
        says="With any number of answers, the rewards $\\mathbf{1}\\{a = y\\} / \\pi_y - b$ have the least second "
        "moment at $b_0 = n_y / \\mathbb{E}_a[n_a]$, where $n_a$ is the squared length of the score. Another $b$ "
        "adds $(b - b_0)^2\\, \\mathbb{E}_a[n_a]$.",
        lhs=over_answers((weight - baseline) ** 2 * length),
        rhs=over_answers((weight - best) ** 2 * length) + (baseline - best) ** 2 * over_answers(length),
        given=(*m.hypotheses, ThetaFree(LENGTH), Positive(LENGTH)),
        remark="The mean is the same for every $b$, because the score has mean zero. The same $b_0$ therefore also "
        "minimises the variance.",
    )
    yield Claim(
        "ce-pg-binary-counterfactual",
        says="With two answers, use the score of the sampled answer if it was right and of the other answer if it "
        "was wrong. The term of every sample is then the term of cross entropy.",
        lhs=surely(counterfactual),
        rhs=lift(0),
        given=two,
    )
    yield Claim(
        "ce-pg-binary-counterfactual-without-two-answers",
        says="With more than two answers, using the scores of all other answers after a wrong one does not make the "
        "term of every sample the term of cross entropy.",
        lhs=surely(counterfactual),
        rhs=lift(0),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("ce-pg-binary-counterfactual",),
    )
