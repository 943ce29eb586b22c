"""At a uniform policy, the policy gradient is the ascent direction of cross entropy divided by K.

A policy that is uniform at θ is any policy divided by what it is at θ, and normalised: the divisor is held fixed.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Example, Rung
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import classification
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import (
    ACTION,
    PARAMETER,
    STATE,
    Definition,
    Frozen,
    Symbol,
    Term,
    Variable,
    grad,
    log,
    sum_over,
)
from pgsym.terms.nodes import lift

m = classification()
START = Variable("θ'", PARAMETER)
UNIFORM = Symbol("u", (ACTION, STATE, PARAMETER, PARAMETER), outcomes=1)


def relative(action: Variable) -> Term:
    """How much likelier an answer is than at the start."""
    return POLICY(action, m.s, m.theta) / POLICY(action, m.s, START)


divided = Definition.of(UNIFORM(m.a, m.s, m.theta, START), relative(m.a) / sum_over(m.b, of=relative(m.b)))
given = (*m.hypotheses, Frozen(START, m.theta), divided)
right = UNIFORM(m.label, m.s, m.theta, START)
accuracy, log_likelihood = m.over_states(right), m.over_states(log(right))
K = sum_over(m.b, of=1)
target = (1 / K) * grad(log_likelihood, m.theta)


def derive() -> Theorem:
    """From the policy gradient at a uniform policy to the cross entropy's direction."""
    d = Derivation(grad(accuracy, m.theta), given=given, name="ce-pg-uniform-init")
    one, others = m.right_mass / m.right_mass, POLICY(m.b, m.s, m.theta) / POLICY(m.b, m.s, m.theta)
    d.apply(rules.MoveGradientInside, why="The examples do not depend on $\\theta$.")
    d.apply(rules.MultiplyByOne, why="Multiply and divide by $u$.")
    d.apply(rules.LogDerivative, why="The score of the label remains.")
    d.apply(rules.Release(START, m.theta), at=(1, 0), why="The weight is taken at $\\theta' = \\theta$,")
    d.apply(rules.Unfold(divided), at=(1, 0), why="where every probability is divided by itself:")
    d.apply(rules.Rearrange(lift(1)), at=one, why="that of the label,")
    d.apply(rules.Rearrange(lift(1)), at=others, why="and all others. What is left counts the answers.")
    d.apply(rules.PullOutConstant, why="Their number is the same for every example.")
    d.apply(
        rules.Backwards(rules.MoveGradientInside(), grad(log_likelihood, m.theta)),
        at=(1,),
        why="The average of the scores is the gradient of the average, which is what cross entropy ascends.",
    )
    return d.conclude(target)


def claims() -> Iterator[Claim]:
    """At a uniform policy, and at any other."""
    ascent = -grad(m.cross_entropy)
    yield Claim(
        "ce-pg-uniform-init",
        says="If the policy is uniform in every state, the policy gradient is the ascent direction of cross entropy "
        "divided by $K$, also when states share parameters.",
        lhs=grad(accuracy, m.theta),
        rhs=target,
        given=given,
        remark="$u_{\\theta, \\theta'}$ is uniform at $\\theta = \\theta'$, and every policy that is uniform there "
        "has this form. From a uniform start the first steps have the same direction and differ only in length.",
        examples=(
            Example(
                "Two examples, three equally likely classes.",
                {"D": ["1/2", "1/2"], "π": [["1/3", "1/3", "1/3"]] * 2, "y": [0, 1]},
                (
                    (grad(m.accuracy), ("1/9", "-1/18", "-1/18", "-1/18", "1/9", "-1/18")),
                    (ascent, ("1/3", "-1/6", "-1/6", "-1/6", "1/3", "-1/6")),
                ),
                m.hypotheses,
            ),
        ),
    )
    yield Claim(
        "ce-pg-uniform-init-without-uniformity",
        says="If the policy is not uniform, the policy gradient need not be the ascent direction of cross entropy "
        "divided by $K$.",
        lhs=grad(m.accuracy),
        rhs=-(1 / K) * grad(m.cross_entropy),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("ce-pg-uniform-init", "ce-pg-per-state-factor"),
    )


if __name__ == "__main__":
    show(derive())
