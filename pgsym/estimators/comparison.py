"""Comparisons of two gradients: equal, scaled by exactly c, turned, or one of them zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from enum import StrEnum
from fractions import Fraction
from math import acos, atan2, degrees, isfinite, sin, sqrt
from typing import Any, Final

import numpy as np

from pgsym.meaning.numbers.base import Array

TOLERANCE: Final = 1e-12
"""The relative distance up to which two gradients in float64 count as equal."""

SMALL: Final = 1e-3 * TOLERANCE
"""Floats up to this are shown as zero by default."""

HIDING: Final = 1e-6
"""The largest rounding error, relative to a gradient, with which a mean may still be called equal to it."""

LARGEST_DENOMINATOR: Final = 1000
"""Factors are recognised as fractions up to this denominator."""

CHANCE: Final = 1e-3
"""The approximate probability that a random number is recognised as a fraction."""


class Kind(StrEnum):
    """The relation of a gradient to the one that it should equal."""

    EQUAL = "equal"
    SCALED = "scaled"
    BIASED_DIRECTION = "biased direction"
    VANISHES = "zero where it should not be"
    APPEARS = "not zero where it should be"
    HIDDEN = "hidden by rounding"


@dataclass(frozen=True)
class Comparison:
    """The comparison of a gradient with the one that it should equal.

    `factor` is c where one is exactly c times the other, a Fraction where it is one (or within 10^-12 of one with a
    denominator up to 1000); `cosine` is of the angle between them, None where one of them is zero; `deviation` is the
    length of the difference over the length of the longer.  Where samples were `drawn`, all of it is approximate.
    `sine` is of the same angle: it distinguishes angles whose cosine is 1 or −1 up to rounding.
    """

    kind: Kind
    factor: Fraction | float | None
    cosine: float | None
    deviation: float
    drawn: bool = False
    sine: float | None = None

    @property
    def angle(self) -> float | None:
        """The angle between them in degrees, from 0 to 180; None where one of them is zero."""
        if self.cosine is None:
            return None
        return degrees(acos(self.cosine) if self.sine is None else atan2(self.sine, self.cosine))

    @property
    def equal(self) -> bool:
        """Whether they are equal."""
        return self.kind is Kind.EQUAL

    def __str__(self) -> str:
        if self.kind is Kind.SCALED:
            exactly = "exactly " if isinstance(self.factor, Fraction | int) else ""
            return f"scaled by about {self.factor:.3g}" if self.drawn else f"scaled by {exactly}{number(self.factor)}"
        if self.kind is Kind.BIASED_DIRECTION:
            beside = f" ({cosine})" if (cosine := self.cosine_in_words) else ""
            return f"turned by about {self.turn(2)}" if self.drawn else f"turned by {self.turn()}{beside}"
        return str(self.kind)

    def turn(self, digits: int = 4) -> str:
        """The angle in words; an angle of nearly 180° is given by its difference from 180°.

        >>> Comparison(Kind.BIASED_DIRECTION, None, -1.0, 2.0, sine=1e-9).turn()
        '180° less 5.73e-08°'
        """
        angle = self.angle or 0.0
        said = f"{angle:.{digits}g}°"
        if said == "180°" and self.sine:
            return f"180° less {degrees(self.sine):.{digits}g}°"
        return said

    @property
    def cosine_in_words(self) -> str:
        """The cosine in words; an empty string if it rounds to 1 or −1."""
        said = f"cosine {self.cosine:.12g}"
        return "" if said in ("cosine 1", "cosine -1") else said


def compare(found: Array, wanted: Array, tolerance: float = TOLERANCE, noise: float = 0.0) -> Comparison:
    """The comparison of a gradient with the wanted one: exact in Fractions, within the tolerance in floats.

    In floats, lengths up to `noise`, the rounding error of sums that cancel, count as zero.

    >>> print(compare(np.array([2.0, -2.0]), np.array([3.0, -3.0])))
    scaled by exactly 2/3
    """
    m, w = np.ravel(found), np.ravel(wanted)
    exact = m.dtype == object and w.dtype == object and all(isinstance(x, Fraction | int) for x in (*m, *w))
    if not exact:
        m, w = m.astype(np.float64), w.astype(np.float64)
    lengths = [sqrt(float((x * x).sum())) for x in (m, w)]
    small = 0.0 if exact else noise
    zero = [not (x != 0).any() if exact else n <= small for x, n in zip((m, w), lengths, strict=True)]
    if all(zero):
        return Comparison(Kind.EQUAL, None, None, 0.0)
    apart = sqrt(float(((m - w) ** 2).sum())) / max(lengths)
    if not (m != w).any() if exact else apart * max(lengths) <= max(tolerance * max(lengths), noise):
        return Comparison(Kind.EQUAL, Fraction(1), 1.0, apart)
    if zero[0]:
        return Comparison(Kind.VANISHES, Fraction(0), None, apart)
    if zero[1]:
        return Comparison(Kind.APPEARS, None, None, apart)
    factor = (m * w).sum() / (w * w).sum()
    rest = m - factor * w
    parallel = (
        not (rest != 0).any() if exact else sqrt(float((rest * rest).sum())) <= max(tolerance * lengths[0], noise)
    )
    if parallel:
        return Comparison(Kind.SCALED, recognised(factor), 1.0 if factor > 0 else -1.0, apart)
    cosine, sine = direction(m, w)
    return Comparison(Kind.BIASED_DIRECTION, None, cosine, apart, sine=sine)


def direction(found: Array, wanted: Array) -> tuple[float, float]:
    """(cosine, sine) of the angle between two gradients other than zero; both are in range, and the sine is exact.

    The sine is computed from the orthogonal part, because the root of 1 − cosine² rounds to zero below 10⁻⁸.

    >>> direction(np.array([1.0, 1e-12]), np.array([1.0, 0.0]))
    (1.0, 1e-12)
    """
    m, w = np.ravel(found), np.ravel(wanted)
    across = m - (m * w).sum() / (w * w).sum() * w
    length, along = (sqrt(float((x * x).sum())) for x in (m, w))
    turned = atan2(sqrt(float((across * across).sum())) * along, float((m * w).sum()))
    return max(-1.0, min(1.0, float((m * w).sum()) / (length * along))), max(0.0, min(1.0, sin(turned)))


def hidden(found: Array, wanted: Array, noise: float, own: float, tolerance: float = TOLERANCE) -> bool:
    """Whether a mean in float64 may seem equal to the gradient only because rounding is coarse beside the gradient.

    `noise` bounds the rounding error of the mean, and `own` that of the gradient; a shorter gradient counts as zero.
    """
    m, w = (np.ravel(x).astype(np.float64) for x in (found, wanted))
    apart, length = (float(np.linalg.norm(x)) for x in (m - w, w))
    return tolerance * length < apart <= noise and length > own and noise > HIDING * length


def recognised(value: Any, tolerance: float = TOLERANCE) -> Fraction | float:
    """The fraction with a small denominator that is close to a float; else the float.

    Larger numbers need smaller denominators, because every number is close to a fraction with a large denominator.

    >>> recognised(0.6666666666666667), recognised(2**0.5), recognised(123456789.37)
    (Fraction(2, 3), 1.4142135623730951, 123456789.37)
    """
    if isinstance(value, Fraction):
        return value
    allowed = max(SMALL, tolerance * abs(value))
    largest = int(min(LARGEST_DENOMINATOR, sqrt(CHANCE / allowed))) if isfinite(value) else 0
    near = Fraction(float(value)).limit_denominator(largest) if largest else None
    return near if near is not None and abs(float(near) - value) <= allowed else float(value)


def number(value: Any, small: float = SMALL) -> str:
    """A number as text: a fraction if it is one, else at most fifteen digits; floats up to `small` are zero.

    >>> number(0.75), number(1e-17), number(1e-17, small=0.0)
    ('3/4', '0', '1e-17')
    """
    if isinstance(value, Fraction | int):
        return str(value)
    if small < abs(value) < SMALL:
        return f"{value:.15g}"
    near = recognised(0.0 if abs(value) <= small else value)
    return str(near) if isinstance(near, Fraction) else f"{value:.15g}"


def shortly(count: int) -> str:
    """A count in three digits, however large.

    >>> shortly(1234), shortly(3**4000)
    ('1.23e+03', '3.06e+1908')
    """
    digits = str(Decimal(count).normalize(Context(prec=3))) if count > 1e300 else f"{count:.3g}"
    return digits.replace("E", "e")


def common_factor(matches: Sequence[Comparison]) -> Fraction | float | None:
    """The common factor of all gradients; None if there is none, or if all gradients are zero."""
    factors = [m.factor for m in matches if m.kind in (Kind.EQUAL, Kind.SCALED) and m.factor is not None]
    if not factors or any(m.kind not in (Kind.EQUAL, Kind.SCALED) for m in matches):
        return None
    first = factors[0]
    return first if all(abs(float(f) - float(first)) <= 1e-9 * abs(float(first)) for f in factors) else None


__all__ = [
    "Comparison",
    "Kind",
    "common_factor",
    "compare",
    "direction",
    "hidden",
    "number",
    "recognised",
    "shortly",
]
