"""Terms read by walking over everything: every trajectory in a Python loop, one number at a time.

It uses only pgsym's classes of terms, so it is a second evaluation that is independent of the evaluator.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pgsym.decide.confirmation.environment import Drawn, Lookups, NeedsDraw
from pgsym.decide.confirmation.jets import Jet
from pgsym.errors import OutsideNumberSystem, TooLarge
from pgsym.terms.moments import written_out
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
from pgsym.terms.sorts import INDEX, PARAMETER, REAL, Collective, Sort


@dataclass
class Walk(Lookups):
    """Reads terms at one problem; raises TooLarge after `most_steps` readings of sub-terms."""

    most_steps: int | None = None
    steps: int = 0

    def value(self, term: Term) -> Any:
        """The value of a closed term; raises Undefined if it has none."""
        (out,) = self.jet(self.read(term, ()))
        return out

    # terms ------------------------------------------------------------------------------------------------------
    def read(self, term: Term, env: tuple[Any, ...]) -> Any:
        """The value: a jet, a state, an action, an index, a parameter's name or a Drawn."""
        self.steps += 1
        if self.most_steps is not None and self.steps > self.most_steps:
            raise TooLarge(f"to walk over everything takes more than {self.most_steps:,} steps")
        if type(term) not in READERS:
            raise OutsideNumberSystem(f"enumeration does not read a {type(term).__name__.lower()}")
        return READERS[type(term)](self, term, env)

    def _real(self, term: Term, env: tuple[Any, ...]) -> Jet:
        return self.jet(self.read(term, env))

    def _number(self, term: Number, env: tuple[Any, ...]) -> Any:
        return (self.scalars.of(term.value),)

    def _variable(self, term: Variable, env: tuple[Any, ...]) -> Any:
        if term.sort == INDEX:
            return self.lengths[term.name]
        if term.sort == PARAMETER:
            return term.name
        return (self.constants[term.name],) if term.sort == REAL else self.free[term.name]

    def _bound(self, term: Bound, env: tuple[Any, ...]) -> Any:
        return env[term.index]

    def _add(self, term: Add, env: tuple[Any, ...]) -> Jet:
        out: Jet = (self.zero,)
        for t in term.operands:
            out = self.numbers.plus(out, self._real(t, env))
        return out

    def _multiply(self, term: Multiply, env: tuple[Any, ...]) -> Jet:
        out: Jet = (self.one,)
        for t in term.operands:
            out = self.numbers.times(out, self._real(t, env))
        return out

    def _quotient(self, term: Quotient, env: tuple[Any, ...]) -> Jet:
        return self.numbers.times(
            self._real(term.numerator, env), self.numbers.inverse(self._real(term.denominator, env))
        )

    def _power(self, term: Power, env: tuple[Any, ...]) -> Jet:
        return self.numbers.power(self._real(term.base, env), term.exponent)

    def _gradient(self, term: Gradient, env: tuple[Any, ...]) -> Jet:
        half = 1 << len(self.levels)
        inner = self._deeper(term.body, env, term.parameter.name)
        return inner[half:] if len(inner) > half else (self.zero,)

    def _deeper(self, term: Term, env: tuple[Any, ...], level: str | None) -> Jet:
        """The value with one more direction to differentiate along: a parameter's, or (None) one that moves nothing."""
        if len(self.levels) == 2:
            raise OutsideNumberSystem("enumeration takes no third derivatives")
        self.levels = (*self.levels, level)
        try:
            return self._real(term, env)
        finally:
            self.levels = self.levels[:-1]

    def _outer(self, left: Term, right: Term, env: tuple[Any, ...]) -> Jet:
        """x yᵀ: the left factor along the next direction, the right one along the one after that."""
        return self.numbers.times(self._real(left, env), self._deeper(right, env, None)[: 1 << len(self.levels)])

    def _transposed(self, matrix: Term, env: tuple[Any, ...]) -> Jet:
        """The matrix with its two directions exchanged."""
        self.transposed = not self.transposed
        try:
            return self._real(matrix, env)
        finally:
            self.transposed = not self.transposed

    def _sum(self, term: Sum, env: tuple[Any, ...]) -> Jet:
        body, over = term.scope.body, term.over
        if isinstance(over, All) and isinstance(over.sort, Collective):
            every = range(1, self.lengths[over.sort.length] + 1)
            components = over.sort.components

            def of(drawn: Drawn) -> Jet:
                for name, sort in components:
                    for i in every:
                        drawn.read(name, i, sort)
                return self._real(body, (drawn, *env))

            return self.over_draws(of)
        out: Jet = (self.zero,)
        for v in self.values(over, env):
            out = self.numbers.plus(out, self._real(body, (v, *env)))
        return out

    def _product(self, term: Product, env: tuple[Any, ...]) -> Jet:
        out: Jet = (self.one,)
        for v in self.values(term.over, env):
            out = self.numbers.times(out, self._real(term.scope.body, (v, *env)))
        return out

    def _expectation(self, term: Expectation, env: tuple[Any, ...]) -> Jet:
        sort, mass = self.law(term.over, env)

        def weighted(outcome: Any) -> Jet:
            weight = mass(outcome)
            if all(map(self.scalars.is_zero, weight)):
                return (self.zero,)  # an expectation skips outcomes outside the support
            return self.numbers.times(weight, self._real(term.scope.body, (outcome, *env)))

        return self.over(sort, weighted)

    def over(self, sort: Sort, body: Callable[[Any], Jet]) -> Jet:
        """The sum of a body over every outcome of a sort."""
        if isinstance(sort, Collective):
            return self.over_draws(body)
        out: Jet = (self.zero,)
        for v in range(self.sizes[sort]):
            out = self.numbers.plus(out, body(v))
        return out

    def over_draws(self, body: Callable[[Drawn], Jet]) -> Jet:
        """The sum over every draw that the body reads, each made when it is first read."""
        drawn = Drawn()

        def walk() -> Jet:
            try:
                out = body(drawn)
            except NeedsDraw as missing:
                if missing.drawn is not drawn:
                    raise
                key, sort = missing.key, missing.sort
            else:
                return out
            total: Jet = (self.zero,)
            for v in range(self.sizes[sort]):
                drawn.values[key] = v
                total = self.numbers.plus(total, walk())
                del drawn.values[key]
            return total

        return walk()

    def law(self, over: Term, env: tuple[Any, ...]) -> tuple[Sort, Callable[[Any], Jet]]:
        """The sort of a law's outcome, and the mass of each."""
        match over:
            case Law(symbol, given):
                values = tuple(self._argument(t, s, env) for t, s in zip(given, symbol.arguments[1:], strict=True))
                return symbol.arguments[0], lambda outcome: self._symbol(symbol, (outcome, *values))
            case Conditional(law, scope):
                sort, mass = self.law(law, env)

                def joint(outcome: Any) -> Jet:
                    return self.numbers.times(mass(outcome), self._real(scope.body, (outcome, *env)))

                norm = self.numbers.inverse(self.over(sort, joint))
                return sort, lambda outcome: self.numbers.times(joint(outcome), norm)
        raise OutsideNumberSystem(f"enumeration does not read the law {over}")

    def values(self, over: Term, env: tuple[Any, ...]) -> range:
        """The values that a sum or product runs over."""
        match over:
            case All(sort):
                return range(self.sizes[sort])
            case Range(first, last):
                return range(self.index(first, env), self.index(last, env) + 1)
        raise OutsideNumberSystem(f"enumeration does not read the range {over}")

    def index(self, term: Term, env: tuple[Any, ...]) -> int:
        """The value of an index."""
        match term:
            case Number(value):
                return int(value)
            case Add(operands):
                return sum(self.index(t, env) for t in operands)
            case Multiply(operands):
                out = 1
                for t in operands:
                    out *= self.index(t, env)
                return out
        return int(self.read(term, env))

    def _argument(self, term: Term, sort: Sort, env: tuple[Any, ...]) -> Any:
        return self.index(term, env) if sort == INDEX else self.read(term, env)

    def _apply(self, term: Apply, env: tuple[Any, ...]) -> Any:
        symbol = term.symbol
        match self.kind(symbol):
            case "moment":
                return self.read(written_out(term), env)
            case "outer":
                return self._outer(term.arguments[0], term.arguments[1], env)
            case "transpose":
                return self._transposed(term.arguments[0], env)
        values = tuple([self._argument(t, s, env) for t, s in zip(term.arguments, symbol.arguments, strict=True)])
        match self.kind(symbol):
            case "log":
                return self.numbers.logarithm(self.jet(values[0]))
            case "exp":
                return self.numbers.exponential(self.jet(values[0]))
            case "abs":
                return self.numbers.absolute(self.jet(values[0]))
            case "min":
                return self.numbers.smaller(self.jet(values[0]), self.jet(values[1]))
            case "max":
                return self.numbers.larger(self.jet(values[0]), self.jet(values[1]))
            case "power":
                return self.numbers.power(self.jet(values[0]), values[1])
            case "indicator":
                return (self.one if values[0] == values[1] else self.zero,)
        return self._symbol(symbol, values)

    def _symbol(self, symbol: Symbol, values: tuple[Any, ...]) -> Any:
        if self.kind(symbol) == "defined":
            return self.read(self.definitions[symbol].body, tuple(reversed(values)))
        return self.looked_up(symbol, values)


READERS: dict[type[Term], Callable[[Walk, Any, tuple[Any, ...]], Any]] = {
    Number: Walk._number,
    Variable: Walk._variable,
    Bound: Walk._bound,
    Add: Walk._add,
    Multiply: Walk._multiply,
    Quotient: Walk._quotient,
    Power: Walk._power,
    Gradient: Walk._gradient,
    Sum: Walk._sum,
    Product: Walk._product,
    Expectation: Walk._expectation,
    Apply: Walk._apply,
}
