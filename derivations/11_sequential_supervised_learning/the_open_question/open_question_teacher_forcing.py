"""With gold contexts there is a potential, because the contexts are data and only the answers depend on θ.

For sampled answers it is the reward to be expected in the gold contexts.  For the cross entropy it is the logarithm of
the chance that the model, left to itself, says the whole gold sequence.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.derivations.open_question_j import answer, payoff

from pgsym import rules, show
from pgsym.claims import Claim, Rung
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import sequences
from pgsym.problems.classification_problem import LABEL
from pgsym.problems.one_step_problem import POLICY
from pgsym.problems.sequence import GOLD_HISTORY_LAW
from pgsym.terms import expect, grad, indicator, log, product_range, sum_over, sum_range

m = sequences()
a, t = m.a, m.t
gold_history = (m.h, GOLD_HISTORY_LAW.law(t))
potential = sum_range(t, 1, m.T, of=expect(sum_over(a, of=answer * payoff), gold_history))
sampled = expect(payoff * grad(log(answer)), (a, m.policy_law_at(t, m.h)))
field = sum_range(t, 1, m.T, of=expect(sampled, gold_history))

label = LABEL(m.state(t, m.h))
right = expect(indicator(a, label) * grad(log(answer)), (a, m.policy_law_at(t, m.h)))
right_tokens = expect(POLICY(label, m.state(t, m.h), m.theta), gold_history)

same_state, same_action = (indicator(f(t), f(t, m.gold)) for f in (m.state, m.action))
the_whole_sequence = m.expectation(product_range(t, 1, m.T, of=same_state * same_action))
log_of_exact_match = m.over_gold(log(the_whole_sequence), of=m.gold)


def derive() -> Theorem:
    """From the gradient of the expected reward in gold contexts to the field."""
    d = Derivation(grad(potential), given=m.hypotheses, name="open-question-teacher-forcing")
    d.apply(rules.MoveGradientInside, why="The gold contexts are data; only the answers depend on $\\theta$.")
    d.apply(rules.MultiplyByOne, at=grad(answer), why="Multiply and divide by the policy.")
    d.apply(rules.LogDerivative, why="$\\nabla \\pi / \\pi$ is the score.")
    d.apply(rules.ReadSumAsExpectation, why="An average over the model's answer in a gold context.")
    return d.conclude(field)


def claims() -> Iterator[Claim]:
    """The potentials under teacher forcing, for sampled answers and for the cross entropy."""
    yield Claim(
        "open-question-teacher-forcing",
        says="With gold contexts and sampled answers, the pairwise form is the gradient of the expected reward in "
        "the gold contexts.",
        lhs=grad(potential),
        rhs=field,
        given=m.hypotheses,
        remark="For a fixed data set the answer to the open question is $\\sum_t \\sum_s d_t(s) v(s)$, where $d_t$ "
        "are the frequencies in the data.",
    )
    yield Claim(
        "open-question-teacher-forcing-right-tokens",
        says="With gold contexts and a reward of one for the label, the potential is the expected number of right "
        "tokens given gold contexts.",
        lhs=sum_range(t, 1, m.T, of=expect(right, gold_history)),
        rhs=grad(sum_range(t, 1, m.T, of=right_tokens)),
        given=m.hypotheses,
    )
    yield Claim(
        "open-question-teacher-forcing-cross-entropy",
        says="The cross entropy under teacher forcing ascends $E \\log E_{\\tau \\sim p_\\theta} 1[\\tau = \\tau']$, "
        "where $\\tau'$ is the gold sequence: the logarithm of the expected exact-match reward of free-running "
        "samples.",
        lhs=-grad(m.teacher_forcing),
        rhs=grad(log_of_exact_match, m.theta),
        given=m.hypotheses,
        sizes=({"S": 2, "A": 2, "T": 2}, {"S": 1, "A": 3, "T": 2}),
        remark="Supervised training of sequences is therefore a decision problem with one reward at the end, for the "
        "whole sequence, inside a logarithm.",
    )
    yield Claim(
        "open-question-teacher-forcing-without-the-logarithm",
        says="The cross entropy does not ascend the expected exact-match reward itself.",
        lhs=-grad(m.teacher_forcing),
        rhs=grad(m.over_gold(the_whole_sequence, of=m.gold), m.theta),
        given=m.hypotheses,
        sizes=({"S": 2, "A": 2, "T": 2},),
        expected=Rung.REFUTED,
        repaired_by=("open-question-teacher-forcing-cross-entropy",),
    )


if __name__ == "__main__":
    show(derive())
