"""The conditions of a closed form: the assumptions on its symbols, and its divisors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pgsym.decide.divisors import divisors, logarithms
from pgsym.decide.verdicts import Condition

if TYPE_CHECKING:
    import sympy

SIGNS = {
    "positive": (">", ">"),
    "negative": ("<", "<"),
    "nonnegative": ("≥", "\\ge"),
    "nonpositive": ("≤", "\\le"),
    "nonzero": ("≠", "\\neq"),
    "zero": ("=", "="),
}
"""The comparisons with 0 that SymPy may assume of a symbol, with their signs as text and as LaTeX."""
NAMED = {"integer": "an integer", "prime": "a prime", "composite": "a composite number"}
EXPECTED = frozenset({"commutative", "real", "finite", "extended_real", "complex", "hermitian"})
"""Assumptions that a reader makes anyway: letters are real numbers."""


def assumed(sides: Iterable[sympy.Expr]) -> Iterator[Condition]:
    """The assumptions on the symbols of closed forms, other than that they are real numbers, as conditions.

    >>> import sympy
    >>> [str(c) for c in assumed([sympy.Symbol("p", positive=True) + sympy.Symbol("n", integer=True)])]
    ['n is an integer', 'p > 0']
    """
    for symbol in sorted({s for side in sides for s in side.free_symbols}, key=str):
        name, drawn = written(symbol), _latex(symbol)
        for fact, value in sorted(symbol._assumptions_orig.items()):
            if fact in EXPECTED and value:
                continue
            if fact in SIGNS and value:
                sign, command = SIGNS[fact]
                yield Condition(f"{name} {sign} 0", f"{drawn} {command} 0")
            else:
                words = f"is {'' if value else 'not '}{NAMED.get(fact, fact.replace('_', ' '))}"
                yield Condition(f"{name} {words}", f"{drawn} \\text{{ {words}}}")


def divided_by(sides: Iterable[sympy.Expr], evaluated: Iterable[sympy.Expr] = ()) -> Iterator[Condition]:
    """The factors of the divisors of closed forms that might be zero, and the arguments of their logarithms.

    The sides have to be as their author wrote them, because SymPy cancels when it evaluates.

    >>> import sympy
    >>> x, k = sympy.symbols("x k", positive=True)
    >>> [str(c) for c in divided_by([x / (1 + x), 1 / (k * (k - 1) ** 2), sympy.log(1 - x)])]
    ['k − 1 ≠ 0', '1 − x > 0']
    """
    sides = tuple(sides)
    for factor in divisors(sides, evaluated):
        yield Condition(f"{written(factor)} ≠ 0", f"{_latex(factor)} \\neq 0")
    for argument in logarithms(sides):
        yield Condition(f"{written(argument)} > 0", f"{_latex(argument)} > 0")


def converges(expression: sympy.Expr) -> Condition:
    """The condition that an integral or a series has a value."""
    return Condition(f"{written(expression)} converges", f"{_latex(expression)} \\text{{ converges}}")


def written(expression: sympy.Expr) -> str:
    """A SymPy expression as it stands on a board, as far as one line of text allows.

    >>> import sympy
    >>> x, k = sympy.symbols("x k")
    >>> written(2 * x * k**2 - 1)
    '2 k^2 x − 1'
    """
    return str(expression).replace("**", "^").replace("*", " ").replace("-", "−")


def _latex(expression: sympy.Expr) -> str:
    import sympy

    drawn: str = sympy.latex(expression)
    return drawn
