"""One step as a special case of several, and supervised learning as a special case of both, under a condition."""

from __future__ import annotations

from collections.abc import Iterator

from pgsym.claims import Claim, Rung
from pgsym.problems import sequences, trajectories
from pgsym.problems.classification_problem import LABEL
from pgsym.problems.one_step_problem import POLICY, REWARD
from pgsym.problems.trajectory import START
from pgsym.terms import expect, grad, indicator, log, sum_over, sum_range

m, one = sequences(), trajectories(horizon=1)


def claims() -> Iterator[Claim]:
    """At T = 1, for labels, and for several steps whose states do not depend on actions."""
    draws = ((one.s, START.law()), (one.a, one.policy_law))
    reward, score = REWARD(one.s, one.a), grad(log(one.answer), one.theta)
    full = one.expectation(one.total_reward * one.total_score)
    yield Claim(
        "t1-special-case",
        says="With one step the theorem for trajectories is the theorem for one state and one answer.",
        lhs=full,
        rhs=expect(reward * score, *draws),
        given=one.hypotheses,
        derivation="reinforce-t1",
    )
    to_go = sum_range(one.t, 1, one.T, of=one.score(one.t) * one.reward_to_go)
    pairs = sum_range(one.t, 1, one.T, of=one.score(one.t) * one.reward(one.t))
    for name, estimate in (("reward-to-go", to_go), ("pairwise", pairs)):
        yield Claim(
            f"t1-special-case-{name}",
            says=f"With one step the {name} form equals the product of sums in every sample.",
            lhs=one.total_reward * one.total_score,
            rhs=estimate,
            given=one.hypotheses,
        )
    success = one.expectation(indicator(one.action(1), LABEL(one.state(1))))
    cross_entropy = -expect(log(POLICY(LABEL(one.s), one.s, one.theta)), (one.s, START.law()))
    yield Claim(
        "supervised-is-special-case",
        says="Supervised learning by cross entropy is not reinforcement learning with one step and a certain reward "
        "of 1 for the label.",
        lhs=grad(success, one.theta),
        rhs=-grad(cross_entropy, one.theta),
        given=one.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=(
            "supervised-as-T1",
            "ce-from-log-objective",
            "ce-from-label-sampling",
            "ce-from-importance-weights",
            "supervised-is-special-case-of-any-length",
            "reward-stochasticity-irrelevant-to-gradient",
            "mse-is-exact-policy-gradient",
        ),
        remark="It is so for the logarithm of the success probability, if the labels are sampled, or if the reward "
        "is divided by the probability. Neither the single step nor the certainty of the reward is decisive, and for "
        "the squared error the statement is true as it stands.",
        source="T. Chen, Understand Policy Gradient by Building Cross Entropy from Scratch (2023)",
    )
    being_there = m.expectation(indicator(m.state(m.t), m.s))
    of_one_step = grad(expect(REWARD(m.s, m.a), (m.a, m.policy_law)), m.theta)
    step_by_step = sum_range(m.t, 1, m.T, of=sum_over(m.s, of=being_there * of_one_step))
    yield Claim(
        "supervised-is-special-case-of-any-length",
        says="One step is not necessary: if the states do not depend on the actions, an objective over several steps "
        "is a sum of one-step problems.",
        lhs=grad(m.objective),
        rhs=step_by_step,
        given=m.with_exogenous_states,
    )
    yield Claim(
        "supervised-is-special-case-of-any-length-in-an-mdp",
        says="In an MDP, whose states depend on the actions, an objective over several steps need not be a sum of "
        "one-step problems.",
        lhs=grad(m.objective),
        rhs=step_by_step,
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("supervised-is-special-case-of-any-length", "single-vs-multi-differences"),
        remark="The sum of one-step problems leaves out how the actions change the states.",
    )
