"""The rules of time, each with a pattern around a random body, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable

from pgsym import rules
from pgsym.problems import classification, trajectories
from pgsym.problems.trajectory import START
from pgsym.rules.base import Rule
from pgsym.terms import REAL, STATE, Term, Variable, expect, function, grad, log, product_range, sum_over, sum_range
from pgsym.terms.nodes import Range, lift
from pgsym.terms.structure import substitute

m = trajectories()
one = trajectories(horizon=1)
bot = classification()
G = function("g", STATE)
t, u, T = m.t, m.u, m.T
tower = rules.Tower(m.factorisation, m.histories, t, m.h, m.a)
one_step = rules.TrajectoryOfOneStep(one.factorisation, m.s, m.a)


def at(body: Term, time: Term) -> Term:
    """A term about s and a, said of a step."""
    return substitute(body, {bot.s: m.state(time), bot.a: m.action(time)})


Case = tuple[Rule, Term, tuple]  # type: ignore[type-arg]
TIME_CASES: dict[str, Callable[[Term], Case]] = {
    "WriteExpectationAsSum/trajectories": lambda x: (
        rules.WriteExpectationAsSum(),
        m.expectation(at(x, lift(1)) * m.score(1)),
        (),
    ),
    "ReadSumAsExpectation/trajectories": lambda x: (
        rules.ReadSumAsExpectation(),
        sum_over(m.tau, of=at(x, lift(1)) * m.mass),
        (),
    ),
    "ExpectationOfConstant/trajectories": lambda x: (rules.ExpectationOfConstant(), m.expectation(x), ()),
    "Tower": lambda x: (tower, m.expectation(at(x, u) * m.score(t)), ()),
    "Tower/state": lambda x: (tower, m.expectation(G(m.state(t)) * at(x, t) * m.score(t)), ()),
    "TrajectoryOfOneStep": lambda x: (one_step, one.expectation(at(x, lift(1)) * m.score(1)), ()),
    "SplitRange": lambda x: (rules.SplitRange(u), sum_range(t, 1, T, of=t * x), ((u, Range(lift(1), T)),)),
    "SplitRange/inside": lambda x: (rules.SplitRange(t + 1), sum_range(u, t, T, of=u * x), ((t, Range(lift(1), T)),)),
    "ShiftRange": lambda x: (
        rules.ShiftRange(1),
        sum_range(t, 1, T - 1, of=G(m.state(t + 1)) * at(x, t)),
        (),
    ),
    "ShiftRange/back": lambda x: (rules.ShiftRange(-2), product_range(t, 3, T + 2, of=t * x), ()),
    "WriteOutRange": lambda x: (rules.WriteOutRange(), sum_range(t, 1, 3, of=t * x), ()),
    "WriteOutRange/product": lambda x: (rules.WriteOutRange(), product_range(t, 2, 3, of=t * x), ()),
    "DropZeros": lambda x: (
        rules.DropZeros(),
        sum_over(bot.a, of=x * 0 + sum_over(bot.a, of=lift(0)) + G(bot.s) * bot.policy),
        (),
    ),
    "Tower/sum": lambda x: (
        tower,
        m.expectation(sum_range(u, 1, t - 1, of=at(x, u)) * m.score(t) * G(m.state(t))),
        (),
    ),
    "Fold": lambda x: (rules.Fold(bot.on_policy, bot.joint), bot.policy * x * bot.state_mass, ()),
    "LogDerivativeOnSupport": lambda x: (
        rules.LogDerivativeOnSupport(m.factorisation),
        sum_over(m.tau, of=at(x, lift(1)) * grad(m.mass)),
        (),
    ),
    "ExpandLog/range": lambda x: (rules.ExpandLog(), log(product_range(t, 1, T, of=2 * bot.policy)), ()),
}

unrelated = Variable("c", REAL)
TIME_REFUSALS: list[tuple[Rule, Term, str]] = [
    (rules.WriteExpectationAsSum(), m.over_histories(m.reward(1, m.h)), "not the expectation over one draw"),
    (
        rules.ReadSumAsExpectation(),
        sum_over(m.h, of=m.histories.equation[0]),
        "draws histories, and the sum is over whole trajectories",
    ),
    (tower, m.expectation(m.reward(u) * G(m.state(u))), "does not mention the action"),
    (tower, m.expectation(m.reward(t + 1) * m.score(t)), "is not known from the history"),
    (tower, m.expectation(log(m.mass) * m.score(t)), "is not known from the history"),
    (tower, m.expectation(m.score(t) * m.policy(t) / m.policy(u)), "also mentions"),
    (tower, m.over_histories(m.score(t, m.h)), "not an expectation over p"),
    (one_step, one.expectation(m.reward(2)), "more than the first step"),
    (one_step, expect(G(m.s), (m.s, START.law())), "not an expectation over p"),
    (rules.TrajectoryOfOneStep(m.factorisation, m.s, m.a), m.expectation(m.reward(1)), "is not known to be one step"),
    (rules.ShiftRange(1), sum_over(bot.a, of=bot.policy), "not a sum or product over times"),
    (rules.ShiftRange(0), sum_range(u, 1, T, of=u), "the shift is zero"),
    (rules.SplitRange(t + 2), sum_range(u, 1, T, of=u), "not known to lie between"),
    (rules.SplitRange(lift(0)), sum_range(u, 1, T, of=u), "not known to lie between"),
    (rules.SplitRange(t), sum_over(bot.a, of=bot.policy), "not a sum over times"),
    (rules.WriteOutRange(), sum_range(u, 1, T, of=u), "over a known number of times"),
    (rules.WriteOutRange(), sum_range(u, 1, 11, of=u), "it has 11 terms"),
    (rules.DropZeros(), sum_range(u, 1, T, of=u), "no zero in it"),
    (rules.DropZeros(), (bot.policy / (bot.reward - 1)) * 0, "could be undefined"),
    (tower, m.expectation(sum_range(u, 1, t, of=m.reward(u)) * m.score(t)), "is not known from the history"),
    (rules.Fold(bot.on_policy, bot.joint), bot.policy * unrelated, "it has no factor D(s)"),
    (rules.Fold(bot.on_policy, bot.policy), bot.policy * unrelated, "does not define"),
    (rules.LogDerivativeOnSupport(m.factorisation), sum_over(m.tau, of=m.mass), "no factor is the gradient"),
    (
        rules.LogDerivativeOnSupport(m.factorisation),
        sum_over(m.tau, of=grad(m.mass) * (1 / (m.reward(1) - 1))),
        "may vanish where its gradient does not",
    ),
]
