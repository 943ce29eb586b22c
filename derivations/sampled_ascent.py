"""The update on a batch is gradient ascent on a surrogate whose samples are held fixed.

The surrogate has the right gradient at the parameter that drew the samples, and nothing else in common with J.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules
from pgsym.catalogue import Claim, Rung, show
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import one_step
from pgsym.problems.one_step import POLICY, REWARD
from pgsym.terms import grad, log

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


def claims() -> Iterator[Claim]:
    """The surrogate's gradient on fixed samples, on moving ones, and descent on the negative."""
    yield Claim(
        "sampled-ascent",
        chapter=7,
        row=11,
        says="The sampled update $\\frac{1}{N} \\sum_i r_i \\nabla \\log \\pi_\\theta(a_i \\mid s_i)$ is the "
        "gradient of the surrogate "
        "$\\frac{1}{N} \\sum_i r_i \\log \\pi_\\theta(a_i \\mid s_i)$, for every batch.",
        lhs=grad(surrogate, m.theta),
        rhs=update,
        given=m.hypotheses,
    )
    yield Claim(
        "sampled-descent",
        chapter=7,
        row=11.1,
        says="Ascent on the surrogate is descent on its negative.",
        lhs=-grad(-surrogate, m.theta),
        rhs=update,
        given=m.hypotheses,
    )
    yield Claim(
        "surrogate-is-not-the-objective",
        chapter=7,
        row=11.2,
        says="Differentiate the surrogate as if the samples moved with $\\theta$.",
        lhs=grad(m.expectation(m.reward * log(m.policy))),
        rhs=grad(m.objective),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("sampled-ascent",),
        remark="Held fixed, the samples give the policy gradient; moving, they add $\\sum_a \\nabla \\pi(a)\\, r(a) "
        "\\log \\pi(a)$.",
    )


if __name__ == "__main__":
    show(derive())
