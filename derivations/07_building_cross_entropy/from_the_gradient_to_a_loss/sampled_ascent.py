"""The update on a batch is gradient ascent on a surrogate whose samples are held fixed.

The surrogate has the right gradient at the parameter that drew the samples, and nothing else in common with J.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Example, Rung
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import one_step
from pgsym.problems.one_step_problem import POLICY, REWARD
from pgsym.terms import grad, log, sum_over
from pgsym.terms.nodes import lift

m = one_step()
log_policy = log(POLICY(m.a_i, m.s_i, m.theta))
surrogate = m.average(REWARD(m.s_i, m.a_i) * log_policy)
update = m.average(REWARD(m.s_i, m.a_i) * grad(log_policy, m.theta))


def derive() -> Theorem:
    """The gradient of the surrogate on realised samples."""
    d = Derivation(grad(surrogate, m.theta), given=m.hypotheses, name="sampled-ascent")
    d.apply(
        rules.MoveGradientInside,
        why="The samples have been drawn: $s_i$, $a_i$ and $r(s_i, a_i)$ are numbers, and only $\\log \\pi_\\theta$ "
        "moves.",
    )
    return d.conclude(update)


moving = grad(m.expectation(m.reward * log(m.policy)))


def claims() -> Iterator[Claim]:
    """The surrogate's gradient on fixed samples, on moving ones, and descent on the negative."""
    yield Claim(
        "sampled-ascent",
        says="The sampled update $\\frac{1}{N} \\sum_i r_i \\nabla \\log \\pi_\\theta(a_i \\mid s_i)$ is the gradient "
        "of the surrogate $\\frac{1}{N} \\sum_i r_i \\log \\pi_\\theta(a_i \\mid s_i)$, for every batch.",
        lhs=grad(surrogate, m.theta),
        rhs=update,
        given=m.hypotheses,
    )
    yield Claim(
        "sampled-descent",
        says="Ascending the surrogate is descending its negative.",
        lhs=-grad(-surrogate, m.theta),
        rhs=update,
        given=m.hypotheses,
    )
    yield Claim(
        "surrogate-is-not-the-objective",
        says="If the surrogate is differentiated as if the samples moved with $\\theta$, the result is not the "
        "policy gradient in general.",
        lhs=moving,
        rhs=grad(m.objective),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("sampled-ascent", "surrogate-is-not-the-objective-by-how-much"),
        remark="If the samples are held fixed, the surrogate has the policy gradient. If they move, it has the "
        "further term $\\sum_a \\nabla \\pi(a)\\, r(a) \\log \\pi(a)$.",
        examples=(
            Example(
                "All rewards are one: nothing is to be gained, and still the moving surrogate has a gradient, of "
                "$(2/9) \\log 2$ in the first logit.",
                {"D": [1], "π": [["2/3", "1/3"]], "r": [[1, 1]]},
                ((grad(m.objective), (0, 0)), (moving / log(lift(2)), ("2/9", "-2/9"))),
                m.hypotheses,
                numbers="symbolic",
            ),
        ),
    )
    yield Claim(
        "surrogate-is-not-the-objective-by-how-much",
        says="Differentiating the surrogate as if the samples moved with $\\theta$ adds $\\sum_a \\nabla \\pi(a)\\, "
        "r(a) \\log \\pi(a)$ to the policy gradient.",
        lhs=moving - grad(m.objective),
        rhs=m.over_states(sum_over(m.a, of=grad(m.policy) * m.reward * log(m.policy))),
        given=m.hypotheses,
    )


if __name__ == "__main__":
    show(derive())
