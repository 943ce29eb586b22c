"""Checks SymPy's results by numbers: do two expressions have the same value at several rational points?

The points depend on the expressions alone.  `Enclosure` computes the values; it shares nothing with the algorithms by
which SymPy evaluates integrals and sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING

from pgsym.decide.enclosures import NUMERICAL, Enclosure, NotEnclosed
from pgsym.decide.watched import Evaluated

if TYPE_CHECKING:
    import flint
    import sympy

POINTS = 4
TRIED = 12
"""The points at which two expressions are compared, and the most points at which values are looked for."""

Point = Mapping["sympy.Symbol", "sympy.Rational"]


class Outcome(Enum):
    """The outcome of comparing two expressions by numbers."""

    AGREE = "agree"
    DIFFER = "differ"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Compared:
    """The result of comparing two expressions: at how many points, by proofs or by quadrature, and in words.

    `everywhere` says that both had a value at every point.
    """

    outcome: Outcome
    points: int = 0
    rigorous: bool = True
    everywhere: bool = True
    words: str = ""


def points(
    symbols: Iterable[sympy.Symbol], seed: str, how_many: int, whole: frozenset[sympy.Symbol] = frozenset()
) -> list[Point]:
    """Points at which every symbol is a rational number that fulfils its assumptions; none if none is found.

    Those that are `whole`, as the ends of sums are, get whole numbers.

    >>> import sympy
    >>> p = sympy.Symbol("p", positive=True)
    >>> all(0 < point[p] for point in points([p], "seed", 3))
    True
    """
    rng = Random(int.from_bytes(sha256(seed.encode()).digest()))
    ordered = sorted(symbols, key=str)
    drawn = [
        {s: _drawn(s, rng, k, j, s in whole) for j, s in enumerate(ordered)} for k in range(how_many if ordered else 1)
    ]
    return [{s: v for s, v in point.items() if v is not None} for point in drawn if None not in point.values()]


def _drawn(symbol: sympy.Symbol, rng: Random, number: int, place: int, whole: bool) -> sympy.Rational | None:
    """A rational for a symbol: below 1 at first, later up to 8, negative at every other point where that may be.

    Two symbols have all four pairs of signs within four points, so a statement that needs one sign fails at some point.
    """
    import sympy

    for attempt in range(40):
        n = sympy.Rational(rng.randrange(1, 61), 61 if number < POINTS else 7)
        if attempt >= 20 or symbol.is_integer or whole:
            n = sympy.Integer(rng.randrange(1, 7))
        first = bool(number >> place & 1) if place < 2 else rng.random() < 1 / 2
        for value in (-n, n) if first else (n, -n):
            if all(getattr(value, f"is_{name}") is known for name, known in symbol.assumptions0.items()):
                return value
    return None


def compared(left: sympy.Expr, right: sympy.Expr) -> Compared:
    """Compares left and right at up to 4 points at which a value of both is found."""
    import sympy

    symbols = left.free_symbols | right.free_symbols
    agreed, rigorous, everywhere = 0, True, True
    ranges = (left.atoms(sympy.Sum, sympy.Product) | right.atoms(sympy.Sum, sympy.Product)) if symbols else set()
    whole = frozenset(s for x in ranges for limits in x.limits for end in limits[1:] for s in end.free_symbols)
    for point in points(symbols, f"{sympy.srepr(left)} = {sympy.srepr(right)}", TRIED, whole):
        reading = Enclosure(point)
        try:
            x, y = reading.value(left), reading.value(right)
        except NotEnclosed:
            everywhere = False
            continue
        if not _overlap(x, y):
            where = f" at {reading.where}" if point else ""
            how = "" if reading.rigorous else f" ({NUMERICAL})"
            return Compared(Outcome.DIFFER, 1, reading.rigorous, True, f"{_digits(x)} against {_digits(y)}{where}{how}")
        if _is_narrow(x) and _is_narrow(y):
            agreed, rigorous = agreed + 1, rigorous and reading.rigorous
        else:
            everywhere = False
        if agreed == POINTS:
            break
    return Compared(Outcome.AGREE if agreed else Outcome.UNKNOWN, agreed, rigorous, everywhere)


def checked(event: Evaluated) -> Compared:
    """Checks an evaluation of SymPy's by numbers; an integral without a range is compared by its derivative."""
    import sympy

    written, value = event.written, event.value
    if isinstance(written, sympy.Limit):
        return _approached(written, value)
    if isinstance(written, sympy.Integral) and any(len(limits) == 1 for limits in written.limits):
        if len(written.limits) > 1:
            return Compared(Outcome.UNKNOWN)
        return compared(written.function, sympy.diff(value, written.limits[0][0]))
    return compared(written, value)


def _approached(limit: sympy.Limit, value: sympy.Expr) -> Compared:
    """Checks a limit: do values on the way stay away from it?  This is no proof."""
    import sympy

    body, variable, at, direction = limit.args
    step = sympy.Dummy("h", positive=True)
    near = {"-": at - step, "+": at + step}.get(str(direction), at + step)
    if at in (sympy.oo, -sympy.oo):
        near = sympy.sign(at) / step
    if not value.is_finite:
        return Compared(Outcome.UNKNOWN)
    gap = body.subs(variable, near) - value
    agreed = 0
    for point in points(gap.free_symbols - {step}, f"{sympy.srepr(limit)}", POINTS):
        reading, gaps = Enclosure(point), []
        try:
            for k in (8, 16, 24, 32):
                gaps.append(abs(Enclosure({**point, step: sympy.Rational(1, 2**k)}).value(gap)).mid())
        except NotEnclosed:
            continue
        if gaps[-1] > 1e-3 and gaps[-1] > 0.9 * gaps[0]:
            where = f" at {reading.where}" if point else ""
            return Compared(Outcome.DIFFER, 1, False, True, f"values near it stay {_digits(gaps[-1])} away{where}")
        agreed += 1
    return Compared(Outcome.AGREE if agreed else Outcome.UNKNOWN, agreed, False)


def _overlap(x: flint.acb, y: flint.acb) -> bool:
    return bool(x.overlaps(y))


def _is_narrow(x: flint.acb) -> bool:
    """Whether a ball is narrow: relative to its size, or, around zero, relative to 1."""
    return bool(x.rad() < 1e-12 * (1 + abs(x).mid())) and (bool(x.contains(0)) or bool(x.rad() < 1e-9 * abs(x).mid()))


def _digits(x: flint.acb | flint.arb) -> str:
    """A few digits of a value."""
    real = x.real if hasattr(x, "real") and x.imag.contains(0) else x
    return str(real.str(12, radius=False))


__all__ = ["Compared", "Outcome", "checked", "compared", "points"]
