"""Beyond the article: three estimates of a divergence from one token, as values and as losses."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from pgsym.claims import Claim, Example, Relation, Rung
from pgsym.meaning.tables import problem, value
from pgsym.problems import one_step
from pgsym.problems.autoregressive_problem import BEHAVIOUR, REFERENCE
from pgsym.problems.one_step_problem import POLICY
from pgsym.terms import (
    PARAMETER,
    Closed,
    Frozen,
    Positive,
    Term,
    ThetaFree,
    Variable,
    expect,
    grad,
    log,
    variance,
)
from pgsym.terms.nodes import lift

if TYPE_CHECKING:
    import sympy

m = one_step()
OLD = Variable("θ'", PARAMETER)
reference, behaviour = REFERENCE(m.a, m.s), BEHAVIOUR(m.a, m.s)
x = reference / m.policy
k1 = log(m.policy / reference)
SIZES = ({"S": 2, "A": 3}, {"S": 1, "A": 4})
"""Where the derivations' lines are decided; the claims are at more."""
k2 = Fraction(1, 2) * k1**2
k3 = x - 1 + k1
kl = m.expectation(k1)
reversed_kl = expect(log(reference / m.policy), (m.s, m.state_law), (m.a, REFERENCE.law(m.s)))
given = (*m.hypotheses, ThetaFree(REFERENCE), Positive(REFERENCE))
weight = m.policy / behaviour
held_weight = POLICY(m.a, m.s, OLD) / behaviour
off_policy = (*given, ThetaFree(BEHAVIOUR), Positive(BEHAVIOUR))


def stale(body: Term) -> Term:
    """The mean of a term over the behaviour policy's tokens."""
    return expect(body, (m.s, m.state_law), (m.a, BEHAVIOUR.law(m.s)))


def claims() -> Iterator[Claim]:
    """Values, losses, payments, and samples of another policy."""
    yield from values()
    yield from losses()
    yield from payments()
    yield from off_policy_losses()


def values() -> Iterator[Claim]:
    """What the estimates are on average, and how they scatter."""
    yield Claim(
        "kl-estimators",
        says="With $x = \\pi_{\\mathrm{ref}} / \\pi_\\theta$ of a sampled token, $k_3 = x - 1 - \\log x$ is an "
        "unbiased estimate of $\\mathrm{KL}(\\pi_\\theta, \\pi_{\\mathrm{ref}})$, as $k_1 = -\\log x$ is.",
        lhs=m.expectation(k3),
        rhs=kl,
        given=given,
        remark="The mean of $x$ is one, because the reference is positive where the policy is.",
        source="J. Schulman, Approximating KL divergence (2020)",
    )
    yield Claim(
        "kl-estimators-never-negative",
        says="The estimate $k_3$ is never negative; $k_1$ can be.",
        lhs=lift(0),
        rhs=k3,
        given=given,
        relation=Relation.AT_MOST,
        slack=x - 1 - log(x),
    )
    yield Claim(
        "kl-estimators-k2-value",
        says="The estimate $k_2 = \\frac{1}{2} (\\log x)^2$ is never negative, but it is not in general unbiased.",
        lhs=m.expectation(k2),
        rhs=kl,
        given=given,
        expected=Rung.REFUTED,
        repaired_by=("kl-estimators",),
        remark="It estimates another divergence, which agrees with this one to second order if the two policies are "
        "close.",
    )
    yield Claim(
        "k3-variance-can-exceed-k1",
        says="$k_3$ can have a larger variance than $k_1$: it does for a policy with the probabilities 99/100 and "
        "1/100 and a uniform reference.",
        lhs=Closed("Var[k₃]", "\\operatorname{Var}[k_3]", lambda: far_apart(k3)),
        rhs=Closed("Var[k₁]", "\\operatorname{Var}[k_1]", lambda: far_apart(k1)),
        relation=Relation.AT_MOST,
        expected=Rung.REFUTED,
        repaired_by=("kl-estimators",),
        remark="If the reference gives a token a far larger probability than the policy does, $x$ is large. Close to "
        "the reference the variance of $k_3$ is much the smaller one.",
    )


def spread(estimate: Term) -> Term:
    """The variance of an estimate over the states and the policy's tokens."""
    return variance(estimate, (m.s, m.state_law), (m.a, m.policy_law))


def far_apart(estimate: Term) -> sympy.Expr:
    """The variance of an estimate where the reference often writes what the policy hardly ever does."""
    import sympy

    tables = {"D": [1], "π": [["99/100", "1/100"]], "π_ref": [["1/2", "1/2"]]}
    term = spread(estimate)
    return sympy.sympify(value(term, problem(tables, [term], given, "symbolic")))


def losses() -> Iterator[Claim]:
    """What they are as losses: differentiated on tokens that were drawn, the draw held fixed."""
    yield Claim(
        "kl-estimators-k1-loss",
        says="As a loss on tokens that were drawn, $k_1$ teaches nothing: its gradient has mean zero.",
        lhs=m.expectation(grad(k1)),
        rhs=lift(0),
        given=given,
        remark="$\\nabla k_1$ is the score, for every reference.",
    )
    yield Claim(
        "kl-estimators-k1-loss-as-kl",
        says="An unbiased estimate of a divergence need not have, as a loss, an unbiased estimate of the "
        "divergence's gradient: $k_1$ does not.",
        lhs=m.expectation(grad(k1)),
        rhs=grad(kl),
        given=given,
        expected=Rung.REFUTED,
        repaired_by=("kl-estimators-k1-loss", "kl-estimators-k2-loss"),
        remark="The distribution of the tokens depends on $\\theta$, too, and the gradient of the loss leaves that "
        "dependence out.",
    )
    yield Claim(
        "kl-estimators-k3-loss-as-kl",
        says="As a loss on tokens that were drawn, $k_3$ does not in general have the gradient of "
        "$\\mathrm{KL}(\\pi_\\theta, \\pi_{\\mathrm{ref}})$ on average.",
        lhs=m.expectation(grad(k3)),
        rhs=grad(kl),
        given=given,
        expected=Rung.REFUTED,
        repaired_by=("kl-estimators-k3-loss", "kl-estimators-k2-loss"),
        remark="An estimate that is unbiased as a value need not be unbiased as a loss, and an estimate that is "
        "biased as a value may be.",
        examples=(pulled_apart(),),
    )


def pulled_apart() -> Example:
    """Both gradients at an even policy."""
    from sympy import Rational, log

    pull = log(3) / 4
    return Example(
        "Two tokens, written evenly by the policy and with 3/4 and 1/4 by the reference: as a loss $k_3$ pulls at "
        "each logit with 1/4, the divergence with $\\frac{1}{4} \\log 3$.",
        {"D": [1], "π": [["1/2", "1/2"]], "π_ref": [["3/4", "1/4"]]},
        ((m.expectation(grad(k3)), (Rational(-1, 4), Rational(1, 4))), (grad(kl), (-pull, pull))),
        given,
        numbers="symbolic",
    )


def payments() -> Iterator[Claim]:
    """What they are as part of the reward: held fixed, and multiplied by the score."""
    yield Claim(
        "kl-estimators-k3-as-reward",
        says="As a reward, held fixed, $k_3$ has the gradient of the divergence minus the gradient of the reversed "
        "one; the missing part is the gradient of $k_3$ as a loss.",
        lhs=m.expectation(k3 * m.score),
        rhs=grad(kl) - grad(reversed_kl),
        given=given,
        remark="$\\nabla \\mathbb{E}[k] = \\mathbb{E}[k\\, \\nabla \\log \\pi_\\theta] + \\mathbb{E}[\\nabla k]$: the "
        "second mean is zero for $k_1$ alone.",
    )
    yield Claim(
        "kl-estimators-k3-as-reward-alone",
        says="As a reward, held fixed, $k_3$ does not in general have the gradient of the divergence, although it is "
        "unbiased and often less noisy than $k_1$.",
        lhs=m.expectation(k3 * m.score),
        rhs=grad(kl),
        given=given,
        expected=Rung.REFUTED,
        repaired_by=("kl-estimators-k1-as-reward", "kl-estimators-k3-as-reward"),
    )


def off_policy_losses() -> Iterator[Claim]:
    """The estimates as losses on tokens that another policy drew."""
    yield Claim(
        "kl-estimators-stale",
        says="On tokens of a behaviour policy $\\mu$ the loss $k_2$ does not in general have the gradient of the "
        "divergence.",
        lhs=stale(grad(k2)),
        rhs=grad(kl),
        given=off_policy,
        expected=Rung.REFUTED,
        repaired_by=("kl-estimators-stale-weighted", "kl-estimators-stale-moving-weight"),
        remark="It is therefore wrong at the second of several updates on the same samples, even where the first "
        "update was right.",
    )
    yield Claim(
        "kl-estimators-stale-weighted",
        says="On tokens of a behaviour policy $\\mu$ the loss $k_2$ has the gradient of the divergence if it is "
        "weighted by the ratio $\\pi_{\\theta'} / \\mu$, held fixed at $\\theta' = \\theta$.",
        lhs=stale(held_weight * grad(k2, m.theta)),
        rhs=grad(kl),
        given=(*off_policy, Frozen(OLD, m.theta)),
    )
    yield Claim(
        "kl-estimators-stale-moving-weight",
        says="If the weight $\\pi_\\theta / \\mu$ is differentiated, too, the loss must be unbiased as a value: "
        "$k_3$ has the gradient of the divergence.",
        lhs=grad(stale(weight * k3)),
        rhs=grad(kl),
        given=off_policy,
    )
    yield Claim(
        "kl-estimators-stale-moving-weight-k2",
        says="If the weight $\\pi_\\theta / \\mu$ is differentiated, too, the loss $k_2$ does not in general have "
        "the gradient of the divergence.",
        lhs=grad(stale(weight * k2)),
        rhs=grad(kl),
        given=off_policy,
        expected=Rung.REFUTED,
        repaired_by=("kl-estimators-stale-weighted", "kl-estimators-stale-moving-weight"),
        remark="Which of the three losses is right depends on whether the weight is differentiated.",
    )
