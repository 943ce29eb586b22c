"""REINFORCE written out over all trajectories and decided by computer algebra: python written_out.py METHOD S A T.

∇J = E[(Σ_t ∇ log π(a_t | s_t)) (Σ_t r(s_t, a_t))] for every policy and every problem of a size.  The tables are
indeterminates, the last entry of each row is one minus the others; the gradient is taken along a direction of
indeterminates, so ∇x = Σ_i ∂x/∂π_i · q_i over the free entries π_i of the policy.  Each system gets the form in which
it is fastest; the time is that of writing out and deciding, without imports.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any


@dataclass
class Problem:
    """Tables of indeterminates: ρ[s], π[s][a], p[s][a][s'], r[s][a]; the free entries of π with their directions."""

    rho: list[Any]
    pi: list[list[Any]]
    p: list[list[list[Any]]]
    r: list[list[Any]]
    moved: list[tuple[Any, Any]]


def names(S: int, A: int) -> list[str]:
    """The names of all indeterminates."""
    states, actions = range(S), range(A)
    out = [f"rho_{s}" for s in range(S - 1)]
    out += [f"{x}_{s}_{a}" for x in ("pi", "q") for s in states for a in range(A - 1)]
    out += [f"p_{s}_{a}_{x}" for s in states for a in actions for x in range(S - 1)]
    return out + [f"r_{s}_{a}" for s in states for a in actions]


def problem(S: int, A: int, symbol: dict[str, Any], one: Any) -> Problem:
    """The tables made of indeterminates."""

    def row(*free: str) -> list[Any]:
        entries = [symbol[name] for name in free]
        last = one
        for x in entries:
            last = last - x
        return [*entries, last]

    states, actions = range(S), range(A)
    moved = [(symbol[f"pi_{s}_{a}"], symbol[f"q_{s}_{a}"]) for s in states for a in range(A - 1)]
    return Problem(
        row(*(f"rho_{s}" for s in range(S - 1))),
        [row(*(f"pi_{s}_{a}" for a in range(A - 1))) for s in states],
        [[row(*(f"p_{s}_{a}_{x}" for x in range(S - 1))) for a in actions] for s in states],
        [[symbol[f"r_{s}_{a}"] for a in actions] for s in states],
        moved,
    )


def trajectories(m: Problem, T: int) -> Iterator[tuple[list[tuple[int, int]], list[Any]]]:
    """Every trajectory with the factors of its probability."""
    pairs = [(s, a) for s in range(len(m.pi)) for a in range(len(m.pi[0]))]
    for steps in product(pairs, repeat=T):
        mass = [m.rho[steps[0][0]], *(m.pi[s][a] for s, a in steps)]
        mass += [m.p[s][a][x] for (s, a), (x, _) in pairwise(steps)]
        yield list(steps), mass


def times(factors: list[Any]) -> Any:
    """The product."""
    out = factors[0]
    for x in factors[1:]:
        out = out * x
    return out


def expressions(m: Problem, T: int, total: Callable[..., Any], diff: Any) -> tuple[Any, Any]:
    """Both sides as expressions, ∇J by the system's own derivative; a score is ∇π / π, whose π cancels as it is met."""

    def along(x: Any) -> Any:
        return total(*(diff(x, p) * q for p, q in m.moved))

    scores = [[along(x) / x for x in row] for row in m.pi]
    objective, estimate = [], []
    for steps, mass in trajectories(m, T):
        worth = times(mass) * total(*(m.r[s][a] for s, a in steps))
        objective.append(worth)
        estimate += [worth * scores[s][a] for s, a in steps]
    return along(total(*objective)), total(*estimate)


def with_sympy(finish: Callable[[Any], bool], S: int, A: int, T: int, factor: int) -> bool:
    """The difference of both sides, brought to zero by a function of SymPy's."""
    import sympy

    symbol = {name: sympy.Symbol(name, positive=True) for name in names(S, A)}
    left, right = expressions(problem(S, A, symbol, sympy.Integer(1)), T, sympy.Add, sympy.diff)
    return finish(left - factor * right)


def sympy_simplify(*size: int) -> bool:
    """`simplify`."""
    import sympy

    return with_sympy(lambda x: bool(sympy.simplify(x) == 0), *size)


def sympy_expand(*size: int) -> bool:
    """`expand`."""
    import sympy

    return with_sympy(lambda x: bool(sympy.expand(x) == 0), *size)


def sympy_cancel(*size: int) -> bool:
    """`cancel`, over one denominator."""
    import sympy

    return with_sympy(lambda x: bool(sympy.cancel(x) == 0), *size)


def symengine_expand(S: int, A: int, T: int, factor: int) -> bool:
    """`expand`, in C++."""
    import symengine

    symbol = {name: symengine.Symbol(name) for name in names(S, A)}
    m = problem(S, A, symbol, symengine.Integer(1))
    left, right = expressions(m, T, symengine.Add, symengine.diff)
    return bool(symengine.expand(left - factor * right) == 0)


def flint_mpoly(S: int, A: int, T: int, factor: int) -> bool:
    """Polynomials over the integers; a probability times a score is an exact quotient, so no denominator is left."""
    from flint import Ordering, fmpz_mpoly_ctx

    ring = fmpz_mpoly_ctx.get(names(S, A), Ordering.degrevlex)
    symbol = dict(zip(names(S, A), ring.gens(), strict=True))
    m = problem(S, A, symbol, ring.constant(1))
    place = {str(x): i for i, x in enumerate(ring.gens())}

    def along(x: Any) -> Any:
        out = ring.constant(0)
        for p, q in m.moved:
            out += x.derivative(place[str(p)]) * q
        return out

    slopes = [[along(x) for x in row] for row in m.pi]
    objective = estimate = ring.constant(0)
    for steps, mass in trajectories(m, T):
        reward = ring.constant(0)
        for s, a in steps:
            reward += m.r[s][a]
        worth = times(mass) * reward
        objective += worth
        for s, a in steps:
            estimate += worth / m.pi[s][a] * slopes[s][a]
    return bool(along(objective) == factor * estimate)


METHODS: dict[str, Callable[..., bool]] = {
    "SymPy simplify": sympy_simplify,
    "SymPy cancel": sympy_cancel,
    "SymPy expand": sympy_expand,
    "SymEngine expand": symengine_expand,
    "FLINT fmpz_mpoly": flint_mpoly,
}
MODULES = {"SymEngine expand": "symengine", "FLINT fmpz_mpoly": "flint"}


if __name__ == "__main__":
    method, *size = sys.argv[1:]
    __import__(MODULES.get(method, "sympy"))
    started = time.perf_counter()
    equal = METHODS[method](*map(int, size), 1)
    print(json.dumps({"seconds": time.perf_counter() - started, "equal": equal}))
