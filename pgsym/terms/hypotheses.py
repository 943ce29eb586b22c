"""Hypotheses: the assumptions of a statement on the symbols it mentions.

Each narrows the class of instances that a claim is about; without it, the claim is about more instances.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import lru_cache

from pgsym.errors import SortError
from pgsym.terms.nodes import Apply, Gradient, Liftable, Symbol, Term, Variable, lift
from pgsym.terms.sorts import INDEX, NUMBERS, PARAMETER, REAL, Collective, Finite, Sort
from pgsym.terms.structure import close, free, instantiate, sort_of, substitute, walk


@dataclass(frozen=True)
class Hypothesis:
    """An assumption on the symbols or the times of a statement."""

    def __str__(self) -> str:
        raise NotImplementedError

    def latex(self) -> str:
        """The assumption as prose with inline mathematics."""
        raise NotImplementedError

    def concerns(self, vocabulary: AbstractSet[Symbol], variables: AbstractSet[Variable]) -> bool:
        """Whether it says something about a statement with these symbols and free variables."""
        raise NotImplementedError

    @property
    def gives_meaning(self) -> bool:
        """Whether terms have no value without it: it defines a symbol that has no table, such as the law of a batch."""
        return False

    def instantiated(self, values: Mapping[Variable, Term]) -> Hypothesis:
        """The hypothesis after the free variables of the statement are replaced by terms."""
        return self


@dataclass(frozen=True)
class Before(Hypothesis):
    """earlier < later, for two times; without it, the statement is about all pairs of times up to the horizon."""

    earlier: Term
    later: Term

    def __post_init__(self) -> None:
        for side in ("earlier", "later"):
            object.__setattr__(self, side, lift(getattr(self, side)))

    def __str__(self) -> str:
        return f"{self.earlier} < {self.later}"

    def latex(self) -> str:
        from pgsym.terms.printers.latex import latex

        return f"${latex(self.earlier)} < {latex(self.later)}$"

    def concerns(self, vocabulary: AbstractSet[Symbol], variables: AbstractSet[Variable]) -> bool:
        return free(self.earlier) | free(self.later) <= variables

    def instantiated(self, values: Mapping[Variable, Term]) -> Before:
        return Before(substitute(self.earlier, values), substitute(self.later, values))


@dataclass(frozen=True)
class Counted(Hypothesis):
    """An assumption on how many values a finite sort has, such as states or actions."""

    sort: Finite

    def __post_init__(self) -> None:
        if not isinstance(self.sort, Finite):
            raise SortError(f"how many {self.sort}s there are is no hypothesis: only states, actions or outcomes count")

    @property
    def letter(self) -> str:
        """The letter that says the number, as in |A|."""
        return self.sort.letter

    def allows(self, count: int) -> bool:
        """Whether there may be that many."""
        raise NotImplementedError

    def concerns(self, vocabulary: AbstractSet[Symbol], variables: AbstractSet[Variable]) -> bool:
        return any(self.sort in (*s.arguments, s.result) for s in vocabulary)


@dataclass(frozen=True)
class HowMany(Counted):
    """There is a fixed number of states, or actions: a statement that is true of two answers may be false of three."""

    count: int

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.count, int) or isinstance(self.count, bool) or self.count < 1:
            raise SortError(f"there cannot be {self.count!r} {self.sort}s: say a positive integer")

    def allows(self, count: int) -> bool:
        return count == self.count

    def __str__(self) -> str:
        return f"|{self.letter}| = {self.count}"

    def latex(self) -> str:
        return f"$\\lvert {self.letter} \\rvert = {self.count}$"


@dataclass(frozen=True)
class AtLeastTwo(Counted):
    """There are at least two states, or actions, so that one may divide by the number of the others."""

    def allows(self, count: int) -> bool:
        return count >= 2

    def __str__(self) -> str:
        return f"|{self.letter}| ≥ 2"

    def latex(self) -> str:
        return f"$\\lvert {self.letter} \\rvert \\ge 2$"


@dataclass(frozen=True)
class Rounds(Hypothesis):
    """A horizon or batch size has a least and perhaps a largest value: what is true of one step may be false of two."""

    length: Variable
    least: int = 1
    most: int | None = None

    def __post_init__(self) -> None:
        if self.length.sort != INDEX:
            raise SortError(f"{self.length.name} is a {self.length.sort}: only a horizon or a batch size has rounds")
        if self.least < 1 or (self.most is not None and self.most < self.least):
            raise SortError(f"{self} leaves nothing: a length is a positive integer")

    def __str__(self) -> str:
        return self._written("≤", "≥")

    def latex(self) -> str:
        written = self._written("\\le", "\\ge")
        return f"${written}$"

    def _written(self, at_most: str, at_least: str) -> str:
        name = self.length.name
        if self.most is None:
            return f"{name} {at_least} {self.least}"
        return (
            f"{name} = {self.least}"
            if self.most == self.least
            else f"{self.least} {at_most} {name} {at_most} {self.most}"
        )

    def allows(self, length: int) -> bool:
        """Whether it may be that long."""
        return self.least <= length and (self.most is None or length <= self.most)

    def concerns(self, vocabulary: AbstractSet[Symbol], variables: AbstractSet[Variable]) -> bool:
        sorts = {sort for s in vocabulary for sort in s.arguments}
        lengths = {sort.length for sort in sorts if isinstance(sort, Collective)}
        return self.length in variables or self.length.name in lengths


@dataclass(frozen=True)
class SymbolHypothesis(Hypothesis):
    """An assumption on a symbol."""

    symbol: Symbol

    def __post_init__(self) -> None:
        if not isinstance(self.symbol, Symbol):
            raise SortError(f"{type(self).__name__} is said of a symbol, not of {self.symbol!r:.60}")

    def concerns(self, vocabulary: AbstractSet[Symbol], variables: AbstractSet[Variable]) -> bool:
        return self.symbol in vocabulary


@dataclass(frozen=True)
class ThetaFree(SymbolHypothesis):
    """The symbol does not depend on the parameter; without it, its table has a gradient like any other."""

    def __str__(self) -> str:
        return f"{self._head or self.symbol.name} does not depend on θ"

    def latex(self) -> str:
        from pgsym.terms.printers.latex import LatexNotation, latex

        drawn = latex(self._head) if self._head else LatexNotation().name(self.symbol.name)
        return f"${drawn}$ does not depend on $\\theta$"

    @property
    def _head(self) -> Apply | None:
        """p(s' | s, a), for a law with conditions: other symbols may have the same name."""
        k = self.symbol.outcomes
        outcomes, conditions = self.symbol.arguments[:k], self.symbol.arguments[k:]
        if not k or not conditions:
            return None
        names: list[str] = []
        for sort in (*conditions, *outcomes):
            names.append(sort.variable + "'" * sum(n.rstrip("'") == sort.variable for n in names))
        variables = tuple(map(Variable, names, (*conditions, *outcomes)))
        return Apply(self.symbol, (*variables[len(conditions) :], *variables[: len(conditions)]))


@dataclass(frozen=True)
class Signed(Hypothesis):
    """A sign that every value of a symbol, or a real variable, has."""

    symbol: Symbol | Variable
    sign = ""

    def __post_init__(self) -> None:
        if not isinstance(self.symbol, Symbol | Variable):
            raise SortError(f"{type(self).__name__} is said of a symbol or a variable, not of {self.symbol!r:.60}")

    def __str__(self) -> str:
        return f"{self.symbol.name} {self.sign} 0" + (" everywhere" if isinstance(self.symbol, Symbol) else "")

    def latex(self) -> str:
        from pgsym.terms.printers.latex import LatexNotation

        sign = {">": ">", "≥": "\\ge"}[self.sign]
        everywhere = " everywhere" if isinstance(self.symbol, Symbol) else ""
        return f"${LatexNotation().name(self.symbol.name)} {sign} 0$" + everywhere

    def concerns(self, vocabulary: AbstractSet[Symbol], variables: AbstractSet[Variable]) -> bool:
        return self.symbol in vocabulary or self.symbol in variables


@dataclass(frozen=True)
class Positive(Signed):
    """Every value is positive; of a law, every probability: without it, rows with zeros belong to the claim.

    At a zero a law may still have a derivative, a one-sided one at the edge of the simplex, as where the parameters are
    the probabilities themselves.  A law that is differentiable on both sides of θ has none there.
    """

    sign = ">"


@dataclass(frozen=True)
class NonNegative(Signed):
    """No value is negative."""

    sign = "≥"


@dataclass(frozen=True)
class Frozen(Hypothesis):
    """θ' = θ, held fixed while ∇_θ differentiates: what a stop-gradient does, or a gradient taken at θ = θ'.

    Without it, θ' is any other parameter.
    """

    frozen: Variable
    at: Variable

    def __post_init__(self) -> None:
        if {self.frozen.sort, self.at.sort} != {PARAMETER} or self.frozen == self.at:
            raise SortError(f"a parameter is held fixed at another one, unlike {self.frozen.name} at {self.at.name}")

    def __str__(self) -> str:
        return f"{self.frozen.name} = {self.at.name}, held fixed"

    def latex(self) -> str:
        from pgsym.terms.printers.latex import latex

        return f"${latex(self.frozen)} = {latex(self.at)}$, held fixed while differentiating"

    def concerns(self, vocabulary: AbstractSet[Symbol], variables: AbstractSet[Variable]) -> bool:
        return self.frozen in variables


@dataclass(frozen=True)
class Definition(SymbolHypothesis):
    """The symbol is given by a term, for all arguments: P(s, a) = D(s) π(a | s), or y one-hot."""

    variables: tuple[tuple[str, Sort], ...] = field(compare=False)
    body: Term

    def __post_init__(self) -> None:
        super().__post_init__()
        named = isinstance(self.variables, tuple) and all(isinstance(v, tuple) and len(v) == 2 for v in self.variables)
        if not (named and isinstance(self.body, Term) and len(self.variables) == len(self.symbol.arguments)):
            raise SortError(f"write a definition as Definition.of({self.symbol.name}(…), …)")
        head, body = self.equation
        variables = set(head.arguments)
        if len(variables) != len(head.arguments) or [s for _, s in self.variables] != [*self.symbol.arguments]:
            raise SortError(f"the head of a definition applies a symbol to distinct variables, unlike {head}")
        loose = sorted(v.name for v in free(body) - variables if v.sort != INDEX)
        if loose:
            raise SortError(f"the definition of {head} mentions {', '.join(loose)}, which {head} does not")
        if (sort := sort_of(body)) != head.symbol.result and not (sort, head.symbol.result) == (INDEX, REAL):
            raise SortError(f"{head} is a {head.symbol.result}, and its definition {body} a {sort}")
        for t in walk(body):
            if isinstance(t, Gradient) and t.parameter in variables:
                raise SortError(
                    f"the definition of {head} differentiates by {t.parameter.name}: write its body out instead"
                )

    @classmethod
    def of(cls, head: Apply, body: Liftable) -> Definition:
        """The definition `head = body`, whose head applies a symbol to distinct variables.

        Raises SortError if the body is of another sort than the head, if it mentions a variable that the head does not
        (a horizon or batch size apart), or if it differentiates by a parameter of the head: what the head is for
        another parameter would not be what its body says.
        """
        if not isinstance(head, Apply):
            raise SortError(f"the head of a definition applies a symbol to variables, unlike {head!r:.60}")
        body = lift(body)
        variables = [v for v in head.arguments if isinstance(v, Variable)]
        if len(set(variables)) != len(head.arguments):
            raise SortError(f"the head of a definition applies a symbol to distinct variables, unlike {head}")
        for depth, variable in enumerate(reversed(variables)):
            body = close(body, variable, depth)
        return cls(head.symbol, tuple((v.name, v.sort) for v in variables), body)

    def instantiated(self, values: Mapping[Variable, Term]) -> Definition:
        return replace(self, body=substitute(self.body, values))

    def unfold(self, arguments: tuple[Term, ...]) -> Term:
        """The body with its variables replaced by `arguments`."""
        return _unfolded(self, arguments)

    @property
    def gives_meaning(self) -> bool:
        sorts = self.symbol.arguments
        return any(s == INDEX or isinstance(s, Collective) for s in sorts) or sorts.count(PARAMETER) > 1

    @property
    def takes_numbers(self) -> bool:
        """Whether one of its variables stands for a number, or a gradient."""
        return not NUMBERS.isdisjoint(self.symbol.arguments)

    @property
    def equation(self) -> tuple[Apply, Term]:
        """Both sides, with the variables under their own names."""
        variables = tuple(Variable(name, sort) for name, sort in self.variables)
        return Apply(self.symbol, variables), self.unfold(variables)

    def __str__(self) -> str:
        head, body = self.equation
        return f"{head} = {body}"

    def latex(self) -> str:
        from pgsym.terms.printers.latex import latex

        head, body = self.equation
        return f"${latex(head)} = {latex(body)}$"


@lru_cache(maxsize=2**12)
def _unfolded(definition: Definition, arguments: tuple[Term, ...]) -> Term:
    return instantiate(definition.body, *reversed(arguments))
