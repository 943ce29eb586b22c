"""The divisors and the logarithms of a closed form as its author wrote it: SymPy would cancel x/x to 1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sympy

BELOW = {"tan": "cos", "sec": "cos", "cot": "sin", "csc": "sin", "coth": "sinh", "csch": "sinh"}
"""The function that each function divides by."""


def divisors(written: Iterable[sympy.Expr], evaluated: Iterable[sympy.Expr] = ()) -> list[sympy.Expr]:
    """The factors of divisors that may be zero; `evaluated` closed forms are first brought to a common denominator.

    >>> import sympy
    >>> x, p = sympy.Symbol("x"), sympy.Symbol("p", positive=True)
    >>> divisors([sympy.Mul(x, sympy.Pow(x, -1, evaluate=False), evaluate=False), x / p, 1 / (p * (1 - x) ** 2)])
    [x, x - 1]
    """
    import sympy

    found = [d for side in written for node in _nodes(side) for d in _below(node)]
    found += [sympy.fraction(sympy.together(side))[1] for side in evaluated]
    factors = {f for d in found for f in _factors(d)}
    return sorted((f for f in factors if f.free_symbols and f.is_zero is not False), key=str)


def logarithms(written: Iterable[sympy.Expr]) -> list[sympy.Expr]:
    """The arguments of logarithms that may be other than positive.

    >>> import sympy
    >>> x, p = sympy.Symbol("x"), sympy.Symbol("p", positive=True)
    >>> logarithms([sympy.log(p) + sympy.log(1 - x), sympy.Integral(sympy.log(x), (x, 0, 1))])
    [1 - x]
    """
    import sympy

    found = {node.args[0] for side in written for node in _nodes(side) if isinstance(node, sympy.log)}
    return sorted((x for x in found if x.free_symbols and x.is_positive is not True), key=str)


def _nodes(expression: sympy.Basic) -> Iterator[sympy.Expr]:
    """Every part of an expression that mentions no bound variable."""
    import sympy

    waiting: list[tuple[sympy.Basic, frozenset[sympy.Basic]]] = [(expression, frozenset())]
    while waiting:
        node, bound = waiting.pop()
        inside = frozenset().union(*(x.free_symbols for x in node.args)) - node.free_symbols
        inside |= frozenset(getattr(node, "bound_symbols", ()))
        if isinstance(node, sympy.Expr) and not node.free_symbols & bound:
            yield node
        waiting += [(x, bound | inside) for x in node.args]


def _below(node: sympy.Expr) -> Iterator[sympy.Expr]:
    """The divisors of a part itself."""
    import sympy

    if isinstance(node, sympy.Pow) and (node.exp.is_negative or node.exp.as_coeff_Mul()[0].is_negative):
        yield node.base
    elif (name := BELOW.get(type(node).__name__)) is not None:
        yield getattr(sympy, name)(node.args[0])


def _factors(divisor: sympy.Expr) -> Iterator[sympy.Expr]:
    """The factors of a divisor: the bases of the powers in its numerator, up to a sign."""
    import sympy

    above = sympy.fraction(sympy.together(divisor.doit()))[0]
    for factor in sympy.Mul.make_args(sympy.factor_terms(above, sign=False)):
        base, exponent = factor.as_base_exp()
        root = base if exponent.is_positive else factor
        yield -root if root.could_extract_minus_sign() else root


__all__ = ["divisors", "logarithms"]
