"""Confirms a counterexample by enumeration: a second evaluation of its terms that shares no code with the evaluator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from pgsym.decide.confirmation.enumeration import Walk
from pgsym.decide.confirmation.environment import Drawn
from pgsym.decide.confirmation.jets import FRACTIONS, Jet, Opaque, Scalars, Truncated, Undefined, balls
from pgsym.decide.propositions import Relation
from pgsym.errors import OutsideNumberSystem, ReadingsDisagree, TooLarge
from pgsym.terms.hypotheses import Definition, Frozen
from pgsym.terms.nodes import Symbol, Term, Variable
from pgsym.terms.sorts import Collective

if TYPE_CHECKING:
    from pgsym.decide.instances.candidates import Candidate
    from pgsym.decide.instances.counterexamples import Counterexample

CONFIRMED = "confirmed by enumeration"
BITS = 256
MOST_STEPS = 100_000
"""The most readings of a term; a counterexample that needs more is confirmed by the evaluator alone."""
UNDEFINED = "undefined"
Coordinate = tuple[Symbol, tuple[int, ...], tuple[int, ...]]
"""The symbol that a coordinate of θ moves, the outcome and the row."""


def confirmed(found: Counterexample) -> Counterexample:
    """The counterexample with a note on how it was confirmed: by enumeration, or by the evaluator only, and why.

    Raises ReadingsDisagree where enumeration finds other values than the counterexample states.
    """
    try:
        _check(found)
    except (OutsideNumberSystem, TooLarge) as reason:
        return replace(found, confirmation=f"confirmed by the evaluator only: {reason}")
    return replace(found, confirmation=CONFIRMED)


def _check(found: Counterexample) -> None:
    """Raise ReadingsDisagree unless enumeration finds the stated values, and that they break the relation."""
    if found.statement.derivatives > (2 if found.entry else 1):
        raise OutsideNumberSystem("enumeration does not tell which coordinates it is differentiated by")
    every = list(coordinates(found.candidate))
    along = [[every[i] for i in found.entry]] if found.entry else [every[j : j + 1] for j in range(len(found.lhs))]
    steps, broken, told_apart = 0, False, True
    for j, moving in enumerate(along):
        values = []
        for term, stated in ((found.lhs_term, found.lhs), (found.rhs_term, found.rhs)):
            value, taken = value_of(found, term, moving, steps)
            steps += taken
            if not _same(value, stated[j]):
                raise ReadingsDisagree(
                    f"enumeration finds {value} for {term}, the evaluator {stated[j]}: please report this instance"
                )
            values.append(value)
        broken |= breaks(values[0], values[1], found.statement.relation)
        told_apart &= _are_told_apart(values[0], values[1])
    if not broken and not told_apart:
        raise OutsideNumberSystem(f"balls of {BITS} bits do not tell the sides apart")
    if not broken:
        raise ReadingsDisagree("enumeration finds no difference between the sides: please report this instance")


def value_of(
    found: Counterexample, term: Term, moving: list[Coordinate], steps: int, most_steps: int = MOST_STEPS
) -> tuple[Any, int]:
    """A term's value along one coordinate or two, in fractions or else balls, and how many readings it took.

    Raises TooLarge if this takes more than `most_steps` steps, together with those taken before.
    """
    taken = 0
    for scalars in (FRACTIONS, balls(BITS)):
        walk = _walk(found, scalars, moving, most_steps - steps - taken)
        try:
            value = walk.value(term)
        except Undefined:
            return UNDEFINED, taken + walk.steps
        taken += walk.steps
        if not isinstance(value, Opaque):
            return value, taken
    raise OutsideNumberSystem("neither fractions nor balls hold the value")


def _walk(
    found: Counterexample,
    scalars: Scalars,
    moving: list[Coordinate],
    most_steps: int,
) -> Walk:
    """A reading at the counterexample, the k-th gradient from the outside taken along the k-th coordinate."""
    candidate = found.candidate
    rows: dict[tuple[Symbol, tuple[int, ...], tuple[int, ...]], dict[tuple[int, ...], Jet]] = {}
    numbers = Truncated(scalars)

    def entry(symbol: Symbol, _: str | None, levels: tuple[int, ...], place: tuple[int, ...]) -> Any:
        outcome, row = place[: symbol.outcomes], place[symbol.outcomes :]
        if (symbol, row, levels) not in rows:
            along = [k for k in levels if k < len(moving)]  # if nothing moves, there is no coordinate
            moved = {k: moving[k][1] for k in along if (moving[k][0], moving[k][2]) == (symbol, row)}
            rows[symbol, row, levels] = _row(candidate, symbol, row, moved, numbers)
        jet, mask = rows[symbol, row, levels][outcome], sum(1 << k for k in levels)
        return jet[mask] if mask < len(jet) else None

    return Walk(
        scalars,
        found.size.sorts,
        found.size.lengths,
        {h.symbol: h for h in found.given if isinstance(h, Definition)},
        entry,
        {name: scalars.of(value) for name, value in candidate.constants.items()},
        {v.name: _at(v, dict(found.at), found.size.lengths) for v in found.statement.axes},
        lambda symbol, place: int(candidate.tables[symbol][place]),
        most_steps=most_steps,
        frozen={h.frozen.name: h.at.name for h in found.given if isinstance(h, Frozen)},
    )


def _row(
    candidate: Candidate,
    symbol: Symbol,
    row: tuple[int, ...],
    moved: dict[int, tuple[int, ...]],
    numbers: Truncated,
) -> dict[tuple[int, ...], Jet]:
    """The entries of a row of a table (one, of a table that is no law), the coordinate `moved[k]` moved by ε_k."""
    table = candidate.tables[symbol]
    outcomes = list(product(*map(range, table.shape[: symbol.outcomes])))
    values: dict[tuple[int, ...], Jet] = {o: (numbers.scalars.of(table[(*o, *row)]),) for o in outcomes}
    if symbol in candidate.logarithmic:
        values = {o: numbers.logarithm(x) for o, x in values.items()}
    if not moved:
        return values
    epsilons = [(numbers.zero, numbers.one), (numbers.zero, numbers.zero, numbers.one, numbers.zero)]
    if symbol.outcomes and candidate.is_softmax(symbol):
        for k, outcome in moved.items():
            values[outcome] = numbers.times(values[outcome], numbers.exponential(epsilons[k]))
        total: Jet = (numbers.zero,)
        for x in values.values():
            total = numbers.plus(total, x)
        norm = numbers.inverse(total)
        return {o: numbers.times(x, norm) for o, x in values.items()}
    for k, outcome in moved.items():
        values[outcome] = numbers.plus(values[outcome], epsilons[k])
        if symbol.outcomes:
            minus = tuple(-c for c in epsilons[k])
            values[outcomes[-1]] = numbers.plus(values[outcomes[-1]], minus)
    return values


def coordinates(candidate: Candidate) -> Iterator[Coordinate]:
    """The coordinates of θ: the symbol that each moves, the outcome and the row."""
    for symbol in candidate.moved:
        shape, k = candidate.tables[symbol].shape, symbol.outcomes
        own = prod(shape[:k]) - (bool(k) and not candidate.is_softmax(symbol))
        for row in product(*map(range, shape[k:])):
            for outcome in list(product(*map(range, shape[:k])))[:own]:
                yield symbol, outcome, row


def _at(variable: Variable, at: dict[str, int], lengths: dict[str, int]) -> int | Drawn:
    """The value of a free state or action, from 0, or the draws of a free batch or trajectory."""
    if not isinstance(variable.sort, Collective):
        return at[variable.name] - 1
    rounds = range(1, lengths[variable.sort.length] + 1)
    names = [name for name, _ in variable.sort.components]
    return Drawn({(name, i): at[f"{variable.name}.{name}.{i}"] - 1 for i in rounds for name in names})


def _same(value: Any, stated: Any) -> bool:
    """Whether a value is the stated one: exactly, or, for a ball, up to 2^-200 of its size."""
    if isinstance(value, str) or isinstance(stated, str):
        return value is stated or value == stated
    if isinstance(value, Fraction) and isinstance(stated, Fraction):
        return value == stated
    difference = _ball(value) - _ball(stated)
    if not difference.is_finite():
        raise OutsideNumberSystem("a value is too large for balls")
    size = 1 + abs(_ball(value)).mid()
    return bool(difference.contains(0)) and bool(difference.rad() < 2.0**-200 * size)


def _are_told_apart(left: Any, right: Any) -> bool:
    """Whether two values are known to be equal or known to differ; of wide balls that overlap, neither is known."""
    if isinstance(left, str) or isinstance(right, str) or (isinstance(left, Fraction) and isinstance(right, Fraction)):
        return True
    difference = _ball(left) - _ball(right)
    return not difference.contains(0) or bool(difference.rad() == 0)


def _ball(value: Any) -> Any:
    """A fraction, a SymPy number or a ball as a ball."""
    import flint

    if isinstance(value, flint.arb):
        return value
    if isinstance(value, Fraction):
        return flint.arb(flint.fmpq(value.numerator, value.denominator))
    digits = flint.arb(str(value.evalf(80)))
    return digits + flint.arb(0, 2.0**-220) * (1 + abs(digits).mid())


def breaks(left: Any, right: Any, relation: Relation) -> bool:
    """Whether a relation certainly fails between two values; an order never fails where a value is undefined."""
    if isinstance(left, str) or isinstance(right, str):
        return relation is Relation.EQUAL and left is not right
    exact = isinstance(left, Fraction) and isinstance(right, Fraction)
    difference = left - right if exact else _ball(left) - _ball(right)
    return bool(difference > 0 or (relation is Relation.EQUAL and difference < 0))
