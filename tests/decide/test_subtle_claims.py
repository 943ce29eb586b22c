"""Claims that are false in subtle ways, refuted by their smallest instances; claims that look false and are decided.

Each false one names the size of its smallest counterexample and, where it is true for a while, sizes at which it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product

import pytest

from pgsym.decide import AtMost, Relation, Rung, Size, decide
from pgsym.decide.verdicts import Verdict
from pgsym.problems import classification, trajectories
from pgsym.problems.classification_problem import LOGIT
from pgsym.problems.one_step_problem import POLICY, REWARD, SAMPLES
from pgsym.problems.trajectory import START, TRANSITION
from pgsym.terms import (
    ACTION,
    INDEX,
    STATE,
    Before,
    HowMany,
    Hypothesis,
    Number,
    Positive,
    Symbol,
    Term,
    ThetaFree,
    Variable,
    absolute,
    covariance,
    exp,
    expect,
    function,
    grad,
    indicator,
    log,
    outer,
    sum_over,
    sum_range,
    variance,
)

Sizes = Mapping[str, int]


@dataclass(frozen=True)
class Case:
    """lhs = rhs, or lhs ≤ rhs; if it is false, the smallest size that shows it and sizes at which it does hold."""

    lhs: Term
    rhs: Term
    given: tuple[Hypothesis, ...] = ()
    smallest: Sizes = field(default_factory=dict)
    holds_at: tuple[Sizes, ...] = ()
    relation: Relation = Relation.EQUAL
    slack: Term | None = None

    def verdict(self, sizes: tuple[Sizes, ...] | None = None) -> Verdict:
        if self.relation is Relation.AT_MOST:
            return decide(AtMost(self.lhs, self.rhs, self.given, slack=self.slack), sizes=sizes)
        return decide(self.lhs, self.rhs, self.given, sizes)


def at_most(
    lhs: Term,
    rhs: Term,
    given: tuple[Hypothesis, ...] = (),
    smallest: Sizes | None = None,
    slack: Term | None = None,
) -> Case:
    """The order lhs ≤ rhs."""
    return Case(lhs, rhs, given, smallest or {}, relation=Relation.AT_MOST, slack=slack)


zero, one, half = Number(Fraction(0)), Number(Fraction(1)), Fraction(1, 2)

# one step --------------------------------------------------------------------------------------------------------
m = classification()
s, a, b, i, N, theta = m.s, m.a, m.b, m.i, m.N, m.theta
j = Variable("j", INDEX)
pi, pi_b, p, r = m.policy, POLICY(b, s, theta), m.right_mass, m.reward
g, g_b = m.score, grad(log(pi_b), theta)
r_b = REWARD(s, b)
J, H = m.objective, m.hypotheses
K, K_b = sum_over(b, of=1), sum_over(a, of=1)
answer, other = (a, m.policy_law), (b, m.policy_law)
not_a = 1 - indicator(b, a)
others = sum_over(b, of=not_a * pi_b)
eps, gamma, c = Variable("ε"), Variable("γ"), Variable("c")
V, B, F = function("V", STATE), function("b", STATE), function("f", STATE, ACTION)
BEHAVIOUR = Symbol("β", (ACTION, STATE), outcomes=1)
REFERENCE = Symbol("q", (ACTION, STATE), outcomes=1)
beta, q = BEHAVIOUR(a, s), REFERENCE(a, s)
behaving, from_reference = (*H, ThetaFree(BEHAVIOUR)), (*H, ThetaFree(REFERENCE), Positive(REFERENCE))
sampled_by_beta = (a, BEHAVIOUR.law(s))
statistic = m.is_right * g + (1 - m.is_right) * sum_over(b, of=not_a * g_b)
one_hot = (*H, m.one_hot)
brier = sum_over(a, of=(pi - m.label_mass) ** 2)
flipped = (1 - eps) * m.is_right + eps * (1 - m.is_right) / (K - 1)
several = tuple(h for h in H if h != ThetaFree(REWARD))
no_positivity = tuple(h for h in H if h != Positive(POLICY))

# N rounds --------------------------------------------------------------------------------------------------------
r_i, g_i = REWARD(m.s_i, m.a_i), grad(log(POLICY(m.a_i, m.s_i, theta)), theta)
s_j = m.s_i.symbol(m.batch, j)
a_j = m.a_i.symbol(m.batch, j)
r_j = REWARD(s_j, a_j)
batch = (m.batch, SAMPLES.law(theta))
mean_reward = (1 / N) * sum_range(j, 1, N, of=r_j)
one_draw = ((s, m.state_law), answer)

# several steps ---------------------------------------------------------------------------------------------------
n = trajectories()
t, u, T = n.t, n.u, n.T
E, HT = n.expectation, n.hypotheses
g_t, r_t, r_u, g_u = n.score(t), n.reward(t), n.reward(u), n.score(u)
pairwise = E(sum_range(t, 1, T, of=r_t * g_t))
gradient = grad(n.objective)
next_state = Variable("s'", STATE)
move = (next_state, TRANSITION.law(s, a))
past = sum_range(u, 1, t - 1, of=r_u)
discounted = E(sum_range(t, 1, T, of=gamma ** (t - 1) * r_t))

FALSE = {
    # true of two answers only
    "squares of the others are the square of the others": Case(
        sum_over(b, of=not_a * pi_b**2), others**2, H, {"S": 1, "A": 3}, ({"S": 2, "A": 2},)
    ),
    "a wrong answer's reward says which is right": Case(
        sum_over(a, of=(statistic - m.right_score) ** 2), zero, H, {"S": 1, "A": 3}, ({"S": 2, "A": 2},)
    ),
    "punishing changes the variance by a function of p": Case(
        4 * p * (1 - p) * (variance((m.is_right - half) * g, answer) - variance(m.is_right * g, answer)),
        (4 * p - 3) * grad(p) ** 2,
        H,
        {"S": 1, "A": 3},
        ({"S": 2, "A": 2},),
    ),
    "all answers move as much as the right one": Case(
        sum_over(a, of=grad(pi) ** 2), 2 * grad(p) ** 2, H, {"S": 1, "A": 3}, ({"S": 2, "A": 2},)
    ),
    "the Brier score is a function of the right answer": Case(
        brier, 2 * (1 - p) ** 2, one_hot, {"S": 1, "A": 3}, ({"S": 2, "A": 2},)
    ),
    "flipped labels scale the reward by 1 - 2ε": Case(
        (K - 1) * (1 - eps) * m.is_right + eps * (1 - m.is_right),
        (K - 1) * ((1 - 2 * eps) * m.is_right + eps),
        H,
        {"S": 1, "A": 3},
        ({"S": 2, "A": 2},),
    ),
    "what two chances satisfy": Case(
        sum_over(a, of=pi**2), 1 - 2 * sum_over(a, of=pi**2 * (1 - pi)), H, {"S": 1, "A": 3}, ({"S": 2, "A": 2},)
    ),
    # true of one step, or two, only
    "every reward with its own score": Case(
        pairwise, gradient, HT, {"S": 2, "A": 2, "T": 2}, ({"S": 2, "A": 3, "T": 1}, {"S": 1, "A": 3, "T": 3})
    ),
    "every reward with its own score and the one before": Case(
        pairwise + E(sum_range(t, 1, T - 1, of=g_t * n.reward(t + 1))),
        gradient,
        HT,
        {"S": 2, "A": 2, "T": 3},
        ({"S": 3, "A": 3, "T": 1}, {"S": 3, "A": 2, "T": 2}),
    ),
    "variances of the rewards add up": Case(
        variance(n.total_reward, (n.tau, n.law)),
        sum_range(t, 1, T, of=variance(r_t, (n.tau, n.law))),
        HT,
        {"S": 2, "A": 1, "T": 2},
        ({"S": 3, "A": 3, "T": 1}, {"S": 1, "A": 3, "T": 3}),
    ),
    "squares of scores with their own rewards": Case(
        E(n.total_reward * n.total_score**2),
        E(sum_range(t, 1, T, of=r_t * g_t**2)),
        HT,
        {"S": 1, "A": 2, "T": 2},
        ({"S": 3, "A": 3, "T": 1},),
    ),
    "rewards to go count every reward T times": Case(
        E(sum_range(t, 1, T, of=n.reward_to_go)),
        T * n.objective,
        HT,
        {"S": 1, "A": 1, "T": 2},
        ({"S": 3, "A": 3, "T": 1},),
    ),
    "the first action gets credit for all": Case(
        E(n.score(1) * n.total_reward), gradient, HT, {"S": 1, "A": 2, "T": 2}, ({"S": 3, "A": 3, "T": 1},)
    ),
    # true with deterministic dynamics, or without chance, only
    "the square of the next value": Case(
        expect(V(next_state) ** 2, move), expect(V(next_state), move) ** 2, (), {"S": 2, "A": 1}, ({"S": 1, "A": 3},)
    ),
    "one sample of the squared Bellman residual": at_most(
        expect((r + V(next_state) - V(s)) ** 2, move),
        expect(r + V(next_state) - V(s), move) ** 2,
        smallest={"S": 2, "A": 1},
    ),
    "the exponential of the next value": Case(
        expect(exp(V(next_state)), move), exp(expect(V(next_state), move)), (), {"S": 2, "A": 1}, ({"S": 1, "A": 3},)
    ),
    # true of uniform policies only
    "answers count alike": Case(grad(J), m.over_states((1 / K) * sum_over(a, of=r * g)), H, {"S": 1, "A": 2}),
    "cross entropy ascends K times the accuracy": Case(
        -grad(m.cross_entropy), K * grad(m.accuracy), H, {"S": 1, "A": 2}
    ),
    "the Fisher information is a plain average": Case(
        expect(g**2, answer), (1 / K_b) * sum_over(a, of=g**2), H, {"S": 1, "A": 2}
    ),
    # a wrong constant
    "the mean of the batch as a baseline": Case(
        m.over_batches(m.average((r_i - mean_reward) * g_i)), (N / (N + 1)) * grad(J), H, {"S": 1, "A": 2, "N": 1}
    ),
    "the variance falls with the square of N": Case(
        variance(m.average(r_i * g_i), batch),
        (1 / (N * N)) * variance(r * g, *one_draw),
        H,
        {"S": 1, "A": 2, "N": 2},
        ({"S": 2, "A": 3, "N": 1},),
    ),
    "the variance is the mean square of differences": Case(
        variance(r, answer), expect((r - r_b) ** 2, answer, other), H, {"S": 1, "A": 2}
    ),
    "discounting from the first reward on": Case(
        discounted, E(sum_range(t, 1, T, of=gamma**t * r_t)), HT, {"S": 1, "A": 1, "T": 1}
    ),
    # a condition dropped
    "a baseline of the answer": Case(m.expectation((r - F(s, a)) * g), grad(J), H, {"S": 1, "A": 2}),
    "weights for a sampler that leaves answers out": Case(
        expect((pi / beta) * r, sampled_by_beta), expect(r, answer), behaving, {"S": 1, "A": 2}
    ),
    "a reward that moves": Case(grad(J), m.expectation(r * g), several, {"S": 1, "A": 1}),
    "a start that moves": Case(
        gradient,
        E(n.total_reward * n.total_score),
        tuple(h for h in HT if h != ThetaFree(START)),
        {"S": 2, "A": 1, "T": 1},
        ({"S": 1, "A": 3, "T": 2},),
    ),
    "counting the answers by their chances": Case(
        expect(1 / pi, answer), K_b, no_positivity, {"S": 1, "A": 2}
    ),
    "rewards of all other times": Case(
        E(r_t * g_u), zero, (*HT, Before(u, t)), {"S": 2, "A": 2, "T": 2, "t": 2, "u": 1}, ({"S": 1, "A": 3, "T": 3},)
    ),
    "a divergence is symmetric": Case(
        expect(log(pi / q), answer), sum_over(a, of=q * log(q / pi)), from_reference, {"S": 1, "A": 2}
    ),
    "Jensen the other way round": at_most(
        log(expect(pi, answer)), expect(log(pi), answer), H, smallest={"S": 1, "A": 2}
    ),
}  # fmt: skip

kl = expect(log(pi / q), answer)
logit_b = LOGIT(s, b, theta)
shifted = exp(m.logit + V(s)) / sum_over(b, of=exp(logit_b + V(s)))
TRUE = {
    "a baseline costs nothing in the mean": Case(m.expectation((r - B(s)) * g), grad(J), (*H, ThetaFree(B))),
    "a baseline may depend on the step before": Case(
        E(sum_range(t, 2, T, of=F(n.state(t - 1), n.action(t - 1)) * V(n.state(t)) * g_t)), zero, HT
    ),
    "past rewards have no part in it": Case(E(sum_range(t, 1, T, of=g_t * past)), zero, HT),
    "the return less what was earned": Case(E(sum_range(t, 1, T, of=g_t * (n.total_reward - past))), gradient, HT),
    "scores of different steps are uncorrelated": Case(
        E(outer(n.total_score, n.total_score)), E(sum_range(t, 1, T, of=outer(g_t, g_t))), HT
    ),
    "one state: every reward with its own score": Case(pairwise, gradient, (*HT, HowMany(STATE, 1))),
    "differences telescope": Case(
        sum_range(t, 1, T - 1, of=V(n.state(t + 1)) - V(n.state(t))), V(n.state(T)) - V(n.state(1)), ()
    ),
    "shaping by a potential of the states changes no gradient but the ends'": Case(
        grad(E(n.total_reward + sum_range(t, 1, T - 1, of=V(n.state(t + 1)) - V(n.state(t))))),
        gradient + grad(E(V(n.state(T)))),
        (*HT, ThetaFree(V)),
    ),
    "the batch's own mean as a baseline shrinks by 1 - 1/N": Case(
        m.over_batches(m.average((r_i - mean_reward) * g_i)), ((N - 1) / N) * grad(J), H
    ),
    "leaving one out is unbiased": Case(
        m.over_batches(m.average(((N - 1) * r_i - (sum_range(j, 1, N, of=r_j) - r_i)) * g_i)), (N - 1) * grad(J), H
    ),
    "squares of rewards have a policy gradient": Case(grad(m.expectation(r**2)), m.expectation(r**2 * g), H),
    "the gradient is a covariance": Case(covariance(r, g, answer), grad(expect(r, answer)), H),
    "the entropy's gradient has no further term": Case(
        grad(-expect(log(pi), answer)), -expect(log(pi) * g, answer), H
    ),
    "nor has a divergence's": Case(grad(kl), expect(log(pi / q) * g, answer), from_reference),
    "the third estimator of a divergence": Case(expect(q / pi - 1 - log(q / pi), answer), kl, from_reference),
    "a divergence is not negative": at_most(
        zero, kl, from_reference, slack=expect(q / pi - 1 - log(q / pi), answer)
    ),
    "weights from any sampler": Case(
        expect((pi / beta) * r * g, (s, m.state_law), sampled_by_beta), grad(J), (*behaving, Positive(BEHAVIOUR))
    ),
    "the mean square of a weight is at least one": at_most(
        one, expect((pi / beta) ** 2, sampled_by_beta), (*behaving, Positive(BEHAVIOUR)),
        slack=expect((pi / beta - 1) ** 2, sampled_by_beta),
    ),
    "one over the chance counts the answers": Case(expect(1 / pi, answer), K_b, H),
    "no answer varies more than a fair coin": at_most(
        pi * (1 - pi), Number(Fraction(1, 4)), H, slack=(pi - half) ** 2
    ),
    "no policy is less concentrated than the uniform one": at_most(
        1 / K_b, sum_over(a, of=pi**2), H, slack=sum_over(a, of=(pi - 1 / K) ** 2)
    ),
    "the square of a gradient": at_most(
        grad(expect(r, answer)) ** 2, expect(r**2, answer) * expect(g**2, answer), H,
        slack=half * expect((r * g_b - r_b * g) ** 2, answer, other),
    ),
    "weighting scores by chances twice": Case(sum_over(a, of=pi**2 * g), half * grad(sum_over(a, of=pi**2)), H),
    "information as curvature": Case(expect(outer(g, g), answer), -expect(grad(g, theta), answer), H),
    "the Hessian of the objective": Case(grad(grad(J)), m.expectation(r * (grad(g, theta) + outer(g, g))), H),
    "the variance is half the mean square of differences": Case(
        variance(r, answer), half * expect((r - r_b) ** 2, answer, other), H
    ),
    "the absolute error of a prediction": Case(
        sum_over(a, of=absolute(pi - m.label_mass)), 2 * (1 - p), one_hot
    ),
    "two answers: the Brier score": Case(brier, 2 * (1 - p) ** 2, (*one_hot, HowMany(ACTION, 2))),
    "shifting all logits": Case(
        exp(m.logit) / sum_over(b, of=exp(logit_b)), shifted, ()
    ),
    "the log-partition's gradient": Case(
        grad(log(sum_over(b, of=exp(logit_b)))), expect(grad(logit_b), (b, m.policy_law)), (m.softmax,)
    ),
    "flipped labels scale the reward by 1 - εK/(K - 1)": Case(
        flipped, (1 - eps * K / (K - 1)) * m.is_right + eps / (K - 1), H
    ),
}  # fmt: skip


def test_there_are_thirty_of_either_kind() -> None:
    assert len(FALSE) >= 30
    assert len(TRUE) >= 30


@pytest.mark.parametrize("name", FALSE)
def test_false_claim_is_refuted_by_a_smallest_instance(name: str) -> None:
    case = FALSE[name]
    verdict = case.verdict()
    assert verdict.rung is Rung.REFUTED, str(verdict)
    assert verdict.counterexample is not None
    assert dict(verdict.counterexample.size.counts) == case.smallest


@pytest.mark.parametrize("name", [name for name, case in FALSE.items() if case.relation is Relation.EQUAL])
def test_false_claim_is_true_at_every_smaller_size(name: str) -> None:
    """At sizes with no more of anything, and less of something, the sides agree at random points."""
    case = FALSE[name]
    for counts in product(*(range(1, n + 1) for n in case.smallest.values())):
        smaller = dict(zip(case.smallest, counts, strict=True))
        within = max(smaller.get("t", 1), smaller.get("u", 1)) <= smaller.get("T", 1)
        if smaller != case.smallest and within and Size.of(smaller).instances(smaller, case.given):
            assert case.verdict((smaller,)).rung is Rung.DECIDED, smaller


@pytest.mark.parametrize("name", [name for name, case in FALSE.items() if case.holds_at])
def test_false_claim_is_true_for_a_while(name: str) -> None:
    assert FALSE[name].verdict(FALSE[name].holds_at).rung is Rung.DECIDED


@pytest.mark.parametrize("name", TRUE)
def test_true_claim_that_looks_false_is_decided(name: str) -> None:
    verdict = TRUE[name].verdict()
    assert verdict.rung is Rung.DECIDED, str(verdict)
