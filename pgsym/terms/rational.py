"""Terms as quotients of polynomials in their atoms: exact, by `sympy.polys.fields`."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import comb
from typing import Any

from pgsym.terms.nodes import Add, Multiply, Number, Power, Quotient, Term, Variable
from pgsym.terms.sorts import REAL
from pgsym.terms.structure import flat, product, total

MOST_MONOMIALS = 2_000
"""The most summands of a power that is multiplied out; a larger one is an atom."""


def same_rational_function(left: Term, right: Term) -> bool:
    """Whether two terms are the same quotient of polynomials in their atoms."""
    (x, y), _ = _read(left, right)
    return bool(x == y)


def as_fraction(term: Term) -> tuple[Term, Term]:
    """Numerator and denominator of a term, as sums of products of its atoms in which nothing cancels any more.

    Every sub-term that is not built from +, −, ·, / is an atom.

    >>> from pgsym.problems import one_step
    >>> m = one_step()
    >>> print(*as_fraction((m.policy * m.reward - m.reward) / m.reward), sep=", ")
    π_θ(a | s) − 1, 1
    """
    (x,), atoms = _read(term)
    return _written(x.numer, atoms), _written(x.denom, atoms)


def _written(polynomial: Any, atoms: list[Term]) -> Term:
    def power(atom: Term, n: int) -> Term:
        return atom if n == 1 else Power(atom, n)

    def summand(exponents: tuple[int, ...], coefficient: Any) -> Term:
        value = Fraction(int(coefficient.numerator), int(coefficient.denominator))
        xs = [power(atom, int(n)) for atom, n in zip(atoms, exponents, strict=True) if n]
        return product(*([] if value == 1 and xs else [Number(value)]), *xs)

    return total(*(summand(*t) for t in polynomial.terms()))


def _read(*terms: Term) -> tuple[list[Any], list[Term]]:
    """Each term as an element of the field of their atoms, and the atoms."""
    from sympy.polys.domains import QQ
    from sympy.polys.fields import field

    atoms: dict[Term, int] = {}
    for t in terms:
        _collect(flat(t), atoms)
    if not atoms:
        atoms[Variable("x", REAL)] = 0
    _, *generators = field([f"x{i}" for i in range(len(atoms))], QQ)

    def read(t: Term) -> Any:
        match t:
            case Number(value):
                return QQ(value.numerator, value.denominator) + 0 * generators[0]
            case Add(xs):
                return sum((read(x) for x in xs[1:]), read(xs[0]))
            case Multiply(xs):
                out = read(xs[0])
                for x in xs[1:]:
                    out = out * read(x)
                return out
            case Quotient(x, y):
                return read(x) / read(y)
            case Power(x, n) if t not in atoms:
                return read(x) ** n
        return generators[atoms[t]]

    return [read(flat(t)) for t in terms], list(atoms)


def _collect(term: Term, atoms: dict[Term, int]) -> None:
    def inside(parts: Iterable[Term]) -> None:
        for x in parts:
            _collect(x, atoms)

    match term:
        case Number():
            return
        case Add(xs) | Multiply(xs):
            inside(xs)
        case Quotient(x, y):
            inside((x, y))
        case Power(x, n) if _is_short(x, abs(n)):
            _collect(x, atoms)
        case _:
            atoms.setdefault(term, len(atoms))


def _is_short(base: Term, exponent: int) -> bool:
    """Whether a power has few summands when it is multiplied out, each summand of its base counting as one letter."""
    match base:
        case Add(xs):
            letters, more = len(xs), max(map(_exponent, xs))
        case Quotient(x, y):
            return _is_short(x, exponent) and _is_short(y, exponent)
        case _:
            letters, more = 1, _exponent(base)
    return more * exponent <= MOST_MONOMIALS and comb(exponent + letters - 1, letters - 1) <= MOST_MONOMIALS


def _exponent(term: Term) -> int:
    """The largest exponent of a product of numbers and powers, which raises the numbers as well."""
    match term:
        case Power(base, n):
            return abs(n) * _exponent(base)
        case Multiply(xs) | Add(xs):
            return sum(map(_exponent, xs))
        case Number(value):
            return max(value.numerator.bit_length(), value.denominator.bit_length())
    return 1
