"""With an entropy bonus the aside is right for another distribution: that of exponentiated rewards.

The objective with the bonus is minus a divergence, but for a constant; so it is greatest where the model is that
distribution, if it can be.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgsym import rules, show
from pgsym.claims import Claim, Relation
from pgsym.kernel import Derivation, Theorem
from pgsym.problems import trajectories
from pgsym.problems.divergence import divergence
from pgsym.problems.trajectory import START, TRANSITION
from pgsym.terms import TRAJECTORY, Definition, Positive, Symbol, ThetaFree, exp, grad, log, sum_over

m = trajectories()
BETA = Symbol("β", ())
TARGET = Symbol("q", (TRAJECTORY,), outcomes=1)
beta = BETA()
boltzmann = exp(m.total_reward / beta)
normaliser = sum_over(m.tau, of=boltzmann)
target = Definition.of(TARGET(m.tau), boltzmann / normaliser)
mass = TARGET(m.tau)
reverse = divergence(m.law, TARGET.law(), m.tau)
with_bonus = m.objective - beta * m.expectation(log(m.mass))
given = (*m.hypotheses, Positive(BETA), ThetaFree(BETA), target)
gap = beta * m.expectation(mass / m.mass - 1 - log(mass / m.mass))
SIZES = ({"S": 2, "A": 2, "T": 2}, {"S": 1, "A": 3, "T": 2}, {"S": 1, "A": 2, "T": 3}, {"S": 3, "A": 2, "T": 1})


def derive() -> Theorem:
    """From the divergence to the objective with the bonus."""
    d = Derivation(-beta * reverse, given=given, name="kl-max-entropy-objective", sizes=SIZES)
    d.apply(
        rules.ExpandLogRatio(m.factorisation, target),
        why="The logarithm of a fraction. The target is positive everywhere, and the model on its own samples.",
    )
    d.apply(rules.Unfold(target), why="The target is the exponentiated reward, normalised.")
    d.apply(rules.ExpandLog, at=log(boltzmann / normaliser), why="The logarithm of a fraction once more …")
    d.apply(rules.ExpandLog, at=log(boltzmann), why="… and of an exponential.")
    d.apply(
        rules.Rearrange(log(m.mass) - m.total_reward / beta + log(normaliser)),
        at=log(m.mass) - (m.total_reward / beta - log(normaliser)),
        why="Expand the product.",
    )
    d.apply(rules.DistributeOverAddition, why="Three expectations.")
    d.apply(rules.ExpectationOfConstant, why="The last gradient is of a constant.")
    d.apply(
        rules.PullOutConstant, at=m.expectation(-(m.total_reward / beta)), why="Move the sign of the second term out …"
    )
    d.apply(rules.PullOutConstant, at=m.expectation(m.total_reward / beta), why="… and the temperature as well.")
    d.apply(rules.Rearrange(with_bonus - beta * log(normaliser)), at=(), why="Multiply out.")
    return d.conclude(with_bonus - beta * log(normaliser))


def claims() -> Iterator[Claim]:
    """The objective, its gradient, and its maximum."""
    yield Claim(
        "kl-max-entropy-objective",
        says="Up to a constant, $-\\beta$ times the divergence of the model from the normalised $e^{R/\\beta}$ is "
        "the expected reward plus an entropy bonus.",
        lhs=-beta * reverse,
        rhs=with_bonus - beta * log(normaliser),
        given=given,
        sizes=SIZES,
    )
    yield Claim(
        "kl-max-entropy",
        says="The expected reward plus an entropy bonus and $-\\beta$ times the divergence of the model from the "
        "normalised $e^{R/\\beta}$ have the same gradient.",
        lhs=-beta * grad(reverse),
        rhs=grad(with_bonus),
        given=given,
        sizes=SIZES,
        derivation="kl-max-entropy",
    )
    yield Claim(
        "kl-max-entropy-as-reward",
        says="The gradient of the expected reward plus the entropy bonus is the policy gradient with $-\\beta \\log "
        "p_\\theta(\\tau)$ added to the reward.",
        lhs=grad(with_bonus),
        rhs=m.expectation((m.total_reward - beta * log(m.mass)) * grad(log(m.mass))),
        given=given,
        sizes=SIZES,
        remark="The bonus depends on $\\theta$, but the mean of its own gradient is zero.",
    )
    yield Claim(
        "kl-max-entropy-maximum",
        says="The objective with the bonus is at most $\\beta \\log Z$. Equality holds if the model is the "
        "normalised $e^{R/\\beta}$.",
        lhs=with_bonus,
        rhs=beta * log(normaliser),
        given=(*given, Positive(START), Positive(TRANSITION)),
        relation=Relation.AT_MOST,
        slack=gap,
        sizes=SIZES,
        remark="A divergence is never negative, because $\\log x \\le x - 1$.",
    )


if __name__ == "__main__":
    show(derive())
