"""The registered claims as statements for the oracle, and their counterexamples as worlds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import mpmath
import sympy as sp
from sympy.core.function import AppliedUndef

from attack.jets import MP
from attack.statements import Statement
from attack.worlds import KINDS, Draw, World
from pgsym.claims.claim import Claim
from pgsym.decide import Counterexample, Relation
from pgsym.decide.closed_form import written
from pgsym.decide.conditions import conditions
from pgsym.decide.subjects import About
from pgsym.terms.nodes import Symbol, Term

USUAL = 3
"""Sizes with more of something than this are beyond those at which claims are decided by default."""
MOVES = 12
"""How many random ways to move the tables of a counterexample are tried."""
TRIES = 12
"""How many worlds are tried, at most, for one in which a claim has a value."""
POINTS = 4
"""At how many values of its symbols a closed form is computed."""


def statements_of(claim: Claim) -> list[Statement]:
    """What a true claim states: its two sides, and that its slack is the difference of them."""
    found = [_statement(claim.id, claim.lhs, claim.rhs, claim, "≤" if claim.relation is Relation.AT_MOST else "=")]
    if claim.slack is not None:
        found.append(_statement(f"{claim.id}, its slack", claim.rhs - claim.lhs, claim.slack, claim, "="))
    return found


def _statement(name: str, lhs: Term, rhs: Term, claim: Claim, relation: str) -> Statement:
    given = About((lhs, rhs), tuple(claim.given)).relevant
    truth = "partial" if conditions(About((lhs, rhs), given)) else "true"
    return Statement(name, lhs, rhs, given, truth, relation)


def worlds_of(s: Statement, how_many: int) -> Iterator[World]:
    """Worlds of random kinds and sizes, every second one beyond the usual sizes where the oracle can go there."""
    chance = random.Random(s.name)
    every = list(s.sizes({}))
    large = [size for size in every if max(size.values()) > USUAL] or every
    for k in range(how_many):
        yield s.world(chance.choice(every if k % 2 else large), chance.choice(KINDS), chance.randrange(2**32), {})


def wrong(s: Statement, how_many: int) -> str:
    """Empty where the oracle finds that a true claim holds in so many worlds, else where it does not.

    Passed over are worlds in which a side does not exist; a claim that exists in none that is looked at is wrong, too.
    """
    held = 0
    for world in worlds_of(s, TRIES * how_many):
        found = s.at(world)
        if found == "differs" or (found == "half" and s.truth == "true" and s.relation == "="):
            return f"{found} at {world.sizes}, {world.kind}, seed {world.seed}"
        held += found == "holds"
        if held == how_many:
            break
    return "" if held else "it exists in no world that was looked at"


def values_of(claim: Claim) -> list[bool]:
    """Whether closed forms are as claimed at some random values of their symbols, by mpmath with 50 digits.

    A function that is not given is taken to be the hyperbolic sine.
    """
    sides = [_with_functions_given(written(side)) for side in (claim.lhs, claim.rhs)]
    owners = sorted(sides[0].free_symbols | sides[1].free_symbols, key=str)
    chance, found = random.Random(claim.id), []
    with mpmath.workdps(50):
        for _ in range(POINTS if owners else 1):
            point = [_random(owner, chance) for owner in owners]
            left, right = (mpmath.mpmathify(sp.lambdify(owners, side, "mpmath")(*point)) for side in sides)
            same = abs(left - right) < mpmath.mpf(10) ** -30 * (1 + abs(left))
            found.append(bool(same or (claim.relation is Relation.AT_MOST and left < right)))
    return found


def _with_functions_given(x: Any) -> Any:
    return x.replace(lambda f: isinstance(f, AppliedUndef), lambda f: sp.sinh(*f.args)).doit()


def _random(owner: Any, chance: random.Random) -> Any:
    """A random value of a SymPy symbol that its assumptions allow."""
    if owner.is_integer:
        return chance.randrange(1 if owner.is_positive else -9, 10)
    x = mpmath.mpf(chance.randrange(1, 999)) / 1000  # below 1, as it may be a probability
    return x if owner.is_positive else chance.choice((-1, 1)) * 3 * x


def shown_worlds(found: Counterexample) -> tuple[Statement, Iterator[World]]:
    """The statement that a counterexample refutes, and worlds with its tables that move in random ways.

    What moves with a parameter of its own in the counterexample moves in any way that the hypotheses allow.
    """
    of = found.statement
    s = Statement("counterexample", of.lhs, of.rhs, of.given, "false", str(of.relation))
    candidate, free = found.candidate, dict(found.at)
    pins: dict[Any, Any] = {symbol: _looked_up(found, symbol) for symbol in candidate.tables}
    pins |= dict(candidate.constants)
    pins |= {f"at {name}": value - 1 for name, value in free.items()}
    edge = any(symbol.outcomes and not (candidate.tables[symbol] > 0).all() for symbol in candidate.moved)
    sizes = {"S": 1, "A": 1, "W": 1, "N": 1, "T": 1} | dict(found.size.counts)
    return s, (s.world(sizes, "plain", k, pins, edge) for k in range(MOVES))


def _looked_up(found: Counterexample, symbol: Symbol) -> Any:
    """An entry of a table by the arguments of a symbol, its outcomes last; a trajectory is an index for each draw."""
    table, k = found.candidate.tables[symbol], symbol.outcomes

    def entry(*arguments: int | Draw) -> Any:
        given = arguments[: len(arguments) - k]
        ordered = (*arguments[len(given) :], *given)
        x = table[tuple(i for argument in ordered for i in _indices(argument))]
        return MP.log(x) if symbol in found.candidate.logarithmic else x

    return entry


def _indices(argument: int | Draw) -> list[int]:
    if not isinstance(argument, Draw):
        return [argument]
    names = list(dict.fromkeys(name for name, _ in argument.of))
    last = max(n for _, n in argument.of)
    return [argument.of[name, n] for n in range(1, last + 1) for name in names]
