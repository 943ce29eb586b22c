"""Truncated numbers: scalars with the derivatives that enclosing gradients ask for.

A number is a tuple of scalars, its coefficients in c₀ + c₁ε₁ + c₂ε₂ + c₃ε₁ε₂ (ε_k² = 0), of which the outer gradients
need the first 1, 2 or 4.  Scalars are whatever Python can add and multiply: Fractions, floats, SymPy numbers, balls,
residues.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pgsym.errors import OutsideNumberSystem

Jet = tuple[Any, ...]


class Undefined(Exception):
    """The term divides by zero, or takes the logarithm of zero."""


class Opaque:
    """A scalar that the number system cannot hold, such as log of a fraction; all arithmetic with it gives it back."""

    def __add__(self, _: Any) -> Opaque:
        return self

    __radd__ = __mul__ = __rmul__ = __rtruediv__ = __add__

    def __neg__(self) -> Opaque:
        return self


OPAQUE = Opaque()


@dataclass(frozen=True)
class Scalars:
    """A number system: how a fraction is written in it, and its logarithm and exponential if it has them."""

    name: str
    of: Callable[[Fraction], Any]
    log: Callable[[Any], Any] | None = None
    exp: Callable[[Any], Any] | None = None
    ordered: bool = True

    def is_zero(self, x: Any) -> bool:
        """Whether a scalar is zero."""
        return not isinstance(x, Opaque) and bool(x == 0)

    def is_negative(self, x: Any) -> bool:
        """Whether a scalar is negative."""
        return self.ordered and not isinstance(x, Opaque) and bool(x < 0)


class BallScalars(Scalars):
    """Balls of Arb; whether a ball around zero is zero is not guessed but refused."""

    def is_zero(self, x: Any) -> bool:
        if x.contains(0) and x != 0:
            raise OutsideNumberSystem("a ball around zero: whether the term is defined there cannot be told")
        return bool(x == 0)


FRACTIONS = Scalars("fractions", lambda x: x)


def balls(bits: int) -> BallScalars:
    """Balls of some bits."""
    import flint

    flint.ctx.prec = bits
    return BallScalars(
        "balls", lambda x: flint.arb(flint.fmpq(x.numerator, x.denominator)), lambda x: x.log(), lambda x: x.exp()
    )


class Truncated:
    """The arithmetic of truncated numbers over some scalars."""

    def __init__(self, scalars: Scalars):
        self.scalars = scalars
        self.zero = scalars.of(Fraction(0))
        self.one = scalars.of(Fraction(1))

    def plus(self, x: Jet, y: Jet) -> Jet:
        """The sum."""
        if len(x) == len(y) == 1:
            return (x[0] + y[0],)
        if len(x) < len(y):
            x, y = y, x
        return tuple(a + y[i] if i < len(y) else a for i, a in enumerate(x))

    def times(self, x: Jet, y: Jet) -> Jet:
        """The product."""
        if len(x) == len(y) == 1:
            return (x[0] * y[0],)
        if len(x) < len(y):
            x, y = y, x
        if len(y) == 1:
            return tuple(a * y[0] for a in x)
        if len(x) == 2:
            return (x[0] * y[0], x[0] * y[1] + x[1] * y[0])
        y = (*y, self.zero, self.zero)[:4]
        return (
            x[0] * y[0],
            x[0] * y[1] + x[1] * y[0],
            x[0] * y[2] + x[2] * y[0],
            x[0] * y[3] + x[1] * y[2] + x[2] * y[1] + x[3] * y[0],
        )

    def power(self, base: Jet, exponent: int) -> Jet:
        """An integer power."""
        out: Jet = (self.one,)
        for _ in range(abs(exponent)):
            out = self.times(out, self.inverse(base) if exponent < 0 else base)
        return out

    def inverse(self, x: Jet) -> Jet:
        """1/x."""
        if self.scalars.is_zero(x[0]):
            raise Undefined
        i = self.one / x[0]
        return self._composed(x, i, -(i * i), (i * i + i * i) * i)

    def logarithm(self, x: Jet) -> Jet:
        """log x; if the scalars have no logarithm, its derivatives are known all the same."""
        if self.scalars.is_zero(x[0]) or self.scalars.is_negative(x[0]):
            raise Undefined
        i = self.one / x[0]
        log = self.scalars.log or (lambda _: OPAQUE)
        f = self.zero if not isinstance(x[0], Opaque) and x[0] == self.one else log(x[0])
        return self._composed(x, f, i, -(i * i))

    def exponential(self, x: Jet) -> Jet:
        """exp x."""
        exp = self.scalars.exp or (lambda _: OPAQUE)
        f = self.one if not isinstance(x[0], Opaque) and x[0] == self.zero else exp(x[0])
        return self._composed(x, f, f, f)

    def absolute(self, x: Jet) -> Jet:
        """|x|; raises OutsideNumberSystem for its derivative where x is zero."""
        if isinstance(x[0], Opaque):
            return tuple(OPAQUE for _ in x)
        if self.scalars.is_zero(x[0]):
            if len(x) > 1:
                raise OutsideNumberSystem("|x| is differentiated where x is zero")
            return x
        return tuple(-c for c in x) if self.scalars.is_negative(x[0]) else x

    def smaller(self, x: Jet, y: Jet) -> Jet:
        """min(x, y); raises OutsideNumberSystem for its derivative where the two are equal and part there."""
        gap = self.plus(x, tuple(-c for c in y))
        if isinstance(gap[0], Opaque):
            return tuple(OPAQUE for _ in gap)
        if self.scalars.is_zero(gap[0]) and any(not self.scalars.is_zero(c) for c in gap[1:]):
            raise OutsideNumberSystem("a minimum is differentiated where its sides are equal")
        return x if self.scalars.is_negative(gap[0]) else y

    def larger(self, x: Jet, y: Jet) -> Jet:
        """max(x, y); raises OutsideNumberSystem for its derivative where the two are equal and part there."""
        return tuple(-c for c in self.smaller(tuple(-c for c in x), tuple(-c for c in y)))

    def _composed(self, x: Jet, f: Any, f1: Any, f2: Any) -> Jet:
        """f(x) from f, f' and f'' at the value of x."""
        if len(x) == 1:
            return (f,)
        if len(x) == 2:
            return (f, f1 * x[1])
        return (f, f1 * x[1], f1 * x[2], f1 * x[3] + f2 * x[1] * x[2])
