"""The oracle: the value of a term at one world, by going through everything, with derivatives of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from attack import jets
from attack.jets import Real, alike, value
from attack.worlds import Draw, World
from pgsym.terms import nodes
from pgsym.terms.hypotheses import Definition
from pgsym.terms.nodes import Symbol, Term
from pgsym.terms.sorts import FINITE, INDEX, Collective

Environment = tuple[Any, ...]


class NotALaw(Exception):
    """A law that a definition makes no probabilities: nothing satisfies the hypotheses."""


@dataclass(frozen=True)
class Vector:
    """A gradient, by coordinates."""

    of: tuple[Real, ...]


@dataclass(frozen=True)
class Matrix:
    """A gradient of a gradient: of[i][j] = ∂_i F_j."""

    of: tuple[tuple[Real, ...], ...]


def add(x: Any, y: Any) -> Any:
    """x + y of numbers, vectors or matrices; the number 0 is also the zero vector."""
    if isinstance(x, Vector) and isinstance(y, Vector):
        return Vector(tuple(map(jets.add, x.of, y.of)))
    if isinstance(x, Matrix) and isinstance(y, Matrix):
        return Matrix(tuple(tuple(map(jets.add, r, q)) for r, q in zip(x.of, y.of, strict=True)))
    if isinstance(x, Vector | Matrix) or isinstance(y, Vector | Matrix):
        return y if not isinstance(x, Vector | Matrix) else x
    return jets.add(x, y)


def times(x: Any, y: Any) -> Any:
    """x y, at most one of them a vector or matrix."""
    if isinstance(x, Vector | Matrix):
        x, y = y, x
    if isinstance(y, Vector):
        return Vector(tuple(jets.multiply(x, c) for c in y.of))
    if isinstance(y, Matrix):
        return Matrix(tuple(tuple(jets.multiply(x, c) for c in row) for row in y.of))
    return jets.multiply(x, y)


def square(x: Any) -> Any:
    """x², of a vector by coordinates."""
    return Vector(tuple(jets.multiply(c, c) for c in x.of)) if isinstance(x, Vector) else jets.multiply(x, x)


def outer(x: Any, y: Any) -> Any:
    """x yᵀ."""
    return Matrix(tuple(tuple(jets.multiply(a, b) for b in y.of) for a in x.of))


class Oracle:
    """What terms are at a world."""

    def __init__(self, world: World):
        self.world = world
        self.above = 0  # gradients around what is read

    def read(self, t: Term, env: Environment = ()) -> Any:
        """The value of a term; raises Undefined where it has none."""
        match t:
            case nodes.Number(v):
                return v
            case nodes.Variable():
                return self.world.variable(t)
            case nodes.Bound(i):
                return env[i]
            case nodes.Apply(symbol, arguments):
                return self.applied(symbol, arguments, env)
            case nodes.Add(operands):
                total: Any = Fraction(0)
                for o in operands:
                    total = add(total, self.real(o, env))
                return total
            case nodes.Multiply(operands):
                out: Any = Fraction(1)
                for o in operands:
                    out = times(out, self.real(o, env))
                return out
            case nodes.Quotient(x, y):
                return times(jets.inverse(self.real(y, env)), self.real(x, env))
            case nodes.Power(base, n):
                b = self.real(base, env)
                return square(b) if isinstance(b, Vector) else jets.power(b, n)
            case nodes.Gradient(parameter, body):
                self.above += 1
                try:
                    return self.gradient(parameter.name, self.real(body, env))
                finally:
                    self.above -= 1
            case nodes.Sum(over, bound):
                total = Fraction(0)
                for x in self.values(over, env):
                    total = add(total, self.real(bound.body, (x, *env)))
                return total
            case nodes.Product(over, bound):
                out = Fraction(1)
                for x in self.values(over, env):
                    out = times(out, self.real(bound.body, (x, *env)))
                return out
            case nodes.Expectation(over, bound):
                total = Fraction(0)
                for x, mass in self.outcomes(over, env):
                    if self.above or not jets.is_zero(value(mass)):  # what is not differentiated is not drawn there
                        total = add(total, times(mass, self.real(bound.body, (x, *env))))
                return total
        raise TypeError(f"the oracle does not read {type(t).__name__}")

    def real(self, t: Term, env: Environment) -> Any:
        """The value of a term where a number is meant: an index counts as one."""
        x = self.read(t, env)
        return Fraction(x) if isinstance(x, int) else x

    def index(self, t: Term, env: Environment) -> int:
        """The value of an index term."""
        x = value(self.real(t, env))
        if not isinstance(x, Fraction) or x.denominator != 1:
            raise TypeError(f"{t} is not an index")
        return int(x)

    def values(self, over: Term, env: Environment) -> Iterator[Any]:
        match over:
            case nodes.All(Collective() as sort):
                yield from self.world.draws(sort)
            case nodes.All(sort):
                yield from range(self.world.count(sort))
            case nodes.Range(first, last):
                yield from range(self.index(first, env), self.index(last, env) + 1)

    def gradient(self, parameter: str, x: Any) -> Any:
        directions = [(parameter, k) for k in range(self.world.coordinates)]
        if isinstance(x, Vector):
            return Matrix(tuple(tuple(jets.slope(c, d) for c in x.of) for d in directions))
        return Vector(tuple(jets.slope(x, d) for d in directions))

    # symbols -----------------------------------------------------------------------------------------------------
    def applied(self, symbol: Symbol, arguments: tuple[Term, ...], env: Environment) -> Any:
        match symbol.name, len(symbol.arguments):
            case ("Var" | "Cov", 1):
                return self.moment(arguments[0], env, symbol.name == "Var")
            case "⊗", 2:
                return outer(self.read(arguments[0], env), self.read(arguments[1], env))
            case "ᵀ", 1:
                return Matrix(tuple(zip(*self.read(arguments[0], env).of, strict=True)))
            case "^", 2:
                return jets.power(self.real(arguments[0], env), self.index(arguments[1], env))
            case ("log" | "exp" | "abs", 1):
                f = {"log": jets.logarithm, "exp": jets.exponential, "abs": jets.absolute}[symbol.name]
                return f(self.real(arguments[0], env))
            case ("min" | "max", 2):
                x, y = (self.real(a, env) for a in arguments)
                return jets.chosen(x, y, symbol.name == "max")
        read = tuple(
            self.index(a, env) if sort == INDEX else self.read(a, env)
            for a, sort in zip(arguments, symbol.arguments, strict=True)
        )
        if symbol.name == "1" and len(read) == 2 and symbol.arguments[0] in FINITE:
            return Fraction(read[0] == read[1])
        return self.symbol(symbol, read)

    def symbol(self, symbol: Symbol, read: tuple[Any, ...]) -> Any:
        """The value of a symbol at arguments that are read."""
        if read and isinstance(read[0], Draw) and symbol.result in FINITE:
            return read[0].at(symbol.name, read[1])
        if symbol in self.world.definitions:
            if any(isinstance(x, Draw) and x.noted is not None for x in read):
                return self.real(self.world.definitions[symbol].body, tuple(reversed(read)))
            if (symbol, read) not in self.world.known:
                body = self.world.definitions[symbol].body
                self.world.known[symbol, read] = self.real(body, tuple(reversed(read)))
            return self.world.known[symbol, read]
        return self.world.table(symbol, read)

    def moment(self, chain: Term, env: Environment, is_variance: bool) -> Any:
        draws = list(self.draws(chain, env))
        both = len(draws[0][1]) == 2 and isinstance(draws[0][1][0], Vector) and isinstance(draws[0][1][1], Vector)
        first: Any = Fraction(0)
        second: Any = Fraction(0)
        mixed: Any = Fraction(0)
        for mass, xs in draws:
            x, y = xs if len(xs) == 2 else (xs[0], xs[0])
            product_of = square(x) if is_variance else outer(x, y) if both else times(x, y)
            first, second = add(first, times(mass, x)), add(second, times(mass, y))
            mixed = add(mixed, times(mass, product_of))
        means = square(first) if is_variance else outer(first, second) if both else times(first, second)
        return add(mixed, times(Fraction(-1), means))

    def draws(self, chain: Term, env: Environment) -> Iterator[tuple[Real, tuple[Any, ...]]]:
        match chain:
            case nodes.Expectation(over, bound):
                for x, mass in self.outcomes(over, env):
                    for inner, xs in self.draws(bound.body, (x, *env)):
                        yield jets.multiply(mass, inner), xs
            case nodes.Apply(_, arguments):
                yield Fraction(1), tuple(self.real(a, env) for a in arguments)

    # laws --------------------------------------------------------------------------------------------------------
    def outcomes(self, over: Term, env: Environment) -> list[tuple[Any, Real]]:
        """The outcomes of a law with their probabilities, but for those of probability zero."""
        match over:
            case nodes.Conditional(law, bound):
                kept = []
                for x, mass in self.outcomes(law, env):
                    kept.append((x, jets.multiply(mass, self.real(bound.body, (x, *env)))))
                whole: Real = Fraction(0)
                for _, mass in kept:
                    whole = jets.add(whole, mass)
                scale = jets.inverse(whole)
                return [(x, jets.multiply(mass, scale)) for x, mass in kept if possible(mass)]
            case nodes.Law(symbol, given):
                sorts = symbol.arguments[1:]
                read = tuple(
                    self.index(g, env) if s == INDEX else self.read(g, env) for g, s in zip(given, sorts, strict=True)
                )
                return self.law(symbol, read)
        raise TypeError(f"the oracle draws from no {type(over).__name__}")

    def law(self, symbol: Symbol, given: tuple[Any, ...]) -> list[tuple[Any, Real]]:
        key = ("law", symbol, given)
        if key not in self.world.known:
            masses = [(x, self.symbol(symbol, (x, *given))) for x in self.candidates(symbol, given)]
            if symbol in self.world.definitions:
                whole: Real = Fraction(0)
                for _, mass in masses:
                    whole = jets.add(whole, mass)
                if not alike(value(whole), Fraction(1)) or any(value(m) < 0 for _, m in masses):
                    raise NotALaw(symbol.name)
            self.world.known[key] = [(x, mass) for x, mass in masses if possible(mass)]
        found: list[tuple[Any, Real]] = self.world.known[key]
        return found

    def candidates(self, symbol: Symbol, given: tuple[Any, ...]) -> Sequence[Any]:
        sort = symbol.arguments[0]
        if not isinstance(sort, Collective):
            return range(self.world.count(sort))
        definition: Definition = self.world.definitions[symbol]
        noted: dict[tuple[str, int], None] = {}
        self.real(definition.body, tuple(reversed((Draw({}, noted), *given))))
        sorts = dict(sort.components)
        ranges = [range(self.world.count(sorts[name])) for name, _ in noted]
        return [Draw(dict(zip(noted, chosen, strict=True))) for chosen in product(*ranges)]


def possible(mass: Real) -> bool:
    """Whether an outcome has a probability that is not zero, or does not stay it."""
    return any(not isinstance(c, Fraction) or c != 0 for c in jets.jet(mass).values())


def parts(x: Any) -> list[Any]:
    """The scalars that a value is made of."""
    if isinstance(x, Matrix):
        return [value(c) for row in x.of for c in row]
    return [value(c) for c in x.of] if isinstance(x, Vector) else [value(x)]
