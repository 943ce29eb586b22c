"""Fitting the model to the distribution of rewards: every trajectory has weight one, not its probability."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Rung
from pgsym.problems import one_step, trajectories
from pgsym.problems.divergence import divergence
from pgsym.problems.one_step_problem import REWARD
from pgsym.problems.trajectory import START, TRANSITION
from pgsym.terms import (
    ACTION,
    PARAMETER,
    STATE,
    TRAJECTORY,
    Definition,
    Frozen,
    NonNegative,
    Positive,
    Symbol,
    Term,
    ThetaFree,
    Variable,
    exp,
    expect,
    grad,
    log,
    sum_over,
)

m, bandit = trajectories(), one_step()
s, a, b = bandit.s, bandit.a, Variable("b", ACTION)
NOW = Variable("θ'", PARAMETER)
OVER_TRAJECTORIES = Symbol("q", (TRAJECTORY,), outcomes=1)
OVER_ANSWERS = Symbol("q", (ACTION, STATE), outcomes=1)
UNIFORM_NOW = Symbol("π", (ACTION, STATE, PARAMETER, PARAMETER), outcomes=1)
LOGIT = Symbol("z", (STATE, ACTION, PARAMETER))
total = sum_over(m.tau, of=m.total_reward)
as_law = Definition.of(OVER_TRAJECTORIES(m.tau), m.total_reward / total)
of_all, answers = sum_over(a, of=bandit.reward), sum_over(a, of=1)
as_answers = Definition.of(OVER_ANSWERS(a, s), bandit.reward / of_all)
SIZES = ({"S": 2, "A": 2, "T": 2}, {"S": 1, "A": 3, "T": 2}, {"S": 1, "A": 2, "T": 3}, {"S": 3, "A": 2, "T": 1})


def moved(answer: Variable) -> Term:
    """exp(z_θ − z_θ'): 1 at θ = θ'."""
    return exp(LOGIT(s, answer, bandit.theta) - LOGIT(s, answer, NOW))


def claims() -> Iterator[Claim]:
    """The identity, and where alone it is the policy gradient."""
    fit = divergence(OVER_TRAJECTORIES.law(), m.law, m.tau)
    yield Claim(
        "kl-forward-identity",
        says="Descending the divergence of the model from the distribution $q = R / Z$ of rewards adds the scores of "
        "all trajectories, each weighted by its share of the rewards.",
        lhs=sum_over(m.tau, of=m.total_reward * grad(log(m.mass))) / total,
        rhs=-grad(fit),
        given=(*m.hypotheses, NonNegative(REWARD), Positive(START), Positive(TRANSITION), as_law),
        sizes=SIZES,
        remark="The terms are those of the policy gradient, with the weight 1 in place of $p_\\theta(\\tau)$; "
        "kl-fixed-target derives this for positive rewards.",
    )
    uniform = Definition.of(UNIFORM_NOW(a, s, bandit.theta, NOW), moved(a) / sum_over(b, of=moved(b)))
    law = UNIFORM_NOW.law(s, bandit.theta, NOW)
    yield Claim(
        "kl-same-integrand-different-weights",
        says="If the model answers uniformly, as a softmax with equal logits does, the policy gradient is the "
        "gradient of the fit to the distribution of rewards, up to the factor $Z / K$.",
        lhs=grad(expect(bandit.reward, (a, law)), bandit.theta) / of_all,
        rhs=-grad(divergence(OVER_ANSWERS.law(s), law, a), bandit.theta) / answers,
        given=(ThetaFree(REWARD), NonNegative(REWARD), as_answers, uniform, Frozen(NOW, bandit.theta)),
        remark="An answer may be a whole trajectory; $K$ is their number.",
    )
    yield Claim(
        "kl-same-integrand-different-weights-elsewhere",
        says="If the policy is not uniform, the policy gradient need not be the gradient of the fit to the "
        "distribution of rewards up to the factor $Z / K$.",
        lhs=grad(expect(bandit.reward, (a, bandit.policy_law))) / of_all,
        rhs=-grad(divergence(OVER_ANSWERS.law(s), bandit.policy_law, a)) / answers,
        given=(*bandit.hypotheses, NonNegative(REWARD), as_answers),
        expected=Rung.REFUTED,
        repaired_by=("kl-same-integrand-different-weights", "kl-frozen-behaviour"),
    )
