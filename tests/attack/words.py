"""Names that the topics share: real numbers, states, actions, tables and laws."""

from __future__ import annotations

from pgsym.problems import one_step
from pgsym.problems.one_step_problem import POLICY, REWARD, STATE_LAW
from pgsym.terms import ACTION, INDEX, PARAMETER, REAL, STATE, Symbol, Variable, choice, function

x, y, u, v, z = (Variable(name) for name in "xyuvz")
s, s2 = Variable("s", STATE), Variable("s'", STATE)
a, b, c = (Variable(name, ACTION) for name in "abc")
i, j, k, t = (Variable(name, INDEX) for name in "ijkt")
N, T = Variable("N", INDEX), Variable("T", INDEX)
theta, phi = Variable("θ", PARAMETER), Variable("φ", PARAMETER)
D, PI, R = STATE_LAW, POLICY, REWARD
MU = Symbol("μ", (ACTION, STATE), outcomes=1)
Q = Symbol("q", (ACTION,), outcomes=1)
P = Symbol("p", (ACTION,), outcomes=1)
f, g, h = function("f", STATE), function("g", STATE), function("h", STATE)
w = function("w", ACTION)
label, other = choice("y", STATE), choice("c", ACTION)
m = one_step()
r, pi = m.reward, m.policy
__all__ = [
    "ACTION",
    "INDEX",
    "MU",
    "PARAMETER",
    "PI",
    "REAL",
    "STATE",
    "D",
    "N",
    "P",
    "Q",
    "R",
    "Symbol",
    "T",
    "Variable",
    "a",
    "b",
    "c",
    "choice",
    "f",
    "function",
    "g",
    "h",
    "i",
    "j",
    "k",
    "label",
    "m",
    "other",
    "phi",
    "pi",
    "r",
    "s",
    "s2",
    "t",
    "theta",
    "u",
    "v",
    "w",
    "x",
    "y",
    "z",
]  # fmt: skip
