"""Counterexamples: exact instances at which a statement fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from pgsym.decide.instances.candidates import Candidate
from pgsym.decide.instances.script import python_of
from pgsym.decide.propositions import Comparison
from pgsym.decide.renaming import parameter_of, primes_of
from pgsym.decide.sizes import Size
from pgsym.errors import OutsideNumberSystem
from pgsym.meaning.numbers.base import Array, Ball, Numbers, Rational, Symbolic
from pgsym.meaning.parametrisations import Parametrisation
from pgsym.meaning.places import open_axes
from pgsym.meaning.signature import head
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.nodes import Symbol, Term

if TYPE_CHECKING:
    from pgsym.meaning.instances import TableInstance

UNDEFINED = "undefined"
BITS = 256
LONGEST = 14_000
"""The most bits of a numerator or denominator that is printed in full."""


@dataclass(frozen=True)
class Counterexample:
    """An exact instance at which the two sides of a claim differ.

    `at` gives the free states and actions their values (from 1); `lhs` and `rhs` are Fractions, SymPy numbers where
    logarithms occur, or "undefined": one value, or for gradients one for each of `coordinates`.  Of matrices they are
    the first entry that fails, `entry` is its row and column (from 0), and `coordinates` are theirs.  `confirmation`
    says what else than the evaluator found these values.
    """

    size: Size
    candidate: Candidate
    at: tuple[tuple[str, int], ...]
    coordinates: tuple[str, ...]
    lhs: tuple[Any, ...]
    rhs: tuple[Any, ...]
    statement: Comparison
    confirmation: str = ""
    entry: tuple[int, int] | None = None

    @property
    def lhs_term(self) -> Term:
        """The left side."""
        return self.statement.lhs

    @property
    def rhs_term(self) -> Term:
        """The right side."""
        return self.statement.rhs

    @property
    def given(self) -> tuple[Hypothesis, ...]:
        """What the statement assumes."""
        return self.statement.given

    @property
    def is_rational(self) -> bool:
        """Whether both sides are rational numbers (or undefined)."""
        return all(isinstance(v, Fraction | str) for v in (*self.lhs, *self.rhs))

    @property
    def tables(self) -> dict[str, Any]:
        """The tables for reading: nested lists, conditions before outcomes, labels from 1."""
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
            rank, k = table.ndim, symbol.outcomes
            out[name] = np.moveaxis(table, range(k), range(rank - k, rank)).tolist()
        return out | dict(self.candidate.constants)

    @property
    def parameters(self) -> tuple[str, ...]:
        """A sentence on each parameter: its kind, whether it is at an edge, and symbols of another parameter."""
        owners = {p: _owner(self.statement, p) for p in self.candidate.parametrisations}
        letters = dict.fromkeys(sorted(owners.values(), key=lambda owner: owner != "θ"))
        said = [f"{letter}: {'; '.join(m.words for m, o in owners.items() if o == letter)}" for letter in letters]
        return (*said, *self.candidate.edges, *_aliases(self.statement, self.candidate.tables))

    def shown(self, side: tuple[Any, ...]) -> str:
        """A side's value as one string."""
        return digits(side[0]) if len(side) == 1 else f"({', '.join(map(digits, side))})"

    def record(self) -> dict[str, object]:
        """The counterexample as JSON-ready data."""
        from pgsym.terms.record import to_record

        return {
            "sizes": dict(self.size.counts),
            "tables": {name: _strings(table) for name, table in self.tables.items()},
            "parametrisation": self.candidate.parametrisation,
            "parameters": list(self.parameters),
            "at": dict(self.at),
            "coordinates": list(self.coordinates),
            "entry": list(self.entry) if self.entry else None,
            "lhs": self.shown(self.lhs),
            "rhs": self.shown(self.rhs),
            "confirmation": self.confirmation,
            "lhs_term": to_record(self.lhs_term),
            "rhs_term": to_record(self.rhs_term),
            "python": self.python(),
        }

    def instance(self, numbers: Numbers | None = None) -> TableInstance:
        """The instance, in rational numbers unless said otherwise."""
        return self.candidate.instance(numbers or Rational(), self.size, self.given)

    def python(self) -> str:
        """Python that rebuilds the instance and prints both sides."""
        return python_of(self)

    def __str__(self) -> str:
        lines = [f"  counterexample: {self.size}"] if self.size.counts else ["  counterexample:"]
        lines += [f"    {name} = " + str(_strings(table)).replace("'", "") for name, table in self.tables.items()]
        lines += [f"    {words}" for words in self.parameters]
        if self.at:
            lines.append("    at " + ", ".join(f"{name} = {value}" for name, value in self.at))
        if self.entry:
            lines.append("    in row {}, column {} of the matrices".format(*self.coordinates))
        elif len(self.coordinates) > 1:
            lines.append(f"    gradient with respect to ({', '.join(self.coordinates)})")
        lines += [f"    left  {self.shown(self.lhs)}", f"    right {self.shown(self.rhs)}"]
        return "\n".join(lines)


def verify(statement: Comparison, size: Size, candidate: Candidate, bits: int = BITS) -> Counterexample | None:
    """The counterexample that a candidate is in exact arithmetic, or None if the relation holds there."""
    for numbers in (Rational(), Ball(bits)):
        try:
            instance = candidate.instance(numbers, size, statement.given)
            left, right = statement.sides(instance)
        except OutsideNumberSystem:
            continue
        failing = statement.fails(left, right, numbers)
        if not failing.any():
            return None
        if isinstance(numbers, Ball):
            instance = candidate.instance(Symbolic(), size, statement.given)
            left, right = statement.sides(instance)
        point, *where = map(int, np.argwhere(failing)[0])
        values = [_along(f.array, f.poles, failing.shape, tuple(where)) for f in (left, right)]
        coordinates = _coordinates(statement, candidate)
        labels, entry = coordinates if len(values[0]) > 1 else (), None
        if statement.is_of_matrices:
            entry = divmod(point, instance.dimensions)
            values = [v[point : point + 1] for v in values]
            labels = tuple(coordinates[i] for i in entry)
        names = [name for v in statement.axes for name, _ in open_axes(v, instance)]
        at = tuple((name, i + 1) for name, i in zip(names, where, strict=True))
        if values[0] == values[1]:
            continue
        return Counterexample(size, candidate, at, labels, values[0], values[1], statement, entry=entry)
    return None


def _owner(statement: Comparison, parametrisation: Parametrisation) -> str:
    """The name of the parameter that a symbol depends on."""
    other = parameter_of(parametrisation.symbol, statement.lhs, statement.rhs, statement.given)
    return "θ" if other is None else other.name


def _coordinates(statement: Comparison, candidate: Candidate) -> tuple[str, ...]:
    """The names of the coordinates: φ(1,1) for those of another parameter, θ_π(1,1) where two tables have logits."""
    owners = [_owner(statement, m) for m in candidate.parametrisations]
    plain = [
        [f"{o}{n[1:]}" if n.startswith("θ(") else n for n in m.names]
        for m, o in zip(candidate.parametrisations, owners, strict=True)
    ]
    seen = Counter(n for names in plain for n in set(names))
    return tuple(
        n.replace("(", f"_{m.symbol.name}(", 1) if seen[n] > 1 else n
        for m, names in zip(candidate.parametrisations, plain, strict=True)
        for n in names
    )


def _aliases(statement: Comparison, tables: Iterable[Symbol]) -> Iterator[str]:
    """The statement's own symbol for each symbol that was renamed by primes."""
    primes = primes_of(statement.lhs, statement.rhs, statement.given)
    for symbol in tables:
        other = parameter_of(symbol, statement.lhs, statement.rhs, statement.given)
        if other is not None and symbol.name.endswith(primes[other]):
            yield f"{symbol.name} is {symbol.name.removesuffix(primes[other])} at {other.name}"


def _along(array: Array, poles: Array | None, shape: tuple[int, ...], where: tuple[int, ...]) -> tuple[Any, ...]:
    """The values of all coordinates at one place of the free variables."""
    at: tuple[Any, ...] = (slice(None), *where)
    values = np.broadcast_to(array, shape)[at]
    missing = (np.zeros(shape, bool) if poles is None else np.broadcast_to(poles, shape))[at]
    return tuple(UNDEFINED if m else v for v, m in zip(values, missing, strict=True))


def digits(value: Any) -> str:
    """A value in full, or rounded if it has thousands of digits, which Python refuses to print."""
    if isinstance(value, Fraction) and max(abs(value.numerator), value.denominator).bit_length() > LONGEST:
        import flint

        ball = flint.arb(flint.fmpq(value.numerator, value.denominator))
        return f"about {ball.str(10, radius=False)}"
    return str(value)


def _strings(table: Any) -> Any:
    return [_strings(x) for x in table] if isinstance(table, list) else str(table)
