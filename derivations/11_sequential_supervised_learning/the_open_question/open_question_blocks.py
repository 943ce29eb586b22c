"""Parameters of their own for every step, or one for all: where the pairwise form's blocks are gradients."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from pgsym.derivations.open_question_j import TWO_STATES, G, m

from pgsym.claims import Claim, Example, Rung
from pgsym.problems.one_step_problem import REWARD
from pgsym.problems.trajectory import START, TRANSITION
from pgsym.terms import (
    ACTION,
    PARAMETER,
    STATE,
    Closed,
    Definition,
    Positive,
    Symbol,
    ThetaFree,
    Variable,
    exp,
    expect,
    function,
    grad,
    indicator,
    log,
    outer,
    sum_over,
    transpose,
)
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Law, lift
from pgsym.values import log_linear

# two steps, each with a policy and a parameter of its own
x, y = Variable("θ₁", PARAMETER), Variable("θ₂", PARAMETER)
first, second = (Symbol(name, (ACTION, STATE, PARAMETER), outcomes=1) for name in ("π₁", "π₂"))
s, a, after, b = Variable("s", STATE), Variable("a", ACTION), Variable("s'", STATE), Variable("a'", ACTION)
z = Variable("z", STATE)
given = (*(ThetaFree(f) for f in (START, TRANSITION, REWARD)), Positive(first), Positive(second))
to_second: tuple[tuple[Variable, Law], ...] = (
    (s, START.law()),
    (a, first.law(s, x)),
    (after, TRANSITION.law(s, a)),
)
both = (*to_second, (b, second.law(after, y)))
now, later = REWARD(s, a), REWARD(after, b)
first_block = expect(now * grad(log(first(a, s, x)), x), *both)
second_block = expect(later * grad(log(second(b, after, y)), y), *both)
visits = expect(indicator(after, z), *to_second)
at_once = sum_over(b, of=second(b, z, y) * REWARD(z, b))

# one parameter for all: logits w(θ) x(s, a)
w = Symbol("w", (PARAMETER,))
feature = function("x", STATE, ACTION)
logits = Definition.of(
    m.policy(1).symbol(m.a, m.s, m.theta),
    exp(w(m.theta) * feature(m.s, m.a)) / sum_over(b, of=exp(w(m.theta) * feature(m.s, b))),
)
tied: tuple[Hypothesis, ...] = (*(h for h in m.hypotheses if not isinstance(h, Positive)), ThetaFree(feature), logits)


def agreements() -> Fraction:
    """In how many structures of two steps the Jacobian is symmetric just where the condition says so."""
    from pgsym.meaning.tables import entries_at, problem

    pi = [[Fraction(1, 3), Fraction(2, 3)], [Fraction(1, 4), Fraction(3, 4)], [Fraction(2, 5), Fraction(3, 5)]]
    stay, curl, agree = [0, 0, 1], grad(G) - transpose(grad(G)), 0
    for leads, pays in product(([1, 1], [1, 2]), product((0, 1), repeat=2)):
        moves = [[int(after == to) for after in range(3)] for to in leads]
        rewards = [[0, 1], [0, pays[0]], [0, pays[1]]]
        tables = {"ρ": [1, 0, 0], "p": [moves, [stay] * 2, [stay] * 2], "π": pi, "r": rewards}
        entries, _ = entries_at(curl, problem(tables, [m.objective], m.hypotheses, T=2))
        depends = leads[0] != leads[1]
        agree += (not any(entries)) == (not depends or not any(pays))
    return Fraction(agree)


def claims() -> Iterator[Claim]:
    """Blocks: what they climb, when they have a potential together, and one block only."""
    yield Claim(
        "open-question-tabular-iff",
        says="If each of two steps has parameters of its own, one mixed block of the Jacobian is "
        "$\\nabla_{\\theta_1} G_2 = \\sum_s \\nabla_{\\theta_1} d(s) \\, (\\nabla_{\\theta_2} v(s))^\\top$, and the "
        "other block is zero.",
        lhs=grad(second_block, x),
        rhs=sum_over(z, of=outer(grad(visits, x), grad(at_once, y))),
        given=given,
        remark="With a logit of its own for every state, the summands are independent of each other. A potential "
        "then exists if and only if every state whose immediate reward depends on the action is visited with a "
        "probability that does not depend on earlier actions.",
    )
    yield Claim(
        "open-question-tabular-iff-other-block",
        says="The first step's part of the pairwise form does not depend on the parameters of the second step.",
        lhs=grad(first_block, y),
        rhs=lift(0),
        given=given,
    )
    yield Claim(
        "open-question-tabular-iff-counted",
        says="The condition for a potential is right in all eight structures with a start, two second states, "
        "actions that do or do not choose between them, and rewards of 0 or 1 for the second action there.",
        lhs=Closed("the structures where the condition tells", "\\text{structures told right}", agreements),
        rhs=lift(8),
        expected=Rung.EXACT,
    )
    yield Claim(
        "open-question-scalar-parameter",
        says="If one parameter determines all logits, $w(\\theta) x(s, a)$, the pairwise form always has a potential.",
        lhs=grad(G),
        rhs=transpose(grad(G)),
        given=tied,
        sizes=({"S": 2, "A": 2, "T": 2}, {"S": 2, "A": 3, "T": 2}, {"S": 2, "A": 2, "T": 3}),
        remark="Every continuous function of one variable has an antiderivative, which need not be the objective.",
        examples=(
            Example(
                "The two states with one logit for both, at zero: the form is $\\sigma \\sigma' = 1/8$, with the "
                "potential $\\sigma^2 / 2$; the objective is $\\sigma^2$ and has the slope 1/4.",
                {**TWO_STATES, "π": log_linear([[0, 1], [1, 0]], 1)},
                ((G, ("1/8",)), (m.objective, "1/4"), (grad(m.objective), ("1/4",))),
                m.hypotheses,
                sizes={"T": 2},
            ),
        ),
    )
    yield Claim(
        "open-question-game-form",
        says="If each step has parameters of its own, the second step's part of the pairwise form is the gradient of "
        "the second reward. Each step acts as a player who earns its own reward.",
        lhs=second_block,
        rhs=grad(expect(later, *both), y),
        given=given,
        remark="There is not one function but $T$ of them: the form is the simultaneous gradient of a game.",
    )
    yield Claim(
        "open-question-game-form-first-player",
        says="The first step's part of the pairwise form is the gradient of the first reward.",
        lhs=first_block,
        rhs=grad(expect(now, *both), x),
        given=given,
    )
    yield Claim(
        "open-question-game-form-one-purse",
        says="The first step's part of the pairwise form is not in general the gradient of the sum of both rewards.",
        lhs=first_block,
        rhs=grad(expect(now + later, *both), x),
        given=given,
        expected=Rung.REFUTED,
        repaired_by=("open-question-game-form-first-player",),
    )
