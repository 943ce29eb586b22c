"""Where a field has a value: whether what it divides by can vanish at policies whose probabilities are positive.

The rows of positive probabilities are a convex set, and so are they together with the other tables that move: on it a
field with a symmetric Jacobian is a gradient (Poincaré 1887).  What vanishes at some of them cuts a hole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pgsym.terms.builtins import ABS, BUILT_IN, EXP, POWER
from pgsym.terms.hypotheses import Definition, Hypothesis, Positive, ThetaFree
from pgsym.terms.nodes import (
    Add,
    All,
    Apply,
    Binder,
    Bound,
    Conditional,
    Law,
    Multiply,
    Number,
    Power,
    Product,
    Quotient,
    Range,
    Scope,
    Symbol,
    Term,
    Variable,
)
from pgsym.terms.places import places
from pgsym.terms.signs import is_non_negative
from pgsym.terms.sorts import REAL
from pgsym.terms.structure import divided_by, symbols


def holes(field: Term, given: Iterable[Hypothesis] = ()) -> tuple[Term, ...]:
    """What a field divides by, or takes the logarithm of, that its form does not show to be other than zero.

    It is read with positive probabilities; what does not move with the parameter vanishes for all its values or none.

    >>> from pgsym.problems import one_step
    >>> m = one_step()
    >>> holes(m.score / (1 + m.policy), m.hypotheses)
    ()
    >>> [str(t) for t in holes(m.score / m.objective, m.hypotheses)]
    ['E_{s∼D, a∼π_θ(· | s)}[r(s, a)]']
    """
    shape = _Shape(tuple(given))
    found = (t for part in shape.parts_of(field) for t in divided_by(part) if not shape.is_steady(t))
    return tuple(dict.fromkeys(found))


class _Shape:
    """What the form of a term shows of it along θ, at a fixed problem."""

    def __init__(self, given: tuple[Hypothesis, ...]):
        self.given = given
        self.definitions: dict[Symbol, Definition] = {h.symbol: h for h in given if isinstance(h, Definition)}
        self.fixed = {h.symbol for h in given if isinstance(h, ThetaFree)}
        self.signed = {h.symbol for h in given if isinstance(h, Positive)}

    def reached(self, term: Term) -> set[Symbol]:
        """The symbols of a term, through definitions."""
        waiting, found = list(symbols(term)), set[Symbol]()
        while waiting:
            symbol = waiting.pop()
            if symbol not in found:
                found.add(symbol)
                waiting += symbols(self.definitions[symbol].body) if symbol in self.definitions else ()
        return found

    def parts_of(self, term: Term) -> Iterator[Term]:
        """The sub-terms of a term, and of what its definitions say at their arguments."""
        waiting, met = [term], set[Term]()
        while waiting:
            for place in places(waiting.pop()):
                part = place.term
                if part in met:
                    continue
                met.add(part)
                yield part
                match part:
                    case Apply(symbol, arguments) if symbol in self.definitions:
                        waiting.append(self.definitions[symbol].unfold(arguments))
                    case Law(symbol, given) if symbol in self.definitions:
                        sorts = symbol.arguments[: len(symbol.arguments) - len(given)]
                        outcomes = tuple(Variable(f"an outcome {k}", sort) for k, sort in enumerate(sorts))
                        waiting.append(self.definitions[symbol].unfold((*outcomes, *given)))

    def moves(self, term: Term) -> bool:
        """Whether a term may change with the parameter."""
        return any(
            s.result == REAL and s not in self.fixed and s not in self.definitions and s not in BUILT_IN
            for s in self.reached(term)
        )

    def is_steady(self, term: Term) -> bool:
        """Whether a term vanishes at all values of the parameter or at none."""
        if not self.moves(term) or self.is_positive(term) or self._is_steady_up(term):
            return True
        match term:
            case Multiply(xs):
                return all(map(self.is_steady, xs))
            case Quotient(x, y):
                return self.is_steady(x) and self.is_steady(y)
            case Power(x, _):
                return self.is_steady(x)
            case Apply(symbol, (x, *_)) if symbol in (ABS, POWER):
                return self.is_steady(x)
            case Apply(symbol, arguments) if symbol in self.definitions:
                return self.is_steady(self.definitions[symbol].unfold(arguments))
            case Product(_, scope):
                return self.is_steady(scope.body)
            case Add((x, y)):
                return self._is_one_less_a_probability(x, y) or self._is_one_less_a_probability(y, x)
        return False

    def _is_one_less_a_probability(self, one: Term, other: Term) -> bool:
        """Whether two summands are 1 and −π, or −1 and π: zero where there is one outcome only, and nowhere else."""
        match one, other:
            case (Number(value), Multiply((Number(sign), Apply(symbol, _)))) if value == 1 == -sign:
                return self._is_of_several(symbol)
            case (Number(value), Apply(symbol, _)) if value == -1:
                return self._is_of_several(symbol)
        return False

    def _is_of_several(self, symbol: Symbol) -> bool:
        return symbol.outcomes == 1 and symbol not in self.definitions and symbol not in self.fixed

    def _is_steady_up(self, term: Term | Scope) -> bool:
        """Whether a term is at no value negative, and vanishes at all or at none: sums of such terms do, too."""
        match term:
            case Scope(_, _, body):
                return self._is_steady_up(body)
            case All() | Range() | Bound():
                return True
            case Law(symbol, _):
                return symbol not in self.definitions or self._is_steady_up(self.definitions[symbol].body)
            case Conditional(law, scope):
                return self._is_steady_up(law) and self._is_steady_up(scope)
        if not self.moves(term):
            return is_non_negative(term, self.given)
        match term:
            case Apply(symbol, arguments) if symbol in self.definitions:
                return self._is_steady_up(self.definitions[symbol].unfold(arguments))
            case Apply(symbol, (x, *_)) if symbol in (ABS, POWER):
                return self._is_steady_up(x) or (symbol == ABS and self.is_steady(x))
            case Apply(symbol, _):
                return bool(symbol.outcomes) or symbol == EXP or symbol in self.signed
            case Power(x, n):
                return self._is_steady_up(x) or (n % 2 == 0 and self.is_steady(x))
            case Add(xs) | Multiply(xs):
                return all(map(self._is_steady_up, xs))
            case Quotient(x, y):
                return self._is_steady_up(x) and self._is_steady_up(y)
            case Binder(over, scope):
                return self._is_steady_up(over) and self._is_steady_up(scope)
        return False

    def is_positive(self, term: Term | Scope) -> bool:
        """Whether a term is positive at all values of the parameter and at every problem."""
        if isinstance(term, Scope):
            return self.is_positive(term.body)
        match term:
            case Number(value):
                return value > 0
            case Variable():
                return term in self.signed
            case Apply(symbol, arguments) if symbol in self.definitions:
                return self.is_positive(self.definitions[symbol].unfold(arguments))
            case Apply(symbol, (x, *_)) if symbol in (ABS, POWER):
                return self.is_positive(x)
            case Apply(symbol, _):
                return symbol == EXP or symbol in self.signed or (bool(symbol.outcomes) and symbol not in self.fixed)
            case Add(xs):
                return any(map(self.is_positive, xs)) and all(is_non_negative(x, self.given) for x in xs)
            case Multiply(xs):
                return all(map(self.is_positive, xs))
            case Quotient(x, y):
                return self.is_positive(x) and self.is_positive(y)
            case Power(x, n):
                return self.is_positive(x) or (n % 2 == 0 and n < 0)
            case Binder(All(), scope) | Product(Range(), scope):
                return self.is_positive(scope)
            case Binder(Law(symbol, _), scope):
                return symbol not in self.definitions and self.is_positive(scope)
        return False


__all__ = ["holes"]
