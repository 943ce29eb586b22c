"""A pseudo-label that is the model's most likely class becomes more likely, whether it is right or wrong."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims.claim import Claim, Example
from pgsym.decide import Relation
from pgsym.problems import classification
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import ACTION, PARAMETER, STATE, Definition, NonNegative, Symbol, choice, indicator, sum_over
from pgsym.terms.nodes import lift

m = classification()
guess = choice("k", STATE)(m.s)
GAP = Symbol("d", (STATE, ACTION, PARAMETER))


def claims() -> Iterator[Claim]:
    """How the probability of another class moves, and that it falls."""
    b_mass, guess_mass = POLICY(m.b, m.s, m.theta), POLICY(guess, m.s, m.theta)
    logit_step = indicator(m.a, guess) - m.policy  # what descending the cross entropy with the label k does to z(s, a)
    moved = sum_over(m.a, of=b_mass * (indicator(m.a, m.b) - m.policy) * logit_step)
    other = 1 - indicator(m.b, guess)
    squares = sum_over(m.a, of=m.policy**2)
    yield Claim(
        "pseudo-label-argmax-flow",
        says="Under the gradient flow of the cross entropy with the label $k$, if the softmax has a logit for every "
        "class, the probability of every other class $b$ changes at the rate $-\\pi_b\\, (\\pi_b + \\pi_k - \\sum_a "
        "\\pi_a^2)$.",
        lhs=other * moved,
        rhs=-1 * (other * b_mass * (b_mass + guess_mass - squares)),
        given=m.hypotheses,
        remark="The left side is the chain rule, $\\partial \\pi_b / \\partial z_a = \\pi_b\\, (\\mathbf{1}\\{a = b\\} "
        "- \\pi_a)$.",
    )
    below = (1 - indicator(m.a, guess)) * GAP(m.s, m.a, m.theta)
    below_b = (1 - indicator(m.b, guess)) * GAP(m.s, m.b, m.theta)
    likeliest = Definition.of(m.policy, (1 / (1 + below)) / sum_over(m.b, of=1 / (1 + below_b)))
    yield Claim(
        "pseudo-label-argmax",
        says="If $k$ is the model's most likely class and the label of the cross entropy, its flow lowers the "
        "probability of every other class, including the right one.",
        lhs=other * moved,
        rhs=lift(0),
        relation=Relation.AT_MOST,
        given=(likeliest, NonNegative(GAP)),
        slack=other * b_mass * (b_mass + sum_over(m.a, of=m.policy * (guess_mass * (below / (1 + below))))),
        remark="The condition that $k$ is most likely is written as $\\pi_a = \\pi_k / (1 + d_a)$ with $d \\ge 0$.",
        examples=(
            Example(
                "The model says class 1 with probability 3/5: class 0 falls at the rate 24/125 and was, perhaps, the "
                "truth.",
                tables={"π": [["2/5", "3/5"]], "k": [1]},
                given=m.hypotheses,
                at={"s": 0, "b": 0},
                worth=((other * moved, "-24/125"),),
            ),
        ),
    )
