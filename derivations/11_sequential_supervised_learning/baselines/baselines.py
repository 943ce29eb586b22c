"""Beyond the article: what a baseline may depend on, which one is best, and when one raises the variance."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Example, Relation, Rung
from pgsym.problems import classification, one_step, trajectories
from pgsym.problems.one_step_problem import POLICY, REWARD
from pgsym.terms import (
    ACTION,
    INDEX,
    STATE,
    HowMany,
    Positive,
    Rounds,
    Term,
    ThetaFree,
    Variable,
    expect,
    function,
    grad,
    sum_over,
    sum_range,
    variance,
)
from pgsym.terms.nodes import lift

m, one, bot = trajectories(), one_step(), classification()
t, T = m.t, m.T
gradient = grad(m.objective)

# what it may know -----------------------------------------------------------------------------------------------
of_history = function("b", STATE, ACTION, STATE)(m.state(t - 1), m.action(t - 1), m.state(t))
OF_ACTION = function("b", STATE, ACTION)
of_action = OF_ACTION(m.state(t), m.action(t))
corrected = sum_over(m.a, of=OF_ACTION(m.state(t), m.a) * grad(m.policy_at(t), m.theta))
fixed = (*m.hypotheses, ThetaFree(OF_ACTION))


def estimate(per_step: Term) -> Term:
    """The expected sum over all steps."""
    return m.expectation(sum_range(t, 1, T, of=per_step))


# which is best --------------------------------------------------------------------------------------------------
beta, c, b = Variable("β"), Variable("c"), Variable("b", ACTION)
draws = ((one.s, one.state_law), (one.a, one.policy_law))
LENGTH = function("l", STATE, ACTION)
length = LENGTH(one.s, one.a)
best = one.expectation(length * one.reward) / one.expectation(length)
swapped = sum_over(b, of=(1 - POLICY(b, one.s, one.theta)) * REWARD(one.s, b))
mean_length = one.expectation(one.score**2)


def scatter(baseline: Term | None = None) -> Term:
    """The variance of one sample's contribution, coordinate by coordinate."""
    return variance(one.score * (one.reward if baseline is None else one.reward - baseline), *draws)


value = expect(one.reward, (one.a, one.policy_law))
p = bot.right_mass


def at_question(baseline: Term | None = None) -> Term:
    """The variance at one example, for the rewards 1 and 0."""
    advantage = bot.is_right if baseline is None else bot.is_right - baseline
    return variance(advantage * bot.score, (bot.a, bot.policy_law))


def claims() -> Iterator[Claim]:
    """The past, the action, the best constant, the value, and summing over all actions."""
    yield from _what_it_may_know()
    yield from _which_is_best()
    yield Claim(
        "all-action-rao-blackwell",
        says="For one step, summing over all actions instead of sampling one lowers the variance by the mean, over "
        "the states, of the variance of the sampled term.",
        lhs=scatter(),
        rhs=variance(sum_over(one.a, of=one.reward * grad(one.policy)), (one.s, one.state_law))
        + one.over_states(variance(one.reward * one.score, (one.a, one.policy_law))),
        given=one.hypotheses,
        remark="This is the law of total variance. The sum needs the rewards of all actions.",
    )


def _what_it_may_know() -> Iterator[Claim]:
    yield Claim(
        "baseline-unbiased",
        says="A baseline may depend on the past: on the state and the action before, as well as on the state.",
        lhs=m.expectation(sum_range(t, 2, T, of=m.score(t) * of_history)),
        rhs=lift(0),
        given=(*m.hypotheses, Rounds(Variable("T", INDEX), 2)),
        remark="It must be known before the action. An example is the sum of the rewards so far.",
    )
    yield Claim(
        "action-dependent-baseline-biased",
        says="A baseline that depends on the action changes the mean by $-\\mathbb{E}[\\sum_t b(s_t, a_t)\\, \\nabla "
        "\\log \\pi_t]$.",
        lhs=estimate(m.score(t) * (m.reward_to_go - of_action)) - gradient,
        rhs=-estimate(m.score(t) * of_action),
        given=fixed,
    )
    yield Claim(
        "action-dependent-baseline-corrected",
        says="A baseline that depends on the action leaves the estimate unbiased if its mean effect $\\sum_a b(s_t, "
        "a)\\, \\nabla \\pi(a \\mid s_t)$ is added again.",
        lhs=estimate(m.score(t) * (m.reward_to_go - of_action) + corrected),
        rhs=gradient,
        given=fixed,
        remark="This is a control variate. The better $b$ predicts the rewards to go, the smaller is the remaining "
        "variance.",
    )


def _which_is_best() -> Iterator[Claim]:
    yield Claim(
        "optimal-baseline",
        says="If a constant baseline $c$ is replaced by $\\beta$, the variance changes by $(\\beta - c)^2\\, "
        "\\mathbb{E}[g^2] - 2 (\\beta - c)\\, \\mathbb{E}[g^2 (r - c)]$, where $g$ is the score.",
        lhs=scatter(beta) - scatter(c),
        rhs=(beta - c) ** 2 * mean_length - 2 * (beta - c) * one.expectation((one.reward - c) * one.score**2),
        given=one.hypotheses,
        remark="The formula holds coordinate by coordinate. The best baseline makes the last term zero: "
        "$\\mathbb{E}[g^2 r] / \\mathbb{E}[g^2]$, a mean in which long scores have more weight.",
    )
    yield Claim(
        "optimal-baseline-is-best",
        says="Among all constant baselines, the mean reward weighted by the squared lengths $l$ of the scores has "
        "the least variance.",
        lhs=one.expectation((one.reward - best) ** 2 * length),
        rhs=one.expectation((one.reward - beta) ** 2 * length),
        given=(*one.hypotheses, Positive(LENGTH)),
        relation=Relation.AT_MOST,
        slack=one.expectation(length) * (beta - best) ** 2,
        remark="The variance is this second moment minus the squared mean, which no baseline changes. The claim "
        "holds for any positive weights.",
        source="E. Greensmith, P. L. Bartlett and J. Baxter, Variance reduction techniques for gradient estimates in "
        "reinforcement learning, JMLR 5 (2004)",
    )
    yield Claim(
        "optimal-baseline-of-two-answers",
        says="With two answers the best baseline exchanges the weights: each reward has the probability of the other "
        "answer as its weight.",
        lhs=expect((one.reward - swapped) * one.score**2, (one.a, one.policy_law)),
        rhs=lift(0),
        given=(*one.hypotheses, HowMany(ACTION, 2)),
        remark="In a given state the remaining variance is zero: see the variances of `value-baseline-can-hurt`.",
    )
    yield Claim(
        "value-baseline-can-hurt",
        says="With the value of the state as the baseline, which is the mean reward of the policy there, the "
        "variance can be larger than without a baseline.",
        lhs=scatter(value),
        rhs=scatter(),
        given=one.hypotheses,
        relation=Relation.AT_MOST,
        expected=Rung.REFUTED,
        repaired_by=("optimal-baseline", "optimal-baseline-is-best", "value-baseline-can-hurt-when"),
        examples=(
            Example(
                "Two answers that pay 1 and 0, the first with the probability 3/4: without a baseline, with the value "
                "3/4, and with the best one, which is 1/4.",
                {"D": [1], "π": [["3/4", "1/4"]], "r": [[1, 0]]},
                (
                    (scatter(), ("3/256", "3/256")),
                    (scatter(value), ("12/256", "12/256")),
                    (scatter(swapped), (0, 0)),
                ),
                one.hypotheses,
            ),
        ),
    )
    yield Claim(
        "value-baseline-can-hurt-when",
        says="For two answers, one of them right, the value as a baseline changes the variance by $\\frac{3p - 2}{1 "
        "- p} (\\nabla p)^2$, where $p$ is the probability of the right answer. Above $p = 2/3$ it is worse than no "
        "baseline.",
        lhs=at_question(p) - at_question(),
        rhs=((3 * p - 2) / (1 - p)) * grad(p) ** 2,
        given=(*bot.hypotheses, HowMany(ACTION, 2)),
    )
