"""Problems from plain tables, and the values of terms at them.

A table has its conditions before its outcomes, as in reinforcement-learning code: `π[s][a]`, `D[s]`, `r[s][a]`.
States, actions and labels count from 0, as Python does; printed reports count them from 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from pgsym.errors import InstanceError, UndefinedValue
from pgsym.meaning.concrete import Concrete
from pgsym.meaning.evaluator import evaluate_with_poles
from pgsym.meaning.instances import Instance, Sizes, TableInstance
from pgsym.meaning.numbers.base import Array, Ball, Float64, Numbers, Rational, Symbolic
from pgsym.meaning.parametrisations import LogLinear
from pgsym.meaning.places import open_axes
from pgsym.meaning.signature import ascii_name, bodies, head, indexed, listed_axes, only_assumed, primitives
from pgsym.meaning.validation import Agreement, Table, check_rows, entries_of, labels_of, numbers_of
from pgsym.terms.hypotheses import Counted, Definition, Hypothesis, Positive, Rounds, Signed, ThetaFree
from pgsym.terms.nodes import Symbol, Term
from pgsym.terms.sorts import FINITE, INDEX, LETTERS, MATRIX, REAL, VECTOR, Collective, Sort
from pgsym.terms.structure import free, sort_of

if TYPE_CHECKING:
    import sympy

Scalar: TypeAlias = "Fraction | float | sympy.Expr | str"
Vector: TypeAlias = tuple[Scalar, ...]
Matrix: TypeAlias = tuple[Vector, ...]


class Tabulated(TableInstance):
    """The instance of a user's own tables; `concrete` holds the checked tables."""

    def __init__(
        self,
        concrete: Concrete,
        numbers: Numbers,
        sizes: Sizes,
        lengths: Mapping[str, int],
        given: tuple[Hypothesis, ...],
    ):
        plain = concrete.instance(numbers, sizes, lengths, given)
        super().__init__(
            numbers, sizes, plain.tables, plain.tangents, lengths, given, plain.constants, plain.curvatures
        )
        self.concrete = concrete

    @property
    def coordinates(self) -> tuple[str, ...]:
        """The names of a gradient's coordinates, counted from 1: each is a logit, a table entry or a parameter."""
        return self.concrete.coordinates


def problem(
    tables: Mapping[str, Table | LogLinear],
    terms: Iterable[Term],
    given: Iterable[Hypothesis] = (),
    numbers: str | Numbers | None = None,
    logarithmic: Iterable[str] = (),
    **sizes: int,
) -> Tabulated:
    """The instance with some tables, for the symbols and real variables of `terms` under the hypotheses `given`.

    Each table is named by its symbol, or by its head if two symbols share a name (`"y(s)"`, `"y(a | s)"`), and has
    one axis for each state or action argument, conditions first: π[s][a] for π(a | s).  Rows of probabilities
    sum to one, labels count from 0, a real variable is a table without axes.  |S| and |A| follow from the shapes; an
    index variable such as N is given by name.  `numbers` is "rational", "float", "symbolic" or "ball" (or a number
    system), by default "float" if an entry is a float, else "rational".  The entries of the `logarithmic` tables stand
    for their logarithms.

    Every table of numbers depends on θ unless a hypothesis says that it does not.  A law without zeros is a softmax
    with one logit for each entry.  The parameters of a law with zeros, and of a real table, are its entries.  A policy
    given as `pgsym.values.log_linear` has parameters that its rows share.  Raises InstanceError, naming the table and
    the row, for tables that are missing, unknown, ragged, of the wrong shape, not finite, not distributions, or zero
    although a hypothesis says that they are positive.

    >>> from pgsym.problems import one_step
    >>> from pgsym.terms import grad
    >>> m = one_step()
    >>> bandit = problem({"D": [1], "π": [[0.5, 0.5]], "r": [[0.0, 1.0]]}, terms=[m.objective], given=m.hypotheses)
    >>> value(m.objective, bandit), value(grad(m.objective), bandit)
    (0.5, (-0.25, 0.25))
    >>> problem({"D": [1], "π": [[0.5, 0.6]], "r": [[0, 1]]}, terms=[m.objective])
    Traceback (most recent call last):
    pgsym.errors.InstanceError: π[0] sums to 1.1, which is 0.1 more than 1
    """
    terms, given = tuple(terms), tuple(given)
    targets = _targets(tables, terms, given)
    families = {key: table for key, table in tables.items() if isinstance(table, LogLinear)}
    raw = {key: entries_of(key, families[key].table if key in families else tables[key]) for key in targets}
    system = _number_system(numbers, raw.values())
    exact = not isinstance(system, Float64)
    sizes_said = Agreement({LETTERS[n]: k for n, k in _positive(sizes).items() if n in LETTERS})
    for key, target in targets.items():
        axes = listed_axes(target, sizes) if isinstance(target, Symbol) else ()
        if raw[key].ndim != len(axes):
            wanted = indexed(target, sizes) if isinstance(target, Symbol) else f"the number {target}"
            raise InstanceError(f"{key} has {raw[key].ndim} axes, but {wanted} has {len(axes)}")
        sizes_said.take(key, raw[key].shape, axes)
    for h in given:
        if isinstance(h, Counted) and h.sort in sizes_said.sizes and not h.allows(sizes_said.sizes[h.sort]):
            raise InstanceError(f"the tables have {sizes_said.sizes[h.sort]} {h.sort}s, but {h} is assumed")
        if isinstance(h, Rounds) and not h.allows(sizes.get(h.length.name, h.least)):
            raise InstanceError(f"{h.length.name} is {sizes[h.length.name]} here, but {h} is assumed")
    positive = {h.symbol for h in given if isinstance(h, Positive)}
    read: dict[Symbol, Array] = {}
    constants: dict[str, Fraction] = {}
    for key, target in targets.items():
        if isinstance(target, str):
            constants[target] = numbers_of(key, raw[key], exact).item()
        elif target.result in FINITE:
            read[target] = labels_of(key, raw[key], target.result, _size(key, target.result, sizes_said))
        else:
            table = numbers_of(key, raw[key], exact)
            if target.outcomes:
                check_rows(key, target, table, exact, target in positive)
            read[target] = np.moveaxis(table, range(-target.outcomes, 0), range(target.outcomes))
    for h in given:
        if isinstance(h, Signed):
            _check_sign(h, constants, read)
    ordered = sorted(read, key=lambda s: (s.name, len(s.arguments)))
    fixed = {h.symbol for h in given if isinstance(h, ThetaFree)}
    moved = tuple(s for s in ordered if s.result == REAL and s not in fixed)
    logs = frozenset(symbol for key in logarithmic if isinstance(symbol := targets.get(key), Symbol))
    tied = {s: families[k].parametrisation(s) for k, s in targets.items() if k in families and isinstance(s, Symbol)}
    concrete = Concrete({s: read[s] for s in ordered}, moved, logs, constants, tied)
    return Tabulated(concrete, system, sizes_said.sizes, _lengths(terms, given, sizes), given)


def value(
    term: Term, instance: TableInstance, at: Mapping[str, int] | None = None, undefined: str | None = None
) -> Scalar | Vector | Matrix:
    """The value of a term at an instance: a Fraction or a float, or a tuple of them for a gradient.

    A matrix is a tuple of rows: row i of ∇F is the derivative of the field F along the i-th coordinate, and row i of
    x yᵀ is x_i y.

    `at` gives the values of free states and actions, from 0; those of a free batch B are named "B.s.1", "B.a.1" and so
    on.  Undefined entries, which divide by zero or take the logarithm of zero, are replaced by `undefined`, or raise
    UndefinedValue by default.  Raises UnboundVariable for a free state or action that is not in `at`,
    OutsideNumberSystem for a logarithm in rational numbers.

    >>> from pgsym.problems import one_step
    >>> from pgsym.terms import grad
    >>> m = one_step()
    >>> bandit = problem({"π": [[0.25, 0.75]]}, terms=[m.score])
    >>> value(m.score, bandit, at={"s": 0, "a": 1})
    (-0.25, 0.25)
    >>> value(grad(grad(m.policy)), bandit, at={"s": 0, "a": 1})
    ((-0.09375, 0.09375), (0.09375, -0.09375))
    """
    entries, poles = entries_at(term, instance, at)
    if undefined is None and any(poles):
        raise UndefinedValue(f"{term} divides by zero, or takes the logarithm of zero, at this instance")
    entries = [str(undefined) if pole else x for x, pole in zip(entries, poles, strict=True)]
    order, n = {VECTOR: 1, MATRIX: 2}.get(sort_of(term), 0), instance.dimensions
    if not order:
        return entries[0]
    entries = entries * n**order if len(entries) == 1 else entries
    return tuple(entries) if order == 1 else tuple(tuple(entries[i : i + n]) for i in range(0, n * n, n))


def entries_at(term: Term, instance: Instance, at: Mapping[str, int] | None = None) -> tuple[list[Scalar], list[bool]]:
    """The values of a term at the points of an instance, with free variables at `at`, and which are undefined.

    The entries of a matrix are listed row by row.
    """
    at = at or {}
    loose = sorted((v for v in free(term) if v.sort in FINITE or isinstance(v.sort, Collective)), key=lambda v: v.name)
    opened = {v: open_axes(v, instance) for v in loose}
    axes = tuple(v for v in loose if all(name in at for name, _ in opened[v]))
    where = tuple(_index(name, sort, at[name], instance) for v in axes for name, sort in opened[v])
    factor = evaluate_with_poles(term, instance, axes)
    poles = np.broadcast_to(False if factor.poles is None else factor.poles, factor.array.shape)
    values, undefined = (np.moveaxis(array, 0, -1)[where].tolist() for array in (factor.array, poles))
    return values, undefined


def printed(result: Scalar | Vector | Matrix) -> str:
    """A value as one string.

    >>> printed((Fraction(1, 4), Fraction(-1, 4)))
    '(1/4, -1/4)'
    """
    if not isinstance(result, tuple):
        return str(result)
    return printed(result[0]) if len(result) == 1 else f"({', '.join(map(printed, result))})"


def _targets(
    tables: Mapping[str, Table], terms: Sequence[Term], given: Sequence[Hypothesis]
) -> dict[str, Symbol | str]:
    """The symbol, or the name of the real variable, that each key of the tables stands for."""
    needed, further = primitives(terms, given), only_assumed(terms, given)
    reals = sorted({v.name for t in (*terms, *bodies(terms, given)) for v in free(t) if v.sort == REAL})
    out: dict[str, Symbol | str] = {}
    for key in tables:
        matches: list[Symbol | str] = [s for s in needed if key in (s.name, head(s))]
        matches = matches or [s for s in further if key in (s.name, head(s))]
        matches += [name for name in reals if name == key]
        if not matches:
            raise InstanceError(_unknown(key, [*(s.name for s in (*needed, *further)), *reals], given))
        if len(matches) > 1:
            heads = " and ".join(f'"{head(m)}"' if isinstance(m, Symbol) else "a number" for m in matches)
            raise InstanceError(f"{key} could be {heads}: name the table by the head")
        if matches[0] in out.values():
            raise InstanceError(f"{key} has two tables")
        out[key] = matches[0]
    for target in (*needed, *reals):
        if target not in out.values():
            shape = indexed(target) if isinstance(target, Symbol) else target
            raise InstanceError(f"no table for {shape}, which occurs in the terms")
    return out


def _unknown(key: str, known: Sequence[str], given: Sequence[Hypothesis]) -> str:
    for hypothesis in given:
        if isinstance(hypothesis, Definition) and key in (hypothesis.symbol.name, head(hypothesis.symbol)):
            return f"{key} needs no table: it is defined by {hypothesis}"
    spelt = {spelling: name for name in known for spelling in (name, ascii_name(name))}
    near = get_close_matches(key, spelt, 1, 0.5) or get_close_matches(ascii_name(key), spelt, 1, 0.5)
    hint = f"did you mean {spelt[near[0]]}?" if near else f"their symbols are {', '.join(known) or 'none'}"
    return f"the terms have no symbol {key}: {hint}"


def _number_system(numbers: str | Numbers | None, tables: Iterable[Array]) -> Numbers:
    match numbers:
        case Numbers():
            return numbers
        case None:
            return Float64() if any(isinstance(x, float) for t in tables for x in t.flat) else Rational()
        case "rational":
            return Rational()
        case "float":
            return Float64()
        case "symbolic":
            return Symbolic()
        case "ball":
            return Ball()
    raise InstanceError(f'numbers must be "rational", "float", "symbolic" or "ball", not {numbers!r}')


def _positive(sizes: Mapping[str, int]) -> Mapping[str, int]:
    for name, size in sizes.items():
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            raise InstanceError(f"{name} = {size!r} is not a positive integer")
    return sizes


def _check_sign(said: Signed, constants: Mapping[str, Fraction], read: Mapping[Symbol, Array]) -> None:
    """Raise InstanceError for an entry whose sign contradicts a hypothesis."""
    if isinstance(said.symbol, Symbol):
        entries = np.asarray(read.get(said.symbol, ())).flat
    else:
        entries = np.asarray([constants[said.symbol.name]] if said.symbol.name in constants else [], object).flat
    for x in entries:
        if x < 0 or (x == 0 and isinstance(said, Positive)):
            hint = "change the table, or leave the hypothesis out"
            raise InstanceError(f"{said.symbol.name} = {x} contradicts the hypothesis {said}: {hint}")


def _size(key: str, sort: Sort, said: Agreement) -> int:
    if sort not in said.sizes:
        raise InstanceError(
            f"{key} has {sort}s as entries, but no table has an axis of {sort}s: pass {sort.name[0].upper()}="
        )
    return said.sizes[sort]


def _lengths(terms: Sequence[Term], given: Sequence[Hypothesis], sizes: Mapping[str, int]) -> dict[str, int]:
    wanted = {v.name for t in (*terms, *bodies(terms, given)) for v in free(t) if v.sort == INDEX}
    for name in sorted(wanted - set(sizes)):
        raise InstanceError(f"{name} has no value: pass {name}=1, or any positive integer")
    return {name: size for name, size in sizes.items() if name not in LETTERS}


def _index(name: str, sort: Sort, at: int, instance: Instance) -> int:
    size = instance.size(sort)
    if not isinstance(at, int | np.integer) or not 0 <= at < size:
        raise InstanceError(f"{name} = {at!r} is no {sort}: {sort}s count from 0 to {size - 1}")
    return int(at)


__all__ = ["Scalar", "Table", "Tabulated", "entries_at", "printed", "problem", "value"]
