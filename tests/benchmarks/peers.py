"""What a user would write instead: the one-step theorem in plain SymPy, written out and simplified."""

from __future__ import annotations

import sympy


def one_step_differences(states: int, actions: int) -> list[sympy.Expr]:
    """∇J − E[r ∇ log π] for a softmax policy, one entry for each logit, written out."""
    theta = sympy.Matrix(states, actions, lambda s, a: sympy.Symbol(f"theta_{s}_{a}", real=True))
    r = sympy.Matrix(states, actions, lambda s, a: sympy.Symbol(f"r_{s}_{a}", real=True))
    d = [sympy.Symbol(f"D_{s}", positive=True) for s in range(states)]
    pi = [
        [sympy.exp(theta[s, a]) / sum(sympy.exp(theta[s, b]) for b in range(actions)) for a in range(actions)]
        for s in range(states)
    ]
    pairs = [(s, a) for s in range(states) for a in range(actions)]
    objective = sum(d[s] * pi[s][a] * r[s, a] for s, a in pairs)
    return [
        sympy.diff(objective, t) - sum(d[s] * pi[s][a] * r[s, a] * sympy.diff(sympy.log(pi[s][a]), t) for s, a in pairs)
        for t in theta
    ]


def simplify_all(states: int, actions: int) -> bool:
    """Whether SymPy simplifies every entry to zero."""
    return all(sympy.simplify(entry) == 0 for entry in one_step_differences(states, actions))
