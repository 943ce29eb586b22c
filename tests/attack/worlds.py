"""Random worlds for the oracle: sizes, and tables that are drawn when they are asked for."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from attack.jets import Degree, Jet, Real
from pgsym.terms.hypotheses import Definition, Frozen, HowMany, Hypothesis, NonNegative, Positive, ThetaFree
from pgsym.terms.nodes import Symbol, Variable
from pgsym.terms.sorts import INDEX, LETTERS, PARAMETER, REAL, Collective, Sort

LETTER = {sort: letter for letter, sort in LETTERS.items()}
POOLS: dict[str, Sequence[Fraction]] = {
    "plain": [Fraction(n, d) for n in range(-7, 8) for d in (1, 2, 3, 5)],
    "small": [Fraction(n) for n in (-2, -1, 0, 1, 2)],
    "bits": [Fraction(0), Fraction(1)],
    "large": [Fraction(n) for n in (10**6, -(10**6), 3, 1 - 10**6)] + [Fraction(1, 10**6), Fraction(-1, 10**6)],
    "negative": [Fraction(-n, d) for n in range(1, 8) for d in (1, 2, 3)],
    "unit": [Fraction(n, 12) for n in range(1, 12)],
}
KINDS = ("plain", "small", "bits", "large", "negative", "unit", "equal", "deterministic", "sparse")
"""How tables are drawn: numbers from a pool, all numbers of a symbol alike, rows with one 1, rows with some zeros."""

Pin = Any  # a number, a nested list, or a function of the arguments; kept by a symbol, or by its name


class Draw:
    """An outcome of a collective sort; asked for what it does not have, it notes that down and says 0."""

    def __init__(self, of: dict[tuple[str, int], int], noted: dict[tuple[str, int], None] | None = None):
        self.of, self.noted = of, noted

    def at(self, name: str, time: int) -> int:
        if (name, time) in self.of:
            return self.of[name, time]
        if self.noted is None:
            raise LookupError(f"{name}_{time} is not drawn")
        self.noted[name, time] = None
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Draw) and self.of == other.of

    def __hash__(self) -> int:
        return hash(frozenset(self.of.items()))

    def __repr__(self) -> str:
        return str(sorted(self.of.items()))


class World:
    """One instance of everything a statement mentions; what is pinned is as it says, the rest is random."""

    def __init__(
        self,
        given: Sequence[Hypothesis],
        sizes: Mapping[str, int],
        kind: str = "plain",
        seed: int = 0,
        pins: Mapping[Any, Pin] | None = None,
        parameters: Sequence[str] = (),
        coordinates: int = 1,
        leaves_zero: bool = False,
    ):
        self.given, self.sizes, self.kind = tuple(given), dict(sizes), kind
        self.seed = seed
        self.pins, self.parameters, self.coordinates = dict(pins or {}), tuple(parameters), coordinates
        self.leaves_zero = leaves_zero  # whether probabilities of zero move, which is to one side alone
        self.definitions = {h.symbol: h for h in given if isinstance(h, Definition)}
        self.frozen = {h.frozen.name: h.at.name for h in given if isinstance(h, Frozen)}
        self.fixed = {h.symbol for h in given if isinstance(h, ThetaFree)}
        self.positive = {h.symbol for h in given if isinstance(h, Positive)}
        self.not_negative = {h.symbol for h in given if isinstance(h, NonNegative)}
        self.known: dict[Any, Any] = {}
        for h in given:
            if isinstance(h, HowMany):
                self.sizes[LETTER[h.sort]] = h.count

    def random(self, *key: object) -> random.Random:
        """Chance that depends on the seed and a key alone, not on the order of questions."""
        return random.Random(f"{self.seed} {key}")

    def count(self, sort: Sort) -> int:
        """How many values a finite sort has."""
        return self.sizes[LETTER[sort]]

    def pin(self, symbol: Symbol) -> Pin:
        """What a symbol is pinned to, or None."""
        return self.pins.get(symbol, self.pins.get(symbol.name))

    # numbers ---------------------------------------------------------------------------------------------------
    def number(self, owner: Symbol | Variable, key: object) -> Fraction:
        """A random number that is as positive as the hypotheses say."""
        chance = self.random(owner.name, "all" if self.kind == "equal" else key)
        pool = POOLS.get(self.kind, POOLS["plain"])
        x = chance.choice(pool)
        if owner in self.positive:
            return abs(x) or Fraction(1)
        return abs(x) if owner in self.not_negative else x

    def row(self, owner: Symbol, key: object, length: int) -> list[Fraction]:
        """Random probabilities, with zeros unless they are positive."""
        chance = self.random(owner.name, key, "row")
        zeros = owner not in self.positive and self.kind in ("deterministic", "sparse", "bits")
        if zeros and self.kind != "sparse":
            hit = chance.randrange(length)
            return [Fraction(k == hit) for k in range(length)]
        weights = [chance.randint(1, 9) if self.kind != "equal" else 1 for _ in range(length)]
        if self.kind == "large" and length > 1:
            weights[chance.randrange(length)] = 10**6
        if zeros:
            for k in chance.sample(range(length), chance.randrange(length)):
                weights[k] = 0
        return [Fraction(w, sum(weights)) for w in weights]

    def variable(self, v: Variable) -> Any:
        """The value of a free variable: a number, a state, an index."""
        if v.name in self.pins and not isinstance(self.pins[v.name], list) and v.sort in (REAL, INDEX):
            return as_number(self.pins[v.name]) if v.sort == REAL else int(self.pins[v.name])
        if v.sort == REAL:
            return self.number(v, "variable")
        if v.sort == PARAMETER:
            return v.name
        if v.sort == INDEX:
            return self.sizes[v.name]
        if isinstance(v.sort, Collective):
            if v not in self.known:
                chance = self.random(v.name, "drawn")
                drawn = {x: chance.randrange(self.count(sort)) for x, sort in self.places(v.sort).items()}
                pinned = {x: self.pins.get(f"at {v.name}.{x[0]}.{x[1]}", n) for x, n in drawn.items()}
                self.known[v] = Draw(pinned)
            return self.known[v]
        if f"at {v.name}" in self.pins:
            return self.pins[f"at {v.name}"]
        return self.random(v.name, "value").randrange(self.count(v.sort))

    def places(self, sort: Collective) -> dict[tuple[str, int], Sort]:
        """What is drawn for an outcome of a collective sort, by name and time."""
        return {(name, n + 1): of for name, of in sort.components for n in range(self.sizes[sort.length])}

    def draws(self, sort: Collective) -> Iterator[Draw]:
        """All outcomes of a collective sort."""
        places = self.places(sort)
        for chosen in product(*(range(self.count(of)) for of in places.values())):
            yield Draw(dict(zip(places, chosen, strict=True)))

    # tables ----------------------------------------------------------------------------------------------------
    def table(self, symbol: Symbol, arguments: tuple[Any, ...]) -> Any:
        """The value of a symbol that no definition gives, with derivatives where it depends on a parameter."""
        plain = tuple(x for x, sort in zip(arguments, symbol.arguments, strict=True) if sort != PARAMETER)
        named = [x for x, sort in zip(arguments, symbol.arguments, strict=True) if sort == PARAMETER]
        home = tuple(self.frozen.get(p, p) for p in named)
        moves = [p for p in named if p not in self.frozen and p in self.parameters]
        if not named and symbol not in self.fixed and symbol.result == REAL:
            moves = list(self.parameters)
        key = (symbol, plain, home, tuple(moves))
        if key not in self.known:
            self.known[key] = self._drawn(symbol, plain, home, moves)
        return self.known[key]

    def _drawn(self, symbol: Symbol, plain: tuple[Any, ...], home: tuple[str, ...], moves: list[str]) -> Any:
        if symbol.result != REAL:
            pin = self.pin(symbol)
            if pin is not None:
                return int(picked(pin, plain, 0))
            if self.kind == "equal":
                plain = ()
            return self.random(symbol.name, plain).randrange(self.count(symbol.result))
        if symbol.outcomes:
            return self._mass(symbol, plain, home, moves)
        pin = self.pin(symbol)
        x: Real = self.number(symbol, (plain, home)) if pin is None else picked(pin, plain, 0)
        if isinstance(x, Jet) or not moves:
            return x
        chance = self.random(symbol.name, plain, home, "moves")
        return Jet({(): x, **{m: Fraction(chance.randint(-5, 5)) for m in self._monomials(moves)}})

    def _mass(self, symbol: Symbol, plain: tuple[Any, ...], home: tuple[str, ...], moves: list[str]) -> Real:
        k = symbol.outcomes
        outcome, rest = plain[:k], plain[k:]
        sorts = [s for s in symbol.arguments if s != PARAMETER]
        everything = list(product(*(range(self.count(s)) for s in sorts[:k])))
        place = everything.index(outcome)
        pin = self.pin(symbol)
        if pin is not None:
            x = picked(pin, (*rest, *outcome), len(rest) + k)
            if isinstance(x, Jet):
                return x
            whole = [picked(pin, (*rest, *o), len(rest) + k) for o in everything]
        else:
            whole = self.row(symbol, (rest, home), len(everything))
        if not moves or not (whole[place] or self.leaves_zero):
            return whole[place]
        alive = [j for j, p in enumerate(whole) if p]
        out = {(): whole[place]}
        for m in self._monomials(moves):
            chance = self.random(symbol.name, rest, home, m, "moves")
            tangents = {j: Fraction(chance.randint(-4, 4)) for j in alive}
            if self.leaves_zero:
                tangents |= {j: Fraction(chance.randint(0, 4)) for j, p in enumerate(whole) if not p}
            out[m] = tangents[place] - (sum(tangents.values()) / len(alive) if place in alive else 0)
        return Jet(out)

    def _monomials(self, moves: list[str]) -> list[tuple[tuple[str, int], ...]]:
        directions = [(p, k) for p in sorted(moves) for k in range(self.coordinates)]
        pairs = [tuple(sorted((d, e))) for i, d in enumerate(directions) for e in directions[i:]]
        return [*((d,) for d in directions), *(pairs if Degree.kept > 1 else [])]


def as_number(x: Any) -> Real:
    """A pinned number as the oracle's."""
    return Fraction(x) if isinstance(x, int) else x


def picked(pin: Pin, arguments: tuple[Any, ...], depth: int) -> Any:
    """The pinned value at some arguments: a function of them, a nested list, or one value for all."""
    if callable(pin):
        pin = pin(*arguments)
    else:
        for x in arguments:
            if isinstance(pin, list):
                pin = pin[x]
    return as_number(pin)


__all__ = ["KINDS", "Draw", "World"]
