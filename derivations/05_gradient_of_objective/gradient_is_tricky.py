"""Why the derivative of an expectation is not obvious: its distribution depends on the parameter, too."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pgsym.claims import Claim, Example
from pgsym.problems import one_step
from pgsym.problems.one_step_problem import REWARD
from pgsym.terms import ACTION, PARAMETER, Number, Positive, Symbol, ThetaFree, Variable, expect, grad, log

m = one_step()
inside, gradient = m.expectation(grad(m.reward, m.theta)), grad(m.objective)
x = Variable("a", ACTION)
MASS = Symbol("p", (ACTION, PARAMETER), outcomes=1)
H = Symbol("h", (ACTION, PARAMETER))
mass, h = MASS(x, m.theta), H(x, m.theta)
draw = (x, MASS.law(m.theta))


def claims() -> Iterator[Claim]:
    """What the exchange gives, and the whole rule."""
    yield Claim(
        "gradient-is-tricky",
        says="If the gradient is moved inside the expectation, it acts on the reward and is zero.",
        lhs=inside,
        rhs=Number(Fraction(0)),
        given=(ThetaFree(REWARD),),
        remark="$\\nabla J$ itself is not zero, because the probability of each answer depends on $\\theta$.",
        examples=(
            Example(
                "Two answers with equal logits, rewards 1 and 0: zero against $p (1 - p)$.",
                {"D": ["1"], "π": [["1/2", "1/2"]], "r": [[1, 0]]},
                worth=((inside, (0, 0)), (gradient, ("1/4", "-1/4"))),
                given=m.hypotheses,
            ),
        ),
    )
    yield Claim(
        "naive-interchange-is-wrong",
        says="The gradient of $\\mathbb{E}_{p_\\theta}[h_\\theta]$ is the expectation of the gradient of $h$ plus a "
        "term from the gradient of the distribution. Leaving out the second term is wrong unless it vanishes.",
        lhs=grad(expect(h, draw)),
        rhs=expect(grad(h), draw) + expect(h * grad(log(mass)), draw),
        given=(Positive(MASS),),
        derivation="naive-exchange",
    )
