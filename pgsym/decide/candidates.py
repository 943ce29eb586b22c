"""Candidates for a counterexample: simple tables first, structured ones before random ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations_with_replacement, product
from math import comb, prod
from typing import Any

import numpy as np

from pgsym.decide.sizes import Size, vocabulary
from pgsym.meaning.concrete import Concrete, StackedInstance
from pgsym.meaning.instances import TableInstance, axes_of
from pgsym.meaning.numbers import Array, Numbers
from pgsym.terms.build import BUILT_IN, EXP
from pgsym.terms.hypotheses import Definition, Hypothesis, NonNegative, Positive, ThetaFree
from pgsym.terms.nodes import Apply, Gradient, Symbol, Term, Variable
from pgsym.terms.sorts import FINITE, PARAMETER, REAL, Collective
from pgsym.terms.structure import free, walk

REALS = tuple(map(Fraction, ("0", "1", "-1", "2", "-2", "1/2", "3", "-1/2", "1/3", "5")))
WEIGHTS = tuple(map(Fraction, ("1", "2", "3", "1/2", "4", "1/3")))


class Candidate(Concrete):
    """A concrete problem that may be a counterexample."""

    @staticmethod
    def stacked(
        problems: Sequence[Candidate], size: Size, given: Iterable[Hypothesis], exact: bool = True
    ) -> StackedInstance:
        """All of them as the points of one evaluation, modulo a prime or in floats."""
        return StackedInstance(problems, size.sorts, size.lengths, given, exact)

    def instance(self, numbers: Numbers, size: Any, given: Any, *_: Any) -> TableInstance:  # type: ignore[override]
        """The candidate at its size."""
        return super().instance(numbers, size.sorts, size.lengths, given)

    @property
    def cost(self) -> tuple[int, ...]:
        """What makes an instance simple to read: small denominators, then small numbers, then early labels."""
        denominators = spread = 0
        total = sum(2 * abs(v.numerator) + v.denominator - 1 + (v < 0) for v in self.constants.values())
        for symbol, table in self.tables.items():
            for value in table.flat:
                if isinstance(value, Fraction):
                    denominators += (value.denominator - 1) * (2 if symbol.outcomes else 1)
                    if not symbol.outcomes:
                        total += 2 * abs(value.numerator) + (value < 0)
                    else:
                        spread += value.numerator**2
                else:
                    spread += int(value)
        return denominators + total, spread


@dataclass(frozen=True)
class Ingredients:
    """The symbols that need a table at a size, and the shapes of the tables."""

    laws: dict[Symbol, tuple[int, ...]]
    reals: dict[Symbol, tuple[int, ...]]
    logits: dict[Symbol, tuple[int, ...]]
    labels: dict[Symbol, tuple[int, ...]]
    constants: tuple[str, ...]
    moved: tuple[Symbol, ...]
    positive: frozenset[Symbol | Variable]
    non_negative: frozenset[Symbol | Variable]
    size: Size

    def reals_of(self, what: Symbol | Variable, how_many: int) -> list[Fraction]:
        """The simplest real numbers that a symbol or variable may be."""
        if what in self.positive:
            return [x for x in REALS if x > 0][:how_many]
        return [x for x in REALS if x >= 0][:how_many] if what in self.non_negative else list(REALS[:how_many])


def ingredients(terms: Sequence[Term], given: Sequence[Hypothesis], size: Size) -> Ingredients:
    """What an instance of some terms is made of."""
    definitions = {h.symbol: h for h in given if isinstance(h, Definition)}
    used = vocabulary(terms, given)
    primitive = sorted(used - set(definitions) - BUILT_IN, key=lambda s: (s.name, len(s.arguments)))
    primitive = [s for s in primitive if not any(isinstance(x, Collective) for x in s.arguments)]
    bodies = [definitions[s].body for s in used if s in definitions]
    under_exp = {
        t.arguments[0].symbol
        for term in (*terms, *bodies)
        for t in walk(term)
        if isinstance(t, Apply) and t.symbol == EXP and isinstance(t.arguments[0], Apply)
    }
    shapes = {s: tuple(size.sorts[x] for x in axes_of(s)) for s in primitive}
    differentiated = any(isinstance(t, Gradient) for term in (*terms, *bodies) for t in walk(term))
    fixed = {h.symbol for h in given if isinstance(h, ThetaFree)}
    moved = [
        s for s in primitive if s.result == REAL and s not in fixed and (PARAMETER in s.arguments or s not in fixed)
    ]
    return Ingredients(
        {s: shapes[s] for s in primitive if s.outcomes},
        {s: shapes[s] for s in primitive if not s.outcomes and s.result == REAL and s not in under_exp},
        {s: shapes[s] for s in primitive if s in under_exp},
        {s: shapes[s] for s in primitive if s.result in FINITE},
        tuple(sorted({v.name for t in terms for v in free(t) if v.sort == REAL})),
        tuple(moved) if differentiated else (),
        frozenset(h.symbol for h in given if isinstance(h, Positive)),
        frozenset(h.symbol for h in given if isinstance(h, NonNegative)),
        size,
    )


def entries_of(parts: Ingredients) -> int:
    """How many entries the tables have together."""
    kinds = (parts.laws, parts.reals, parts.logits, parts.labels)
    return sum(prod(shape) for tables in kinds for shape in tables.values())


def candidates(
    terms: Sequence[Term], given: Sequence[Hypothesis], size: Size, round_: int, seed: int, how_many: int
) -> list[Candidate]:
    """Candidates of one round, simplest first; later rounds allow larger denominators and numbers."""
    parts = ingredients(terms, given, size)
    rng = np.random.default_rng([seed, round_])
    pools: list[tuple[str, Any, list[Any], tuple[int, ...]]] = []
    for symbol, shape in parts.laws.items():
        outcomes, rows = prod(shape[: symbol.outcomes]), prod(shape[symbol.outcomes :])
        pools.append(("law", symbol, list(rows_of(outcomes, round_, symbol in parts.positive)), (rows,)))
    for symbol, shape in parts.reals.items():
        pools.append(("real", symbol, parts.reals_of(symbol, round_ + 2), (prod(shape),)))
    for symbol, shape in parts.logits.items():
        pools.append(("logit", symbol, list(WEIGHTS[: round_ + 1]), (prod(shape),)))
    for symbol, shape in parts.labels.items():
        pools.append(("label", symbol, list(range(size.sorts[symbol.result])), (prod(shape),)))
    for name in parts.constants:
        pools.append(("constant", name, parts.reals_of(Variable(name), round_ + 3), (1,)))
    total = prod(len(pool) ** count for _, _, pool, (count,) in pools)
    if total <= 4 * how_many:
        choices: Iterable[tuple[tuple[Any, ...], ...]] = product(
            *(product(pool, repeat=c) for _, _, pool, (c,) in pools)
        )
    else:
        choices = _random_choices(pools, rng, how_many)
    out = [_assembled(parts, pools, chosen) for chosen in choices]
    return sorted(out, key=lambda c: c.cost)[: 4 * how_many]


def _random_choices(pools: Any, rng: np.random.Generator, how_many: int) -> Iterator[tuple[tuple[Any, ...], ...]]:
    """The simplest of everything, each single departure from it, then random ones that favour the simple."""
    simplest = [tuple([pool[0]] * count) for _, _, pool, (count,) in pools]
    yield tuple(simplest)
    for i, (_, _, pool, (count,)) in enumerate(pools):
        for at in range(min(count, 4)):
            for value in pool[1:4]:
                changed = list(simplest)
                changed[i] = (*simplest[i][:at], value, *simplest[i][at + 1 :])
                yield tuple(changed)
    for _ in range(how_many):
        yield tuple(
            tuple(pool[min(int(rng.integers(len(pool))), int(rng.integers(len(pool))))] for _ in range(count))
            for _, _, pool, (count,) in pools
        )


def rows_of(outcomes: int, round_: int, positive: bool) -> Iterator[tuple[Fraction, ...]]:
    """Distributions over some outcomes with small common denominators; the deterministic ones first, if allowed."""
    if outcomes == 1:
        yield (Fraction(1),)
        return
    first = outcomes if positive else 1
    seen = set()
    for q in range(first, first + round_ + 1):
        for row in _compositions(q - outcomes * positive, outcomes):
            masses = tuple(Fraction(n + positive, q) for n in row)
            if masses not in seen:
                seen.add(masses)
                yield masses
    if not positive and outcomes not in range(first, first + round_ + 1):
        yield tuple([Fraction(1, outcomes)] * outcomes)


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """The ways to write `total` as an ordered sum of `parts` non-negative integers, at most a few hundred."""
    if comb(total + parts - 1, parts - 1) > 300:
        total = min(total, 3)
    seen = set()
    for bars in combinations_with_replacement(range(parts), total):
        row = tuple(bars.count(i) for i in range(parts))
        if row not in seen:
            seen.add(row)
            yield row


def _assembled(parts: Ingredients, pools: Any, chosen: tuple[tuple[Any, ...], ...]) -> Candidate:
    tables: dict[Symbol, Array] = {}
    constants: dict[str, Fraction] = {}
    for (kind, symbol, _, _), values in zip(pools, chosen, strict=True):
        if kind == "constant":
            constants[symbol] = values[0]
        elif kind == "law":
            shape = parts.laws[symbol]
            array = np.empty((prod(shape[: symbol.outcomes]), len(values)), dtype=object)
            for j, row in enumerate(values):
                for i, mass in enumerate(row):
                    array[i, j] = mass
            tables[symbol] = array.reshape(shape)
        elif kind == "label":
            tables[symbol] = np.asarray(values, dtype=np.int64).reshape(parts.labels[symbol])
        else:
            entries = np.empty(len(values), dtype=object)
            entries[:] = values
            tables[symbol] = entries.reshape({**parts.reals, **parts.logits}[symbol])
    return Candidate(tables, parts.moved, frozenset(parts.logits), constants)


def simpler(candidate: Candidate, given: Sequence[Hypothesis]) -> list[Candidate]:
    """Candidates that differ in one row or entry and are simpler, the simplest first."""
    parts = ingredients((), given, Size(()))
    positive = parts.positive
    out = []
    for symbol, table in candidate.tables.items():
        if np.issubdtype(table.dtype, np.integer):
            options: list[Any] = list(range(int(table.max()) + 1)) if table.size else []
            for index in np.ndindex(table.shape):
                out += [_with(candidate, symbol, index, v) for v in options if v < table[index]]
        elif symbol.outcomes:
            shape, k = table.shape, symbol.outcomes
            for row in np.ndindex(shape[k:]):
                where = (*[slice(None)] * k, *row)
                for masses in rows_of(prod(shape[:k]), 3, symbol in positive):
                    out.append(_with(candidate, symbol, where, np.array(masses, dtype=object).reshape(shape[:k])))
        else:
            pool = WEIGHTS if symbol in candidate.logarithmic else parts.reals_of(symbol, len(REALS))
            for index in np.ndindex(table.shape):
                out += [_with(candidate, symbol, index, v) for v in pool if v != table[index]]
    for name in candidate.constants:
        out += [
            replace(candidate, constants={**candidate.constants, name: v}) for v in parts.reals_of(Variable(name), 4)
        ]
    return sorted((c for c in out if c.cost < candidate.cost), key=lambda c: c.cost)


def _with(candidate: Candidate, symbol: Symbol, where: Any, value: Any) -> Candidate:
    table = candidate.tables[symbol].copy()
    table[where] = value
    return replace(candidate, tables={**candidate.tables, symbol: table})
