"""The layout of a term on the board, independent of the format that draws it.

One class decides brackets, signs, bounds and where draws merge (E_{s∼D, a∼π}); `latex` and `text` draw its boxes.
A path may be marked: the drawn string is wrapped, so that a mark never changes the mathematics around it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction

from pgsym.terms.builtins import ABS, EXP, INDICATORS, LOG, MOMENTS, OUTER, QUANTITY, TRANSPOSE, VARIANCE
from pgsym.terms.builtins import POWER as SYMBOLIC_POWER
from pgsym.terms.nodes import (
    Add,
    All,
    Apply,
    Binder,
    Bound,
    Closed,
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
    Scope,
    Sum,
    Symbol,
    Term,
    Variable,
)
from pgsym.terms.places import Path
from pgsym.terms.sorts import INDEX, PARAMETER, Collective, Finite
from pgsym.terms.structure import free, instantiate, open_scope

SUM, PRODUCT, PREFIX, POWER, ATOM = range(5)  # how tightly a drawn term holds together
OPEN, CLOSE = "\ue000", "\ue001"


def bare(drawn: str) -> str:
    """A drawn string without its mark."""
    return drawn.replace(OPEN, "").replace(CLOSE, "")


class Notation(ABC):
    """Draws terms; a target says how its boxes look."""

    def __init__(self, marked: Path | None = None):
        self.marked = marked
        self.taken: tuple[Variable, ...] = ()

    marks = ("", "")
    """The strings that the target puts around the marked sub-term."""

    def write(self, term: Term) -> str:
        """The whole term; its free variables keep their names."""
        with self._within(*free(term)):
            return self.draw(term).replace(OPEN, self.marks[0]).replace(CLOSE, self.marks[1])

    def mark(self, drawn: str) -> str:
        """A drawn string between two private characters, which no decision of the layout looks at (see `bare`)."""
        return OPEN + drawn + CLOSE

    # boxes ------------------------------------------------------------------------------------------------------
    @abstractmethod
    def name(self, name: str) -> str: ...
    @abstractmethod
    def subscript(self, base: str, scripts: Sequence[str]) -> str: ...
    @abstractmethod
    def superscript(self, base: str, script: str) -> str: ...
    @abstractmethod
    def fraction(self, numerator: str, denominator: str) -> str: ...
    @abstractmethod
    def bracket(self, body: str, kind: str) -> str: ...
    @abstractmethod
    def operator(self, kind: str, below: str, above: str, body: str) -> str: ...
    @abstractmethod
    def prefix(self, head: str, body: str) -> str: ...
    @abstractmethod
    def join(self, factors: Sequence[str]) -> str: ...
    @abstractmethod
    def closed(self, term: Closed) -> str: ...

    space = minus = mid = dot = sim = comma = nabla = log = indicator = ""

    # layout -----------------------------------------------------------------------------------------------------
    def draw(self, term: Term, path: Path = (), tightness: int = SUM, last: bool = True, fence: str = "") -> str:
        """The term, bracketed if it is looser than `tightness` or open to the right before something else."""
        drawn, own, is_open = self._draw(term, path)
        if own < tightness or (is_open and not last):
            drawn = self.bracket(
                drawn, fence or ("[" if "[" not in drawn and not isinstance(term, Number | Add) else "(")
            )
        return self.mark(drawn) if path == self.marked else drawn

    def _draw(self, term: Term, path: Path) -> tuple[str, int, bool]:
        match term:
            case Number(value):
                return self._number(value)
            case Closed():
                return self.closed(term), SUM, False
            case Variable(name, _):
                return self.name(name), ATOM, False
            case Bound(index):
                return f"#{index}", ATOM, False
            case Apply(symbol, arguments):
                return self._apply(symbol, arguments, path)
            case Add(operands):
                return self._add(operands, path), SUM, False
            case Multiply(operands):
                return self._multiply(operands, path)
            case Quotient(numerator, denominator):
                return self.fraction(
                    self.draw(numerator, (*path, 0)), self.draw(denominator, (*path, 1))
                ), *self.fraction_holds
            case Power(base, exponent):
                return self.superscript(self.draw(base, (*path, 0), ATOM), str(exponent)), POWER, False
            case Gradient(parameter, body):
                tight = SUM if isinstance(body, Expectation) else PREFIX
                head = self.subscript(self.nabla, [self.name(parameter.name)])
                return self.prefix(head, self.draw(body, (*path, 0), tight)), PREFIX, True
            case Expectation():
                return self._expectation(term, path), ATOM, False
            case Sum(All(Finite(letter=letter)), Scope(_, _, Number(one))) if one == 1:
                return self.bracket(letter, "|"), ATOM, False
            case Sum() | Product():
                return self._operator(term, path), PREFIX, True
            case All(sort):
                return self.name(sort.name), ATOM, False
            case Range(first, last):
                return f"{self.draw(first)}, {self.dots}, {self.draw(last)}", SUM, False
            case Law(symbol, given):
                return self._law(symbol, given, path), ATOM, False
            case Conditional(law, _):
                return self.draw(law, (*path, 0)), ATOM, False
        raise TypeError(f"no notation for {type(term).__name__}")

    fraction_holds: tuple[int, bool] = (POWER, False)
    dots = "…"
    transposed = "⊤"

    def _number(self, value: Fraction) -> tuple[str, int, bool]:
        if value < 0:
            return self.minus + self._number(-value)[0], SUM, False
        if value.denominator == 1:
            return str(value.numerator), ATOM, False
        return self.fraction(str(value.numerator), str(value.denominator)), *self.fraction_holds

    def _add(self, operands: tuple[Term, ...], path: Path) -> str:
        out = ""
        for i, operand in enumerate(operands):
            here = (*path, i)
            negative = self._is_negative(operand)
            drawn, own, _ = self._draw(operand, here)
            if negative and drawn.startswith(self.minus):
                rest = drawn[len(self.minus) :]
                out += (f" {self.minus} " if i else self.minus) + (self.mark(rest) if here == self.marked else rest)
                continue
            if own < (PRODUCT if i else SUM):
                drawn = self.bracket(drawn, "(")
            out += (" + " if i else "") + (self.mark(drawn) if here == self.marked else drawn)
        return out

    @staticmethod
    def _is_negative(term: Term) -> bool:
        while isinstance(term, Multiply) and term.operands:
            term = term.operands[0]
        return isinstance(term, Number) and term.value < 0

    def _multiply(self, operands: tuple[Term, ...], path: Path) -> tuple[str, int, bool]:
        first = operands[0]
        negative = (
            len(operands) > 1 and isinstance(first, Number) and first.value < 0
        )  # it is drawn as a sign, marked or not
        drawn = []
        for i, operand in enumerate(operands):
            if i == 0 and negative and isinstance(first, Number):
                if first.value != -1:
                    drawn.append(self.draw(Number(-first.value), (*path, 0), PREFIX))
                continue
            grouped = isinstance(operand, Multiply) and not self._is_negative(operand)
            tight = SUM if i == 0 and self._is_negative(operand) else PRODUCT if grouped else PREFIX
            drawn.append(self.draw(operand, (*path, i), tight, i == len(operands) - 1))
        joined = self.join(drawn)
        ends_open = not isinstance(operands[-1], Multiply) and self._draw(operands[-1], (*path, len(operands) - 1))[2]
        return (self.minus + joined, SUM, ends_open) if negative else (joined, PRODUCT, ends_open)

    def _apply(self, symbol: Symbol, arguments: tuple[Term, ...], path: Path) -> tuple[str, int, bool]:
        if symbol == LOG:
            return self.prefix(self.log, self.draw(arguments[0], (*path, 0), POWER, fence="(")), PREFIX, True
        if symbol == EXP:
            return self.superscript("e", self.draw(arguments[0], (*path, 0))), POWER, False
        if symbol == ABS:
            return self.bracket(self.draw(arguments[0], (*path, 0)), "|"), ATOM, False
        if symbol in MOMENTS:
            return self._chain(arguments[0], (*path, 0), "Var" if symbol == VARIANCE else "Cov"), ATOM, False
        if symbol == QUANTITY:
            return self.comma.join(self.draw(t, (*path, i)) for i, t in enumerate(arguments)), SUM, False
        if symbol == OUTER:
            left, right = (
                self.draw(t, (*path, i), POWER + i) for i, t in enumerate(arguments)
            )  # the right factor has a script
            return self.join((left, self.superscript(right, self.transposed))), PRODUCT, False
        if symbol == TRANSPOSE:
            return self.superscript(self.draw(arguments[0], (*path, 0), ATOM), self.transposed), POWER, False
        if symbol == SYMBOLIC_POWER:
            base = self.draw(arguments[0], (*path, 0), ATOM)
            return self.superscript(base, self.draw(arguments[1], (*path, 1))), POWER, False
        if symbol in INDICATORS.values():
            sides = f"{self.draw(arguments[0], (*path, 0))} = {self.draw(arguments[1], (*path, 1))}"
            return self.indicator + self.bracket(sides, "{"), ATOM, False
        shown = [(i, t) for i, t in enumerate(arguments) if self._is_shown(symbol, i)]
        head = self._head(symbol, arguments, path)
        if not shown:
            return head, ATOM, False
        outcomes = [self.draw(t, (*path, i)) for i, t in shown if i < symbol.outcomes or not symbol.outcomes]
        conditions = [self.draw(t, (*path, i)) for i, t in shown if 0 < symbol.outcomes <= i]
        inside = self.comma.join(outcomes) + (self.mid + self.comma.join(conditions) if conditions else "")
        return head + self.bracket(inside, "("), ATOM, False

    @staticmethod
    def _is_shown(symbol: Symbol, i: int) -> bool:
        """Whether an argument is drawn in brackets: indices and parameters are subscripts, s_i hides its batch."""
        sort = symbol.arguments[i]
        if isinstance(sort, Collective):
            is_function = not symbol.outcomes and INDEX not in symbol.arguments
            return i < symbol.outcomes or is_function
        return sort not in (INDEX, PARAMETER)

    def _head(self, symbol: Symbol, arguments: tuple[Term, ...], path: Path, offset: int = 0) -> str:
        """A symbol with its subscripts; those of τ_2 begin with its number, s_{2, t}, and τ' lends its prime, s'_t."""
        scripts = [
            self.draw(t, (*path, i - offset))
            for i, t in enumerate(arguments)
            if symbol.arguments[i] in (INDEX, PARAMETER)
        ]
        owners = [
            t
            for i, t in enumerate(arguments)
            if i >= symbol.outcomes and isinstance(symbol.arguments[i], Collective) and not self._is_shown(symbol, i)
        ]
        names = [t.name for t in owners if isinstance(t, Variable)]
        scripts = [name.partition("_")[2] for name in names if "_" in name] + scripts
        head = self.name(symbol.name) + "".join("'" * (len(name) - len(name.rstrip("'"))) for name in names)
        return self.subscript(head, scripts) if scripts else head

    def _law(self, symbol: Symbol, given: tuple[Term, ...], path: Path) -> str:
        head = self._head(symbol, (Number(Fraction(0)), *given), path, offset=1)
        conditions = [
            self.draw(t, (*path, i)) for i, t in enumerate(given) if symbol.arguments[i + 1] not in (INDEX, PARAMETER)
        ]
        return head + self.bracket(self.dot + self.mid + self.comma.join(conditions), "(") if conditions else head

    def _open(self, bound: Scope) -> tuple[Variable, Term]:
        """The variable of a scope under a name that is not used around it, and the body that mentions it."""
        return open_scope(bound, self.taken)

    @contextmanager
    def _within(self, *variables: Variable) -> Iterator[None]:
        """While these variables' scope is drawn, no other takes their names."""
        before, self.taken = self.taken, (*self.taken, *variables)
        yield
        self.taken = before

    def _chain(self, term: Term, path: Path, kind: str) -> str:
        """A variance or covariance under its draws."""
        if isinstance(term, Expectation):
            drawn = self._expectation(term, path, kind)
            return self.mark(drawn) if path == self.marked else drawn
        return self.operator(kind, "", "", self.bracket(self.draw(term, path), "["))

    def _expectation(self, term: Expectation, path: Path, kind: str = "E") -> str:
        """Nested expectations print as one over several draws; a condition ends the run."""
        start, before = path, self.taken
        draws, event = [], ""
        while True:
            variable, inner = self._open(term.scope)
            law, law_path = term.over, (*path, 0)
            if isinstance(law, Conditional):
                event = self._event(instantiate(law.scope.body, variable), (*path, 0, 1))
                law, law_path = law.law, (*path, 0, 0)
            drawn = self.draw(law, law_path)
            if isinstance(term.over, Conditional) and self.marked == (*path, 0):
                drawn = self.mark(drawn)
            draws.append(self.name(variable.name) + self.sim + drawn)
            self.taken = (*self.taken, variable)
            path = (*path, 1)
            if not isinstance(inner, Expectation) or event:
                break
            term = inner
        body = self.draw(inner, path) + (self.condition + event if event else "")
        self.taken = before
        out = self.operator(kind, self.comma.join(draws), "", self.bracket(body, "["))
        inside = self.marked is not None and len(start) < len(self.marked) < len(path)
        return self.mark(out) if inside and self.marked == path[: len(self.marked or ())] else out

    condition = " | "

    def _event(self, event: Term, path: Path) -> str:
        """An event that is an indicator shows as the equation it tests."""
        if not isinstance(event, Apply) or event.symbol not in INDICATORS.values():
            return self.draw(event, path)
        left, right = (self.draw(t, (*path, i)) for i, t in enumerate(event.arguments))
        drawn = f"{left} = {right}"
        return self.mark(drawn) if path == self.marked else drawn

    def _operator(self, term: Binder, path: Path) -> str:
        variable, body = self._open(term.scope)
        kind = "sum" if isinstance(term, Sum) else "product"
        name = self.name(variable.name)
        with self._within(variable):
            inner = self.draw(body, (*path, 1), PRODUCT)
        if isinstance(term.over, Range):
            first, last = self.draw(term.over.first, (*path, 0, 0)), self.draw(term.over.last, (*path, 0, 1))
            return self.operator(kind, f"{name}={first}", last, inner)
        return self.operator(kind, name, "", inner)
