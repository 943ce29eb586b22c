"""Beyond the article: dividing by the group's standard deviation can change the direction of the gradient."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pgsym.claims import Claim, Example, Relation, Rung
from pgsym.problems import groups
from pgsym.problems.one_step_problem import REWARD
from pgsym.terms import (
    ACTION,
    Closed,
    HowMany,
    Rounds,
    Variable,
    absolute,
    expect,
    grad,
    indicator,
    outer,
    sum_over,
)
from pgsym.terms.nodes import lift

m = groups()
in_pairs = (*m.hypotheses, Rounds(m.N, 2, 2))
first, second = m.paid(1), m.paid(2)
deviation = absolute(first - second) / 2
same_answer = indicator(m.answer(1), m.answer(2))
sign = (first - second) / (absolute(first - second) + same_answer)
estimate = Fraction(1, 2) * (m.score_of(1) - m.score_of(2)) * sign
field, field_of_one = m.over_groups(estimate), m.over_group(estimate)
gradient, gradient_of_one = grad(m.objective), grad(expect(m.reward, (m.a, m.policy_law)))

b = Variable("b", ACTION)
of_b = REWARD(m.s, b)
better = expect((m.reward - of_b) / (absolute(m.reward - of_b) + indicator(m.a, b)), (b, m.policy_law))
above_average = m.reward - expect(of_b, (b, m.policy_law))
slope = m.over_states(sum_over(m.a, of=m.policy**2 * better * above_average))
RARE = {"D": [1], "π": [["1/100", "79/100", "1/5"]], "r": [[100, 1, 0]]}


def slope_of_a_rare_answer() -> Fraction:
    """Σ_a π_a (Σ_b π_b sign(r_a − r_b)) · π_a (r_a − J), the change of J along the field, at one policy."""
    from pgsym.meaning.tables import problem, value

    return Fraction(str(value(slope, problem(RARE, [slope], m.hypotheses))))


def claims() -> Iterator[Claim]:
    """The sign of the difference, its direction with two answers and with three, and that it may lead down."""
    source = "Z. Shao et al., DeepSeekMath, arXiv:2402.03300 (2024)"
    yield Claim(
        "grpo-two-sample-sign",
        says="In a group of two, the reward minus the group's mean, divided by the group's standard deviation, is "
        "the sign of the difference of the two rewards.",
        lhs=(first - m.group_mean) / deviation,
        rhs=(first - second) / absolute(first - second),
        given=in_pairs,
        sizes=({"S": 2, "A": 3, "N": 2},),
        remark="The size of the difference does not matter. Two equal rewards have the advantage zero, by convention.",
        source=source,
    )
    yield Claim(
        "grpo-two-sample-sign-deviation",
        says="The variance of two rewards is the square of half their difference.",
        lhs=m.average((m.paid(m.i) - (first + second) / 2) ** 2),
        rhs=((first - second) / 2) ** 2,
        given=in_pairs,
        sizes=({"S": 2, "A": 3, "N": 2},),
    )
    yield Claim(
        "grpo-direction",
        says="If the advantage is divided by the group's standard deviation, the expected estimate need not have the "
        "direction of the policy gradient.",
        lhs=outer(field, gradient),
        rhs=outer(gradient, field),
        given=in_pairs,
        expected=Rung.REFUTED,
        repaired_by=("grpo-direction-of-two-answers", "leave-one-out"),
        remark="The groups have two answers. If both are the same, the advantage is zero. Two vectors are parallel "
        "if their outer product is symmetric.",
        source=source,
        examples=(
            Example(
                "Three answers that pay 3, 1 and 0, equally likely: the gradient takes from the second answer, which "
                "is worse than average, and the field leaves it as it is.",
                {"D": [1], "π": [["1/3", "1/3", "1/3"]], "r": [[3, 1, 0]]},
                ((gradient, ("5/9", "-1/9", "-4/9")), (field, ("2/9", "0", "-2/9"))),
                in_pairs,
                sizes={"N": 2},
            ),
        ),
    )
    yield Claim(
        "grpo-direction-of-two-answers",
        says="With two possible answers and groups of two, dividing by the standard deviation keeps the direction of "
        "the policy gradient at each question.",
        lhs=outer(field_of_one, gradient_of_one),
        rhs=outer(gradient_of_one, field_of_one),
        given=(*in_pairs, HowMany(ACTION, 2)),
        sizes=({"S": 2, "A": 2, "N": 2},),
    )
    yield Claim(
        "grpo-climbs",
        says="If the advantage is divided by the group's standard deviation, the expected step can lead downhill. "
        "(In the logits the field is $\\pi_a \\sum_b \\pi_b \\operatorname{sign}(r_a - r_b)$ and the gradient "
        "$\\pi_a (r_a - J)$; one answer of a hundred pays 100, 79 pay 1, and 20 pay nothing.)",
        lhs=lift(0),
        rhs=Closed(
            "Σ_a π_a² (r_a − J) Σ_b π_b sign(r_a − r_b)",
            "\\sum_a \\pi_a^2\\, (r_a - J) \\sum_b \\pi_b \\operatorname{sign}(r_a - r_b)",
            slope_of_a_rare_answer,
        ),
        relation=Relation.AT_MOST,
        expected=Rung.REFUTED,
        repaired_by=("leave-one-out",),
        remark="The frequent answer is worse than the average and better than most of the others, so its probability "
        "is increased.",
    )
