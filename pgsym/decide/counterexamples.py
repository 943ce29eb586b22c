"""Counterexamples: the smallest exact instance at which two terms differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from pgsym.decide.candidates import Candidate, candidates, entries_of, ingredients, simpler
from pgsym.decide.sizes import SEARCH_SIZES, Size, size_names
from pgsym.decide.verdicts import Relation
from pgsym.errors import OutsideNumberSystem, PgsymError
from pgsym.meaning.evaluator import evaluate_with_poles, open_axes
from pgsym.meaning.factors import Factor
from pgsym.meaning.instances import axes_of
from pgsym.meaning.numbers import Array, Ball, Float64, Numbers, Rational, Symbolic
from pgsym.meaning.vocabulary import head
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Term, Variable

if TYPE_CHECKING:
    from pgsym.meaning.instances import TableInstance

UNDEFINED = "undefined"
BATCH = 128
ROUNDS = 6
BITS = 256
MOST_ENTRIES = 400
"""The most table entries of an instance that is searched as a counterexample."""


@dataclass(frozen=True)
class Counterexample:
    """An exact instance at which the two sides of a claim differ.

    `at` gives the free states and actions their values (from 1); `lhs` and `rhs` are Fractions, SymPy numbers where
    logarithms occur, or "undefined": one value, or for gradients one for each of `coordinates`.
    """

    size: Size
    candidate: Candidate
    at: tuple[tuple[str, int], ...]
    coordinates: tuple[str, ...]
    lhs: tuple[Any, ...]
    rhs: tuple[Any, ...]
    lhs_term: Term
    rhs_term: Term
    given: tuple[Hypothesis, ...]

    @property
    def is_rational(self) -> bool:
        """Whether both sides are rational numbers (or undefined)."""
        return all(isinstance(v, Fraction | str) for v in (*self.lhs, *self.rhs))

    @property
    def tables(self) -> dict[str, Any]:
        """The tables as people read them: nested lists, conditions before outcomes, labels from 1."""
        return self.listed(first_label=1)

    def listed(self, first_label: int = 0) -> dict[str, Any]:
        """The tables and real variables as nested lists, conditions before outcomes: π[s][a], D[s], r[s][a].

        Symbols of one name are told apart by their arguments: y(s), y(a | s).  Labels count from `first_label`.
        """
        names = Counter(symbol.name for symbol in self.candidate.tables)
        out: dict[str, Any] = {}
        for symbol, table in self.candidate.tables.items():
            name = head(symbol) if names[symbol.name] > 1 else symbol.name
            if np.issubdtype(table.dtype, np.integer):
                out[name] = (table + first_label).tolist()
                continue
            if symbol in self.candidate.logarithmic:
                table = np.vectorize(lambda w: Fraction(0) if w == 1 else f"log({w})", otypes=[object])(table)
            rank, k = len(axes_of(symbol)), symbol.outcomes
            out[name] = np.moveaxis(table, range(k), range(rank - k, rank)).tolist()
        return out | dict(self.candidate.constants)

    def shown(self, side: tuple[Any, ...]) -> str:
        """A side's value as one string."""
        return str(side[0]) if len(side) == 1 else f"({', '.join(map(str, side))})"

    def record(self) -> dict[str, object]:
        """The counterexample as JSON-ready data."""
        from pgsym.terms.record import to_record

        return {
            "sizes": dict(self.size.counts),
            "tables": {name: _strings(table) for name, table in self.tables.items()},
            "parametrisation": self.candidate.parametrisation,
            "at": dict(self.at),
            "coordinates": list(self.coordinates),
            "lhs": self.shown(self.lhs),
            "rhs": self.shown(self.rhs),
            "lhs_term": to_record(self.lhs_term),
            "rhs_term": to_record(self.rhs_term),
            "python": self.python(),
        }

    def instance(self, numbers: Numbers | None = None) -> TableInstance:
        """The instance, in rational numbers unless said otherwise."""
        return self.candidate.instance(numbers or Rational(), self.size, self.given)

    def python(self) -> str:
        """Python that rebuilds the instance and prints both sides."""
        from pgsym.decide.replay import python_of

        return python_of(self)

    def __str__(self) -> str:
        lines = [f"  counterexample: {self.size}"] if self.size.counts else ["  counterexample:"]
        lines += [f"    {name} = {_strings(table)}".replace("'", "") for name, table in self.tables.items()]
        if self.candidate.parametrisation:
            lines.append(f"    θ: {self.candidate.parametrisation}")
        if self.at:
            lines.append("    at " + ", ".join(f"{name} = {value}" for name, value in self.at))
        if len(self.coordinates) > 1:
            lines.append(f"    gradient with respect to ({', '.join(self.coordinates)})")
        lines += [f"    left  {self.shown(self.lhs)}", f"    right {self.shown(self.rhs)}"]
        return "\n".join(lines)


def counterexample(
    lhs: Term,
    rhs: Term,
    given: Iterable[Hypothesis] = (),
    sizes: Iterable[Size | Mapping[str, int]] | None = None,
    seed: int = 0,
) -> Counterexample | None:
    """The smallest exact instance found at which the sides differ, or None.

    Sizes are tried in order (by default from one state and two actions up), at each the simplest tables first; the
    instance found is then shrunk and verified in exact arithmetic.

    >>> from pgsym.problems import classification
    >>> from pgsym.terms import grad
    >>> m = classification()
    >>> found = counterexample(grad(m.accuracy), -grad(m.cross_entropy), m.hypotheses)
    >>> found.shown(found.lhs), found.shown(found.rhs)
    ('(1/4, -1/4)', '(1/2, -1/2)')
    """
    from pgsym.decide.apart import with_symbols_apart
    from pgsym.decide.identities import comparable, relevant_hypotheses

    lhs, rhs, given = with_symbols_apart(lhs, rhs, relevant_hypotheses((lhs, rhs), tuple(given)))
    names = size_names((lhs, rhs), given)
    chosen = None if sizes is None else tuple(s if isinstance(s, Size) else Size.of(s) for s in sizes)
    return search(lhs, rhs, given, comparable(lhs, rhs), names, seed, chosen)


def search(
    lhs: Term,
    rhs: Term,
    given: tuple[Hypothesis, ...],
    axes: tuple[Variable, ...],
    names: tuple[str, ...],
    seed: int,
    sizes: tuple[Size, ...] | None = None,
    relation: Relation = Relation.EQUAL,
) -> Counterexample | None:
    """The smallest counterexample, size by size and round by round of ever less simple tables."""
    for size, batch in batches(lhs, rhs, given, names, seed, sizes):
        for found in _screened(lhs, rhs, given, axes, size, batch, relation):
            verified = verify(lhs, rhs, given, axes, size, found, relation)
            if verified is not None:
                return _shrunk(lhs, rhs, given, axes, verified, relation)
    return None


def batches(
    lhs: Term,
    rhs: Term,
    given: tuple[Hypothesis, ...],
    names: tuple[str, ...],
    seed: int,
    sizes: tuple[Size, ...] | None = None,
) -> Iterator[tuple[Size, list[Candidate]]]:
    """The candidates that a search tries, size by size and round by round."""
    for size in _instances(sizes or SEARCH_SIZES, names, given):
        if entries_of(ingredients((lhs, rhs), given, size)) > MOST_ENTRIES:
            continue  # nobody would read it, and it would not fit
        for round_ in range(ROUNDS):
            yield size, candidates((lhs, rhs), given, size, round_, seed, BATCH)


def _instances(sizes: Iterable[Size], names: tuple[str, ...], given: Iterable[Hypothesis]) -> Iterable[Size]:
    """The different sizes that a statement needs, with all times."""
    return dict.fromkeys(x for s in sizes for x in s.instances(names, given))


def _screened(
    lhs: Term,
    rhs: Term,
    given: tuple[Hypothesis, ...],
    axes: tuple[Variable, ...],
    size: Size,
    batch: list[Candidate],
    relation: Relation,
) -> list[Candidate]:
    """The candidates that seem to be counterexamples, in their order, all evaluated at once.

    Whether sides differ is seen modulo one large prime, in what order they are in floats.
    """
    groups: dict[object, list[Candidate]] = {}
    for candidate in batch:
        groups.setdefault(candidate.kind, []).append(candidate)
    flagged: set[int] = set()
    for group in groups.values():
        instance = Candidate.stacked(group, size, given, relation is Relation.EQUAL)
        try:
            left, right = (evaluate_with_poles(t, instance, axes) for t in (lhs, rhs))
        except OutsideNumberSystem:
            return batch
        broken = _breaks(relation, left, right, instance.numbers)
        per_point = broken.reshape(broken.shape[0], -1).any(axis=1)
        per_point = np.broadcast_to(per_point, (instance.points,))
        hits = np.asarray(per_point.reshape(len(group), -1).any(axis=1))
        for candidate, hit in zip(group, hits, strict=True):
            if hit:
                flagged.add(id(candidate))
    return [c for c in batch if id(c) in flagged]


def _breaks(relation: Relation, left: Factor, right: Factor, numbers: Numbers) -> Array:
    """Where a relation does not hold."""
    if relation is Relation.EQUAL:
        return _differ(left.array, left.poles, right.array, right.poles, numbers)
    margin = 1e-9 * (1 + abs(right.array)) if isinstance(numbers, Float64) else 0
    greater = np.asarray(left.array > right.array + margin, dtype=bool)
    for factor in (left, right):
        greater = greater if factor.poles is None else greater & ~factor.poles
    return greater


def _differ(left: Array, left_poles: Array | None, right: Array, right_poles: Array | None, numbers: Numbers) -> Array:
    """Where two arrays differ, an undefined entry differing from every defined one."""
    minus = numbers.constant(Fraction(-1)).reshape(-1, *[1] * (left.ndim - 1))
    difference = numbers.add(left, numbers.multiply(minus, right))
    shape = np.broadcast_shapes(difference.shape, left.shape, right.shape)
    difference = np.broadcast_to(difference, shape)
    nowhere = np.zeros(shape, dtype=bool)
    lp = nowhere if left_poles is None else np.broadcast_to(left_poles, shape)
    rp = nowhere if right_poles is None else np.broadcast_to(right_poles, shape)
    if isinstance(numbers, Ball):
        unequal = np.vectorize(lambda v: not v.contains(0), otypes=[bool])(difference)
    else:
        unequal = ~numbers.is_zero(difference)
    return np.asarray((lp != rp) | (unequal & ~lp & ~rp))


def verify(
    lhs: Term,
    rhs: Term,
    given: tuple[Hypothesis, ...],
    axes: tuple[Variable, ...],
    size: Size,
    candidate: Candidate,
    relation: Relation = Relation.EQUAL,
) -> Counterexample | None:
    """The counterexample that a candidate is in exact arithmetic, or None if its sides agree there."""
    for numbers in (Rational(), Ball(BITS)):
        try:
            instance = candidate.instance(numbers, size, given)
            left, right = (evaluate_with_poles(t, instance, axes) for t in (lhs, rhs))
        except OutsideNumberSystem:
            continue
        differ = _breaks(relation, left, right, numbers)
        if not differ.any():
            return None
        if isinstance(numbers, Ball):
            instance = candidate.instance(Symbolic(), size, given)
            left, right = (evaluate_with_poles(t, instance, axes) for t in (lhs, rhs))
        where = tuple(int(i) for i in np.argwhere(differ)[0][1:])
        values = [_along(f.array, f.poles, differ.shape, where) for f in (left, right)]
        names = [name for v in axes for name, _ in open_axes(v, instance)]
        at = tuple((name, i + 1) for name, i in zip(names, where, strict=True))
        if values[0] == values[1]:
            continue
        labels = candidate.coordinates if len(values[0]) > 1 else ()
        return Counterexample(size, candidate, at, labels, values[0], values[1], lhs, rhs, given)
    return None


def _along(array: Array, poles: Array | None, shape: tuple[int, ...], where: tuple[int, ...]) -> tuple[Any, ...]:
    """The values of all coordinates at one place of the free variables."""
    at: tuple[Any, ...] = (slice(None), *where)
    values = np.broadcast_to(array, shape)[at]
    missing = (np.zeros(shape, bool) if poles is None else np.broadcast_to(poles, shape))[at]
    return tuple(UNDEFINED if m else v for v, m in zip(values, missing, strict=True))


def _shrunk(
    lhs: Term,
    rhs: Term,
    given: tuple[Hypothesis, ...],
    axes: tuple[Variable, ...],
    found: Counterexample,
    relation: Relation,
) -> Counterexample:
    """The counterexample with one table after the other made simpler, as long as it stays one."""
    while True:
        for candidate in _screened(lhs, rhs, given, axes, found.size, simpler(found.candidate, given), relation):
            better = verify(lhs, rhs, given, axes, found.size, candidate, relation)
            if better is not None:
                found = better
                break
        else:
            return found


def confirm_with_balls(lhs: Term, rhs: Term, given: tuple[Hypothesis, ...], seed: int) -> int:
    """At how many random instances both sides are the same ball of 256 bits, to 2^-200; 0 if at none."""
    from pgsym.decide.identities import comparable

    axes, names, examples = comparable(lhs, rhs), size_names((lhs, rhs), given), 0
    numbers = Ball(BITS)
    for size in _instances(SEARCH_SIZES, names, given):
        for candidate in candidates((lhs, rhs), given, size, ROUNDS - 1, seed, 16):
            try:
                instance = candidate.instance(numbers, size, given)
                left, right = (evaluate_with_poles(t, instance, axes) for t in (lhs, rhs))
            except PgsymError:
                return 0
            if _differ(left.array, left.poles, right.array, right.poles, numbers).any():
                return 0
            examples += 1
    return examples


def _strings(table: Any) -> Any:
    return [_strings(x) for x in table] if isinstance(table, list) else str(table)
