"""The pairwise form is a semi-gradient: the gradient of a surrogate that changes with θ.

Hold the visits fixed at θ' and differentiate the rewards expected at once; then let θ' be θ.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.derivations.open_question_j import G, at_once, given, history, is_here, m, s, t, visited, visits

from pgsym import rules, show
from pgsym.claims import Claim, Rung, theorem
from pgsym.kernel import Derivation, Lemma, Theorem
from pgsym.problems.trajectory import TRAJECTORY_LAW
from pgsym.terms import PARAMETER, Frozen, Variable, expect, grad, log, sum_over, sum_range, transpose

OLD = Variable("θ'", PARAMETER)
frozen = (*given, Frozen(OLD, m.theta))
held = visits.symbol(s, t, OLD)
slice_ = sum_range(t, 1, m.T, of=sum_over(s, of=held * at_once))
slope = grad(slice_, m.theta)
of_logarithms = expect(sum_range(t, 1, m.T, of=m.reward(t) * log(m.policy(t))), (m.tau, TRAJECTORY_LAW.law(OLD)))


def derive() -> Theorem:
    """From the gradient of the slice to the pairwise form."""
    d = Derivation(slope, given=frozen, name="open-question-stop-gradient")
    d.apply(rules.Unfold(visited), at=held, why="The visits are those of histories at $\\theta'$.")
    d.apply(rules.MoveGradientInside, why="The visits are held fixed; only the answers in $v$ depend on $\\theta$.")
    d.apply(
        rules.Release(OLD, m.theta), at=(), why="After the differentiation, the held histories are the model's own."
    )
    d.apply(rules.Fold(visited, visits), at=expect(is_here, history), why="These are the visits of the model.")
    d.apply(Lemma(theorem("open-question-j"), backwards=True), why="Visits times slopes: the pairwise form.")
    return d.conclude(G)


def claims() -> Iterator[Claim]:
    """Both ways to write the slice, that each slice is a gradient, and that all together are none."""
    yield Claim(
        "open-question-stop-gradient",
        says="The pairwise form is the gradient of $\\sum_t \\sum_s d_t(s) v(s)$ with the visits held fixed at "
        "$\\theta' = \\theta$.",
        lhs=slope,
        rhs=G,
        given=frozen,
        remark="Automatic differentiation computes this gradient if the sampled states are data.",
    )
    yield Claim(
        "open-question-stop-gradient-of-logarithms",
        says="The pairwise form is also the gradient of $E_{\\theta'}[\\sum_t r_t \\log \\pi_\\theta(a_t \\mid "
        "s_t)]$ with the samples held fixed.",
        lhs=grad(of_logarithms, m.theta),
        rhs=G,
        given=(*m.hypotheses, Frozen(OLD, m.theta)),
        remark="This is the loss as written in code.",
    )
    yield Claim(
        "open-question-stop-gradient-slices",
        says="For every fixed $\\theta'$ the surrogate is a function of $\\theta$, and its gradient has a symmetric "
        "Jacobian.",
        lhs=grad(slope, m.theta),
        rhs=transpose(grad(slope, m.theta)),
        given=frozen,
    )
    yield Claim(
        "open-question-stop-gradient-moving",
        says="The Jacobian of the pairwise form at $\\theta' = \\theta$ need not be the Hessian of the surrogate "
        "with the visits held fixed: second derivatives depend on whether the visits are held fixed.",
        lhs=grad(slope, m.theta),
        rhs=grad(G),
        given=frozen,
        expected=Rung.REFUTED,
        repaired_by=("open-question-stop-gradient", "open-question-stop-gradient-slices"),
        remark="Each $\\theta'$ has a surrogate of its own, which changes as $\\theta$ moves.",
    )


if __name__ == "__main__":
    show(derive())
