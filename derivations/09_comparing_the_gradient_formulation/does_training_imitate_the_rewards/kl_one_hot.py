"""If one trajectory is rewarded, the aside is exact in any class of policies; it fails if nothing can be learnt."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Rung
from pgsym.problems import classification, trajectories
from pgsym.problems.divergence import divergence
from pgsym.problems.one_step_problem import REWARD
from pgsym.problems.trajectory import START, TRAJECTORY_LAW, TRANSITION
from pgsym.terms import (
    ACTION,
    STATE,
    TRAJECTORY,
    Definition,
    HowMany,
    Positive,
    Symbol,
    ThetaFree,
    Variable,
    exp,
    expect,
    grad,
    indicator,
    log,
    product_range,
    sum_over,
)
from pgsym.terms.build import choice
from pgsym.terms.nodes import lift

m, bandit = trajectories(), classification()
star = Variable("τ_1", TRAJECTORY)
s, a = bandit.s, bandit.a
PAID = Symbol("c", ())
ONE_HOT = Symbol("q", (TRAJECTORY, TRAJECTORY), outcomes=1)
TARGET = Symbol("q", (TRAJECTORY,), outcomes=1)
OVER_ANSWERS = Symbol("q", (ACTION, STATE), outcomes=1)
SECOND = choice("x", STATE)
alike = indicator(m.state(m.t), m.state(m.t, star)) * indicator(m.action(m.t), m.action(m.t, star))
match = product_range(m.t, 1, m.T, of=alike)
one_hot = Definition.of(ONE_HOT(m.tau, star), match)
target = Definition.of(TARGET(m.tau), m.total_reward / sum_over(m.tau, of=m.total_reward))
SIZES = ({"S": 1, "A": 3, "T": 1}, {"S": 2, "A": 2, "T": 2}, {"S": 1, "A": 2, "T": 3})


def claims() -> Iterator[Claim]:
    """One rewarded trajectory, two, and a world in which the model does not matter."""
    objective = m.expectation(PAID() * match)
    fit = divergence(ONE_HOT.law(star), m.law, m.tau)
    given = (*m.hypotheses, ThetaFree(PAID), one_hot)
    yield Claim(
        "kl-one-hot",
        says="If only one trajectory $\\tau_1$ is rewarded, by $c$, then $J = c\\, p_\\theta(\\tau_1)$.",
        lhs=objective,
        rhs=PAID() * TRAJECTORY_LAW(star, m.theta),
        given=given,
    )
    yield Claim(
        "kl-one-hot-divergence",
        says="The divergence of the model from the distribution that is concentrated on $\\tau_1$ is $-\\log "
        "p_\\theta(\\tau_1)$, so $J = c\\, e^{-\\mathrm{KL}}$.",
        lhs=fit,
        rhs=-log(TRAJECTORY_LAW(star, m.theta)),
        given=given,
        sizes=SIZES,
        remark="In every class of policies both objectives have the same optimal policies. This is the supervised "
        "case.",
    )
    yield Claim(
        "kl-one-hot-gradient",
        says="If only one trajectory is rewarded, the policy gradient descends the divergence from the distribution "
        "concentrated on it, at the rate $J$.",
        lhs=grad(objective, m.theta) / objective,
        rhs=-grad(fit, m.theta),
        given=(*given, Positive(PAID)),
        sizes=SIZES,
    )
    two = indicator(a, bandit.label) + indicator(a, SECOND(s))
    earned = expect(two, (a, bandit.policy_law))
    spread = divergence(OVER_ANSWERS.law(s), bandit.policy_law, a)
    as_law = Definition.of(OVER_ANSWERS(a, s), two / 2)
    yield Claim(
        "kl-one-hot-of-two",
        says="If two answers are rewarded, the policy gradient need not descend the divergence from the distribution "
        "that gives each the probability 1/2, at the rate $J$.",
        lhs=grad(earned, bandit.theta) / earned,
        rhs=-grad(spread, bandit.theta),
        given=(*bandit.hypotheses, as_law),
        expected=Rung.REFUTED,
        repaired_by=("kl-one-hot", "kl-one-hot-gradient", "kl-frozen-behaviour"),
        examples=(
            Example(
                "Three answers, two of them rewarded: $(1/3, 2/3, 0)$ earns all there is, 1, and its divergence is "
                "$\\frac{1}{2} \\log \\frac{9}{8}$, not 0.",
                {"π": [["1/3", "2/3", "0"]], "y": [0], "x": [1]},
                ((earned, 1), (exp(2 * spread), "9/8")),
                (as_law,),
                at={"s": 0},
                numbers="symbolic",
            ),
        ),
        remark="The best policies fill the face of the simplex spanned by the rewarded answers; the divergence "
        "prefers one of them.",
    )
    nothing_to_choose = (
        *m.hypotheses,
        Positive(REWARD),
        Positive(START),
        Positive(TRANSITION),
        HowMany(ACTION, 1),
        target,
    )
    missed = divergence(TARGET.law(), m.law, m.tau)
    idle = ({"S": 2, "A": 1, "T": 1}, {"S": 2, "A": 1, "T": 2})
    coin = Example(
        "One answer, and a coin whose head pays 1 and whose tail pays nothing.",
        {"ρ": ["1/2", "1/2"], "p": [[["1", "0"]], [["0", "1"]]], "π": [["1"], ["1"]], "r": [[1], [0]]},
        ((m.objective, "1/2"), (exp(missed), "2")),
        (*m.hypotheses, target),
        sizes={"T": 1},
        numbers="symbolic",
    )
    yield Claim(
        "kl-unrealizable-dynamics",
        says="If every state has only one answer, so that only chance acts, the policy gradient is zero.",
        lhs=grad(m.objective),
        rhs=lift(0),
        given=nothing_to_choose,
        sizes=idle,
        examples=(coin,),
    )
    yield Claim(
        "kl-unrealizable-dynamics-divergence",
        says="If every state has only one answer, the divergence of the model from the distribution of rewards is "
        "constant in $\\theta$.",
        lhs=grad(missed),
        rhs=lift(0),
        given=nothing_to_choose,
        sizes=idle,
        remark="No training makes the model equal to the distribution of rewards.",
    )
    yield Claim(
        "kl-unrealizable-dynamics-none",
        says="If every state has only one answer, the divergence of the model from the distribution of rewards need "
        "not be zero, although the policy is the best one.",
        lhs=missed,
        rhs=lift(0),
        given=nothing_to_choose,
        sizes=idle,
        expected=Rung.REFUTED,
        repaired_by=("kl-unrealizable-dynamics-divergence",),
    )
