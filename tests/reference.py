"""A second reading of terms, by plain enumeration in SymPy: slow, and written independently of the evaluator.

Every sum is written out, every policy is an explicit function of parameters t, and ∇ is `sympy.diff`.  Nothing of
pgsym but the terms themselves is used, so that a mistake in the evaluator cannot hide here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import numpy as np
import sympy

from pgsym.terms.builtins import (
    ABS,
    BUILT_IN,
    COVARIANCE_MATRIX,
    EXP,
    EXTREMES,
    INDICATORS,
    LOG,
    MINIMUM,
    MOMENTS,
    OUTER,
    POWER,
    TRANSPOSE,
)
from pgsym.terms.hypotheses import Definition, Hypothesis, ThetaFree
from pgsym.terms.nodes import (
    Add,
    All,
    Apply,
    Bound,
    Conditional,
    Expectation,
    Gradient,
    Law,
    Multiply,
    Number,
    Power,
    Product,
    Quotient,
    Range,
    Sum,
    Symbol,
    Term,
    Variable,
)
from pgsym.terms.sorts import FINITE, INDEX, MATRIX, PARAMETER, REAL, VECTOR, Collective
from pgsym.terms.structure import free as free_variables
from pgsym.terms.structure import sort_of, symbols

UNDEFINED = "undefined"


class Undefined(Exception):
    """The term has no value: a division by zero, or the logarithm of zero."""


class Undrawn(Exception):
    """The term speaks of a draw that its law does not make, such as s_{T+1}."""


class Drawn(dict[tuple[str, int], int]):
    """A batch, trajectory or history: its draws by name and number."""

    def __missing__(self, key: tuple[str, int]) -> int:
        raise Undrawn(f"{key[0]}_{key[1]}")


class Mentioned(Drawn):
    """Stands for a batch or trajectory and notes which draws are asked for."""

    def __missing__(self, key: tuple[str, int]) -> int:
        self[key] = 0
        return 0


@dataclass
class Problem:
    """Tables of SymPy expressions in the coordinates t, in the axis order of a symbol's finite arguments."""

    sizes: dict[Any, int]
    lengths: dict[str, int]
    tables: dict[Symbol, Any]
    coordinates: list[sympy.Symbol]
    given: tuple[Hypothesis, ...] = ()
    constants: dict[str, sympy.Expr] = field(default_factory=dict)

    @property
    def origin(self) -> dict[sympy.Symbol, int]:
        """Where derivatives are taken."""
        return dict.fromkeys(self.coordinates, 0)

    @property
    def definitions(self) -> dict[Symbol, Definition]:
        """What is given by a term."""
        return {h.symbol: h for h in self.given if isinstance(h, Definition)}


@dataclass
class Reading:
    """Reads a term along one coordinate for each derivative, the outermost first.

    `free` gives the free states and actions their values, `under` names the parameters of the enclosing derivatives.
    """

    problem: Problem
    along: tuple[sympy.Symbol | None, ...]
    free: dict[str, Any]
    under: tuple[str, ...] = ()

    def read(self, term: Term, env: tuple[Any, ...] = ()) -> Any:
        """The value: an expression in the coordinates, or an integer, or a batch."""
        match term:
            case Number(value):
                return sympy.Rational(value.numerator, value.denominator)
            case Variable(name, sort):
                if sort == INDEX:
                    return self.problem.lengths[name]
                if sort == PARAMETER:
                    return name
                return self.problem.constants[name] if sort == REAL else self.free[name]
            case Bound(index):
                return env[index]
            case Add(xs):
                return sum((self.read(x, env) for x in xs), sympy.Integer(0))
            case Multiply(xs):
                out = sympy.Integer(1)
                for x in xs:
                    out = out * self.read(x, env)
                return out
            case Quotient(x, y):
                return self.read(x, env) / self.not_zero(self.read(y, env))
            case Power(x, n):
                base = self.read(x, env)
                return (self.not_zero(base) if n < 0 else base) ** n
            case Gradient(parameter, body):
                along, *further = self.along or (None,)
                inner = replace(self, along=tuple(further), under=(*self.under, parameter.name)).read(body, env)
                return sympy.Integer(0) if along is None else sympy.diff(sympy.sympify(inner), along)
            case Apply(symbol, (chain,)) if symbol in MOMENTS:
                return self.moment(symbol, chain, env)
            case Apply(symbol, (left, right)) if symbol == OUTER:
                return self.read(left, env) * replace(self, along=self.along[1:]).read(right, env)
            case Apply(symbol, (matrix,)) if symbol == TRANSPOSE:
                return replace(self, along=self.along[::-1]).read(matrix, env)
            case Apply(symbol, arguments):
                return self.apply(symbol, tuple(self.read(x, env) for x in arguments))
            case Sum(over, scope):
                return sum((self.read(scope.body, (v, *env)) for v in self.values(over, env)), sympy.Integer(0))
            case Product(over, scope):
                out = sympy.Integer(1)
                for v in self.values(over, env):
                    out = out * self.read(scope.body, (v, *env))
                return out
            case Expectation(over, scope):
                total = sympy.Integer(0)
                for outcome, mass in self.law(over, env):
                    if self.vanishes(mass) and (not self.under or sympy.simplify(mass) == 0):
                        continue  # outside the support
                    total += mass * self.read(scope.body, (outcome, *env))
                return total
        raise TypeError(f"no reference reading for {type(term).__name__}")

    def moment(self, symbol: Symbol, chain: Term, env: tuple[Any, ...]) -> Any:
        """The mean of (x − E x)(y − E y) over everything that is drawn."""

        def walk(term: Term, env: tuple[Any, ...]) -> Iterator[tuple[Any, Any, Any]]:
            if isinstance(term, Expectation):
                for outcome, mass in self.law(term.over, env):
                    if not self.vanishes(mass):
                        yield from ((mass * m, x, y) for m, x, y in walk(term.scope.body, (outcome, *env)))
                return
            assert isinstance(term, Apply)
            x = self.read(term.arguments[0], env)
            second = replace(self, along=self.along[1:]) if symbol == COVARIANCE_MATRIX else self
            yield sympy.Integer(1), x, second.read(term.arguments[-1], env)

        drawn = list(walk(chain, env))
        left, right = (sum(entry[0] * entry[k] for entry in drawn) for k in (1, 2))
        return sum(mass * (x - left) * (y - right) for mass, x, y in drawn)

    def at_origin(self, value: Any) -> Any:
        """The value at the parameter itself."""
        here = sympy.sympify(value).subs(self.problem.origin)
        return here if here.is_Rational else sympy.simplify(here)

    def absolute(self, value: Any) -> Any:
        """A value, or minus it where it is negative."""
        here = sympy.sympify(self.at_origin(value))
        inside = here.subs(dict.fromkeys(here.free_symbols, sympy.Rational(1, 7)))  # a point of the simplex
        return value * (-1 if inside.is_negative else 1)

    def vanishes(self, value: Any) -> bool:
        """Whether an expression is identically zero at the origin: no, if it is not at one point."""
        here = sympy.sympify(value).subs(self.problem.origin)
        unknowns = sorted(here.free_symbols, key=str)
        if here.subs({x: sympy.Rational(1, sympy.prime(i + 3)) for i, x in enumerate(unknowns)}).is_zero is False:
            return False
        return bool(sympy.simplify(here) == 0)

    def not_zero(self, value: Any) -> Any:
        """The value, if it is not zero."""
        if self.vanishes(value):
            raise Undefined
        return value

    def values(self, over: Term, env: tuple[Any, ...]) -> Any:
        """What a sum runs over."""
        match over:
            case All(sort):
                return self.outcomes(sort)
            case Range(first, last):
                return range(int(self.read(first, env)), int(self.read(last, env)) + 1)
        raise TypeError(f"no range: {over}")

    def outcomes(self, sort: Any, places: Iterable[tuple[str, int]] | None = None) -> Iterator[Any]:
        """Every state, action, batch or trajectory; of a history or future, only the draws that it makes."""
        if not isinstance(sort, Collective):
            yield from range(self.problem.sizes[sort])
            return
        components = dict(sort.components)
        if places is None:
            places = [(n, i) for i in range(1, self.problem.lengths[sort.length] + 1) for n in components]
        places = list(places)
        for drawn in product(*(range(self.problem.sizes[components[n]]) for n, _ in places)):
            yield Drawn(zip(places, drawn, strict=True))

    def indices(self, value: Any, sort: Any) -> tuple[int, ...]:
        """Where in a table a value points: nowhere for a parameter, to all its draws for a trajectory."""
        if isinstance(sort, Collective):
            times = range(1, self.problem.lengths[sort.length] + 1)
            return tuple(value[name, i] for i in times for name, _ in sort.components)
        return (value,) if sort in FINITE else ()

    def draws(self, symbol: Symbol, given: tuple[Any, ...]) -> list[tuple[str, int]] | None:
        """The draws that a law makes: those that its mass speaks of."""
        if not isinstance(symbol.arguments[0], Collective):
            return None
        seen = Mentioned()
        self.apply(symbol, (seen, *given))
        return sorted(seen, key=lambda place: (place[1], place[0] != "s"))

    def law(self, over: Term, env: tuple[Any, ...]) -> list[tuple[Any, Any]]:
        """Every outcome with its probability."""
        match over:
            case Law(symbol, given):
                rest = tuple(self.read(x, env) for x in given)
                outcomes = self.outcomes(symbol.arguments[0], self.draws(symbol, rest))
                return [(x, self.apply(symbol, (x, *rest))) for x in outcomes]
            case Conditional(law, scope):
                joint = [(x, mass * self.read(scope.body, (x, *env))) for x, mass in self.law(law, env)]
                total = self.not_zero(sum(mass for _, mass in joint))
                return [(x, mass / total) for x, mass in joint]
        raise TypeError(f"no law: {over}")

    def apply(self, symbol: Symbol, values: tuple[Any, ...]) -> Any:
        """A symbol at values."""
        if symbol == LOG:
            argument = sympy.sympify(values[0])
            here = self.at_origin(argument)
            if here == 0 or here.is_negative:
                raise Undefined
            return sympy.log(argument)
        if symbol == POWER:
            return values[0] ** int(values[1])
        if symbol == EXP:
            return sympy.exp(values[0])
        if symbol == ABS:
            return self.absolute(values[0])
        if symbol in EXTREMES:
            x, y = values
            sign = -1 if symbol == MINIMUM else 1
            return (x + y + sign * self.absolute(x - y)) / 2
        if symbol in INDICATORS.values():
            return sympy.Integer(int(values[0] == values[1]))
        if symbol in self.problem.definitions:
            return self.read(self.problem.definitions[symbol].body, tuple(reversed(values)))
        if symbol.result in FINITE and isinstance(values[0] if values else None, dict):
            return values[0][symbol.name, int(values[1])]
        index = tuple(i for v, s in zip(values, symbol.arguments, strict=True) for i in self.indices(v, s))
        entry = self.problem.tables[symbol][index]
        if symbol.result in FINITE:
            return int(entry)
        parameters = {v for v, s in zip(values, symbol.arguments, strict=True) if s == PARAMETER}
        return sympy.sympify(entry).subs(self.problem.origin) if parameters - set(self.under) else entry


def shape_of(symbol: Symbol, size: Any) -> tuple[int, ...]:
    """The shape of a symbol's table: an axis for each state or action, of a trajectory one for each of its draws."""
    out: list[int] = []
    for s in symbol.arguments:
        if isinstance(s, Collective):
            out += [size.sorts[x] for _, x in s.components] * size.lengths[s.length]
        elif s in FINITE:
            out.append(size.sorts[s])
    return tuple(out)


def is_drawn(symbol: Symbol) -> bool:
    """Whether a symbol is a draw of a batch or trajectory, or the law of one."""
    places = symbol.arguments if symbol.result in FINITE else symbol.arguments[: symbol.outcomes]
    return any(isinstance(s, Collective) for s in places)


def values_of(term: Term, problem: Problem, free: dict[str, Any]) -> tuple[Any, ...]:
    """The value at the origin, or for a gradient one for each coordinate; "undefined" where there is none."""
    directions = list(product(problem.coordinates, repeat={VECTOR: 1, MATRIX: 2}.get(sort_of(term), 0))) or [()]
    try:
        return tuple(
            sympy.simplify(sympy.sympify(Reading(problem, along, free).read(term)).subs(problem.origin))
            for along in directions
        )
    except Undefined:
        return (UNDEFINED,) * len(directions)


def moved_table(table: Any, symbol: Symbol, softmax: bool, fresh: Callable[[], sympy.Symbol]) -> Any:
    """A table as a function of its own coordinates: a softmax, or the entries themselves (a law's last makes up 1)."""
    out = np.empty(table.shape, dtype=object)
    k = symbol.outcomes
    rows = list(product(*map(range, table.shape[k:])))
    outcomes = list(product(*map(range, table.shape[:k])))
    for row in rows:
        if k and softmax:
            weights = {o: table[(*o, *row)] * sympy.exp(fresh()) for o in outcomes}
            for o in outcomes:
                out[(*o, *row)] = weights[o] / sum(weights.values())
        elif k:
            steps = {o: fresh() for o in outcomes[:-1]}
            for o in outcomes:
                out[(*o, *row)] = table[(*o, *row)] + steps.get(o, -sum(steps.values()))
        else:
            out[row] = table[row] + fresh()
    return out


def problem_of(found: Any) -> Problem:
    """The problem of a counterexample."""
    counter = iter(range(10**6))
    coordinates: list[sympy.Symbol] = []

    def fresh() -> sympy.Symbol:
        coordinates.append(sympy.Symbol(f"t{next(counter)}", real=True))
        return coordinates[-1]

    tables: dict[Symbol, Any] = {}
    for symbol, table in found.candidate.tables.items():
        if np.issubdtype(table.dtype, np.integer):
            tables[symbol] = table
            continue
        exact = np.vectorize(lambda v: sympy.Rational(v.numerator, v.denominator), otypes=[object])(table)
        if symbol in found.candidate.logarithmic:
            exact = np.vectorize(sympy.log, otypes=[object])(exact)
        tables[symbol] = exact
    for symbol in found.candidate.moved:
        positive = all(v > 0 for v in found.candidate.tables[symbol].flat)
        tables[symbol] = moved_table(tables[symbol], symbol, positive, fresh)
    constants = {n: sympy.Rational(v.numerator, v.denominator) for n, v in found.candidate.constants.items()}
    return Problem(found.size.sorts, found.size.lengths, tables, coordinates, found.given, constants)


def confirm(found: Any) -> None:
    """Recompute both sides of a counterexample; AssertionError unless they are as stated and differ."""
    free: dict[str, Any] = {}
    for name, value in found.at:
        batch, dot, rest = name.partition(".")
        if dot:
            letter, _, number = rest.partition(".")
            free.setdefault(batch, Drawn())[letter, int(number)] = value - 1
        else:
            free[name] = value - 1
    problem = problem_of(found)
    sides = []
    for term, stated in ((found.lhs_term, found.lhs), (found.rhs_term, found.rhs)):
        computed = values_of(term, problem, free)
        if found.entry and len(computed) > 1:  # of a matrix, row by row
            row, column = found.entry
            computed = computed[row * len(problem.coordinates) + column :][:1]
        if len(computed) == 1 < len(stated):
            computed = computed * len(stated)
        assert len(computed) == len(stated) or len(set(map(str, computed))) == 1, (computed, stated)
        for mine, theirs in zip(computed, stated, strict=False):
            same = mine == theirs if UNDEFINED in (mine, theirs) else sympy.simplify(mine - sympy.sympify(theirs)) == 0
            assert same, f"{term}: {mine} by the reference, {theirs} stated, at {found}"
        sides.append(computed)
    assert sides[0] != sides[1], f"the sides agree: {found}"


def generic_problem(
    terms: tuple[Term, ...], given: tuple[Hypothesis, ...], size: Any, labels: dict[Symbol, Any]
) -> Problem:
    """Symbols for every table entry and two directions in which all that may move does."""
    directions = sympy.symbols("t u", real=True)
    definitions = {h.symbol: h for h in given if isinstance(h, Definition)}
    fixed = {h.symbol for h in given if isinstance(h, ThetaFree)}
    tables: dict[Symbol, Any] = dict(labels)
    for symbol in sorted(reached(terms, definitions), key=lambda s: (s.name, len(s.arguments))):
        if symbol in tables or symbol in definitions or is_drawn(symbol):
            continue
        shape = shape_of(symbol, size)
        tables[symbol] = _generic(symbol, shape, directions, symbol not in fixed)
    names = {v.name for x in terms for v in free_variables(x) if v.sort == REAL}
    constants = {name: sympy.Symbol(name, positive=True) for name in names}
    return Problem(size.sorts, size.lengths, tables, list(directions), given, constants)


def _generic(symbol: Symbol, shape: tuple[int, ...], directions: tuple[sympy.Symbol, ...], moves: bool) -> Any:
    k = symbol.outcomes
    t, u = directions
    out = np.empty(shape, dtype=object)
    tag = f"{symbol.name}{len(symbol.arguments)}"
    for row in product(*map(range, shape[k:])):
        outcomes = list(product(*map(range, shape[:k])))
        total = sympy.Integer(1)
        for i, o in enumerate(outcomes):
            where = "_".join(map(str, (*o, *row)))
            entry = sympy.Symbol(f"{tag}_{where}", positive=True)
            if moves:
                for name, along in (("d", t), ("e", u), ("h", t * u)):
                    entry += along * sympy.Symbol(f"{name}{tag}_{where}", real=True)
            if k and i == len(outcomes) - 1:
                entry = total
            out[(*o, *row)] = entry
            total -= entry
    return out


def reached(terms: tuple[Term, ...], definitions: dict[Symbol, Definition]) -> set[Symbol]:
    """Every symbol that needs a table."""
    found: set[Symbol] = set()
    waiting = [s for x in terms for s in symbols(x)]
    while waiting:
        s = waiting.pop()
        if s not in found:
            found.add(s)
            if s in definitions:
                waiting.extend(symbols(definitions[s].body))
    return found - BUILT_IN


def equal_by_sympy(lhs: Term, rhs: Term, given: tuple[Hypothesis, ...], size: Any) -> bool:
    """Whether SymPy brings the written-out difference to zero, for all labels and all free variables."""
    definitions = {h.symbol: h for h in given if isinstance(h, Definition)}
    choices = [s for s in reached((lhs, rhs), definitions) if s.result in FINITE and not is_drawn(s)]
    loose = sorted({v for x in (lhs, rhs) for v in free_variables(x) if v.sort in FINITE}, key=lambda v: v.name)
    batches = [v for x in (lhs, rhs) for v in free_variables(x) if isinstance(v.sort, Collective)]
    for tables in product(*(_functions(s, size) for s in choices)):
        problem = generic_problem((lhs, rhs), given, size, dict(zip(choices, tables, strict=True)))
        reading = Reading(problem, tuple(problem.coordinates), {})
        spaces = [[(v.name, i) for i in range(size.sorts[v.sort])] for v in loose]
        spaces += [[(v.name, b) for b in reading.outcomes(v.sort)] for v in dict.fromkeys(batches)]
        for chosen in product(*spaces):
            reading.free = dict(chosen)
            difference = sympy.sympify(reading.read(lhs) - reading.read(rhs)).subs(problem.origin)
            if not is_zero(difference):
                return False
    return True


def is_zero(difference: sympy.Expr) -> bool:
    """Whether an expression is identically zero: logarithms expanded, then over one denominator."""
    expanded = sympy.expand_log(difference, force=True)
    return bool(sympy.expand(sympy.fraction(sympy.together(expanded))[0]) == 0)


def _functions(symbol: Symbol, size: Any) -> list[Any]:
    shape = shape_of(symbol, size)
    count = int(np.prod(shape))
    return [np.array(v).reshape(shape) for v in product(range(size.sorts[symbol.result]), repeat=count)]
